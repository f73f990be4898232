//! One person's calls, as the screen reads them.

use super::PipelineFeed;
use crate::fql::Filter;
use crate::tui::feed::{Course, Disorder, Person, PersonFeed, SessionIds, Shown, Span, Who};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

impl PersonFeed for PipelineFeed {
    fn person(&self, who: Who, id: &str) -> Option<Person> {
        self.pipeline.person(who, id)
    }

    fn trace(&self, filter: Option<Arc<Filter>>) {
        self.tracer.filter(filter);
    }

    fn traced(&self) -> Shown {
        self.tracer.shown()
    }

    fn traced_rows(&self, places: Range<u64>) -> Vec<u64> {
        self.tracer.shown_rows(places)
    }

    fn traced_place(&self, row: u64) -> u64 {
        self.tracer.place_of(row)
    }

    fn course(&self, rows: &[u64], course: &mut Course) {
        self.pipeline.course(rows, course);
    }

    fn disorder(&self, course: &Course) -> Vec<Disorder> {
        self.pipeline.disorder(course)
    }

    fn session_ids(&self, rows: &[u64], into: &mut SessionIds) -> usize {
        self.pipeline.session_ids(rows, into)
    }

    fn sessions(&self, ids: &SessionIds) -> BTreeMap<usize, Vec<Span>> {
        self.pipeline.sessions(ids)
    }
}
