//! Files of all forms, right and wrong, made up.

use super::{Said, same};
use proptest::prelude::*;
use segscope::recording::{Body, LineHead, RefusalRecord, ResponseSource, compose};
use std::path::{Path, PathBuf};

/// A call by a number: of any type, with ids here and there, few of them its own.
fn call(n: u64) -> String {
    let kind = ["track", "identify", "group", "page", "screen", "alias", "trak"][n as usize % 7];
    let mut members = vec![format!("\"type\":\"{kind}\"")];
    if kind == "trak" {
        // an object without a known type is a call by its members
        members.push("\"previousId\":\"p\"".to_owned());
    }
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
    let refused =
        RefusalRecord { code: "bad", message: "no calls there", kind: "", body_bytes: None };
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
        received_at: 1_795_341_600_000 + n as i64 * 7_000,
        method: "POST",
        path,
        query: "",
        headers: &headers[..usize::from(n.is_multiple_of(9))],
        status: if refused.is_some() { 404 } else { 200 },
        response: ResponseSource::Own,
        fault: None,
        is_tls: false,
        excerpt: None,
    };
    let mut line = Vec::new();
    compose(&mut line, n + 1, &head, Body::Json(&body), refused, (kind == 9).then_some("wrong"));
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
            let text = ["{\"a\":", "7", "{\"v\":1,\"request\":\"x\",\"userId\":\"u\"}"][kind];
            lines.insert(1 + at % lines.len(), text.to_owned());
            bare.insert(1 + at % bare.len(), text.to_owned());
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
fn the_first_line_that_is_none_is_named() {
    let with = |wrong: &[(usize, &str)]| {
        let mut lines: Vec<String> = (0..300).map(call).collect();
        for (at, text) in wrong {
            lines[*at] = (*text).to_owned();
        }
        files(&[&lines]).map(|said| said.tally.calls)
    };
    let end = "expected a JSON value, found the end of the text";
    assert_eq!(
        with(&[(200, "{\"a\":"), (250, "7")]),
        Err(format!("/0.ndjson:201: column 6: {end}"))
    );
    assert!(with(&[(299, "hello")]).expect_err("no JSON").starts_with("/0.ndjson:300: column 1: "));
    assert!(
        with(&[(1, "[{\"userId\":\"u\"},7]"), (2, "x")])
            .expect_err("no call")
            .starts_with("/0.ndjson:2: ")
    );
    assert_eq!(with(&[(1, ""), (2, " ")]), Ok(298));
}

#[test]
fn bytes_that_are_no_text() {
    let home = tempfile::tempdir().expect("a folder");
    let lines: Vec<String> = (0..50).map(call).collect();
    let file = write(home.path(), "calls.ndjson", &lines);
    let mut bytes = std::fs::read(&file).expect("bytes");
    bytes.extend_from_slice(b"{\"type\":\"\xff\"}\n");
    std::fs::write(&file, &bytes).expect("written");
    assert!(same(&[&file]).expect_err("no UTF-8").ends_with(":51: expected UTF-8 text"));

    let lines: Vec<String> = (0..50).map(|n| recorded(9, n)).collect();
    let file = write(home.path(), "recording.ndjson", &lines);
    let mut bytes = std::fs::read(&file).expect("bytes");
    bytes.extend_from_slice(b"{\"v\":\"\xff\"}\nnothing\n\n");
    bytes.extend_from_slice(recorded(9, 60).as_bytes());
    // the last line has no end, so it does not count
    std::fs::write(&file, &bytes).expect("written");
    let said = same(&[&file]).expect("a recording");
    let problem = said.problem.expect("lines that are none");
    assert!(problem.starts_with("3 line(s)") && problem.contains("is line 51: expected UTF-8"));
    assert_eq!(said.tally.calls, 50);
}

#[test]
fn forms_of_one_document() {
    let home = tempfile::tempdir().expect("a folder");
    let calls: Vec<String> = (0..90).map(call).collect();
    for (name, text, count) in [
        ("array.json", format!("[\n{}\n]", calls.join(",\n")), 90),
        ("batch.json", format!("{{\"batch\": [\n{}\n]}}", calls.join(",\n")), 90),
        ("one.json", "{\n\"type\": \"track\"\n}".to_owned(), 1),
        ("no-end.ndjson", format!("\u{feff}{}\n{}", calls[0], calls[1]), 2),
    ] {
        let file = home.path().join(name);
        std::fs::write(&file, text).expect("written");
        assert_eq!(same(&[&file]).expect("calls").tally.calls, count, "{name}");
    }
}
