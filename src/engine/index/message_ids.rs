//! The `messageId`s that came before, as fingerprints.
//!
//! Each look-up misses the processor's caches, so it looks at one place: a fingerprint stands where
//! its bits say, or in the next free cell behind that. Which bits say what is another in each run,
//! so that nobody can choose ids that all want the same cell.

use std::hash::{BuildHasher, Hasher, RandomState};

/// So many tables share the fingerprints: one that grows is moved whole, and the calls that come
/// meanwhile wait for it, so no table may be large.
const TABLES: usize = 256;

/// The tables begin with 64 to 79 cells. As they fill equally fast and grow in the same proportion,
/// each grows at a time of its own, and what a call costs is the same however many there are.
const FIRST_CELLS: usize = 64;

/// The calls that came before: of each `messageId` 64 bits are kept, and 32 of what the call said.
#[derive(Debug)]
pub struct MessageIds {
    tables: Box<[FingerprintTable]>,
    /// An odd number.
    spread: u64,
}

impl Default for MessageIds {
    fn default() -> Self {
        let spread = RandomState::new().hash_one(TABLES) | 1;
        MessageIds { tables: (0..TABLES).map(FingerprintTable::new).collect(), spread }
    }
}

/// What is kept of a call.
///
/// Two ids with the same 64 bits are one in 10^19 by chance, and of two calls with one id one in
/// 4 × 10^9 is taken for the other. Somebody who looks for such ids can have a call of his marked as
/// a repeat, which he could by sending the same call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint {
    id: u64,
    content: u32,
}

/// A call as it is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeat {
    /// What is kept of it.
    pub print: Fingerprint,
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

impl Fingerprint {
    /// That of a call by its `messageId` and the fingerprint of what it says.
    pub fn new(message_id: &str, content: u32) -> Fingerprint {
        // fixed keys: the same recording must give the same index each time
        const KEY: u64 = 0x7365_6773_636f_7065;
        let mut hasher = foldhash::quality::FixedState::with_seed(KEY).build_hasher();
        hasher.write(message_id.as_bytes());
        Fingerprint { id: hasher.finish().max(1), content }
    }

    /// That of a call which is not the first with its `messageId`.
    fn of_later(self) -> Fingerprint {
        let id = self.id ^ (u64::from(self.content) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Fingerprint { id: id.max(1), ..self }
    }
}

impl MessageIds {
    /// Notes a call; none where it has no `messageId` of its own.
    pub fn note(&mut self, met: Option<Repeat>) -> Sighting {
        match met {
            None => Sighting::First,
            Some(Repeat { print, discarded: false }) => self.meet(print),
            Some(Repeat { print, discarded: true }) => self.meet_discarded(print),
        }
    }

    /// Notes a call that the service passes on.
    fn meet(&mut self, print: Fingerprint) -> Sighting {
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
    fn meet_discarded(&mut self, print: Fingerprint) -> Sighting {
        match self.first(print.of_later()) {
            None => Sighting::First,
            Some(_) => Sighting::Repeat,
        }
    }

    /// Reads the cells of calls that are about to be noted. Here the processor waits for the memory
    /// once; noting waits for it call by call.
    pub fn fetch(&self, met: &[Option<Repeat>]) {
        let content = |met: &Repeat| {
            let table = &self.tables[self.table(met.print)];
            let at = place(met.print.id, self.spread, table.cells);
            let segment = table.segments.get(at / SEGMENT_CELLS);
            segment.map_or(0, |segment| segment[at % SEGMENT_CELLS].content)
        };
        std::hint::black_box(met.iter().flatten().map(content).fold(0, |all, one| all ^ one));
    }

    fn table(&self, print: Fingerprint) -> usize {
        (print.id.wrapping_mul(self.spread) >> 56) as usize % TABLES
    }

    /// What the first call with an id said; none if this is the first.
    fn first(&mut self, print: Fingerprint) -> Option<u32> {
        let table = self.table(print);
        self.tables[table].first(print, self.spread)
    }
}

/// A fingerprint in twelve bytes; an id of 0 is a free cell.
#[derive(Debug, Clone, Copy, Default)]
struct FingerprintSlot {
    id: [u32; 2],
    content: u32,
}

impl FingerprintSlot {
    fn id(self) -> u64 {
        u64::from(self.id[0]) << 32 | u64::from(self.id[1])
    }
}

/// So many cells are allocated together. All tables give back and take pieces of one size, so that
/// what one gives back fits the next that grows: whole tables would leave holes, which cost 12 bytes
/// a call at 2,000,000 calls.
const SEGMENT_CELLS: usize = 256;

/// Cells. At most [`MAX_LOAD`] of them are used.
#[derive(Debug)]
struct FingerprintTable {
    #[expect(clippy::vec_box, reason = "each segment is a piece of memory of its own")]
    segments: Vec<Box<[FingerprintSlot; SEGMENT_CELLS]>>,
    /// How many cells there are; the last segment need not be used to its end.
    cells: usize,
    used: usize,
    first_cells: usize,
}

/// A table grows by a quarter when more than four fifths of its cells are used: a call costs 15 to
/// 19 bytes in one table, and 17 in all of them. Tables that double would cost up to 30.
const MAX_LOAD: (usize, usize) = (4, 5);
const GROWTH: (usize, usize) = (5, 4);

impl FingerprintTable {
    /// The table at a place among all.
    fn new(nth: usize) -> FingerprintTable {
        let first_cells =
            FIRST_CELLS + nth * FIRST_CELLS * (GROWTH.0 - GROWTH.1) / GROWTH.1 / TABLES;
        FingerprintTable { segments: Vec::new(), cells: 0, used: 0, first_cells }
    }

    fn first(&mut self, print: Fingerprint, spread: u64) -> Option<u32> {
        if self.used * MAX_LOAD.1 >= self.cells * MAX_LOAD.0 {
            self.grow(spread);
        }
        match self.find(print.id, spread) {
            Ok(at) => Some(self.cell(at).content),
            Err(at) => {
                let id = [(print.id >> 32) as u32, print.id as u32];
                *self.cell_mut(at) = FingerprintSlot { id, content: print.content };
                self.used += 1;
                None
            }
        }
    }

    /// Where an id stands, or else the free cell where it would.
    fn find(&self, id: u64, spread: u64) -> Result<usize, usize> {
        let mut at = place(id, spread, self.cells);
        loop {
            match self.cell(at).id() {
                0 => return Err(at),
                known if known == id => return Ok(at),
                _ => at = if at + 1 == self.cells { 0 } else { at + 1 },
            }
        }
    }

    fn cell(&self, at: usize) -> FingerprintSlot {
        self.segments[at / SEGMENT_CELLS][at % SEGMENT_CELLS]
    }

    fn cell_mut(&mut self, at: usize) -> &mut FingerprintSlot {
        &mut self.segments[at / SEGMENT_CELLS][at % SEGMENT_CELLS]
    }

    fn grow(&mut self, spread: u64) {
        self.cells = (self.cells * GROWTH.0 / GROWTH.1).max(self.first_cells);
        let segments = 0..self.cells.div_ceil(SEGMENT_CELLS);
        let bigger =
            segments.map(|_| Box::new([FingerprintSlot::default(); SEGMENT_CELLS])).collect();
        for segment in std::mem::replace(&mut self.segments, bigger) {
            for cell in segment.into_iter().filter(|cell| cell.id() != 0) {
                let (Ok(at) | Err(at)) = self.find(cell.id(), spread);
                *self.cell_mut(at) = cell;
            }
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
        let mut table = FingerprintTable::new(0);
        let prints = || (1..3_000_u64).map(|n| Fingerprint { id: n << 56 | n, content: n as u32 });
        // so small numbers have the same bits where a place is computed from
        assert!(prints().all(|print| place(print.id, SPREAD, FIRST_CELLS) == 0));
        assert!(prints().all(|print| table.first(print, SPREAD).is_none()));
        assert!(prints().all(|print| table.first(print, SPREAD) == Some(print.content)));
        assert_eq!(table.used, 2_999);
        assert!(table.cells * 4 < table.used * 8, "{} cells", table.cells);
    }

    #[test]
    fn the_cells_of_a_call_stay_as_many_while_calls_come() {
        let mut seen = MessageIds::default();
        for n in 1..=200_000_u32 {
            seen.meet(Fingerprint::new(&format!("id-{n}"), n));
            if n >= 30_000 && n % 1_000 == 0 {
                let cells: usize = seen.tables.iter().map(|table| table.cells).sum();
                let of_a_call = cells as f64 / f64::from(n);
                assert!(
                    (1.33..1.5).contains(&of_a_call),
                    "{of_a_call} cells for each of {n} calls"
                );
            }
        }
    }

    #[test]
    fn each_is_first_once() {
        let mut seen = MessageIds::default();
        let prints = || (0..20_000).map(|n| Fingerprint::new(&format!("id-{n}"), n));
        assert!(prints().all(|print| seen.meet(print) == Sighting::First));
        assert!(prints().all(|print| seen.meet(print) == Sighting::Repeat));
        assert!(seen.tables.iter().all(|table| table.used < 160), "they are spread evenly");
    }

    #[test]
    fn a_different_call_with_a_known_id_is_no_repeat() {
        let mut seen = MessageIds::default();
        let met =
            [1, 2, 1, 2, 3, 3, 1].map(|content| seen.meet(Fingerprint::new("const-1", content)));
        use Sighting::{First, Repeat, RepeatOfReused, Reused};
        assert_eq!(met, [First, Reused, Repeat, RepeatOfReused, Reused, RepeatOfReused, Repeat]);
        let discarded =
            [1, 2, 1].map(|content| seen.meet_discarded(Fingerprint::new("const-2", content)));
        assert_eq!(discarded, [First, First, Repeat]);
        assert_eq!(seen.meet(Fingerprint::new("const-2", 3)), First);
    }
}
