//! What a search and its threads share.

use crate::engine::Engine;
use crate::engine::counts::FilteredCounts;
use crate::engine::index::{MatchBitmap, Nearest};
use crate::fql::Filter;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The shortest pause before all rows are searched again…
pub(crate) const AGAIN: Duration = Duration::from_secs(1);

/// …and the multiple of the last search's duration that the pause has at least.
pub(crate) const AGAIN_TIMES: u32 = 10;

pub(crate) struct SearchShared {
    pub(crate) engine: Arc<Engine>,
    pub(crate) inner: Mutex<SearchState>,
    /// Counts of the calls that pass, empty until a view asks for them. Lock this before `inner`.
    pub(crate) counts: Mutex<FilteredCounts>,
    /// Told when there is something to look at or to end for.
    pub(crate) wake: Condvar,
    pub(crate) version: AtomicU64,
    /// The generation of `inner`, readable without the lock. A thread stops when its own is older.
    pub(crate) generation: AtomicU64,
}

#[derive(Default)]
pub(crate) struct SearchState {
    pub(crate) filter: Option<Arc<Filter>>,
    pub(crate) generation: u64,
    /// Which index the rows are of.
    pub(crate) epoch: u64,
    /// Whether marks decide what passes, and how often they had changed.
    pub(crate) asks_marks: bool,
    remarks: u64,
    pub(crate) passed: MatchBitmap,
    /// The row around which is looked first; none: the newest.
    pub(crate) focus: Option<u64>,
    /// When looking through all rows began; none once all were looked at.
    pub(crate) began: Option<Instant>,
    /// For a filter that asks for the time: when all is looked at again.
    pub(crate) again: Option<Again>,
    /// How often that was.
    pub(crate) rounds: u64,
    /// The calls that pass are to be counted.
    pub(crate) counts: bool,
    /// How far counting has come: generation, round, and the first row that is not counted.
    pub(crate) counted: (u64, u64, u64),
    pub(crate) ended: bool,
}

/// What passes changes with the time.
pub(crate) struct Again {
    /// When looking began.
    began: Instant,
    /// When it begins again; none while it goes on.
    next: Option<Instant>,
}

impl Again {
    pub(crate) fn begin() -> Again {
        Again { began: Instant::now(), next: None }
    }
}

impl SearchState {
    /// Logs how long looking through all rows took, the first time that all were looked at.
    pub(crate) fn log_end(&mut self) {
        let (rows, passed) = (self.passed.rows(), self.passed.passed());
        if self.passed.looked() < rows {
            return;
        }
        if let Some(began) = self.began.take() {
            let took_us = began.elapsed().as_micros() as u64;
            tracing::debug!(rows, passed, took_us, "a filter looked at all rows");
        }
    }

    /// Lets all be looked at again if the time for that has come.
    pub(crate) fn look_again(&mut self) {
        let Some(again) = &mut self.again else { return };
        match again.next {
            None => {
                again.next = Some(Instant::now() + AGAIN.max(again.began.elapsed() * AGAIN_TIMES))
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

    /// The nearest rows that pass, a few of them; without a filter the next ones.
    pub(crate) fn nearest(&self, from: u64, forward: bool, most: u64) -> (Vec<u64>, Nearest) {
        let mut inner = self.current();
        if inner.filter.is_none() {
            let rows = self.engine.rows();
            let found: Vec<u64> = match forward {
                true => (from.saturating_add(1)..rows.min(from.saturating_add(1 + most))).collect(),
                false => (from.saturating_sub(most)..from.min(rows)).rev().collect(),
            };
            return (found, Nearest::None);
        }
        let mut found = Vec::new();
        let mut at = from;
        loop {
            match inner.passed.next(at, forward) {
                Nearest::Row(row) if (found.len() as u64) < most => {
                    found.push(row);
                    at = row;
                }
                Nearest::Unlooked(row) => {
                    inner.focus = Some(row);
                    self.wake.notify_all();
                    return (found, Nearest::Unlooked(row));
                }
                end => return (found, end),
            }
        }
    }
}
