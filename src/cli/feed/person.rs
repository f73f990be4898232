//! One person's calls, as the screen reads them.

use super::PipelineFeed;
use crate::fql::Filter;
use crate::tui::feed::{
    OrderFinding, Person, PersonFeed, SearchProgress, SessionIds, Span, Timeline, Who,
};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

impl PersonFeed for PipelineFeed {
    fn person(&self, who: Who, id: &str) -> Option<Person> {
        self.engine.person(who, id)
    }

    fn trace(&self, filter: Option<Arc<Filter>>) {
        self.tracer.filter(filter);
    }

    fn traced(&self) -> SearchProgress {
        self.tracer.shown()
    }

    fn traced_rows(&self, places: Range<u64>) -> Vec<u64> {
        self.tracer.shown_rows(places)
    }

    fn traced_place(&self, row: u64) -> u64 {
        self.tracer.place_of(row)
    }

    fn timeline(&self, rows: &[u64], timeline: &mut Timeline) {
        self.engine.timeline(rows, timeline);
    }

    fn order_finding(&self, timeline: &Timeline) -> Vec<OrderFinding> {
        self.engine.order_finding(timeline)
    }

    fn session_ids(&self, rows: &[u64], into: &mut SessionIds) -> usize {
        self.engine.session_ids(rows, into)
    }

    fn sessions(&self, ids: &SessionIds) -> BTreeMap<usize, Vec<Span>> {
        self.engine.sessions(ids)
    }
}
