//! Detects the format of a file by its beginning.

use crate::call::Doc;
use crate::engine::source::envelope::{self, EnvelopeItem};
use crate::engine::source::unreadable::{self, UnreadableKind};
use crate::engine::source::{bare_calls, curl, gzip, har};
use crate::recording;
use std::path::Path;

/// The maximum number of lines that are examined.
const MAX_LINES: usize = 20;

/// The format of a file, which determines how it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FileFormat {
    /// A recording, read in place.
    Recording,
    /// Calls, one on each line, read in place.
    Calls,
    /// JSON values, one on each line, from which calls are extracted.
    Lines,
    /// JSON values in any layout.
    Values,
    Har,
    Curl,
    Gzip,
    /// Another known kind of file.
    Kind(UnreadableKind),
    /// An unknown format: the number of a line, and the problem with it.
    Wrong(usize, String),
}

/// Detects the format of a file by its beginning.
pub(crate) fn form(head: &[u8], path: &Path) -> FileFormat {
    if head.starts_with(gzip::MAGIC) {
        return FileFormat::Gzip;
    }
    let lines = FirstLines::from_head(head);
    if lines.recorded > 0 {
        return FileFormat::Recording;
    }
    // readable lines are better evidence than a damaged one
    if lines.calls == 0
        && let Some(kind) = unreadable::binary(head)
    {
        return FileFormat::Kind(kind);
    }
    let text = valid(head).trim_start_matches('\u{feff}');
    if bare_calls::trimmed(head).is_empty() {
        return FileFormat::Wrong(1, "expected calls as JSON objects; found nothing".to_owned());
    }
    if har::is_har(text) {
        return FileFormat::Har;
    }
    if curl::is_curl(text) {
        return FileFormat::Curl;
    }
    // a JSON text sequence begins with the separator
    let json = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{1e}');
    let first_is_json = json.starts_with(['{', '[']);
    if lines.first && (first_is_json || lines.calls > 0) {
        let in_place = lines.others == 0 && lines.first_is_call;
        return if in_place { FileFormat::Calls } else { FileFormat::Lines };
    }
    // the first line is damaged and the others are whole
    if lines.calls > 0 && lines.commas == 0 && lines.json * 2 >= lines.seen {
        return FileFormat::Lines;
    }
    if let Some(kind) = unreadable::text(json, path) {
        return FileFormat::Kind(kind);
    }
    if first_is_json {
        return FileFormat::Values;
    }
    let wrong = match Doc::parse(json.lines().next().unwrap_or_default()) {
        Ok(_) => bare_calls::EXPECTED.to_owned(),
        Err(error) => bare_calls::says(&error),
    };
    let before = text.len() - json.len();
    FileFormat::Wrong(text[..before].matches('\n').count() + 1, wrong)
}

/// Returns the beginning of a text up to the first bytes that are not UTF-8.
fn valid(head: &[u8]) -> &str {
    match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
    }
}

/// Counts of the first lines of a file by their content.
#[derive(Debug, Default)]
struct FirstLines {
    seen: usize,
    /// True if the first line is JSON by itself.
    first: bool,
    json: usize,
    recorded: usize,
    calls: usize,
    /// The number of lines that end in a comma, as the elements of a list do.
    commas: usize,
    /// True if the first object is a call without an envelope, so that the others are meant as
    /// calls too.
    first_is_call: bool,
    /// The number of objects that contain calls, or are of a known kind that is not a call.
    others: usize,
}

impl FirstLines {
    fn from_head(head: &[u8]) -> FirstLines {
        let (mut lines, mut other) = (FirstLines::default(), false);
        let whole = head.split_inclusive(|byte| *byte == b'\n');
        let is_short = head.len() < crate::engine::source::limits::HEAD_BYTES;
        // the last line of a longer file may be incomplete
        let whole = whole.filter(|line| line.ends_with(b"\n") || is_short);
        let trimmed = whole.map(bare_calls::trimmed).filter(|line| !line.is_empty());
        for line in trimmed.take(MAX_LINES) {
            lines.seen += 1;
            lines.commas += usize::from(line.ends_with(b","));
            let text = std::str::from_utf8(line).unwrap_or_default();
            let Ok(doc) = Doc::parse(text) else { continue };
            lines.json += 1;
            lines.first |= lines.seen == 1;
            if !text.starts_with(['{', '[']) {
                continue;
            }
            if text.starts_with("{\"v\":") && recording::parse(text).is_ok() {
                lines.recorded += 1;
                continue;
            }
            // the calls of a line that is read in place are its value, or the elements of its array
            let root = doc.root();
            let mut items: Vec<&str> = match root.is_array() {
                true => root.children().map(|item| item.raw()).collect(),
                false => vec![root.raw()],
            };
            items.reverse();
            let mut as_it_is = true;
            let inside = |call: &str| {
                as_it_is &= items.pop().is_some_and(|item| std::ptr::eq(item, call));
            };
            match envelope::calls(root, &mut { inside }) {
                EnvelopeItem::Calls(_) if as_it_is || doc.root().get("seq").is_some() => {
                    lines.first_is_call |= !other;
                    lines.calls += 1;
                }
                EnvelopeItem::Calls(_) => {
                    (lines.calls, lines.others) = (lines.calls + 1, lines.others + 1)
                }
                EnvelopeItem::Warehouse | EnvelopeItem::Delivery | EnvelopeItem::Deletion => {
                    lines.others += 1;
                }
                EnvelopeItem::Other => other |= doc.root().is_object(),
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniff(text: &str) -> FileFormat {
        form(text.as_bytes(), Path::new("f"))
    }

    #[test]
    fn tells_the_form_by_the_beginning() {
        let (a, b) = (r#"{"type":"track","userId":"u"}"#, r#"{"type":"page","userId":"u"}"#);
        let recorded = r#"{"v":1,"kind":"clear","at":"2026-11-22T10:00:01.000Z"}"#;
        for (text, form) in [
            (format!("{a}\n\n{b}\n"), FileFormat::Calls),
            (format!("\u{feff}{a}"), FileFormat::Calls),
            (format!("[{a},{b}]\n{a}"), FileFormat::Calls),
            (format!("{{\"seq\":1,\"call\":{a}}}"), FileFormat::Calls),
            (format!("{a}\n{{\"type\":}}\n"), FileFormat::Calls),
            (format!("{a}\n{{\"n\":1}}\n"), FileFormat::Calls),
            (format!("{{\"n\":1}}\n{a}\n"), FileFormat::Lines),
            (format!("{a}\n{{\"message\":{b}}}\n"), FileFormat::Lines),
            (format!("{a},\n{b}\n"), FileFormat::Values),
            (format!("{{\"message\":{a}}}\n"), FileFormat::Lines),
            (format!("{{\"v\"21}}\n{recorded}\n"), FileFormat::Recording),
            (format!("\0\0\0\n{recorded}\n"), FileFormat::Recording),
            (format!("{{\"ty\n{a}\n{b}\n"), FileFormat::Lines),
            (format!("{a}{b}"), FileFormat::Values),
            (format!("[\n{a},\n{b}\n]"), FileFormat::Values),
            (format!("{{\n\"batch\": [\n{a}\n]\n}}"), FileFormat::Values),
            ("{\"log\":{\"version\":\"1.2\",\"entries\":[]}}".to_owned(), FileFormat::Har),
            ("{\"log\":{\"level\":\"info\"}}".to_owned(), FileFormat::Lines),
            ("# x\ncurl a -d '{}'".to_owned(), FileFormat::Curl),
        ] {
            assert_eq!(sniff(&text), form, "{text}");
        }
        let wrong = |line, text: &str| FileFormat::Wrong(line, text.to_owned());
        assert_eq!(sniff("hello"), wrong(1, "column 1: expected a JSON value, found `h`"));
        assert_eq!(sniff("3"), wrong(1, bare_calls::EXPECTED));
        assert_eq!(sniff(" \n"), wrong(1, "expected calls as JSON objects; found nothing"));
        assert!(matches!(sniff("\0\0\0\0"), FileFormat::Kind(_)));
    }
}
