//! Requests reach the upstream, and its responses the sender, byte for byte.

use super::fixture::{Act, FakeUpstream, Given, TRACK};
use crate::captures::captures;
use std::io::{Read, Write};
use std::net::TcpStream;

/// A header name as some client spells it: `Content-Type`, `content-type`, `CONTENT-TYPE`.
fn spelled(name: &str, way: usize) -> String {
    match way % 3 {
        0 => name.to_owned(),
        1 => name.to_ascii_uppercase(),
        _ => name
            .split('-')
            .map(|part| part[..1].to_ascii_uppercase() + &part[1..])
            .collect::<Vec<_>>()
            .join("-"),
    }
}

#[test]
fn every_captured_request_arrives_as_it_was_sent() {
    let upstream = FakeUpstream::good();
    let running = Given::to(upstream.addr).start();
    let mut client = running.client();
    let hop_by_hop = ["connection", "keep-alive", "te", "transfer-encoding", "upgrade", "expect"];
    let mut seen = 0;
    for (way, capture) in captures().into_iter().enumerate() {
        let is_own = capture.path.ends_with("/settings") || capture.path.contains("sourceConfig");
        if is_own && capture.method == "GET" {
            continue;
        }
        let mark = if capture.query.is_empty() { "" } else { "?" };
        let line = format!("{} {}{mark}{} HTTP/1.1", capture.method, capture.path, capture.query);
        let mut sent = vec![line.clone()];
        let mut want = Vec::new();
        let mut forwarded_for = false;
        for (name, value) in &capture.headers {
            if name == "transfer-encoding" || name == "content-length" {
                continue;
            }
            let shown = spelled(name, way);
            sent.push(format!("{shown}: {value}"));
            match name.as_str() {
                "host" => want.push(format!("{shown}: {}", upstream.addr)),
                "x-forwarded-for" => {
                    forwarded_for = true;
                    want.push(format!("{shown}: {value}, 127.0.0.1"));
                }
                name if hop_by_hop.contains(&name) => {}
                _ => want.push(format!("{shown}: {value}")),
            }
        }
        let length = format!("{}: {}", spelled("content-length", way), capture.body.len());
        if !capture.body.is_empty() || capture.method == "POST" {
            sent.push(length.clone());
            want.push(length);
        }
        if !forwarded_for {
            want.push("x-forwarded-for: 127.0.0.1".to_owned());
        }
        want.push("x-forwarded-proto: http".to_owned());
        client.send([sent.join("\r\n").as_bytes(), b"\r\n\r\n", &capture.body].concat());
        let answer = client.answer(capture.method == "HEAD");
        assert_eq!(
            (answer.status, answer.text()),
            (200, r#"{"success":true}"#),
            "{}",
            capture.name
        );
        let mut got = upstream.next();
        assert_eq!(got.line, line, "{}", capture.name);
        assert_eq!(got.body, capture.body, "{}", capture.name);
        let via = got.headers.pop().expect("Via comes last");
        assert!(via.starts_with("via: 1.1 segscope-"), "{via}");
        assert_eq!(got.headers, want, "{}", capture.name);
        seen += 1;
    }
    assert!(seen > 100, "{seen}");
    let counts = running.counts();
    assert_eq!((counts.received, counts.forwarded, counts.acknowledged), (seen, seen, seen));
    assert_eq!((counts.failed, counts.not_recorded, counts.lag_bytes), (0, 0, 0));
    assert_eq!(upstream.connections(), 1, "connections are reused");
}

#[test]
fn the_answer_comes_back_as_the_upstream_wrote_it() {
    let raw = "HTTP/1.1 429 Slow Down Please\r\nDATE: Sun, 29 Nov 2026 10:00:00 GMT\r\n\
        Retry-After: 7\r\nX-rateLimit-Reset: 9\r\nAccess-Control-Allow-Origin: https://app.example\r\n\
        set-cookie: a=1\r\nset-cookie: b=2\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n\
        Content-Encoding: br\r\ncontent-LENGTH: 3\r\n\r\n\u{1}\u{2}\u{3}";
    let upstream = FakeUpstream::start(move |_, _| Act::Answer(raw.as_bytes().to_vec()));
    let running = Given::to(upstream.addr).start();
    let mut stream = TcpStream::connect(running.listener.addr()).expect("it listens");
    let head = format!(
        "POST /v1/t HTTP/1.1\r\nHost: x\r\nOrigin: http://page.example\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        TRACK.len()
    );
    stream.write_all(&[head.as_bytes(), TRACK].concat()).expect("sent");
    let mut got = String::new();
    stream.read_to_string(&mut got).expect("text");
    let want = raw.replace("Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\n", "");
    // the connection that ends is ours
    assert_eq!(got.replace("Connection: close\r\n", ""), want);
    let recorded = running.recorded_answer(1).expect("an answer").outcome.expect("a whole one");
    assert_eq!((recorded.status, &recorded.body[..]), (429, &b"\x01\x02\x03"[..]));
    assert_eq!(running.counts().refused, 1);
}

#[test]
fn a_chunked_body_and_an_expectation_reach_the_upstream_as_a_plain_body() {
    let upstream = FakeUpstream::good();
    let running = Given::to(upstream.addr).start();
    let mut client = running.client();
    client.send(
        "POST /v1/t HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ntransfer-encoding: chunked\r\n\r\n",
    );
    assert_eq!(client.answer(true).status, 100);
    let (first, rest) = TRACK.split_at(9);
    client.send(format!("{:x}\r\n", first.len()));
    client.send([first, b"\r\n"].concat());
    client.send(format!("{:x}\r\n", rest.len()));
    client.send([rest, b"\r\n0\r\n\r\n"].concat());
    assert_eq!(client.answer(false).status, 200);
    let got = upstream.next();
    assert_eq!(got.body, TRACK);
    assert_eq!((got.header("transfer-encoding"), got.header("expect")), (None, None));
}

#[test]
fn appends_to_what_other_proxies_said_and_says_nothing_if_so_asked() {
    let upstream = FakeUpstream::good();
    for tells in [true, false] {
        let mut given = Given::to(upstream.addr);
        given.forward.tells_client = tells;
        let running = given.start();
        let headers = [
            ("X-Forwarded-For", "203.0.113.7"),
            ("X-Forwarded-Proto", "https"),
            ("Via", "1.1 front"),
        ];
        assert_eq!(running.client().ask("POST", "/v1/t", &headers, TRACK).status, 200);
        let got = upstream.next();
        let more = if tells { (", 127.0.0.1", ", http") } else { ("", "") };
        let want = (format!("203.0.113.7{}", more.0), format!("https{}", more.1));
        assert_eq!(got.header("x-forwarded-for"), Some(want.0.as_str()));
        assert_eq!(got.header("x-forwarded-proto"), Some(want.1.as_str()));
        assert!(got.header("via").is_some_and(|via| via.starts_with("1.1 front, 1.1 segscope-")));
    }
}
