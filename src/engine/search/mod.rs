//! A filter in force over the log: which rows pass it, found by threads of its own.
//!
//! ```text
//! screen ── filter() ──▶ Search ◀── claims a block of rows, says which pass ── two threads
//!    ▲ shown(), shown_rows()  │                                                   │ columns, bytes
//!    └────────────────────────┘                                                Engine
//! ```
//!
//! The rows nearest to those that the screen shows are looked at first, new ones as they come. A
//! changed filter cancels what is under way.

mod byte_search;
pub(crate) mod call_columns;
mod chunks;
mod filter_event;
mod indexed_row;
mod json_field;
mod next_row;
mod range_filter;
pub(crate) mod recorded_names;
mod row_matcher;
mod threads;

pub use crate::engine::search::next_row::NextRow;
pub use crate::engine::search::range_filter::RangeFilter;

use crate::engine::index::{MatchBitmap, Nearest};
use crate::engine::{Engine, What};
use crate::fql::{Filter, RecordField};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use threads::Threads;

/// How far looking through the rows has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SearchProgress {
    /// Another number: the rows that are shown are others than before.
    pub generation: u64,
    /// How many rows pass so far.
    pub rows: u64,
    /// How many rows were looked at.
    pub looked_at: u64,
    /// How many there are.
    pub of: u64,
    /// How many of those that pass stand before the first that was not looked at.
    pub known: u64,
}

/// The filter in force, and what passes it.
pub struct Search {
    shared: Arc<SearchShared>,
    _threads: Threads,
}

struct SearchShared {
    engine: Arc<Engine>,
    inner: Mutex<SearchState>,
    /// Told when there is something to look at or to end for.
    wake: Condvar,
    version: AtomicU64,
    /// The same as in `inner`, to be read without the lock: whose work is out of date ends.
    generation: AtomicU64,
}

#[derive(Default)]
struct SearchState {
    filter: Option<Arc<Filter>>,
    generation: u64,
    /// Which index the rows are of.
    epoch: u64,
    /// Whether marks decide what passes, and how often they had changed.
    asks_marks: bool,
    remarks: u64,
    passed: MatchBitmap,
    /// The row around which is looked first; none: the newest.
    focus: Option<u64>,
    /// For a filter that asks for the time: when all is looked at again.
    again: Option<Again>,
    ended: bool,
}

/// What passes changes with the time.
struct Again {
    /// When looking began.
    began: Instant,
    /// When it begins again; none while it goes on.
    next: Option<Instant>,
}

impl Again {
    fn begin() -> Again {
        Again { began: Instant::now(), next: None }
    }
}

/// So long is waited at least before all is looked at again…
const AGAIN: Duration = Duration::from_secs(1);
/// …and so many times as long as looking took.
const AGAIN_TIMES: u32 = 10;

impl SearchState {
    /// Lets all be looked at again if the time for that has come.
    fn look_again(&mut self) {
        let Some(again) = &mut self.again else { return };
        match again.next {
            None => {
                again.next = Some(Instant::now() + AGAIN.max(again.began.elapsed() * AGAIN_TIMES))
            }
            Some(next) if next <= Instant::now() => {
                *again = Again::begin();
                self.passed.look_again();
            }
            Some(_) => {}
        }
    }
}

impl Search {
    /// Without a filter.
    pub fn new(engine: Arc<Engine>) -> Search {
        let shared = Arc::new(SearchShared {
            engine,
            inner: Mutex::default(),
            wake: Condvar::new(),
            version: AtomicU64::new(0),
            generation: AtomicU64::new(0),
        });
        Search { _threads: Threads::new(Arc::clone(&shared)), shared }
    }

    /// A number that grows with each change of what passes.
    pub fn version(&self) -> u64 {
        self.shared.version.load(Ordering::Acquire)
    }

    /// Puts a filter in force; none, or one that lets everything through: all rows.
    pub fn filter(&self, filter: Option<Arc<Filter>>) {
        let filter = filter.filter(|filter| !filter.is_all());
        let mut inner = self.shared.lock();
        if inner.filter == filter {
            return;
        }
        inner.asks_marks = filter.as_ref().is_some_and(|filter| asks_marks(filter));
        let clock = filter.as_ref().is_some_and(|filter| filter.needs(|_| true).clock);
        inner.again = clock.then(Again::begin);
        inner.filter = filter;
        inner.focus = None;
        self.shared.begin_again(&mut inner);
        self.shared.wake.notify_all();
    }

    /// The filter in force; none: all rows pass.
    pub fn filter_in_force(&self) -> Option<Arc<Filter>> {
        self.shared.lock().filter.clone()
    }

    /// How far it has come.
    pub fn shown(&self) -> SearchProgress {
        let inner = self.shared.current();
        let rows = match inner.filter {
            None => self.shared.engine.rows(),
            Some(_) => inner.passed.rows(),
        };
        match inner.filter {
            None => SearchProgress {
                generation: inner.generation,
                rows,
                looked_at: rows,
                of: rows,
                known: rows,
            },
            Some(_) => SearchProgress {
                generation: inner.generation,
                rows: inner.passed.passed(),
                looked_at: inner.passed.looked(),
                of: rows,
                known: inner.passed.known(),
            },
        }
    }

    /// The rows at these places among those that pass, in order. What stands there is looked at
    /// first from now on.
    pub fn shown_rows(&self, places: Range<u64>) -> Vec<u64> {
        let mut inner = self.shared.current();
        if inner.filter.is_none() {
            return (places.start..places.end.min(self.shared.engine.rows())).collect();
        }
        let rows = inner.passed.places(places.clone());
        let at_end = places.end >= inner.passed.passed();
        inner.focus = rows.last().copied().filter(|_| !at_end);
        rows
    }

    /// How many rows that pass stand before a row.
    pub fn place_of(&self, row: u64) -> u64 {
        let inner = self.shared.current();
        match inner.filter {
            None => row.min(self.shared.engine.rows()),
            Some(_) => inner.passed.before(row),
        }
    }

    /// The nearest row strictly after (or before) `from` that passes and is what is looked for. It
    /// gives up after some milliseconds and says where to go on.
    pub fn find(&self, from: u64, forward: bool, what: &What) -> NextRow {
        crate::engine::search::next_row::find(&self.shared, from, forward, what)
    }
}

fn asks_marks(filter: &Filter) -> bool {
    let plan = filter.plan();
    plan.leaves().iter().any(|leaf| leaf.asks().records.contains(&RecordField::Marked))
}

impl SearchShared {
    fn lock(&self) -> MutexGuard<'_, SearchState> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of the rows that are there now.
    fn current(&self) -> MutexGuard<'_, SearchState> {
        let mut inner = self.lock();
        self.refresh(&mut inner);
        inner
    }

    fn refresh(&self, inner: &mut SearchState) {
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

    fn begin_again(&self, inner: &mut SearchState) {
        inner.passed = MatchBitmap::default();
        inner.generation += 1;
        self.generation.store(inner.generation, Ordering::Release);
        self.changed();
    }

    fn changed(&self) {
        self.version.fetch_add(1, Ordering::Release);
    }

    /// The nearest rows that pass, a few of them; without a filter the next ones.
    fn nearest(&self, from: u64, forward: bool, most: u64) -> (Vec<u64>, Nearest) {
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
