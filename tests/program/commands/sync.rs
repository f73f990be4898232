//! Objects pushed to Segment, over HTTP and out of the recording.

use crate::common::{Answer, Http, Program};
use serde_json::{Value, json};
use std::io::Write;

fn json_of(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).expect("JSON")
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(text.as_bytes()).expect("in memory");
    packer.finish().expect("in memory")
}

fn panel(http: &mut Http) -> Value {
    let answer = http.get("/_segscope/sync").expect("an answer");
    assert_eq!(answer.status, 200);
    json_of(&answer)
}

#[test]
fn a_bulk_sync_is_answered_shown_and_shown_again() {
    let home = tempfile::tempdir().expect("a folder");
    let recording = home.path().join("r.ndjson");
    let file = recording.to_str().expect("a UTF-8 path");
    let args = ["tail", "--listen", "127.0.0.1:0", "--record", file, "--format", "quiet"];
    let mut program = Program::start(home.path(), &args);
    let mut http = Http::connect(&program.address).expect("it listens");
    assert_eq!(panel(&mut http), Value::Null);

    let started = http.post("/v0/start", b"").expect("an answer");
    assert_eq!(started.status, 201);
    let id = json_of(&started)["sync_id"].as_str().expect("an id").to_owned();
    assert_eq!(panel(&mut http)["status"], "running");
    let lines = "{\"id\":\"c1\",\"collection\":\"companies\",\"properties\":{\"a\":1}}\n\n{\"id\":\"c2\",\n\"collection\":\"companies\"}\n{\"id\":\"e1\",\"collection\":\"endusers\",\"properties\":{\"tags\":[]}}\n";
    let upload = format!("/v0/upload/{id}");
    let packed = [("content-encoding", "gzip")];
    let answer = http.request("POST", &upload, &packed, &gzip(lines)).expect("an answer");
    assert_eq!(answer.status, 201);
    assert!(json_of(&answer)["part_id"].is_string());
    let broken = http.request("POST", &upload, &packed, b"\x1f\x8bbroken").expect("an answer");
    assert_eq!(broken.status, 400);
    let kept_alive = http.post(&format!("/v0/keep-alive/{id}"), b"").expect("an answer");
    assert_eq!(kept_alive.status, 200);
    let unknown = http.post("/v0/finish/sync-99", b"{}").expect("an answer");
    assert_eq!(unknown.status, 400);
    let finished = http.post(&format!("/v0/finish/{id}"), br#"{"error":""}"#).expect("an answer");
    assert_eq!(finished.status, 202);
    let late = http.post(&upload, lines.as_bytes()).expect("an answer");
    assert_eq!(late.status, 400);

    let shown = panel(&mut http);
    assert_eq!(shown["status"], "ok");
    // the torn object is two lines, each none; the broken body is one more error of no model
    assert_eq!(
        shown["models"],
        json!([
            {"model": "(unknown)", "objects_synced": 0, "errors": 3},
            {"model": "companies", "objects_synced": 1, "errors": 0},
            {"model": "endusers", "objects_synced": 0, "errors": 1},
        ])
    );
    // no call, no row
    let health = json_of(&http.get("/_segscope/health").expect("an answer"));
    assert_eq!((&health["calls"], &health["refused"]), (&json!(0), &json!(0)));
    assert_eq!(program.end(), Some(0));
    let kept = std::fs::read_to_string(&recording).expect("text");
    let statuses: Vec<Value> = kept
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["status"].clone())
        .collect();
    assert_eq!(statuses, [201, 201, 400, 200, 400, 202, 400]);

    let again = Program::start(home.path(), &args);
    let mut http = Http::connect(&again.address).expect("it listens");
    assert_eq!(panel(&mut http), shown, "out of the recording");
    let health = json_of(&http.get("/_segscope/health").expect("an answer"));
    assert_eq!((&health["calls"], &health["refused"]), (&json!(0), &json!(0)));
}

#[test]
fn an_upload_may_be_larger_than_any_batch() {
    let home = tempfile::tempdir().expect("a folder");
    let args = ["tail", "--listen", "127.0.0.1:0", "--no-record", "--format", "quiet"];
    let program = Program::start(home.path(), &args);
    let mut http = Http::connect(&program.address).expect("it listens");
    let id = json_of(&http.post("/v0/start", b"").expect("an answer"))["sync_id"].clone();
    let upload = format!("/v0/upload/{}", id.as_str().expect("an id"));
    let object = |nth: u32| {
        let text = "x".repeat(30_000);
        format!(
            "{{\"id\":\"o{nth}\",\"collection\":\"notes\",\"properties\":{{\"t\":\"{text}\"}}}}\n"
        )
    };
    let lines: String = (0..200).map(object).collect();
    assert!(lines.len() > 5 << 20);
    assert_eq!(http.post(&upload, lines.as_bytes()).expect("an answer").status, 201);
    assert_eq!(panel(&mut http)["models"][0]["objects_synced"], 200);
    // and no larger than the limit: an error of the run, not a row of the log
    let packed = [("content-encoding", "gzip")];
    let huge = gzip(&" ".repeat((32 << 20) + 1));
    assert_eq!(http.request("POST", &upload, &packed, &huge).expect("an answer").status, 400);
    assert_eq!(panel(&mut http)["models"][0]["errors"], 1);
    let health = json_of(&http.get("/_segscope/health").expect("an answer"));
    assert_eq!(health["refused"], 0);
}

#[test]
fn the_example_of_the_specification_in_single_requests() {
    let home = tempfile::tempdir().expect("a folder");
    let args = ["tail", "--listen", "127.0.0.1:0", "--no-record", "--format", "quiet"];
    let program = Program::start(home.path(), &args);
    let mut http = Http::connect(&program.address).expect("it listens");
    for (body, status) in [
        (
            json!({"collection": "companies", "objects": [{"id": "c1", "properties": {}}, {"id": "c2", "properties": {}}]}),
            200,
        ),
        (
            json!({"collection": "companies", "objects": [{"id": "c2", "properties": {"a": 1}}, {"properties": {}}]}),
            200,
        ),
        (
            json!({"collection": "licenses", "objects": [{"id": "l1", "properties": {"lines": []}}]}),
            200,
        ),
        (json!({"collection": "_x", "objects": []}), 400),
    ] {
        let answer = http.post("/v1/set", body.to_string().as_bytes()).expect("an answer");
        assert_eq!(answer.status, status, "{body}");
    }
    assert_eq!(
        panel(&mut http)["models"],
        json!([
            {"model": "_x", "objects_synced": 0, "errors": 1},
            {"model": "companies", "objects_synced": 2, "errors": 1},
            {"model": "licenses", "objects_synced": 0, "errors": 1},
        ])
    );
}
