//! The built program from end to end: what real SDKs sent goes in, call records and the recording
//! come out, and a second start says the same as the first.

use crate::captures::captures;
use crate::common::{Http, Program, wait_for};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The calls that all captures hold, counted without this crate.
const CALLS: usize = 3220;
/// The number of these calls that are no repeats.
const NEW: usize = CALLS - 80;

/// The maximum number of lines that are not written when the program is asked to end.
const LEFT: usize = 200;

fn replay(address: &str) -> usize {
    let mut http = Http::connect(address).expect("it listens");
    let own = ["host", "connection", "transfer-encoding", "content-length"];
    let mut refused = 0;
    for capture in captures() {
        let target = match capture.query.as_str() {
            "" => capture.path.clone(),
            query => format!("{}?{query}", capture.path),
        };
        let headers: Vec<(&str, &str)> = capture
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| !own.contains(name))
            .collect();
        let answer =
            http.request(&capture.method, &target, &headers, &capture.body).unwrap_or_else(
                |error| panic!("{} {} {}: {error}", capture.name, capture.sdk, capture.note),
            );
        refused += usize::from(answer.status == 400);
    }
    refused
}

fn health(address: &str) -> Value {
    let answer = Http::connect(address)
        .and_then(|mut http| http.get("/_segscope/health"))
        .expect("an answer");
    serde_json::from_slice(&answer.body).expect("JSON")
}

#[test]
fn every_capture_is_recorded_and_told_once() {
    let home = tempfile::tempdir().expect("a folder");
    let recording = home.path().join("r.ndjson");
    let args = [
        "tail",
        "--listen",
        "127.0.0.1:0",
        "--format",
        "ndjson",
        "--record",
        recording.to_str().expect("UTF-8"),
    ];
    let mut program = Program::start(home.path(), &args);
    let out = program.child.stdout.take().expect("stdout is piped");
    let written = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&written);
    let lines = std::thread::spawn(move || {
        let lines = BufReader::new(out).lines().inspect(|_| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        lines.collect::<Result<Vec<_>, _>>()
    });
    let refused = replay(&program.address);
    assert_eq!(refused, 3, "no JSON, a call over 32 KB, a batch item over 32 KB");
    // it answers while calls are still being checked, if that takes longer than a second
    let counted = wait_for("all calls to be checked", || {
        let counted = health(&program.address);
        let checked = counted["calls"].as_u64()? + counted["repeats"].as_u64()?;
        (checked == CALLS as u64).then_some(counted)
    });
    assert_eq!((&counted["calls"], &counted["repeats"]), (&json!(NEW), &json!(CALLS - NEW)));
    // when it is asked to end it writes what is left, for which it has 10 s: a loaded machine needs
    // longer for all of it
    for most in (0..CALLS - LEFT).step_by(LEFT) {
        wait_for("more lines", || (written.load(Ordering::Relaxed) > most).then_some(()));
    }
    assert_eq!(program.end(), Some(0));
    let words = program.last_words();
    assert!(words.contains(&format!("{NEW} calls in")), "{words}");

    let records = lines.join().expect("read").expect("UTF-8");
    assert_eq!(records.len(), CALLS);
    let mut repeats = 0;
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (at, line) in records.iter().enumerate() {
        let record: Value = serde_json::from_str(line).expect("a record is JSON");
        let fields = record.as_object().expect("an object").keys().map(String::as_str);
        // fields that only some records have
        let some = ["seen_group", "fix_language", "fix_snippet"];
        let fields: Vec<&str> = fields.filter(|field| !some.contains(field)).collect();
        let wanted = [
            "seq",
            "request",
            "received_at",
            "path",
            "write_key",
            "library",
            "type",
            "name",
            "message_id",
            "timestamp",
            "account_id",
            "user_id",
            "anonymous_id",
            "service",
            "missing",
            "findings",
            "vendors",
            "repeat",
            "status",
            "derived",
            "call",
        ];
        assert_eq!(fields, wanted, "the record's fields, in order");
        assert_eq!(record["seq"], at + 1);
        let id = record["message_id"]
            .as_str()
            .expect("every call has an id, made if need be")
            .to_owned();
        let before = seen.entry(id).or_default();
        // a different call with a known id is not a repeat: the service drops it
        let is_repeat = record["repeat"] == true;
        let is_reused = record["service"]["code"] == "MESSAGE-ID-REUSED";
        assert_eq!(*before > 0, is_repeat || is_reused, "{line}");
        repeats += usize::from(is_repeat);
        *before += 1;
    }
    assert_eq!(repeats, CALLS - NEW, "the captures hold retries on purpose");

    // one line a request, each of them JSON, and numbers as they came
    let text = std::fs::read_to_string(&recording).expect("the recording");
    assert!(text.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    for number in ["9007199254740992", "12.0", "1e-7"] {
        assert!(text.contains(number), "{number}");
    }

    // a second start on the same file knows all of it, and goes on counting
    let again = Program::start(home.path(), &args);
    assert_eq!(health(&again.address)["calls"], NEW);
    let answer = Http::connect(&again.address)
        .and_then(|mut http| http.post("/v1/track", b"{\"event\":\"E\",\"userId\":\"u\"}"))
        .expect("an answer");
    assert_eq!(answer.status, 200);
    wait_for("the next call", || (health(&again.address)["calls"] == NEW + 1).then_some(()));
}

#[test]
fn a_file_of_what_tail_wrote_opens_as_the_same_calls() {
    let home = tempfile::tempdir().expect("a folder");
    let calls = home.path().join("calls.ndjson");
    std::fs::write(&calls, "{\"type\":\"track\",\"event\":\"A\",\"userId\":\"u\"}\n[{\"type\":\"page\",\"name\":\"P\",\"anonymousId\":\"a\"}]\n").expect("written");
    let mut listener =
        Program::start(home.path(), &["tail", "--listen", "127.0.0.1:0", "--no-record"]);
    let url = format!("http://{}", listener.address);
    let sent = crate::common::command(home.path())
        .args(["send", calls.to_str().expect("UTF-8"), "--to", &url, "--set", "/context/x=1"])
        .output()
        .expect("it runs");
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    assert_eq!(health(&listener.address)["calls"], 2);
    assert_eq!(listener.end(), Some(0));
}
