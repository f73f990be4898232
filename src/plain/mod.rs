//! The inspector in lines, for screen readers and terminals that cannot draw: each call is said as
//! it comes, one line in words, and lines that are typed do what the screen's keys do.
//!
//! It reads the same [`Inspector`] as the screen, so that nothing is said here that is not so there. No
//! drawing sequence is ever written, and what was captured is escaped.

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

/// How often it is looked whether something has come.
const LOOK: Duration = Duration::from_millis(20);
/// So many typed lines wait; then their sender does.
const LINES: usize = 64;
/// A typed line is no longer; what is beyond is left out.
const MOST_BYTES: u64 = 256 << 10;

/// Listens to what is typed and says the rows that come from a row on, until `quit` or until `ends`
/// says so. Where the input ends it goes on saying what comes; if nothing can come, it ends.
pub fn run(
    inspector: &Inspector,
    from: u64,
    input: impl BufRead + Send + 'static,
    out: &mut dyn Write,
    mut ends: impl FnMut() -> bool,
) -> io::Result<()> {
    let lines = typed(input)?;
    let mut talk = PlainSession::new(inspector, from, out);
    talk.begin()?;
    if let Some(filter) = inspector.first_filter() {
        talk.filter(filter)?;
    }
    loop {
        match lines.recv_timeout(LOOK) {
            Ok(line) => {
                // what came before it is said before it
                talk.news()?;
                if talk.command(line.trim())? == SessionFlow::Quit {
                    return Ok(());
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) if !can_grow(inspector) => return talk.news(),
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(LOOK),
        }
        // asked first, so that what came before the end is still said
        let last = ends();
        talk.news()?;
        if last {
            return Ok(());
        }
    }
}

/// Whether more calls may come: to a listener, or to a file that is followed.
fn can_grow(inspector: &Inspector) -> bool {
    !inspector.addresses().is_empty() || inspector.stats().opened.is_none_or(|opened| opened.grows)
}

/// The lines that are typed, read by a thread of their own.
fn typed(input: impl BufRead + Send + 'static) -> io::Result<Receiver<String>> {
    let (sender, lines) = sync_channel(LINES);
    std::thread::Builder::new().name("lines".to_owned()).spawn(move || read(input, &sender))?;
    Ok(lines)
}

fn read(mut input: impl BufRead, lines: &SyncSender<String>) {
    loop {
        let mut line = Vec::new();
        let mut part = (&mut input).take(MOST_BYTES);
        match part.read_until(b'\n', &mut line) {
            Ok(1..) => {}
            Ok(0) | Err(_) => return,
        }
        if line.last() != Some(&b'\n') && line.len() as u64 == MOST_BYTES {
            // the rest of a line that is too long is not a line of its own
            let mut rest = Vec::new();
            while matches!((&mut input).take(MOST_BYTES).read_until(b'\n', &mut rest), Ok(1..))
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
