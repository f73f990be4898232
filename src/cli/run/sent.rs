//! Which calls of a recording CMD has sent.

use crate::call::Seq;
use crate::cli::doubts;
use crate::cli::failure::Failure;
use crate::filter::Filter;
use crate::pipeline::{Matching, Pipeline};

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
pub struct Sent {
    /// The rows that the filter selects, and without a filter also those of requests without a call.
    pub rows: Vec<u64>,
    /// Calls that were cleared since.
    pub cleared: u64,
    /// No request arrived.
    pub is_nothing: bool,
}

impl Start {
    /// The place behind all that is there.
    pub fn of(pipeline: &Pipeline) -> Start {
        let row = pipeline.rows();
        Start {
            row,
            first: Seq(pipeline.seq_before(row) + 1),
            clears: pipeline.clears(),
            base: pipeline.base(),
            requests: pipeline.stats().requests,
        }
    }

    /// What came since and is still there.
    pub fn sent(&self, pipeline: &Pipeline, filter: &Filter) -> Result<Sent, Failure> {
        let is_cleared = pipeline.clears() != self.clears;
        // rows have other places after a clear
        let from = match (is_cleared, pipeline.base() == self.base) {
            (false, _) => self.row,
            (true, true) => pipeline.row_of(self.first),
            (true, false) => 0,
        };
        let all = from..pipeline.rows();
        let cleared = match is_cleared {
            false => 0,
            true => {
                let came = pipeline.seq_before(all.end) + 1 - self.first.0;
                let left = all.clone().filter(|row| !pipeline.is_no_call(*row)).count() as u64;
                came.saturating_sub(left)
            }
        };
        let is_nothing = !is_cleared && pipeline.stats().requests == self.requests;
        let rows = match filter.is_all() {
            true => all.collect(),
            false => {
                let rows = Matching::new(filter.clone()).calls(pipeline, all.clone());
                let rows = rows.map_err(Failure::wrong)?;
                if rows.is_empty() && !is_nothing {
                    doubts::tell(filter, pipeline, all).map_err(Failure::wrong)?;
                }
                rows
            }
        };
        Ok(Sent { rows, cleared, is_nothing })
    }
}
