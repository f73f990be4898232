//! Requests that HTTP itself refuses, before anybody could look at them, are rows too.

use super::requests_without_calls::Listening;
use super::segscope;
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;

/// Sends bytes on a connection of their own; the answer.
fn send(address: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(crate::common::DEADLINE)).expect("a timeout");
    // the listener may answer and close before all is sent
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn headers(count: usize) -> String {
    (0..count).map(|nth| format!("X-H{nth}: v\r\n")).collect()
}

#[test]
fn what_http_refuses_is_a_row_with_its_reason() {
    const HOST: &str = "Host: localhost\r\n";
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    let address = listening.program.address.clone();
    let many = format!("POST /v1/track HTTP/1.1\r\n{HOST}{}\r\n", headers(120));
    let long = format!("GET /v1/pixel/track?data={} HTTP/1.1\r\n{HOST}\r\n", "a".repeat(70_000));
    let post = format!("POST /v1/track HTTP/1.1\r\n{HOST}");
    let sent: Vec<(String, u16, &str, &[&str])> = vec![
        (many, 431, "POST /v1/track", &["more than 100 headers", "fewer and shorter headers"]),
        (long, 414, "GET /v1/pixel/track", &["longer than 64 KB", "body of a POST"]),
        (
            "POST /v1/track HTTP/1.1\r\nHost : x\r\n\r\n".into(),
            400,
            "POST /v1/track",
            &["`Host : x`", "space before the colon"],
        ),
        (
            format!("{post}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}"),
            400,
            "POST /v1/track",
            &["content-length", "once"],
        ),
        (
            format!("{post}Content-Length: two\r\n\r\n{{}}"),
            400,
            "POST /v1/track",
            &["content-length"],
        ),
        (
            format!("{post}Transfer-Encoding: identity\r\n\r\n{{}}"),
            400,
            "POST /v1/track",
            &["transfer-encoding is not `chunked`"],
        ),
        (
            format!("{post}Transfer-Encoding: chunked\r\n\r\nzz\r\n{{}}"),
            400,
            "POST /v1/track",
            &["the chunked body is malformed", "write the chunks"],
        ),
        (
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into(),
            505,
            "PRI *",
            &["HTTP/2 without TLS", "HTTP/1.1"],
        ),
        ("SSH-2.0-OpenSSH_9.6\r\n".into(), 400, "? ", &["not an HTTP request", "SSH-2.0"]),
        ("{\"event\":\"E\"}\r\n\r\n".into(), 400, "? ", &["not an HTTP request"]),
        (
            format!("POST /v1/track HTTP/9.1\r\n{HOST}\r\n"),
            400,
            "POST /v1/track",
            &["HTTP version"],
        ),
        (
            format!("POST /v1/track HTTP/1.1\r\n{HOST}no colon here\r\n\r\n"),
            400,
            "POST /v1/track",
            &["`no colon here`"],
        ),
    ];
    let sent = [
        sent,
        vec![
            (
                format!("POST /v1/track ?x=1 HTTP/1.1\r\n{HOST}\r\n"),
                400,
                "POST /v1/track",
                &["the URL of the request contains a space", "%20"][..],
            ),
            (
                format!("P OST /v1/track HTTP/1.1\r\n{HOST}\r\n"),
                400,
                "P ",
                &["the request line is malformed: `P OST /v1/track HTTP/1.1`"],
            ),
            (
                format!("PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\nPOST / HTTP/1.1\r\n{HOST}\r\n"),
                400,
                "PROXY ",
                &["PROXY protocol of a load balancer", "turn off the PROXY protocol"],
            ),
            (
                format!("POST /v1/track\r\n{HOST}\r\n"),
                400,
                "POST /v1/track",
                &["the request line has no HTTP version", "send HTTP/1.1"],
            ),
        ],
    ]
    .concat();
    let received = listening.counts()["received"].as_u64().expect("a number");
    for (number, (bytes, status, ..)) in (received + 1..).zip(&sent) {
        let answer = send(&address, bytes.as_bytes());
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{bytes:.60}: {answer}");
        assert_eq!(listening.counts()["received"], number, "recorded before its answer");
    }
    // too short a content-length leaves bytes behind that are no request
    let short = format!("{post}Content-Length: 2\r\n\r\n{{}}}}}}");
    send(&address, short.as_bytes());
    let all = sent.len() + 1;
    let want = json!({"received": all + 1, "with_calls": 1, "without_calls": 0, "refused": all, "not_found": 0});
    assert_eq!(listening.counts(), want);
    let recording = listening.recording.clone();
    let (lines, _) = listening.end();
    for (line, (_, status, what, says)) in lines.iter().zip(&sent) {
        assert!(line[13..].starts_with(&format!("refused {status} {what}")), "{line}");
        assert!(says.iter().all(|part| line.contains(part)), "{says:?}: {line}");
    }
    assert!(lines[all].contains("followed by bytes that are not a request"), "{lines:#?}");
    let check = segscope(home.path(), &["check"]).arg(&recording).output().expect("it runs");
    let text = String::from_utf8(check.stdout).expect("text");
    assert!(text.contains("error HTTP-431") && text.contains("error HTTP-505"), "{text}");
}

#[test]
fn a_body_that_was_packed_twice_is_named() {
    use flate2::{Compression, write::GzEncoder};
    let pack = |data: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(data).expect("memory");
        encoder.finish().expect("memory")
    };
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    let twice = pack(&pack(br#"{"userId":"u","event":"E"}"#));
    for encoding in ["gzip, gzip", "gzip", "x-gzip,gzip"] {
        let headers = [("content-encoding", encoding)];
        let answer = listening.http.request("POST", "/v1/track", &headers, &twice);
        assert_eq!(answer.expect("an answer").status, 400);
    }
    let (lines, _) = listening.end();
    assert_eq!(lines.len(), 3);
    let says = |nth: usize| if nth == 1 { "is gzip inside gzip" } else { "gzip` is not known" };
    for (nth, line) in lines.iter().enumerate() {
        assert!(line.contains(says(nth)), "{line}");
        assert!(line.contains("packed once with gzip"), "{line}");
    }
}

#[test]
fn a_request_whose_body_the_client_cuts_off_is_a_row() {
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    let address = listening.program.address.clone();
    let head = "POST /v1/track HTTP/1.1\r\nHost: localhost\r\n";
    let declared = format!("{head}Content-Length: 500\r\n\r\n{}", "x".repeat(50));
    let chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n");
    let nothing = format!("{head}Content-Length: 500\r\n\r\n");
    let sent = [
        (&declared, false, "50 of 500 bytes of the body"),
        (&declared, true, "50 of 500 bytes of the body"),
        (&chunked, false, "5 bytes of a chunked body"),
        (&nothing, false, "0 of 500 bytes of the body"),
    ];
    for (bytes, half, _) in sent {
        let before = listening.counts()["received"].as_u64().expect("a number");
        let mut stream = TcpStream::connect(&address).expect("it listens");
        stream.write_all(bytes.as_bytes()).expect("sent");
        if half {
            stream.shutdown(std::net::Shutdown::Write).expect("closed");
            let mut answer = Vec::new();
            let _ = stream.read_to_end(&mut answer);
            assert!(answer.is_empty(), "it is not answered");
        }
        drop(stream);
        crate::common::wait_for("the request is counted", || {
            (listening.counts()["received"] == before + 1).then_some(())
        });
    }
    let recording = listening.recording.clone();
    let (lines, _) = listening.end();
    assert_eq!(lines.len(), sent.len(), "{lines:#?}");
    for (line, (.., says)) in lines.iter().zip(sent) {
        assert!(line.contains(&format!("the client ended the connection after {says}")), "{line}");
        assert!(line.contains("look at the sender"), "{line}");
    }
    let check = segscope(home.path(), &["check"]).arg(&recording).output().expect("it runs");
    let text = String::from_utf8(check.stdout).expect("text");
    assert!(text.contains("the client ended the connection"), "{text}");
}
