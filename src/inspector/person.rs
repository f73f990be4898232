//! The calls of one person, as the screen reads them.

use super::Inspector;
use super::views::{OrderFinding, SearchProgress, SessionIds, Span, Timeline};
use crate::fql::Filter;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

impl Inspector {
    /// Starts to find the calls of one person, like the active filter and independently of it; none
    /// stops it.
    pub fn trace(&self, filter: Option<Arc<Filter>>) {
        self.tracer.filter(filter);
    }

    /// Returns the progress of finding them.
    pub fn traced(&self) -> SearchProgress {
        self.tracer.shown()
    }

    /// Returns the rows at these places among those that were found, in order.
    pub fn traced_rows(&self, places: Range<u64>) -> Vec<u64> {
        self.tracer.shown_rows(places)
    }

    /// Returns the number of rows found before a row.
    pub fn traced_place(&self, row: u64) -> u64 {
        self.tracer.place_of(row)
    }

    /// Adds the next rows of a person to a timeline, some thousands at once.
    pub fn timeline(&self, rows: &[u64], timeline: &mut Timeline) {
        self.engine.timeline(rows, timeline);
    }

    /// Returns the findings about the order of the calls, the worst first.
    pub fn order_finding(&self, timeline: &Timeline) -> Vec<OrderFinding> {
        self.engine.order_finding(timeline)
    }

    /// Collects the sessions to which vendors assign these calls. It reads the calls, stops after some
    /// milliseconds, and returns the number of rows done.
    pub fn session_ids(&self, rows: &[u64], into: &mut SessionIds) -> usize {
        self.engine.session_ids(rows, into)
    }

    /// Returns the times that vendors calculated for some sessions, in order of time.
    pub fn sessions(&self, ids: &SessionIds) -> BTreeMap<usize, Vec<Span>> {
        self.engine.sessions(ids)
    }
}
