//! An upstream that a test scripts byte by byte, and a listener that forwards to it.

use crate::server::client::{Client, until};
use segscope::engine::{Engine, ForwardCounts, InUse, IngestOptions, Recording};
use segscope::outbound::forward::Upstream;
use segscope::recording::{RecordingError, RecordingFile, UpstreamAnswer};
use segscope::server::{FaultRule, ForwardOptions, Listen, Listener, Options, PageLoadOptions};
use segscope::vendors::Vendors;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub const TRACK: &[u8] = br#"{"type":"track","event":"A","userId":"u","messageId":"m1"}"#;

/// A request as an upstream gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The first line.
    pub line: String,
    /// The header lines, as they came.
    pub headers: Vec<String>,
    pub body: Vec<u8>,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|line| {
            let (other, value) = line.split_once(": ")?;
            other.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// The answer of an upstream to a request.
pub enum Act {
    /// It writes these bytes and waits for the next request.
    Answer(Vec<u8>),
    /// It writes these bytes and closes the connection.
    AnswerAndClose(Vec<u8>),
    /// It says nothing until the test ends.
    Hang,
}

/// An answer with this status and body.
pub fn answer(status: &str, body: &str) -> Act {
    Act::Answer(
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes(),
    )
}

/// An upstream, which keeps what it gets.
pub struct FakeUpstream {
    pub addr: SocketAddr,
    received: Receiver<Received>,
    connections: Arc<Mutex<Vec<TcpStream>>>,
}

impl FakeUpstream {
    /// Acts on each request as the function says, which gets its number from 0 on.
    pub fn start(act: impl Fn(usize, &Received) -> Act + Send + Sync + 'static) -> FakeUpstream {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let addr = listener.local_addr().expect("bound");
        let (sender, received) = channel();
        let connections: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
        let (all, act) = (Arc::clone(&connections), Arc::new(act));
        let count = Arc::new(Mutex::new(0));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.expect("a connection");
                all.lock().expect("no panic").push(stream.try_clone().expect("a socket"));
                let (sender, act, count) = (sender.clone(), Arc::clone(&act), Arc::clone(&count));
                std::thread::spawn(move || {
                    let mut reader = BufReader::new(stream);
                    while let Some(request) = read_request(&mut reader) {
                        let number = {
                            let mut count = count.lock().expect("no panic");
                            *count += 1;
                            *count - 1
                        };
                        let acts = act(number, &request);
                        // the test may have ended
                        let _ = sender.send(request);
                        match acts {
                            // the other side may be gone
                            Act::Answer(bytes) => drop(reader.get_mut().write_all(&bytes)),
                            Act::AnswerAndClose(bytes) => {
                                drop(reader.get_mut().write_all(&bytes));
                                let _ = reader.get_mut().shutdown(std::net::Shutdown::Both);
                                return;
                            }
                            Act::Hang => {}
                        }
                    }
                });
            }
        });
        FakeUpstream { addr, received, connections }
    }

    /// Answers every request with 200.
    pub fn good() -> FakeUpstream {
        FakeUpstream::start(|_, _| answer("200 OK", r#"{"success":true}"#))
    }

    /// The next request that it gets.
    pub fn next(&self) -> Received {
        self.received.recv_timeout(crate::server::client::DEADLINE).expect("a request")
    }

    /// The requests that it has got and nobody has asked for.
    pub fn rest(&self) -> Vec<Received> {
        self.received.try_iter().collect()
    }

    /// Closes all connections, as a server does that restarts.
    pub fn close_connections(&self) {
        for stream in self.connections.lock().expect("no panic").drain(..) {
            // it may be closed already
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
    }

    /// Returns the number of opened connections.
    pub fn connections(&self) -> usize {
        self.connections.lock().expect("no panic").len()
    }
}

/// Reads a request; none at the end of the connection.
fn read_request(reader: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end_matches(['\r', '\n']).to_owned();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let line = lines.remove(0);
    let mut request = Received { line, headers: lines, body: Vec::new() };
    let length = request.header("content-length").map_or(0, |text| text.parse().expect("a number"));
    request.body.resize(length, 0);
    reader.read_exact(&mut request.body).ok()?;
    Some(request)
}

/// Opens a recording that was just closed. A program that another test starts at that moment keeps
/// it open until it runs.
pub fn when_unlocked<T>(open: impl Fn() -> Result<T, RecordingError>) -> T {
    let mut opened = None;
    until("the recording can be opened", || {
        opened = match open() {
            Err(RecordingError::InUse { .. }) => None,
            opened => Some(opened.expect("a recording")),
        };
        opened.is_some()
    });
    opened.expect("it was waited for")
}

/// A listener that forwards.
pub struct Forwarding {
    pub listener: Listener,
    pub engine: Arc<Engine>,
    folder: tempfile::TempDir,
}

/// How a listener that forwards is started.
pub struct Given {
    pub forward: ForwardOptions,
    pub faults: Vec<FaultRule>,
    pub page_loads: Option<PageLoadOptions>,
}

impl Given {
    pub fn to(upstream: SocketAddr) -> Given {
        let upstream = Upstream::parse(&format!("http://{upstream}")).expect("a URL");
        Given { forward: ForwardOptions::new(upstream), faults: Vec::new(), page_loads: None }
    }

    /// With pages that load from this service.
    pub fn pages_from(mut self, service: SocketAddr) -> Given {
        let upstream = Upstream::parse(&format!("http://{service}")).expect("a URL");
        self.page_loads = Some(PageLoadOptions { upstream, tells_client: true, is_named: true });
        self
    }

    /// With an upstream that may take so long.
    pub fn timeout(mut self, timeout: Duration) -> Given {
        self.forward.timeout = timeout;
        self
    }

    pub fn start(self) -> Forwarding {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("r.ndjson");
        let (file, _) = RecordingFile::open(&file, false).expect("a recording");
        let vendors = Arc::new(Vendors::new(&Default::default(), &[]).expect("the built-in ones"));
        let in_use = InUse::without_choice(&vendors);
        let recording = Recording::from_file(file).expect("its reader");
        let forwards_to = Some(self.forward.upstream.url());
        let options = IngestOptions { forwards_to, ..Default::default() };
        let engine = Engine::start(recording, vendors, in_use, options).expect("readable");
        let engine = Arc::new(engine);
        let listen = Listen::parse("127.0.0.1:0", false).expect("an address");
        let options = Options {
            listen,
            forward: Some(self.forward),
            page_loads: self.page_loads,
            faults: self.faults,
            fault_seed: Some(1),
            ..Options::default()
        };
        let listener = Listener::start(&options, Arc::clone(&engine)).expect("a free port");
        Forwarding { listener, engine, folder }
    }
}

impl Forwarding {
    pub fn client(&self) -> Client {
        Client::connect(self.listener.addr())
    }

    pub fn counts(&self) -> ForwardCounts {
        self.engine.settle();
        self.engine.stats().forward.expect("it forwards")
    }

    /// Stops listening, and opens the recording again.
    pub fn reopen(self) -> (Engine, tempfile::TempDir) {
        let Forwarding { listener, engine, folder } = self;
        listener.stop();
        drop(engine);
        let path = folder.path().join("r.ndjson");
        let (file, _) = when_unlocked(|| RecordingFile::open(&path, false));
        let vendors = Arc::new(Vendors::new(&Default::default(), &[]).expect("the built-in ones"));
        let in_use = InUse::without_choice(&vendors);
        let recording = Recording::from_file(file).expect("its reader");
        let opened = Engine::new(recording, vendors, in_use, IngestOptions::default());
        (opened.expect("readable").0, folder)
    }

    /// The recording's lines.
    pub fn lines(&self) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(self.folder.path().join("r.ndjson"));
        let text = text.unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    /// Returns the recorded answer of the upstream to the request of that number.
    pub fn recorded_answer(&self, request: u64) -> Option<UpstreamAnswer> {
        let text = std::fs::read_to_string(self.folder.path().join("r.ndjson")).ok()?;
        let mut lines = text.lines();
        lines.find_map(|line| UpstreamAnswer::read(line, request).expect("a line"))
    }
}
