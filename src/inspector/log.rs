//! The rows of the log, the filter and the search.

use super::Inspector;
use super::convert::no_call_view;
use super::views::{CallDetail, Detail, NextRow, RowView, SearchProgress, What};
use crate::engine::RowDetail as Full;
use crate::fql::{Field, Filter, NameSource};
use std::ops::Range;
use std::sync::Arc;

impl Inspector {
    /// How many rows there are; rows are numbered from 0.
    pub fn rows(&self) -> u64 {
        self.engine.rows()
    }

    /// Copies of these rows; fewer when the range runs over the end.
    pub fn window(&self, range: Range<u64>) -> Vec<RowView> {
        self.engine.window(range)
    }

    /// Copies of rows that need not stand together, with the values of these fields.
    pub fn window_of(&self, rows: &[u64], fields: &[Arc<Field>]) -> Vec<RowView> {
        self.engine.in_view(rows.iter().copied(), fields)
    }

    /// All about one row.
    pub fn detail(&self, row: u64) -> Option<Detail> {
        match self.engine.detail(row) {
            Ok(Some(Full::Call(call))) => {
                let view = self.engine.window(row..row + 1).pop()?;
                let vendors = self.engine.vendors();
                Some(Detail::Call(Box::new(CallDetail::new(*call, view, &vendors))))
            }
            Ok(Some(Full::NoCall(row))) => Some(no_call_view(row)),
            Ok(None) => None,
            // its row says so
            Err(_) if self.is_deleted(row) => None,
            Err(error) => {
                self.engine.notice(format!("the recording cannot be read at this row: {error}"));
                None
            }
        }
    }

    /// Whether the part of the recording that held a row is deleted.
    pub fn is_deleted(&self, row: u64) -> bool {
        self.engine.window(row..row + 1).pop().is_some_and(|view| view.deleted)
    }

    /// Puts a filter in force; none: all rows are shown. It returns at once, the looking is done
    /// behind it.
    pub fn filter(&self, filter: Option<Arc<Filter>>) {
        self.search.filter(filter);
    }

    /// The filter in force; none: all rows are shown.
    pub fn filter_in_force(&self) -> Option<Arc<Filter>> {
        self.search.filter_in_force()
    }

    /// How far looking has come. It is complete when `looked_at` is `of`; without a filter all rows
    /// are shown.
    pub fn shown(&self) -> SearchProgress {
        self.search.shown()
    }

    /// The numbers of the rows at these places among those that are shown, in order. Looking goes
    /// on around the last of them.
    pub fn shown_rows(&self, places: Range<u64>) -> Vec<u64> {
        self.search.shown_rows(places)
    }

    /// How many rows that are shown stand before a row, so that a cursor stays on its row while
    /// earlier ones are still being found.
    pub fn place_of(&self, row: u64) -> u64 {
        self.search.place_of(row)
    }

    /// The nearest such row strictly after (or before) `from` among those that are shown. After
    /// about 10 ms it says from where to go on, to be asked again with the next tick.
    pub fn find(&self, from: u64, forward: bool, what: &What) -> NextRow {
        self.search.find(from, forward, what)
    }

    /// Begins to count the calls that a search matches, beside the filter in force and as that does;
    /// or ends it.
    pub fn count_matches(&self, filter: Option<Arc<Filter>>) {
        self.matches.filter(filter);
    }

    /// How far that has come.
    pub fn matched(&self) -> SearchProgress {
        self.matches.shown()
    }

    /// How many calls that match stand before a row.
    pub fn matches_before(&self, row: u64) -> u64 {
        self.matches.place_of(row)
    }

    /// What this recording really has, for completing a filter. Reads some requests: for when a
    /// filter begins to be edited, not for each key.
    pub fn names(&self) -> Box<dyn NameSource> {
        Box::new(self.engine.names())
    }
}
