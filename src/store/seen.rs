//! The `messageId`s that came before, as fingerprints.

use hashbrown::HashTable;
use std::hash::{BuildHasher, Hasher};

/// So many tables share the fingerprints: one that grows is moved whole, and the calls that come
/// meanwhile wait for it, so no table may be large.
const TABLES: usize = 256;

/// A set of texts of which only 64 bits each are kept.
#[derive(Debug)]
pub struct Seen(Box<[HashTable<u64>]>);

impl Default for Seen {
    fn default() -> Self {
        Seen((0..TABLES).map(|_| HashTable::new()).collect())
    }
}

/// The 64 bits that are kept of a text.
///
/// Two texts that have the same are one in 10^19, unless somebody made them so: the keys are fixed,
/// for the same recording must give the same index each time. All that comes of it is that a call
/// is marked as a repeat, so that is good enough, and so is a hash that is quick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print(u64);

impl Print {
    /// That of a text.
    pub fn of(text: &str) -> Print {
        let mut hasher = foldhash::quality::FixedState::with_seed(0x5e65).build_hasher();
        hasher.write(text.as_bytes());
        Print(hasher.finish())
    }
}

impl Seen {
    /// Notes a text; true if it was there before.
    pub fn was_there(&mut self, Print(print): Print) -> bool {
        // the tables themselves use the lowest and the highest bits
        let table = &mut self.0[(print >> 40) as usize % TABLES];
        let entry = table.entry(print, |other| *other == print, |other| *other);
        let was_there = matches!(entry, hashbrown::hash_table::Entry::Occupied(_));
        entry.or_insert(print);
        was_there
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_new_once() {
        let mut seen = Seen::default();
        let ids = || (0..20_000).map(|n| format!("id-{n}"));
        assert!(ids().all(|id| !seen.was_there(Print::of(&id))));
        assert!(ids().all(|id| seen.was_there(Print::of(&id))));
        assert!(seen.0.iter().all(|table| table.len() < 160), "they are spread evenly");
    }
}
