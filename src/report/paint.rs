//! Colours of lines for people. Meaning never hangs on a colour alone.

use std::fmt::Write;

/// What stands for a colour where colour is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
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
