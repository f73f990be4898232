//! Call records as server-sent events.

use super::requests_without_calls::Listening;
use crate::common::{DEADLINE, Http, Program};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// An event: its name, its id, its data.
type Event = (String, u64, Value);

/// A stream, whose chunks are put together.
struct Stream {
    from: BufReader<TcpStream>,
    chunks: Vec<u8>,
}

impl Stream {
    /// Opens a stream, and waits for its beginning.
    fn open(address: &str, query: &str, headers: &str) -> Stream {
        let mut stream = TcpStream::connect(address).expect("it listens");
        stream.set_read_timeout(Some(DEADLINE)).expect("set");
        let head =
            format!("GET /_segscope/stream{query} HTTP/1.1\r\nhost: {address}\r\n{headers}\r\n");
        stream.write_all(head.as_bytes()).expect("sent");
        let mut stream = Stream { from: BufReader::new(stream), chunks: Vec::new() };
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(stream.from.read_line(&mut head).expect("readable") > 0, "{head}");
        }
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        for header in [
            "content-type: text/event-stream",
            "cache-control: no-store",
            "x-content-type-options: nosniff",
        ] {
            assert!(head.contains(header), "{header}: {head}");
        }
        assert_eq!(stream.line(), "retry: 1000");
        stream
    }

    fn line(&mut self) -> String {
        loop {
            if let Some(end) = self.chunks.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.chunks.drain(..=end).collect();
                return String::from_utf8_lossy(&line[..end]).into_owned();
            }
            let mut length = String::new();
            assert!(self.from.read_line(&mut length).expect("readable") > 0, "the stream ended");
            let length = usize::from_str_radix(length.trim_end(), 16).expect("a length");
            let begin = self.chunks.len();
            self.chunks.resize(begin + length + 2, 0);
            self.from.read_exact(&mut self.chunks[begin..]).expect("a chunk");
            self.chunks.truncate(begin + length);
        }
    }

    /// The next event; comments are passed over.
    fn event(&mut self) -> Event {
        let (mut name, mut id) = (String::new(), 0);
        loop {
            let line = self.line();
            if let Some(text) = line.strip_prefix("id: ") {
                id = text.parse().expect("a number");
            } else if let Some(text) = line.strip_prefix("event: ") {
                name = text.to_owned();
            } else if let Some(text) = line.strip_prefix("data: ") {
                return (name, id, serde_json::from_str(text).expect("JSON"));
            }
        }
    }

    /// Id and name of the call of the next event.
    fn call(&mut self) -> (u64, String) {
        let (name, id, record) = self.event();
        assert_eq!((&*name, &record["seq"]), ("call", &json!(id)));
        (id, record["name"].as_str().expect("a name").to_owned())
    }
}

fn send(listening: &mut Listening, event: &str) {
    let call = json!({"userId": "u", "event": event}).to_string();
    assert_eq!(listening.http.post("/v1/track", call.as_bytes()).expect("sent").status, 200);
}

#[test]
fn a_stream_begins_with_the_next_call_or_behind_the_one_that_is_named() {
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    let address = listening.program.address.clone();
    send(&mut listening, "A");
    send(&mut listening, "B");
    let call = |seq: u64, name: &str| (seq, name.to_owned());
    let mut live = Stream::open(&address, "", "");
    let mut all = Stream::open(&address, "?after=0", "");
    let mut resumed = Stream::open(&address, "?after=0", "last-event-id: 1\r\n");
    let mut filtered = Stream::open(&address, "?after=0&filter=event+%3D+%22C%22", "");
    assert_eq!(all.call(), call(1, "A"));
    send(&mut listening, "C");
    assert_eq!(live.call(), call(3, "C"));
    assert_eq!((all.call(), all.call()), (call(2, "B"), call(3, "C")));
    assert_eq!((resumed.call(), resumed.call()), (call(2, "B"), call(3, "C")));
    assert_eq!(filtered.call(), call(3, "C"));
    // numbers go on after a reset, and so does a stream
    let reset = listening.http.request("POST", "/_segscope/reset", &[], b"").expect("an answer");
    assert_eq!(reset.status, 200);
    send(&mut listening, "C");
    for stream in [&mut live, &mut all, &mut filtered] {
        assert_eq!(stream.call(), call(4, "C"));
    }
    let mut late = Stream::open(&address, "?after=2", "");
    assert_eq!(late.call(), call(4, "C"));
    // those who left leave room: more than may be there at a time come one after another
    for _ in 0..40 {
        drop(Stream::open(&address, "", ""));
    }
    let bad = listening.http.request("GET", "/_segscope/stream", &[("last-event-id", "x")], b"");
    assert_eq!(bad.expect("an answer").status, 400);
    let page = listening.http.request(
        "GET",
        "/_segscope/stream",
        &[("origin", "http://evil.example")],
        b"",
    );
    assert_eq!(page.expect("an answer").status, 403);
}

#[test]
fn a_client_that_is_too_slow_is_told_what_it_missed_and_goes_on() {
    let home = tempfile::tempdir().expect("a folder");
    let args = ["tail", "--listen", "127.0.0.1:0", "--no-record", "--format", "quiet"];
    let program = Program::start(home.path(), &[&args[..], &["--vendor", "planhat"]].concat());
    let mut http = Http::connect(&program.address).expect("it listens");
    let address = program.address.clone();
    let mut slow = Stream::open(&address, "", "");
    let mut sent = 0;
    for _ in 0..8 {
        let call = |nth: u64| json!({"type": "track", "userId": "u", "event": "E", "properties": {"n": nth, "pad": "x".repeat(100)}});
        let batch: Vec<Value> = (0..2_000).map(|nth| call(sent + nth)).collect();
        let body = json!({"batch": batch}).to_string();
        assert_eq!(http.post("/v1/batch", body.as_bytes()).expect("sent").status, 200);
        sent += 2_000;
    }
    // all of it is judged by the time that this is answered
    http.get("/_segscope/summary").expect("an answer");
    let (mut got, mut missed, mut last) = (0, 0, 0);
    while last < sent {
        let (name, id, data) = slow.event();
        assert!(id > last, "{id} behind {last}");
        match &*name {
            "call" => got += 1,
            "lagged" => missed += data["missed"].as_u64().expect("a number"),
            other => panic!("{other}"),
        }
        last = id;
    }
    assert!(missed > 10_000, "{got} came, {missed} were missed");
    assert_eq!(got + missed, sent);
    let call = json!({"userId": "u", "event": "After"}).to_string();
    http.post("/v1/track", call.as_bytes()).expect("sent");
    assert_eq!(slow.call(), (sent + 1, "After".to_owned()));
}
