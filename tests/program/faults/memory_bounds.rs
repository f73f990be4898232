//! The memory of segscope's own paths, and their answers about calls that cannot be read back.

use crate::common::{Answer, Http, Program, command, wait_for};
use serde_json::{Value, json};
use std::io::Write;
use std::net::TcpStream;

/// Their records are about 2 MB.
const CALLS: usize = 40;

fn start(home: &std::path::Path, more: &[&str]) -> Program {
    let args = [&["tail", "--listen", "127.0.0.1:0", "--format", "quiet"], more].concat();
    Program::start(home, &args)
}

fn json_of(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).expect("JSON")
}

/// Posts calls that are about 8 KB each, and their records several times that.
fn post_calls(http: &mut Http, count: usize) {
    let call = |nth: usize| {
        json!({"type": "track", "event": "E", "userId": "u", "messageId": format!("m-{nth}"),
               "properties": {"account_id": "a", "text": "x".repeat(8_000)}})
    };
    let all: Vec<Value> = (0..count).map(call).collect();
    for some in all.chunks(50) {
        let body = json!({ "batch": some }).to_string();
        assert_eq!(http.post("/v1/batch", body.as_bytes()).expect("taken").status, 200);
    }
}

/// The program's anonymous memory in MB.
fn anonymous_mb(program: &Program) -> u64 {
    let file = format!("/proc/{}/status", program.child.id());
    let text = std::fs::read_to_string(file).expect("it runs");
    let line = text.lines().find(|line| line.starts_with("RssAnon:")).expect("a count");
    let kb: u64 = line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).expect("a number");
    kb / 1024
}

/// Sends requests and reads no answer.
fn ask_and_hold(program: &Program, path: &str, count: usize) -> Vec<TcpStream> {
    let ask = |_| {
        let mut stream = TcpStream::connect(&program.address).expect("it listens");
        let head = format!("GET /_segscope/{path} HTTP/1.1\r\nhost: {}\r\n\r\n", program.address);
        stream.write_all(head.as_bytes()).expect("sent");
        stream
    };
    (0..count).map(ask).collect()
}

#[test]
fn waiting_requests_and_unread_answers_stay_small() {
    let home = tempfile::tempdir().expect("a folder");
    let program = start(home.path(), &["--no-record"]);
    let mut http = Http::connect(&program.address).expect("it listens");
    post_calls(&mut http, CALLS);
    let connections = |http: &mut Http| {
        let health = json_of(&http.get("/_segscope/health").expect("an answer"));
        health["connections"].as_u64().expect("a number")
    };
    connections(&mut http);
    let before = anonymous_mb(&program);
    let _waiting = ask_and_hold(&program, "wait?count=1000&timeout_ms=600000", 60);
    let _unread = ask_and_hold(&program, "calls?limit=1000", 4);
    wait_for("all requests", || (connections(&mut http) == 65).then_some(()));
    // one whose turn comes behind all of these
    let answer = http.get("/_segscope/calls?limit=1000").expect("an answer");
    assert_eq!(json_of(&answer)["calls"].as_array().map(Vec::len), Some(CALLS));
    let grown = anonymous_mb(&program).saturating_sub(before);
    println!("anonymous memory: {before} MB, and {grown} MB more with 64 requests");
    assert!(grown < 48, "{grown} MB more");
}

#[test]
fn requests_past_the_bound_are_turned_away_and_health_answers() {
    let home = tempfile::tempdir().expect("a folder");
    let program = start(home.path(), &["--no-record"]);
    let mut http = Http::connect(&program.address).expect("it listens");
    let path = "wait?count=1&timeout_ms=600000";
    let mut waiting = ask_and_hold(&program, path, 256);
    let busy = wait_for("the bound", || {
        let answer = http.get("/_segscope/calls").expect("an answer");
        // one of those that wait may have been turned away for this very request
        waiting.extend(ask_and_hold(&program, path, 1));
        (answer.status == 429).then_some(answer)
    });
    let header = |name: &str| busy.headers.iter().find(|(n, _)| n == name).map(|(_, v)| &**v);
    assert_eq!(header("retry-after"), Some("1"));
    assert_eq!(header("cross-origin-resource-policy"), Some("same-origin"));
    assert_eq!(http.get("/_segscope/health").expect("an answer").status, 200);
    // those that go away make room for others
    drop(waiting);
    wait_for("room", || {
        (http.get("/_segscope/calls").expect("an answer").status == 200).then_some(())
    });
}

#[test]
fn a_long_page_says_what_it_has_and_where_to_go_on() {
    let home = tempfile::tempdir().expect("a folder");
    let program = start(home.path(), &["--no-record"]);
    let mut http = Http::connect(&program.address).expect("it listens");
    post_calls(&mut http, CALLS);
    let (mut seqs, mut after, mut pages) = (Vec::new(), 0, 0);
    loop {
        let path = format!("/_segscope/calls?limit=30&after={after}");
        let answer = http.get(&path).expect("an answer");
        let page = json_of(&answer);
        let calls = page["calls"].as_array().expect("calls");
        seqs.extend(calls.iter().map(|call| call["seq"].as_u64().expect("a number")));
        after = page["last"].as_u64().expect("a number");
        assert_eq!(seqs.last(), Some(&after));
        pages += 1;
        if page["more"] == false {
            break;
        }
    }
    assert_eq!(seqs, (1..=CALLS as u64).collect::<Vec<_>>());
    assert!(pages > 1);
}

#[test]
fn a_recording_that_is_cut_leaves_what_is_still_there() {
    for filter in ["", "&filter=event+%3D+%22E%22", "&filter=properties.account_id+%3D+%22a%22"] {
        for kept in [0, 1] {
            let home = tempfile::tempdir().expect("a folder");
            let recording = home.path().join("r.ndjson");
            let file = recording.to_str().expect("UTF-8");
            let program = start(home.path(), &["--record", file]);
            let mut http = Http::connect(&program.address).expect("it listens");
            let mut lengths = vec![0];
            for _ in 0..4 {
                // alike, so that new lines stand exactly where old ones stood
                post_calls(&mut http, 1);
                lengths.push(std::fs::metadata(&recording).expect("there").len());
            }
            let file = std::fs::OpenOptions::new().write(true).open(&recording).expect("there");
            file.set_len(lengths[kept]).expect("cut");
            let look = |http: &mut Http| {
                let answer = http.get(&format!("/_segscope/calls?after=0{filter}"));
                let answer = answer.expect("an answer");
                assert_eq!(answer.status, 200, "{kept} {filter}");
                let page = json_of(&answer);
                let calls = page["calls"].as_array().expect("calls").iter();
                let seqs: Vec<u64> = calls.filter_map(|call| call["seq"].as_u64()).collect();
                (seqs, page["unreadable"].as_u64().expect("a count"))
            };
            let old: Vec<u64> = (1..=kept as u64).collect();
            assert_eq!(look(&mut http), (old.clone(), 4 - kept as u64), "{kept} {filter}");
            post_calls(&mut http, 1);
            post_calls(&mut http, 1);
            let want = [old, vec![5, 6]].concat();
            assert_eq!(look(&mut http), (want, 4 - kept as u64), "{kept} {filter}");
            let path = format!("/_segscope/wait?count=1&after=4&timeout_ms=20000{filter}");
            let answer = http.get(&path).expect("an answer");
            assert_eq!((answer.status, &json_of(&answer)["calls"][0]["seq"]), (200, &json!(5)));
        }
    }
}

#[test]
fn a_recording_in_dev_null_is_kept_while_the_program_runs() {
    let home = tempfile::tempdir().expect("a folder");
    let program = start(home.path(), &["--record", "/dev/null"]);
    let mut http = Http::connect(&program.address).expect("it listens");
    post_calls(&mut http, 3);
    for path in ["calls", "wait?count=3", "calls?filter=properties.account_id+%3D+%22a%22"] {
        let answer = http.get(&format!("/_segscope/{path}")).expect("an answer");
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(json_of(&answer)["calls"].as_array().map(Vec::len), Some(3), "{path}");
    }
    for file in ["/dev/zero", "/dev/full"] {
        let args = ["tail", "--listen", "127.0.0.1:0", "--record", file];
        let done = command(home.path()).args(args).output().expect("it runs");
        assert_eq!(done.status.code(), Some(3));
        let says = String::from_utf8(done.stderr).expect("UTF-8");
        assert!(says.contains("is a device, not a regular file"), "{says}");
    }
}
