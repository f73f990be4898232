//! Requests that hold no call: each is a row with its response, its reason and a fix.

use super::{case, segscope};
use crate::common::{Http, Program, command};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Stdio;

/// A listener that records, and a connection to it.
pub struct Listening {
    pub program: Program,
    pub http: Http,
    pub recording: std::path::PathBuf,
}

impl Listening {
    pub fn start(home: &Path) -> Listening {
        let recording = home.join("r.ndjson");
        let file = recording.to_str().expect("a path that is text");
        let args = ["tail", "--format", "text", "--listen", "127.0.0.1:0", "--record", file];
        let program = Program::start(home, &args);
        let http = Http::connect(&program.address).expect("it listens");
        Listening { program, http, recording }
    }

    pub fn counts(&mut self) -> Value {
        let answer = self.http.get("/_segscope/summary").expect("an answer");
        let summary: Value = serde_json::from_slice(&answer.body).expect("JSON");
        summary["request_counts"].clone()
    }

    /// Ends it; what it printed.
    pub fn end(mut self) -> (Vec<String>, String) {
        assert_eq!(self.program.end(), Some(0));
        let stdout = self.program.child.stdout.take().expect("stdout is piped");
        let lines = std::io::BufRead::lines(std::io::BufReader::new(stdout));
        let lines = lines.map(|line| line.expect("stdout is text")).collect();
        (lines, self.program.last_words())
    }
}

/// Posts each body to its path; the line that `tail` printed for it begins, behind its time, with
/// the status of the answer and says all of the words.
fn each_is_a_row(sent: &[(&str, &str, &[&str])]) {
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    for (path, body, _) in sent {
        let answer = listening.http.post(path, body.as_bytes()).expect("an answer");
        assert_eq!(answer.status, 200, "{path} {body}");
    }
    let all = sent.len();
    let counts = listening.counts();
    let want = json!({"received": all, "with_calls": 0, "without_calls": all, "refused": 0, "not_found": 0});
    assert_eq!(counts, want);
    let recording = listening.recording.clone();
    let (lines, words) = listening.end();
    assert_eq!(lines.len(), all, "{lines:#?}");
    for (line, (path, body, says)) in lines.iter().zip(sent) {
        assert!(
            line[13..].starts_with(&format!(
                "no call 200 POST {}: ",
                path.split('?').next().unwrap_or(path)
            )),
            "{line}"
        );
        for part in *says {
            assert!(line.contains(part), "{path} {body}: expected {part} in {line}");
        }
    }
    assert!(words.contains(&format!("0 calls in {all} request")), "{words}");
    assert!(!words.contains("no call lacks an id"), "{words}");

    // it survives: a check of the recording says the same and fails
    let check = segscope(home.path(), &["check"]).arg(&recording).output().expect("it runs");
    let text = String::from_utf8(check.stdout).expect("text");
    assert_eq!(check.status.code(), Some(1), "{text}");
    for (_, _, says) in sent {
        assert!(says.iter().all(|part| text.contains(part)), "expected {says:?} in {text}");
    }
    let stderr = String::from_utf8(check.stderr).expect("text");
    assert!(stderr.contains("and no call was accepted"), "{stderr}");
}

#[test]
fn requests_that_were_accepted_and_hold_no_call_are_rows_with_reason_and_fix() {
    // the requests of case 68
    let script = std::fs::read_to_string(case("68-accepted-but-no-call.sh")).expect("the case");
    let sent: Vec<(&str, &str)> = script
        .lines()
        .filter_map(|line| line.strip_prefix("p ")?.trim_end_matches('\'').split_once(" '"))
        .collect();
    assert_eq!(sent.len(), 7);
    let says: [&[&str]; 7] = [
        &["the body is an array", "{\"batch\": [...]}"],
        &["no `batch` but `events`", "rename `events` to `batch`"],
        &["the body is a single call", "post it to /v1/track"],
        &["`batch` is empty"],
        &["the only item of `batch` is a string that holds JSON (encoded twice)"],
        &["the body is an array", "expects one call as an object"],
        &["a string that holds JSON (encoded twice)", "drop the second `JSON.stringify`"],
    ];
    let sent: Vec<_> =
        sent.iter().zip(says).map(|((path, body), says)| (*path, *body, says)).collect();
    each_is_a_row(&sent);
}

#[test]
fn other_bodies_without_a_call_are_rows_too() {
    const SENT: [(&str, &str, &[&str]); 16] = [
        ("/v1/import", r#"[]"#, &["the body is an array", "/v1/import expects"]),
        (
            "/v1/b",
            r#"{"writeKey":"K","sentAt":"x"}"#,
            &["no `batch` (it has `writeKey`, `sentAt`)"],
        ),
        ("/v1/batch", r#"{}"#, &["the body is an empty object"]),
        ("/v1/batch", r#"{"batch":{"type":"track"}}"#, &["`batch` is an object", "array of calls"]),
        (
            "/v1/batch",
            r#"{"batch":"[{\"type\":\"page\"}]"}"#,
            &["`batch` is a string that holds JSON"],
        ),
        ("/v1/batch", r#"{"messages":[{"type":"page"}]}"#, &["rename `messages` to `batch`"]),
        ("/v1/batch", r#"{"data":{"batch":[{"type":"page"}]}}"#, &["the batch is in `data`"]),
        (
            "/v1/batch",
            r#"{"payload":"{\"batch\":[]}"}"#,
            &["`payload` is a string that holds JSON"],
        ),
        (
            "/v1/batch",
            r#"{"type":"group","groupId":"g"}"#,
            &["single call", "post it to /v1/group"],
        ),
        ("/v1/batch", r#"{"batch":[[{"type":"page"}]]}"#, &["is an array", "not arrays of them"]),
        ("/v1/batch", r#"{"batch":[null,1,true]}"#, &["3 of 3 items", "item 1 is `null`"]),
        ("/v1/identify", r#"42"#, &["the body is a number"]),
        ("/v1/page", r#""hello""#, &["the body is a string; /v1/page expects one call"]),
        ("/v1/track", r#"{"batch":[{"type":"track"}]}"#, &["the body is a batch", "to /v1/batch"]),
        ("/webhook", r#"[]"#, &["the array is empty"]),
        ("/beacon/v1/batch?writeKey=K", r#"null"#, &["the body is `null`"]),
    ];
    each_is_a_row(&SENT);
}

#[test]
fn items_that_are_no_calls_have_a_row_beside_the_calls_of_their_batch() {
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    let good = json!({"type": "track", "event": "E", "userId": "u"});
    for batch in [json!({"batch": [good, "text", good]}), json!({"batch": [3, good, null]})] {
        listening.http.post("/v1/batch", batch.to_string().as_bytes()).expect("an answer");
    }
    let want =
        json!({"received": 2, "with_calls": 2, "without_calls": 0, "refused": 0, "not_found": 0});
    assert_eq!(listening.counts(), want);
    let answer = listening.http.get("/_segscope/calls").expect("an answer");
    let calls: Value = serde_json::from_slice(&answer.body).expect("JSON");
    for call in calls["calls"].as_array().expect("calls") {
        let codes = call["findings"].as_array().expect("findings").iter().map(|f| &f["code"]);
        assert!(!codes.clone().any(|code| code == "bad_request"), "no call is at fault: {call}");
    }
    let recording = listening.recording.clone();
    let (lines, _) = listening.end();
    let rows: Vec<&str> = lines.iter().map(|line| &line[13..]).collect();
    assert!(
        rows[2].starts_with("lost items 200 POST /v1/batch: item 2 of 3 in `batch` is a string"),
        "{rows:#?}"
    );
    assert!(rows[4].starts_with("lost items 200 POST /v1/batch: 2 of 3 items"), "{rows:#?}");
    assert_eq!(rows.len(), 5);
    let check = segscope(home.path(), &["check"]).arg(&recording).output().expect("it runs");
    let text = String::from_utf8(check.stdout).expect("text");
    assert!(text.contains("item 2 of 3 in `batch` is a string"), "{text}");
}

#[test]
fn questions_that_were_answered_are_rows_without_a_problem() {
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    for path in [
        "/v1/projects/K/settings",
        "/sourceConfig/?writeKey=K",
        "/health",
        "/",
        "/version",
        "/favicon.ico",
    ] {
        listening.http.get(path).expect("an answer");
    }
    listening.http.post("/v1/m", br#"{"series":[]}"#).expect("an answer");
    listening
        .http
        .request("OPTIONS", "/v1/t", &[("origin", "http://a.example")], b"")
        .expect("an answer");
    let want =
        json!({"received": 3, "with_calls": 0, "without_calls": 3, "refused": 0, "not_found": 0});
    assert_eq!(listening.counts(), want);
    let recording = listening.recording.clone();
    let (lines, _) = listening.end();
    let rows: Vec<&str> = lines.iter().map(|line| &line[13..]).collect();
    assert_eq!(
        rows,
        [
            "request 200 GET /v1/projects/K/settings: a library asked for the settings of write key `K` and got them",
            "request 200 GET /sourceConfig/: a RudderStack library asked for its settings and got them",
            "request 200 POST /v1/m: counters of a library; they are not calls",
        ]
    );
    // a recording of them holds no call, which is not success
    let check = segscope(home.path(), &["check"]).arg(&recording).output().expect("it runs");
    assert_eq!(check.status.code(), Some(1));
    let text = String::from_utf8(check.stdout).expect("text");
    assert!(
        text.contains("0 errors") && text.contains("3 requests without an accepted call"),
        "{text}"
    );
    let never = segscope(home.path(), &["check", "--fail-on", "never"]).arg(&recording).output();
    assert_eq!(never.expect("it runs").status.code(), Some(0));
}

#[test]
fn plain_mode_says_a_request_without_a_call_and_its_fix() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("r.ndjson");
    let line = json!({"v": 1, "request": 1, "received_at": "2026-11-22T10:00:00.000Z", "method": "POST",
        "path": "/v1/batch", "query": "", "headers": {}, "status": 200, "body": [{"type": "track"}]});
    std::fs::write(&file, format!("{line}\n")).expect("written");
    let mut child = command(home.path())
        .args(["open", "--plain"])
        .arg(&file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    std::io::Write::write_all(&mut child.stdin.take().expect("stdin"), b"show\nquit\n")
        .expect("taken");
    let out = child.wait_with_output().expect("it ends");
    let text = String::from_utf8(out.stdout).expect("text");
    assert!(text.contains("no call: the body is an array"), "{text}");
    assert!(text.contains("fix: send an object with the array as its `batch`"), "{text}");
}

#[test]
fn a_deletion_request_of_segment_is_not_a_call() {
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    let deletion = json!({"type": "delete", "userId": "u1"}).to_string();
    listening.http.post("/webhook", deletion.as_bytes()).expect("an answer");
    let typed = json!({"type": "track", "event": "delete", "userId": "u1"}).to_string();
    listening.http.post("/webhook", typed.as_bytes()).expect("an answer");
    let recording = listening.recording.clone();
    let (lines, words) = listening.end();
    assert!(
        lines[0].contains("Segment's request to delete the data of a user; it is not a call"),
        "{lines:#?}"
    );
    assert!(words.contains("1 call"), "{words}");
    let check = segscope(home.path(), &["check"]).arg(&recording).output().expect("it runs");
    let text = String::from_utf8(check.stdout).expect("text");
    assert!(!text.contains("EVT-TYPE-UNKNOWN"), "{text}");
}

#[test]
fn a_repeated_batch_is_the_same_in_a_file_and_at_the_listener() {
    const CALL: &str = r#"{"type":"track","event":"E","userId":"u"}"#;
    const SAYS: &str = "`batch` is there 2 times, and the last, which counts, is empty";
    let body = format!(r#"{{"batch":[{CALL}],"batch":[]}}"#);
    each_is_a_row(&[("/v1/batch", &body, &[SAYS, "1 call is lost", "send one `batch`"])]);
    let home = tempfile::tempdir().expect("a folder");
    for text in [body.clone(), format!("{CALL}\n{body}\n"), format!("{{\n{}", &body[1..])] {
        let file = home.path().join("calls.json");
        std::fs::write(&file, &text).expect("written");
        let check = segscope(home.path(), &["check"]).arg(&file).output().expect("it runs");
        let out = String::from_utf8(check.stdout).expect("text");
        assert!(out.contains(SAYS), "{text}: {out}");
    }
}
