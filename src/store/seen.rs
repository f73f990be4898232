//! The `messageId`s that came before, as fingerprints.
//!
//! Each look-up misses the processor's caches, so it looks at one place: a fingerprint stands where
//! its bits say, or in the next free cell behind that. Which bits say what is another in each run,
//! so that nobody can choose ids that all want the same cell.

use std::hash::{BuildHasher, Hasher, RandomState};

/// So many tables share the fingerprints: one that grows is moved whole, and the calls that come
/// meanwhile wait for it, so no table may be large.
const TABLES: usize = 256;

/// A set of texts of which only 64 bits each are kept.
#[derive(Debug)]
pub struct Seen {
    tables: Box<[Table]>,
    /// An odd number.
    spread: u64,
}

impl Default for Seen {
    fn default() -> Self {
        let spread = RandomState::new().hash_one(TABLES) | 1;
        Seen { tables: (0..TABLES).map(|_| Table::default()).collect(), spread }
    }
}

/// The 64 bits that are kept of a text.
///
/// Two texts with the same are one in 10^19 by chance; a repeat is a mark for the reader, so that is
/// good enough. Somebody who looks for two such texts can have a call of his marked as a repeat,
/// which he could by sending the same id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print(u64);

impl Print {
    /// That of a text.
    pub fn of(text: &str) -> Print {
        // fixed keys: the same recording must give the same index each time
        const KEY: u64 = 0x7365_6773_636f_7065;
        let mut hasher = foldhash::quality::FixedState::with_seed(KEY).build_hasher();
        hasher.write(text.as_bytes());
        Print(hasher.finish().max(1))
    }
}

impl Seen {
    /// Notes a text; true if it was there before.
    pub fn was_there(&mut self, Print(print): Print) -> bool {
        let table = print.wrapping_mul(self.spread) >> 56;
        self.tables[table as usize % TABLES].was_there(print, self.spread)
    }
}

/// Fingerprints; 0 is a free cell. The number of cells is a power of two.
#[derive(Debug, Default)]
struct Table {
    cells: Vec<u64>,
    used: usize,
}

impl Table {
    fn was_there(&mut self, print: u64, spread: u64) -> bool {
        if self.used * 4 >= self.cells.len() * 3 {
            self.grow(spread);
        }
        let mask = self.cells.len() - 1;
        let mut at = place(print, spread) & mask;
        loop {
            match self.cells[at] {
                0 => break,
                other if other == print => return true,
                _ => at = (at + 1) & mask,
            }
        }
        self.cells[at] = print;
        self.used += 1;
        false
    }

    fn grow(&mut self, spread: u64) {
        let bigger = (self.cells.len() * 2).max(16);
        let old = std::mem::replace(&mut self.cells, vec![0; bigger]);
        for print in old.into_iter().filter(|print| *print != 0) {
            let mut at = place(print, spread) & (bigger - 1);
            while self.cells[at] != 0 {
                at = (at + 1) & (bigger - 1);
            }
            self.cells[at] = print;
        }
    }
}

/// Where a fingerprint wants to stand in a table as large as can be. The highest bits say in which.
fn place(print: u64, spread: u64) -> usize {
    (print.wrapping_mul(spread) >> 24) as u32 as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_finds_all_that_begin_at_one_place() {
        let mut table = Table::default();
        let prints = || (1..3_000_u64).map(|n| n << 56 | n);
        let same = |print| place(print, 1 << 56 | 1) & 0xf == 0;
        assert!(prints().filter(|print| same(*print)).count() > 1_000);
        assert!(prints().all(|print| !table.was_there(print, 1 << 56 | 1)));
        assert!(prints().all(|print| table.was_there(print, 1 << 56 | 1)));
        assert_eq!((table.used, table.cells.len()), (2_999, 4_096));
    }

    #[test]
    fn each_is_new_once() {
        let mut seen = Seen::default();
        let ids = || (0..20_000).map(|n| format!("id-{n}"));
        assert!(ids().all(|id| !seen.was_there(Print::of(&id))));
        assert!(ids().all(|id| seen.was_there(Print::of(&id))));
        assert!(seen.tables.iter().all(|table| table.used < 160), "they are spread evenly");
    }
}
