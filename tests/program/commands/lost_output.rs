//! A standard error or a reader that is gone, full or standing still ends nothing, and does not keep
//! the program from its end.

use crate::common::{self, DEADLINE, Http, wait_for};
use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, PipeReader, PipeWriter, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// The maximum time from the signal to the end if a reader stands still: less than the 10 s after which
/// a program that still writes is ended, and far more than the 1.5 s that it needs on an idle machine.
const MAX_END: Duration = Duration::from_secs(9);

/// The first port that these tests try. Ports that the system chooses are higher, so no other test takes
/// one of these before the program listens there.
const FIRST_PORT: u32 = 10_000;
const PORTS: u32 = 20_000;

/// A program that records, and is killed if the test gives up.
struct Running {
    child: Child,
    home: tempfile::TempDir,
    address: String,
}

impl Running {
    /// Starts a command on a free port. The port is an argument, because nothing is read from the
    /// program that would name it.
    fn start(args: &[&str], out: Stdio, err: Stdio, input: Stdio) -> Running {
        let home = tempfile::tempdir().expect("a folder");
        let address = free_address();
        let mut command = common::command(home.path());
        command.args(args).args(["--listen", &address, "--record", "rec.ndjson"]);
        let child = command.stdin(input).stdout(out).stderr(err).spawn().expect("it starts");
        Running { child, home, address }
    }

    fn http(&self) -> Http {
        wait_for("the listener", || Http::connect(&self.address).ok())
    }

    /// Sends calls and returns how many were acknowledged.
    fn send(&self, calls: usize, bytes: usize) -> usize {
        let mut http = self.http();
        let long = "x".repeat(bytes);
        let body = format!(
            r#"{{"type":"track","event":"E","userId":"u","properties":{{"account_id":"a","long":"{long}"}}}}"#
        );
        (0..calls)
            .filter(|_| http.post("/v1/track", body.as_bytes()).is_ok_and(|it| it.status == 200))
            .count()
    }

    fn end(&mut self) -> (ExitStatus, Duration) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("it runs");
        let begin = Instant::now();
        (ended(&mut self.child), begin.elapsed())
    }

    fn recorded(&self) -> usize {
        lines(&self.home.path().join("rec.ndjson"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // it may have ended already, which is all that is wanted
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns an address at which nothing listens, and which no other call returns.
fn free_address() -> String {
    static TRIED: AtomicU32 = AtomicU32::new(0);
    loop {
        let tried = TRIED.fetch_add(1, Ordering::Relaxed);
        assert!(tried < PORTS, "no port is free");
        // other processes that run these tests begin elsewhere
        let offset = std::process::id().wrapping_mul(61).wrapping_add(tried) % PORTS;
        let address = format!("127.0.0.1:{}", FIRST_PORT + offset);
        if TcpListener::bind(&address).is_ok() {
            return address;
        }
    }
}

fn ended(child: &mut Child) -> ExitStatus {
    wait_for("the end", || child.try_wait().expect("it can be waited for"))
}

/// The recorded requests: lines but the first, which says what the file is.
fn lines(file: &Path) -> usize {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines().filter(|line| line.contains("\"body\"") || line.contains("/v1/track")).count()
}

/// A pipe that is full and that nobody reads; it stays so while the reader is kept.
fn full_pipe() -> (PipeReader, PipeWriter) {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let flags = rustix::fs::fcntl_getfl(&writer).expect("flags");
    rustix::fs::fcntl_setfl(&writer, flags | rustix::fs::OFlags::NONBLOCK).expect("set");
    while rustix::io::write(&writer, &[b'x'; 4096]).is_ok() {}
    while rustix::io::write(&writer, b"x").is_ok() {}
    rustix::fs::fcntl_setfl(&writer, flags).expect("set");
    (reader, writer)
}

fn full_device() -> Stdio {
    OpenOptions::new().write(true).open("/dev/full").expect("/dev/full").into()
}

#[test]
fn a_full_standard_error_ends_nothing() {
    for (args, input) in [
        (&["tail"][..], Stdio::null()),
        (&["tail", "--format", "quiet"], Stdio::null()),
        (&["listen", "--plain"], Stdio::null()),
    ] {
        let mut running = Running::start(args, Stdio::null(), full_device(), input);
        assert_eq!(running.send(3, 10), 3, "{args:?}");
        // a notice
        let mut tls = TcpStream::connect(&running.address).expect("connected");
        tls.write_all(b"\x16\x03\x01\x00\x05hello").expect("written");
        let mut answer = Vec::new();
        tls.set_read_timeout(Some(DEADLINE)).expect("set");
        let _ = tls.read_to_end(&mut answer);
        assert_eq!(running.send(2, 10), 2, "{args:?}");
        let (status, _) = running.end();
        assert_eq!((status.code(), running.recorded()), (Some(0), 5), "{args:?}");
    }
}

#[test]
fn a_standard_error_whose_reader_is_gone_ends_nothing() {
    for args in [&["tail", "--format", "quiet"][..], &["tail"], &["listen", "--plain"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        let mut running = Running::start(args, Stdio::null(), writer.into(), Stdio::null());
        let mut line = String::new();
        let mut reader = BufReader::new(reader);
        reader.read_line(&mut line).expect("a line");
        assert!(line.contains("listening on"), "{line}");
        drop(reader);
        let mut tls = TcpStream::connect(&running.address).expect("connected");
        tls.write_all(b"\x16\x03\x01\x00\x05hello").expect("written");
        assert_eq!(running.send(3, 10), 3, "{args:?}");
        let (status, _) = running.end();
        assert_eq!((status.code(), running.recorded()), (Some(0), 3), "{args:?}");
    }
}

#[test]
fn other_commands_do_not_panic_where_nobody_can_be_told() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("c.ndjson"), "{\"type\":\"track\",\"event\":\"E\"}\n")
        .expect("written");
    let url = ["send", "c.ndjson", "--to", "http://127.0.0.1:1"];
    for args in [
        &["check", "none"][..],
        &["check", "c.ndjson", "--filter", "event = \"X\""],
        &["deliver", "c.ndjson", "--vendor", "planhat", "--yes"],
        &["plan", "learn", "c.ndjson"],
        &["nonsense"],
        &url,
    ] {
        let mut command: Command = common::command(home.path());
        let status = command.args(args).stdout(Stdio::null()).stderr(full_device()).status();
        let code = status.expect("it runs").code();
        assert!(matches!(code, Some(0..=3)), "{args:?}: {code:?}");
    }
}

#[test]
fn a_signal_ends_it_while_the_reader_of_its_output_stands_still() {
    for format in ["ndjson", "text"] {
        let (_reader, writer) = full_pipe();
        let args = ["tail", "--format", format];
        let mut running = Running::start(&args, writer.into(), Stdio::null(), Stdio::null());
        assert_eq!(running.send(200, 2_000), 200);
        let (status, took) = running.end();
        assert!(took < MAX_END, "{took:?}");
        assert_eq!((status.code(), running.recorded()), (Some(3), 200));
    }
}

#[test]
fn a_signal_ends_it_while_the_reader_of_its_notices_stands_still() {
    for args in [&["tail", "--format", "quiet"][..], &["listen", "--plain"]] {
        let (_reader, writer) = full_pipe();
        let mut running = Running::start(args, Stdio::null(), writer.into(), Stdio::null());
        assert_eq!(running.send(20, 100), 20, "{args:?}");
        let (status, took) = running.end();
        assert!(took < MAX_END, "{args:?}: {took:?}");
        assert_eq!((status.code(), running.recorded()), (Some(3), 20), "{args:?}");
    }
}

#[test]
fn a_signal_ends_it_while_a_request_is_open() {
    let mut running = Running::start(&["tail"], Stdio::null(), Stdio::null(), Stdio::null());
    assert_eq!(running.send(2, 10), 2);
    let mut open = TcpStream::connect(&running.address).expect("connected");
    open.write_all(b"POST /v1/track HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{")
        .expect("written");
    assert_eq!(running.send(1, 10), 1);
    // a program that waited for the request would be cut off, with another code
    let (status, _) = running.end();
    assert_eq!(status.code(), Some(0));
    assert!(running.recorded() >= 3);
}
