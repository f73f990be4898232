//! Calls counted by what the aggregates tell apart: one cell for all that are alike. Everything that
//! a view groups by (event, finding, library, version, write key) follows from a cell's key, so
//! a call costs one look-up, however many views there are.

use crate::call::CallType;
use crate::call::time::Millis;
use crate::engine::index::{HasId, SetId, ShapeId, TextId};
use hashbrown::HashMap;

/// What the calls of one cell have in common.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct CellKey {
    /// The name of an event, a page or a screen; other calls have none.
    pub event: TextId,
    /// What was found.
    pub set: SetId,
    /// Type, library, versions, write key.
    pub shape: ShapeId,
    /// Whether a vendor in use found an account id, and a user id.
    pub has: [HasId; 2],
}

impl CellKey {
    /// The cell of a call, of which the log shows this name, and in which these ids were found,
    /// account and user.
    pub fn of(
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

/// How many calls, and when.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Calls, without repeats.
    pub calls: u64,
    /// Calls whose `messageId` came before.
    pub repeats: u64,
    /// The place of the first of them among the calls.
    pub first: u64,
    /// The place of the last.
    pub last: u64,
    /// How many came in the latest minutes, repeats too.
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

    /// Counts the calls of another cell too.
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

/// So many minutes are told apart.
pub const TREND_MINUTES: usize = 16;
const MINUTE_MS: Millis = 60_000;

/// Counts of the latest minutes, by the clock of arrival.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Trend {
    /// The latest minute.
    minute: Millis,
    /// The count of a minute stands at its number modulo the length.
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
        // what is older than all that is told apart is not counted here
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

    /// The counts up to the minute of a moment, the oldest first.
    pub fn until(&self, at: Millis) -> [u32; TREND_MINUTES] {
        let (end, length) = (at.div_euclid(MINUTE_MS), TREND_MINUTES as Millis);
        std::array::from_fn(|nth| {
            let minute = end - (length - 1) + nth as Millis;
            let known = minute <= self.minute && self.minute - minute < length;
            if known { self.counts[minute.rem_euclid(length) as usize] } else { 0 }
        })
    }
}

/// So many cells are kept in full…
const MOST: usize = 50_000;
/// …and so many more that tell only findings apart. What comes then counts as other.
const MOST_COARSE: usize = 60_000;

/// All cells.
#[derive(Debug, Default)]
pub struct Cube {
    cells: Vec<(CellKey, Count)>,
    places: HashMap<CellKey, u32>,
    /// Calls mostly come as the one before.
    last: Option<(CellKey, u32)>,
    other: Count,
}

impl Cube {
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

    fn place(&mut self, key: CellKey) -> Option<u32> {
        if let Some(place) = self.places.get(&key) {
            return Some(*place);
        }
        if self.cells.len() < MOST {
            return Some(self.open(key));
        }
        let coarse = CellKey { event: TextId::UNKEPT, shape: ShapeId(0), ..key };
        match self.places.get(&coarse) {
            Some(place) => Some(*place),
            None if self.cells.len() < MOST_COARSE => Some(self.open(coarse)),
            None => None,
        }
    }

    fn open(&mut self, key: CellKey) -> u32 {
        let place = self.cells.len() as u32;
        self.cells.push((key, Count::default()));
        self.places.insert(key, place);
        place
    }

    /// The cells.
    pub fn cells(&self) -> &[(CellKey, Count)] {
        &self.cells
    }

    /// What no cell counts.
    pub fn other(&self) -> &Count {
        &self.other
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn past_the_bounds_less_is_told_apart_but_everything_is_counted() {
        let mut cube = Cube::default();
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
        assert_eq!(cube.cells().len(), MOST_COARSE);
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
