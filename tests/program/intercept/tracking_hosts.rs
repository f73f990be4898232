//! Hosts to which calls are sent: their requests are taken.

use super::fixture::{CALL, client, connect, start};
use crate::server::client::{Client, until};
use crate::tls::client::{ask, handshake, trusting};
use segscope::server::Limits;
use std::io::{Read, Write};

#[test]
fn requests_to_tracking_hosts_are_decrypted_and_recorded() {
    let proxy = start(Limits::default(), &["events.shop.test", "*.internal.test", "127.0.0.9"]);
    let hosts = [
        "api.segment.io",
        "API.Segment.IO",
        "events.eu1.segmentapis.com",
        "hosted.rudderlabs.com",
        "abc.dataplane.rudderstack.com",
        "events.shop.test",
        "a.b.internal.test",
        "127.0.0.9",
    ];
    for host in hosts {
        let (answer, stream) = proxy.connect(&format!("{host}:443"));
        assert_eq!(answer, "HTTP/1.1 200 Connection established\r\n\r\n", "{host}");
        let mut client = handshake(stream, trusting(Some(&proxy.authority)), host).expect(host);
        let answer = ask(&mut client, "POST", "/v1/track", CALL);
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{host}: {answer}");
    }
    assert_eq!(proxy.running.calls(), hosts.len() as u64);
    assert_eq!(proxy.running.listener.counts().tunnels.all, 0);
    assert_eq!(proxy.running.engine.stats().problem, None);
}

#[test]
fn a_certificate_is_for_the_host_that_was_asked_for() {
    let proxy = start(Limits::default(), &[]);
    let (_, stream) = proxy.connect("api.segment.io:443");
    // a client that sends no name takes the certificate of the host that it asked the proxy for
    let mut config = (*trusting(Some(&proxy.authority))).clone();
    config.enable_sni = false;
    let mut client = handshake(stream, config.into(), "api.segment.io").expect("TLS");
    assert!(ask(&mut client, "GET", "/health", "").starts_with("HTTP/1.1 200 OK"));
    let (_, stream) = proxy.connect("api.segment.io:443");
    handshake(stream, trusting(None), "api.segment.io").expect_err("it is not trusted");
    until("the user is told", || {
        let told = proxy.running.engine.stats().problem.unwrap_or_default();
        told.contains("does not trust segscope's certificate for api.segment.io")
    });
    assert_eq!(proxy.running.listener.counts().tls_failed, 1);
}

#[test]
fn a_tracking_host_without_tls_is_taken_too() {
    let proxy = start(Limits::default(), &[]);
    let (_, mut stream) = proxy.connect("api.segment.io:80");
    let request = format!(
        "POST /v1/track HTTP/1.1\r\nHost: api.segment.io\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{CALL}",
        CALL.len()
    );
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    // and so is a request that names the host in its URL
    let answer = client(&proxy).post("http://api.segment.io/v1/track", CALL);
    assert_eq!(answer.status, 200);
    assert_eq!(proxy.running.calls(), 2);
}

#[test]
fn the_listener_still_takes_what_is_sent_to_itself() {
    let proxy = start(Limits::default(), &[]);
    let addr = proxy.running.listener.addr();
    assert_eq!(client(&proxy).post("/v1/track", CALL).status, 200);
    for host in [addr.to_string(), format!("localhost:{}", addr.port())] {
        let target = format!("http://{host}/v1/track");
        let headers = [("host", host.as_str())];
        let answer = client(&proxy).ask("POST", &target, &headers, CALL.as_bytes());
        assert_eq!(answer.status, 200, "{host}");
    }
    assert_eq!(proxy.running.calls(), 3);
    assert!(proxy.running.listener.reach().contains("HTTPS_PROXY"));
}

#[test]
fn without_intercept_the_row_says_what_to_do() {
    let running = crate::server::client::start(Limits::default());
    let (answer, _) = connect(running.listener.addr(), "api.segment.io:443");
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    until("the row", || running.requests().len() == 1);
    let row = running.requests().remove(0).1;
    assert!(row.contains("segscope is one only with --intercept, at its http:// address"), "{row}");
}

#[test]
fn what_is_no_connect_request_is_a_row() {
    let proxy = start(Limits::default(), &[]);
    let addr = proxy.running.listener.addr();
    for (count, target) in ["api.segment.io", "http://x:443", ":443", "x:0"].iter().enumerate() {
        let (answer, _) = connect(addr, target);
        assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{target}: {answer}");
        until("the row", || proxy.running.requests().len() == count + 1);
        let (row, line) = proxy.running.last_with_line();
        assert_eq!((row.status, row.method.as_str()), (400, "CONNECT"), "{line}");
    }
    // and neither is one that does not end
    let mut endless = Client::connect(addr);
    let _ = endless.try_send(format!("CONNECT x:443 HTTP/1.1\r\nx: {}", "x".repeat(64 << 10)));
    until("the row", || proxy.running.requests().len() == 5);
    assert_eq!(client(&proxy).post("/v1/track", CALL).status, 200);
}
