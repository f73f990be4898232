//! Explanations of bodies that are not JSON: the kind of mistake, the call of the batch with the
//! mistake, and the number of valid calls that are refused with it. Only refused bodies are
//! analyzed.

use crate::call::{Doc, SyntaxError};
use crate::wire::empty_request::quoted;
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

/// The kinds of mistakes, with what to change.
const FIXES: &[(&str, &str)] = &[
    (
        "form",
        "send the call as JSON: `{\"userId\": \"...\", \"event\": \"...\"}` with content-type application/json (in curl, `-H 'Content-Type: application/json' -d '{...}'`)",
    ),
    ("multipart", "send the call as JSON in the body, not as a multipart form"),
    ("markup", "send the call as JSON; a proxy or an error page may have replaced it"),
    ("object_text", "encode the object before it is sent: `body: JSON.stringify(call)`"),
    (
        "file_name",
        "let the HTTP client read the file: in curl `--data-binary @FILE`, in double quotes on Windows",
    ),
    ("base64", "send the JSON itself, not its base64 form"),
    (
        "escaped",
        "remove the backslashes before the quotes: the shell or a second encoding has added them",
    ),
    ("several", "send one JSON value: put the calls into `{\"batch\": [...]}`"),
    (
        "cut",
        "send the whole body: the content-length must be its length in bytes, not in characters",
    ),
    (
        "not_a_number",
        "send `null` or leave the property out: JSON has no NaN and no Infinity (in Python, `json.dumps(..., allow_nan=False)` finds them)",
    ),
    ("undefined", "leave the property out, or send `null`: JSON has no `undefined`"),
    (
        "python",
        "encode the call with `json.dumps(call)`; this is the text that Python prints for a dict",
    ),
    ("ruby", "encode the call with `call.to_json`; this is the text that Ruby prints for a hash"),
    ("single_quotes", "use double quotes, the only ones in JSON (a JSON library writes them)"),
    ("curly_quotes", "use plain double quotes: an editor has replaced them with typographic ones"),
    ("trailing_comma", "remove the last comma before the `}` or `]`"),
    ("extra_comma", "remove the comma that has no value before it"),
    ("comment", "remove the comment: JSON has none"),
    ("unquoted_name", "put the name into double quotes"),
    ("line_break", "write a line break in a string as `\\n`; a JSON library does so"),
    ("escape", "write the backslash as `\\\\`, or use one of the escapes that JSON has"),
    (
        "number",
        "write the number as JSON has it: no `+`, no leading zero, a digit on both sides of the point",
    ),
    ("missing_comma", "put a comma between the two values"),
    ("inner_quote", "write a double quote inside a string as `\\\"`; a JSON library does so"),
    ("other", "build the body with a JSON library"),
];

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
    if let Some((list, place)) = trail.item {
        write_other_calls(text, list, place, &mut words);
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
    if is_form(body) {
        return Some(("form", format!("it is a form (`{}`)", short())));
    }
    if is_base64(body) {
        return Some(("base64", "it is base64 of JSON".to_owned()));
    }
    None
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

/// Returns the kind of mistake at the place of an error.
fn mistake(text: &str, error: &SyntaxError) -> (&'static str, String) {
    let (before, rest) = text.split_at(error.offset);
    let last = before.trim_ascii_end().chars().next_back();
    // the word includes a minus sign before it
    let word_at = before.len() - usize::from(before.ends_with('-'));
    let word: String = text[word_at..]
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
        .take(20)
        .collect();
    let is_word = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
    let first = rest.chars().next();
    let in_text = error.expected.contains("string");
    let found = |kind| (kind, format!("`{}`", quoted(&word)));
    match first {
        None => ("cut", format!("it ends where {} should follow", error.expected)),
        _ if in_text && !error.expected.contains("closing") => {
            ("line_break", "a line break or another control character in a string".to_owned())
        }
        _ if error.expected.contains("after `\\") => {
            ("escape", format!("a backslash before {}", error.found))
        }
        _ if error.expected == "the end of the text" => {
            ("several", format!("a second value ({}) after the first", error.found))
        }
        Some(',') if matches!(last, Some(',' | '[' | '{' | ':')) => {
            ("extra_comma", "a comma without a value before it".to_owned())
        }
        Some('}' | ']') if last == Some(',') => {
            ("trailing_comma", "a comma after the last value".to_owned())
        }
        Some('“' | '”' | '„' | '‘' | '’' | '«') => {
            ("curly_quotes", format!("a typographic quote {}", error.found))
        }
        Some('\'') if looks_like_python(text) => {
            ("python", "single quotes, as Python prints a dict".to_owned())
        }
        Some('\'') => ("single_quotes", "single quotes".to_owned()),
        Some('/' | '#') => ("comment", "a comment".to_owned()),
        Some('=') => ("ruby", "`=>`, as Ruby prints a hash".to_owned()),
        Some('\\') => ("escaped", "a backslash before a quote".to_owned()),
        Some(_) if is_word(&["nan", "-nan", "infinity", "-infinity", "inf", "-inf"]) => {
            found("not_a_number")
        }
        Some(_) if word == "undefined" => found("undefined"),
        Some(_) if ["True", "False", "None"].contains(&&*word) => found("python"),
        Some(_) if word == "nil" => found("ruby"),
        Some(_) if error.expected.contains("member name") => {
            ("unquoted_name", format!("the name {} without quotes", found("").1))
        }
        Some('+' | '.') => ("number", format!("a number that begins with {}", error.found)),
        Some(digit) if error.expected == "a digit" || number_goes_on(before, digit) => {
            ("number", "a number that JSON does not have".to_owned())
        }
        Some('"' | '{' | '[') if error.expected.starts_with("`,`") => {
            ("missing_comma", "no comma between two values".to_owned())
        }
        Some(_) if last == Some('"') && error.expected.starts_with("`,`") => {
            ("inner_quote", "a double quote inside a string".to_owned())
        }
        Some(_) => ("other", format!("expected {}, found {}", error.expected, error.found)),
    }
}

/// Returns whether a number continues in a way that JSON does not have, such as `01`, `1_000`,
/// `0x1F`.
fn number_goes_on(before: &str, next: char) -> bool {
    before.ends_with(|last: char| last.is_ascii_digit())
        && (next.is_ascii_alphanumeric() || next == '_')
}

/// Returns whether a text with single quotes looks like a dict that Python printed.
fn looks_like_python(text: &str) -> bool {
    ["True", "False", "None"].iter().any(|word| {
        let at = text.find(&format!(": {word}"));
        at.is_some()
    }) || text.contains("': ")
}

/// The position of a place in a body.
#[derive(Default)]
struct BracketStack {
    /// The names and indices on the path to it, joined by dots.
    path: String,
    /// The offset after the opening bracket of the list of calls, and the index of the item with
    /// the place.
    item: Option<(usize, usize)>,
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
                b'}' | b']' => drop(open.pop()),
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
        BracketStack { path: path.join("."), item: list.map(|list| (list.begin, list.index)) }
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
    let good = items.iter().filter(|item| is_call(&text[(*item).clone()])).count();
    write!(words, ", in call {} of {}", place + 1, items.len().max(place + 1))
        .expect("writing to a String cannot fail");
    if let Some(name) = items.get(place).and_then(|item| name_of(&text[item.clone()])) {
        write!(words, " ({})", quoted(&name)).expect("writing to a String cannot fail");
    }
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
