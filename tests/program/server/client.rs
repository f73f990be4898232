//! A listener that keeps everything in memory, and a client that speaks plain HTTP/1.1 to it.

use segscope::engine;
use segscope::engine::WriteTicket;
use segscope::server::{
    BodyError, ConnectionNotice, Health, Intake, Limits, Listen, Listener, Options,
};
use segscope::wire::{self, ParseScratch, Reply, RequestHead, Route};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Nothing on a healthy machine takes this long.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// What one request became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// `METHOD path`
    pub request: String,
    pub status: u16,
    /// The `messageId` of each call.
    pub calls: Vec<String>,
    /// How much of the body there was.
    pub body: usize,
}

/// Keeps what comes.
#[derive(Default)]
pub struct Memory {
    pub taken: Mutex<Vec<Taken>>,
    pub notices: Mutex<Vec<ConnectionNotice>>,
}

impl Memory {
    fn keep(&self, head: &RequestHead<'_>, reply: &Reply, calls: Vec<String>, body: usize) {
        let request = format!("{} {}", head.method, head.path);
        let status = reply.status;
        self.taken.lock().expect("whole").push(Taken { request, status, calls, body });
    }

    pub fn last(&self) -> Taken {
        self.taken.lock().expect("whole").last().expect("a request came").clone()
    }

    pub fn calls(&self) -> usize {
        self.taken.lock().expect("whole").iter().map(|taken| taken.calls.len()).sum()
    }
}

impl Memory {
    fn answer(&self, head: &RequestHead<'_>, body: &[u8], here: &str) -> Reply {
        let run = || -> Result<Vec<String>, wire::Refusal> {
            let made = wire::query_body(head);
            let decoded = wire::decode(head, body)?;
            let text = match &made {
                Some(made) => made,
                None => wire::text(&decoded)?,
            };
            let reading = wire::read(head, 1, text, &mut ParseScratch::default())?;
            let id = |call| {
                let id = reading.event(call).get("messageId");
                id.and_then(|id| id.as_str()).unwrap_or_default().into_owned()
            };
            Ok(reading.calls.iter().map(id).collect())
        };
        if !matches!(head.route(), Route::Calls(_)) {
            let reply = wire::reply::for_request(head, here, false);
            self.keep(head, &reply, Vec::new(), body.len());
            return reply;
        }
        match run() {
            Ok(calls) => {
                let reply = wire::reply::for_request(head, here, false);
                self.keep(head, &reply, calls, body.len());
                reply
            }
            Err(refusal) => {
                let reply = Reply::refused(&refusal);
                self.keep(head, &reply, Vec::new(), body.len());
                reply
            }
        }
    }
}

impl Intake for Memory {
    fn take(&self, head: &RequestHead<'_>, body: &[u8], here: &str) -> engine::Accepted {
        engine::Accepted::Answered(self.answer(head, body, here))
    }

    fn written(&self, _: &WriteTicket) -> Option<Reply> {
        None
    }

    fn refuse(&self, head: &RequestHead<'_>, kept: &[u8], trouble: &BodyError) -> Reply {
        let reply = trouble.reply();
        self.keep(head, &reply, Vec::new(), kept.len());
        reply
    }

    fn notice(&self, notice: &ConnectionNotice) {
        self.notices.lock().expect("whole").push(*notice);
    }

    fn health(&self) -> Health {
        let taken = self.taken.lock().expect("whole");
        Health {
            recording: Some("/some/where.ndjson".into()),
            requests: taken.len() as u64,
            ..Health::default()
        }
    }
}

/// A running listener.
pub struct Running {
    pub listener: Listener,
    pub memory: Arc<Memory>,
}

pub fn start(limits: Limits) -> Running {
    start_at("127.0.0.1:0", limits)
}

pub fn start_at(addr: &str, limits: Limits) -> Running {
    let memory = Arc::new(Memory::default());
    let listen = Listen::parse(addr, true).expect("an address");
    let listener = Listener::start(&Options { listen, limits, token: None }, memory.clone());
    Running { listener: listener.expect("a free port"), memory }
}

impl Running {
    pub fn client(&self) -> Client {
        Client::connect(self.listener.addr())
    }
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

    /// Reads to the end of the connection; what came.
    pub fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        // a reset is an end, too
        let _ = self.stream.read_to_end(&mut rest);
        rest
    }
}
