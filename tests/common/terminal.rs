//! A terminal that a test can look at.

use crate::common::{self, Http};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The bytes from the program so far, and the screen that they make.
struct Seen {
    parser: vt100::Parser,
    bytes: Vec<u8>,
    last: Instant,
    /// The program has closed its side: nothing more will come.
    closed: bool,
}

pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    seen: Arc<Mutex<Seen>>,
    home: tempfile::TempDir,
}

impl Terminal {
    /// The folder that is home and place of work.
    pub fn home(&self) -> &std::path::Path {
        self.home.path()
    }

    /// Starts the program with a home of its own.
    pub fn start(columns: u16, rows: u16, args: &[&str]) -> Terminal {
        Terminal::prepared(columns, rows, args, |_, _| {})
    }

    /// Starts a program in a prepared home, with further environment variables.
    pub fn prepared(
        columns: u16,
        rows: u16,
        args: &[&str],
        prepare: impl FnOnce(&std::path::Path, &mut CommandBuilder),
    ) -> Terminal {
        let home = tempfile::tempdir().expect("a folder");
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_segscope"));
        command.args(args);
        command.env_clear();
        command.env("HOME", home.path());
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        command.cwd(home.path());
        prepare(home.path(), &mut command);
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let seen = Arc::new(Mutex::new(Seen {
            parser: vt100::Parser::new(some(rows), some(columns), 0),
            bytes: Vec::new(),
            last: Instant::now(),
            closed: false,
        }));
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let shared = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut buffer = [0; 65536];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                let mut seen = shared.lock().expect("no test panicked in here");
                seen.parser.process(&buffer[..read]);
                seen.bytes.extend_from_slice(&buffer[..read]);
                seen.last = Instant::now();
            }
            shared.lock().expect("no test panicked in here").closed = true;
        });
        let writer = pair.master.take_writer().expect("a writer");
        Terminal { child, master: pair.master, writer, seen, home }
    }

    /// Starts the inspector on a port of its own, with these flags besides, and speaks to it.
    pub fn listening(columns: u16, rows: u16, args: &[&str]) -> (Terminal, Http) {
        let args = [&["--listen", "127.0.0.1:0"], args].concat();
        let terminal = Terminal::start(columns, rows, &args);
        let http = terminal.http();
        (terminal, http)
    }

    /// The address that the program says it listens on.
    pub fn address(&self) -> String {
        let text = common::wait_for("the address", || {
            let text = self.text();
            text.contains("http://127.0.0.1:").then_some(text)
        });
        let at = text.find("http://127.0.0.1:").expect("just seen") + 7;
        text[at..]
            .split(|c: char| c.is_whitespace() || c == '/')
            .next()
            .expect("an address")
            .to_owned()
    }

    /// A connection to it.
    pub fn http(&self) -> Http {
        Http::connect(&self.address()).expect("it listens")
    }

    /// Waits until a text is on the screen.
    pub fn sees(&self, what: &str) {
        common::wait_for(what, || self.text().contains(what).then_some(()));
    }

    fn seen<T>(&self, look: impl FnOnce(&Seen) -> T) -> T {
        look(&self.seen.lock().expect("no test panicked in here"))
    }

    /// The screen's text.
    pub fn text(&self) -> String {
        self.seen(|seen| seen.parser.screen().contents())
    }

    /// Everything that the program has sent.
    pub fn bytes(&self) -> Vec<u8> {
        self.seen(|seen| seen.bytes.clone())
    }

    /// True once nothing has come for a few frames.
    pub fn is_settled(&self) -> bool {
        self.seen(|seen| seen.last.elapsed() > Duration::from_millis(60))
    }

    pub fn is_alternate(&self) -> bool {
        self.seen(|seen| seen.parser.screen().alternate_screen())
    }

    pub fn hides_cursor(&self) -> bool {
        self.seen(|seen| seen.parser.screen().hide_cursor())
    }

    pub fn press(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).expect("the program reads");
        self.writer.flush().expect("the program reads");
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.seen
            .lock()
            .expect("no test panicked in here")
            .parser
            .screen_mut()
            .set_size(some(rows), some(columns));
        self.master.resize(size).expect("resized");
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid =
            self.child.process_id().and_then(|pid| rustix::process::Pid::from_raw(pid as i32));
        rustix::process::kill_process(pid.expect("it runs"), signal).expect("it runs");
    }

    /// Whether the system has stopped the process.
    pub fn is_stopped(&self) -> bool {
        let pid = self.child.process_id().expect("it runs");
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('T'))
    }

    /// Goes back, pane by pane, until the program ends, as a person would; its exit code.
    pub fn quit(&mut self) -> u32 {
        common::wait_for("the end", || {
            if self.child.try_wait().expect("it is ours").is_some() {
                return Some(());
            }
            if self.is_settled() {
                // it may end just now, and then nobody reads
                let _ = self.writer.write_all(b"q");
                std::thread::sleep(Duration::from_millis(50));
            }
            None
        });
        self.end()
    }

    /// Waits for the program to end, and for its last words; its exit code.
    pub fn end(&mut self) -> u32 {
        let child = &mut self.child;
        let status = common::wait_for("the end", || child.try_wait().expect("it is ours"));
        common::wait_for("its last words", || self.seen(|seen| seen.closed).then_some(()));
        status.exit_code()
    }

    /// The colour in which a text stands on the screen.
    pub fn colour_of(&self, text: &str) -> vt100::Color {
        self.seen(|seen| {
            let screen = seen.parser.screen();
            let (rows, columns) = screen.size();
            for row in 0..rows.get() {
                let line: Vec<String> = (0..columns.get())
                    .map(|column| {
                        screen
                            .cell(row, column)
                            .map_or(String::new(), |cell| cell.contents().to_owned())
                    })
                    .collect();
                for column in 0..line.len() {
                    if line[column..].concat().starts_with(text) {
                        return screen.cell(row, column as u16).expect("on the screen").fgcolor();
                    }
                }
            }
            panic!("`{text}` is not on the screen:\n{}", screen.contents());
        })
    }
}

fn some(size: u16) -> NonZero<u16> {
    NonZero::new(size).expect("a terminal has rows and columns")
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // it may have ended already, which is all that is wanted
        let _ = self.child.kill();
    }
}
