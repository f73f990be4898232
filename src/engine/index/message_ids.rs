//! The fingerprints of the `messageId`s that came before, in hash tables with linear probing.
//!
//! Each look-up misses the processor's caches, so it reads only one place: a fingerprint is in the
//! cell that its bits select, or in the next free cell after it. How the bits select a cell differs
//! in each run, so that a sender cannot choose ids that all select the same cell.

use crate::call::time::Millis;
use std::hash::{BuildHasher, Hasher, RandomState};

/// The number of tables. A table that grows is moved as a whole while the judge thread waits, so
/// the fingerprints are spread over many small tables.
const TABLES: usize = 256;

/// The smallest initial number of cells of a table. The tables begin with 64 to 79 cells: they fill
/// equally fast and grow by the same factor, so each grows at a different time, and the memory per
/// call is the same for any number of calls.
const FIRST_CELLS: usize = 64;

/// The calls that came before. For each, 64 bits of the `messageId`, 18 bits of the content and 14
/// bits of the hour of arrival are kept.
#[derive(Debug)]
pub struct MessageIds {
    tables: Box<[FingerprintTable]>,
    /// An odd random factor, different in each run, that spreads ids over tables and cells.
    spread: u64,
}

impl Default for MessageIds {
    fn default() -> Self {
        let spread = RandomState::new().hash_one(TABLES) | 1;
        MessageIds { tables: (0..TABLES).map(FingerprintTable::new).collect(), spread }
    }
}

/// The bits of a call that are kept.
///
/// By chance, two ids have the same 64 bits once in 10^19 cases, and two different calls with one
/// id have the same 18 bits of content once in 262,144 cases; the service drops either. A sender
/// that searches for such ids can get its own call marked as a repeat, which it could also do by
/// sending the same call twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint {
    id: u64,
    content: u32,
}

/// The number of bits of the content in a cell. The other bits are the hour of arrival.
const CONTENT_BITS: u32 = 18;
const HOUR_BITS: u32 = u32::BITS - CONTENT_BITS;
/// The number of hours after which the kept bits of an hour are the same again, about 682 days. One
/// value less than fits, because 0 is an unknown time.
const HOURS: u16 = (1 << HOUR_BITS) - 1;
/// The milliseconds of an hour.
const HOUR_MS: Millis = 3_600_000;
/// The number of hours for which the service remembers a `messageId`: "at least 24 hours" and
/// "approximately 24 hours" (Segment, “Handling Duplicate Data”).
const REMEMBERED_HOURS: u16 = 24;

/// The hour in which a call arrived, or that this is unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ArrivalHour(u16);

impl ArrivalHour {
    /// Returns the hour of a time. The beginning of the epoch stands for an unknown time in
    /// recordings of calls without any time.
    pub fn new(at: Option<Millis>) -> ArrivalHour {
        let known = at.filter(|at| *at > 0);
        ArrivalHour(known.map_or(0, |at| (at / HOUR_MS % Millis::from(HOURS)) as u16 + 1))
    }

    /// Returns true if a call of one hour and a call of the other are certainly further apart than
    /// the service remembers. Unknown times are not.
    fn is_forgotten_at(self, other: ArrivalHour) -> bool {
        let apart = self.0.abs_diff(other.0);
        self.0 > 0 && other.0 > 0 && apart.min(HOURS - apart) > REMEMBERED_HOURS
    }

    /// Returns true if this known hour is after another one, if they are less than 341 days apart.
    fn is_after(self, other: ArrivalHour) -> bool {
        let later = (i32::from(self.0) - i32::from(other.0)).rem_euclid(i32::from(HOURS));
        later > 0 && later <= i32::from(HOURS / 2)
    }
}

/// A call whose `messageId` is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeat {
    /// The bits of the call that are kept.
    pub print: Fingerprint,
    /// The hour of its arrival.
    pub hour: ArrivalHour,
    /// True if the service discards the call, whatever came before.
    pub discarded: bool,
}

/// The result of looking up a call's `messageId` among the calls before it. A call that came so long
/// before that the service has certainly forgotten it does not count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sighting {
    /// The `messageId` is new, or the call has none of its own.
    #[default]
    First,
    /// An identical call came before.
    Repeat,
    /// A different call with this `messageId` came before.
    Reused,
    /// An identical call came before, and before that a different one with this `messageId`.
    RepeatOfReused,
}

impl Sighting {
    /// Returns true if an identical call came before.
    pub fn is_repeat(self) -> bool {
        matches!(self, Sighting::Repeat | Sighting::RepeatOfReused)
    }

    /// Returns true if the first call with this `messageId` was a different one.
    pub fn is_reused(self) -> bool {
        matches!(self, Sighting::Reused | Sighting::RepeatOfReused)
    }
}

impl Fingerprint {
    /// Creates the fingerprint of a call from its `messageId` and a hash of its content.
    pub fn new(message_id: &str, content: u32) -> Fingerprint {
        // fixed keys: the same recording must give the same index each time
        const KEY: u64 = 0x7365_6773_636f_7065;
        let mut hasher = foldhash::quality::FixedState::with_seed(KEY).build_hasher();
        hasher.write(message_id.as_bytes());
        Fingerprint { id: hasher.finish().max(1), content }
    }

    /// Returns the fingerprint under which the call is stored if it is not the first with its
    /// `messageId`.
    fn as_later_call(self) -> Fingerprint {
        let id = self.id ^ (u64::from(self.content) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Fingerprint { id: id.max(1), ..self }
    }
}

impl MessageIds {
    /// Stores a call, and returns whether its `messageId` came before. `None` is a call without a
    /// `messageId` of its own.
    pub fn note(&mut self, call: Option<Repeat>) -> Sighting {
        match call {
            None => Sighting::First,
            Some(Repeat { print, hour, discarded: false }) => self.meet(print, hour),
            Some(Repeat { print, hour, discarded: true }) => self.meet_discarded(print, hour),
        }
    }

    /// Stores a call that the service passes on.
    fn meet(&mut self, print: Fingerprint, hour: ArrivalHour) -> Sighting {
        match self.first(print, hour) {
            None => Sighting::First,
            Some(cell) if cell.has_content_of(print) => Sighting::Repeat,
            Some(_) => match self.first(print.as_later_call(), hour) {
                None => Sighting::Reused,
                Some(_) => Sighting::RepeatOfReused,
            },
        }
    }

    /// Stores a call that the service discards. Its `messageId` stays free for another call, and
    /// the result is never `Reused`, because the call is lost for another reason.
    fn meet_discarded(&mut self, print: Fingerprint, hour: ArrivalHour) -> Sighting {
        match self.first(print.as_later_call(), hour) {
            None => Sighting::First,
            Some(_) => Sighting::Repeat,
        }
    }

    /// Prefetches the cells of calls that are about to be stored. The processor overlaps these
    /// reads and waits for memory once; [`MessageIds::note`] alone would wait once per call.
    pub fn fetch(&self, calls: &[Option<Repeat>]) {
        let content = |call: &Repeat| {
            let table = &self.tables[self.table(call.print)];
            let at = place(call.print.id, self.spread, table.cells);
            let Some(segment) = table.segments.get(at / SEGMENT_CELLS) else { return 0 };
            // a search reads eight cells on average, and five are one cache line
            let next = segment.get(at % SEGMENT_CELLS + 5).map_or(0, |cell| cell.call.0);
            segment[at % SEGMENT_CELLS].call.0 ^ next
        };
        std::hint::black_box(calls.iter().flatten().map(content).fold(0, |all, one| all ^ one));
    }

    /// Returns the position of the table for a fingerprint.
    fn table(&self, print: Fingerprint) -> usize {
        (print.id.wrapping_mul(self.spread) >> 56) as usize % TABLES
    }

    /// Returns the first call with an id that the service remembers; stores the call and returns
    /// `None` if there is none.
    fn first(&mut self, print: Fingerprint, hour: ArrivalHour) -> Option<CallBits> {
        let table = self.table(print);
        self.tables[table].first(print, hour, self.spread)
    }
}

/// A cell: a fingerprint in twelve bytes. An id of 0 is a free cell.
#[derive(Debug, Clone, Copy, Default)]
struct FingerprintSlot {
    id: [u32; 2],
    call: CallBits,
}

/// The bits of a call's content, and below them those of its hour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct CallBits(u32);

impl CallBits {
    fn new(print: Fingerprint, hour: ArrivalHour) -> CallBits {
        CallBits(print.content >> HOUR_BITS << HOUR_BITS | u32::from(hour.0))
    }

    fn hour(self) -> ArrivalHour {
        ArrivalHour(self.0 as u16 & HOURS)
    }

    fn has_content_of(self, print: Fingerprint) -> bool {
        (self.0 ^ print.content) >> HOUR_BITS == 0
    }
}

impl FingerprintSlot {
    fn id(self) -> u64 {
        u64::from(self.id[0]) << 32 | u64::from(self.id[1])
    }
}

/// The number of cells that are allocated together. All tables free and allocate segments of this
/// one size, so the memory that one table frees fits the next that grows. Tables in one allocation
/// would leave holes, which cost 12 bytes per call at 2,000,000 calls.
const SEGMENT_CELLS: usize = 256;

/// A hash table of fingerprints. At most the share [`MAX_LOAD`] of its cells is used.
#[derive(Debug)]
struct FingerprintTable {
    #[expect(clippy::vec_box, reason = "each segment is a piece of memory of its own")]
    segments: Vec<Box<[FingerprintSlot; SEGMENT_CELLS]>>,
    /// The number of cells. The last segment may have more cells than are used.
    cells: usize,
    used: usize,
    first_cells: usize,
}

/// The share of used cells, four fifths, at which a table grows. With growth by a quarter, a call
/// costs 15 to 19 bytes in one table, and 17 on average. Tables that double would cost up to 30.
const MAX_LOAD: (usize, usize) = (4, 5);
/// The factor by which a table grows.
const GROWTH: (usize, usize) = (5, 4);

impl FingerprintTable {
    /// Creates the table with this position among all.
    fn new(nth: usize) -> FingerprintTable {
        let first_cells =
            FIRST_CELLS + nth * FIRST_CELLS * (GROWTH.0 - GROWTH.1) / GROWTH.1 / TABLES;
        FingerprintTable { segments: Vec::new(), cells: 0, used: 0, first_cells }
    }

    /// Returns the first call with an id that the service remembers; stores the call if there is
    /// none.
    fn first(&mut self, print: Fingerprint, hour: ArrivalHour, spread: u64) -> Option<CallBits> {
        if self.used * MAX_LOAD.1 >= self.cells * MAX_LOAD.0 {
            self.grow(spread);
        }
        match self.find(print.id, spread) {
            Ok(at) => {
                let cell = self.cell_mut(at);
                if cell.call.hour().is_forgotten_at(hour) {
                    // in files that are read in another order, an older call replaces no later one
                    if hour.is_after(cell.call.hour()) {
                        cell.call = CallBits::new(print, hour);
                    }
                    return None;
                }
                Some(cell.call)
            }
            Err(at) => {
                let id = [(print.id >> 32) as u32, print.id as u32];
                *self.cell_mut(at) = FingerprintSlot { id, call: CallBits::new(print, hour) };
                self.used += 1;
                None
            }
        }
    }

    /// Returns the cell that contains an id, or as an error the free cell where to store it.
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

/// Returns the cell that a fingerprint selects in a table of `cells` cells. The highest eight bits,
/// which select the table, are not used.
fn place(id: u64, spread: u64, cells: usize) -> usize {
    let bits = (id.wrapping_mul(spread) >> 24) as u32;
    ((u64::from(bits) * cells as u64) >> 32) as usize
}

#[cfg(test)]
mod tests;
