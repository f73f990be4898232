//! The current filter of the log. Two threads of its own find the rows that pass it.
//!
//! ```text
//! screen ── filter() ──▶ Search ◀── claims a block of rows, stores results ─── two threads
//!    ▲ shown(), shown_rows()  │                                                   │ columns, bytes
//!    └────────────────────────┘                                                Engine
//! ```
//!
//! The threads search the rows nearest to those that the screen shows first, and new rows as they
//! arrive. A changed filter cancels the search of the previous one.

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

pub(crate) use crate::engine::search::chunks::Chunks;
pub use crate::engine::search::next_row::NextRow;
pub use crate::engine::search::range_filter::RangeFilter;

use crate::engine::search::search_state::{Again, SearchShared};
use crate::engine::{Engine, What};
use crate::fql::{Filter, RecordField};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use threads::Threads;

/// The progress of a search through the rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SearchProgress {
    /// A number that changes when all earlier results become invalid.
    pub generation: u64,
    /// A number that changes when all rows are searched again because the filter depends on the
    /// time.
    pub rounds: u64,
    /// The number of passing rows so far.
    pub rows: u64,
    /// The number of searched rows.
    pub looked_at: u64,
    /// The number of all rows.
    pub of: u64,
    /// The number of passing rows before the first unsearched row.
    pub known: u64,
}

/// The current filter, the results for its rows, and the threads that search.
pub struct Search {
    shared: Arc<SearchShared>,
    _threads: Threads,
}

impl Search {
    /// Starts the search threads, without a filter.
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

    /// Returns a number that grows with each change of the results.
    pub fn version(&self) -> u64 {
        self.shared.version.load(Ordering::Acquire)
    }

    /// Sets the filter. With `None`, and with a filter that passes everything, all rows pass.
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

    /// Returns the current filter; `None` if all rows pass.
    pub fn filter_in_force(&self) -> Option<Arc<Filter>> {
        self.shared.lock().filter.clone()
    }

    /// Returns the progress of the search.
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
                looked_at: inner.passed.searched(),
                of: rows,
                known: inner.passed.known(),
            },
        }
    }

    /// Returns the rows at these positions among the passing rows, in order. The threads search
    /// near them first from now on.
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

    /// Returns the number of passing rows before a row.
    pub fn place_of(&self, row: u64) -> u64 {
        let inner = self.shared.current();
        match inner.filter {
            None => row.min(self.shared.engine.rows()),
            Some(_) => inner.passed.before(row),
        }
    }

    /// Returns the nearest row strictly after (or before) `from` that passes and is of the kind
    /// `what`. Stops after some milliseconds and returns where to continue.
    pub fn find(&self, from: u64, forward: bool, what: &What) -> NextRow {
        crate::engine::search::next_row::find(&self.shared, from, forward, what)
    }
}

/// Returns true if a filter depends on the user's marks.
fn asks_marks(filter: &Filter) -> bool {
    let plan = filter.plan();
    plan.leaves().iter().any(|leaf| leaf.asks().records.contains(&RecordField::Marked))
}
