//! A terminal that goes away, and one that nobody reads.

use crate::common::{Http, wait_for};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::Read;
use std::num::NonZero;
use std::time::{Duration, Instant};

const CALL: &[u8] =
    br#"{"type":"track","userId":"u1","event":"E","properties":{"account_id":"a1"}}"#;
/// A screen that changes and draws nothing for so long cannot write.
const NO_FRAME: Duration = Duration::from_millis(500);
/// The maximum time from the signal to the end: less than the 10 s after which a program that still writes
/// is ended, and far more than the 1.5 s that it needs on an idle machine.
const MAX_END: Duration = Duration::from_secs(9);

/// The inspector in a terminal that is read only as far as a test says.
struct Unread {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    reader: Box<dyn Read + Send>,
    home: tempfile::TempDir,
    http: Http,
}

impl Unread {
    fn start() -> Unread {
        let home = tempfile::tempdir().expect("a folder");
        let pair = native_pty_system().openpty(size(160)).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_segscope"));
        command.args(["--listen", "127.0.0.1:0", "--record", "rec.ndjson"]);
        command.env_clear();
        command.env("HOME", home.path());
        command.env("TERM", "xterm-256color");
        command.cwd(home.path());
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let large = |size: u16| NonZero::new(size).expect("more than 0");
        let mut parser = vt100::Parser::new(large(50), large(160), 0);
        let mut buffer = [0; 4096];
        let address = wait_for("the address", || {
            let read = reader.read(&mut buffer).expect("the terminal");
            parser.process(&buffer[..read]);
            let text = parser.screen().contents();
            let rest = text.split_once("http://127.0.0.1:")?.1;
            let port = rest.split(|c: char| !c.is_ascii_digit()).next()?;
            Some(format!("127.0.0.1:{port}"))
        });
        let http = Http::connect(&address).expect("it listens");
        Unread { child, master: pair.master, reader, home, http }
    }

    fn send(&mut self, calls: usize) {
        for _ in 0..calls {
            let answer = self.http.post("/v1/track", CALL).expect("an answer");
            assert_eq!(answer.status, 200);
        }
    }

    /// Returns the number of drawn frames.
    fn drawn(&mut self) -> u64 {
        let health = self.http.get("/_segscope/health").expect("an answer").body;
        let health: serde_json::Value = serde_json::from_slice(&health).expect("JSON");
        health["frames"]["drawn"].as_u64().expect("a number")
    }

    /// Makes frames that nobody takes, until there is room for no more and none is drawn. Returns how
    /// many calls were sent.
    fn send_until_it_stands_still(&mut self) -> usize {
        let (mut sent, mut last, mut changed) = (0, 0, Instant::now());
        wait_for("a frame that is not taken", || {
            let columns = if sent % 2 == 0 { 140 } else { 160 };
            self.master.resize(size(columns)).expect("resized");
            self.send(1);
            sent += 1;
            let drawn = self.drawn();
            if drawn != last {
                (last, changed) = (drawn, Instant::now());
            }
            (changed.elapsed() > NO_FRAME).then_some(())
        });
        sent
    }

    fn recorded(&self) -> usize {
        let text = std::fs::read_to_string(self.home.path().join("rec.ndjson")).expect("text");
        text.matches("/v1/track").count()
    }

    fn ended(&mut self) -> u32 {
        let ended = || self.child.try_wait().expect("it can be waited for");
        wait_for("the end", ended).exit_code()
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        // it may have ended already, which is all that is wanted
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn size(columns: u16) -> PtySize {
    PtySize { rows: 50, cols: columns, pixel_width: 0, pixel_height: 0 }
}

#[test]
fn a_terminal_that_is_closed_is_an_ordinary_end() {
    let mut unread = Unread::start();
    unread.send(3);
    let gone = native_pty_system().openpty(size(80)).expect("a pseudo-terminal");
    // what is put in their places is of no use to the program
    drop(std::mem::replace(&mut unread.reader, gone.master.try_clone_reader().expect("a reader")));
    drop(std::mem::replace(&mut unread.master, gone.master));
    assert_eq!(unread.ended(), 0);
    assert_eq!(unread.recorded(), 3);
}

#[test]
fn a_signal_ends_it_while_its_terminal_stands_still() {
    for signal in [rustix::process::Signal::TERM, rustix::process::Signal::INT] {
        let mut unread = Unread::start();
        let sent = unread.send_until_it_stands_still();
        let id = unread.child.process_id().expect("it runs");
        let pid = rustix::process::Pid::from_raw(id as i32).expect("a process");
        rustix::process::kill_process(pid, signal).expect("it runs");
        let begin = Instant::now();
        let code = unread.ended();
        assert!(begin.elapsed() < MAX_END, "{:?}", begin.elapsed());
        assert_eq!((code, unread.recorded()), (3, sent));
    }
}
