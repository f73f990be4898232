//! The calls of a recording that CMD has sent.

use crate::call::Seq;
use crate::cli::doubts;
use crate::cli::failure::Failure;
use crate::engine::{Engine, RangeFilter};
use crate::fql::Filter;

/// The end of a recording before CMD started.
pub struct Start {
    /// The next row.
    row: u64,
    /// The number of the next call.
    first: Seq,
    clears: u64,
    /// The number of calls before the last clear of everything.
    base: u64,
    requests: u64,
}

/// The calls that CMD has sent.
pub struct SentCalls {
    /// The rows that the filter selects; without a filter also those of requests without a call.
    pub rows: Vec<u64>,
    /// The number of calls that were cleared since.
    pub cleared: u64,
    /// True if no request arrived.
    pub is_nothing: bool,
}

impl Start {
    /// Returns the current end of the recording.
    pub fn new(engine: &Engine) -> Start {
        let row = engine.rows();
        Start {
            row,
            first: Seq(engine.seq_before(row) + 1),
            clears: engine.clears(),
            base: engine.base(),
            requests: engine.stats().requests,
        }
    }

    /// Returns the calls that arrived since then and are still in the log.
    pub fn sent(&self, engine: &Engine, filter: &Filter) -> Result<SentCalls, Failure> {
        let is_cleared = engine.clears() != self.clears;
        // a clear moves rows to other places
        let from = match (is_cleared, engine.base() == self.base) {
            (false, _) => self.row,
            (true, true) => engine.row_of(self.first),
            (true, false) => 0,
        };
        let all = from..engine.rows();
        let cleared = match is_cleared {
            false => 0,
            true => {
                let came = engine.seq_before(all.end) + 1 - self.first.0;
                let left = all.clone().filter(|row| !engine.is_no_call(*row)).count() as u64;
                came.saturating_sub(left)
            }
        };
        let is_nothing = !is_cleared && engine.stats().requests == self.requests;
        let rows = match filter.is_all() {
            true => all.collect(),
            false => {
                let rows = RangeFilter::new(filter.clone()).calls(engine, all.clone());
                let rows = rows.map_err(Failure::wrong)?;
                if rows.is_empty() && !is_nothing {
                    doubts::tell(filter, engine, all).map_err(Failure::wrong)?;
                }
                rows
            }
        };
        Ok(SentCalls { rows, cleared, is_nothing })
    }
}
