//! Redacting values in a JSON text.

use super::Redaction;
use super::entry::{Entry, Place};
use crate::call::{Doc, JsonKind, Val, edited};
use hashbrown::HashMap;
use std::borrow::Cow;

impl Redaction {
    /// Returns a JSON text without redacted values; `None` if it is not JSON.
    pub fn redact_json<'t>(&self, text: &'t str) -> Option<Cow<'t, str>> {
        let doc = Doc::parse(text).ok()?;
        let mut edits = Vec::new();
        let at_pointers = self.find_at_pointers(doc.root());
        let mut node = 0;
        // iterates over the nodes, because a hostile text may nest deeper than the stack allows
        while (node as usize) < doc.root().size() {
            let value = doc.at(node);
            let by_key = || self.entry_of_key(&value.key());
            let at_pointer = at_pointers.get(&node).copied();
            let other = match at_pointer.or_else(by_key) {
                Some(entry) => self.value_replacement(entry, value),
                None => value
                    .as_str()
                    .filter(|text| text.contains('='))
                    .and_then(|text| self.redact_parameters(&text)),
            };
            let Some(other) = other else {
                node += 1;
                continue;
            };
            edits.push((value.span(), serde_json::Value::from(other).to_string()));
            node += value.size() as u32;
        }
        Some(match edits.is_empty() {
            true => Cow::Borrowed(text),
            false => Cow::Owned(edited(text, edits)),
        })
    }

    /// Returns the text that replaces a value; `None` if the value is kept.
    fn value_replacement(&self, entry: &Entry, value: Val<'_>) -> Option<String> {
        match value.kind() {
            JsonKind::Null => None,
            JsonKind::String => self.replacement(entry, &value.as_str()?),
            _ => self.replacement(entry, value.raw()),
        }
    }

    /// Finds the values at the pointers of entries. A pointer starts at a call: at the body, and at
    /// each item of a list of calls.
    fn find_at_pointers(&self, root: Val<'_>) -> HashMap<u32, &Entry> {
        let mut found = HashMap::new();
        for entry in &self.entries {
            let Place::Pointer(tokens) = &entry.place else { continue };
            let lists = root.children().filter(|child| child.is_array());
            let lists = lists.chain(root.is_array().then_some(root));
            let calls = lists.flat_map(|list| list.children());
            for call in calls.chain([root]) {
                let mut all = vec![call];
                for token in tokens {
                    all = all.into_iter().flat_map(|value| find_members(value, token)).collect();
                }
                for value in all {
                    found.entry(value.node()).or_insert(entry);
                }
            }
        }
        found
    }
}

/// Returns the members of that name, including repeated ones, or the item at that index.
fn find_members<'d>(value: Val<'d>, token: &str) -> Vec<Val<'d>> {
    match value.kind() {
        JsonKind::Object => value.children().filter(|child| child.key() == token).collect(),
        JsonKind::Array => {
            crate::call::pointer::index(token).and_then(|at| value.index(at)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}
