//! The order of a record and its answer, and how long a response may take.

use super::client::{Client, Running, start, until};
use segscope::server::Limits;
use serde_json::json;
use std::time::{Duration, Instant};

const CALL: &str = r#"{"userId":"u","event":"E","messageId":"m-1"}"#;

/// Requests that HTTP itself refuses, each with the status of its answer.
const REFUSED: [(&str, u16); 3] = [
    ("POST /v1/track HTTP/1.1\r\nHost : x\r\n\r\n", 400),
    ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    ("POST /v1/track HTTP/1.1\r\nhost: x\r\ncontent-length: two\r\n\r\n{}", 400),
];

fn valid_request() -> String {
    format!("POST /v1/track HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{CALL}", CALL.len())
}

/// Asserts that the answer of a refused request arrives after its record, and that the connection
/// then ends.
fn check_recorded(running: &Running, client: &mut Client, status: u16) {
    assert_eq!(client.answer(false).status, status);
    let requests = running.requests();
    let last = requests.last().expect("a request");
    assert_eq!(last.0.status, status, "{} requests", requests.len());
    assert!(client.rest().is_empty(), "one answer, and the end");
}

#[test]
fn a_request_that_http_refuses_is_recorded_before_its_answer() {
    let running = start(Limits::default());
    let valid = valid_request();
    for (request, status) in REFUSED.iter().cycle().take(60) {
        // as the first request
        let mut client = running.client();
        client.send(request);
        check_recorded(&running, &mut client, *status);
        // as the second one, after the answer to the first
        let mut client = running.client();
        client.send(&valid);
        assert_eq!(client.answer(false).status, 200);
        client.send(request);
        check_recorded(&running, &mut client, *status);
        // together with the first one
        let mut client = running.client();
        client.send(format!("{valid}{valid}{request}"));
        assert_eq!(client.answer(false).status, 200);
        assert_eq!(client.answer(false).status, 200);
        check_recorded(&running, &mut client, *status);
    }
    assert_eq!(running.calls(), 180);
}

#[test]
fn a_client_that_waits_for_100_continue_gets_it_at_once() {
    let running = start(Limits::default());
    let mut client = running.client();
    client.send(
        "POST /v1/track HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 44\r\n\r\n",
    );
    assert_eq!(client.answer(true).status, 100);
    client.send(CALL);
    assert_eq!(client.answer(false).status, 200);
    client.send(REFUSED[0].0);
    check_recorded(&running, &mut client, 400);
}

#[test]
fn a_stream_stays_open_beyond_the_limit_of_an_idle_connection() {
    let limits = Limits { idle: Duration::from_secs(1), ..Limits::default() };
    let running = start(limits);
    let mut stream = running.client();
    stream.send("GET /_segscope/stream HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
    assert_eq!(stream.answer(true).status, 200);
    let mut sender = running.client();
    let began = Instant::now();
    while began.elapsed() < Duration::from_millis(1_800) {
        assert_eq!(sender.post("/v1/track", CALL).status, 200);
        assert!(stream.has_next(), "it ended after {:?}", began.elapsed());
    }
}

#[test]
fn a_client_that_takes_nothing_of_its_response_is_closed() {
    let running = start(Limits { idle: Duration::from_millis(200), ..Limits::default() });
    let call = json!({"type": "track", "userId": "u", "event": "E", "pad": "x".repeat(30_000)});
    let body = json!({ "batch": vec![call; 15] }).to_string();
    for _ in 0..24 {
        assert_eq!(running.client().post("/v1/batch", &body).status, 200);
    }
    let mut client = running.client();
    client.send("GET /_segscope/calls?limit=360 HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
    assert_eq!(client.answer(true).status, 200);
    until("it is closed", || running.listener.counts().connections == 0);
    assert!(client.rest().len() < 10_000_000, "the response is not complete");
}
