//! The facts that a vendor remembers, each with the call that taught it. Facts are only added.
//!
//! A fact is (kind, key, value, seq). Of equal facts the first one is kept. No fact is changed or
//! removed, so the facts known before a call are the same at any later time.

use crate::call::Seq;
use crate::vendors::memory::hashed_keys::HashedKeyMap;
use hashbrown::DefaultHashBuilder;
use std::hash::BuildHasher;

/// The maximum number of facts that one vendor learns, and the maximum size of their values.
const MAX_FACTS: usize = 1_000_000;
const MAX_TEXT_BYTES: usize = 64 << 20;

const NO_FACT: u32 = u32::MAX;

/// A kind of facts. Each vendor numbers its own kinds.
pub(crate) type Topic = u8;

#[derive(Debug, Clone, Copy)]
struct Fact {
    value: (u32, u32),
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
/// every call teaches known facts, and comparing the value would be one more cache miss. The
/// probability that two of a million facts have the same bits is about 1 in 10^16.
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

/// The facts of one vendor.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// The values.
    text: String,
    facts: Vec<Fact>,
    /// The facts about each key, by the hash of topic and key.
    chains: HashedKeyMap<Chain>,
    /// The first fact for each hash of topic, key and value.
    exact: HashedKeyMap<Exact>,
    hasher: DefaultHashBuilder,
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
        let hash = self.hasher.hash_one((topic, key));
        let exact = self.fact_hash(hash, value);
        if self.exact_index(exact).is_some() {
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
        self.facts.push(Fact { value, seq, next: NO_FACT });
        match self.chains.get_mut(&hash) {
            Some(chain) => {
                self.facts[chain.last as usize].next = index;
                chain.last = index;
            }
            None => {
                self.chains.insert(hash, Chain { first: index, last: index, since: seq });
            }
        }
        self.exact.entry(exact.hash).or_insert(Exact { check: exact.check, index });
    }

    fn chain(&self, hash: u64) -> impl Iterator<Item = usize> + '_ {
        let mut at = self.chains.get(&hash).map_or(NO_FACT, |chain| chain.first);
        std::iter::from_fn(move || {
            let index = (at != NO_FACT).then_some(at as usize)?;
            at = self.facts[index].next;
            Some(index)
        })
    }

    /// Returns the hash of a fact. `hash` is that of its topic and key.
    fn fact_hash(&self, hash: u64, value: &str) -> FactHash {
        let value = self.hasher.hash_one(value);
        let wide = u128::from(hash ^ value.rotate_left(32)) * u128::from(value | 1);
        FactHash { hash: hash ^ value, check: (wide >> 64) as u32 ^ wide as u32 }
    }

    fn exact_index(&self, fact: FactHash) -> Option<usize> {
        let known = self.exact.get(&fact.hash)?;
        (known.check == fact.check).then_some(known.index as usize)
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
        let hash = if self.facts.is_empty() { 0 } else { self.hasher.hash_one((topic, key)) };
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
        let since = self.chains.get(&self.hasher.hash_one((topic, key)))?.since;
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
        let exact = self.fact_hash(self.hasher.hash_one((topic, key)), value);
        let seq = self.facts[self.exact_index(exact)?].seq;
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
