//! Clearing the calls that a filter selects.

use super::requests_without_calls::Listening;
use serde_json::{Value, json};
use std::path::Path;

fn ask(listening: &mut Listening, method: &str, path: &str) -> (u16, Value) {
    let answer = listening.http.request(method, &format!("/_segscope/{path}"), &[], b"");
    let answer = answer.expect("an answer");
    (answer.status, serde_json::from_slice(&answer.body).expect("JSON"))
}

/// Sends events of a user in one batch.
fn send(listening: &mut Listening, user: &str, events: &[&str]) {
    let call = |event: &&str| json!({"type": "track", "userId": user, "event": event, "properties": {"n": 1}});
    let batch: Vec<Value> = events.iter().map(call).collect();
    let body = json!({"batch": batch}).to_string();
    let answer = listening.http.post("/v1/batch", body.as_bytes()).expect("an answer");
    assert_eq!(answer.status, 200);
}

fn numbers_and_names<'r>(records: impl IntoIterator<Item = &'r Value>) -> Vec<String> {
    let text = |record: &Value| format!("{} {}", record["seq"], record["name"]).replace('"', "");
    records.into_iter().map(text).collect()
}

fn calls(listening: &mut Listening) -> Vec<String> {
    let (_, page) = ask(listening, "GET", "calls");
    numbers_and_names(page["calls"].as_array().expect("calls"))
}

fn checked(home: &Path, files: &[&Path]) -> Vec<String> {
    let mut records = Vec::new();
    let mut command = super::segscope(home, &["check", "--format", "ndjson", "--fail-on", "never"]);
    let output = command.args(files).output().expect("the program runs");
    for line in String::from_utf8(output.stdout).expect("UTF-8").lines() {
        records.push(serde_json::from_str::<Value>(line).expect("JSON"));
    }
    numbers_and_names(&records)
}

#[test]
fn clears_single_calls_of_batches_and_leaves_all_other_numbers_alone() {
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    send(&mut listening, "u1", &["A", "B", "A", "A", "C"]);
    send(&mut listening, "u2", &["A", "A"]);
    send(&mut listening, "u2", &["B"]);
    let (status, body) = ask(&mut listening, "POST", "reset?filter=event+%3D+%22A%22");
    let want = json!({"success": true, "cleared": 5, "filter": "event = \"A\"", "unreadable": 0});
    assert_eq!((status, body), (200, want));
    assert_eq!(calls(&mut listening), ["2 B", "5 C", "8 B"]);
    // the request of which nothing is left is not counted; a later one with the same name stays
    send(&mut listening, "u1", &["A"]);
    assert_eq!(calls(&mut listening), ["2 B", "5 C", "8 B", "9 A"]);
    let (_, page) = ask(&mut listening, "GET", "calls?after=5");
    assert_eq!(numbers_and_names(page["calls"].as_array().expect("calls")), ["8 B", "9 A"]);
    let (_, summary) = ask(&mut listening, "GET", "summary");
    assert_eq!((&summary["calls"], &summary["request_counts"]["received"]), (&json!(4), &json!(3)));
    // what cleared once stays cleared when something else is cleared
    assert_eq!(ask(&mut listening, "POST", "reset?filter=userId+%3D+%22u2%22").1["cleared"], 1);
    assert_eq!(calls(&mut listening), ["2 B", "5 C", "9 A"]);
    assert_eq!(ask(&mut listening, "POST", "reset?filter=event+%3D+%22Z%22").1["cleared"], 0);

    let recording = listening.recording.clone();
    listening.end();
    let text = std::fs::read_to_string(&recording).expect("the recording");
    let clears: Vec<&str> = text.lines().filter(|line| line.contains("clear_calls")).collect();
    assert_eq!(clears.len(), 2, "a clear of nothing is no line: {clears:?}");
    let first: Value = serde_json::from_str(clears[0]).expect("JSON");
    assert_eq!(
        (&first["filter"], &first["calls"]),
        (&json!("event = \"A\""), &json!([[1, 1], [3, 4], [6, 7]]))
    );
    assert_eq!(checked(home.path(), &[&recording]), ["2 B", "5 C", "9 A"]);

    // behind another file the numbers go on, and the same calls are cleared
    let other = home.path().join("other.ndjson");
    std::fs::write(&other, text.lines().next().map(|line| format!("{line}\n")).expect("a line"))
        .expect("written");
    let both = checked(home.path(), &[&other, &recording]);
    assert_eq!(both, ["1 A", "2 B", "3 A", "4 A", "5 C", "7 B", "10 C", "14 A"]);

    let mut again = Listening::start(home.path());
    assert_eq!(calls(&mut again), ["2 B", "5 C", "9 A"]);
    assert_eq!(ask(&mut again, "POST", "reset").1["cleared"], 3);
    send(&mut again, "u1", &["D"]);
    assert_eq!(calls(&mut again), ["10 D"]);
}

#[test]
fn calls_that_a_filter_cleared_have_taught_the_vendors_nothing() {
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    let group = json!({"userId": "u1", "groupId": "acme", "traits": {"name": "Acme"}}).to_string();
    listening.http.post("/v1/group", group.as_bytes()).expect("an answer");
    send(&mut listening, "u1", &["E"]);
    let seen = |listening: &mut Listening| {
        let (_, page) = ask(listening, "GET", "calls?filter=type+%3D+%22track%22");
        page["calls"][0]["findings"].to_string().contains("acme")
    };
    assert!(seen(&mut listening), "the user's group is known");
    ask(&mut listening, "POST", "reset?filter=type+%3D+%22group%22");
    assert!(!seen(&mut listening), "and forgotten with the call");
}

#[test]
fn a_selection_that_is_wrong_clears_nothing() {
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    send(&mut listening, "u1", &["A"]);
    for (path, says) in [
        ("reset?filter=event+%3D", "filter: "),
        ("reset?filter=", "leave it out to clear all calls"),
        ("reset?filter=+", "leave it out to clear all calls"),
        ("reset?filter=x&test=t", "give `test` or `filter`"),
        ("reset?filtr=x", "unknown parameter `filtr`; the parameters are filter, test"),
    ] {
        let (status, body) = ask(&mut listening, "POST", path);
        assert_eq!(status, 400, "{path}");
        assert!(body["message"].as_str().is_some_and(|text| text.contains(says)), "{path}: {body}");
    }
    assert_eq!(calls(&mut listening), ["1 A"]);
}

#[test]
fn a_clear_line_that_is_wrong_is_named_and_clears_nothing() {
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    send(&mut listening, "u1", &["A", "B"]);
    let recording = listening.recording.clone();
    listening.end();
    let good = std::fs::read_to_string(&recording).expect("the recording");
    for calls in
        ["[[2,1]]", "[[0,1]]", "[[1,1],[1,2]]", "[[1]]", "[[1,2,3]]", "[1]", "1", "[[1,1.5]]"]
    {
        let line = format!(
            r#"{{"v":1,"kind":"clear_calls","at":"2026-01-01T00:00:00.000Z","filter":"x","calls":{calls}}}"#
        );
        std::fs::write(&recording, format!("{good}{line}\n")).expect("written");
        let done = super::segscope(home.path(), &["check", "--fail-on", "never"])
            .arg(&recording)
            .output()
            .expect("the program runs");
        let stderr = String::from_utf8(done.stderr).expect("UTF-8");
        assert!(stderr.contains("such as [[1,3],[7,7]]"), "{calls}: {stderr}");
    }
}
