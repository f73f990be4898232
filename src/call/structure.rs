//! A fingerprint of a call's structure: the names and kinds of its members, without their values.
//!
//! Calls of one structure with the same findings need the same change, so a report can state one
//! fix for all of them.

use super::{Event, Kind, Val};
use std::hash::{BuildHasher, Hasher};

/// Members deeper than this do not count: near misses are looked for at most six levels deep.
const MAX_DEPTH: usize = 8;

/// Bytes among the hashed ones that are no [`Kind`].
const END: u8 = 0xff;
const BLANK_STRING: u8 = 0xfe;

/// Returns a fingerprint of the names and kinds of a call's members, and of the given texts; never 0.
///
/// A blank string differs from a filled one, since a blank id is a missing id. Of an array only the
/// first element counts, so lists of different lengths are alike.
pub(crate) fn fingerprint(event: &Event<'_>, texts: [&str; 3]) -> u64 {
    // a fixed seed: the same file must give the same report each time
    const SEED: u64 = 0x7374_7275_6374_7572;
    let mut hasher = foldhash::fast::FixedState::with_seed(SEED).build_hasher();
    for text in texts {
        hasher.write(text.as_bytes());
        hasher.write_u8(END);
    }
    hash_members(event.call, &mut hasher);
    if let Some(derived) = event.derived {
        hash_members(derived, &mut hasher);
    }
    hasher.finish().max(1)
}

fn hash_members(value: Val<'_>, hasher: &mut impl Hasher) {
    let nodes = value.nodes();
    let first = value.node();
    // of each open object or array: where its counted part ends, and where its next sibling begins
    let mut open = [(0, 0); MAX_DEPTH];
    let (mut depth, mut at) = (0, 0);
    while let Some(node) = nodes.get(at) {
        let member = value.same_doc(first + at as u32);
        hasher.write(member.key_raw().as_bytes());
        hasher.write_u8(match node.kind {
            Kind::String if is_blank(member) => BLANK_STRING,
            kind => kind as u8,
        });
        let next = (node.next - first) as usize;
        if next == at + 1 || depth == MAX_DEPTH {
            at = next;
        } else {
            let end = match node.kind {
                Kind::Array => (nodes[at + 1].next - first) as usize,
                _ => next,
            };
            open[depth] = (end, next);
            depth += 1;
            at += 1;
        }
        while depth > 0 && at >= open[depth - 1].0 {
            depth -= 1;
            at = open[depth].1;
            hasher.write_u8(END);
        }
    }
}

fn is_blank(value: Val<'_>) -> bool {
    !value.is_plainly_filled() && value.as_str().is_some_and(|text| text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Doc;

    fn of(json: &str) -> u64 {
        let doc = Doc::parse(json).expect("valid");
        fingerprint(&Event::bare(doc.root()), ["", "", ""])
    }

    #[test]
    fn values_do_not_count() {
        assert_eq!(
            of(r#"{"userId":"u1","properties":{"total":1,"items":[{"a":1}]}}"#),
            of(r#"{"userId":"u2","properties":{"total":2.5,"items":[{"a":7},{"b":[]}]}}"#)
        );
    }

    #[test]
    fn names_kinds_and_places_count() {
        let calls = [
            r#"{"properties":{"a":{},"id":1}}"#,
            r#"{"properties":{"a":{"id":1}}}"#,
            r#"{"properties":{"a":{}},"id":1}"#,
            r#"{"properties":{"a":{},"id":"1"}}"#,
            r#"{"properties":{"a":{},"id":" "}}"#,
            r#"{"properties":{"a":{},"id":null}}"#,
            r#"{"properties":{"a":[],"id":1}}"#,
            r#"{"properties":{"a":[{"id":1}]}}"#,
            r#"{"properties":{"a":[1],"id":1}}"#,
        ];
        let prints: std::collections::BTreeSet<u64> = calls.iter().map(|call| of(call)).collect();
        assert_eq!(prints.len(), calls.len());
    }

    #[test]
    fn texts_count_each_for_itself() {
        let doc = Doc::parse("{}").expect("valid");
        let of = |texts| fingerprint(&Event::bare(doc.root()), texts);
        assert_ne!(of(["track", "ab", "c"]), of(["track", "a", "bc"]));
    }

    #[test]
    fn deep_nesting_ends() {
        let deep = format!("{}1{}", r#"{"a":[{"b":"#.repeat(5_000), "}]}".repeat(5_000));
        assert_eq!(of(&deep), of(&deep.replace('1', "2")));
    }
}
