//! Watch rules: bounds on shares and rates of the calls that arrive (`--watch`).
//!
//! Each call is counted once, after it was judged, in a window for each rule and each value of the
//! rule's field. A rule reports when its bound begins to be violated and when it holds again.

mod rule;
mod window;

pub use rule::{WatchBound, WatchRule};
pub use window::{WatchChange, WatchState};

use crate::call::time::Millis;
use crate::engine::index::IndexRow;
use crate::engine::{Engine, RangeFilter};
use std::ops::Range;
use window::WatchWindow;

/// The maximum number of rules.
pub const MAX_WATCH_RULES: usize = 20;

/// The rules that are being watched, each with its filters.
pub struct Watcher {
    rules: Vec<(WatchWindow, RangeFilter, RangeFilter)>,
}

impl Watcher {
    /// Begins to watch the rules.
    pub fn new(rules: &[WatchRule], now: Millis) -> Watcher {
        let begin = |rule: &WatchRule| {
            let (of, what) =
                (RangeFilter::new(rule.of.clone()), RangeFilter::new(rule.what.clone()));
            (WatchWindow::new(rule.clone(), now), of, what)
        };
        Watcher { rules: rules.iter().map(begin).collect() }
    }

    /// Counts the calls in these rows. Repeats are not counted.
    pub fn count(&mut self, engine: &Engine, rows: Range<u64>) -> Result<(), String> {
        for (window, of, what) in &mut self.rules {
            let parts = what.calls(engine, rows.clone())?;
            let is_share = matches!(
                window.rule().bound,
                WatchBound::ShareAbove(_) | WatchBound::ShareBelow(_)
            );
            let whole = if is_share { of.calls(engine, rows.clone())? } else { parts.clone() };
            let by = window.rule().by.clone();
            let calls: Vec<(u64, Millis, bool, Option<String>)> = match by {
                Some(_) => {
                    let rows = engine.rows_with_fields(&whole, by.as_slice()).into_iter();
                    let value = |fields: Vec<Option<String>>| fields.into_iter().next().flatten();
                    rows.map(|row| (row.row, row.received_at, row.repeat, value(row.fields)))
                        .collect()
                }
                // the index contains everything that is needed, so nothing is read from disk
                None => {
                    let calls = engine.arrivals(&whole).into_iter();
                    calls.map(|(row, at, is_repeat)| (row, at, is_repeat, None)).collect()
                }
            };
            for (row, at, _, value) in calls.into_iter().filter(|(_, _, is_repeat, _)| !is_repeat) {
                window.add(at, value, parts.binary_search(&row).is_ok());
            }
        }
        Ok(())
    }

    /// Checks all bounds. Returns the rules that began or ended to alert.
    pub fn look(&mut self, now: Millis) -> Vec<WatchChange> {
        self.rules.iter_mut().flat_map(|(window, ..)| window.look(now)).collect()
    }

    /// Returns the state of each rule.
    pub fn states(&self, now: Millis) -> Vec<WatchState> {
        self.rules.iter().flat_map(|(window, ..)| window.states(now)).collect()
    }
}

impl Engine {
    /// Returns the time of arrival of the calls in these rows, and whether each is a repeat, up to
    /// the first row that is not a call.
    fn arrivals(&self, rows: &[u64]) -> Vec<(u64, Millis, bool)> {
        let state = self.lock();
        let store = &state.index.store;
        let arrival = |row: &u64| {
            let IndexRow::Call(at) = store.row(*row)? else { return None };
            let call = store.calls.get(at)?;
            let request = store.requests.get(u64::from(call.request))?;
            Some((*row, request.received_at, call.flags.repeat()))
        };
        rows.iter().map_while(arrival).collect()
    }
}
