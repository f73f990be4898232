//! Builds the rows of the log that a screen shows.

use crate::call::Event;
use crate::engine::Engine;
use crate::engine::mirror::MirrorFailure;
use crate::engine::rows::field_values::field_values;
use crate::engine::rows::row_cache::{RowCache, RowNeeds};
use crate::engine::rows::row_window::{UnfinishedRow, request_number, unfinished_rows};
use crate::engine::rows::views::RowView;
use crate::fql::Field;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// The time limit for reading from disk for one frame. Rows of many large batches would otherwise
/// delay the frame.
const READ_TIMEOUT: Duration = Duration::from_millis(3);

impl Engine {
    /// Returns the rows of a range, up to the first that does not exist. Only these rows are built.
    /// Data that is not in the index (near misses, reasons of refusals) is read from disk without
    /// the lock.
    pub fn window(&self, range: Range<u64>) -> Vec<RowView> {
        self.window_of(range)
    }

    /// Returns any rows, up to the first that does not exist.
    pub fn window_of(&self, rows: impl IntoIterator<Item = u64>) -> Vec<RowView> {
        self.rows_with(rows, &[], &RowCache::default(), Duration::MAX)
    }

    /// Returns rows for a screen, which asks for them in every frame. Rows that were in the
    /// previous frame are not read again, and rows that cannot be read in time are marked as
    /// unread. The rows have the values of `fields`.
    pub fn in_view(
        &self,
        rows: impl IntoIterator<Item = u64>,
        fields: &[Arc<Field>],
    ) -> Vec<RowView> {
        self.rows_with(rows, fields, &self.in_view, READ_TIMEOUT)
    }

    /// Returns rows with the values of `fields`, without a time limit.
    pub(crate) fn rows_with_fields(&self, rows: &[u64], fields: &[Arc<Field>]) -> Vec<RowView> {
        self.rows_with(rows.iter().copied(), fields, &RowCache::default(), Duration::MAX)
    }

    fn rows_with(
        &self,
        rows: impl IntoIterator<Item = u64>,
        fields: &[Arc<Field>],
        cache: &RowCache,
        time_limit: Duration,
    ) -> Vec<RowView> {
        let mut state = self.lock();
        let vendors = Arc::clone(state.eras.latest());
        state.index.common(&vendors);
        let epoch = state.index.epoch;
        let mut unfinished = unfinished_rows(&state, &vendors, rows, !fields.is_empty());
        drop(state);
        let values = |row: u64, event: Event<'_>| field_values(fields, event, (row, epoch), self);
        cache.fill(&mut unfinished, RowNeeds { vendors, fields, values: &values }, time_limit);
        self.mark_undelivered(&mut unfinished, cache);
        unfinished.into_iter().map(|row| row.view).collect()
    }

    /// Marks the rows of requests that the mirror gave up. The index has no numbers of requests, so
    /// they are read, if there are any such requests and the rows were not in the last frame.
    fn mark_undelivered(&self, rows: &mut [UnfinishedRow], cache: &RowCache) {
        if self.mirroring.given_up_requests().is_empty() {
            return;
        }
        let read = |offset| request_number(&self.shared.recording.place(offset)?);
        let numbers = cache.request_numbers(rows.iter().map(|row| row.offset), read);
        let given_up = self.mirroring.given_up_requests();
        for row in rows {
            let number = numbers.get(&row.offset);
            if let Some(MirrorFailure::GivenUp(reason)) =
                number.and_then(|number| given_up.failure_of(*number))
            {
                row.view.undelivered = Some(reason);
            }
        }
    }
}
