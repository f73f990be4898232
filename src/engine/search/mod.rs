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

mod absent_text;
mod byte_search;
pub(crate) mod call_columns;
mod chunks;
mod count_matches;
pub(crate) mod filter_event;
pub(crate) mod indexed_row;
mod json_field;
mod next_row;
mod range_filter;
pub(crate) mod recorded_names;
mod row_matcher;
mod search_state;
mod threads;

pub use crate::engine::search::next_row::NextRow;
pub use crate::engine::search::range_filter::RangeFilter;

use crate::engine::search::search_state::{Again, SearchShared};
use crate::engine::{Engine, What};
use crate::fql::{Filter, RecordField};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use threads::Threads;

/// How far looking through the rows has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SearchProgress {
    /// Another number: the rows that are shown are others than before.
    pub generation: u64,
    /// Another number: rows are looked at again, because what passes changes with the time.
    pub rounds: u64,
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

impl Search {
    /// Without a filter.
    pub fn new(engine: Arc<Engine>) -> Search {
        let shared = Arc::new(SearchShared {
            engine,
            inner: Mutex::default(),
            counts: Mutex::default(),
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
                rounds: inner.rounds,
                rows,
                looked_at: rows,
                of: rows,
                known: rows,
            },
            Some(_) => SearchProgress {
                generation: inner.generation,
                rounds: inner.rounds,
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
