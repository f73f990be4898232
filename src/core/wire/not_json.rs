//! Explanations of bodies that are not JSON: the kind of mistake, the call of the batch with the
//! mistake, and the number of valid calls that are refused with it. Only refused bodies are
//! analyzed.

use crate::call::{Doc, SyntaxError};
use crate::wire::empty_request::quoted;
use crate::wire::json_mistake::{FIXES, mistake};
use std::fmt::Write;
use std::ops::Range;

/// An explanation of a body that is not JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotJson {
    /// The code of the kind of mistake; bodies of one kind are counted together.
    pub kind: &'static str,
    /// The sentence with the place and the mistake.
    words: String,
}

impl std::fmt::Display for NotJson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.words)
    }
}

/// Returns what to change in a body with a kind of mistake.
pub fn fix(kind: &str) -> Option<&'static str> {
    FIXES.iter().find(|(known, _)| *known == kind).map(|(_, fix)| *fix)
}

/// Explains a body that could not be parsed.
pub fn look(text: &str, error: &SyntaxError) -> NotJson {
    if let Some((kind, what)) = kind_of_body(text) {
        return NotJson { kind, words: format!("the body is not JSON: {what}") };
    }
    let (kind, what) = mistake(text, error);
    let mut words = format!("the body is not JSON: line {}, column {}: ", error.line, error.column);
    words.push_str(&what);
    let trail = BracketStack::to(text, error.offset);
    if !trail.path.is_empty() {
        write!(words, " at `{}`", quoted(&trail.path)).expect("writing to a String cannot fail");
    }
    match (trail.item, trail.closed_batch) {
        (Some((list, place)), _) => write_other_calls(text, list, place, &mut words),
        (None, Some(list)) => {
            let items = items(text, list);
            write_good_calls(text, &items, &mut words);
        }
        (None, None) => {}
    }
    NotJson { kind, words }
}

/// Returns the kind of a body that is not JSON at all.
fn kind_of_body(text: &str) -> Option<(&'static str, String)> {
    let body = text.trim_ascii();
    let short = || quoted(body.split(['\n', '&']).next().unwrap_or_default());
    if body.starts_with('<') {
        return Some(("markup", format!("it is HTML or XML (`{}`)", short())));
    }
    if body.starts_with("[object ") {
        return Some(("object_text", format!("it is the string `{}`", short())));
    }
    if body.starts_with("--") && body.contains("ontent-") && body.contains("isposition") {
        return Some(("multipart", "it is a multipart form".to_owned()));
    }
    if body.starts_with('@') && !body.contains(['{', '\n']) {
        return Some(("file_name", format!("it is the name of a file (`{}`)", short())));
    }
    if body.starts_with("{\\\"") || body.starts_with("[{\\\"") {
        return Some(("escaped", "its quotes have backslashes before them".to_owned()));
    }
    // base64 may end in `=`, as the first pair of a form may
    if is_base64(body) {
        return Some(("base64", "it is base64 of JSON".to_owned()));
    }
    if is_form(body) {
        return Some(("form", format!("it is a form (`{}`)", short())));
    }
    if is_utf16(text.as_bytes()) {
        return Some(("utf16", "it is UTF-16 text".to_owned()));
    }
    None
}

/// Returns whether every second byte is NUL, as in UTF-16 of ASCII text.
fn is_utf16(bytes: &[u8]) -> bool {
    let are_zero = |from: usize| bytes.iter().skip(from).step_by(2).take(32).all(|byte| *byte == 0);
    bytes.len() >= 4 && (are_zero(0) != are_zero(1))
}

fn is_form(body: &str) -> bool {
    let name = |text: &str| {
        let part = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-%+[]$".contains(&byte);
        !text.is_empty() && text.bytes().all(part) && !text.starts_with('[')
    };
    let mut pairs = body.split('&');
    pairs.next().and_then(|pair| pair.split_once('=')).is_some_and(|(first, _)| name(first))
}

fn is_base64(body: &str) -> bool {
    use base64::Engine;
    let plain = body.trim_end_matches('=');
    let bytes = base64::engine::general_purpose::STANDARD_NO_PAD.decode(plain);
    bytes.is_ok_and(|bytes| {
        std::str::from_utf8(&bytes)
            .is_ok_and(|text| text.trim_start().starts_with(['{', '[']) && Doc::parse(text).is_ok())
    })
}

/// The position of a place in a body.
#[derive(Default)]
struct BracketStack {
    /// The names and indices on the path to it, joined by dots.
    path: String,
    /// The offset after the opening bracket of the list of calls, and the index of the item with
    /// the place.
    item: Option<(usize, usize)>,
    /// The offset after the opening bracket of the list of calls, if the list ends before the
    /// place.
    closed_batch: Option<usize>,
}

/// An object or an array that is open at the place.
struct OpenBracket {
    is_object: bool,
    begin: usize,
    key: Range<usize>,
    index: usize,
    /// True if the name of a member was read, so that its value follows.
    named: bool,
}

impl BracketStack {
    /// Reads a text, which is JSON up to `end`, up to there.
    fn to(text: &str, end: usize) -> BracketStack {
        let bytes = &text.as_bytes()[..end];
        let mut open: Vec<OpenBracket> = Vec::new();
        let mut closed_batch = None;
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'"' => {
                    let close = close_of_text(bytes, at + 1, b'"');
                    if let Some(top) = open.last_mut().filter(|top| top.is_object && !top.named) {
                        top.key = at + 1..close;
                    }
                    at = close;
                }
                byte @ (b'{' | b'[') => {
                    let is_object = byte == b'{';
                    open.push(OpenBracket {
                        is_object,
                        begin: at + 1,
                        key: 0..0,
                        index: 0,
                        named: false,
                    });
                }
                b'}' | b']' => {
                    let closed = open.pop().filter(|closed| !closed.is_object && open.len() == 1);
                    let is_batch = |root: &OpenBracket| text.get(root.key.clone()) == Some("batch");
                    if let Some(list) = closed.filter(|_| open.first().is_some_and(is_batch)) {
                        closed_batch = Some(list.begin);
                    }
                }
                b':' => open.last_mut().into_iter().for_each(|top| top.named = true),
                b',' => {
                    if let Some(top) = open.last_mut() {
                        (top.index, top.named) = (top.index + 1, false);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        let name = |top: &OpenBracket| match top.is_object {
            true => text.get(top.key.clone()).unwrap_or_default().to_owned(),
            false => top.index.to_string(),
        };
        let path: Vec<String> =
            open.iter().filter(|top| !top.is_object || top.named).map(name).collect();
        let list = open.get(1).filter(|list| !list.is_object && name(&open[0]) == "batch");
        let list = list.or_else(|| open.first().filter(|root| !root.is_object));
        BracketStack {
            path: path.join("."),
            item: list.map(|list| (list.begin, list.index)),
            closed_batch,
        }
    }
}

/// Returns the offset of the quote that ends a string, or the end of the bytes.
fn close_of_text(bytes: &[u8], mut at: usize, quote: u8) -> usize {
    while at < bytes.len() && bytes[at] != quote {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len())
}

/// Appends which call of a list has the mistake, and how many others are refused with it.
fn write_other_calls(text: &str, list: usize, place: usize, words: &mut String) {
    let items = items(text, list);
    write!(words, ", in call {} of {}", place + 1, items.len().max(place + 1))
        .expect("writing to a String cannot fail");
    if let Some(name) = items.get(place).and_then(|item| name_of(&text[item.clone()])) {
        write!(words, " ({})", quoted(&name)).expect("writing to a String cannot fail");
    }
    write_good_calls(text, &items, words);
}

/// Appends how many calls of a list are good, and how many are not JSON.
fn write_good_calls(text: &str, items: &[Range<usize>], words: &mut String) {
    let good = items.iter().filter(|item| is_call(&text[(*item).clone()])).count();
    let bad = items.len().saturating_sub(good);
    if bad > 1 {
        write!(words, "; {bad} calls are not JSON").expect("writing to a String cannot fail");
    }
    match good {
        0 => {}
        1 => words.push_str("; 1 good call was refused with it"),
        _ => write!(words, "; {good} good calls were refused with it")
            .expect("writing to a String cannot fail"),
    }
}

fn is_call(item: &str) -> bool {
    Doc::parse(item).is_ok_and(|doc| doc.root().is_object())
}

/// Returns the items of a list that begins at `list`, found by their brackets alone, because some
/// are not JSON.
fn items(text: &str, list: usize) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let (mut items, mut depth, mut start, mut at) = (Vec::new(), 0usize, list, list);
    let mut put = |range: Range<usize>| {
        if !text[range.clone()].trim_ascii().is_empty() {
            items.push(range);
        }
    };
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = close_of_text(bytes, at + 1, b'"'),
            // only where a value or a name may begin, so that an apostrophe does not count
            b'\'' if begins_value(&bytes[list..at]) => at = close_of_text(bytes, at + 1, b'\''),
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => {
                put(start..at);
                return items;
            }
            b'}' | b']' => depth -= 1,
            b',' if depth == 0 => {
                put(start..at);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    put(start..text.len());
    items
}

fn begins_value(before: &[u8]) -> bool {
    before.trim_ascii_end().last().is_none_or(|byte| b",:[{".contains(byte))
}

/// Returns the type and the event of a call that may not be JSON, as far as they are found.
fn name_of(item: &str) -> Option<String> {
    let member = |name: &str| {
        let at = ['"', '\''].iter().find_map(|quote| {
            let key = format!("{quote}{name}{quote}");
            Some(item.find(&key)? + key.len())
        })?;
        let value = item[at..].trim_ascii_start().strip_prefix(':')?.trim_ascii_start();
        let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''))?;
        value[1..].split(quote).next().filter(|text| !text.is_empty()).map(str::to_owned)
    };
    match (member("type"), member("event")) {
        (Some(kind), Some(event)) => Some(format!("{kind} {event}")),
        (kind, event) => kind.or(event),
    }
}
