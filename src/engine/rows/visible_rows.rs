//! The rows of the log that a screen shows, and no more.

use crate::call::Event;
use crate::engine::Engine;
use crate::engine::rows::field_values::field_values;
use crate::engine::rows::row_cache::{RowCache, RowNeeds};
use crate::engine::rows::row_window::halves;
use crate::engine::rows::views::RowView;
use crate::fql::Field;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// The time that reading may take for one frame; rows of many large batches would make it late.
const PATIENCE: Duration = Duration::from_millis(3);

impl Engine {
    /// The rows of a range, as far as they are there. Only this many are built; what the index
    /// does not hold (near misses, reasons of refusals) is read from disk without the lock.
    pub fn window(&self, range: Range<u64>) -> Vec<RowView> {
        self.window_of(range)
    }

    /// Returns rows that need not stand together, up to the first that is not there.
    pub fn window_of(&self, rows: impl IntoIterator<Item = u64>) -> Vec<RowView> {
        self.rows_with(rows, &[], &RowCache::default(), Duration::MAX)
    }

    /// Returns rows for a screen, which asks with every frame: what was in view a moment ago is not
    /// read again, and what there is no time to read for this frame says so. The rows have the
    /// values of these fields.
    pub fn in_view(
        &self,
        rows: impl IntoIterator<Item = u64>,
        fields: &[Arc<Field>],
    ) -> Vec<RowView> {
        self.rows_with(rows, fields, &self.in_view, PATIENCE)
    }

    /// Returns rows with the values of these fields, all of them read.
    pub(crate) fn rows_with_fields(&self, rows: &[u64], fields: &[Arc<Field>]) -> Vec<RowView> {
        self.rows_with(rows.iter().copied(), fields, &RowCache::default(), Duration::MAX)
    }

    fn rows_with(
        &self,
        rows: impl IntoIterator<Item = u64>,
        fields: &[Arc<Field>],
        cache: &RowCache,
        patience: Duration,
    ) -> Vec<RowView> {
        let mut state = self.lock();
        let vendors = Arc::clone(state.eras.latest());
        state.index.common(&vendors);
        let epoch = state.index.epoch;
        let mut halves = halves(&state, &vendors, rows, !fields.is_empty());
        drop(state);
        let values = |row: u64, event: Event<'_>| field_values(fields, event, (row, epoch), self);
        cache.fill(&mut halves, RowNeeds { vendors, fields, values: &values }, patience);
        halves.into_iter().map(|half| half.view).collect()
    }
}
