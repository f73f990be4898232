//! The `messageId`s that came before, as fingerprints.

use hashbrown::HashTable;
use std::hash::Hasher;

/// So many tables share the fingerprints: one that grows is moved whole, and the calls that come
/// meanwhile wait for it, so no table may be large.
const TABLES: usize = 256;

/// A set of texts of which only 64 bits each are kept.
#[derive(Debug)]
pub(super) struct Seen(Box<[HashTable<u64>]>);

impl Default for Seen {
    fn default() -> Self {
        Seen((0..TABLES).map(|_| HashTable::new()).collect())
    }
}

impl Seen {
    /// Notes a text; true if it was there before.
    pub fn was_there(&mut self, text: &str) -> bool {
        let print = fingerprint(text);
        // the tables themselves use the lowest and the highest bits
        let table = &mut self.0[(print >> 40) as usize % TABLES];
        let entry = table.entry(print, |other| *other == print, |other| *other);
        let was_there = matches!(entry, hashbrown::hash_table::Entry::Occupied(_));
        entry.or_insert(print);
        was_there
    }
}

/// Two texts with the same 64 bits are one in 10^19; a repeat is a mark for the reader, so that is
/// good enough.
fn fingerprint(text: &str) -> u64 {
    // fixed keys: the same recording must give the same index each time
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write(text.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_new_once() {
        let mut seen = Seen::default();
        let ids = || (0..20_000).map(|n| format!("id-{n}"));
        assert!(ids().all(|id| !seen.was_there(&id)));
        assert!(ids().all(|id| seen.was_there(&id)));
        assert!(seen.0.iter().all(|table| table.len() < 160), "they are spread evenly");
    }
}
