//! The calls of a range that pass a filter, for who looks once and in order.

use crate::engine::Engine;
use crate::engine::index::{BLOCK_ROWS, IndexRow};
use crate::engine::search::row_matcher::{RowMatcher, passes};
use crate::fql::Filter;
use std::ops::Range;
use std::sync::Arc;

/// A filter made ready.
pub struct RangeFilter {
    looker: RowMatcher,
}

impl RangeFilter {
    /// Makes a filter ready.
    pub fn new(filter: impl Into<Arc<Filter>>) -> RangeFilter {
        RangeFilter { looker: RowMatcher::new(filter.into()) }
    }

    /// The rows of calls among these that pass; an error if the recording cannot be read there. Of
    /// what is cleared away meanwhile nothing passes.
    pub fn calls(&mut self, engine: &Engine, rows: Range<u64>) -> Result<Vec<u64>, String> {
        let (found, _) = self.readable(engine, rows);
        self.looker.take_error().map_or(Ok(found), Err)
    }

    /// The same, passing over what cannot be read: how many rows that were comes second.
    pub fn readable(&mut self, engine: &Engine, rows: Range<u64>) -> (Vec<u64>, u64) {
        let (epoch, there, _) = engine.extent();
        let mut found = Vec::new();
        let mut from = rows.start;
        while from < rows.end.min(there) {
            // what is looked at in one go lies in one block
            let to = (from - from % BLOCK_ROWS + BLOCK_ROWS).min(rows.end).min(there);
            let Some(bits) = self.looker.look(engine, from..to, epoch, &|| true) else { break };
            let state = engine.lock();
            let is_call =
                |row: &u64| matches!(state.index.store.row(*row), Some(IndexRow::Call(_)));
            found.extend((from..to).filter(|row| passes(&bits, *row)).filter(is_call));
            from = to;
        }
        (found, self.looker.take_unreadable())
    }

    /// Forgets what it remembers of calls, which grows with them.
    pub fn forget(&mut self) {
        self.looker.forget();
    }
}
