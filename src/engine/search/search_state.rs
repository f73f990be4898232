//! The state that a search and its threads share.

use crate::engine::Engine;
use crate::engine::counts::FilteredCounts;
use crate::engine::index::{MatchBitmap, Nearest};
use crate::fql::Filter;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The minimum interval between two searches of all rows, for a filter that depends on the time.
pub(crate) const MIN_REPEAT_INTERVAL: Duration = Duration::from_secs(1);

/// The minimum interval as a multiple of the duration of the last search, so that searching again
/// uses at most about a tenth of the time.
pub(crate) const MIN_REPEAT_FACTOR: u32 = 10;

/// The shared state with its locks and signals.
pub(crate) struct SearchShared {
    pub(crate) engine: Arc<Engine>,
    pub(crate) inner: Mutex<SearchState>,
    /// Counts of the calls that pass, empty until a view asks for them. Lock this before `inner`.
    pub(crate) counts: Mutex<FilteredCounts>,
    /// Wakes the search threads when there are rows to search or count, or when they have to end.
    pub(crate) wake: Condvar,
    pub(crate) version: AtomicU64,
    /// The generation of `inner`, readable without the lock. A thread stops when its own is older.
    pub(crate) generation: AtomicU64,
}

/// The current filter and its results.
#[derive(Default)]
pub(crate) struct SearchState {
    pub(crate) filter: Option<Arc<Filter>>,
    pub(crate) generation: u64,
    /// The epoch of the index that contains the rows.
    pub(crate) epoch: u64,
    /// True if the filter depends on the user's marks.
    pub(crate) asks_marks: bool,
    /// The number of changes of marks and notes for which the results are valid.
    remarks: u64,
    pub(crate) passed: MatchBitmap,
    /// The row near which rows are searched first; `None` for the newest rows.
    pub(crate) focus: Option<u64>,
    /// The time at which the search began; `None` once all rows were searched.
    pub(crate) began: Option<Instant>,
    /// The repeated searches of a filter that depends on the time.
    pub(crate) again: Option<Again>,
    /// The number of repeated searches.
    pub(crate) rounds: u64,
    /// True if the passing calls have to be counted.
    pub(crate) counts: bool,
    /// The progress of counting: generation, round, and the first row that is not counted.
    pub(crate) counted: (u64, u64, u64),
    pub(crate) ended: bool,
}

/// The times of the repeated searches of a filter that depends on the time.
pub(crate) struct Again {
    /// The time at which the latest search of all rows began.
    began: Instant,
    /// The time at which the next one begins; `None` while one runs.
    next: Option<Instant>,
}

impl Again {
    pub(crate) fn begin() -> Again {
        Again { began: Instant::now(), next: None }
    }
}

impl SearchState {
    /// Logs the duration of the search, the first time that all rows were searched.
    pub(crate) fn log_end(&mut self) {
        let (rows, passed) = (self.passed.rows(), self.passed.passed());
        if self.passed.searched() < rows {
            return;
        }
        if let Some(began) = self.began.take() {
            let took_us = began.elapsed().as_micros() as u64;
            tracing::debug!(rows, passed, took_us, "a filter searched all rows");
        }
    }

    /// Plans the next search of all rows, or starts it if its time has come. A search thread calls
    /// this when it has no other work.
    pub(crate) fn look_again(&mut self) {
        let Some(again) = &mut self.again else { return };
        match again.next {
            None => {
                again.next = Some(
                    Instant::now()
                        + MIN_REPEAT_INTERVAL.max(again.began.elapsed() * MIN_REPEAT_FACTOR),
                )
            }
            Some(next) if next <= Instant::now() => {
                *again = Again::begin();
                self.rounds += 1;
                self.passed.look_again();
            }
            Some(_) => {}
        }
    }
}

impl SearchShared {
    pub(crate) fn lock(&self) -> MutexGuard<'_, SearchState> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locks the state and updates it for the rows that exist now.
    pub(crate) fn current(&self) -> MutexGuard<'_, SearchState> {
        let mut inner = self.lock();
        self.refresh(&mut inner);
        inner
    }

    /// Updates the state for the rows that exist now. Discards all results if the index is a
    /// different one, or if marks changed on which the filter depends.
    pub(crate) fn refresh(&self, inner: &mut SearchState) {
        let (epoch, rows, remarks) = self.engine.extent();
        let marked = inner.asks_marks && inner.remarks != remarks;
        inner.remarks = remarks;
        if inner.epoch != epoch || marked {
            inner.epoch = epoch;
            self.begin_again(inner);
        }
        if inner.filter.is_some() {
            inner.passed.grow(rows);
        }
    }

    /// Discards all results and starts a new generation.
    pub(crate) fn begin_again(&self, inner: &mut SearchState) {
        inner.passed = MatchBitmap::default();
        inner.began = inner.filter.is_some().then(Instant::now);
        inner.generation += 1;
        self.generation.store(inner.generation, Ordering::Release);
        self.changed();
    }

    pub(crate) fn changed(&self) {
        self.version.fetch_add(1, Ordering::Release);
    }

    /// Returns the nearest passing rows, at most `max_rows` of them, and why there are not more.
    /// Without a filter, returns the next rows.
    pub(crate) fn nearest(&self, from: u64, forward: bool, max_rows: u64) -> (Vec<u64>, Nearest) {
        let mut inner = self.current();
        if inner.filter.is_none() {
            let rows = self.engine.rows();
            let found: Vec<u64> = match forward {
                true => {
                    (from.saturating_add(1)..rows.min(from.saturating_add(1 + max_rows))).collect()
                }
                false => (from.saturating_sub(max_rows)..from.min(rows)).rev().collect(),
            };
            return (found, Nearest::None);
        }
        let mut found = Vec::new();
        let mut at = from;
        loop {
            match inner.passed.next(at, forward) {
                Nearest::Row(row) if (found.len() as u64) < max_rows => {
                    found.push(row);
                    at = row;
                }
                Nearest::Unsearched(row) => {
                    inner.focus = Some(row);
                    self.wake.notify_all();
                    return (found, Nearest::Unsearched(row));
                }
                end => return (found, end),
            }
        }
    }
}
