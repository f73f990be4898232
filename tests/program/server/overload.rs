//! More connections and bodies than there is room for: what is idle or slow makes room.

use super::client::{Client, start, until};
use segscope::server::Limits;
use std::time::{Duration, Instant};

const CALL: &str = r#"{"userId":"u","event":"E","messageId":"m-1"}"#;

/// Much less than the time after which anything ends by itself.
const SOON: Duration = Duration::from_secs(8);

fn short_grace() -> Limits {
    Limits { grace: Duration::from_millis(100), ..Limits::default() }
}

/// A new client is answered soon, on the path of calls and on the health page.
fn check_answered(running: &super::client::Running) {
    let began = Instant::now();
    assert_eq!(running.client().post("/v1/track", CALL).status, 200);
    assert_eq!(running.client().ask("GET", "/_segscope/health", &[], b"").status, 200);
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}

#[test]
fn connections_that_never_sent_a_byte_make_room() {
    let running = start(Limits { connections: 40, ..short_grace() });
    let mut used = running.client();
    assert_eq!(used.post("/v1/track", CALL).status, 200);
    let silent: Vec<Client> = (0..150).map(|_| running.client()).collect();
    check_answered(&running);
    until("it is counted", || running.listener.counts().closed > 0);
    assert!(running.listener.counts().connections <= 42);
    until("the user is told", || {
        let problem = running.engine.stats().problem.unwrap_or_default();
        problem.contains("were closed to make room") && problem.contains("at most 40 are open")
    });
    assert_eq!(used.post("/v1/track", CALL).status, 200, "one that was used is closed after those");
    drop(silent);
}

#[test]
fn connections_that_never_sent_a_byte_are_closed_before_idle_ones() {
    let running = start(Limits { fresh: Duration::from_millis(100), ..Limits::default() });
    let mut used = running.client();
    assert_eq!(used.post("/v1/track", CALL).status, 200);
    let mut fresh = running.client();
    assert!(fresh.rest().is_empty(), "closed without an answer");
    assert_eq!(used.post("/v1/track", CALL).status, 200);
}

#[test]
fn heads_that_do_not_end_and_idle_connections_make_room() {
    for send in ["POST /v1/track HTTP/1.1\r\nhos", "GET /health HTTP/1.1\r\nhost: x\r\n\r\n"] {
        let running = start(Limits { connections: 24, ..short_grace() });
        let mut others: Vec<Client> = Vec::new();
        for _ in 0..60 {
            let mut client = running.client();
            // it may be closed by then
            let _ = client.try_send(send);
            others.push(client);
        }
        check_answered(&running);
    }
}

#[test]
fn slow_bodies_make_room_for_connections_and_for_other_bodies() {
    let head = "POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-length: 20000\r\n\r\n{";
    for limits in
        [Limits { memory: 64 * 1024, ..short_grace() }, Limits { connections: 24, ..short_grace() }]
    {
        let running = start(limits);
        let mut slow: Vec<Client> = (0..40).map(|_| running.client()).collect();
        for client in &mut slow {
            let _ = client.try_send(head);
        }
        until("slow ones made room", || {
            check_answered(&running);
            let counts = running.listener.counts();
            counts.too_slow + counts.closed > 0
        });
    }
}

#[test]
fn a_body_that_drips_makes_room_before_one_that_flows() {
    let limits =
        Limits { memory: 40 * 1024, grace: Duration::from_millis(300), ..Limits::default() };
    let running = start(limits);
    let head = "POST /v1/batch HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 16000\r\n\r\n";
    // each holds its memory when it is asked for its body
    let asked_for_body = || {
        let mut client = running.client();
        client.send(head);
        assert_eq!(client.answer(true).status, 100);
        client
    };
    let (mut flows, mut drips) = (asked_for_body(), asked_for_body());
    flows.send(" ".repeat(9_000));
    drips.send("{");
    // once both have had their time, one has to go, and it is the one that drips
    let mut late = running.client();
    until("there is room", || late.post("/v1/batch", vec![b' '; 16_000]).status == 400);
    assert_eq!(drips.answer(false).status, 408);
    flows.send(" ".repeat(7_000));
    assert_eq!(flows.answer(false).status, 400, "read to its end: no JSON");
}
