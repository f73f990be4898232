//! What a vendor remembers: facts that only grow, each with the call that brought it.
//!
//! A fact is (kind, key, value, seq). Of equal ones the first stays. Nothing is changed or
//! forgotten, so what was known before a call is the same whenever it is asked.

use crate::call::Seq;
use crate::vendors::memory::hashed_keys::HashedKeyMap;
use hashbrown::DefaultHashBuilder;
use std::hash::BuildHasher;

/// How many facts one vendor may learn, and how many bytes their values may hold.
const MAX_FACTS: usize = 1_000_000;
const MAX_TEXT: usize = 64 << 20;

const NONE: u32 = u32::MAX;

/// Facts of one kind are told apart from those of another by this number; a vendor's own choice.
pub(crate) type Topic = u8;

#[derive(Debug, Clone, Copy)]
struct Fact {
    value: (u32, u32),
    seq: Seq,
    next: u32,
}

/// The facts about a key.
#[derive(Debug, Clone, Copy)]
struct Chain {
    first: u32,
    last: u32,
    /// The call that brought the first; most questions are about it alone.
    since: Seq,
}

/// Topic, key and value of a fact in 96 bits, which tell whether it is known. Nearly every call
/// teaches what is known, and a look at the value would be one more wait for memory. Of a million
/// facts two have the same bits by chance once in 10^16 times.
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
    /// By hash of topic and key.
    chains: HashedKeyMap<Chain>,
    /// By hash of topic, key and value: the first such fact.
    exact: HashedKeyMap<Exact>,
    hasher: DefaultHashBuilder,
    full_since: Option<Seq>,
    not_learned: u64,
}

/// A known fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KnownFact<'f> {
    /// What was learned about the key.
    pub value: &'f str,
    /// The call that brought it.
    pub seq: Seq,
}

impl Facts {
    fn text(&self, span: (u32, u32)) -> &str {
        &self.text[span.0 as usize..(span.0 + span.1) as usize]
    }

    /// Learns a fact. Calls come in order, so the first of equal ones stays.
    pub fn learn(&mut self, topic: Topic, key: &str, value: &str, seq: Seq) {
        let hash = self.hasher.hash_one((topic, key));
        let exact = self.fact_hash(hash, value);
        if self.exact_index(exact).is_some() {
            return;
        }
        let full = self.facts.len() >= MAX_FACTS || self.text.len() + value.len() > MAX_TEXT;
        if full {
            self.full_since.get_or_insert(seq);
            self.not_learned += 1;
            return;
        }
        let value = push(&mut self.text, value);
        let index = self.facts.len() as u32;
        self.facts.push(Fact { value, seq, next: NONE });
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
        let mut at = self.chains.get(&hash).map_or(NONE, |chain| chain.first);
        std::iter::from_fn(move || {
            let index = (at != NONE).then_some(at as usize)?;
            at = self.facts[index].next;
            Some(index)
        })
    }

    /// `hash` is that of the topic and the key.
    fn fact_hash(&self, hash: u64, value: &str) -> FactHash {
        let value = self.hasher.hash_one(value);
        let wide = u128::from(hash ^ value.rotate_left(32)) * u128::from(value | 1);
        FactHash { hash: hash ^ value, check: (wide >> 64) as u32 ^ wide as u32 }
    }

    fn exact_index(&self, fact: FactHash) -> Option<usize> {
        let known = self.exact.get(&fact.hash)?;
        (known.check == fact.check).then_some(known.index as usize)
    }

    /// What was known about a key before a call, in the order in which it was learned.
    pub fn known(
        &self,
        topic: Topic,
        key: &str,
        before: Seq,
    ) -> impl Iterator<Item = KnownFact<'_>> {
        // nothing is hashed while nothing is known
        let hash = if self.facts.is_empty() { 0 } else { self.hasher.hash_one((topic, key)) };
        self.chain(hash)
            .map(|index| &self.facts[index])
            .take_while(move |fact| fact.seq < before)
            .map(|fact| KnownFact { value: self.text(fact.value), seq: fact.seq })
    }

    /// The call that brought the first fact about a key, if that was before a call.
    pub fn known_since(&self, topic: Topic, key: &str, before: Seq) -> Option<Seq> {
        if self.facts.is_empty() {
            return None;
        }
        let since = self.chains.get(&self.hasher.hash_one((topic, key)))?.since;
        (since < before).then_some(since)
    }

    /// The first that was known about a key before a call.
    pub fn first(&self, topic: Topic, key: &str, before: Seq) -> Option<KnownFact<'_>> {
        self.known(topic, key, before).next()
    }

    /// The call that brought exactly this fact, if that was before a call.
    pub fn has(&self, topic: Topic, key: &str, value: &str, before: Seq) -> Option<Seq> {
        if self.facts.is_empty() {
            return None;
        }
        let exact = self.fact_hash(self.hasher.hash_one((topic, key)), value);
        let seq = self.facts[self.exact_index(exact)?].seq;
        (seq < before).then_some(seq)
    }

    /// The call from which on nothing more was learned.
    pub fn full_since(&self) -> Option<Seq> {
        self.full_since
    }

    /// How many facts there are, how many could not be learned, and the bytes of all.
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
        facts.learn(0, "k", &"x".repeat(MAX_TEXT - 10), Seq(1));
        facts.learn(0, "another key", "a long value", Seq(2));
        facts.learn(0, "k2", "", Seq(3));
        assert_eq!(facts.full_since(), Some(Seq(2)));
        assert_eq!(facts.size().1, 1);
        assert!(facts.first(0, "another key", Seq(9)).is_none());
    }
}
