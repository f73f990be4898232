//! A JSON text and the flat table of its values.

use super::scan::{Scanner, SyntaxError};
use crate::call::json_node::{JsonKind, JsonNode};
use std::borrow::Cow;

/// A JSON text with the table of its values: numbers and strings stay as they came, the order of
/// keys too, and nesting has no limit. A repeated key is kept; the last one wins in look-ups.
#[derive(Debug, Clone)]
pub struct Doc<'t> {
    text: Cow<'t, str>,
    nodes: Vec<JsonNode>,
}

/// Room for the next [`Doc`], so that a busy reader allocates no table for each text.
#[derive(Debug, Default)]
pub struct Spare(pub(crate) Vec<JsonNode>);

impl<'t> Doc<'t> {
    /// Reads a text.
    pub fn parse(text: impl Into<Cow<'t, str>>) -> Result<Doc<'t>, SyntaxError> {
        Doc::parse_with(text, &mut Spare::default())
    }

    /// Reads a text into the room that an earlier one left (see [`Doc::recycle`]).
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

    /// A text with the table of its values, which must be what reading it would give.
    pub(crate) fn from_parts(text: String, nodes: Vec<JsonNode>) -> Doc<'static> {
        debug_assert!(
            Doc::parse(text.as_str()).is_ok_and(|doc| doc.nodes == nodes),
            "the table of {text}"
        );
        Doc { text: Cow::Owned(text), nodes }
    }

    /// Gives the table's room back.
    pub fn recycle(self, spare: &mut Spare) {
        spare.0 = self.nodes;
    }

    /// Gives the table's room back, and the text if the document owned it.
    pub fn into_text(self, spare: &mut Spare) -> Cow<'t, str> {
        spare.0 = self.nodes;
        self.text
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The outermost value.
    pub fn root(&self) -> Val<'_> {
        Val { doc: self, at: 0 }
    }

    /// The value at a node number, as [`Val::node`] gave it.
    pub fn at(&self, node: u32) -> Val<'_> {
        assert!((node as usize) < self.nodes.len(), "a node number of this document");
        Val { doc: self, at: node }
    }

    /// A copy that owns its text, in room that was used before.
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

    /// A copy that owns its text.
    pub fn into_owned(self) -> Doc<'static> {
        Doc { text: Cow::Owned(self.text.into_owned()), nodes: self.nodes }
    }
}

/// A cursor on one value of a [`Doc`]. Two words: rules hand it on by the dozen.
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

    /// The value's place in the document's table; a stable name for it while the document lives.
    #[inline]
    pub fn node(&self) -> u32 {
        self.at
    }

    /// The value at a node number of the same document, as [`Val::node`] gave it.
    #[inline]
    pub fn same_doc(&self, node: u32) -> Val<'d> {
        assert!((node as usize) < self.doc.nodes.len(), "a node number of this document");
        Val { doc: self.doc, at: node }
    }

    /// What kind of value it is.
    #[inline]
    pub fn kind(&self) -> JsonKind {
        self.entry().kind
    }

    /// The value's own text, as it came.
    #[inline]
    pub fn raw(&self) -> &'d str {
        let node = self.entry();
        &self.doc.text[node.start as usize..node.end as usize]
    }

    /// Where the value's text stands in the document.
    pub fn span(&self) -> std::ops::Range<usize> {
        let node = self.entry();
        node.start as usize..node.end as usize
    }

    /// The member name that this value stands under, decoded.
    #[inline]
    pub fn key(&self) -> Cow<'d, str> {
        let node = self.entry();
        let raw = self.key_raw();
        if node.key_escaped { Cow::Owned(decode(raw)) } else { Cow::Borrowed(raw) }
    }

    /// The member name as it came, escapes and all.
    #[inline]
    pub fn key_raw(&self) -> &'d str {
        let node = self.entry();
        &self.doc.text[node.key_start as usize..node.key_end as usize]
    }

    /// The bytes of the member name, if it came without an escape.
    #[inline]
    pub fn key_plain(&self) -> Option<&'d [u8]> {
        let node = self.entry();
        let bytes = self.doc.text.as_bytes();
        (!node.key_escaped).then(|| &bytes[node.key_start as usize..node.key_end as usize])
    }

    /// The first byte of the member name as it came: a backslash may stand for anything.
    #[inline]
    pub fn key_first(&self) -> Option<u8> {
        let node = self.entry();
        let first = self.doc.text.as_bytes().get(node.key_start as usize).copied();
        first.filter(|_| node.key_start < node.key_end)
    }

    /// The decoded text of a string. A lone surrogate becomes U+FFFD.
    #[inline]
    pub fn as_str(&self) -> Option<Cow<'d, str>> {
        let node = self.entry();
        if node.kind != JsonKind::String {
            return None;
        }
        let raw = &self.doc.text[node.start as usize + 1..node.end as usize - 1];
        Some(if node.escaped { Cow::Owned(decode(raw)) } else { Cow::Borrowed(raw) })
    }

    /// True for a string that begins with a visible ASCII character other than a backslash, and so
    /// is not blank; false says nothing. A look at one byte.
    #[inline]
    pub fn is_plainly_filled(&self) -> bool {
        let node = self.entry();
        let first = self.doc.text.as_bytes().get(node.start as usize + 1);
        node.kind == JsonKind::String && matches!(first, Some(b'!' | b'#'..=b'[' | b']'..=b'~'))
    }

    /// The boolean, if it is one.
    #[inline]
    pub fn as_bool(&self) -> Option<bool> {
        match self.kind() {
            JsonKind::True => Some(true),
            JsonKind::False => Some(false),
            _ => None,
        }
    }

    /// A number's text as it came.
    #[inline]
    pub fn as_number(&self) -> Option<&'d str> {
        (self.kind() == JsonKind::Number).then(|| self.raw())
    }

    /// A number as the nearest double.
    pub fn as_f64(&self) -> Option<f64> {
        self.as_number().and_then(|text| text.parse().ok())
    }

    /// True for `null`.
    #[inline]
    pub fn is_null(&self) -> bool {
        self.kind() == JsonKind::Null
    }

    /// True for an object.
    #[inline]
    pub fn is_object(&self) -> bool {
        self.kind() == JsonKind::Object
    }

    /// True for an array.
    pub fn is_array(&self) -> bool {
        self.kind() == JsonKind::Array
    }

    /// The members of an object or the elements of an array, in order; of a scalar none.
    #[inline]
    pub fn children(&self) -> Children<'d> {
        let (at, end) = match self.kind() {
            JsonKind::Object | JsonKind::Array => (self.at + 1, self.entry().next),
            _ => (0, 0),
        };
        Children { doc: self.doc, at, end }
    }

    /// The member of that name; of repeated ones the last, as in `JSON.parse`.
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

    /// The element at that index of an array.
    pub fn index(&self, index: usize) -> Option<Val<'d>> {
        if self.is_array() { self.children().nth(index) } else { None }
    }

    /// The value at an RFC 6901 JSON pointer below this one.
    pub fn pointer(&self, pointer: &str) -> Option<Val<'d>> {
        super::pointer::tokens(pointer).try_fold(*self, |value, token| match value.kind() {
            JsonKind::Array => value.index(super::pointer::index(&token)?),
            _ => value.get(&token),
        })
    }

    /// The part of the table for the whole subtree, itself first.
    pub(crate) fn nodes(&self) -> &'d [JsonNode] {
        &self.doc.nodes[self.at as usize..self.entry().next as usize]
    }

    /// How many values the whole subtree holds, itself included.
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

/// Undoes JSON's escapes. The text was checked when it was read.
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
