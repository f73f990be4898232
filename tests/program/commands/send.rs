//! `segscope send`: the pace, and the times of what is sent.

use super::segscope;
use crate::common::{Http, Program};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Two calls that arrived 400 ms apart, in 2024.
const CALLS: &str = r#"{"type":"track","event":"A","userId":"u","timestamp":"2024-05-01T10:00:00.000Z"}
{"type":"track","event":"B","userId":"u","timestamp":"2024-05-01T10:00:00.400Z","sentAt":"2024-05-01T10:00:00.300Z"}
"#;

#[test]
fn calls_are_sent_at_the_recorded_pace_and_their_times_move_to_now() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("calls.ndjson"), CALLS).expect("written");
    let listen = ["tail", "--listen", "127.0.0.1:0", "--no-record", "--format", "quiet"];
    let program = Program::start(home.path(), &listen);
    let url = format!("http://{}", program.address);
    let began = Instant::now();
    let send = ["send", "calls.ndjson", "--to", &url, "--pace", "recorded", "--now"];
    segscope(home.path(), &send).assert().code(0);
    assert!(began.elapsed() >= Duration::from_millis(400), "{:?}", began.elapsed());
    segscope(home.path(), &["send", "calls.ndjson", "--to", &url]).assert().code(0);
    let mut http = Http::connect(&program.address).expect("it listens");
    let page = http.get("/_segscope/calls").expect("an answer").body;
    let page: Value = serde_json::from_slice(&page).expect("JSON");
    let time = |call: usize, name: &str| {
        let text = page["calls"][call]["call"][name].as_str().unwrap_or_else(|| panic!("{page}"));
        text.parse::<jiff::Timestamp>().expect("a time").as_millisecond()
    };
    let apart = time(1, "timestamp") - time(0, "timestamp");
    // each call gets the time at which it is sent, and the first may be late on a busy machine
    assert!((100..5_000).contains(&apart), "{apart} ms");
    assert_eq!(time(1, "timestamp") - time(1, "sentAt"), 100, "the times of a call move together");
    let age = jiff::Timestamp::now().as_millisecond() - time(1, "timestamp");
    assert!((0..60_000).contains(&age), "{age} ms");
    assert_eq!(page["calls"][2]["call"]["timestamp"], "2024-05-01T10:00:00.000Z");
}

#[test]
fn a_call_of_a_batch_is_sent_with_what_its_batch_gave_it() {
    let home = tempfile::tempdir().expect("a folder");
    let recording = r#"{"v":1,"request":1,"received_at":"2026-11-20T10:00:05.000Z","method":"POST","path":"/v1/batch","query":"","headers":{},"status":200,"body":{"batch":[{"type":"track","event":"A","userId":"u","context":{"app":{"name":"a"}}}],"sentAt":"2026-11-20T10:00:04.000Z","context":{"groupId":"g"},"integrations":{"All":false}}}"#;
    std::fs::write(home.path().join("recording.ndjson"), format!("{recording}\n"))
        .expect("written");
    let done = segscope(home.path(), &["export", "recording.ndjson"]).assert().code(0);
    std::fs::write(home.path().join("records.ndjson"), &done.get_output().stdout).expect("written");
    let listen = ["tail", "--listen", "127.0.0.1:0", "--no-record", "--format", "quiet"];
    let program = Program::start(home.path(), &listen);
    let url = format!("http://{}", program.address);
    for file in ["recording.ndjson", "records.ndjson"] {
        segscope(home.path(), &["send", file, "--to", &url]).assert().code(0);
    }
    let mut http = Http::connect(&program.address).expect("it listens");
    let page = http.get("/_segscope/calls").expect("an answer").body;
    let page: Value = serde_json::from_slice(&page).expect("JSON");
    for nth in 0..2 {
        let call = &page["calls"][nth]["call"];
        assert_eq!(call["context"], serde_json::json!({"app": {"name": "a"}, "groupId": "g"}));
        assert_eq!(call["integrations"], serde_json::json!({"All": false}));
        assert_eq!(call["sentAt"], "2026-11-20T10:00:04.000Z");
    }
}

#[test]
fn an_address_with_an_invalid_port_is_refused() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("calls.ndjson"), CALLS).expect("written");
    for url in ["http://127.0.0.1:99999", "http://127.0.0.1:", "http://127.0.0.1:0"] {
        let ran = segscope(home.path(), &["send", "calls.ndjson", "--to", url]).assert().code(2);
        let said = String::from_utf8_lossy(&ran.get_output().stderr).into_owned();
        assert!(said.contains("expected a port from 1 to 65535"), "{url}: {said}");
    }
}

/// The beginning of a file says that its lines are calls, so an envelope after it is opened later.
#[test]
fn a_call_in_an_envelope_that_cannot_be_read_is_counted_with_its_line() {
    let home = tempfile::tempdir().expect("a folder");
    let call = |event: &str, bytes: usize| {
        let text = "x".repeat(bytes);
        json!({"type": "track", "event": event, "userId": "u", "properties": {"text": text}})
    };
    // too large for a request to this path
    let large = json!({"seq": 1, "path": "/v1/track", "received_at": "2026-11-30T10:00:00.000Z",
        "call": call("Large", 40_000)});
    let messages = [large.clone(), call("Inside", 1), large];
    let messages = messages.map(|message| json!({"body": message.to_string()}));
    let mut lines: Vec<String> = (0..80).map(|_| call("First", 4_000).to_string()).collect();
    lines.push(json!({"messages": messages}).to_string());
    lines.push(call("Last", 1).to_string());
    std::fs::write(home.path().join("calls.ndjson"), lines.join("\n")).expect("written");

    let listen = ["tail", "--listen", "127.0.0.1:0", "--no-record", "--format", "quiet"];
    let program = Program::start(home.path(), &listen);
    let url = format!("http://{}", program.address);
    let ran = segscope(home.path(), &["send", "calls.ndjson", "--to", &url]).assert().code(0);
    let said = String::from_utf8_lossy(&ran.get_output().stderr).into_owned();
    let note = "2 calls in envelopes passed over; the first is on line 81: the body has";
    assert!(said.contains(note), "{said}");
    let mut http = Http::connect(&program.address).expect("it listens");
    let page = http.get("/_segscope/calls?after=80").expect("an answer").body;
    let page: Value = serde_json::from_slice(&page).expect("JSON");
    let calls = page["calls"].as_array().expect("calls").iter();
    assert_eq!(calls.map(|call| &call["name"]).collect::<Vec<_>>(), ["Inside", "Last"]);
}
