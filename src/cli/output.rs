//! Standard output and standard error. Nothing else in the program writes to them, so that no text
//! from a file, a flag, a variable or a call reaches the terminal as a command, and a standard error
//! that is closed, full or gone ends nothing.
#![expect(clippy::disallowed_methods, reason = "the one place that may write to them")]

use crate::call::text::visible;
use crate::inspector::Alerts;
use crate::report::{Escaping, EscapingWriter, counted};
use std::fmt::Display;
use std::io::{self, IsTerminal, StdoutLock, Write};
use std::process::Stdio;

/// Standard output for people.
pub fn text() -> EscapingWriter<StdoutLock<'static>> {
    EscapingWriter::new(io::stdout().lock(), Escaping::Text { color: has_color() })
}

/// Standard output for JSON, and for curl lines with their JSON bodies.
pub fn json() -> EscapingWriter<StdoutLock<'static>> {
    EscapingWriter::new(io::stdout().lock(), Escaping::Json)
}

/// Standard output for JSON, for a writer that moves between threads.
#[cfg(feature = "mcp")]
pub fn shared_json() -> EscapingWriter<io::Stdout> {
    EscapingWriter::new(io::stdout(), Escaping::Json)
}

/// Standard output, escaped in this way.
pub fn escaped(escaping: Escaping) -> EscapingWriter<StdoutLock<'static>> {
    EscapingWriter::new(io::stdout().lock(), escaping)
}

/// Standard output for what holds nothing but this program's own text: shell completions, the
/// manual page.
pub fn raw() -> StdoutLock<'static> {
    io::stdout().lock()
}

/// Writes text to standard output.
pub fn print(lines: &str) -> io::Result<()> {
    let mut out = text();
    out.write_all(lines.as_bytes())?;
    out.flush()
}

/// Returns whether standard output is a terminal.
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Returns whether standard output is a terminal that is to be colored.
pub fn has_color() -> bool {
    is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Writes one line to standard error. Whatever the message holds, it stays one line.
pub fn note(message: impl Display) {
    to_stderr(&format!("{}\n", visible(&message.to_string())));
}

/// Writes lines to standard error. Captured text in them must be on one line already.
pub fn note_lines(lines: &str) {
    to_stderr(lines);
}

/// Writes a question to standard error, without a line end.
pub fn ask(question: impl Display) {
    to_stderr(&visible(&question.to_string()));
}

/// Writes the bytes that ring a terminal to standard error, if that is a terminal.
fn ring(bytes: &str) {
    if can_ask() {
        // without a terminal there is nobody to tell that it is gone
        let _ = counted(|| io::stderr().write_all(bytes.as_bytes()));
    }
}

/// Rings on standard error, where that is a terminal: lines go to standard output, which may be a
/// pipe. What watch rules say is printed there in any case.
pub fn ring_on_stderr(alerts: &Alerts) {
    alerts.take_messages().iter().for_each(note);

    if let Some(mut bell) = alerts.take_ring() {
        if std::env::var("TERM").is_ok_and(|term| term == "dumb") {
            // it would print a notification as if it were text
            bell.words = None;
        }
        ring(&bell.bytes());
    }
}

/// Returns standard error, for what a command says that segscope runs for the user.
pub fn stderr_of_command() -> Stdio {
    Stdio::from(io::stderr())
}

/// Returns whether standard error is a terminal.
pub fn can_ask() -> bool {
    io::stderr().is_terminal()
}

/// Writes in one piece. An error has nobody left to be told to.
fn to_stderr(text: &str) {
    let mut piece = EscapingWriter::new(Vec::new(), Escaping::Text { color: false });
    let _ = piece.write_all(text.as_bytes());
    let _ = counted(|| io::stderr().write_all(&piece.into_inner()));
}
