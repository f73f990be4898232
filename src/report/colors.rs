//! Colours of lines for people. Meaning never hangs on a colour alone.

use std::fmt::Write;

/// Every color code that [`Paint::put`] writes.
const CODES: [&str; 5] = ["0", "1", "1;31", "33", "2"];

/// Returns the length of the color code that a text begins with; 0 if it begins with none of
/// [`Paint::put`].
pub(crate) fn color_code_bytes(text: &str) -> usize {
    let rest = text.strip_prefix("\x1b[").and_then(|rest| rest.split_once('m'));
    rest.filter(|(code, _)| CODES.contains(code)).map_or(0, |(code, _)| code.len() + 3)
}

/// What stands for a colour where colour is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Paint {
    Plain,
    Bold,
    Alarm,
    Warning,
    Dim,
}

impl Paint {
    /// Appends a text, which must be visible characters only.
    pub fn put(self, out: &mut String, colour: bool, text: &str) {
        let code = match self {
            _ if !colour => None,
            Paint::Plain => None,
            Paint::Bold => Some("1"),
            Paint::Alarm => Some("1;31"),
            Paint::Warning => Some("33"),
            Paint::Dim => Some("2"),
        };
        match code {
            Some(code) => {
                write!(out, "\x1b[{code}m{text}\x1b[0m").expect("writing to a String cannot fail")
            }
            None => out.push_str(text),
        }
    }
}
