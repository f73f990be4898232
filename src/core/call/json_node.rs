//! The nodes of the table of a JSON text.

/// The kind of a JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonKind {
    /// `null`
    Null,
    /// `false`
    False,
    /// `true`
    True,
    /// a number, kept as its text
    Number,
    /// a string
    String,
    /// an array
    Array,
    /// an object
    Object,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct JsonNode {
    pub start: u32,
    pub end: u32,
    pub key_start: u32,
    pub key_end: u32,
    /// The number of the node after this one's whole subtree.
    pub next: u32,
    pub kind: JsonKind,
    pub escaped: bool,
    pub key_escaped: bool,
}

impl JsonNode {
    /// A node of an empty string without a name, at the beginning of the text.
    pub const EMPTY: JsonNode = JsonNode {
        start: 0,
        end: 0,
        key_start: 0,
        key_end: 0,
        next: 0,
        kind: JsonKind::String,
        escaped: false,
        key_escaped: false,
    };
}
