//! A listener over an engine that records to a file, and a client that speaks plain HTTP/1.1 to it.

use segscope::engine::{Engine, InUse, IngestOptions, Recording};
use segscope::recording::{self, RecordingEntry, RecordingFile, RequestLine};
use segscope::server::{Limits, Listen, Listener, Options};
use segscope::vendors::Vendors;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Nothing on a healthy machine takes this long.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// A running listener.
pub struct Running {
    pub listener: Listener,
    pub engine: Arc<Engine>,
    folder: tempfile::TempDir,
}

pub fn start(limits: Limits) -> Running {
    start_at("127.0.0.1:0", limits)
}

pub fn start_at(addr: &str, limits: Limits) -> Running {
    let listen = Listen::parse(addr, true).expect("an address");
    start_with(Options { listen, limits, ..Options::default() }, IngestOptions::default())
}

/// Starts a listener with these options.
pub fn start_with(options: Options, ingest: IngestOptions) -> Running {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, _) =
        RecordingFile::open(&folder.path().join("r.ndjson"), false).expect("a recording");
    let vendors = Arc::new(Vendors::new(&Default::default(), &[]).expect("the built-in ones"));
    let in_use = InUse::without_choice(&vendors);
    let recording = Recording::from_file(file).expect("its reader");
    let engine = Arc::new(Engine::start(recording, vendors, in_use, ingest).expect("readable"));
    let listener = Listener::start(&options, Arc::clone(&engine)).expect("a free port");
    Running { listener, engine, folder }
}

impl Running {
    pub fn client(&self) -> Client {
        Client::connect(self.listener.addr())
    }

    pub fn recording(&self) -> PathBuf {
        self.folder.path().join("r.ndjson")
    }

    /// The recorded requests, each with its line.
    pub fn requests(&self) -> Vec<(RequestLine, String)> {
        let text = std::fs::read_to_string(self.recording()).unwrap_or_default();
        text.lines().filter_map(request).collect()
    }

    /// The last recorded request.
    pub fn last(&self) -> RequestLine {
        self.last_with_line().0
    }

    /// The last recorded request with its line.
    pub fn last_with_line(&self) -> (RequestLine, String) {
        let text = std::fs::read_to_string(self.recording()).expect("the recording");
        text.lines().rev().find_map(request).expect("a request")
    }

    /// The `messageId` of each recorded call, in order.
    pub fn message_ids(&self) -> Vec<String> {
        let mut ids = Vec::new();
        for (request, line) in self.requests() {
            let Some(body) = request.body else { continue };
            let body: Value = serde_json::from_str(&line[body]).expect("JSON");
            let calls = body["batch"].as_array().cloned().unwrap_or_else(|| vec![body]);
            ids.extend(
                calls.iter().filter_map(|call| call["messageId"].as_str()).map(str::to_owned),
            );
        }
        ids
    }

    /// Returns the number of recorded calls, repeats included.
    pub fn calls(&self) -> u64 {
        calls(&self.engine)
    }
}

/// The request of a line; a line of another kind, such as a flush, has none.
fn request(line: &str) -> Option<(RequestLine, String)> {
    match recording::parse(line) {
        Ok(RecordingEntry::Request(request)) => Some((*request, line.to_owned())),
        Ok(_) => None,
        Err(error) => panic!("{error}: {line}"),
    }
}

/// Returns the number of recorded calls, repeats included.
pub fn calls(engine: &Engine) -> u64 {
    engine.settle();
    let stats = engine.stats();
    stats.calls + stats.repeats
}

/// Waits until something is so.
pub fn until(what: &str, mut so: impl FnMut() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !so() {
        assert!(Instant::now() < end, "waited in vain: {what}");
        std::thread::yield_now();
    }
}

/// One connection.
pub struct Client {
    stream: BufReader<TcpStream>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }
}

impl Client {
    pub fn connect(addr: SocketAddr) -> Client {
        let stream = TcpStream::connect(addr).expect("it listens");
        stream.set_read_timeout(Some(DEADLINE)).expect("a socket");
        stream.set_nodelay(true).expect("a socket");
        Client { stream: BufReader::new(stream) }
    }

    /// Sends bytes as they are.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.try_send(bytes).expect("the listener takes them");
    }

    pub fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> std::io::Result<()> {
        self.stream.get_mut().write_all(bytes.as_ref())
    }

    /// Says that nothing more will come.
    pub fn finish(&mut self) {
        self.stream.get_ref().shutdown(std::net::Shutdown::Write).expect("a socket");
    }

    /// Sends a request with a `Host` and, if it has a body, its length.
    pub fn ask(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut head = format!("{method} {target} HTTP/1.1\r\n");
        if !headers.iter().any(|(name, _)| *name == "host") {
            head.push_str("host: 127.0.0.1\r\n");
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() || method == "POST" {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        self.send([head.as_bytes(), body].concat());
        self.answer(method == "HEAD")
    }

    pub fn post(&mut self, path: &str, body: impl AsRef<[u8]>) -> Answer {
        self.ask("POST", path, &[], body.as_ref())
    }

    /// Reads an answer; `bare`: one without a body, whatever its length says.
    pub fn answer(&mut self, bare: bool) -> Answer {
        self.try_answer(bare).expect("an answer")
    }

    pub fn try_answer(&mut self, bare: bool) -> Option<Answer> {
        let mut line = String::new();
        self.stream.read_line(&mut line).ok()?;
        let status = line.split(' ').nth(1)?.parse().expect("a status");
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).expect("a header");
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length = length.map_or(0, |(_, value)| value.parse().expect("a length"));
        let mut body = vec![0; if bare { 0 } else { length }];
        self.stream.read_exact(&mut body).expect("the whole body");
        Some(Answer { status, headers, body })
    }

    /// Returns true if something has arrived or arrives, and false at the end of the connection.
    pub fn has_next(&mut self) -> bool {
        let arrived = self.stream.fill_buf().map_or(0, <[u8]>::len);
        self.stream.consume(arrived);
        arrived > 0
    }

    /// Reads to the end of the connection; what came.
    pub fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        // a reset is an end, too
        let _ = self.stream.read_to_end(&mut rest);
        rest
    }
}
