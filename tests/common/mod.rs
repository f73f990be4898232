//! Starting the built program, and speaking plain HTTP to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Nothing on a healthy machine takes this long; a test that waits so long has failed.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// A running segscope that is killed when the test lets go of it.
pub struct Program {
    pub child: Child,
    pub address: String,
    /// The text on stderr before the program listened.
    pub said: String,
    /// Kept open, so that the program can still talk.
    stderr: BufReader<ChildStderr>,
}

impl Program {
    /// Starts the program with its state and config in a folder, and waits until it listens.
    pub fn start(home: &std::path::Path, args: &[&str]) -> Program {
        let mut started = command(home);
        started.args(args);
        Program::spawn(started)
    }

    /// Starts such a command, and waits until it listens.
    pub fn spawn(mut command: Command) -> Program {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stderr = BufReader::new(child.stderr.take().expect("stderr is piped"));
        // from here on it is killed if the test gives up
        let mut program = Program { child, address: String::new(), said: String::new(), stderr };
        loop {
            let mut line = String::new();
            let read = program.stderr.read_line(&mut line).expect("stderr is text");
            assert!(read > 0, "the program ended before it listened: {}", program.said);
            program.said.push_str(&line);
            if let Some(at) = line.find("http://127.0.0.1:") {
                let address = line[at + 7..].split_whitespace().next().expect("an address");
                program.address = address.to_owned();
                return program;
            }
        }
    }

    /// Everything the program still says on stderr, once it has ended.
    pub fn last_words(&mut self) -> String {
        let mut words = String::new();
        self.stderr.read_to_string(&mut words).expect("stderr is text");
        words
    }

    /// Asks the program to end and returns its exit code.
    pub fn end(&mut self) -> Option<i32> {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // it may have ended already, which is all that is wanted
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The built program with a home of its own.
pub fn command(home: &std::path::Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_segscope"));
    command
        .env_clear()
        .env("HOME", home)
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("TERM", "xterm-256color")
        .current_dir(home);
    command
}

/// One keep-alive connection.
pub struct Http {
    stream: BufReader<TcpStream>,
    host: String,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Http {
    pub fn connect(address: &str) -> std::io::Result<Http> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(DEADLINE))?;
        stream.set_nodelay(true)?;
        Ok(Http { stream: BufReader::new(stream), host: address.to_owned() })
    }

    pub fn post(&mut self, path: &str, body: &[u8]) -> std::io::Result<Answer> {
        self.request("POST", path, &[("authorization", "Basic d2tfdGVzdDo=")], body)
    }

    pub fn get(&mut self, path: &str) -> std::io::Result<Answer> {
        self.request("GET", path, &[], b"")
    }

    pub fn request(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> std::io::Result<Answer> {
        let mut out = format!("{method} {path} HTTP/1.1\r\ncontent-length: {}\r\n", body.len());
        if !headers.iter().any(|(name, _)| *name == "host") {
            out.push_str(&format!("host: {}\r\n", self.host));
        }
        for (name, value) in headers {
            out.push_str(&format!("{name}: {value}\r\n"));
        }
        out.push_str("\r\n");
        let mut bytes = out.into_bytes();
        bytes.extend_from_slice(body);
        self.stream.get_mut().write_all(&bytes)?;
        self.answer()
    }

    fn answer(&mut self) -> std::io::Result<Answer> {
        let broken = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(broken());
        }
        let status = line.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or_else(broken)?;
        let mut headers = Vec::new();
        loop {
            line.clear();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(broken());
            }
            match line.trim_end().split_once(':') {
                Some((name, value)) => {
                    headers.push((name.to_ascii_lowercase(), value.trim().to_owned()))
                }
                None => break,
            }
        }
        let header = |name: &str| headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        if header("transfer-encoding") == Some("chunked") {
            let body = self.chunks()?;
            return Ok(Answer { status, headers, body });
        }
        let length = header("content-length").and_then(|v| v.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(Answer { status, headers, body })
    }

    fn chunks(&mut self) -> std::io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line)?;
            let length = usize::from_str_radix(line.trim_end(), 16);
            let length = length.map_err(std::io::Error::other)?;
            let from = body.len();
            body.resize(from + length + 2, 0);
            self.stream.read_exact(&mut body[from..])?;
            body.truncate(from + length);
            if length == 0 {
                return Ok(body);
            }
        }
    }
}

/// Waits until the condition gives something, with a deadline.
pub fn wait_for<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(begin.elapsed() < DEADLINE, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A server that stands in for one elsewhere: keeps what it is sent, and answers each request with
/// the status of the moment and with the sender's own `Authorization`.
pub struct StandIn {
    pub address: String,
    requests: Arc<Mutex<Vec<String>>>,
    status: Arc<AtomicU16>,
}

impl StandIn {
    pub fn start() -> StandIn {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let (requests, status) = (Arc::default(), Arc::new(AtomicU16::new(200)));
        let stand_in =
            StandIn { address, requests: Arc::clone(&requests), status: Arc::clone(&status) };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut stream = BufReader::new(stream);
                let (mut text, mut length, mut key) = (String::new(), 0, String::new());
                loop {
                    let mut line = String::new();
                    if stream.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
                        break;
                    }
                    let lower = line.to_ascii_lowercase();
                    if let Some(value) = lower.strip_prefix("content-length:") {
                        length = value.trim().parse().unwrap_or(0);
                    }
                    if lower.starts_with("authorization:") {
                        key = line[14..].trim().to_owned();
                    }
                    text.push_str(&line);
                }
                let mut body = vec![0; length];
                if stream.read_exact(&mut body).is_err() {
                    continue;
                }
                text.push_str(&String::from_utf8_lossy(&body));
                requests.lock().expect("no test panics in here").push(text);
                let body = format!("{{\"you\": \"{key}\"}}");
                let status = status.load(Ordering::SeqCst);
                let head = format!(
                    "HTTP/1.1 {status} Said\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.get_mut().write_all(format!("{head}{body}").as_bytes());
            }
        });
        stand_in
    }

    /// Returns the requests so far: heads and bodies.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no test panics in here").clone()
    }

    /// Answers with this from now on.
    pub fn answer_with(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }
}
