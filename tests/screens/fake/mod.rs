//! A feed made by hand: the same calls on each run, at a clock of its own.

mod columns;
mod counts;
mod feed;
mod found;
mod given;
mod names;
mod person;
mod rows;
mod samples;
mod vendors;

use columns::FakeColumns;
pub use found::headline;
use segscope::fql::Filter;
use segscope::objects_api::Objects;
use segscope::plan::Plan;
use segscope::tui::feed::*;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// 2026-11-22T10:00:00Z
const BEGIN_MS: i64 = 1_795_341_600_000;

struct State {
    rows: Vec<(RowView, Detail)>,
    in_use: Option<Vec<usize>>,
    version: u64,
    problem: Option<String>,
    reading: Option<(u64, u64)>,
    waited: u64,
    common: Vec<HabitView>,
    pushes: Objects,
    settings: SettingsView,
    looks: Option<Arc<Looks>>,
    sending: Option<Sending>,
    addresses: Option<Vec<String>>,
    upstream: Option<String>,
    exporting: Option<(u64, u64)>,
    filter: Option<Arc<Filter>>,
    generation: u64,
    /// Only so many rows were looked at, the newest first; none: all.
    looked_at: Option<u64>,
    /// A search looks at so many rows at once; none: at all.
    patience: Option<u64>,
    kept: HistoryEntries,
    aside: Vec<String>,
    arranged: ColumnChoice,
    alerts: Alerts,
    remarks: u64,
    told: Option<Result<String, String>>,
    clears: u64,
    cleared: Option<Vec<(RowView, Detail)>>,
    plan: Option<Plan>,
    traced: Option<Arc<Filter>>,
    /// What passes that one, at so many rows of which so many were looked at: not for each frame.
    found: Option<(usize, Option<u64>, Vec<u64>)>,
    sessions: BTreeMap<usize, Vec<Span>>,
    order_finding: Vec<OrderFinding>,
}

impl State {
    fn shown(&self) -> Vec<u64> {
        self.passing(self.filter.as_ref())
    }

    fn traced(&mut self) -> Vec<u64> {
        let (rows, looked_at) = (self.rows.len(), self.looked_at);
        match &self.found {
            Some((of, at, found)) if (*of, *at) == (rows, looked_at) => found.clone(),
            _ => {
                let found = self.passing(self.traced.as_ref());
                self.found = Some((rows, looked_at, found.clone()));
                found
            }
        }
    }

    fn passing(&self, filter: Option<&Arc<Filter>>) -> Vec<u64> {
        match filter {
            None => (0..self.rows.len() as u64).collect(),
            Some(filter) => self
                .rows
                .iter()
                .rev()
                .take(self.looked_at.map_or(usize::MAX, |rows| rows as usize))
                .rev()
                .filter(|(row, detail)| filter.matches(&FakeColumns::new(row, detail)))
                .map(|(row, _)| row.row)
                .collect(),
        }
    }
}

/// The feed.
pub struct FakeFeed {
    state: Mutex<State>,
    vendors: Vec<VendorView>,
}

impl FakeFeed {
    /// An empty one with so many vendors.
    pub fn new(vendors: usize) -> FakeFeed {
        let vendors = vendors::all().into_iter().take(vendors).collect();
        let state = State {
            rows: Vec::new(),
            in_use: None,
            version: 0,
            problem: None,
            reading: None,
            waited: 0,
            common: Vec::new(),
            pushes: Objects::new(60_000),
            settings: SettingsView::default(),
            looks: None,
            sending: None,
            addresses: None,
            upstream: None,
            exporting: None,
            filter: None,
            generation: 0,
            looked_at: None,
            patience: None,
            kept: HistoryEntries::default(),
            aside: Vec::new(),
            arranged: ColumnChoice::default(),
            alerts: Alerts::default(),
            remarks: 0,
            told: None,
            clears: 0,
            cleared: None,
            plan: None,
            traced: None,
            found: None,
            sessions: BTreeMap::new(),
            order_finding: Vec::new(),
        };
        FakeFeed { state: Mutex::new(state), vendors }
    }

    /// One that holds the usual calls.
    pub fn with_calls(vendors: usize) -> FakeFeed {
        let feed = FakeFeed::new(vendors);
        (0..12).for_each(|n| feed.add(n));
        feed
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state.lock().expect("no test panics while it holds this");
        change(&mut state);
        state.version += 1;
    }
}
