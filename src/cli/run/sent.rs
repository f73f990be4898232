//! Which calls of a recording CMD has sent.

use crate::call::Seq;
use crate::cli::doubts;
use crate::cli::failure::Failure;
use crate::engine::{Engine, RangeFilter};
use crate::fql::Filter;

/// Where a recording stood before CMD began.
pub struct Start {
    /// The next row.
    row: u64,
    /// The number of the next call.
    first: Seq,
    clears: u64,
    /// How many calls came before the last clear of everything.
    base: u64,
    requests: u64,
}

/// What CMD has sent.
pub struct SentCalls {
    /// The rows that the filter selects, and without a filter also those of requests without a call.
    pub rows: Vec<u64>,
    /// Calls that were cleared since.
    pub cleared: u64,
    /// No request arrived.
    pub is_nothing: bool,
}

impl Start {
    /// The place behind all that is there.
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

    /// What came since and is still there.
    pub fn sent(&self, engine: &Engine, filter: &Filter) -> Result<SentCalls, Failure> {
        let is_cleared = engine.clears() != self.clears;
        // rows have other places after a clear
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
