//! Watch rules: bounds on shares and rates of the calls that arrive (`--watch`).
//!
//! Calls are looked at once, behind their judging, and counted in a window for each rule and each
//! value of the rule's field. A rule says when its bound begins not to hold, and when that ends.

mod rule;
mod window;

pub use rule::{WatchBound, WatchRule};
pub use window::{WatchChange, WatchState};

use crate::call::time::Millis;
use crate::engine::{Engine, RangeFilter};
use std::ops::Range;
use window::WatchWindow;

/// At most so many rules.
pub const MAX_WATCH_RULES: usize = 20;

/// Rules that are being watched.
pub struct Watcher {
    rules: Vec<(WatchWindow, RangeFilter, RangeFilter)>,
}

impl Watcher {
    /// Begins to watch.
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
            for row in engine.rows_with_fields(&whole, by.as_slice()) {
                if !row.repeat {
                    let is_part = parts.binary_search(&row.row).is_ok();
                    let value = row.fields.into_iter().next().flatten();
                    window.add(row.received_at, value, is_part);
                }
            }
        }
        Ok(())
    }

    /// Looks at all bounds, and returns what began or ended.
    pub fn look(&mut self, now: Millis) -> Vec<WatchChange> {
        self.rules.iter_mut().flat_map(|(window, ..)| window.look(now)).collect()
    }

    /// How each rule stands.
    pub fn states(&self, now: Millis) -> Vec<WatchState> {
        self.rules.iter().flat_map(|(window, ..)| window.states(now)).collect()
    }
}
