//! A recording that keeps a limited size: its parts, what is deleted, and what is known of that.

use crate::common::{Http, Program, command};
use serde_json::{Value, json};
use std::path::Path;

/// A part holds about five of these.
const FILLER: usize = 20_000;

fn start(home: &Path, args: &[&str]) -> (Program, Http) {
    let base = ["tail", "--listen", "127.0.0.1:0", "--format", "quiet"];
    let program = Program::start(home, &[&base, args].concat());
    let http = Http::connect(&program.address).expect("it listens");
    (program, http)
}

fn post(http: &mut Http, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let (id, filler) = (format!("m{number}"), "x".repeat(FILLER));
        let body = json!({
            "type": "track", "event": "E", "userId": "u", "messageId": id,
            "properties": {"filler": filler}
        });
        let answer = http.post("/v1/track", body.to_string().as_bytes()).expect("an answer");
        assert_eq!(answer.status, 200, "{number}");
    }
}

fn get(http: &mut Http, path: &str) -> Value {
    let answer = http.get(path).expect("an answer");
    serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("{path}"))
}

fn segscope(home: &Path, args: &[&str]) -> std::process::Output {
    command(home).args(args).output().expect("it runs")
}

/// The files of a folder with their sizes, in their order.
fn files(folder: &Path) -> Vec<(String, u64)> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("UTF-8");
        (name, entry.metadata().expect("there").len())
    });
    let mut files: Vec<_> = entries.filter(|(name, _)| name.ends_with(".ndjson")).collect();
    files.sort();
    files
}

#[test]
fn the_oldest_parts_are_deleted_and_their_calls_still_counted() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("kept");
    std::fs::create_dir(&folder).expect("made");
    let file = folder.join("r.ndjson");
    let record = ["--record", file.to_str().expect("UTF-8"), "--keep", "1MB"];
    let (program, mut http) = start(home.path(), &record);
    post(&mut http, 1..121);

    let left = files(&folder);
    let total: u64 = left.iter().map(|(_, len)| len).sum();
    assert!((800_000..1_100_000).contains(&total), "{left:?}");
    assert!(left.len() > 5 && left[0].0.as_str() > "r.0005.ndjson", "{left:?}");
    let summary = get(&mut http, "/_segscope/summary");
    assert_eq!(summary["calls"], 120, "all are counted");
    let (recorded, deleted) = (&summary["recorded_bytes"], &summary["deleted_bytes"]);
    let kept = recorded.as_u64().zip(deleted.as_u64()).map(|(all, gone)| all - gone);
    assert_eq!(kept, Some(total));
    let last = &left.last().expect("a part").0;
    let path = summary["recording"].as_str().expect("a path");
    assert!(path.ends_with(last.as_str()), "{path}, {last}");

    // what is gone from disk is told as unreadable, what is there has its own number
    let page = get(&mut http, "/_segscope/calls?after=0&limit=200");
    let calls = page["calls"].as_array().expect("calls");
    let gone = page["unreadable"].as_u64().expect("a count");
    assert_eq!(calls.len() as u64 + gone, 120);
    assert!(gone > 50, "{gone}");
    let first = &calls[0];
    assert_eq!(first["seq"].as_u64(), Some(gone + 1));
    assert_eq!(first["call"]["messageId"], format!("m{}", gone + 1));

    // a clearing takes again what is there, with the same numbers
    let reset = http.post("/_segscope/reset?filter=messageId=%22m120%22", b"").expect("an answer");
    assert_eq!(reset.status, 200, "{}", String::from_utf8_lossy(&reset.body));
    let page = get(&mut http, "/_segscope/calls?after=0&limit=200");
    let calls = page["calls"].as_array().expect("calls");
    assert_eq!(calls[0]["call"]["messageId"], format!("m{}", calls[0]["seq"]));
    assert_eq!(calls.last().expect("a call")["seq"], 119);
    drop(program);

    // a second run goes on with the last part
    let before = files(&folder);
    let (program, mut http) = start(home.path(), &record);
    post(&mut http, 121..141);
    let after = files(&folder);
    assert!(after[0] > before[0], "{before:?}, {after:?}");
    let total: u64 = after.iter().map(|(_, len)| len).sum();
    assert!(total < 1_100_000, "{after:?}");
    let page = get(&mut http, "/_segscope/calls?after=0&limit=200");
    let calls = page["calls"].as_array().expect("calls");
    for call in calls {
        assert_eq!(call["call"]["messageId"], format!("m{}", call["seq"]), "as it was numbered");
    }
    assert_eq!(calls.last().expect("a call")["seq"], 140);
    drop(program);

    // what is left is a recording like any other, and its calls have the same numbers
    let parts: Vec<String> =
        files(&folder).iter().map(|(name, _)| folder.join(name).display().to_string()).collect();
    let args: Vec<&str> = parts.iter().map(String::as_str).collect();
    let export = segscope(home.path(), &[&["export", "--format", "ndjson"], &args[..]].concat());
    let text = String::from_utf8(export.stdout).expect("UTF-8");
    assert!(text.contains("\"m140\"") && !text.contains("\"m1\""), "{}", text.len());
    let check = ["check", "--format", "ndjson", "--fail-on", "never"];
    let check = segscope(home.path(), &[&check, &args[..]].concat());
    let text = String::from_utf8(check.stdout).expect("UTF-8");
    let seqs: Vec<u64> = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok()?["seq"].as_u64())
        .collect();
    assert!(seqs.first().is_some_and(|seq| *seq > 20), "{seqs:?}");
}

#[test]
fn a_recording_without_a_name_is_limited_too() {
    let home = tempfile::tempdir().expect("a folder");
    let (_program, mut http) = start(home.path(), &["--no-record", "--keep", "1MB"]);
    post(&mut http, 1..81);
    let summary = get(&mut http, "/_segscope/summary");
    let (recorded, deleted) = (&summary["recorded_bytes"], &summary["deleted_bytes"]);
    let kept = recorded.as_u64().zip(deleted.as_u64()).map(|(all, gone)| all - gone);
    assert!(kept.is_some_and(|kept| kept < 1_100_000), "{summary}");
    assert_eq!(summary["calls"], 80);
}

#[test]
fn a_limit_that_is_none_is_refused() {
    let home = tempfile::tempdir().expect("a folder");
    for wrong in ["20", "0GB", "a lot"] {
        let out = segscope(home.path(), &["tail", "--listen", "127.0.0.1:0", "--keep", wrong]);
        assert_eq!(out.status.code(), Some(2));
        let error = String::from_utf8(out.stderr).expect("UTF-8");
        assert!(error.contains("keep: expected a size such as 20GB or 500MB"), "{error}");
    }
}
