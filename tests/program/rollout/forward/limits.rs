//! The upstream, the disk or the judge thread cannot keep up.

use super::fixture::{Act, FakeUpstream, Given, TRACK};
use crate::common::{Http, Program};
use crate::server::client::{Client, until};
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Mutex;

/// As many as may be in flight.
const MAX_IN_FLIGHT: usize = 1024;

#[test]
fn more_requests_than_may_wait_are_told_to_come_back() {
    let upstream = FakeUpstream::start(|_, _| Act::Hang);
    let running = Given::to(upstream.addr).start();
    let head = format!("POST /v1/t HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", TRACK.len());
    let mut waiting: Vec<Client> = Vec::new();
    for _ in 0..MAX_IN_FLIGHT {
        let mut client = running.client();
        client.send([head.as_bytes(), TRACK].concat());
        waiting.push(client);
    }
    until("all are in flight", || running.counts().in_flight == MAX_IN_FLIGHT as u64);
    let got = running.client().post("/v1/t", TRACK);
    assert_eq!((got.status, got.header("retry-after")), (503, Some("1")), "{}", got.text());
    let counts = running.counts();
    assert_eq!((counts.received, counts.failed), (MAX_IN_FLIGHT as u64 + 1, 1));
}

#[test]
fn a_recording_that_cannot_be_written_stops_nothing_unless_that_is_asked_for() {
    for strict in [false, true] {
        let home = tempfile::tempdir().expect("a folder");
        let file = home.path().join("r.ndjson");
        let upstream = FakeUpstream::good();
        let url = format!("http://{}", upstream.addr);
        let mut args = vec!["tail", "--listen", "127.0.0.1:0", "--format", "quiet", "--record"];
        args.extend([file.to_str().expect("UTF-8"), "--forward", &url]);
        args.extend(strict.then_some("--strict"));
        let mut program = Program::start(home.path(), &args);
        let pid = Pid::from_child(&program.child);
        let limit = |bytes| {
            let limit = Rlimit { current: bytes, maximum: None };
            prlimit(Some(pid), Resource::Fsize, limit).expect("the limit is ours to set");
        };
        let mut http = Http::connect(&program.address).expect("it listens");
        let post = |http: &mut Http| http.post("/v1/track", TRACK).expect("an answer").status;
        assert_eq!(post(&mut http), 200);
        // a limit on the file's length is the nearest thing to a full disk that needs no root
        limit(Some(100));
        let full = [post(&mut http), post(&mut http), post(&mut http)];
        assert_eq!(full, if strict { [503; 3] } else { [200; 3] }, "strict: {strict}");
        let summary = http.get("/_segscope/summary").expect("an answer");
        let summary: Value = serde_json::from_slice(&summary.body).expect("JSON");
        let problem = summary["problem"].as_str().expect("it is told");
        let forward = &summary["forward"];
        if strict {
            assert_eq!(forward["not_recorded"], 0, "{summary}");
            assert!(problem.starts_with("requests get 503"), "{problem}");
            // what shows that the disk is full is sent; the rest is refused before it is sent
            assert_eq!(upstream.rest().len(), 2);
        } else {
            assert_eq!(forward["not_recorded"], 3, "{summary}");
            assert_eq!(forward["acknowledged"], 4, "{summary}");
            assert!(problem.starts_with("requests are forwarded and not recorded"), "{problem}");
            assert_eq!(upstream.rest().len(), 4, "the upstream misses nothing");
        }
        limit(None);
        let after = [post(&mut http), post(&mut http)];
        // the first one finds that there is room again
        assert_eq!(after, if strict { [503, 200] } else { [200; 2] }, "strict: {strict}");
        assert_eq!(program.end(), Some(0));
        let words = program.last_words();
        let want = if strict { "not recorded (503)" } else { "3 passed, not recorded" };
        assert!(words.contains(want), "{words}");
    }
}

#[test]
fn asked_to_end_under_load_it_has_recorded_and_forwarded_all_that_it_answered() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("r.ndjson");
    let upstream = FakeUpstream::good();
    let url = format!("http://{}", upstream.addr);
    let mut args = vec!["tail", "--listen", "127.0.0.1:0", "--format", "quiet", "--record"];
    args.extend([file.to_str().expect("UTF-8"), "--forward", &url]);
    let mut program = Program::start(home.path(), &args);
    let (address, answered) = (program.address.clone(), Mutex::new(HashSet::new()));
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (address, answered) = (&address, &answered);
            scope.spawn(move || {
                let mut http = Http::connect(address).expect("it listens");
                for number in 0.. {
                    let id = format!("{thread}-{number}");
                    let body = format!(
                        r#"{{"type":"track","event":"A","userId":"u","messageId":"{id}"}}"#
                    );
                    // it ends in the middle of one
                    let Ok(answer) = http.post("/v1/track", body.as_bytes()) else { return };
                    if answer.status == 200 {
                        answered.lock().expect("no panic").insert(id);
                    }
                }
            });
        }
        until("some are answered", || answered.lock().expect("no panic").len() > 300);
        assert_eq!(program.end(), Some(0));
    });
    let answered = answered.into_inner().expect("no panic");
    let id = |body: &Value| body["messageId"].as_str().map(str::to_owned);
    let text = std::fs::read_to_string(&file).expect("the recording");
    let lines = text.lines().map(|line| serde_json::from_str(line).expect("whole lines"));
    let recorded: HashSet<String> = lines.filter_map(|line: Value| id(&line["body"])).collect();
    let bodies = upstream.rest().into_iter().map(|request| request.body);
    let got: HashSet<String> =
        bodies.filter_map(|body| id(&serde_json::from_slice(&body).expect("JSON"))).collect();
    assert!(answered.is_subset(&recorded), "{:?}", answered.difference(&recorded));
    assert!(answered.is_subset(&got), "{:?}", answered.difference(&got));
}
