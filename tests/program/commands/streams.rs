//! Calls that come by a pipe: counted, recorded and ended as calls to the listener are.

use super::segscope;
use crate::common::{Http, Program, command, wait_for};
use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;

fn call(event: &str) -> String {
    format!("{{\"type\":\"track\",\"event\":\"{event}\",\"userId\":\"u\"}}")
}

/// The names of the events that a run wrote as records.
fn events(stdout: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(stdout);
    let name = |line: &str| {
        let record: serde_json::Value = serde_json::from_str(line).expect("a record");
        record["name"].as_str().expect("a name").to_owned()
    };
    text.lines().map(name).collect()
}

#[test]
fn a_line_that_is_no_call_is_told_and_ends_nothing() {
    let home = tempfile::tempdir().expect("a folder");
    let wrapped = format!("{{\"offset\":7,\"payload\":{}}}", call("Wrapped"));
    let input = [&call("A"), "no JSON", "", &wrapped, "{\"x\":1}", &call("B")].join("\n");
    let file = home.path().join("r.ndjson");
    let record = ["tail", "-", "--format", "ndjson", "--record", file.to_str().expect("UTF-8")];
    let run = segscope(home.path(), &record).write_stdin(input.clone()).assert().success();
    let output = run.get_output();
    // the last line has no end, and is whole all the same
    assert_eq!(events(&output.stdout), ["A", "Wrapped", "B"]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("2 lines passed over, the first: standard input:2: column 1"), "{told}");
    assert!(told.contains("3 calls in 3 requests"), "{told}");

    // it is recorded, and a second stream is appended; only its own calls are written
    let run = segscope(home.path(), &record).write_stdin(call("C")).assert().success();
    assert_eq!(events(&run.get_output().stdout), ["C"]);
    let again = ["export", file.to_str().expect("UTF-8"), "--format", "csv"];
    let again = segscope(home.path(), &again).assert().success();
    let text = String::from_utf8_lossy(&again.get_output().stdout).into_owned();
    assert_eq!(text.lines().count(), 5, "{text}");
    // a call without a time of its own came now
    assert!(!text.contains("1970-"), "{text}");
}

#[test]
fn each_item_of_a_list_that_is_no_call_is_counted() {
    let home = tempfile::tempdir().expect("a folder");
    let list = format!("[[],{},[{},{{\"x\":1}}],4,[]]", call("A"), call("B"));
    let input = [&list, "no JSON", &call("C")].join("\n");
    let args = ["tail", "-", "--format", "ndjson", "--no-record"];
    for (input, words) in [
        (input.as_str(), "has ended; 1 line and 2 items of lists passed over, the first: "),
        (&list, "has ended; 2 items of lists passed over, the first: "),
    ] {
        let run = segscope(home.path(), &args).write_stdin(input).assert().success();
        let output = run.get_output();
        assert_eq!(events(&output.stdout)[..2], ["A", "B"]);
        let told = String::from_utf8_lossy(&output.stderr);
        let first = "standard input:1: item 3.2: expected a call as a JSON object";
        assert!(told.contains(words) && told.contains(first), "{told}");
    }
}

#[test]
fn what_holds_no_calls_at_all_is_an_error() {
    let home = tempfile::tempdir().expect("a folder");
    for (input, says) in [
        (&b"\x1f\x8b\x08\x00\x00"[..], "this is gzip; unpack it first"),
        (b"name,value\n", "standard input:1: column 1: expected a JSON value"),
    ] {
        let run = segscope(home.path(), &["tail", "-"]).write_stdin(input).assert().code(2);
        let told = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
        assert!(told.contains(says), "{told}");
    }
    segscope(home.path(), &["tail", "-", "--listen", "127.0.0.1:0"]).assert().code(2);
    let none = segscope(home.path(), &["tail", "no-such-pipe"]).assert().code(2);
    let told = String::from_utf8_lossy(&none.get_output().stderr).into_owned();
    assert!(told.contains("no-such-pipe"), "{told}");
}

fn write(pipe: &Path, text: &str) {
    let mut pipe = OpenOptions::new().write(true).open(pipe).expect("it is read");
    pipe.write_all(text.as_bytes()).expect("written");
}

#[test]
fn a_named_pipe_may_be_closed_and_opened_again() {
    let home = tempfile::tempdir().expect("a folder");
    let pipe = home.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs");
    assert!(made.success());
    let mut child = command(home.path())
        .args(["tail", pipe.to_str().expect("UTF-8"), "--format", "ndjson", "--no-record"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut next = || events(lines.next().expect("a line").expect("text").as_bytes()).remove(0);
    // what a writer leaves without an end is whole when it has gone
    write(&pipe, &call("First"));
    assert_eq!(next(), "First");
    let mut second = OpenOptions::new().write(true).open(&pipe).expect("it is read");
    let text = call("Second");
    let (begin, rest) = text.split_at(20);
    second.write_all(begin.as_bytes()).expect("written");
    second.write_all(format!("{rest}\n{}\n", call("Third")).as_bytes()).expect("written");
    assert_eq!((next(), next()), ("Second".to_owned(), "Third".to_owned()));
    drop(second);
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
    let ended = wait_for("its end", || child.try_wait().expect("it is ours"));
    assert_eq!(ended.code(), Some(0));
}

#[test]
fn calls_that_tail_cannot_print_any_more_are_counted() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("r.ndjson");
    let record = ["--record", file.to_str().expect("UTF-8"), "--keep", "1MB"];
    let listen = ["tail", "--listen", "127.0.0.1:0", "--format", "ndjson"];
    let mut program = Program::start(home.path(), &[&listen[..], &record].concat());
    let mut http = Http::connect(&program.address).expect("it listens");
    // nobody reads what it prints until the recording has deleted its oldest parts
    let body =
        format!(r#"{{"event":"E","userId":"u","properties":{{"x":"{}"}}}}"#, "x".repeat(4_000));
    const CALLS: usize = 800;
    for _ in 0..CALLS {
        assert_eq!(http.post("/v1/track", body.as_bytes()).expect("an answer").status, 200);
    }
    let stdout = program.child.stdout.take().expect("stdout is piped");
    let printed = std::thread::spawn(move || BufReader::new(stdout).lines().count());
    let code = program.end();
    let printed = printed.join().expect("stdout is read");
    assert!(printed < CALLS, "{printed} of {CALLS} calls");
    let said = program.last_words();
    assert_eq!(code, Some(2), "{said}");
    let deleted = "the recording cannot be read: that part of the recording is deleted (`keep`)";
    assert_eq!(said.matches(deleted).count(), 2, "{said}");
    let lost = CALLS - printed;
    assert!(said.contains(&format!("{lost} calls not printed: {deleted}")), "{said}");
}
