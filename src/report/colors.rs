//! Colors of lines for people. No meaning depends on a color alone.

use std::fmt::Write;

/// Every color code that [`ColorWriter::put`] writes.
const CODES: [&str; 6] = ["0", "1", "1;31", "32", "33", "2"];

/// Returns the length of the color code that a text begins with; 0 if it begins with none of
/// [`ColorWriter::put`].
pub(crate) fn color_code_bytes(text: &str) -> usize {
    let rest = text.strip_prefix("\x1b[").and_then(|rest| rest.split_once('m'));
    rest.filter(|(code, _)| CODES.contains(code)).map_or(0, |(code, _)| code.len() + 3)
}

/// A color by its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColorWriter {
    Plain,
    Bold,
    Alarm,
    Good,
    Warning,
    Dim,
}

impl ColorWriter {
    /// Appends a text, which must be visible characters only.
    pub fn put(self, out: &mut String, color: bool, text: &str) {
        let code = match self {
            _ if !color => None,
            ColorWriter::Plain => None,
            ColorWriter::Bold => Some("1"),
            ColorWriter::Alarm => Some("1;31"),
            ColorWriter::Good => Some("32"),
            ColorWriter::Warning => Some("33"),
            ColorWriter::Dim => Some("2"),
        };
        match code {
            Some(code) => {
                write!(out, "\x1b[{code}m{text}\x1b[0m").expect("writing to a String cannot fail")
            }
            None => out.push_str(text),
        }
    }
}
