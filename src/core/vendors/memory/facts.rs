//! The facts that a vendor remembers, each with the call that taught it. Facts are only added.
//!
//! A fact is (kind, key, value, seq). Of equal facts the first one is kept. No fact is changed or
//! removed, so the facts known before a call are the same at any later time.

use crate::call::Seq;
use crate::vendors::memory::hashed_keys::{HashedKeyMap, hash_key};

/// The maximum number of facts that one vendor learns, and the maximum size of their values.
const MAX_FACTS: usize = 1_000_000;
const MAX_TEXT_BYTES: usize = 64 << 20;

const NO_FACT: u32 = u32::MAX;

/// A kind of facts. Each vendor numbers its own kinds.
pub(crate) type Topic = u8;

#[derive(Debug, Clone, Copy)]
struct Fact {
    value: (u32, u32),
    /// The hash of the value, so that comparing values does not read their text.
    value_hash: u64,
    seq: Seq,
    next: u32,
}

/// The facts about one key.
#[derive(Debug, Clone, Copy)]
struct Chain {
    first: u32,
    last: u32,
    /// The call that taught the first fact. Most lookups need only this.
    since: Seq,
}

/// The topic, key and value of a fact as 96 bits, which tell whether the fact is known. Nearly
/// every call teaches known facts, and walking a long chain would be one cache miss for each fact.
/// The probability that two of a million facts have the same bits is about 1 in 10^16.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FactHash {
    hash: u64,
    check: u32,
}

#[derive(Debug, Clone, Copy)]
struct Exact {
    check: u32,
    index: u32,
}

impl FactHash {
    /// Combines the hash of topic and key with the hash of the value.
    fn new(hash: u64, value_hash: u64) -> FactHash {
        let wide = u128::from(hash ^ value_hash.rotate_left(32)) * u128::from(value_hash | 1);
        // without the rotation, all facts whose value equals their key would have one hash
        let hash = hash.rotate_left(29) ^ value_hash;
        FactHash { hash, check: (wide >> 64) as u32 ^ wide as u32 }
    }
}

/// Returns the hash of a topic and a key, which has the hash `key`.
fn hash_in_topic(topic: Topic, key: u64) -> u64 {
    key ^ (u64::from(topic) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The facts of one vendor.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// The values.
    text: String,
    facts: Vec<Fact>,
    /// The facts about each key, by the hash of topic and key.
    chains: HashedKeyMap<Chain>,
    /// The facts that are not the first about their key, by the hash of topic, key and value. Most
    /// keys have one fact, which a look-up of the key reads anyway.
    exact: HashedKeyMap<Exact>,
    full_since: Option<Seq>,
    not_learned: u64,
}

/// A known fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KnownFact<'f> {
    /// The value that was learned about the key.
    pub value: &'f str,
    /// The call that taught the fact.
    pub seq: Seq,
}

impl Facts {
    fn text(&self, span: (u32, u32)) -> &str {
        &self.text[span.0 as usize..(span.0 + span.1) as usize]
    }

    /// Adds a fact unless it is known. Calls come in order, so the first of equal facts is kept.
    pub fn learn(&mut self, topic: Topic, key: &str, value: &str, seq: Seq) {
        let hash = hash_in_topic(topic, hash_key(key));
        let value_hash = hash_key(value);
        if self.index(hash, value_hash).is_some() {
            return;
        }
        let full = self.facts.len() >= MAX_FACTS || self.text.len() + value.len() > MAX_TEXT_BYTES;
        if full {
            self.full_since.get_or_insert(seq);
            self.not_learned += 1;
            return;
        }
        let value = push(&mut self.text, value);
        let index = self.facts.len() as u32;
        self.facts.push(Fact { value, value_hash, seq, next: NO_FACT });
        match self.chains.get_mut(&hash) {
            Some(chain) => {
                self.facts[chain.last as usize].next = index;
                chain.last = index;
                let FactHash { hash, check } = FactHash::new(hash, value_hash);
                self.exact.entry(hash).or_insert(Exact { check, index });
            }
            None => {
                self.chains.insert(hash, Chain { first: index, last: index, since: seq });
            }
        }
    }

    fn chain(&self, hash: u64) -> impl Iterator<Item = usize> + '_ {
        let mut at = self.chains.get(&hash).map_or(NO_FACT, |chain| chain.first);
        std::iter::from_fn(move || {
            let index = (at != NO_FACT).then_some(at as usize)?;
            at = self.facts[index].next;
            Some(index)
        })
    }

    /// Returns the index of a fact. `hash` is the hash of its topic and key.
    fn index(&self, hash: u64, value_hash: u64) -> Option<usize> {
        let chain = self.chains.get(&hash)?;
        let first = chain.first as usize;
        if self.facts[first].value_hash == value_hash {
            return Some(first);
        }
        if chain.first == chain.last {
            return None;
        }
        let fact = FactHash::new(hash, value_hash);
        let known = self.exact.get(&fact.hash)?;
        (known.check == fact.check).then_some(known.index as usize)
    }

    /// Reads the parts of the memory that look-ups of keys read. Each key comes with its topic and
    /// as its hash. First all chains are read, then all facts, then all values, because the processor
    /// overlaps reads that do not depend on each other. `found` is a buffer. Returns a number that
    /// depends on all parts, so that the compiler keeps the reads.
    pub fn prefetch(&self, keys: impl Iterator<Item = (Topic, u64)>, found: &mut Vec<u32>) -> u64 {
        let first = |(topic, key)| Some(self.chains.get(&hash_in_topic(topic, key))?.first);
        found.clear();
        found.extend(keys.filter_map(first));
        let facts = || found.iter().map(|index| &self.facts[*index as usize]);
        let hashes = facts().fold(0, |all, fact| all ^ fact.value_hash);
        let values = facts().filter(|fact| fact.value.1 > 0);
        let bytes = values.filter_map(|fact| self.text.as_bytes().get(fact.value.0 as usize));
        bytes.fold(hashes, |all, byte| all ^ u64::from(*byte))
    }

    /// Returns the facts about a key that were known before a call, in the order in which they were
    /// learned.
    pub fn known(
        &self,
        topic: Topic,
        key: &str,
        before: Seq,
    ) -> impl Iterator<Item = KnownFact<'_>> {
        // without facts, no hash is needed
        let hash = if self.facts.is_empty() { 0 } else { hash_in_topic(topic, hash_key(key)) };
        self.chain(hash)
            .map(|index| &self.facts[index])
            .take_while(move |fact| fact.seq < before)
            .map(|fact| KnownFact { value: self.text(fact.value), seq: fact.seq })
    }

    /// Returns the call that taught the first fact about a key, if that call came before `before`.
    pub fn known_since(&self, topic: Topic, key: &str, before: Seq) -> Option<Seq> {
        if self.facts.is_empty() {
            return None;
        }
        let since = self.chains.get(&hash_in_topic(topic, hash_key(key)))?.since;
        (since < before).then_some(since)
    }

    /// Returns the first fact about a key, if it was known before a call.
    pub fn first(&self, topic: Topic, key: &str, before: Seq) -> Option<KnownFact<'_>> {
        self.known(topic, key, before).next()
    }

    /// Returns the call that taught exactly this fact, if that call came before `before`.
    pub fn has(&self, topic: Topic, key: &str, value: &str, before: Seq) -> Option<Seq> {
        if self.facts.is_empty() {
            return None;
        }
        let hash = hash_in_topic(topic, hash_key(key));
        let seq = self.facts[self.index(hash, hash_key(value))?].seq;
        (seq < before).then_some(seq)
    }

    /// Returns the first call with a fact that could not be learned because the memory was full.
    pub fn full_since(&self) -> Option<Seq> {
        self.full_since
    }

    /// Returns the number of facts, the number of facts that could not be learned, and the bytes of
    /// all.
    pub fn size(&self) -> (usize, u64, usize) {
        let bytes = self.text.capacity()
            + self.facts.capacity() * size_of::<Fact>()
            + self.chains.capacity() * (8 + size_of::<Chain>() + 1)
            + self.exact.capacity() * (8 + size_of::<Exact>() + 1);
        (self.facts.len(), self.not_learned, bytes)
    }
}

fn push(text: &mut String, more: &str) -> (u32, u32) {
    let start = text.len() as u32;
    text.push_str(more);
    (start, more.len() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_keep_the_call_that_brought_them() {
        let mut facts = Facts::default();
        for (key, value, seq) in
            [("u1", "a", 1), ("u2", "z", 2), ("u1", "b", 3), ("u1", "a", 4), ("u1", "c", 5)]
        {
            facts.learn(0, key, value, Seq(seq));
        }
        facts.learn(1, "u1", "other topic", Seq(6));
        let before =
            |seq| facts.known(0, "u1", Seq(seq)).map(|k| (k.value, k.seq.0)).collect::<Vec<_>>();
        assert_eq!(before(9), [("a", 1), ("b", 3), ("c", 5)]);
        assert_eq!(before(4), [("a", 1), ("b", 3)]);
        assert_eq!(before(1), []);
        assert_eq!(facts.known_since(0, "u1", Seq(9)), Some(Seq(1)));
        assert_eq!(facts.known_since(0, "u2", Seq(2)), None);
        assert_eq!(facts.known_since(0, "u3", Seq(9)), None);
        assert_eq!(facts.has(0, "u1", "b", Seq(4)), Some(Seq(3)));
        assert_eq!(facts.has(0, "u1", "b", Seq(3)), None);
        assert_eq!(facts.has(0, "u1", "z", Seq(9)), None);
        assert_eq!(facts.size().0, 5);
    }

    #[test]
    fn a_fact_is_learned_once_however_many_its_key_has() {
        let mut facts = Facts::default();
        for round in 0..2 {
            for key in (0..100).map(|nth| format!("id-{nth}")) {
                for value in ["", "other", &key] {
                    facts.learn(0, &key, value, Seq(round + 1));
                }
            }
        }
        assert_eq!(facts.size().0, 300);
        for value in ["", "other", "id-7"] {
            assert_eq!(facts.has(0, "id-7", value, Seq(9)), Some(Seq(1)), "{value}");
        }
        assert_eq!(facts.has(0, "id-7", "id-8", Seq(9)), None);
    }

    #[test]
    fn finds_the_facts_to_prefetch() {
        let mut facts = Facts::default();
        for (key, value) in [("u1", "a"), ("u2", ""), ("u1", "b"), ("u3", "c")] {
            facts.learn(0, key, value, Seq(1));
        }
        let keys = [(0, "u3"), (0, "u4"), (1, "u1"), (0, "u1"), (0, "u2")];
        let mut found = vec![9];
        facts.prefetch(keys.into_iter().map(|(topic, key)| (topic, hash_key(key))), &mut found);
        assert_eq!(found, [3, 0, 1]);
    }

    #[test]
    fn at_its_bound_a_memory_stops_learning() {
        let mut facts = Facts::default();
        facts.learn(0, "k", &"x".repeat(MAX_TEXT_BYTES - 10), Seq(1));
        facts.learn(0, "another key", "a long value", Seq(2));
        facts.learn(0, "k2", "", Seq(3));
        assert_eq!(facts.full_since(), Some(Seq(2)));
        assert_eq!(facts.size().1, 1);
        assert!(facts.first(0, "another key", Seq(9)).is_none());
    }
}
