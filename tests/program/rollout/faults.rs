//! `--fault`: what a sender meets, and what is shown of it.

use super::forward::fixture::{FakeUpstream, Given, TRACK, answer};
use crate::rollout::ending;
use crate::server::client::{Running, start_with};
use segscope::engine::{IngestOptions, NoCall, RowDetail};
use segscope::server::{FaultRule, Listen, Options};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

fn parse(fault: &str) -> FaultRule {
    FaultRule::parse(fault).expect(fault)
}

fn start(faults: &[&str], seed: u64) -> Running {
    let options = Options {
        listen: Listen::parse("127.0.0.1:0", false).expect("an address"),
        faults: faults.iter().map(|fault| parse(fault)).collect(),
        fault_seed: Some(seed),
        ..Options::default()
    };
    start_with(options, IngestOptions { faults: faults.len(), ..IngestOptions::default() })
}

/// Sends a body and returns the bytes of the response, or the error.
fn sent(running: &Running, body: &[u8]) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(running.listener.addr())?;
    stream.set_read_timeout(Some(crate::server::client::DEADLINE))?;
    let head = format!(
        "POST /v1/track HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body].concat())?;
    let mut got = Vec::new();
    stream.read_to_end(&mut got)?;
    Ok(String::from_utf8_lossy(&got).into_owned())
}

const SUCCESS: &str = "{\"success\": true}";

#[test]
fn a_sender_meets_each_kind_before_its_request_is_taken() {
    let half = &SUCCESS[..SUCCESS.len() / 2];
    for (fault, begin, end, status) in [
        ("status=429 retry-after=7", "HTTP/1.1 429 ", "status=429 retry-after=7\"}", 429),
        ("close", "", "", 0),
        ("half", "HTTP/1.1 200 OK\r\n", half, 0),
        ("hang=50ms", "", "", 0),
    ] {
        let running = start(&[fault], 1);
        let got = sent(&running, TRACK).expect("an end");
        assert!(got.starts_with(begin) && got.ends_with(end), "{fault}: {got}");
        assert_eq!(got.is_empty(), begin.is_empty(), "{fault}: {got}");
        assert_eq!(got.contains("retry-after: 7"), fault.contains("retry"), "{got}");
        running.engine.settle();
        let row = running.engine.window(0..1).remove(0);
        let no_call = row.no_call.expect("no call is taken");
        assert_eq!((no_call.kind, no_call.status), (NoCall::Refused, Some(status)), "{fault}");
        assert_eq!(no_call.reason, format!("fault injected: {fault}"));
        assert!(row.fault, "{fault}");
        assert_eq!(running.calls(), 0, "{fault}");
    }
    let running = start(&["reset"], 1);
    let error = sent(&running, TRACK).expect_err("a reset is no end");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[test]
fn a_fault_after_the_request_was_taken_gives_a_repeat() {
    for (fault, status) in [
        ("status=503 first=1 answer", 503),
        ("close answer first=1", 0),
        ("hang=1ms answer first=1", 0),
        ("half answer first=1", 200),
    ] {
        let running = start(&[fault], 1);
        let got = sent(&running, TRACK).expect("an end");
        assert!(!got.ends_with(SUCCESS), "{fault}: {got}");
        assert!(sent(&running, TRACK).expect("an answer").ends_with(SUCCESS), "{fault}");
        running.engine.settle();
        let stats = running.engine.stats();
        assert_eq!((stats.calls, stats.repeats), (1, 1), "{fault}");
        let rows = running.engine.window(0..2);
        assert_eq!((rows[0].fault, rows[1].fault), (true, false), "{fault}");
        let Ok(Some(RowDetail::Call(call))) = running.engine.detail(0) else { panic!("a call") };
        assert_eq!(call.request.fault.as_deref(), Some(fault));
        assert_eq!(call.request.status, status, "{fault}");
    }
}

#[test]
fn a_delay_and_a_slow_response_are_whole_and_late() {
    for (fault, least_ms) in [("delay=60ms", 60), ("delay=60ms answer", 60), ("slow=100B/s", 100)] {
        let running = start(&[fault], 1);
        let began = Instant::now();
        assert!(sent(&running, TRACK).expect("an answer").ends_with(SUCCESS), "{fault}");
        assert!(began.elapsed() >= Duration::from_millis(least_ms), "{fault}");
        assert_eq!(running.calls(), 1, "{fault}");
    }
}

#[test]
fn meets_only_the_requests_that_it_is_for() {
    let fault = r#"status=500 after=1 first=2 match='event = "A"'"#;
    let running = start(&[fault], 1);
    let statuses = |events: &[&str]| -> Vec<u16> {
        let mut client = running.client();
        let call = |event: &str| format!(r#"{{"type":"track","event":"{event}","userId":"u"}}"#);
        events.iter().map(|event| client.post("/v1/track", call(event)).status).collect()
    };
    assert_eq!(statuses(&["A", "B", "A", "A", "B", "A"]), [200, 200, 500, 500, 200, 200]);
    // requests without a call meet none
    let mut client = running.client();
    assert_eq!(client.ask("GET", "/v1/projects/k/settings", &[], b"").status, 200);
}

#[test]
fn two_runs_with_one_seed_are_the_same_and_faults_can_be_switched_off() {
    let statuses = |running: &Running| -> Vec<u16> {
        let mut client = running.client();
        (0..40).map(|_| client.post("/v1/track", TRACK).status).collect()
    };
    let faults = ["status=500 share=0.3", "status=429 share=0.3"];
    let [first, second] = [1, 1].map(|seed| statuses(&start(&faults, seed)));
    assert_eq!(first, second);
    assert_ne!(first, statuses(&start(&faults, 2)));
    for status in [200, 429, 500] {
        assert!(first.contains(&status), "{status}: {first:?}");
    }
    let running = start(&["close"], 1);
    assert!(!running.engine.switch_faults());
    assert_eq!(running.client().post("/v1/track", TRACK).status, 200);
    assert_eq!(running.engine.stats().faults, Some((1, false)));
}

#[test]
fn a_fault_before_the_upstream_sends_nothing_and_one_after_it_repeats() {
    for (fault, sent) in [("status=503 first=1", 1), ("status=503 first=1 answer", 2)] {
        let upstream = FakeUpstream::good();
        let mut given = Given::to(upstream.addr);
        given.faults = vec![parse(fault)];
        let running = given.start();
        let mut client = running.client();
        assert_eq!(client.post("/v1/t", TRACK).status, 503, "{fault}");
        assert_eq!(client.post("/v1/t", TRACK).status, 200, "{fault}");
        assert_eq!(upstream.rest().len(), sent, "{fault}");
        let stats = running.engine.stats();
        running.engine.settle();
        assert_eq!(running.counts().acknowledged, sent as u64, "{fault}: {stats:?}");
    }
}

#[test]
fn the_recorded_status_is_what_the_sender_got() {
    for (fault, status) in [("status=503 answer", 503), ("close answer", 0)] {
        let upstream = FakeUpstream::start(|_, _| answer("500 Internal Server Error", "no"));
        let mut given = Given::to(upstream.addr);
        given.faults = vec![parse(fault)];
        let running = given.start();
        let mut stream = TcpStream::connect(running.listener.addr()).expect("it listens");
        let head = format!(
            "POST /v1/t HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            TRACK.len()
        );
        stream.write_all(&[head.as_bytes(), TRACK].concat()).expect("it reads");
        let mut got = String::new();
        stream.read_to_string(&mut got).expect("an end");
        assert_eq!(got.split(' ').nth(1), (status > 0).then_some("503"), "{got}");
        running.engine.settle();
        let lines = running.lines();
        assert_eq!(lines[0]["status"], status, "{fault}: {lines:?}");
        assert_eq!(lines[1]["status"], 500, "{fault}: what the upstream answered");
        let row = running.engine.window(0..1).remove(0);
        assert!(row.fault, "{fault}");
        assert_eq!(row.no_call.expect("no call counts").status, Some(status), "{fault}");
    }
}

#[test]
fn says_what_is_wrong_with_a_fault() {
    let home = tempfile::tempdir().expect("a folder");
    for (flags, want) in [
        (
            ["--fault", "statsu=429"],
            "--fault: `statsu=429`: `statsu=429` is not a word of a fault; the nearest is `status`",
        ),
        (["--fault", "close share=1.5"], "expected a share above 0 and at most 1"),
        (["--fault-seed", "x"], "--fault-seed: `x` is not a whole number"),
    ] {
        let args = ["tail", "--listen", "127.0.0.1:0", "--no-record"];
        let ran = ending(home.path()).args(args).args(flags).output().expect("it runs");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(2), "{flags:?}: {said}");
        assert!(said.contains(want), "{flags:?}: {said}");
    }
}
