//! Formats an event as a line: time, level, target, message, `key=value`. For every value, the line
//! is safe to print on a terminal and contains no password of a URL.

use crate::call::credential::without_credentials;
use crate::call::text::visible;
use crate::call::time;
use std::fmt::{self, Write};
use tracing::Event;
use tracing::field::{Field, Visit};

/// The maximum number of characters of a value; the rest is cut off.
const MAX_VALUE_CHARS: usize = 300;
/// The maximum size of all values of a line.
const MAX_FIELDS_BYTES: usize = 2048;

/// The message and the values of an event.
struct EventFields<'h> {
    home: Option<&'h str>,
    message: String,
    fields: String,
}

impl EventFields<'_> {
    fn add(&mut self, field: &Field, value: &str) {
        let value = make_safe(value, self.home);
        if field.name() == "message" {
            self.message = value;
            return;
        }
        if self.fields.len() + value.len() > MAX_FIELDS_BYTES {
            return;
        }
        self.fields.push(' ');
        self.fields.push_str(field.name());
        self.fields.push('=');
        if value.is_empty() || value.contains([' ', '"', '=']) {
            self.fields.push('"');
            self.fields.push_str(&value.replace('"', "\\\""));
            self.fields.push('"');
        } else {
            self.fields.push_str(&value);
        }
    }
}

impl Visit for EventFields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value);
    }

    // values that implement `Display` arrive here too
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, &format!("{value:?}"));
    }
}

/// Returns a value in the form that the log contains: on one line, not too long, without passwords,
/// and with `~` in place of the home folder, because its name identifies the user.
fn make_safe(value: &str, home: Option<&str>) -> String {
    let value = without_credentials(value);
    let value = match home {
        Some(home) => shorten_home(&value, home),
        None => value.into_owned(),
    };
    let mut shown = visible(&value).into_owned();
    if let Some((end, _)) = shown.char_indices().nth(MAX_VALUE_CHARS) {
        shown.truncate(end);
        shown.push('…');
    }
    shown
}

/// Replaces the home folder by `~` where it is a whole path or the beginning of one.
fn shorten_home(value: &str, home: &str) -> String {
    let mut parts = value.split(home);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_folder = part.is_empty() || part.starts_with(['/', ' ', ',', ':', ';']);
        out.push_str(if is_folder { "~" } else { home });
        out.push_str(part);
    }
    out
}

/// Returns the line of an event of segscope itself, with `~` in place of the home folder.
pub(super) fn line_of_event(event: &Event<'_>, home: Option<&str>) -> String {
    let mut fields = EventFields { home, message: String::new(), fields: String::new() };
    event.record(&mut fields);
    let metadata = event.metadata();
    begin_line(metadata.level().as_str(), metadata.target())
        + &fields.message
        + &fields.fields
        + "\n"
}

/// Returns the line of an event of another crate. It contains only the place of the event, because
/// its message and values may contain secrets.
pub(super) fn line_of_other_crate(event: &Event<'_>) -> String {
    let metadata = event.metadata();
    let mut line = begin_line(metadata.level().as_str(), metadata.target());
    let (file, at) = (metadata.file().unwrap_or_default(), metadata.line().unwrap_or_default());
    let file = file.rsplit('/').next().unwrap_or_default();
    // writing to a `String` cannot fail
    let _ =
        writeln!(line, "emitted an event; its text is left out file={} line={at}", visible(file));
    line
}

/// Returns a line about the log itself.
pub(super) fn line_about_log(level: &str, text: &str) -> String {
    begin_line(level, module_path!()) + text + "\n"
}

fn begin_line(level: &str, target: &str) -> String {
    let mut line = String::with_capacity(200);
    time::write(&mut line, time::now());
    // writing to a `String` cannot fail
    let _ = write!(line, " {level:<5} {} {target}: ", std::process::id());
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_one_safe_line() {
        for (value, want) in [
            ("plain", "plain"),
            ("\u{1b}[31mred\r\n\u{9b}2J\u{202e}", "\\u{1b}[31mred\\r\\n\\u{9b}2J\\u{202e}"),
            ("http://user:pass@h.test/?token=abc", "http://***@h.test/?token=***"),
            ("/home/ada/x and /home/ada", "~/x and ~"),
            ("/home/adam/x", "/home/adam/x"),
        ] {
            assert_eq!(make_safe(value, Some("/home/ada")), want);
        }
        let long = make_safe(&"é".repeat(1_000), None);
        assert_eq!(long.chars().count(), MAX_VALUE_CHARS + 1);
    }
}
