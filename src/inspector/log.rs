//! The rows of the log, the filter and the search.

use super::Inspector;
use super::convert::no_call_view;
use super::views::{CallDetail, Detail, NextRow, RowView, SearchProgress, What};
use crate::engine::RowDetail as Full;
use crate::fql::{Field, Filter, FilterError, NameSource};
use std::ops::Range;
use std::sync::Arc;

impl Inspector {
    /// Returns the number of rows; rows are numbered from 0.
    pub fn rows(&self) -> u64 {
        self.engine.rows()
    }

    /// Returns copies of these rows; fewer if the range extends past the end.
    pub fn window(&self, range: Range<u64>) -> Vec<RowView> {
        self.engine.window(range)
    }

    /// Returns copies of rows that need not be adjacent, with the values of these fields.
    pub fn window_of(&self, rows: &[u64], fields: &[Arc<Field>]) -> Vec<RowView> {
        self.engine.in_view(rows.iter().copied(), fields)
    }

    /// Returns the details of one row.
    pub fn detail(&self, row: u64) -> Option<Detail> {
        match self.engine.detail(row) {
            Ok(Some(Full::Call(call))) => {
                let view = self.engine.window(row..row + 1).pop()?;
                let vendors = self.engine.vendors();
                Some(Detail::Call(Box::new(CallDetail::new(*call, view, &vendors))))
            }
            Ok(Some(Full::NoCall(row))) => Some(no_call_view(row)),
            Ok(None) => None,
            // the row itself says that it is deleted
            Err(_) if self.is_deleted(row) => None,
            Err(error) => {
                self.engine.notice(format!("the recording cannot be read at this row: {error}"));
                None
            }
        }
    }

    /// Returns true if the part of the recording that contained a row is deleted.
    pub fn is_deleted(&self, row: u64) -> bool {
        self.engine.window(row..row + 1).pop().is_some_and(|view| view.deleted)
    }

    /// Sets the active filter; none shows all rows. It returns at once, and the search threads find the
    /// rows that pass.
    pub fn filter(&self, filter: Option<Arc<Filter>>) {
        self.search.filter(filter);
    }

    /// Returns the active filter; none if all rows are shown.
    pub fn filter_in_force(&self) -> Option<Arc<Filter>> {
        self.search.filter_in_force()
    }

    /// Returns the progress of the filter. It is complete when `looked_at` is `of`; without a filter all
    /// rows are shown.
    pub fn shown(&self) -> SearchProgress {
        self.search.shown()
    }

    /// Returns the numbers of the rows at these places among the rows that are shown, in order. The
    /// search continues around the last of them.
    pub fn shown_rows(&self, places: Range<u64>) -> Vec<u64> {
        self.search.shown_rows(places)
    }

    /// Returns the number of shown rows before a row, so that a cursor stays on its row while
    /// earlier ones are still being found.
    pub fn place_of(&self, row: u64) -> u64 {
        self.search.place_of(row)
    }

    /// Finds the nearest row of this kind strictly after (or before) `from` among the rows that are
    /// shown. After about 10 ms it returns the row from which to continue with the next tick.
    pub fn find(&self, from: u64, forward: bool, what: &What) -> NextRow {
        self.search.find(from, forward, what)
    }

    /// Starts to count the calls that a search matches, like the active filter and independently of it;
    /// none stops it.
    pub fn count_matches(&self, filter: Option<Arc<Filter>>) {
        self.matches.filter(filter);
    }

    /// Returns the progress of counting the matches.
    pub fn matched(&self) -> SearchProgress {
        self.matches.shown()
    }

    /// Returns the number of matching calls before a row.
    pub fn matches_before(&self, row: u64) -> u64 {
        self.matches.place_of(row)
    }

    /// Returns the names that occur in this recording, for completing a filter. It reads some requests,
    /// so it is called when the user begins to edit a filter, not for each key.
    pub fn names(&self) -> Box<dyn NameSource> {
        Box::new(self.engine.names())
    }

    /// Parses a filter, and refuses one that names a vendor that does not exist.
    pub fn parse_filter(&self, text: &str) -> Result<Filter, FilterError> {
        self.engine.vendors().parse_filter(text)
    }
}
