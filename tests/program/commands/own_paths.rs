//! The inspector's own paths, as an end-to-end test of an app uses them.

use crate::common::{Answer, Http, Program};
use serde_json::{Value, json};

fn start(home: &std::path::Path, more: &[&str]) -> Program {
    let args =
        [&["tail", "--listen", "127.0.0.1:0", "--no-record", "--format", "quiet"], more].concat();
    Program::start(home, &args)
}

fn json_of(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).expect("JSON")
}

fn call(event: &str, account: Option<&str>) -> Vec<u8> {
    json!({"event": event, "userId": "u", "properties": {"account_id": account, "user_id": "u"}})
        .to_string()
        .into_bytes()
}

#[test]
fn calls_are_given_by_filter_and_in_pages() {
    let home = tempfile::tempdir().expect("a folder");
    let program = start(home.path(), &["--vendor", "customersuccessbox"]);
    let mut http = Http::connect(&program.address).expect("it listens");
    for (nth, account) in [Some("a"), None, Some("b"), None, None].into_iter().enumerate() {
        http.post("/v1/track", &call(&format!("E{nth}"), account)).expect("taken");
    }
    let mut get = |path: &str| http.get(&format!("/_segscope/{path}")).expect("an answer");
    let names = |answer: &Answer| -> Vec<String> {
        let body = json_of(answer);
        let calls = body["calls"].as_array().expect("a list").clone();
        calls.iter().map(|call| call["name"].as_str().expect("a name").to_owned()).collect()
    };
    let all = get("calls");
    assert_eq!(names(&all), ["E0", "E1", "E2", "E3", "E4"]);
    let record = &json_of(&all)["calls"][1];
    assert_eq!(record["missing"], json!(["account_id"]));
    assert_eq!(record["vendors"]["customersuccessbox"]["verdict"], "dropped");
    assert_eq!((&json_of(&all)["last"], &json_of(&all)["more"]), (&json!(5), &json!(false)));

    let lacking = "calls?filter=missing(account_id)";
    assert_eq!(names(&get(lacking)), ["E1", "E3", "E4"]);
    let first = get(&format!("{lacking}&limit=2"));
    assert_eq!(names(&first), ["E1", "E3"]);
    assert_eq!((&json_of(&first)["last"], &json_of(&first)["more"]), (&json!(4), &json!(true)));
    assert_eq!(names(&get(&format!("{lacking}&limit=2&after=4"))), ["E4"]);
    assert_eq!(names(&get("calls?filter=event+%3D+%22E2%22")), ["E2"]);

    for (path, status, says) in [
        ("calls?filter=type+%3D", 400, "filter: "),
        ("calls?filter=verdict.plahnat!=null", 400, "found `verdict.plahnat`"),
        ("wait?none=1&filter=verdict=%22droped%22", 400, "found `droped`"),
        ("calls?limit=1001", 400, "limit is a whole number from 0 to 1000"),
        ("calls?limt=1", 400, "the parameters are filter, after, limit"),
        ("wait?count=x", 400, "count is a whole number"),
        ("cals", 404, "calls"),
        ("reset", 405, "use POST"),
    ] {
        let answer = get(path);
        assert_eq!(answer.status, status, "{path}");
        assert!(json_of(&answer)["message"].as_str().is_some_and(|m| m.contains(says)), "{path}");
    }
    let summary = json_of(&get("summary"));
    assert_eq!((&summary["calls"], &summary["missing"]), (&json!(5), &json!(3)));
    assert_eq!(summary["vendors"]["customersuccessbox"]["dropped"], 3);
    let found = summary["findings"].as_array().expect("a list");
    let is = |finding: &&Value| finding["code"] == "CSB-T-ACCOUNT-MISSING";
    assert_eq!(found.iter().find(is).expect("found")["calls"], 3);
    let found = summary["findings_by_event"].as_array().expect("a list");
    // each event came once
    assert_eq!(found.iter().filter(is).count(), 3);
    let found = found.iter().find(is).expect("found");
    assert_eq!((&found["calls"], &found["vendor"]), (&json!(1), &json!("customersuccessbox")));
    let sum = |list: &str, of: &str| -> i64 {
        let list = summary[list].as_array().expect("a list");
        list.iter().map(|entry| entry[of].as_i64().expect("a number")).sum()
    };
    for list in ["events", "libraries", "app_versions", "write_keys"] {
        assert_eq!(sum(list, "calls") + sum(list, "repeats"), 5, "{list}: {summary}");
        assert_eq!(sum(list, "missing"), 3, "{list}");
    }
    assert_eq!(summary["held"]["texts_not_kept"], 0);
}

#[test]
fn a_wait_ends_with_the_calls_or_with_what_was_seen() {
    let home = tempfile::tempdir().expect("a folder");
    let program = start(home.path(), &[]);
    let address = program.address.clone();
    let waiting = std::thread::spawn(move || {
        let mut http = Http::connect(&address).expect("it listens");
        http.get("/_segscope/wait?filter=test+%3D+%22t1%22&count=2&timeout_ms=20000")
            .expect("an answer")
    });
    let mut http = Http::connect(&program.address).expect("it listens");
    for (event, test) in [("A", "t1"), ("B", "t2"), ("C", "t1")] {
        let headers = [("authorization", "Basic d2tfdGVzdDo="), ("X-Segscope-Test", test)];
        http.request("POST", "/v1/track", &headers, &call(event, None)).expect("taken");
    }
    let answer = waiting.join().expect("no panic");
    assert_eq!(answer.status, 200);
    let seen: Vec<Value> = json_of(&answer)["calls"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|c| c["name"].clone())
        .collect();
    assert_eq!(seen, ["A", "C"]);

    let answer = http
        .get("/_segscope/wait?filter=event+%3D+%22A%22&count=2&timeout_ms=30")
        .expect("an answer");
    let body = json_of(&answer);
    assert_eq!(answer.status, 504);
    assert_eq!(body["message"], "1 of 2 calls arrived within 30 ms; 3 were checked");
    assert_eq!(body["calls"][0]["name"], "A");
    assert_eq!(
        (&body["others"][0]["name"], &body["others"][1]["name"]),
        (&json!("B"), &json!("C"))
    );
}

#[test]
fn a_reset_begins_anew_and_numbers_go_on() {
    let home = tempfile::tempdir().expect("a folder");
    let recording = home.path().join("r.ndjson");
    let file = recording.to_str().expect("a UTF-8 path");
    let args = ["tail", "--listen", "127.0.0.1:0", "--record", file];
    let mut program = Program::start(home.path(), &args);
    let mut http = Http::connect(&program.address).expect("it listens");
    http.post("/v1/track", &call("old", None)).expect("taken");
    http.post("/v1/set", br#"{"collection":"plans","objects":[{"id":"1","properties":{}}]}"#)
        .expect("taken");
    assert_eq!(json_of(&http.get("/_segscope/sync").expect("an answer"))["status"], "ok");
    let reset = http.request("POST", "/_segscope/reset", &[], b"").expect("an answer");
    assert_eq!((reset.status, &json_of(&reset)["cleared"]), (200, &json!(1)));
    let empty = http.get("/_segscope/calls").expect("an answer");
    assert_eq!(json_of(&empty)["calls"], json!([]));
    assert_eq!(json_of(&http.get("/_segscope/sync").expect("an answer")), Value::Null);
    // the same messageId is not a repeat of what was cleared away
    http.post("/v1/track", &call("new", None)).expect("taken");
    let after = json_of(&http.get("/_segscope/calls").expect("an answer"));
    let first = &after["calls"][0];
    assert_eq!((&first["seq"], &first["name"]), (&json!(2), &json!("new")));
    assert_eq!(after["calls"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        json_of(&http.get("/_segscope/calls?after=1").expect("an answer"))["calls"][0]["seq"],
        2
    );
    assert_eq!(program.end(), Some(0));

    let done = super::segscope(home.path(), &["check", file, "--format", "ndjson"]).assert();
    let records = super::stdout(&done);
    assert_eq!(records.lines().count(), 1, "cleared for good: {records}");
    let record: Value = serde_json::from_str(records.trim()).expect("JSON");
    assert_eq!((&record["seq"], &record["name"]), (&json!(2), &json!("new")));
}

#[test]
fn no_web_page_and_no_other_name_gets_in() {
    let home = tempfile::tempdir().expect("a folder");
    let program = start(home.path(), &[]);
    let mut http = Http::connect(&program.address).expect("it listens");
    for path in ["calls", "wait", "summary", "sync", "reset", "health"] {
        for method in ["GET", "POST"] {
            let path = format!("/_segscope/{path}");
            let page = [("origin", "https://evil.example")];
            let answer = http.request(method, &path, &page, b"").expect("an answer");
            assert_eq!(answer.status, 403, "{method} {path}");
        }
    }
}

#[test]
fn who_turned_recording_off_is_said_where_a_project_did() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("segscope.toml"), "ascii = true\nno_record = true\n")
        .expect("written");
    let says = "segscope.toml:2: the project turns recording off (`no_record`)";
    let health = |args: &[&str]| {
        let mut program = Program::start(home.path(), args);
        let mut http = Http::connect(&program.address).expect("it listens");
        let health = json_of(&http.get("/_segscope/health").expect("an answer"));
        program.end();
        (health["problem"].clone(), program.said.clone())
    };
    let tail = ["tail", "--listen", "127.0.0.1:0"];
    let (problem, said) = health(&tail);
    assert_eq!((problem, said.matches(says).count()), (json!(says), 1), "{said}");
    let (problem, said) = health(&[&tail[..], &["--no-record"]].concat());
    assert_eq!((problem, said.contains(says)), (Value::Null, false), "{said}");
}
