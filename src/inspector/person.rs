//! One person's calls, as the screen reads them.

use super::Inspector;
use super::views::{OrderFinding, SearchProgress, SessionIds, Span, Timeline};
use crate::fql::Filter;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

impl Inspector {
    /// Begins to look for the calls of one person, beside the filter in force and as that does; or
    /// ends it.
    pub fn trace(&self, filter: Option<Arc<Filter>>) {
        self.tracer.filter(filter);
    }

    /// How far that has come.
    pub fn traced(&self) -> SearchProgress {
        self.tracer.shown()
    }

    /// The rows at these places among those that were found, in order.
    pub fn traced_rows(&self, places: Range<u64>) -> Vec<u64> {
        self.tracer.shown_rows(places)
    }

    /// How many that were found stand before a row.
    pub fn traced_place(&self, row: u64) -> u64 {
        self.tracer.place_of(row)
    }

    /// Goes on through a person's calls: for some thousands at once.
    pub fn timeline(&self, rows: &[u64], timeline: &mut Timeline) {
        self.engine.timeline(rows, timeline);
    }

    /// What was found about their order, the worst first.
    pub fn order_finding(&self, timeline: &Timeline) -> Vec<OrderFinding> {
        self.engine.order_finding(timeline)
    }

    /// The sessions that vendors count these calls to. The calls are read: after some milliseconds it
    /// ends, and says how many it came to.
    pub fn session_ids(&self, rows: &[u64], into: &mut SessionIds) -> usize {
        self.engine.session_ids(rows, into)
    }

    /// What vendors have worked out of some sessions, in order of time.
    pub fn sessions(&self, ids: &SessionIds) -> BTreeMap<usize, Vec<Span>> {
        self.engine.sessions(ids)
    }
}
