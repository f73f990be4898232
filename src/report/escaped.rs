//! Output in which no character can be a command to a terminal.

use crate::call::text::{is_hostile, visible_char};
use crate::report::colors;
use crate::report::write_timeout::counted;
use std::borrow::Cow;
use std::io::{self, Write};
use std::str;

/// The form in which a character that a terminal may act on is written. Line ends stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escaping {
    /// For people: `\u{9b}`. With `color`, the color codes of [`crate::report::colors`] stay.
    Text {
        /// True if color codes of this program stay.
        color: bool,
    },
    /// For JSON: `\u009b`, which means the same character in its strings.
    Json,
    /// For XML: `&#x9b;`, which means the same character.
    Xml,
}

impl Escaping {
    /// Appends a character in its escaped form.
    fn push(self, out: &mut Vec<u8>, c: char) {
        match self {
            Escaping::Text { .. } => out.extend_from_slice(visible_char(c).as_bytes()),
            Escaping::Json => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
                }
            }
            Escaping::Xml => out.extend_from_slice(format!("&#x{:x};", c as u32).as_bytes()),
        }
    }

    /// Appends a text with its hostile characters escaped.
    fn escape(self, out: &mut Vec<u8>, text: &str) {
        let (mut written, mut passed) = (0, 0);
        for (at, c) in text.char_indices() {
            if c == '\n' || !is_hostile(c) || at < passed {
                continue;
            }
            if c == '\x1b' && self == (Escaping::Text { color: true }) {
                passed = at + colors::color_code_bytes(&text[at..]);
                if passed > at {
                    continue;
                }
            }
            out.extend_from_slice(&text.as_bytes()[written..at]);
            self.push(out, c);
            written = at + c.len_utf8();
        }
        out.extend_from_slice(&text.as_bytes()[written..]);
    }
}

/// Escapes JSON text: DEL, C1 controls and bidi controls become `\u…`, which keeps the value.
pub fn escaped_json(json: &str) -> Cow<'_, str> {
    if !json.contains(is_hostile) {
        return json.into();
    }
    let mut out = Vec::with_capacity(json.len() + 16);
    Escaping::Json.escape(&mut out, json);
    String::from_utf8_lossy(&out).into_owned().into()
}

/// A writer that escapes every character that a terminal may act on.
#[derive(Debug)]
pub struct EscapingWriter<W: Write> {
    out: W,
    escaping: Escaping,
    /// The beginning of a character whose end has not been written yet.
    begun: Vec<u8>,
}

impl<W: Write> EscapingWriter<W> {
    /// Wraps a writer.
    pub fn new(out: W, escaping: Escaping) -> EscapingWriter<W> {
        EscapingWriter { out, escaping, begun: Vec::new() }
    }

    /// Returns the writer.
    pub fn into_inner(self) -> W {
        self.out
    }
}

impl<W: Write> Write for EscapingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n');
        if self.begun.is_empty() && bytes.iter().all(plain) {
            counted(|| self.out.write_all(bytes))?;
            return Ok(bytes.len());
        }
        let mut all = std::mem::take(&mut self.begun);
        all.extend_from_slice(bytes);
        let mut out = Vec::with_capacity(all.len() + 16);
        let mut rest = &all[..];
        while !rest.is_empty() {
            let (good, bad) = match str::from_utf8(rest) {
                Ok(text) => (text, 0),
                Err(error) => {
                    let (good, bad) = rest.split_at(error.valid_up_to());
                    let good = str::from_utf8(good).unwrap_or_default();
                    match error.error_len() {
                        Some(length) => (good, length),
                        None => {
                            self.begun = bad.to_owned();
                            (good, 0)
                        }
                    }
                }
            };
            self.escaping.escape(&mut out, good);
            if bad > 0 {
                out.extend_from_slice("\u{fffd}".as_bytes());
            }
            rest = &rest[good.len() + bad + self.begun.len()..];
        }
        counted(|| self.out.write_all(&out))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        counted(|| self.out.flush())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(escaping: Escaping, parts: &[&[u8]]) -> String {
        let mut out = EscapingWriter::new(Vec::new(), escaping);
        for part in parts {
            out.write_all(part).expect("written");
        }
        String::from_utf8(out.out).expect("UTF-8")
    }

    #[test]
    fn escapes_what_a_terminal_may_act_on() {
        let hostile = "a\x1b]0;t\x07\u{9b}1m\x7f\u{202e}\u{2067}\u{61c}\u{200f}é\r\t\u{e0041}\nb";
        let text = |color| written(Escaping::Text { color }, &[hostile.as_bytes()]);
        let want = "a\\u{1b}]0;t\\u{7}\\u{9b}1m\\u{7f}\\u{202e}\\u{2067}\\u{61c}\\u{200f}é\\r\\t\\u{e0041}\nb";
        assert_eq!((text(false).as_str(), text(true).as_str()), (want, want));
        let xml = written(Escaping::Xml, &["\u{9b}".as_bytes()]);
        assert_eq!(xml, "&#x9b;");
    }

    #[test]
    fn json_keeps_its_value() {
        let value = serde_json::json!({ "k\u{7f}": "\u{9b}\u{202e}\u{e0041}\x1b\u{feff}漢 \\" });
        let json = escaped_json(&value.to_string()).into_owned();
        assert!(!json.contains(is_hostile), "{json}");
        let read: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(read, value);
    }

    #[test]
    fn lets_only_its_own_colors_pass() {
        let text = "\x1b[1;31mred\x1b[0m \x1b[8mhidden \x1b[31m\x1b";
        let want = "\x1b[1;31mred\x1b[0m \\u{1b}[8mhidden \\u{1b}[31m\\u{1b}";
        assert_eq!(written(Escaping::Text { color: true }, &[text.as_bytes()]), want);
    }

    #[test]
    fn joins_characters_that_come_in_parts() {
        let bytes = "é\u{9b}漢".as_bytes();
        let parts: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(written(Escaping::Text { color: false }, &parts), "é\\u{9b}漢");
        let parts: [&[u8]; 2] = [b"a\xffb\xc3", b"c\xe2\x80"];
        assert_eq!(written(Escaping::Text { color: false }, &parts), "a\u{fffd}b\u{fffd}c");
    }
}
