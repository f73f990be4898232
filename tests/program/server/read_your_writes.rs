//! A call can be read as soon as its response has arrived. `tests/bench/ci` does this 10,000 times, with
//! the screen on.

use crate::common::{Http, Program};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How often a call is sent and read.
const ROUNDS: usize = 100;
/// The calls of a batch.
const BATCH: usize = 2_500;

fn call(event: &str) -> String {
    format!("{{\"type\":\"track\",\"event\":\"{event}\",\"userId\":\"u\",\"properties\":{{}}}}")
}

/// Reads the calls of an event.
fn count(http: &mut Http, event: &str) -> u64 {
    let path = format!("/_segscope/calls?filter=event%3D%22{event}%22&limit=1");
    let answer = http.get(&path).expect("an answer");
    let page: Value = serde_json::from_slice(&answer.body).expect("JSON");
    page["calls"].as_array().expect("calls").len() as u64
}

#[test]
fn a_call_can_be_read_as_soon_as_its_response_has_arrived() {
    let home = tempfile::tempdir().expect("a folder");
    let args = ["tail", "--listen", "127.0.0.1:0", "--no-record", "--format", "quiet"];
    let program = Program::start(home.path(), &args);
    let is_over = Arc::new(AtomicBool::new(false));
    let load = {
        let (address, is_over) = (program.address.clone(), Arc::clone(&is_over));
        std::thread::spawn(move || {
            let mut http = Http::connect(&address).expect("it listens");
            let mut sent = 0u64;
            while !is_over.load(Ordering::Relaxed) {
                let answer = http.post("/v1/track", call("Load").as_bytes()).expect("sent");
                assert_eq!(answer.status, 200);
                sent += 1;
            }
            sent
        })
    };
    let mut http = Http::connect(&program.address).expect("it listens");
    for round in 0..ROUNDS {
        let event = format!("Single{round}");
        assert_eq!(http.post("/v1/track", call(&event).as_bytes()).expect("sent").status, 200);
        assert_eq!(count(&mut http, &event), 1, "{event}");
    }
    for round in 0..3 {
        let calls: Vec<String> = (0..BATCH).map(|nth| call(&format!("B{round}x{nth}"))).collect();
        let body = format!("{{\"batch\":[{}]}}", calls.join(","));
        assert_eq!(http.post("/v1/batch", body.as_bytes()).expect("sent").status, 200);
        for nth in [0, BATCH / 2, BATCH - 1] {
            assert_eq!(count(&mut http, &format!("B{round}x{nth}")), 1, "{round} {nth}");
        }
    }
    is_over.store(true, Ordering::Relaxed);
    let sent = load.join().expect("the load");
    assert!(sent > 100, "there was a load: {sent}");
}
