//! Finds the calls of a range that pass a filter, for callers that read the rows once and in order.

use crate::engine::Engine;
use crate::engine::index::{BLOCK_ROWS, IndexRow};
use crate::engine::search::chunks::Chunks;
use crate::engine::search::row_matcher::{RowMatcher, passes};
use crate::fql::Filter;
use std::ops::Range;
use std::sync::Arc;

/// A filter prepared for matching ranges of rows.
pub struct RangeFilter {
    matcher: RowMatcher,
}

impl RangeFilter {
    /// Prepares a filter.
    pub fn new(filter: impl Into<Arc<Filter>>) -> RangeFilter {
        RangeFilter { matcher: RowMatcher::new(filter.into()) }
    }

    /// Returns those of these rows that are calls and pass. Rows that are cleared meanwhile do not
    /// pass.
    ///
    /// # Errors
    ///
    /// If a part of the recording cannot be read.
    pub fn calls(&mut self, engine: &Engine, rows: Range<u64>) -> Result<Vec<u64>, String> {
        let (found, _) = self.readable(engine, rows);
        self.matcher.take_error().map_or(Ok(found), Err)
    }

    /// Returns the same as [`RangeFilter::calls`], but skips rows that cannot be read, and returns
    /// their number as well.
    pub fn readable(&mut self, engine: &Engine, rows: Range<u64>) -> (Vec<u64>, u64) {
        let (epoch, there, _) = engine.extent();
        let mut found = Vec::new();
        let mut from = rows.start;
        while from < rows.end.min(there) {
            // one call of `match_rows` matches rows of one block
            let to = (from - from % BLOCK_ROWS + BLOCK_ROWS).min(rows.end).min(there);
            let Some(bits) = self.matcher.match_rows(engine, from..to, epoch, &|| true) else {
                break;
            };
            let state = engine.lock();
            let is_call =
                |row: &u64| matches!(state.index.store.row(*row), Some(IndexRow::Call(_)));
            found.extend((from..to).filter(|row| passes(&bits, *row)).filter(is_call));
            from = to;
        }
        (found, self.matcher.take_unreadable())
    }

    /// Returns the same as [`RangeFilter::readable`]. Filters that search the same rows one after the
    /// other with one `chunk` read them once.
    pub(crate) fn readable_in(
        &mut self,
        engine: &Engine,
        rows: Range<u64>,
        chunk: &mut Chunks,
    ) -> (Vec<u64>, u64) {
        self.matcher.swap_chunk(chunk);
        let found = self.readable(engine, rows);
        self.matcher.swap_chunk(chunk);
        found
    }

    /// Frees the remembered answers and the buffers.
    pub fn forget(&mut self) {
        self.matcher.forget();
    }
}
