//! Alerts: which calls they are of, what a command gets, and what is refused.

use crate::common::{Http, Program, command, wait_for};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::mpsc::{TryRecvError, channel};

const MISSING: &[u8] = br#"{"userId":"u1","event":"Order \u001b[31mReceived","properties":{}}"#;
const GOOD: &[u8] =
    br#"{"userId":"u2","event":"Login","properties":{"account_id":"acme","user_id":"u2"}}"#;
const TAIL: [&str; 8] = [
    "tail",
    "--listen",
    "127.0.0.1:0",
    "--no-record",
    "--format",
    "quiet",
    "--vendor",
    "customersuccessbox",
];

fn start(home: &Path, args: &[&str]) -> (Program, Http) {
    let program = Program::start(home, &[&TAIL[..], args].concat());
    let http = Http::connect(&program.address).expect("it listens");
    (program, http)
}

#[test]
fn a_command_gets_the_record_of_each_call_that_matches_and_of_no_other() {
    let home = tempfile::tempdir().expect("a folder");
    let told = home.path().join("told.ndjson");
    let with = format!("sh -c 'cat >> \"$0\"' '{}'", told.display());
    let (mut program, mut http) =
        start(home.path(), &["--alert", "missing(account_id)", "--alert-with", &with]);
    http.post("/v1/track", GOOD).expect("an answer");
    http.post("/v1/track", MISSING).expect("an answer");
    let record = wait_for("the record", || {
        let text = std::fs::read_to_string(&told).ok()?;
        text.ends_with('\n').then_some(text)
    });
    let lines: Vec<Value> =
        record.lines().map(|line| serde_json::from_str(line).expect("a record a line")).collect();
    assert_eq!(lines.len(), 1);
    assert_eq!((&lines[0]["seq"], &lines[0]["user_id"]), (&2.into(), &Value::Null));
    assert_eq!(lines[0]["call"]["userId"], "u1");
    assert_eq!(program.end(), Some(0));
    assert!(!program.last_words().contains("without an alert"));
}

/// A recording that takes a while to be read.
fn write_recording(file: &Path) {
    let call = std::str::from_utf8(MISSING).expect("UTF-8").replacen('{', r#"{"type":"track","#, 1);
    let batch = format!("{{\"batch\":[{}]}}", vec![call; 1_000].join(","));
    let lines = (1..=50).map(|request| {
        format!(
            r#"{{"v":1,"request":{request},"received_at":"2026-11-22T10:00:00.000Z","method":"POST","path":"/v1/batch","query":"","headers":{{}},"status":200,"body":{batch}}}"#
        ) + "\n"
    });
    std::fs::write(file, lines.collect::<String>()).expect("written");
}

#[test]
fn what_comes_while_an_old_recording_is_read_is_new_and_what_is_in_it_is_not() {
    let home = tempfile::tempdir().expect("a folder");
    let (told, file) = (home.path().join("told.ndjson"), home.path().join("old.ndjson"));
    write_recording(&file);
    let with = format!("sh -c 'cat >> \"$0\"' '{}'", told.display());
    let args = ["listen", "--plain", "--listen", "127.0.0.1:0", "--record"];
    let alert = ["--vendor", "customersuccessbox", "--alert", "missing(account_id)"];
    let args = [&args[..], &[file.to_str().expect("UTF-8")], &alert, &["--alert-with", &with]];
    let mut program = Program::start(home.path(), &args.concat());
    let out = BufReader::new(program.child.stdout.take().expect("piped"));
    let (sender, said) = channel();
    std::thread::spawn(move || {
        out.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
    });
    let mut http = Http::connect(&program.address).expect("it listens");
    http.post("/v1/track", MISSING).expect("an answer");
    // the first words come when all of it is read
    assert_eq!(said.try_recv(), Err(TryRecvError::Empty), "the recording is still being read");
    let record = wait_for("the record", || {
        let text = std::fs::read_to_string(&told).ok()?;
        text.ends_with('\n').then_some(text)
    });
    let lines: Vec<Value> =
        record.lines().map(|line| serde_json::from_str(line).expect("a record a line")).collect();
    let numbers: Vec<&Value> = lines.iter().map(|line| &line["seq"]).collect();
    assert_eq!(numbers, [&50_001]);
    // and it is said as one that came
    wait_for("the call", || said.try_iter().any(|line| line.starts_with("50001: ")).then_some(()));
    assert_eq!(program.end(), Some(0));
    let words = program.last_words();
    assert!(!words.contains("without an alert"), "{words}");
}

#[test]
fn more_calls_than_can_wait_are_dropped_and_counted() {
    let home = tempfile::tempdir().expect("a folder");
    let (mut program, mut http) =
        start(home.path(), &["--alert", "type = \"track\"", "--alert-with", "sleep 5"]);
    let call = std::str::from_utf8(GOOD).expect("UTF-8").replacen('{', r#"{"type":"track","#, 1);
    let batch = format!("{{\"batch\":[{}]}}", vec![call; 100].join(","));
    http.post("/v1/batch", batch.as_bytes()).expect("an answer");
    wait_for("all of them", || {
        let answer = http.get("/_segscope/calls?limit=1&after=99").expect("an answer");
        String::from_utf8_lossy(&answer.body).contains("\"seq\":100").then_some(())
    });
    assert_eq!(program.end(), Some(0));
    let words = program.last_words();
    let dropped = words.lines().find(|line| line.contains("without an alert")).expect(&words);
    let dropped: u64 = dropped.split(' ').nth(1).and_then(|n| n.parse().ok()).expect(dropped);
    // one runs; of the others some waited for it in vain
    assert!((90..100).contains(&dropped), "{words}");
}

#[test]
fn a_command_that_fails_is_told() {
    let home = tempfile::tempdir().expect("a folder");
    let (mut program, mut http) =
        start(home.path(), &["--alert", "type = \"track\"", "--alert-with", "./no-such-program"]);
    http.post("/v1/track", GOOD).expect("an answer");
    wait_for("the call", || {
        let answer = http.get("/_segscope/calls").expect("an answer");
        String::from_utf8_lossy(&answer.body).contains("Login").then_some(())
    });
    assert_eq!(program.end(), Some(0));
    let words = program.last_words();
    assert!(words.contains("1 call without an alert: ./no-such-program: "), "{words}");
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_a_project_runs_no_command() {
    let home = tempfile::tempdir().expect("a folder");
    let told = |args: &[&str]| {
        let out = crate::common::command(home.path()).args(args).output().expect("it runs");
        assert_eq!(out.status.code(), Some(2));
        String::from_utf8(out.stderr).expect("UTF-8")
    };
    let filter = told(&[&TAIL[..], &["--alert", "type = "]].concat());
    assert!(filter.contains("--alert: ") && filter.contains("expected"), "{filter}");
    let with = told(&[&TAIL[..], &["--alert", "x", "--alert-with", "sh -c 'x"]].concat());
    assert!(with.contains("--alert-with: `sh -c 'x` is not a command; expected bell"), "{with}");
    std::fs::write(home.path().join("segscope.toml"), "alert_with = \"touch here\"\n")
        .expect("written");
    let project = told(&TAIL);
    let wanted = "segscope.toml:1: `alert_with` is read from flags and your own config file only";
    assert!(project.contains(wanted), "{project}");
}

#[test]
fn a_doubtful_filter_is_told_at_the_start() {
    let home = tempfile::tempdir().expect("a folder");
    let watch = "type = \"trak\" gone for 10m";
    let args =
        ["--alert", "type = track", "--watch", watch, "--fault", "close match='evnt = \"A\"'"];
    let (_program, mut http) = start(home.path(), &args);
    let summary = http.get("/_segscope/summary").expect("an answer").body;
    let summary: Value = serde_json::from_slice(&summary).expect("JSON");
    let said = summary["problem"].as_str().expect("it is told");
    for want in [
        "--alert: `track` is read as a field; put text in quotes: `\"track\"`",
        "--watch: `trak` is not a call type; did you mean `track`?",
        "--fault: unknown field `evnt`; did you mean `event`?",
    ] {
        assert!(said.contains(want), "{want}: {said}");
    }
}

#[test]
fn a_destination_filter_that_compares_with_a_word_is_refused() {
    let home = tempfile::tempdir().expect("a folder");
    let only = "[vendors.customersuccessbox]\nonly = 'type = track'\n";
    std::fs::write(home.path().join("segscope.toml"), only).expect("written");
    let ran = command(home.path()).args(["config", "show"]).output().expect("it runs");
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(2), "{said}");
    assert!(said.contains("1:8: `track` is read as a field; put text in quotes"), "{said}");
}
