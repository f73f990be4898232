//! The inspector in plain mode, for screen readers and terminals that cannot draw: each call is
//! printed as one line when it arrives, and typed lines do what the screen's keys do.
//!
//! It reads the same [`Inspector`] as the screen, so both always agree. It never writes a drawing
//! sequence, and it escapes everything that was captured.

mod actions;
mod announcements;
mod call;
mod command;
mod compose;
mod log;
mod person;
mod phrases;
mod session;
mod summaries;

use crate::inspector::Inspector;
use crate::plain::session::{PlainSession, SessionFlow};
use std::io::{self, BufRead, Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// The interval at which the inspector is checked for news.
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// The maximum number of typed lines that wait; then the thread that reads them waits.
const MAX_WAITING_LINES: usize = 64;
/// The maximum number of bytes of a typed line; the rest of a longer one is discarded.
const MAX_LINE_BYTES: u64 = 256 << 10;

/// Runs typed commands, and prints the rows from `from` on as they arrive, until `quit` or until
/// `ends` returns true. At the end of the input it continues to print rows, or returns if no more
/// can arrive.
pub fn run(
    inspector: &Inspector,
    from: u64,
    input: impl BufRead + Send + 'static,
    out: &mut dyn Write,
    mut ends: impl FnMut() -> bool,
) -> io::Result<()> {
    let lines = spawn_line_reader(input)?;
    let mut session = PlainSession::new(inspector, from, out);
    session.begin()?;
    if let Some(filter) = inspector.first_filter() {
        session.filter(filter)?;
    }
    loop {
        match lines.recv_timeout(POLL_INTERVAL) {
            Ok(line) => {
                // rows that arrived before the command are printed before its result
                session.print_news()?;
                if session.command(line.trim())? == SessionFlow::Quit {
                    wait_for_export(inspector, &mut ends);
                    return session.print_message();
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) if !can_receive_calls(inspector) => {
                wait_for_export(inspector, &mut ends);
                return session.print_news();
            }
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(POLL_INTERVAL),
        }
        // checked before printing, so that rows that arrived before the end are still printed
        let last = ends();
        session.print_news()?;
        if last {
            return Ok(());
        }
    }
}

/// Waits until a running export has written its file, or until `ends` returns true.
fn wait_for_export(inspector: &Inspector, ends: &mut impl FnMut() -> bool) {
    while inspector.exporting().is_some() && !ends() {
        std::thread::sleep(POLL_INTERVAL);
    }
}

/// Returns whether more calls may arrive: at a listener, or in a file that is followed.
fn can_receive_calls(inspector: &Inspector) -> bool {
    !inspector.addresses().is_empty() || inspector.stats().opened.is_none_or(|opened| opened.grows)
}

/// Starts a thread that reads the typed lines.
fn spawn_line_reader(input: impl BufRead + Send + 'static) -> io::Result<Receiver<String>> {
    let (sender, lines) = sync_channel(MAX_WAITING_LINES);
    std::thread::Builder::new().name("lines".to_owned()).spawn(move || read(input, &sender))?;
    Ok(lines)
}

fn read(mut input: impl BufRead, lines: &SyncSender<String>) {
    loop {
        let mut line = Vec::new();
        let mut part = (&mut input).take(MAX_LINE_BYTES);
        match part.read_until(b'\n', &mut line) {
            Ok(1..) => {}
            Ok(0) | Err(_) => return,
        }
        if line.last() != Some(&b'\n') && line.len() as u64 == MAX_LINE_BYTES {
            // the rest of a line that is too long is not a line of its own
            let mut rest = Vec::new();
            while matches!((&mut input).take(MAX_LINE_BYTES).read_until(b'\n', &mut rest), Ok(1..))
                && rest.last() != Some(&b'\n')
            {
                rest.clear();
            }
        }
        if lines.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
            return;
        }
    }
}
