//! Counting the calls that pass a filter, by the threads that looked at their rows.

use crate::engine::counts::{CountProgress, FilteredCounts};
use crate::engine::search::Search;
use crate::engine::search::search_state::{SearchShared, SearchState};
use std::sync::{MutexGuard, PoisonError};

/// Rows that are counted at a time. It takes some milliseconds, and a view that asks waits for it.
const COUNTED_ROWS: u64 = 8_192;

impl SearchState {
    /// Whether there are rows that were looked at and are not counted. Counting goes on from the first
    /// row, so it waits for the rows that were not looked at.
    pub(crate) fn has_to_count(&self) -> bool {
        let now = self.countable();
        let (generation, round, end) = now;
        // all rows are being looked at again: what was counted stands until that is done
        let waits =
            self.counted.0 == generation && self.counted.1 != round && end < self.passed.rows();
        self.counts && self.counted != now && !waits
    }

    /// What could be counted now: the generation and round, and the first row that was not looked at.
    fn countable(&self) -> (u64, u64, u64) {
        (self.generation, self.rounds, self.passed.looked_without_gap())
    }
}

impl SearchShared {
    pub(crate) fn lock_counts(&self) -> MutexGuard<'_, FilteredCounts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask_for_counts(&self, inner: &mut SearchState) {
        if !std::mem::replace(&mut inner.counts, true) {
            self.wake.notify_all();
        }
    }

    /// Counts some rows that were looked at.
    pub(crate) fn count_some(&self) {
        let mut counts = self.lock_counts();
        let mut inner = self.lock();
        let (generation, round, end) = inner.countable();
        if (counts.generation, counts.round) != (generation, round) {
            *counts = FilteredCounts::begin(generation, round);
        }
        let (rows, next_row) = inner.passed.passing_from(counts.next_row, COUNTED_ROWS);
        counts.next_row = next_row;
        inner.counted = (generation, round, next_row.min(end));
        drop(inner);
        counts.add(&self.engine, &rows);
        drop(counts);
        self.changed();
    }
}

impl Search {
    /// Reads the counts of the calls that pass the filter in force; none without a filter, when all
    /// calls pass. They are counted from the first time on that this is called.
    pub fn with_counts<R>(&self, read: impl FnOnce(Option<&FilteredCounts>) -> R) -> R {
        let mut counts = self.shared.lock_counts();
        let mut inner = self.shared.current();
        if inner.filter.is_none() {
            inner.counts = false;
            drop(inner);
            if counts.next_row > 0 {
                *counts = FilteredCounts::default();
            }
            drop(counts);
            return read(None);
        }
        self.shared.ask_for_counts(&mut inner);
        let generation = inner.generation;
        drop(inner);
        if counts.generation == generation {
            return read(Some(&counts));
        }
        drop(counts);
        read(Some(&FilteredCounts::begin(generation, 0)))
    }

    /// How far counting them has come; none without a filter. They are counted from now on.
    pub fn counted(&self) -> Option<CountProgress> {
        let counts = self.shared.lock_counts();
        let mut inner = self.shared.current();
        inner.filter.as_ref()?;
        self.shared.ask_for_counts(&mut inner);
        let rows = inner.passed.rows();
        Some(match counts.generation == inner.generation {
            true => CountProgress { calls: counts.calls, counted_rows: counts.next_row, rows },
            false => CountProgress { rows, ..CountProgress::default() },
        })
    }
}
