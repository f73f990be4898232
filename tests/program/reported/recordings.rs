//! The life of a recording: created with its first line, never deleted for an empty one.

use crate::common::{Http, Program, command, wait_for};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

const CALL: &[u8] = br#"{"userId":"u1","event":"Signed Up","properties":{"account_id":"a1"}}"#;

fn folder(home: &Path) -> PathBuf {
    home.join(".local/state/segscope/recordings")
}

/// The names and sizes in the folder of recordings.
fn recordings(home: &Path) -> Vec<(String, u64)> {
    let Ok(entries) = std::fs::read_dir(folder(home)) else { return Vec::new() };
    let mut found: Vec<(String, u64)> = entries
        .map(|entry| {
            let entry = entry.expect("an entry");
            let len = entry.metadata().expect("it is there").len();
            (entry.file_name().to_string_lossy().into_owned(), len)
        })
        .collect();
    found.sort();
    found
}

fn tail(home: &Path) -> Program {
    Program::start(home, &["tail", "--format", "quiet", "--listen", "127.0.0.1:0"])
}

/// Makes a recording with a call and returns its name.
fn record_a_call(home: &Path) -> String {
    let before = recordings(home);
    let mut program = tail(home);
    let answer = Http::connect(&program.address).and_then(|mut http| http.post("/v1/track", CALL));
    assert_eq!(answer.expect("an answer").status, 200);
    assert_eq!(program.end(), Some(0));
    let new: Vec<_> =
        recordings(home).into_iter().filter(|found| !before.contains(found)).collect();
    assert_eq!(new.len(), 1, "{new:?}");
    new[0].0.clone()
}

#[test]
fn starts_without_traffic_leave_no_file_and_delete_no_recording() {
    let home = tempfile::tempdir().expect("a folder");
    record_a_call(home.path());
    let real = recordings(home.path());
    for nth in 0..24 {
        let mut program = tail(home.path());
        assert_eq!(recordings(home.path()), real, "nothing is on disk before the first request");
        if nth % 3 == 0 {
            program.child.kill().expect("it runs");
            program.child.wait().expect("it ends");
        } else {
            assert_eq!(program.end(), Some(0));
        }
    }
    assert_eq!(recordings(home.path()), real);
}

#[test]
fn plain_inspectors_without_traffic_leave_no_file() {
    let home = tempfile::tempdir().expect("a folder");
    record_a_call(home.path());
    let real = recordings(home.path());
    for _ in 0..3 {
        let mut child = command(home.path())
            .args(["listen", "--plain", "--listen", "127.0.0.1:0"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let mut line = String::new();
        lines.read_line(&mut line).expect("text");
        assert!(line.contains("http://127.0.0.1:"), "{line}");
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
        child.wait().expect("it ends");
    }
    assert_eq!(recordings(home.path()), real);
}

#[test]
fn the_oldest_recordings_go_only_when_more_than_twenty_hold_calls() {
    let home = tempfile::tempdir().expect("a folder");
    let real = record_a_call(home.path());
    let text = std::fs::read_to_string(folder(home.path()).join(&real)).expect("a recording");
    for nth in 0..20 {
        let name = format!("2020-01-{:02}.ndjson", nth + 1);
        std::fs::write(folder(home.path()).join(name), &text).expect("written");
    }
    // leftovers of crashes, and recordings in which no call arrived
    for nth in 0..30 {
        std::fs::write(folder(home.path()).join(format!("2021-{nth}.ndjson")), "")
            .expect("written");
    }
    assert_eq!(tail(home.path()).end(), Some(0));
    let left = recordings(home.path());
    assert_eq!(left.len(), 20, "{left:?}");
    assert_eq!(left[0].0, "2020-01-02.ndjson", "the oldest of 21 is gone, the empty ones too");
    assert!(left.iter().any(|(name, _)| *name == real));
}

#[test]
fn a_recording_in_use_is_never_deleted() {
    let home = tempfile::tempdir().expect("a folder");
    let used = folder(home.path()).join("0000.ndjson");
    std::fs::create_dir_all(folder(home.path())).expect("a folder");
    let mut writer = Program::start(
        home.path(),
        &["tail", "--listen", "127.0.0.1:0", "--record", used.to_str().expect("UTF-8")],
    );
    let answer = Http::connect(&writer.address).and_then(|mut http| http.post("/v1/track", CALL));
    assert_eq!(answer.expect("an answer").status, 200);
    let text = std::fs::read_to_string(&used).expect("a recording");
    for nth in 10..40 {
        std::fs::write(folder(home.path()).join(format!("2020-{nth}.ndjson")), &text)
            .expect("written");
    }
    assert_eq!(tail(home.path()).end(), Some(0));
    assert_eq!(recordings(home.path()).len(), 20);
    assert!(used.exists());
    assert_eq!(writer.end(), Some(0));
}

#[test]
fn folders_and_pipes_named_like_recordings_do_not_stop_the_start() {
    let home = tempfile::tempdir().expect("a folder");
    let real = record_a_call(home.path());
    let text = std::fs::read_to_string(folder(home.path()).join(&real)).expect("a recording");
    std::fs::create_dir(folder(home.path()).join("0001.ndjson")).expect("a folder");
    let made = std::process::Command::new("mkfifo")
        .arg(folder(home.path()).join("0002.ndjson"))
        .status()
        .expect("mkfifo runs");
    assert!(made.success());
    for nth in 10..35 {
        std::fs::write(folder(home.path()).join(format!("2020-{nth}.ndjson")), &text)
            .expect("written");
    }
    assert_eq!(tail(home.path()).end(), Some(0));
    let left = recordings(home.path());
    assert_eq!(left.len(), 22, "20 recordings, the folder and the pipe: {left:?}");
    assert!(left.iter().any(|(name, _)| *name == real));
}

#[test]
fn requests_without_calls_push_no_recording_out() {
    let home = tempfile::tempdir().expect("a folder");
    let real = record_a_call(home.path());
    let mut program = tail(home.path());
    let answer =
        Http::connect(&program.address).and_then(|mut http| http.post("/v1/track", b"{\"a\":"));
    assert_eq!(answer.expect("an answer").status, 400);
    assert_eq!(program.end(), Some(0));
    let refused = recordings(home.path()).into_iter().find(|(name, _)| *name != real);
    let refused = refused.expect("the request is recorded").0;
    let text = std::fs::read_to_string(folder(home.path()).join(refused)).expect("a recording");
    for nth in 10..40 {
        std::fs::write(folder(home.path()).join(format!("2999-{nth}.ndjson")), &text)
            .expect("written");
    }
    assert_eq!(tail(home.path()).end(), Some(0));
    assert!(folder(home.path()).join(real).exists());
}

#[test]
fn calls_are_read_back_while_the_new_file_is_written() {
    let home = tempfile::tempdir().expect("a folder");
    let mut program = tail(home.path());
    let mut http = Http::connect(&program.address).expect("it listens");
    let empty = http.get("/_segscope/calls").expect("an answer");
    assert!(String::from_utf8_lossy(&empty.body).contains("\"calls\":[]"));
    for nth in 1..=3 {
        assert_eq!(http.post("/v1/track", CALL).expect("an answer").status, 200);
        wait_for("the call", || {
            let calls = http.get("/_segscope/calls").expect("an answer");
            let body: serde_json::Value = serde_json::from_slice(&calls.body).expect("JSON");
            (body["calls"].as_array()?.len() == nth).then_some(())
        });
    }
    assert_eq!(program.end(), Some(0));
    assert_eq!(recordings(home.path()).len(), 1);
}
