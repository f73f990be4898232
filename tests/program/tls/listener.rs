//! https on the port of the listener.

use super::client::{ask, authority, connect, rest, signed_by, trusting};
use crate::server::client::{Client, Running, start_with, until};
use segscope::engine::IngestOptions;
use segscope::server::{Limits, Options};
use segscope::tls::LocalAuthority;
use std::io::{Read, Write};
use std::sync::Arc;
use std::time::Duration;

const CALL: &str = r#"{"messageId":"m","type":"track","event":"E","userId":"u"}"#;

/// A listener with TLS, and its authority.
fn start(limits: Limits) -> (Running, Arc<LocalAuthority>, tempfile::TempDir) {
    let home = tempfile::tempdir().expect("a folder");
    let authority = authority(home.path());
    let options = Options { limits, certificates: signed_by(&authority), ..Options::default() };
    let options =
        Options { listen: segscope::server::Listen::parse("0", false).expect("a port"), ..options };
    (start_with(options, IngestOptions::default()), authority, home)
}

fn problem(running: &Running) -> String {
    running.engine.stats().problem.unwrap_or_default()
}

/// Waits until the problem that the user sees contains a text, and returns the problem.
fn wait_for_problem(running: &Running, part: &str) -> String {
    until(part, || problem(running).contains(part));
    problem(running)
}

#[test]
fn http_and_https_share_a_port() {
    let (running, authority, _home) = start(Limits::default());
    let addr = running.listener.addr();
    for name in ["localhost", "127.0.0.1", "::1", "app.test"] {
        let mut client = connect(addr, trusting(Some(&authority)), name).expect(name);
        let answer = ask(&mut client, "POST", "/v1/track", CALL);
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.ends_with(r#"{"success": true}"#), "{answer}");
    }
    assert_eq!(running.client().post("/v1/track", CALL).status, 200);
    assert_eq!(running.calls(), 5);
    let over_tls: Vec<bool> = running.requests().iter().map(|(row, _)| row.is_tls).collect();
    assert_eq!(over_tls, [true, true, true, true, false]);
    // a page that came by https may load nothing by http
    let mut client = connect(addr, trusting(Some(&authority)), "localhost").expect("TLS");
    let settings = ask(&mut client, "GET", "/v1/projects/wk/settings", "");
    assert!(settings.contains(r#""apiHost":"localhost/v1","protocol":"https""#), "{settings}");
    let settings = running.client().ask("GET", "/v1/projects/wk/settings", &[], b"");
    assert!(settings.text().contains(r#""protocol":"http""#), "{}", settings.text());
    assert!(running.listener.reach().contains("(https too)"), "{}", running.listener.reach());
    assert_eq!((running.listener.counts().tls_failed, problem(&running)), (0, String::new()));
}

#[test]
fn a_request_that_http_refuses_is_recorded_before_its_answer() {
    let (running, authority, _home) = start(Limits::default());
    for number in 1..=5 {
        let addr = running.listener.addr();
        let mut client = connect(addr, trusting(Some(&authority)), "localhost").expect("TLS");
        client.write_all(b"POST /v1/track HTTP/1.1\r\nHost : x\r\n\r\n").expect("sent");
        let mut answer = [0; 12];
        client.read_exact(&mut answer).expect("an answer");
        assert_eq!((&answer, running.requests().len()), (b"HTTP/1.1 400", number));
        let rest = rest(&mut client);
        assert!(rest.ends_with("\r\n\r\n") && !rest.contains("HTTP/1.1"), "{rest}");
    }
}

#[test]
fn more_names_than_are_kept_are_signed_again() {
    let (running, authority, _home) = start(Limits::default());
    let names = (0..70).map(|number| format!("a{number}.test")).chain(["a0.test".to_owned()]);
    for name in names {
        let client = connect(running.listener.addr(), trusting(Some(&authority)), &name);
        let answer = ask(&mut client.expect("TLS"), "GET", "/health", "");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{name}: {answer}");
    }
}

#[test]
fn a_client_that_does_not_trust_the_certificate_is_named_with_the_cure() {
    let (running, authority, _home) = start(Limits::default());
    let addr = running.listener.addr();
    connect(addr, trusting(None), "localhost").expect_err("it is not trusted");
    until("it is counted", || running.listener.counts().tls_failed == 1);
    let words = wait_for_problem(&running, "does not trust segscope's certificate");
    assert!(words.contains("`segscope tls trust` says what to do"), "{words}");
    // Node looks at the certificate after the handshake, and leaves
    drop(connect(addr, trusting(Some(&authority)), "localhost").expect("TLS"));
    until("it is counted", || running.listener.counts().tls_failed == 2);
    wait_for_problem(&running, "closed a TLS connection without a request");
    assert!(running.requests().is_empty());
    assert_eq!(running.client().post("/v1/track", CALL).status, 200);
}

#[test]
fn the_user_is_told_again_only_when_there_are_twice_as_many() {
    let (running, _authority, _home) = start(Limits::default());
    for count in 1..=5 {
        connect(running.listener.addr(), trusting(None), "localhost").expect_err("not trusted");
        until("it is counted", || running.listener.counts().tls_failed == count);
    }
    // the fifth is told of no more than the third
    assert!(wait_for_problem(&running, "(4 connections)").ends_with("(4 connections)"));
}

#[test]
fn a_handshake_that_does_not_end_blocks_nobody_and_is_ended() {
    let limits = Limits { head: Duration::from_millis(200), ..Limits::default() };
    let (running, _authority, _home) = start(limits);
    let mut slow: Vec<Client> = (0..20).map(|_| running.client()).collect();
    slow.iter_mut().for_each(|client| client.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"));
    assert_eq!(running.client().post("/v1/track", CALL).status, 200);
    slow.iter_mut().for_each(|client| assert!(client.rest().is_empty(), "closed"));
    until("they are counted", || running.listener.counts().tls_failed == 20);
    wait_for_problem(&running, "did not end in time (16 connections)");
}

#[test]
fn what_is_not_tls_behind_the_first_byte_fails_alone() {
    let (running, _authority, _home) = start(Limits::default());
    let mut client = running.client();
    client.send(b"\x16what is this, and why does it come here\r\n\r\n");
    client.rest();
    until("it is counted", || running.listener.counts().tls_failed == 1);
    assert!(
        wait_for_problem(&running, "failed: ").starts_with("the TLS handshake with 127.0.0.1:")
    );
    assert_eq!(running.client().post("/v1/track", CALL).status, 200);
}

#[test]
fn a_connection_without_a_byte_is_ended_without_a_word() {
    let limits = Limits { fresh: Duration::from_millis(100), ..Limits::default() };
    let (running, _authority, _home) = start(limits);
    assert!(running.client().rest().is_empty(), "closed");
    assert_eq!((running.listener.counts().tls_failed, problem(&running)), (0, String::new()));
}

#[test]
fn malformed_and_slow_requests_are_rows_over_tls_too() {
    let limits = Limits { head: Duration::from_millis(200), ..Limits::default() };
    let (running, authority, _home) = start(limits);
    let client = || connect(running.listener.addr(), trusting(Some(&authority)), "localhost");
    let mut malformed = client().expect("TLS");
    malformed.write_all(b"POST /v1/track HTTP/1.1\r\nHost : x\r\n\r\n").expect("sent");
    assert!(rest(&mut malformed).starts_with("HTTP/1.1 400 "));
    until("the first row", || running.requests().len() == 1);
    assert_eq!((running.last().status, running.last().is_tls), (400, true));
    let mut slow = client().expect("TLS");
    slow.write_all(b"POST /v1/track HTTP/1.1\r\nHost: x\r\n").expect("sent");
    assert!(rest(&mut slow).starts_with("HTTP/1.1 408 "));
    until("the second row", || running.requests().len() == 2);
    assert_eq!((running.last().status, running.last().path.as_str()), (408, "/v1/track"));
    // a second hello inside of TLS is not HTTP, and is said to be none
    let mut nested = client().expect("TLS");
    nested.write_all(b"\x16\x03\x01\r\n\r\n").expect("sent");
    assert!(rest(&mut nested).starts_with("HTTP/1.1 400 "));
    assert_eq!(running.listener.counts().tls_hellos, 0);
}

#[test]
fn a_client_that_leaves_while_it_waits_is_noticed() {
    let (running, authority, _home) = start(Limits::default());
    let client = connect(running.listener.addr(), trusting(Some(&authority)), "localhost");
    let mut client = client.expect("TLS");
    let path = "/_segscope/wait?count=1&timeout_ms=60000";
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client.write_all(request.as_bytes()).expect("sent");
    until("it waits", || running.listener.counts().connections == 1);
    client.conn.send_close_notify();
    client.conn.complete_io(&mut client.sock).expect("sent");
    drop(client);
    until("the wait ends", || running.listener.counts().connections == 0);
}

#[test]
fn stops_in_the_middle_of_a_handshake() {
    let (running, _authority, _home) = start(Limits::default());
    let mut client = running.client();
    client.send(b"\x16\x03\x01");
    until("it is connected", || running.listener.counts().connections == 1);
    running.listener.stop();
    assert!(client.rest().is_empty(), "closed");
}
