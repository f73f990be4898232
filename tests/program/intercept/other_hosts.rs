//! Hosts that are no tracking hosts: their bytes go through, and leave no trace.

use super::fixture::{CALL, client, host, start};
use crate::server::client::until;
use segscope::server::Limits;
use std::io::{Read, Write};
use std::net::Shutdown;

/// Bytes of every kind, more than fit into any buffer on the way.
fn noise(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let next = |_| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..3_000_000).map(next).collect()
}

#[test]
fn bytes_arrive_as_they_were_sent_and_nothing_is_recorded() {
    let proxy = start(Limits::default(), &[]);
    assert_eq!(client(&proxy).post("/v1/track", CALL).status, 200);
    let before = proxy.recorded();
    let (sent, back) = (noise(1), noise(2));
    let (addr, thread) = host(back.clone());
    let (answer, mut stream) = proxy.connect(&addr.to_string());
    assert_eq!(answer, "HTTP/1.1 200 Connection established\r\n\r\n");
    // the other end sends only after it has read all, so both directions end by themselves
    stream.write_all(&sent).expect("sent");
    stream.shutdown(Shutdown::Write).expect("a socket");
    let mut received = Vec::new();
    stream.read_to_end(&mut received).expect("bytes");
    assert!(thread.join().expect("no panic") == sent, "what the host got");
    assert!(received == back, "what the client got");
    until("the tunnel is closed", || proxy.running.listener.counts().tunnels.open == 0);
    assert_eq!(proxy.running.listener.counts().tunnels.all, 1);
    assert_eq!(proxy.recorded(), before);
    assert_eq!(proxy.running.engine.stats().requests, 1);
    assert_eq!(proxy.running.engine.stats().problem, None);
}

#[test]
fn what_a_client_sends_with_its_connect_request_is_not_lost() {
    let proxy = start(Limits::default(), &[]);
    let (addr, thread) = host(b"bye".to_vec());
    let mut stream =
        std::net::TcpStream::connect(proxy.running.listener.addr()).expect("it listens");
    let request = format!("CONNECT {addr} HTTP/1.1\r\n\r\n\x16\x03early");
    // in two pieces, the end of the head between them
    let (first, second) = request.as_bytes().split_at(request.len() - 9);
    stream.write_all(first).expect("sent");
    until("it is connected", || proxy.running.listener.counts().connections == 1);
    stream.write_all(second).expect("sent");
    stream.shutdown(Shutdown::Write).expect("a socket");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("text");
    assert_eq!(answer, "HTTP/1.1 200 Connection established\r\n\r\nbye");
    assert_eq!(thread.join().expect("no panic"), b"\x16\x03early");
}

#[test]
fn a_host_that_cannot_be_reached_is_named() {
    let proxy = start(Limits::default(), &[]);
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = free.local_addr().expect("bound");
    drop(free);
    let (answer, mut stream) = proxy.connect(&addr.to_string());
    assert!(answer.starts_with("HTTP/1.1 502 Bad Gateway\r\n"), "{answer}");
    let mut reason = String::new();
    stream.read_to_string(&mut reason).expect("text");
    assert!(reason.starts_with(&format!("segscope: could not connect to {addr}: ")), "{reason}");
    until("it holds no room", || proxy.running.listener.counts().tunnels.open == 0);
    let counts = proxy.running.listener.counts().tunnels;
    assert_eq!((counts.unreachable, counts.all), (1, 0));
    assert!(proxy.recorded().is_empty());
}

#[test]
fn requests_by_http_to_other_hosts_are_refused_and_not_recorded() {
    let proxy = start(Limits::default(), &[]);
    let answer = client(&proxy).post("http://shop.test/v1/track", CALL);
    assert_eq!(answer.status, 403);
    assert!(answer.text().contains("set HTTPS_PROXY and not HTTP_PROXY"), "{}", answer.text());
    // own paths are for the listener's own address
    let answer = client(&proxy).ask("GET", "http://shop.test/_segscope/calls", &[], b"");
    assert_eq!((answer.status, answer.text().contains("not_intercepted")), (403, true));
    assert!(proxy.recorded().is_empty());
    assert_eq!(proxy.running.listener.counts().tunnels.http_refused, 2);
    let told = proxy.running.engine.stats().problem.expect("the user is told");
    assert!(told.starts_with("refused a request to http://shop.test: "), "{told}");
}
