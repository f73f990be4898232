//! Standard output and standard error. Nothing else in the program writes to them, so that no text
//! from a file, a flag, a variable or a call reaches the terminal as a command, and a standard error
//! that is closed or full does not end the program.
#![expect(clippy::disallowed_methods, reason = "the one place that may write to them")]

use crate::call::text::visible;
use crate::inspector::Alerts;
use crate::report::{Escaping, EscapingWriter, counted};
use std::fmt::Display;
use std::io::{self, IsTerminal, StdoutLock, Write};
use std::process::Stdio;

/// Returns standard output for people.
pub fn text() -> EscapingWriter<StdoutLock<'static>> {
    EscapingWriter::new(io::stdout().lock(), Escaping::Text { color: has_color() })
}

/// Returns standard output for JSON, and for curl lines with their JSON bodies.
pub fn json() -> EscapingWriter<StdoutLock<'static>> {
    EscapingWriter::new(io::stdout().lock(), Escaping::Json)
}

/// Returns standard output for JSON, for a writer that moves between threads.
#[cfg(feature = "mcp")]
pub fn shared_json() -> EscapingWriter<io::Stdout> {
    EscapingWriter::new(io::stdout(), Escaping::Json)
}

/// Returns standard output with this escaping.
pub fn escaped(escaping: Escaping) -> EscapingWriter<StdoutLock<'static>> {
    EscapingWriter::new(io::stdout().lock(), escaping)
}

/// Returns unescaped standard output, for text of this program only: shell completions, the manual
/// page. Exports escape their text themselves.
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

/// Returns whether standard output is a terminal and wants colors.
pub fn has_color() -> bool {
    is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Writes one line to standard error. Line ends in the message are escaped.
pub fn note(message: impl Display) {
    to_stderr(&format!("{}\n", visible(&message.to_string())));
}

/// Writes lines to standard error. Line ends in captured text must be escaped already.
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
        // if the terminal is gone, there is no place left to report that
        let _ = counted(|| io::stderr().write_all(bytes.as_bytes()));
    }
}

/// Sends the signal of an alert to standard error if that is a terminal, because standard output may be
/// a pipe. The messages of watch rules are always written to standard error.
pub fn ring_on_stderr(alerts: &Alerts) {
    alerts.take_messages().iter().for_each(note);

    if let Some(mut bell) = alerts.take_ring() {
        if std::env::var("TERM").is_ok_and(|term| term == "dumb") {
            // a dumb terminal would print the notification as text
            bell.words = None;
        }
        ring(&bell.bytes());
    }
}

/// Returns standard error as the output of a command that segscope runs for the user.
pub fn stderr_of_command() -> Stdio {
    Stdio::from(io::stderr())
}

/// Returns whether standard error is a terminal.
pub fn can_ask() -> bool {
    io::stderr().is_terminal()
}

/// Writes a text in one piece. Errors are ignored, because there is no place left to report them.
fn to_stderr(text: &str) {
    let mut piece = EscapingWriter::new(Vec::new(), Escaping::Text { color: false });
    let _ = piece.write_all(text.as_bytes());
    let _ = counted(|| io::stderr().write_all(&piece.into_inner()));
}
