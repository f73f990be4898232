//! Clients that are slow, broken, too large or too many, and another beside them that is not.

use super::client::{Client, Running, start, until};
use flate2::Compression;
use flate2::write::GzEncoder;
use segscope::server::Limits;
use std::io::Write;
use std::time::Duration;

const CALL: &str = r#"{"userId":"u","event":"E","messageId":"m-1"}"#;
const LIMIT: usize = 4_000 * 1024;
const KEPT: usize = 64 * 1024;

/// No deadline of the listener's own is reached in a test that does not set it.
fn patient() -> Limits {
    Limits::default()
}

#[test]
fn a_slow_sender_holds_nobody_up_and_is_told() {
    let limits = Limits { body_idle: Duration::from_millis(200), ..patient() };
    let running = start(limits);
    let mut slow = running.client();
    slow.send("POST /v1/batch HTTP/1.1\r\nhost: x\r\norigin: http://a\r\ncontent-length: 400000\r\n\r\n{\"ba");
    let mut other = running.client();
    for _ in 0..100 {
        assert_eq!(other.post("/v1/track", CALL).status, 200);
    }
    let answer = slow.answer(false);
    assert_eq!((answer.status, answer.header("connection")), (408, Some("close")));
    assert_eq!(answer.header("access-control-allow-origin"), Some("http://a"));
    let recorded = running.last();
    assert_eq!((recorded.status, recorded.other_body.as_deref()), (408, Some(&b"{\"ba"[..])));
    assert!(slow.rest().is_empty());
    assert_eq!(running.listener.counts().too_slow, 1);
    assert_eq!(running.calls(), 100);
}

#[test]
fn a_head_that_does_not_end_is_cut_off_and_an_idle_connection_is_not() {
    let limits = Limits { head: Duration::from_millis(200), ..patient() };
    let running = start(limits);
    let mut idle = running.client();
    assert_eq!(idle.post("/v1/track", CALL).status, 200);
    let mut fresh = running.client();
    let mut slow = running.client();
    slow.send("POST /v1/track HTTP/1.1\r\nhos");
    let answer = String::from_utf8_lossy(&slow.rest()).into_owned();
    assert!(answer.starts_with("HTTP/1.1 408 "), "told why before it is closed: {answer:?}");
    assert_eq!(idle.post("/v1/track", CALL).status, 200);
    assert_eq!(fresh.post("/v1/track", CALL).status, 200);
}

#[test]
fn a_silent_connection_is_closed_in_the_end() {
    let running = start(Limits { idle: Duration::from_millis(100), ..patient() });
    let mut fresh = running.client();
    let mut idle = running.client();
    assert_eq!(idle.post("/v1/track", CALL).status, 200);
    assert!(fresh.rest().is_empty() && idle.rest().is_empty());
    until("both are gone", || running.listener.counts().connections == 0);
}

#[test]
fn what_is_too_large_is_refused_and_its_beginning_kept() {
    let running = start(patient());
    let body = vec![b' '; LIMIT + 1];
    let mut client = running.client();
    let answer = client.post("/v1/batch", &body);
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("the body has 4096001 bytes; any request may have 4096000"));
    check_recorded(&running, &body);
    // without a length it is noticed on the way
    client.send("POST /v1/batch HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
    client.send([format!("{:x}\r\n", body.len()).as_bytes(), &body, b"\r\n0\r\n\r\n"].concat());
    let answer = client.answer(false);
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("the body has 4096001 bytes"), "{}", answer.text());
    check_recorded(&running, &body);
    assert_eq!(client.post("/v1/track", CALL).status, 200, "the connection goes on");
    // just at the limit it is read whole
    assert_eq!(client.post("/v1/batch", &body[..LIMIT]).status, 400);
    check_recorded(&running, &body[..LIMIT]);
}

/// Of a refused body the beginning and the length are recorded.
fn check_recorded(running: &Running, body: &[u8]) {
    let recorded = running.last();
    assert_eq!(recorded.other_body.as_deref(), Some(&body[..KEPT]));
    assert_eq!(recorded.body_bytes, Some(body.len() as u64));
}

#[test]
fn a_gzip_bomb_is_refused() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let block = vec![b' '; 1 << 20];
    for _ in 0..64 {
        encoder.write_all(&block).expect("memory");
    }
    let bomb = encoder.finish().expect("memory");
    let running = start(patient());
    let mut client = running.client();
    let answer = client.ask("POST", "/v1/batch", &[("content-encoding", "gzip")], &bomb);
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("more than the 4096000 bytes"), "{}", answer.text());
    assert_eq!(client.post("/v1/track", CALL).status, 200);
}

#[test]
fn when_memory_is_full_the_sender_comes_back_later() {
    let limits = Limits { memory: 32 * 1024, room_wait: Duration::from_millis(50), ..patient() };
    let running = start(limits);
    let head = "POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-length: 20000\r\n\r\n{";
    let mut holders: Vec<Client> = (0..2).map(|_| running.client()).collect();
    for holder in &mut holders {
        holder.send(head);
    }
    let mut late = running.client();
    let headers = [("origin", "http://a")];
    // until both have got their room, there still is some
    let mut answer = late.ask("POST", "/v1/track", &headers, CALL.as_bytes());
    until("memory is full", || {
        if answer.status == 200 {
            answer = late.ask("POST", "/v1/track", &headers, CALL.as_bytes());
        }
        answer.status == 429
    });
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(answer.header("x-ratelimit-reset"), Some("1"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("http://a"));
    assert!(answer.text().contains("too_many_requests"));
    assert_eq!(running.last().status, 429);
    assert_eq!(running.listener.counts().turned_away, 1);
    // no room is needed for what has no body, and it comes back when the holders leave
    assert_eq!(late.ask("GET", "/health", &[], b"").status, 200);
    drop(holders);
    until("there is room again", || late.post("/v1/track", CALL).status == 200);
}

#[test]
fn a_client_that_goes_away_is_not_acknowledged() {
    let running = start(patient());
    let mut client = running.client();
    client.send("POST /v1/track HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{\"userId\"");
    until("it is connected", || running.listener.counts().connections == 1);
    drop(client);
    until("its connection ends", || running.listener.counts().connections == 0);
    let requests = running.requests();
    assert_eq!(requests.len(), 1, "it is a row");
    assert_eq!(requests[0].0.status, 0, "without an answer");
    assert_eq!(running.engine.stats().problem, None, "it sends again, so nobody is told");
}

#[test]
fn tls_on_the_plain_port_is_noticed() {
    let running = start(patient());
    let mut client = running.client();
    client.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
    assert!(client.rest().is_empty(), "closed without an answer");
    until("the user is told", || {
        let problem = running.engine.stats().problem.unwrap_or_default();
        problem.contains("set the SDK's host to http://")
    });
    assert_eq!(running.listener.counts().tls_hellos, 1);
    // plain garbage is HTTP's to refuse
    let mut client = running.client();
    client.send("\x15\x03 what\r\n\r\n");
    assert_eq!(client.answer(false).status, 400);
}

#[test]
fn a_huge_head_is_refused() {
    let running = start(patient());
    let mut client = running.client();
    let head =
        format!("POST /v1/track HTTP/1.1\r\nhost: x\r\nx-pad: {}\r\n\r\n", "x".repeat(100_000));
    // the listener may close before all of it is sent
    let _ = client.try_send(head);
    if let Some(answer) = client.try_answer(false) {
        assert!([400, 431].contains(&answer.status), "{}", answer.status);
    }
    assert_eq!(running.client().post("/v1/track", CALL).status, 200);
    // a head that large is fine
    let pad = "x".repeat(40_000);
    let headers = [("x-pad", pad.as_str())];
    let answer = running.client().ask("POST", "/v1/track", &headers, CALL.as_bytes());
    assert_eq!(answer.status, 200);
}

#[test]
fn two_lengths_are_no_request() {
    let running = start(patient());
    let mut client = running.client();
    client.send(
        "POST /v1/track HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n{}   ",
    );
    assert_eq!(client.answer(false).status, 400);
    assert_eq!((running.requests().len(), running.last().status), (1, 400));
    assert_eq!(running.calls(), 0);
}

#[test]
fn connections_past_the_bound_wait() {
    // each of the two addresses keeps one place for the next to come
    let running = start(Limits { connections: 4, ..patient() });
    let mut clients: Vec<Client> = (0..8).map(|_| running.client()).collect();
    until("as many as may", || running.listener.counts().connections >= 2);
    let request = format!(
        "POST /v1/track HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{CALL}",
        CALL.len()
    );
    for client in &mut clients {
        client.send(&request);
    }
    for client in &mut clients {
        assert_eq!(client.answer(false).status, 200);
    }
    assert_eq!(running.calls(), 8);
}

#[test]
fn two_thousand_idle_connections_are_borne() {
    let running = start(patient());
    let head = "POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-length: 4000000\r\n\r\n{";
    let mut idle: Vec<Client> = (0..2_000).map(|_| running.client()).collect();
    for (number, client) in idle.iter_mut().enumerate() {
        // some have been used, some have begun and stopped, the rest are silent
        match number % 4 {
            0 => assert_eq!(client.post("/v1/track", CALL).status, 200),
            1 => client.send(head),
            _ => {}
        }
    }
    until("all are there", || running.listener.counts().connections == 2_000);
    let mut other = running.client();
    for _ in 0..10 {
        assert_eq!(other.post("/v1/track", CALL).status, 200);
    }
    assert_eq!(running.calls(), 510);
}
