//! A call can be read as soon as its 200 has arrived.

use super::requests_without_calls::Listening;
use serde_json::{Value, json};

/// Returns the number of matches after a call, and the last call that was searched.
fn count(listening: &mut Listening, filter: &str, after: u64) -> (usize, u64) {
    let path = format!("/_segscope/calls?limit=1000&after={after}&filter={filter}");
    let answer = listening.http.get(&path).expect("an answer");
    let page: Value = serde_json::from_slice(&answer.body).expect("JSON");
    let last = page["last"].as_u64().expect("a number");
    (page["calls"].as_array().expect("calls").len(), last)
}

#[test]
fn what_was_acknowledged_is_read_at_once_alone_in_batches_and_under_load() {
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    let address = listening.program.address.clone();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let load = std::thread::spawn(move || {
        let mut http = crate::common::Http::connect(&address).expect("it listens");
        let call = json!({"type": "track", "userId": "other", "event": "Load"});
        let body = json!({"batch": vec![call; 20]}).to_string();
        while stopped.try_recv().is_err() {
            assert_eq!(http.post("/v1/batch", body.as_bytes()).expect("an answer").status, 200);
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
    });
    let mut last = 0;
    for nth in 0..300 {
        let call = json!({"userId": "u", "event": format!("Single {nth}")}).to_string();
        assert_eq!(listening.http.post("/v1/track", call.as_bytes()).expect("sent").status, 200);
        let found = count(&mut listening, &format!("event+%3D+%22Single+{nth}%22"), last);
        assert_eq!(found.0, 1, "{nth}");
        last = found.1;
    }
    for nth in 0..3 {
        let call = |n: u32| json!({"type": "track", "userId": "u", "event": "Batch", "properties": {"n": n}});
        let body = json!({"batch": (0..2_500).map(call).collect::<Vec<_>>()}).to_string();
        assert_eq!(listening.http.post("/v1/batch", body.as_bytes()).expect("sent").status, 200);
        let ends = "event+%3D+%22Batch%22+and+(properties.n+%3C+2+or+properties.n+%3E+2494)";
        let found = count(&mut listening, ends, last);
        assert_eq!(found.0, 7, "{nth}");
        last = found.1;
    }
    stop.send(()).expect("it runs");
    load.join().expect("no refusal");
}
