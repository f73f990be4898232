//! Building a document from values of other documents, without parsing its text.

use crate::call::doc::{Doc, Spare, Val};
use crate::call::json_node::{JsonKind, JsonNode};
use crate::call::time::{self, Millis};

/// The value of `open` when nothing is open.
const NONE: u32 = u32::MAX;

/// A builder that writes a JSON text and the table of its values at the same time. It does not
/// escape, so names and strings passed to it must need no escape.
#[derive(Debug)]
pub struct Builder {
    text: String,
    nodes: Vec<JsonNode>,
    /// The innermost open object or list. Its `next` is the number of the enclosing one.
    open: u32,
}

impl Builder {
    /// Starts a document in the memory of earlier ones.
    pub fn new(text: String, spare: &mut Spare) -> Builder {
        let mut nodes = std::mem::take(&mut spare.0);
        nodes.clear();
        Builder { text, nodes, open: NONE }
    }

    /// Opens a list as an element; the values that follow are its elements.
    pub fn list(&mut self) {
        self.element();
        self.open(JsonKind::Array, '[');
    }

    /// Opens an object as an element; the values that follow are its members.
    pub fn object(&mut self) {
        self.element();
        self.open(JsonKind::Object, '{');
    }

    /// Closes the innermost object or list.
    pub fn close(&mut self) {
        let next = self.nodes.len() as u32;
        let node = &mut self.nodes[self.open as usize];
        self.open = std::mem::replace(&mut node.next, next);
        self.text.push(if node.kind == JsonKind::Object { '}' } else { ']' });
        node.end = self.text.len() as u32;
    }

    /// Writes a member that is a string.
    pub fn member(&mut self, name: &str, value: &str) {
        self.string_member(name, |text| text.push_str(value));
    }

    /// Writes a member that is a time.
    pub fn time(&mut self, name: &str, at: Millis) {
        self.string_member(name, |text| time::write(text, at));
    }

    fn string_member(&mut self, name: &str, write: impl FnOnce(&mut String)) {
        self.name(name);
        self.text.push('"');
        write(&mut self.text);
        self.text.push('"');
        let end = self.text.len() as u32;
        if let Some(node) = self.nodes.last_mut() {
            node.end = end;
        }
    }

    /// Writes a member that is a value of another document.
    pub fn copy(&mut self, name: &str, value: Val<'_>) {
        self.name(name);
        self.text.push_str(value.raw());
        self.copy_nodes(value);
    }

    /// Writes a member of another document, under its own name.
    pub fn copy_member(&mut self, member: Val<'_>) {
        self.separate();
        self.text.push('"');
        let key_start = self.text.len() as u32;
        self.text.push_str(member.key_raw());
        let key_end = self.text.len() as u32;
        self.text.push_str("\":");
        let escaped = member.key_plain().is_none();
        self.push(JsonNode { key_start, key_end, key_escaped: escaped, ..JsonNode::EMPTY });
        self.text.push_str(member.raw());
        self.copy_nodes(member);
    }

    /// Writes a member that is an object of another document, and leaves it open for more members.
    /// The object must not be empty.
    pub fn reopen(&mut self, name: &str, object: Val<'_>) {
        self.name(name);
        let raw = object.raw();
        self.text.push_str(raw[..raw.len() - 1].trim_end());
        let number = self.nodes.len() as u32 - 1;
        self.copy_nodes(object);
        self.nodes[number as usize].next = std::mem::replace(&mut self.open, number);
    }

    /// Returns the document. All objects and lists must be closed.
    pub fn finish(self) -> Doc<'static> {
        debug_assert_eq!(self.open, NONE, "all is closed");
        Doc::from_parts(self.text, self.nodes)
    }

    fn separate(&mut self) {
        if !matches!(self.text.as_bytes().last(), None | Some(b'{' | b'[')) {
            self.text.push(',');
        }
    }

    /// Pushes the node of an element.
    fn element(&mut self) {
        self.separate();
        self.push(JsonNode::EMPTY);
    }

    /// Writes a member's name and pushes its node.
    fn name(&mut self, name: &str) {
        self.separate();
        self.text.push('"');
        let key_start = self.text.len() as u32;
        self.text.push_str(name);
        let key_end = self.text.len() as u32;
        self.text.push_str("\":");
        self.push(JsonNode { key_start, key_end, ..JsonNode::EMPTY });
    }

    /// Pushes a node that begins here; its kind is a string until it is changed.
    fn push(&mut self, node: JsonNode) {
        let next = self.nodes.len() as u32 + 1;
        self.nodes.push(JsonNode { start: self.text.len() as u32, next, ..node });
    }

    fn open(&mut self, kind: JsonKind, sign: char) {
        let number = self.nodes.len() as u32 - 1;
        let node = &mut self.nodes[number as usize];
        (node.kind, node.next) = (kind, std::mem::replace(&mut self.open, number));
        self.text.push(sign);
    }

    /// Copies the nodes of a value whose text was just written to the node that was pushed last.
    fn copy_nodes(&mut self, value: Val<'_>) {
        let first = self.nodes.len() - 1;
        let [own, below @ ..] = value.nodes() else { return };
        let root = &mut self.nodes[first];
        let (start, at) = (root.start, value.node());
        let moved = |place: u32| start + (place - own.start);
        (root.end, root.kind, root.escaped) = (moved(own.end), own.kind, own.escaped);
        root.next = first as u32 + (own.next - at);
        self.nodes.extend(below.iter().map(|node| JsonNode {
            start: moved(node.start),
            end: moved(node.end),
            // elements of a list have no key
            key_start: if node.key_end == 0 { 0 } else { moved(node.key_start) },
            key_end: if node.key_end == 0 { 0 } else { moved(node.key_end) },
            next: first as u32 + (node.next - at),
            ..*node
        }));
    }
}
