//! The scanner of JSON text, which checks it strictly (RFC 8259) and writes the table of its values
//! in one pass.
//!
//! serde_json is not used because its tree costs seven times as much for a 1 KB call, it refuses
//! texts that senders do send (lone surrogates in escapes, 200 levels of nesting), and a hostile
//! text can make a recursive parser overflow the stack. This scanner is a loop that allocates only
//! the table.

use super::json_node::{JsonKind, JsonNode};
use wide::u8x16;

/// The error of a text that is not JSON: what was expected, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: expected {expected}, found {found}")]
pub struct SyntaxError {
    /// Byte offset into the text.
    pub offset: usize,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// A description of what is valid at this place.
    pub expected: &'static str,
    /// The text at this place, safe to print.
    pub found: String,
}

pub(crate) struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
}

type Scan<T> = Result<T, (usize, &'static str)>;

/// The range of a member name without its quotes, and whether it contains an escape.
#[derive(Clone, Copy)]
struct KeySpan {
    start: u32,
    end: u32,
    escaped: bool,
}

impl KeySpan {
    const NONE: KeySpan = KeySpan { start: 0, end: 0, escaped: false };
}

/// The value of `open` when nothing is open.
const NONE: u32 = u32::MAX;

impl<'t> Scanner<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Scanner { text, bytes: text.as_bytes() }
    }

    /// Fills `nodes` with the values of the text, in order, parents before their children.
    pub(crate) fn run(self, nodes: &mut Vec<JsonNode>) -> Result<(), SyntaxError> {
        nodes.clear();
        if self.bytes.len() > u32::MAX as usize {
            return Err(self.error(0, "a text under 4 GiB"));
        }
        document(self.bytes, nodes).map_err(|(at, expected)| self.error(at, expected))
    }

    fn error(&self, at: usize, expected: &'static str) -> SyntaxError {
        let mut offset = at.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |nl| nl + 1);
        SyntaxError {
            offset,
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            expected,
            found: match self.text[offset..].chars().next() {
                None => "the end of the text".to_owned(),
                Some(c) => format!("`{}`", super::text::visible_char(c)),
            },
        }
    }
}

/// Scans a whole text. While an object or a list is open, its node's `next` is the number of the
/// enclosing one, so that nesting needs no memory of its own.
fn document(bytes: &[u8], nodes: &mut Vec<JsonNode>) -> Scan<()> {
    let (mut open, mut object) = (NONE, false);
    let mut key = KeySpan::NONE;
    let mut at = space(bytes, 0);
    loop {
        let (start, number) = (at, nodes.len() as u32);
        let mut escaped = false;
        let kind = match bytes.get(at) {
            Some(b'"') => {
                (at, escaped) = string(bytes, at + 1)?;
                JsonKind::String
            }
            Some(b'{') => {
                at = space(bytes, at + 1);
                JsonKind::Object
            }
            Some(b'[') => {
                at = space(bytes, at + 1);
                JsonKind::Array
            }
            Some(b'-' | b'0'..=b'9') => {
                at = self::number(bytes, at)?;
                JsonKind::Number
            }
            Some(b't') => {
                at = word(bytes, at, b"true")?;
                JsonKind::True
            }
            Some(b'f') => {
                at = word(bytes, at, b"false")?;
                JsonKind::False
            }
            Some(b'n') => {
                at = word(bytes, at, b"null")?;
                JsonKind::Null
            }
            _ => return Err((at, "a JSON value")),
        };
        let holds = match kind {
            JsonKind::Object => bytes.get(at) != Some(&b'}'),
            JsonKind::Array => bytes.get(at) != Some(&b']'),
            _ => false,
        };
        if !holds && matches!(kind, JsonKind::Object | JsonKind::Array) {
            at += 1;
        }
        nodes.push(JsonNode {
            start: start as u32,
            end: at as u32,
            key_start: key.start,
            key_end: key.end,
            next: if holds { open } else { number + 1 },
            kind,
            escaped,
            key_escaped: key.escaped,
        });
        if holds {
            (open, object) = (number, kind == JsonKind::Object);
        } else {
            // after a value
            loop {
                at = space(bytes, at);
                if open == NONE {
                    let ends = at == bytes.len();
                    return if ends { Ok(()) } else { Err((at, "the end of the text")) };
                }
                match bytes.get(at) {
                    Some(b',') => {
                        at = space(bytes, at + 1);
                        break;
                    }
                    Some(b'}') if object => {}
                    Some(b']') if !object => {}
                    _ if object => return Err((at, "`,` or `}`")),
                    _ => return Err((at, "`,` or `]`")),
                }
                at += 1;
                let next = nodes.len() as u32;
                let node = &mut nodes[open as usize];
                open = std::mem::replace(&mut node.next, next);
                node.end = at as u32;
                object = nodes.get(open as usize).is_some_and(|node| node.kind == JsonKind::Object);
            }
        }
        key = KeySpan::NONE;
        if object {
            (at, key) = member(bytes, at)?;
        }
    }
}

/// Reads a member's name and colon, and returns the offset of its value.
#[inline(always)]
fn member(bytes: &[u8], at: usize) -> Scan<(usize, KeySpan)> {
    if bytes.get(at) != Some(&b'"') {
        return Err((at, "a member name in double quotes"));
    }
    let (behind, escaped) = string(bytes, at + 1)?;
    let colon = space(bytes, behind);
    if bytes.get(colon) != Some(&b':') {
        return Err((colon, "`:`"));
    }
    let key = KeySpan { start: at as u32 + 1, end: behind as u32 - 1, escaped };
    Ok((space(bytes, colon + 1), key))
}

/// Reads a string from after its opening quote to after its closing one; returns true if it
/// contains an escape.
#[inline(always)]
fn string(bytes: &[u8], at: usize) -> Scan<(usize, bool)> {
    let end = plain(bytes, at);
    if bytes.get(end) == Some(&b'"') { Ok((end + 1, false)) } else { odd_string(bytes, end) }
}

/// Reads the rest of a string from its first escape or invalid character on.
#[inline(never)]
fn odd_string(bytes: &[u8], mut at: usize) -> Scan<(usize, bool)> {
    let mut escaped = false;
    loop {
        match bytes.get(at) {
            Some(b'"') => return Ok((at + 1, escaped)),
            Some(b'\\') => {
                escaped = true;
                at = escape(bytes, at + 1)?;
            }
            Some(_) => return Err((at, "no bare control character in a string")),
            None => return Err((at, "the closing `\"` of a string")),
        }
        at = plain(bytes, at);
    }
}

/// Skips plain bytes of a string, 16 at a time.
#[inline(always)]
fn plain(bytes: &[u8], mut at: usize) -> usize {
    let all = u8x16::splat;
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<16>()) {
        let chunk = u8x16::new(*chunk);
        let (quote, slash) = (chunk.simd_eq(all(b'"')), chunk.simd_eq(all(b'\\')));
        let control = chunk.max(all(0x1f)).simd_eq(all(0x1f));
        let odd = (quote | slash | control).to_bitmask();
        if odd != 0 {
            return at + odd.trailing_zeros() as usize;
        }
        at += 16;
    }
    plain_to_end(bytes, at)
}

/// Skips plain bytes of a string near the end of the text, one at a time.
fn plain_to_end(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| !is_odd(byte)) {
        at += 1;
    }
    at
}

#[inline(always)]
fn is_odd(byte: &u8) -> bool {
    matches!(byte, b'"' | b'\\' | ..0x20)
}

fn escape(bytes: &[u8], at: usize) -> Scan<usize> {
    match bytes.get(at) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 1),
        Some(b'u') => {
            for digit in at + 1..at + 5 {
                if !bytes.get(digit).is_some_and(u8::is_ascii_hexdigit) {
                    return Err((digit, "four hexadecimal digits after `\\u`"));
                }
            }
            Ok(at + 5)
        }
        _ => Err((at, "one of `\"\\/bfnrtu` after `\\`")),
    }
}

fn number(bytes: &[u8], mut at: usize) -> Scan<usize> {
    if bytes.get(at) == Some(&b'-') {
        at += 1;
    }
    at = match bytes.get(at) {
        Some(b'0') => at + 1,
        _ => digits(bytes, at)?,
    };
    if bytes.get(at) == Some(&b'.') {
        at = digits(bytes, at + 1)?;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1;
        if matches!(bytes.get(at), Some(b'+' | b'-')) {
            at += 1;
        }
        at = digits(bytes, at)?;
    }
    Ok(at)
}

/// Skips digits, at least one.
#[inline(always)]
fn digits(bytes: &[u8], start: usize) -> Scan<usize> {
    let mut at = start;
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    if at > start { Ok(at) } else { Err((at, "a digit")) }
}

fn word(bytes: &[u8], at: usize, word: &'static [u8]) -> Scan<usize> {
    let found = bytes.get(at..).is_some_and(|rest| rest.starts_with(word));
    if found { Ok(at + word.len()) } else { Err((at, "a JSON value")) }
}

/// Skips white space, of which there is seldom any.
#[inline(always)]
fn space(bytes: &[u8], at: usize) -> usize {
    if bytes.get(at).is_some_and(|byte| *byte > b' ') { at } else { some_space(bytes, at) }
}

#[inline(never)]
fn some_space(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn finds_special_bytes_at_any_offset(
            mut bytes in proptest::collection::vec(any::<u8>(), 0..80),
            plain_byte in prop_oneof![Just(b'a'), Just(0x80), Just(0xff), Just(b'!'), Just(b'#')],
            odd_at in 0usize..80,
            odd in prop_oneof![Just(b'"'), Just(b'\\'), 0u8..0x20],
            from in 0usize..40,
        ) {
            let from = from.min(bytes.len());
            let want = |bytes: &[u8]| {
                from + bytes.iter().skip(from).take_while(|byte| !is_odd(byte)).count()
            };
            prop_assert_eq!(plain(&bytes, from), want(&bytes));
            bytes.fill(plain_byte);
            if let Some(byte) = bytes.get_mut(odd_at) {
                *byte = odd;
            }
            prop_assert_eq!(plain(&bytes, from), want(&bytes));
        }
    }
}
