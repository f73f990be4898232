//! Two fingerprints of a call: of its content and of its structure. One pass over its members finds
//! the structure, the places of its values, and whether a key is repeated.
//!
//! Two calls have the same content regardless of the order of their members, their spaces and their
//! escapes. Two calls have the same structure if their members have the same names and kinds,
//! regardless of the values. Calls of one structure with the same findings need the same change, so
//! a report can state one fix for all of them.

use super::Val;
use super::json_node::{JsonKind, JsonNode};
use std::collections::HashSet;

// fixed, because the same file must give the same report each time
const SEED: u64 = 0x7365_6773_636f_7065;
const OTHER_SEED: u64 = 0x2d35_8dcc_aa6c_78a5;

/// The depth from which values are compared by their text, including spaces.
const MAX_DEPTH: u32 = 32;
/// The depth from which members are not part of the structure. Near misses are searched for at most
/// six levels deep.
const MAX_STRUCTURE_DEPTH: u32 = 8;
/// The number of members from which the keys of an object are kept in a set.
const MIN_SET_MEMBERS: usize = 64;

/// The hash of each kind of value, for the structure. A blank string is a kind of its own, because
/// a blank id counts as a missing id.
const KINDS: [u64; 8] = [
    0x9e37_79b9_7f4a_7c15,
    0xbf58_476d_1ce4_e5b9,
    0x94d0_49bb_1331_11eb,
    0xd6e8_feb8_6659_fd93,
    0xa076_1d64_78bd_642f,
    0xe703_7ed1_a0b4_28db,
    0x8ebc_6af0_9c88_c6e3,
    0x5899_65cc_7537_4cc3,
];
const BLANK_STRING: usize = 7;
/// The hash of an object or an array itself, without its members, for the content.
const CONTAINER: u64 = 0x100;

/// The common part of calls of one shape ([`super::shape`]): their structure, and the places of the
/// values that make up their content. With it, only a call's values are read to find the content.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layout {
    /// The fingerprint of the structure. Only the first element of an array counts, so lists of
    /// different lengths are equal.
    pub structure: u64,
    /// True if an object of the call may have two members of one name.
    pub may_repeat: bool,
    /// The part of the content of the objects and arrays themselves.
    containers: u64,
    leaves: Vec<Leaf>,
}

/// A value that is part of the content.
#[derive(Debug, Clone, Copy)]
struct Leaf {
    /// The number of its node, counted from the object's.
    node: u32,
    /// The fingerprint of the keys and indices on the path to it.
    place: u64,
}

impl Layout {
    /// Computes the layout of an object. A member for which `is_left_out` returns true is not part
    /// of the content. The function is called for the object's own members, and for their members
    /// with the key of the enclosing member.
    pub fn new(object: Val<'_>, is_left_out: impl Fn(Option<&[u8]>, &[u8]) -> bool) -> Layout {
        let (nodes, text) = (object.nodes(), object.doc.text().as_bytes());
        let first = object.node();
        let found = Layout::default();
        let mut pass = LayoutReader { doc: object, nodes, text, first, is_left_out, found };
        pass.members(0, Container { depth: 0, place: 0, key: None, has_structure: true });
        pass.found
    }

    /// Returns the fingerprint of the content of an object of this layout, which is equal for calls
    /// with the same content.
    pub fn content(&self, object: Val<'_>) -> u64 {
        let (nodes, text) = (object.nodes(), object.doc.text().as_bytes());
        self.leaves.iter().fold(self.containers, |content, leaf| {
            let node = &nodes[leaf.node as usize];
            let says = match node.kind {
                JsonKind::String if node.escaped => {
                    let value = object.same_doc(object.node() + leaf.node);
                    hash_from(!leaf.place, value.as_str().unwrap_or_default().as_bytes())
                }
                JsonKind::String => {
                    hash_from(!leaf.place, &text[node.start as usize + 1..node.end as usize - 1])
                }
                _ => hash_from(leaf.place, &text[node.start as usize..node.end as usize]),
            };
            content.wrapping_add(says)
        })
    }

    /// Returns the number of values of the content.
    pub fn size(&self) -> usize {
        self.leaves.len()
    }
}

/// Returns true if the object itself may have two members of one name.
pub(crate) fn may_repeat_in(object: Val<'_>) -> bool {
    let mut keys = ObjectKeys::default();
    let mut may_repeat = false;
    for (nth, member) in object.children().enumerate() {
        may_repeat |= keys.may_have(of_text(&member.key()), object, nth);
    }
    may_repeat
}

/// Combines two fingerprints; their order matters.
pub fn mix(a: u64, b: u64) -> u64 {
    let wide = u128::from(a ^ 0x9e37_79b9_7f4a_7c15) * u128::from(b ^ 0x85eb_ca6b_c2b2_ae35);
    (wide as u64) ^ (wide >> 64) as u64 ^ a.rotate_left(29)
}

/// Returns the fingerprint of a text.
pub fn of_text(text: &str) -> u64 {
    hash_bytes(text.as_bytes())
}

#[inline]
fn hash_bytes(text: &[u8]) -> u64 {
    hash_from(SEED, text)
}

/// Hashes a text, 16 bytes at a time; most keys and values are no longer than that.
#[inline]
fn hash_from(start: u64, text: &[u8]) -> u64 {
    let (mut hash, mut rest) = (start ^ text.len() as u64, text);
    loop {
        let (low, high);
        ((low, high), rest) = two_words(rest);
        let wide = u128::from(hash ^ low) * u128::from(OTHER_SEED ^ high);
        hash = (wide as u64) ^ (wide >> 64) as u64 ^ low.rotate_left(23);
        if rest.is_empty() {
            return hash;
        }
    }
}

/// Returns the first 16 bytes of a text as two words, and the rest. For a text of at most 16 bytes,
/// the words are its beginning and its end, which may overlap; together with the length they
/// determine the text, and no byte has to be moved.
#[inline(always)]
pub(crate) fn two_words(text: &[u8]) -> ((u64, u64), &[u8]) {
    let long = |eight: &[u8; 8]| u64::from_le_bytes(*eight);
    let small = |four: &[u8; 4]| u64::from(u32::from_le_bytes(*four));
    if text.len() > 16
        && let Some((head, rest)) = text.split_first_chunk::<8>()
        && let Some((tail, rest)) = rest.split_first_chunk::<8>()
    {
        return ((long(head), long(tail)), rest);
    }
    let words = match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        (Some(head), Some(tail)) => (long(head), long(tail)),
        _ => match (text.first_chunk::<4>(), text.last_chunk::<4>()) {
            (Some(head), Some(tail)) => (small(head), small(tail)),
            _ => match *text {
                [] => (0, 0),
                [a] => (u64::from(a), 0),
                [a, b] => (u64::from(a), u64::from(b)),
                [a, b, c, ..] => (u64::from(a), u64::from(b) << 8 | u64::from(c)),
            },
        },
    };
    (words, &[])
}

struct LayoutReader<'d, L> {
    doc: Val<'d>,
    nodes: &'d [JsonNode],
    text: &'d [u8],
    /// The number of the object's node in the document.
    first: u32,
    is_left_out: L,
    found: Layout,
}

/// The object or array whose members are read.
#[derive(Clone, Copy)]
struct Container<'d> {
    depth: u32,
    /// The fingerprint of the keys and indices on the path to it.
    place: u64,
    /// Its own key, if its members may be left out.
    key: Option<&'d [u8]>,
    /// True if its members are part of the structure.
    has_structure: bool,
}

impl<'d, L: Fn(Option<&[u8]>, &[u8]) -> bool> LayoutReader<'d, L> {
    /// Reads the members of an object or the elements of an array. Members may be in any order, so
    /// their hashes are added; the place in each hash distinguishes them.
    fn members(&mut self, container: usize, around: Container<'d>) {
        let is_array = self.nodes[container].kind == JsonKind::Array;
        let end = (self.nodes[container].next - self.first) as usize;
        let mut keys = ObjectKeys::default();
        let (mut at, mut nth) = (container + 1, 0);
        while at < end {
            let node = &self.nodes[at];
            let number = at;
            at = (node.next - self.first) as usize;
            let (place, key, has_structure) = if is_array {
                (mix(around.place, nth as u64), None, around.has_structure && nth == 0)
            } else {
                let decoded;
                let key = &self.text[node.key_start as usize..node.key_end as usize];
                let hash = if node.key_escaped {
                    decoded = self.value(number).key();
                    of_text(&decoded)
                } else {
                    hash_bytes(key)
                };
                self.found.may_repeat |= keys.may_have(hash, self.value(container), nth);
                (mix(around.place, hash), Some(key), around.has_structure)
            };
            nth += 1;
            if has_structure {
                let kind = match node.kind {
                    JsonKind::String if self.is_blank(number) => BLANK_STRING,
                    kind => kind as usize,
                };
                self.found.structure = self.found.structure.wrapping_add(place ^ KINDS[kind]);
            }
            if let Some(key) = key
                && (node.kind == JsonKind::Null
                    || around.depth < 2 && self.is_left_out(around, number, key))
            {
                // an absent member has the same meaning
                continue;
            }
            match node.kind {
                JsonKind::Object | JsonKind::Array if around.depth < MAX_DEPTH => {
                    let depth = around.depth + 1;
                    let has_structure = has_structure && depth < MAX_STRUCTURE_DEPTH;
                    self.members(number, Container { depth, place, key, has_structure });
                    let says = mix(place, CONTAINER + node.kind as u64);
                    self.found.containers = self.found.containers.wrapping_add(says);
                }
                _ => self.found.leaves.push(Leaf { node: number as u32, place }),
            }
        }
    }

    fn is_left_out(&self, around: Container<'_>, number: usize, key: &[u8]) -> bool {
        match around.depth {
            0 if self.nodes[number].key_escaped => {
                (self.is_left_out)(None, self.value(number).key().as_bytes())
            }
            0 => (self.is_left_out)(None, key),
            _ => around.key.is_some() && (self.is_left_out)(around.key, key),
        }
    }

    fn is_blank(&self, number: usize) -> bool {
        let value = self.value(number);
        !value.is_plainly_filled() && value.as_str().is_some_and(|text| text.trim().is_empty())
    }

    fn value(&self, number: usize) -> Val<'d> {
        self.doc.same_doc(self.first + number as u32)
    }
}

/// The keys of an object that were read so far.
#[derive(Default)]
struct ObjectKeys {
    bits: [u64; 8],
    many: Option<HashSet<u64>>,
}

impl ObjectKeys {
    /// Adds the `nth` key of an object; returns true if it may have been there before.
    #[inline]
    fn may_have(&mut self, hash: u64, object: Val<'_>, nth: usize) -> bool {
        if nth >= MIN_SET_MEMBERS {
            return self.may_have_among_many(hash, object, nth);
        }
        let (word, bit) = ((hash >> 6 & 7) as usize, 1 << (hash & 63));
        let may = self.bits[word] & bit != 0;
        self.bits[word] |= bit;
        may && is_repeated(object, nth)
    }

    #[inline(never)]
    fn may_have_among_many(&mut self, hash: u64, object: Val<'_>, nth: usize) -> bool {
        let many = self.many.get_or_insert_with(|| {
            object.children().take(nth).map(|member| of_text(&member.key())).collect()
        });
        !many.insert(hash)
    }
}

/// Returns true if an earlier member has the same name as the `nth`.
fn is_repeated(object: Val<'_>, nth: usize) -> bool {
    let Some(member) = object.children().nth(nth) else { return false };
    let key = member.key();
    object.children().take(nth).any(|other| other.key() == key)
}

#[cfg(test)]
mod tests;
