//! What a call says, as a fingerprint: a repeat is the same call again, and a different call that has
//! a known `messageId` is lost. The same pass over the call finds out whether a key is repeated.

use super::fields::Fields;
use crate::call::{CallType, Val};
use foldhash::fast::FixedState;
use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher};

const SEED: u64 = 0x7365_6773_636f_7065;

/// What is below this depth counts by its text, spaces included.
const MAX_DEPTH: usize = 32;

/// From so many members on, the keys of an object are kept in a set.
const MANY_MEMBERS: usize = 64;

/// What one pass over a call gives.
pub(super) struct Content {
    /// The same for two calls that say the same, whatever the order of their members, their spaces
    /// and escapes.
    pub print: u32,
    /// An object of the call may have two members of one name.
    pub may_repeat: bool,
}

/// Reads a call. What senders and services change when they send a call again is left out: when it
/// was sent and received, by which key, and from which address.
pub(super) fn read(call: Val<'_>, fields: &Fields<'_>, kind: Option<CallType>) -> Content {
    let mut pass = Pass { hash: FixedState::with_seed(SEED), may_repeat: false };
    // a service that knows the original time has written `timestamp` itself
    let is_transport: fn(&[u8]) -> bool = match fields.original {
        Some(_) => |key| is_transport(key) || key == b"timestamp",
        None => is_transport,
    };
    let sum = pass.object(call, 0, is_transport);
    // the type may stand in the path as well
    let print = mix(sum, kind.map_or(0, |kind| kind as u64 + 1));
    Content { print: (print >> 32) as u32, may_repeat: pass.may_repeat }
}

/// True if an object itself may have two members of one name.
pub(super) fn may_repeat(object: Val<'_>) -> bool {
    let mut pass = Pass { hash: FixedState::with_seed(SEED), may_repeat: false };
    pass.object(object, MAX_DEPTH, |_| true);
    pass.may_repeat
}

fn is_transport(key: &[u8]) -> bool {
    matches!(
        key,
        b"type"
            | b"messageId"
            | b"sentAt"
            | b"receivedAt"
            | b"_metadata"
            | b"writeKey"
            | b"projectId"
            | b"version"
            | b"channel"
            | b"rudderId"
            | b"request_ip"
    )
}

struct Pass {
    hash: FixedState,
    may_repeat: bool,
}

impl Pass {
    fn bytes(&self, bytes: &[u8]) -> u64 {
        let mut hasher = self.hash.build_hasher();
        hasher.write(bytes);
        hasher.finish()
    }

    /// The members of an object in any order; one that is null counts as absent.
    fn object(&mut self, object: Val<'_>, depth: usize, is_left_out: fn(&[u8]) -> bool) -> u64 {
        let mut keys = Keys::default();
        let mut sum = 0_u64;
        for (nth, member) in object.children().enumerate() {
            let decoded;
            let key = match member.key_plain() {
                Some(key) => key,
                None => {
                    decoded = member.key();
                    decoded.as_bytes()
                }
            };
            let hash = self.bytes(key);
            self.may_repeat |= keys.may_have(hash, object, nth);
            if is_left_out(key) || member.is_null() {
                continue;
            }
            let is_context = depth == 0 && key == b"context";
            let below: fn(&[u8]) -> bool = if is_context { |key| key == b"ip" } else { |_| false };
            sum = sum.wrapping_add(mix(hash, self.value(member, depth + 1, below)));
        }
        sum
    }

    fn value(&mut self, value: Val<'_>, depth: usize, is_left_out: fn(&[u8]) -> bool) -> u64 {
        if value.is_object() && depth < MAX_DEPTH {
            return self.object(value, depth, is_left_out);
        }
        if value.is_array() && depth < MAX_DEPTH {
            let mut all = 1;
            for item in value.children() {
                all = mix(all, self.value(item, depth + 1, |_| false));
            }
            return all;
        }
        match value.as_str() {
            Some(text) => !self.bytes(text.as_bytes()),
            None => self.bytes(value.raw().as_bytes()),
        }
    }
}

/// Puts two fingerprints together; their order counts.
fn mix(a: u64, b: u64) -> u64 {
    let wide = u128::from(a ^ 0x9e37_79b9_7f4a_7c15) * u128::from(b ^ 0x85eb_ca6b_c2b2_ae35);
    (wide as u64) ^ (wide >> 64) as u64 ^ a.rotate_left(29)
}

/// The keys of an object so far.
#[derive(Default)]
struct Keys {
    bits: [u64; 4],
    many: Option<HashSet<u64>>,
}

impl Keys {
    /// Adds a key, the `nth` of its object; true if the same hash was there before.
    fn may_have(&mut self, hash: u64, object: Val<'_>, nth: usize) -> bool {
        if let Some(many) = &mut self.many {
            return !many.insert(hash);
        }
        let (word, bit) = ((hash >> 6 & 3) as usize, 1 << (hash & 63));
        let may = self.bits[word] & bit != 0;
        self.bits[word] |= bit;
        if nth >= MANY_MEMBERS {
            let hash = |member: Val<'_>| {
                let mut hasher = FixedState::with_seed(SEED).build_hasher();
                hasher.write(member.key().as_bytes());
                hasher.finish()
            };
            let before = object.children().take(nth + 1).map(hash);
            self.many = Some(before.collect());
        }
        may && is_repeated(object, nth)
    }
}

/// True if an earlier member has the name of the `nth`.
fn is_repeated(object: Val<'_>, nth: usize) -> bool {
    let Some(member) = object.children().nth(nth) else { return false };
    let key = member.key();
    object.children().take(nth).any(|other| other.key() == key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Doc;

    fn content(json: &str) -> Content {
        let doc = Doc::parse(json).expect("JSON");
        let fields = Fields::of(doc.root());
        read(doc.root(), &fields, Some(CallType::Track))
    }

    fn print(json: &str) -> u32 {
        content(json).print
    }

    #[test]
    fn the_same_call_again_has_the_same_print() {
        let first = r#"{"event":"A","sentAt":"1","properties":{"a":[1,{"b":"x"}],"c":"é"},"timestamp":"t"}"#;
        for again in [
            r#"{"event":"A","sentAt":"2","properties":{"a":[1,{"b":"x"}],"c":"é"},"timestamp":"t"}"#,
            r#"{"timestamp":"t","properties":{"c":"\u00e9","a":[ 1, {"b":"x"} ]},"\u0065vent":"A"}"#,
            r#"{"type":"track","event":"A","userId":null,"properties":{"a":[1,{"b":"x"}],"c":"é"},"timestamp":"t","_metadata":{"retryCount":2},"receivedAt":"3","writeKey":"k","context":null}"#,
        ] {
            assert_eq!(print(first), print(again), "{again}");
        }
        let forwarded = r#"{"event":"A","originalTimestamp":"t","timestamp":"1","context":{"ip":"1.1.1.1","x":1}}"#;
        let again = r#"{"event":"A","originalTimestamp":"t","timestamp":"2","context":{"x":1,"ip":"2.2.2.2"}}"#;
        assert_eq!(print(forwarded), print(again));
    }

    #[test]
    fn another_call_has_another_print() {
        let calls = [
            r#"{"event":"A"}"#,
            r#"{"event":"B"}"#,
            r#"{"event":"A","timestamp":"1"}"#,
            r#"{"event":"A","timestamp":"2"}"#,
            r#"{"event":"A","properties":{"x":1}}"#,
            r#"{"event":"A","properties":{"x":"1"}}"#,
            r#"{"event":"A","properties":{"x":[1,2]}}"#,
            r#"{"event":"A","properties":{"x":[2,1]}}"#,
            r#"{"event":"A","properties":{"x":{"y":1}}}"#,
            r#"{"event":"A","properties":{"y":{"x":1}}}"#,
            r#"{"event":"A","context":{"x":{"ip":"1"}}}"#,
            r#"{"event":"A","context":{"x":{"ip":"2"}}}"#,
            r#"{"event":"A","traits":{"x":1}}"#,
            r#"{"event":"x","A":"event"}"#,
        ];
        let prints: HashSet<u32> = calls.iter().map(|json| print(json)).collect();
        assert_eq!(prints.len(), calls.len());
    }

    #[test]
    fn a_repeated_key_is_found_at_any_place_of_an_object() {
        let many = |last: &str| {
            let keys: Vec<String> = (0..300).map(|n| format!("\"k{n}\":1")).collect();
            format!("{{\"properties\":{{{},{last}}}}}", keys.join(","))
        };
        for (json, want) in [
            (r#"{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}"#.to_owned(), false),
            (r#"{"a":1,"a":1}"#.to_owned(), true),
            (r#"{"x":{"y":[{"a":1,"\u0061":2}]}}"#.to_owned(), true),
            (many("\"k300\":1"), false),
            (many("\"k299\":1"), true),
            (many("\"k10\":1"), true),
            (many("\"k63\":1"), true),
            (many("\"k64\":1"), true),
        ] {
            assert_eq!(content(&json).may_repeat, want, "{json}");
        }
        let nested = format!("{}1{}", "{\"a\":".repeat(20_000), "}".repeat(20_000));
        assert!(!content(&nested).may_repeat);
    }
}
