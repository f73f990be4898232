//! Files of all forms, right and wrong, made up.

use crate::{Said, same};
use proptest::prelude::*;
use segscope::journal::{Body, LineHead, Refused, compose};
use segscope::pipeline::Tally;
use std::path::{Path, PathBuf};

/// A call by a number: of any type, with ids here and there, few of them its own.
fn call(n: u64) -> String {
    let kind = ["track", "identify", "group", "page", "screen", "alias", "trak"][n as usize % 7];
    let mut members = vec![format!("\"type\":\"{kind}\"")];
    let mut add = |often: u64, member: String| {
        if !(n / 7).is_multiple_of(often) {
            members.push(member);
        }
    };
    add(5, format!("\"userId\":\"u{}\"", n % 13));
    add(3, format!("\"anonymousId\":\"a{}\"", n % 17));
    add(4, format!("\"messageId\":\"m{}\"", n % 400));
    add(9, format!("\"event\":\"E{}\"", n % 5));
    add(2, format!("\"groupId\":\"g{}\"", n % 6));
    add(6, format!("\"timestamp\":\"2026-11-22T10:{:02}:00.000Z\"", n % 60));
    add(11, format!("\"sentAt\":\"2026-11-22T10:{:02}:03+02:00\"", n % 60));
    add(8, "\"context\":{\"library\":{\"name\":\"analytics-node\",\"version\":\"2\"}}".to_owned());
    let (id, of) = (n % 8, if n.is_multiple_of(2) { "properties" } else { "traits" });
    add(4, format!("\"{of}\":{{\"account_id\":\"g{id}\",\"email\":\"u{id}@x.y\",\"n\":{n}}}"));
    format!("{{{}}}", members.join(","))
}

/// Whether a generated object has a member by which it is taken for a call.
fn is_call(text: &str) -> bool {
    let members = ["type", "userId", "anonymousId", "messageId", "event", "groupId"];
    let containers = ["properties", "traits"];
    members.iter().chain(&containers).any(|name| text.contains(&format!("\"{name}\":")))
}

/// A line of a file of calls.
fn line(kind: u64, n: u64) -> String {
    match kind % 12 {
        0 => String::new(),
        1 => format!(" \t{}\r", call(n)),
        2 => format!("[{},{}]", call(n), call(n + 1)),
        3 => format!("{{\"batch\":[{},{}],\"context\":{{\"ip\":\"::1\"}}}}", call(n), call(n + 1)),
        4 => format!("{{\"seq\":{n},\"call\":{},\"findings\":[]}}", call(n)),
        5 => "[]".to_owned(),
        6 => format!("{{\"seq\":{n},\"type\":\"track\",\"call\":7}}"),
        _ => call(n),
    }
}

/// A line of a recording.
fn recorded(kind: u64, n: u64) -> String {
    let batch = format!("{{\"batch\":[{},{}],\"writeKey\":\"k\"}}", call(n), call(n + 1));
    let refused = Refused { code: "bad", message: "no calls there", kind: "", body_bytes: None };
    let (path, body, refused) = match kind % 10 {
        0 => ("/v1/batch", batch, None),
        1 => ("/v1/nowhere", "{}".to_owned(), Some(refused)),
        2 => {
            return format!(
                "{{\"v\":1,\"kind\":\"flush\",\"at\":\"2026-11-22T{:02}:00:00Z\"}}",
                n % 24
            );
        }
        3 => return "{\"v\":1,\"kind\":\"of a later version\"}".to_owned(),
        4 => ("/v1/identify", call(n), None),
        _ => ("/v1/track", call(n), None),
    };
    let headers = [("user-agent".to_owned(), "rudder".to_owned())];
    let head = LineHead {
        request: n + 1,
        received_at: 1_795_341_600_000 + n as i64 * 7_000,
        method: "POST",
        path,
        query: "",
        headers: &headers[..usize::from(n.is_multiple_of(9))],
        status: if refused.is_some() { 404 } else { 200 },
    };
    let mut line = Vec::new();
    compose(&mut line, &head, Body::Json(&body), refused, (kind == 9).then_some("wrong"));
    line.pop();
    String::from_utf8(line).expect("UTF-8")
}

fn write(home: &Path, name: &str, lines: &[String]) -> PathBuf {
    let file = home.join(name);
    std::fs::write(&file, lines.join("\n") + "\n").expect("written");
    file
}

/// Both ways over files of these lines.
fn files(files: &[&[String]]) -> Result<Said, String> {
    let home = tempfile::tempdir().expect("a folder");
    let files = files.iter().enumerate();
    let paths: Vec<PathBuf> =
        files.map(|(nth, lines)| write(home.path(), &format!("{nth}.ndjson"), lines)).collect();
    let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    let home = home.path().display().to_string();
    same(&paths).map_err(|error| error.replace(&home, ""))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_mixture(
        bare in proptest::collection::vec((0u64..12, 0u64..100_000), 0..80),
        records in proptest::collection::vec((0u64..10, 0u64..100_000), 0..60),
        wrong in proptest::option::of((0usize..80, 0usize..3)),
    ) {
        let mut bare: Vec<String> = bare.iter().map(|(kind, n)| line(*kind, *n)).collect();
        // what the form of a file is told by
        bare.insert(0, call(3));
        let mut lines: Vec<String> = records.iter().map(|(kind, n)| recorded(*kind, *n)).collect();
        lines.insert(0, recorded(9, 1));
        if let Some((at, kind)) = wrong {
            let text = ["{\"a\":", "7", "{\"v\":1,\"request\":\"x\"}"][kind].to_owned();
            lines.insert(1 + at % lines.len(), text.clone());
            bare.insert(1 + at % bare.len(), text);
        }
        let said = files(&[&bare, &lines]);
        prop_assert_eq!(said.is_err(), wrong.is_some_and(|(_, kind)| kind < 2), "{:?}", said);
    }
}

#[test]
fn many_calls_without_an_id_of_their_own() {
    let bare: Vec<String> = (0..1500).map(|n| line(n * 7 % 12, n)).collect();
    let bare = [vec![call(3)], bare].concat();
    let lines: Vec<String> = (0..700).map(|n| recorded(n * 3 % 10, n)).collect();
    let said = files(&[&bare, &lines, &bare]).expect("calls");
    // made ids follow from the number of the request, so only one of the files repeats the other
    let Said { tally, groups, .. } = &said;
    assert!(tally.repeats > 1000 && tally.calls > 1000, "{tally:?}");
    assert_eq!(tally.no_calls.len(), 70);
    assert!(groups.iter().any(|group| group.corrected.is_some()));
    let whys = |needle| said.details.iter().any(|detail| detail.contains(needle));
    assert!(whys("seen_group: Some"), "somebody's group was seen before");
}

#[test]
fn a_line_that_is_none_costs_itself_and_the_first_is_named() {
    let with = |wrong: &[(usize, &str)]| {
        let mut lines: Vec<String> =
            (0..).map(call).filter(|text| is_call(text)).take(300).collect();
        for (at, text) in wrong {
            lines[*at] = (*text).to_owned();
        }
        let said = files(&[&lines]).expect("most lines are calls");
        let Tally { calls, repeats, .. } = said.tally;
        (calls + repeats, said.problem.unwrap_or_default())
    };
    let (all, none) = with(&[]);
    assert!(all >= 299 && none.is_empty(), "{all} {none}");
    let end = "expected a JSON value, found the end of the text";
    let (calls, problem) = with(&[(200, "{\"a\":"), (250, "7")]);
    assert_eq!(calls, all - 2);
    assert!(problem.contains("201") && problem.contains(end), "{problem}");
    let (calls, problem) = with(&[(299, "hello")]);
    assert_eq!(calls, all - 1);
    assert!(problem.contains("300"), "{problem}");
    assert_eq!(with(&[(1, ""), (2, " ")]), (all - 2, String::new()));
}
