//! Every command gives one number for the same calls.

use super::{segscope, stdout};
use crate::common::{Http, Program};
use serde_json::{Value, json};
use std::path::Path;

const NODE: &str = "analytics-node";
const RUDDER: &str = "RudderLabs JavaScript SDK";

/// A call with what calls of apps differ in.
fn call(kind: &str, id: u32, library: &str, properties: Value) -> Value {
    json!({
        "type": kind, "event": "Order Received", "name": "Pricing", "userId": "ada",
        "anonymousId": "s1", "messageId": format!("m{id}"), "properties": properties,
        "traits": {"account_id": "acme", "user_id": "ada"},
        "context": {"library": {"name": library, "version": "1.0.0"}},
    })
}

/// Repeats, a refused request, both platforms, doubtful ids, and calls in which nobody looks for one.
fn mix() -> Vec<Value> {
    let good = json!({"account_id": "acme", "user_id": "ada", "company_id": "acme"});
    let mut calls = Vec::new();
    for (id, library) in [(0, NODE), (1, RUDDER), (2, NODE)] {
        calls.push(call("track", 10 * id, library, good.clone()));
        calls.push(call("track", 10 * id + 1, library, json!({"accountId": "acme"})));
        calls.push(call("track", 10 * id + 2, library, json!({"account_id": 42, "user_id": 7})));
        calls.push(call(
            "track",
            10 * id + 3,
            library,
            json!({"account_id": "null", "user_id": "ada"}),
        ));
        calls.push(call("identify", 10 * id + 4, library, json!({})));
        calls.push(call("group", 10 * id + 5, library, json!({})));
        calls.push(call("page", 10 * id + 6, library, json!({})));
    }
    // sent again, and once as another call under an old id
    calls.push(call("track", 1, NODE, json!({"accountId": "acme"})));
    calls.push(call("track", 10, RUDDER, good));
    calls.push(call("track", 20, NODE, json!({"account_id": "", "user_id": "ada"})));
    calls
}

/// The number before some words in a text.
fn number(text: &str, words: &str) -> u64 {
    let before = text.split(words).next().filter(|before| before.len() < text.len());
    let before = before.unwrap_or_else(|| panic!("no `{words}`:\n{text}"));
    let digits = before.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    digits.parse().unwrap_or_else(|_| panic!("no number before `{words}`:\n{text}"))
}

/// Returns the lines of `--plain` for commands about a recording.
fn plain(home: &Path, file: &str, commands: &str) -> String {
    let mut program = segscope(home, &["open", file, "--plain"]);
    stdout(&program.env("TERM", "dumb").write_stdin(commands.to_owned()).assert())
}

/// The lines `Vendor: 3 dropped, 2 delivered`.
fn verdict_lines(text: &str) -> Vec<String> {
    let is = |line: &&str| {
        let of = line
            .split_once(": ")
            .map(|(_, counts)| counts.trim_start_matches(|c: char| c.is_ascii_digit()));
        of.is_some_and(|of| {
            [" discarded", " dropped", " rejected", " degraded", " delivered", " ignored"]
                .iter()
                .any(|word| of.starts_with(word))
        })
    };
    text.lines().filter(is).map(str::to_owned).collect()
}

#[test]
fn every_command_counts_the_same_calls_alike() {
    let home = tempfile::tempdir().expect("a folder");
    let args = ["tail", "--listen", "127.0.0.1:0", "--format", "quiet", "--record", "r.ndjson"];
    let mut tail = Program::start(home.path(), &args);
    let mut http = Http::connect(&tail.address).expect("it listens");
    for call in mix() {
        let path = format!("/v1/{}", call["type"].as_str().expect("a type"));
        http.post(&path, call.to_string().as_bytes()).expect("an answer");
    }
    assert_eq!(http.post("/v1/track", b"{\"event\":").expect("an answer").status, 400);
    let summary: Value =
        serde_json::from_slice(&http.get("/_segscope/summary").expect("an answer").body)
            .expect("JSON");
    let health: Value =
        serde_json::from_slice(&http.get("/_segscope/health").expect("an answer").body)
            .expect("JSON");
    tail.end();
    let tail = tail.last_words();
    let check = stdout(&segscope(home.path(), &["check", "r.ndjson"]).assert());
    let filtered = ["check", "r.ndjson", "--filter", "!repeat"];
    let filtered = stdout(&segscope(home.path(), &filtered).assert());

    // 24 calls came; two of them are repeats, and one is a different call with a known id
    for (name, value, wanted) in [
        ("calls", &summary, 22),
        ("calls", &health, 22),
        ("repeats", &health, 2),
        ("repeats", &summary, 2),
        ("refused", &summary, 1),
    ] {
        assert_eq!(value[name], wanted, "{name}: {value}");
    }
    let missing = summary["missing"].as_u64().expect("a number");
    assert!(missing > 2, "{summary}");
    let last = check.lines().last().expect("a last line");
    assert_eq!((number(last, " calls: "), number(last, " without an id")), (22, missing), "{last}");
    assert_eq!(number(last, " repeats"), 2, "{last}");
    assert_eq!(number(&tail, " calls in "), 22, "{tail}");
    assert_eq!(number(&tail, " calls lack "), missing, "{tail}");
    let status = plain(home.path(), "r.ndjson", "status\nquit\n");
    assert_eq!(
        (number(&status, " calls, "), number(&status, " without an id")),
        (22, missing),
        "{status}"
    );

    let verdicts = verdict_lines(&tail);
    assert_eq!(verdicts.len(), 5, "{tail}");
    assert_eq!(
        (verdict_lines(&check), verdict_lines(&filtered)),
        (verdicts.clone(), verdicts.clone())
    );
    for (name, title) in
        [("custify", "Custify"), ("planhat", "Planhat"), ("freshsuccess", "Freshsuccess")]
    {
        let line = verdicts.iter().find(|line| line.starts_with(title)).expect("a line");
        for (verdict, calls) in summary["vendors"][name].as_object().expect("verdicts") {
            if *calls != 0 {
                assert_eq!(number(line, &format!(" {verdict}")), calls.as_u64().expect("a number"));
            }
        }
    }

    // each finding: the summary, its entries by event, `check`, and what is set aside
    let list = |name: &str| summary[name].as_array().expect("a list").clone();
    for found in list("findings") {
        let (code, calls) =
            (found["code"].as_str().expect("a code"), found["calls"].as_u64().expect("a number"));
        let of = |entry: &&Value| {
            (&entry["code"], &entry["vendor"]) == (&found["code"], &found["vendor"])
        };
        let by_event: u64 = list("findings_by_event")
            .iter()
            .filter(of)
            .filter_map(|entry| entry["calls"].as_u64())
            .sum();
        assert_eq!(by_event, calls, "{code}");
        // `ID-PLACEHOLDER` and the like are several vendors'
        let own =
            list("findings").iter().filter(|other| other["code"] == found["code"]).count() == 1;
        if !own {
            continue;
        }
        // one heading for each fix
        let headings = check.lines().filter(|line| line.split(' ').nth(1) == Some(code));
        let counted = |noun: &str| -> u64 {
            headings.clone().filter(|line| line.contains(noun)).map(|line| number(line, noun)).sum()
        };
        match calls {
            0 => assert_eq!(
                counted(" repeat"),
                found["repeats"].as_u64().expect("a number"),
                "{code}"
            ),
            calls => assert_eq!(counted(" call"), calls, "{code}"),
        }
    }
    let aside = plain(home.path(), "r.ndjson", "aside CSB-T-ACCOUNT-MISSING\naside\nquit\n");
    let found = list("findings");
    let found = found.iter().find(|found| found["code"] == "CSB-T-ACCOUNT-MISSING").expect("found");
    assert_eq!(
        number(aside.split("MISSING: ").last().expect("it says"), " call"),
        found["calls"].as_u64().expect("a number"),
        "{aside}"
    );

    // coverage: in words as in the summary, with what is doubtful, and no share where nobody looks
    let said = plain(home.path(), "r.ndjson", "coverage\npeople users\nquit\n");
    for event in list("events") {
        let (kind, calls) =
            (event["type"].as_str().expect("a type"), event["calls"].as_u64().expect("a number"));
        let name =
            event["event"].as_str().map_or(kind.to_owned(), |event| format!("{kind} {event}"));
        let line =
            said.lines().find(|line| line.starts_with(&format!("{name}: "))).expect("its line");
        assert_eq!(number(line, " call"), calls, "{line}");
        for (name, one) in [("account", "an account"), ("user", "a user")] {
            let id = &event[name];
            assert_eq!(id["found"], event[format!("with_{name}")], "{event}");
            assert_eq!(
                id["looked_for"] == 0,
                line.contains(&format!("no vendor looks for {one}")),
                "{line}"
            );
        }
        let doubtful = event["account"]["doubtful"].as_u64().expect("a number") > 0;
        assert_eq!(doubtful, line.contains(" doubtful"), "{line}");
    }
    for user in list("users") {
        // between the two stands what makes an id doubtful
        let begins = format!("user {}", user["id"].as_str().expect("an id"));
        let counts = format!(": {} call", user["calls"]);
        let told = |line: &str| line.starts_with(&begins) && line.contains(&counts);
        assert!(said.lines().any(told), "{begins}{counts}:\n{said}");
    }
}

#[test]
fn what_only_a_repeat_has_fails_all_the_same() {
    let home = tempfile::tempdir().expect("a folder");
    let call = |kind: &str, id: &str, group: Value| {
        json!({
            "type": kind, "event": "E", "userId": "u", "anonymousId": "s", "messageId": id,
            "timestamp": "2026-11-28T10:00:00Z", "groupId": group,
            "properties": {"module": "m"}, "traits": {"first_name": "A"},
        })
    };
    // with the second account it is no longer clear whose call the same track call is
    let track = || call("track", "m2", Value::Null);
    let calls = [
        call("identify", "m1", json!("g1")),
        track(),
        call("identify", "m3", json!("g2")),
        track(),
    ];
    let lines: Vec<String> = calls.iter().map(|call| format!("{call}\n")).collect();
    std::fs::write(home.path().join("c.ndjson"), lines.concat()).expect("written");
    let args = ["check", "c.ndjson", "--vendor", "freshsuccess", "--fail-on", "warning"];
    let finding = "warning FS-T-ACCOUNT-AMBIGUOUS (Freshsuccess, track \"E\", 1 repeat)";
    for (extra, calls) in [(&[][..], 3), (&["--filter", "repeat"], 0)] {
        let done = segscope(home.path(), &[&args[..], extra].concat()).assert().code(1);
        let text = stdout(&done);
        assert!(text.contains(finding), "{text}");
        let last = text.lines().last().expect("a last line");
        assert!(last.starts_with(&format!("{calls} calls: 0 errors, ")), "{last}");
        assert!(last.contains("; 1 repeat; "), "{last}");
        assert!(last.contains(" that only repeats have: failed"), "{last}");
    }
    let done = segscope(home.path(), &[&args[..], &["--format", "markdown"]].concat()).assert();
    let text = stdout(&done.code(1));
    assert!(text.contains("**3 calls: failed") && text.contains("| 1 repeat |"), "{text}");
}

/// A line to try that a page offers before any call came.
#[derive(serde::Deserialize)]
struct Lines {
    curl: String,
    curl_with_ids: String,
}

#[test]
fn the_line_that_the_empty_page_of_people_offers_fills_it() {
    let lines: Lines =
        toml::from_str(include_str!("../../../assets/sdk-lines.toml")).expect("TOML");
    for (line, people) in [(lines.curl, 0), (lines.curl_with_ids, 1)] {
        let home = tempfile::tempdir().expect("a folder");
        let args = ["tail", "--listen", "127.0.0.1:0", "--format", "quiet", "--no-record"];
        let program = Program::start(home.path(), &args);
        let mut http = Http::connect(&program.address).expect("it listens");
        let path = line.split_once("BASE").and_then(|(_, rest)| rest.split(' ').next());
        let path = path.expect("a path");
        let body = line.split('\'').rev().nth(1).expect("a body");
        assert_eq!(http.post(path, body.as_bytes()).expect("an answer").status, 200);
        let summary = http.get("/_segscope/summary").expect("an answer").body;
        let summary: Value = serde_json::from_slice(&summary).expect("JSON");
        assert_eq!(summary["accounts_of"], people, "{body}");
        assert!(people == 0 || summary["users_of"] == 1, "{body}");
    }
}
