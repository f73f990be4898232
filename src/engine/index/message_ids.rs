//! The `messageId`s that came before, as fingerprints.
//!
//! Each look-up misses the processor's caches, so it looks at one place: a fingerprint stands where
//! its bits say, or in the next free cell behind that. Which bits say what is another in each run,
//! so that nobody can choose ids that all want the same cell.

use std::hash::{BuildHasher, Hasher, RandomState};

/// So many tables share the fingerprints: one that grows is moved whole, and the calls that come
/// meanwhile wait for it, so no table may be large.
const TABLES: usize = 256;

/// The calls that came before: of each `messageId` 64 bits are kept, and 32 of what the call said.
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

/// What is kept of a call.
///
/// Two ids with the same 64 bits are one in 10^19 by chance, and of two calls with one id one in
/// 4 × 10^9 is taken for the other. Somebody who looks for such ids can have a call of his marked as
/// a repeat, which he could by sending the same call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print {
    id: u64,
    content: u32,
}

/// A call as it is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Met {
    /// What is kept of it.
    pub print: Print,
    /// The service discards it whatever came before.
    pub discarded: bool,
}

/// What the calls before say about a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sighting {
    /// Its `messageId` is new, or it has none of its own.
    #[default]
    First,
    /// The same call came before.
    Repeat,
    /// A different call with its `messageId` came before.
    Reused,
    /// The same call came before, and before that a different one with its `messageId`.
    RepeatOfReused,
}

impl Sighting {
    /// The same call came before.
    pub fn is_repeat(self) -> bool {
        matches!(self, Sighting::Repeat | Sighting::RepeatOfReused)
    }

    /// A different call with the `messageId` came first.
    pub fn is_reused(self) -> bool {
        matches!(self, Sighting::Reused | Sighting::RepeatOfReused)
    }
}

impl Print {
    /// That of a call by its `messageId` and the fingerprint of what it says.
    pub fn of(message_id: &str, content: u32) -> Print {
        // fixed keys: the same recording must give the same index each time
        const KEY: u64 = 0x7365_6773_636f_7065;
        let mut hasher = foldhash::quality::FixedState::with_seed(KEY).build_hasher();
        hasher.write(message_id.as_bytes());
        Print { id: hasher.finish().max(1), content }
    }

    /// That of a call which is not the first with its `messageId`.
    fn of_later(self) -> Print {
        let id = self.id ^ (u64::from(self.content) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Print { id: id.max(1), ..self }
    }
}

impl Seen {
    /// Notes a call; none where it has no `messageId` of its own.
    pub fn note(&mut self, met: Option<Met>) -> Sighting {
        match met {
            None => Sighting::First,
            Some(Met { print, discarded: false }) => self.meet(print),
            Some(Met { print, discarded: true }) => self.meet_discarded(print),
        }
    }

    /// Notes a call that the service passes on.
    fn meet(&mut self, print: Print) -> Sighting {
        match self.first(print) {
            None => Sighting::First,
            Some(content) if content == print.content => Sighting::Repeat,
            Some(_) => match self.first(print.of_later()) {
                None => Sighting::Reused,
                Some(_) => Sighting::RepeatOfReused,
            },
        }
    }

    /// Notes a call that reaches no vendor anyway: it is lost for that reason, and takes its
    /// `messageId` from no other call.
    fn meet_discarded(&mut self, print: Print) -> Sighting {
        match self.first(print.of_later()) {
            None => Sighting::First,
            Some(_) => Sighting::Repeat,
        }
    }

    /// Reads the cells of calls that are about to be noted. Here the processor waits for the memory
    /// once; noting waits for it call by call.
    pub fn fetch(&self, met: &[Option<Met>]) {
        let content = |met: &Met| {
            let table = &self.tables[self.table(met.print)];
            let at = place(met.print.id, self.spread, table.cells.len());
            table.cells.get(at).map_or(0, |cell| cell.content)
        };
        std::hint::black_box(met.iter().flatten().map(content).fold(0, |all, one| all ^ one));
    }

    fn table(&self, print: Print) -> usize {
        (print.id.wrapping_mul(self.spread) >> 56) as usize % TABLES
    }

    /// What the first call with an id said; none if this is the first.
    fn first(&mut self, print: Print) -> Option<u32> {
        let table = self.table(print);
        self.tables[table].first(print, self.spread)
    }
}

/// A fingerprint in twelve bytes; an id of 0 is a free cell.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    id: [u32; 2],
    content: u32,
}

impl Cell {
    fn id(self) -> u64 {
        u64::from(self.id[0]) << 32 | u64::from(self.id[1])
    }
}

/// Cells. At most [`MAX_LOAD`] of them are used.
#[derive(Debug, Default)]
struct Table {
    cells: Vec<Cell>,
    used: usize,
}

/// A table grows by half when more than four fifths of its cells are used: a call costs 15 to 23
/// bytes. One that doubles would cost up to 30.
const MAX_LOAD: (usize, usize) = (4, 5);

impl Table {
    fn first(&mut self, print: Print, spread: u64) -> Option<u32> {
        if self.used * MAX_LOAD.1 >= self.cells.len() * MAX_LOAD.0 {
            self.grow(spread);
        }
        let mut at = place(print.id, spread, self.cells.len());
        loop {
            match self.cells[at] {
                cell if cell.id() == 0 => break,
                cell if cell.id() == print.id => return Some(cell.content),
                _ => at = if at + 1 == self.cells.len() { 0 } else { at + 1 },
            }
        }
        let id = [(print.id >> 32) as u32, print.id as u32];
        self.cells[at] = Cell { id, content: print.content };
        self.used += 1;
        None
    }

    fn grow(&mut self, spread: u64) {
        let bigger = (self.cells.len() * 3 / 2).max(16);
        let old = std::mem::replace(&mut self.cells, vec![Cell::default(); bigger]);
        for cell in old.into_iter().filter(|cell| cell.id() != 0) {
            let mut at = place(cell.id(), spread, bigger);
            while self.cells[at].id() != 0 {
                at = if at + 1 == bigger { 0 } else { at + 1 };
            }
            self.cells[at] = cell;
        }
    }
}

/// Where a fingerprint wants to stand among so many cells. The highest bits say in which table.
fn place(id: u64, spread: u64, cells: usize) -> usize {
    let bits = (id.wrapping_mul(spread) >> 24) as u32;
    ((u64::from(bits) * cells as u64) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPREAD: u64 = 1 << 56 | 1;

    #[test]
    fn a_table_finds_all_that_begin_at_one_place() {
        let mut table = Table::default();
        let prints = || (1..3_000_u64).map(|n| Print { id: n << 56 | n, content: n as u32 });
        // so small numbers have the same bits where a place is computed from
        assert!(prints().all(|print| place(print.id, SPREAD, 16) == 0));
        assert!(prints().all(|print| table.first(print, SPREAD).is_none()));
        assert!(prints().all(|print| table.first(print, SPREAD) == Some(print.content)));
        assert_eq!(table.used, 2_999);
        assert!(table.cells.len() * 4 < table.used * 8, "{} cells", table.cells.len());
    }

    #[test]
    fn each_is_first_once() {
        let mut seen = Seen::default();
        let prints = || (0..20_000).map(|n| Print::of(&format!("id-{n}"), n));
        assert!(prints().all(|print| seen.meet(print) == Sighting::First));
        assert!(prints().all(|print| seen.meet(print) == Sighting::Repeat));
        assert!(seen.tables.iter().all(|table| table.used < 160), "they are spread evenly");
    }

    #[test]
    fn a_different_call_with_a_known_id_is_no_repeat() {
        let mut seen = Seen::default();
        let met = [1, 2, 1, 2, 3, 3, 1].map(|content| seen.meet(Print::of("const-1", content)));
        use Sighting::{First, Repeat, RepeatOfReused, Reused};
        assert_eq!(met, [First, Reused, Repeat, RepeatOfReused, Reused, RepeatOfReused, Repeat]);
        let discarded = [1, 2, 1].map(|content| seen.meet_discarded(Print::of("const-2", content)));
        assert_eq!(discarded, [First, First, Repeat]);
        assert_eq!(seen.meet(Print::of("const-2", 3)), First);
    }
}
