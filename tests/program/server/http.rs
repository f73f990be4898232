//! HTTP as clients speak it.

use super::client::{Client, calls, start, until};
use segscope::server::{Limits, Listen, ListenError, Listener, Options};
use std::net::SocketAddr;
use std::sync::Arc;

const CALL: &str = r#"{"userId":"u","event":"E","messageId":"m-1"}"#;

#[test]
fn chunks_are_put_together() {
    let running = start(Limits::default());
    let mut client = running.client();
    client.send("POST /v1/track HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
    for piece in CALL.as_bytes().chunks(7) {
        client.send([format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat());
    }
    client.send("0\r\nx-trailer: 1\r\n\r\n");
    assert_eq!(client.answer(false).status, 200);
    assert_eq!(running.message_ids(), ["m-1"]);
    // and the connection goes on
    assert_eq!(client.post("/v1/track", CALL).status, 200);
}

#[test]
fn a_sender_that_waits_for_100_is_told_to_go_on() {
    let running = start(Limits::default());
    let mut client = running.client();
    let head = |length| {
        format!(
            "POST /v1/track HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: {length}\r\n\r\n"
        )
    };
    client.send(head(CALL.len()));
    assert_eq!(client.answer(true).status, 100);
    client.send(CALL);
    assert_eq!(client.answer(false).status, 200);
    // what is too large is refused before it is sent
    client.send(head(9_000_000));
    assert_eq!(client.answer(false).status, 400);
    assert_eq!(running.message_ids(), ["m-1"]);
}

#[test]
fn requests_in_one_write_are_answered_in_their_order() {
    let running = start(Limits::default());
    let mut client = running.client();
    let request = |id: usize| {
        let body = format!(r#"{{"userId":"u","event":"E","messageId":"m-{id}"}}"#);
        format!(
            "POST /v1/track HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    client.send((0..50).map(request).collect::<String>());
    for _ in 0..50 {
        assert_eq!(client.answer(false).status, 200);
    }
    assert_eq!(running.message_ids(), (0..50).map(|id| format!("m-{id}")).collect::<Vec<_>>());
}

#[test]
fn methods_and_paths_that_are_not_taken() {
    let running = start(Limits::default());
    let mut client = running.client();
    let origin = [("origin", "http://localhost:3000")];
    for (method, path, status, allow) in [
        ("GET", "/v1/track", 405, Some("POST, OPTIONS")),
        ("DELETE", "/v1/batch", 405, Some("POST, OPTIONS")),
        ("POST", "/health", 405, Some("GET, HEAD, OPTIONS")),
        ("GET", "/analytics.js/v1/k/analytics.min.js", 404, None),
        ("POST", "/v2/track", 404, None),
        ("BREW", "/", 405, Some("GET, HEAD, OPTIONS")),
    ] {
        let answer = client.ask(method, path, &origin, b"");
        assert_eq!((answer.status, answer.header("allow")), (status, allow), "{method} {path}");
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin[0].1), "{path}");
        let value: serde_json::Value = serde_json::from_str(answer.text()).expect("JSON");
        assert_eq!(value["success"], false);
    }
    let head = client.ask("HEAD", "/health", &[], b"");
    assert_eq!((head.status, head.header("content-length")), (200, Some("15")));
    assert_eq!(client.ask("GET", "/health", &[], b"").text(), r#"{"server":"UP"}"#);
}

#[test]
fn a_client_that_ends_its_side_first_is_answered() {
    let running = start(Limits::default());
    let mut client = running.client();
    client.send(format!("POST /v1/track HTTP/1.0\r\ncontent-length: {}\r\n\r\n{CALL}", CALL.len()));
    client.finish();
    assert_eq!(client.answer(false).status, 200);
    assert!(client.rest().is_empty());
    // one that leaves between two requests leaves nothing behind
    let mut client = running.client();
    assert_eq!(client.post("/v1/track", CALL).status, 200);
    drop(client);
    drop(running.client());
    until("all connections end", || running.listener.counts().connections == 0);
}

#[test]
fn a_page_from_a_public_address_may_ask_for_loopback() {
    let running = start(Limits::default());
    let headers = [
        ("origin", "https://app.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-private-network", "true"),
    ];
    let answer = running.client().ask("OPTIONS", "/v1/t", &headers, b"");
    assert_eq!(answer.header("access-control-allow-private-network"), Some("true"));
    assert!(running.requests().is_empty());
}

#[test]
fn the_health_page_is_for_this_machine_only() {
    let running = start(Limits::default());
    let mut client = running.client();
    let host = running.listener.addr().to_string();
    let answer = client.ask("GET", "/_segscope/health", &[("host", &host)], b"");
    let health: serde_json::Value = serde_json::from_str(answer.text()).expect("JSON");
    assert_eq!(health["name"], "segscope");
    assert_eq!(health["pid"], std::process::id());
    assert_eq!(health["recording"], running.recording().to_str().expect("UTF-8"));
    assert_eq!((&health["requests"], &health["connections"]), (&0.into(), &1.into()));
    for (host, origin) in [
        ("evil.example", None),
        (host.as_str(), Some("https://evil.example")),
        (host.as_str(), Some("http://localhost:3000")),
    ] {
        let mut headers = vec![("host", host)];
        headers.extend(origin.map(|origin| ("origin", origin)));
        for (method, path) in [("GET", "health"), ("OPTIONS", "health"), ("GET", "else")] {
            let answer = client.ask(method, &format!("/_segscope/{path}"), &headers, b"");
            assert_eq!(answer.status, 403, "{host} {origin:?}");
            assert_eq!(answer.header("access-control-allow-origin"), None);
        }
    }
    assert_eq!(client.ask("GET", "/_segscope/else", &[], b"").status, 404);
    assert_eq!(client.post("/_segscope/health", "").status, 405);
    assert!(running.requests().is_empty(), "no request of an SDK");
}

#[test]
fn a_taken_port_says_which_segscope_has_it() {
    let running = start(Limits::default());
    let listen = Listen { addr: running.listener.addr(), allow_remote: false };
    let options = Options { listen, ..Options::default() };
    let error = Listener::start(&options, Arc::clone(&running.engine)).err().expect("taken");
    let ListenError::Taken { holder: Some(holder), .. } = &error else { panic!("{error}") };
    assert_eq!(holder.pid, u64::from(std::process::id()));
    let want = format!(
        "{} is taken by segscope {} (process {}, recording to {}); --listen 127.0.0.1:0 picks a free port",
        running.listener.addr(),
        env!("CARGO_PKG_VERSION"),
        std::process::id(),
        running.recording().display(),
    );
    assert_eq!(error.to_string(), want);
}

#[test]
fn localhost_is_both_addresses() {
    let running = start(Limits::default());
    let port = running.listener.addr().port();
    for addr in running.listener.addrs() {
        assert_eq!(addr.port(), port);
        assert_eq!(Client::connect(*addr).post("/v1/track", CALL).status, 200);
    }
    let v6: SocketAddr = ([0, 0, 0, 0, 0, 0, 0, 1], 0).into();
    let here = std::net::TcpListener::bind(v6).is_ok();
    assert_eq!(running.listener.addrs().len(), if here { 2 } else { 1 });
    assert_eq!(running.listener.url(), format!("http://127.0.0.1:{port}"));
}

#[test]
fn open_requests_end_before_the_listener_does() {
    let running = start(Limits::default());
    let (engine, addr) = (Arc::clone(&running.engine), running.listener.addr());
    let mut idle = running.client();
    assert_eq!(idle.post("/v1/track", CALL).status, 200);
    let mut open = running.client();
    let fresh = running.client();
    let (first, second) = CALL.split_at(10);
    open.send(format!(
        "POST /v1/track HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{first}",
        CALL.len()
    ));
    until("all are there", || running.listener.counts().connections == 3);
    // the half request must have been seen, else there is nothing to wait for
    assert_eq!(idle.post("/v1/track", CALL).status, 200);
    let stop = std::thread::spawn(move || running.listener.stop());
    assert!(idle.rest().is_empty(), "an idle connection is closed");
    open.send(second);
    let answer = open.answer(false);
    // the answer says so only if this connection had heard of the end by then
    assert_eq!(answer.status, 200);
    assert!(open.rest().is_empty(), "it is closed after its answer");
    stop.join().expect("it stops");
    assert_eq!(calls(&engine), 3);
    assert!(std::net::TcpStream::connect(addr).is_err(), "nobody listens any more");
    drop(fresh);
}
