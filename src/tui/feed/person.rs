//! Where the data about one person comes from: found beside the log, and gone through part by part.

use super::{Course, Disorder, Person, SessionIds, Shown, Span, Who};
use crate::fql::Filter;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// The calls of one person, as the screen reads them. As of [`super::Feed`] every method is quick.
pub trait PersonFeed {
    /// One account or user by its id.
    fn person(&self, who: Who, id: &str) -> Option<Person>;
    /// Begins to look for the calls of one person, beside the filter in force and as that does; or
    /// ends it.
    fn trace(&self, filter: Option<Arc<Filter>>);
    /// How far that has come.
    fn traced(&self) -> Shown;
    /// The rows at these places among those that were found, in order.
    fn traced_rows(&self, places: Range<u64>) -> Vec<u64>;
    /// How many that were found stand before a row.
    fn traced_place(&self, row: u64) -> u64;
    /// Goes on through a person's calls: for some thousands at once.
    fn course(&self, rows: &[u64], course: &mut Course);
    /// What was found about their order, the worst first.
    fn disorder(&self, course: &Course) -> Vec<Disorder>;
    /// The sessions that vendors count these calls to. The calls are read: after some milliseconds it
    /// ends, and says how many it came to.
    fn session_ids(&self, rows: &[u64], into: &mut SessionIds) -> usize;
    /// What vendors have worked out of some sessions, in order of time.
    fn sessions(&self, ids: &SessionIds) -> BTreeMap<usize, Vec<Span>>;
}
