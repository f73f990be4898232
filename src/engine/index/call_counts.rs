//! Counts of calls in cells: calls that no view distinguishes share one cell. Everything that a
//! view groups by (event, finding, library, version, write key) follows from a cell's key, so
//! counting a call costs one look-up, however many views there are.

use crate::call::CallType;
use crate::call::time::Millis;
use crate::engine::index::{HasId, SetId, ShapeId, TextId};
use hashbrown::HashMap;

/// The properties that the calls of one cell have in common.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct CellKey {
    /// The name of the event, page or screen; [`TextId::NONE`] for other calls.
    pub event: TextId,
    /// The set of finding codes.
    pub set: SetId,
    /// The type, library, versions and write key.
    pub shape: ShapeId,
    /// The state of the account id and of the user id of the call.
    pub has: [HasId; 2],
}

impl CellKey {
    /// Creates the key for a call. `name` is its name in the log; `has` is the state of its account
    /// id and of its user id.
    pub fn new(
        kind: Option<CallType>,
        name: TextId,
        set: SetId,
        shape: ShapeId,
        has: [HasId; 2],
    ) -> CellKey {
        let event = match kind {
            Some(CallType::Identify | CallType::Group | CallType::Alias) => TextId::NONE,
            _ => name,
        };
        CellKey { event, set, shape, has }
    }
}

/// The number of calls of a cell, and when they arrived.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// The number of calls, without repeats.
    pub calls: u64,
    /// The number of calls whose `messageId` came before.
    pub repeats: u64,
    /// The position of the first one among all calls, repeats included.
    pub first: u64,
    /// The position of the last one.
    pub last: u64,
    /// The number in each of the latest minutes, repeats included.
    pub trend: Trend,
}

impl Count {
    /// Counts a call.
    pub fn add(&mut self, call: u64, repeat: bool, at: Millis) {
        if self.calls + self.repeats == 0 {
            self.first = call;
        }
        self.last = call;
        self.repeats += u64::from(repeat);
        self.calls += u64::from(!repeat);
        self.trend.add(at, 1);
    }

    /// Adds the calls of another cell.
    pub fn merge(&mut self, other: &Count) {
        if other.calls + other.repeats == 0 {
            return;
        }
        let none = self.calls + self.repeats == 0;
        self.first = if none { other.first } else { self.first.min(other.first) };
        self.last = self.last.max(other.last);
        self.calls += other.calls;
        self.repeats += other.repeats;
        self.trend.merge(&other.trend);
    }
}

/// The number of minutes in a trend.
pub const TREND_MINUTES: usize = 16;
const MINUTE_MS: Millis = 60_000;

/// The numbers of calls in each of the latest minutes, by time of arrival.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Trend {
    /// The latest minute.
    minute: Millis,
    /// A ring: the count of a minute is at the minute's number modulo the length.
    counts: [u32; TREND_MINUTES],
}

impl Trend {
    fn add(&mut self, at: Millis, count: u32) {
        self.add_minute(at.div_euclid(MINUTE_MS), count);
    }

    fn add_minute(&mut self, minute: Millis, count: u32) {
        let length = TREND_MINUTES as Millis;
        if self.counts == [0; TREND_MINUTES] {
            self.minute = minute;
        }
        if minute > self.minute {
            for passed in 1..=(minute - self.minute).min(length) {
                self.counts[(self.minute + passed).rem_euclid(length) as usize] = 0;
            }
            self.minute = minute;
        }
        // calls that are older than the trend are not counted in it
        if self.minute - minute < length {
            let slot = &mut self.counts[minute.rem_euclid(length) as usize];
            *slot = slot.saturating_add(count);
        }
    }

    fn merge(&mut self, other: &Trend) {
        for back in 0..TREND_MINUTES as Millis {
            let minute = other.minute - back;
            let count = other.counts[minute.rem_euclid(TREND_MINUTES as Millis) as usize];
            if count > 0 {
                self.add_minute(minute, count);
            }
        }
    }

    /// Returns the counts of the minutes that end with the minute of `at`, the oldest first.
    pub fn until(&self, at: Millis) -> [u32; TREND_MINUTES] {
        let (end, length) = (at.div_euclid(MINUTE_MS), TREND_MINUTES as Millis);
        std::array::from_fn(|nth| {
            let minute = end - (length - 1) + nth as Millis;
            let known = minute <= self.minute && self.minute - minute < length;
            if known { self.counts[minute.rem_euclid(length) as usize] } else { 0 }
        })
    }
}

/// The maximum number of cells with a full key.
const MAX_CELLS: usize = 50_000;
/// The maximum number of all cells: those above [`MAX_CELLS`] are coarse, without event and shape.
/// Calls that fit no cell then are counted as other.
const MAX_CELLS_WITH_COARSE: usize = 60_000;

/// The counts of all calls of a recording, by cell.
#[derive(Debug, Default)]
pub struct CallCounts {
    cells: Vec<(CellKey, Count)>,
    places: HashMap<CellKey, u32>,
    /// The cell of the last counted call. Most calls belong to the cell of the call before.
    last: Option<(CellKey, u32)>,
    other: Count,
}

impl CallCounts {
    /// Counts a call.
    pub fn add(&mut self, key: CellKey, call: u64, repeat: bool, at: Millis) {
        let place = match self.last {
            Some((last, place)) if last == key => Some(place),
            _ => self.place(key),
        };
        match place {
            Some(place) => {
                self.last = Some((key, place));
                self.cells[place as usize].1.add(call, repeat, at);
            }
            None => self.other.add(call, repeat, at),
        }
    }

    /// Returns the position of the cell for a key, and adds the cell if there is space.
    fn place(&mut self, key: CellKey) -> Option<u32> {
        if let Some(place) = self.places.get(&key) {
            return Some(*place);
        }
        if self.cells.len() < MAX_CELLS {
            return Some(self.open(key));
        }
        let coarse = CellKey { event: TextId::UNKEPT, shape: ShapeId(0), ..key };
        match self.places.get(&coarse) {
            Some(place) => Some(*place),
            None if self.cells.len() < MAX_CELLS_WITH_COARSE => Some(self.open(coarse)),
            None => None,
        }
    }

    fn open(&mut self, key: CellKey) -> u32 {
        let place = self.cells.len() as u32;
        self.cells.push((key, Count::default()));
        self.places.insert(key, place);
        place
    }

    /// Returns all cells, in the order of their first calls.
    pub fn cells(&self) -> &[(CellKey, Count)] {
        &self.cells
    }

    /// Returns the count of calls that fit no cell.
    pub fn other(&self) -> &Count {
        &self.other
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn counts_every_call_in_coarser_cells_beyond_the_limits() {
        let mut cube = CallCounts::default();
        let calls = 200_000_u64;
        for call in 0..calls {
            let set = SetId((call % 20_000) as u32);
            let key = CellKey { set, shape: ShapeId((call % 65_000) as u16), ..CellKey::default() };
            cube.add(key, call, call.is_multiple_of(5), 0);
        }
        let mut all = *cube.other();
        cube.cells().iter().for_each(|(_, count)| all.merge(count));
        assert_eq!((all.calls, all.repeats), (160_000, 40_000));
        assert_eq!((all.first, all.last), (0, calls - 1));
        assert_eq!(cube.cells().len(), MAX_CELLS_WITH_COARSE);
        assert!(cube.other().calls > 0);
    }

    proptest! {
        #[test]
        fn a_trend_is_the_counts_of_the_minutes(
            times in prop::collection::vec(0..40_i64, 0..60),
            cut in 0..60_usize,
        ) {
            let count = |times: &[i64]| {
                let mut trend = Trend::default();
                times.iter().for_each(|minute| trend.add(minute * MINUTE_MS + 7, 1));
                trend
            };
            let (first, second) = times.split_at(cut.min(times.len()));
            let mut merged = count(first);
            merged.merge(&count(second));
            let latest = times.iter().max().copied().unwrap_or(0);
            let wanted: Vec<u32> = (0..TREND_MINUTES as i64)
                .map(|nth| latest - 15 + nth)
                .map(|minute| times.iter().filter(|at| **at == minute).count() as u32)
                .collect();
            prop_assert_eq!(merged.until(latest * MINUTE_MS).to_vec(), wanted);
            let later = count(&times).until((latest + 3) * MINUTE_MS);
            prop_assert_eq!(&later[13..], &[0, 0, 0]);
        }
    }
}
