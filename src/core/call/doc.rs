//! A JSON text and the flat table of its values.

use super::scan::{Scanner, SyntaxError};
use crate::call::json_node::{JsonKind, JsonNode};
use std::borrow::Cow;

/// A JSON text with the table of its values. Numbers, strings and the order of keys are kept as
/// they are in the text, and nesting has no limit. Repeated keys are kept; look-ups return the last
/// one.
#[derive(Debug, Clone)]
pub struct Doc<'t> {
    text: Cow<'t, str>,
    nodes: Vec<JsonNode>,
}

/// Memory that is reused for the table of the next [`Doc`], so that a busy reader allocates no
/// table for each text.
#[derive(Debug, Default)]
pub struct Spare(pub(crate) Vec<JsonNode>);

impl<'t> Doc<'t> {
    /// Returns the memory that the text and the table take, in bytes.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.text.len() + self.nodes.capacity() * size_of::<JsonNode>()
    }

    /// Parses a text.
    pub fn parse(text: impl Into<Cow<'t, str>>) -> Result<Doc<'t>, SyntaxError> {
        Doc::parse_with(text, &mut Spare::default())
    }

    /// Parses a text into the memory of an earlier document (see [`Doc::recycle`]).
    pub fn parse_with(
        text: impl Into<Cow<'t, str>>,
        spare: &mut Spare,
    ) -> Result<Doc<'t>, SyntaxError> {
        let text = text.into();
        let mut nodes = std::mem::take(&mut spare.0);
        match Scanner::new(&text).run(&mut nodes) {
            Ok(()) => Ok(Doc { text, nodes }),
            Err(error) => {
                spare.0 = nodes;
                Err(error)
            }
        }
    }

    /// Creates a document from a text and its table, which must be equal to the result of parsing
    /// the text.
    pub(crate) fn from_parts(text: String, nodes: Vec<JsonNode>) -> Doc<'static> {
        debug_assert!(
            Doc::parse(text.as_str()).is_ok_and(|doc| doc.nodes == nodes),
            "the table of {text}"
        );
        Doc { text: Cow::Owned(text), nodes }
    }

    /// Gives the table's memory to `spare` for reuse.
    pub fn recycle(self, spare: &mut Spare) {
        spare.0 = self.nodes;
    }

    /// Gives the table's memory to `spare` for reuse, and returns the text.
    pub fn into_text(self, spare: &mut Spare) -> Cow<'t, str> {
        spare.0 = self.nodes;
        self.text
    }

    /// Returns the whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the outermost value.
    pub fn root(&self) -> Val<'_> {
        Val { doc: self, at: 0 }
    }

    /// Returns the value at a node number from [`Val::node`].
    pub fn at(&self, node: u32) -> Val<'_> {
        assert!((node as usize) < self.nodes.len(), "a node number of this document");
        Val { doc: self, at: node }
    }

    /// Converts to a document that owns its text, in the memory of `room`.
    pub fn into_owned_in(self, mut room: String) -> Doc<'static> {
        let text = match self.text {
            Cow::Owned(text) => text,
            Cow::Borrowed(text) => {
                room.clear();
                room.push_str(text);
                room
            }
        };
        Doc { text: Cow::Owned(text), nodes: self.nodes }
    }

    /// Converts to a document that owns its text.
    pub fn into_owned(self) -> Doc<'static> {
        Doc { text: Cow::Owned(self.text.into_owned()), nodes: self.nodes }
    }
}

/// A cursor on one value of a [`Doc`]. It is only two words long, because vendors' rules pass it on
/// often.
#[derive(Clone, Copy)]
pub struct Val<'d> {
    pub(crate) doc: &'d Doc<'d>,
    at: u32,
}

impl<'d> Val<'d> {
    #[inline]
    fn entry(&self) -> &'d JsonNode {
        &self.doc.nodes[self.at as usize]
    }

    /// Returns the value's index in the document's table, which identifies it as long as the
    /// document exists.
    #[inline]
    pub fn node(&self) -> u32 {
        self.at
    }

    /// Returns the value at a node number of the same document, from [`Val::node`].
    #[inline]
    pub fn same_doc(&self, node: u32) -> Val<'d> {
        assert!((node as usize) < self.doc.nodes.len(), "a node number of this document");
        Val { doc: self.doc, at: node }
    }

    /// Returns the kind of the value.
    #[inline]
    pub fn kind(&self) -> JsonKind {
        self.entry().kind
    }

    /// Returns the value's own text, unchanged.
    #[inline]
    pub fn raw(&self) -> &'d str {
        let node = self.entry();
        &self.doc.text[node.start as usize..node.end as usize]
    }

    /// Returns the range of the value's text in the document.
    pub fn span(&self) -> std::ops::Range<usize> {
        let node = self.entry();
        node.start as usize..node.end as usize
    }

    /// Returns the value's member name, decoded.
    #[inline]
    pub fn key(&self) -> Cow<'d, str> {
        let node = self.entry();
        let raw = self.key_raw();
        if node.key_escaped { Cow::Owned(decode(raw)) } else { Cow::Borrowed(raw) }
    }

    /// Returns the value's member name, not decoded.
    #[inline]
    pub fn key_raw(&self) -> &'d str {
        let node = self.entry();
        &self.doc.text[node.key_start as usize..node.key_end as usize]
    }

    /// Returns the bytes of the member name, if it contains no escape.
    #[inline]
    pub fn key_plain(&self) -> Option<&'d [u8]> {
        let node = self.entry();
        let bytes = self.doc.text.as_bytes();
        (!node.key_escaped).then(|| &bytes[node.key_start as usize..node.key_end as usize])
    }

    /// Returns the first byte of the member name, not decoded: a backslash may stand for any
    /// character.
    #[inline]
    pub fn key_first(&self) -> Option<u8> {
        let node = self.entry();
        let first = self.doc.text.as_bytes().get(node.key_start as usize).copied();
        first.filter(|_| node.key_start < node.key_end)
    }

    /// Returns the decoded text of a string. A lone surrogate becomes U+FFFD.
    #[inline]
    pub fn as_str(&self) -> Option<Cow<'d, str>> {
        let node = self.entry();
        if node.kind != JsonKind::String {
            return None;
        }
        let raw = &self.doc.text[node.start as usize + 1..node.end as usize - 1];
        Some(if node.escaped { Cow::Owned(decode(raw)) } else { Cow::Borrowed(raw) })
    }

    /// Returns true for a string that begins with a visible ASCII character other than a backslash,
    /// which is therefore not blank. False does not mean that it is blank. Reads a single byte.
    #[inline]
    pub fn is_plainly_filled(&self) -> bool {
        let node = self.entry();
        let first = self.doc.text.as_bytes().get(node.start as usize + 1);
        node.kind == JsonKind::String && matches!(first, Some(b'!' | b'#'..=b'[' | b']'..=b'~'))
    }

    /// Returns the value of a boolean.
    #[inline]
    pub fn as_bool(&self) -> Option<bool> {
        match self.kind() {
            JsonKind::True => Some(true),
            JsonKind::False => Some(false),
            _ => None,
        }
    }

    /// Returns the text of a number, unchanged.
    #[inline]
    pub fn as_number(&self) -> Option<&'d str> {
        (self.kind() == JsonKind::Number).then(|| self.raw())
    }

    /// Returns a number as the nearest double.
    pub fn as_f64(&self) -> Option<f64> {
        self.as_number().and_then(|text| text.parse().ok())
    }

    /// Returns true for `null`.
    #[inline]
    pub fn is_null(&self) -> bool {
        self.kind() == JsonKind::Null
    }

    /// Returns true for an object.
    #[inline]
    pub fn is_object(&self) -> bool {
        self.kind() == JsonKind::Object
    }

    /// Returns true for an array.
    pub fn is_array(&self) -> bool {
        self.kind() == JsonKind::Array
    }

    /// Returns the members of an object or the elements of an array, in order; nothing for a
    /// scalar.
    #[inline]
    pub fn children(&self) -> Children<'d> {
        let (at, end) = match self.kind() {
            JsonKind::Object | JsonKind::Array => (self.at + 1, self.entry().next),
            _ => (0, 0),
        };
        Children { doc: self.doc, at, end }
    }

    /// Returns the member of that name; the last one if it is repeated, as in `JSON.parse`.
    #[inline]
    pub fn get(&self, name: &str) -> Option<Val<'d>> {
        if !self.is_object() {
            return None;
        }
        let mut found = None;
        for child in self.children() {
            let same = match child.key_plain() {
                Some(key) => key == name.as_bytes(),
                None => child.key() == name,
            };
            if same {
                found = Some(child);
            }
        }
        found
    }

    /// Returns the element of an array at this index.
    pub fn index(&self, index: usize) -> Option<Val<'d>> {
        if self.is_array() { self.children().nth(index) } else { None }
    }

    /// Returns the value at an RFC 6901 JSON pointer relative to this one.
    pub fn pointer(&self, pointer: &str) -> Option<Val<'d>> {
        super::pointer::tokens(pointer).try_fold(*self, |value, token| match value.kind() {
            JsonKind::Array => value.index(super::pointer::index(&token)?),
            _ => value.get(&token),
        })
    }

    /// Returns the part of the table for the whole subtree, beginning with the value itself.
    pub(crate) fn nodes(&self) -> &'d [JsonNode] {
        &self.doc.nodes[self.at as usize..self.entry().next as usize]
    }

    /// Returns the number of values in the whole subtree, including this one.
    pub fn size(&self) -> usize {
        (self.entry().next - self.at) as usize
    }
}

impl std::fmt::Debug for Val<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.raw())
    }
}

/// The children of a value, in order.
#[derive(Clone)]
pub struct Children<'d> {
    doc: &'d Doc<'d>,
    at: u32,
    end: u32,
}

impl<'d> Iterator for Children<'d> {
    type Item = Val<'d>;

    #[inline]
    fn next(&mut self) -> Option<Val<'d>> {
        if self.at >= self.end {
            return None;
        }
        let value = Val { doc: self.doc, at: self.at };
        self.at = value.entry().next;
        Some(value)
    }
}

/// Resolves JSON's escapes, which were checked when the text was parsed.
fn decode(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(slash) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..slash]);
        let escape = rest.as_bytes().get(slash + 1).copied().unwrap_or(b'\\');
        rest = &rest[(slash + 2).min(rest.len())..];
        match escape {
            b'b' => out.push('\u{8}'),
            b'f' => out.push('\u{c}'),
            b'n' => out.push('\n'),
            b'r' => out.push('\r'),
            b't' => out.push('\t'),
            b'u' => {
                let high = unit(rest);
                rest = rest.get(4..).unwrap_or("");
                let low = rest.strip_prefix("\\u").map(unit);
                let pair = low.and_then(|low| {
                    char::decode_utf16([high, low]).next()?.ok().filter(|c| *c as u32 > 0xffff)
                });
                match pair {
                    Some(c) => {
                        out.push(c);
                        rest = rest.get(6..).unwrap_or("");
                    }
                    None => out.push(char::from_u32(u32::from(high)).unwrap_or('\u{fffd}')),
                }
            }
            other => out.push(other as char),
        }
    }
    out.push_str(rest);
    out
}

fn unit(hex: &str) -> u16 {
    hex.get(..4).and_then(|hex| u16::from_str_radix(hex, 16).ok()).unwrap_or(0xfffd)
}

#[cfg(test)]
mod tests;
