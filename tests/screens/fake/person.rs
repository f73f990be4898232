//! One person's calls, of the hand-made rows.

use super::rows::call;
use super::samples::{self, Sample};
use super::{BEGIN_MS, FakeFeed, counts};
use segscope::fql::Filter;
use segscope::tui::feed::*;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

impl PersonFeed for FakeFeed {
    fn person(&self, who: Who, id: &str) -> Option<Person> {
        counts::person(&self.state.lock().expect("unpoisoned").rows, who, id)
    }

    fn trace(&self, filter: Option<Arc<Filter>>) {
        self.change(|state| (state.traced, state.found) = (filter, None));
    }

    fn traced(&self) -> Shown {
        let mut state = self.state.lock().expect("unpoisoned");
        let of = state.rows.len() as u64;
        let rows = state.traced().len() as u64;
        let looked_at = state.looked_at.unwrap_or(of).min(of);
        // the newest are looked at first, so nothing is known before all is
        let known = if looked_at < of { 0 } else { rows };
        Shown { generation: 1 + state.clears, rows, looked_at, of, known }
    }

    fn traced_rows(&self, places: Range<u64>) -> Vec<u64> {
        let rows = self.state.lock().expect("unpoisoned").traced();
        let end = (places.end as usize).min(rows.len());
        rows[(places.start as usize).min(end)..end].to_vec()
    }

    fn traced_place(&self, row: u64) -> u64 {
        let rows = self.state.lock().expect("unpoisoned").traced();
        rows.iter().filter(|other| **other < row).count() as u64
    }

    fn course(&self, rows: &[u64], course: &mut Course) {
        counts::course(&self.state.lock().expect("unpoisoned").rows, rows, course);
    }

    fn disorder(&self, course: &Course) -> Vec<Disorder> {
        let all = self.state.lock().expect("unpoisoned").disorder.clone();
        all.into_iter().filter(|_| course.calls > 0).collect()
    }

    fn session_ids(&self, rows: &[u64], into: &mut SessionIds) -> usize {
        let state = self.state.lock().expect("unpoisoned");
        let ids = rows.iter().map(|row| format!("s{row}"));
        state
            .sessions
            .keys()
            .for_each(|vendor| into.entry(*vendor).or_default().extend(ids.clone()));
        rows.len()
    }

    fn sessions(&self, ids: &SessionIds) -> BTreeMap<usize, Vec<Span>> {
        let mut sessions = self.state.lock().expect("unpoisoned").sessions.clone();
        for (vendor, spans) in &mut sessions {
            spans.retain(|span| ids.get(vendor).is_some_and(|ids| ids.contains(&span.session)));
        }
        sessions.retain(|_, spans| !spans.is_empty());
        sessions
    }
}

impl FakeFeed {
    /// Vendors find this about the order of anybody's calls.
    pub fn set_disorder(&self, disorder: Disorder) {
        self.change(|state| state.disorder.push(disorder));
    }

    /// A vendor has worked these out: the row whose call has the session's id, a module or none,
    /// from and to in minutes, and whether it is open.
    pub fn set_sessions(&self, vendor: usize, spans: &[(u64, Option<&str>, i64, i64, bool)]) {
        let span = |(row, module, from, to, open): &(u64, Option<&str>, i64, i64, bool)| Span {
            session: format!("s{row}"),
            module: module.map(str::to_owned),
            start: BEGIN_MS + from * 60_000,
            end: BEGIN_MS + to * 60_000,
            open: *open,
        };
        self.change(|state| {
            state.sessions.insert(vendor, spans.iter().map(span).collect());
        });
    }

    /// Adds an identify call of a user.
    pub fn add_identify(&self, user: &'static str) {
        let row = self.rows();
        let sample = Sample { user: samples::Id::Found(user), ..Sample::IDENTIFY };
        let (view, detail) = call(self, row, BEGIN_MS + 1_234 * row as i64, sample);
        self.change(|state| state.rows.push((view, detail)));
    }
}
