//! Counts the calls that pass a filter. The search threads do this between searching rows.

use crate::engine::counts::{CountProgress, FilteredCounts};
use crate::engine::search::Search;
use crate::engine::search::search_state::{SearchShared, SearchState};
use std::sync::{MutexGuard, PoisonError};

/// The maximum number of rows that are counted at a time. That takes some milliseconds, for which a
/// view that reads the counts has to wait.
const MAX_COUNTED_ROWS: u64 = 8_192;

impl SearchState {
    /// Returns true if there are searched rows that are not counted. Rows are counted in order, so
    /// those after an unsearched row have to wait.
    pub(crate) fn has_to_count(&self) -> bool {
        let now = self.countable();
        let (generation, round, end) = now;
        // all rows are being searched again: the old counts stay until that is done
        let waits =
            self.counted.0 == generation && self.counted.1 != round && end < self.passed.rows();
        self.counts && self.counted != now && !waits
    }

    /// Returns how far rows could be counted now: the generation, the round, and the first row that
    /// has to be searched.
    fn countable(&self) -> (u64, u64, u64) {
        (self.generation, self.rounds, self.passed.searched_without_gap())
    }
}

impl SearchShared {
    pub(crate) fn lock_counts(&self) -> MutexGuard<'_, FilteredCounts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the search threads count from now on.
    fn ask_for_counts(&self, inner: &mut SearchState) {
        if !std::mem::replace(&mut inner.counts, true) {
            self.wake.notify_all();
        }
    }

    /// Counts some of the searched rows.
    pub(crate) fn count_some(&self) {
        let mut counts = self.lock_counts();
        let mut inner = self.lock();
        let (generation, round, end) = inner.countable();
        if (counts.generation, counts.round) != (generation, round) {
            *counts = FilteredCounts::begin(generation, round);
        }
        let (rows, next_row) = inner.passed.passing_from(counts.next_row, MAX_COUNTED_ROWS);
        counts.next_row = next_row;
        inner.counted = (generation, round, next_row.min(end));
        drop(inner);
        counts.add(&self.engine, &rows);
        drop(counts);
        self.changed();
    }
}

impl Search {
    /// Passes the counts of the calls that pass the current filter to `read`; `None` without a
    /// filter, when all calls pass. The threads begin to count when this is first called.
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

    /// Returns the progress of counting; `None` without a filter. The threads begin to count when
    /// this is first called.
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
