//! The data that all views read: the counters, the vendors and the rate, read once a frame.

use crate::fql::Field;
use crate::inspector::{
    AlertCounts, ColumnChoice, HabitView, HistoryEntries, InUse, Inspector, SearchProgress,
    Sending, SettingsView, Stats, VendorView,
};
use crate::tui::app::filters::Filters;
use crate::tui::pages::log::Column;
use crate::tui::widgets::match_count::MatchCount;
use std::collections::VecDeque;
use std::sync::Arc;

/// The time over which the rate is measured.
const RATE_SPAN_MS: u64 = 2_000;
/// The minimum time between two samples of the rate.
const RATE_SAMPLE_INTERVAL_MS: u64 = 200;

/// The data that all views read. The screen owns it.
#[derive(Debug)]
pub struct ScreenData {
    /// The counters.
    pub stats: Stats,
    /// The number of all rows, including refused requests.
    pub rows: u64,
    /// The number of rows that pass the filter, and the progress of the filter.
    pub shown: SearchProgress,
    /// The filter and the search in force.
    pub filtering: Filters,
    /// The number of rows of the visible page that match its search.
    pub matches: Option<MatchCount>,
    /// The inputs of earlier runs.
    pub kept: HistoryEntries,
    /// The finding codes that are muted.
    pub muted: Vec<String>,
    /// The results of the alerts.
    pub alerts: AlertCounts,
    /// The log's columns and share of the width as chosen.
    pub arranged: ColumnChoice,
    /// The log's columns, from the left.
    pub columns: Vec<Column>,
    /// The fields that have columns, from the left.
    pub fields: Vec<Arc<Field>>,
    /// The findings that all calls of a library have.
    pub common: Vec<HabitView>,
    /// All vendors.
    pub vendors: Vec<VendorView>,
    /// The vendors in use.
    pub in_use: InUse,
    /// The state of the settings compared with what is shown.
    pub settings: SettingsView,
    /// The last thing that was sent from the screen, and its result.
    pub sending: Option<Sending>,
    /// The addresses of the listener.
    pub addresses: Vec<String>,
    /// The number of rows that an export has read, and the total.
    pub exporting: Option<(u64, u64)>,
    /// The real tracking API, if the user named one.
    pub upstream: Option<String>,
    /// A number that grows when a detail has to be read again.
    pub judged: u64,
    /// The time in milliseconds since the screen began.
    pub now_ms: u64,
    rate: Rate,
}

impl ScreenData {
    /// Reads everything from an inspector for the first time.
    pub fn from_feed(inspector: &Inspector) -> ScreenData {
        let arranged = inspector.arranged();
        let columns = Column::chosen(&arranged);
        ScreenData {
            stats: inspector.stats(),
            rows: inspector.rows(),
            shown: inspector.shown(),
            filtering: Filters::default(),
            matches: None,
            kept: inspector.kept(),
            muted: inspector.muted(),
            alerts: inspector.alerts(),
            arranged,
            fields: Column::fields(&columns),
            columns,
            common: inspector.common(),
            vendors: inspector.vendors(),
            in_use: inspector.in_use(),
            settings: inspector.settings(),
            sending: inspector.sending(),
            addresses: inspector.addresses(),
            upstream: inspector.upstream(),
            exporting: inspector.exporting(),
            judged: 0,
            now_ms: 0,
            rate: Rate::default(),
        }
    }

    /// Reads what has changed since the last frame.
    pub fn read(&mut self, inspector: &Inspector) {
        let stats = inspector.stats();
        self.judged += u64::from(stats.remarks != self.stats.remarks);
        self.stats = stats;
        let rows = inspector.rows();
        self.rows = rows;
        let shown = inspector.shown();
        // other rows are shown, or the rows have other numbers
        self.judged += u64::from(shown.generation != self.shown.generation);
        self.shown = shown;
        self.filtering.note_progress(&self.shown);
        let common = inspector.common();
        let same = |a: &HabitView, b: &HabitView| {
            (&a.library, &a.kinds, &a.codes) == (&b.library, &b.kinds, &b.codes)
        };
        let changed = common.len() != self.common.len()
            || common.iter().zip(&self.common).any(|(new, old)| !same(new, old));
        self.judged += u64::from(changed);
        self.common = common;
        let muted = inspector.muted();
        self.judged += u64::from(muted != self.muted);
        self.muted = muted;
        self.alerts = inspector.alerts();
        let arranged = inspector.arranged();
        if arranged != self.arranged {
            self.columns = Column::chosen(&arranged);
            self.fields = Column::fields(&self.columns);
            self.arranged = arranged;
        }
        self.addresses = inspector.addresses();
        self.sending = inspector.sending();
        self.exporting = inspector.exporting();
        let settings = inspector.settings();
        if settings != self.settings {
            self.settings = settings;
            self.upstream = inspector.upstream();
            // the titles of vendors and the settings that they offer may have changed
            self.vendors = inspector.vendors();
            self.judged += 1;
        }
        let in_use = inspector.in_use();
        if in_use != self.in_use {
            self.in_use = in_use;
            self.judged += 1;
        }
    }

    /// Updates the time and the rate. Returns true if the text of the rate changed.
    pub fn tick(&mut self, now_ms: u64) -> bool {
        self.now_ms = now_ms;
        let before = self.rate.text();
        self.rate.sample(now_ms, self.stats.came());
        before != self.rate.text()
    }

    /// Returns true if more calls may arrive: of open files, only a followed one grows.
    pub fn grows(&self) -> bool {
        self.stats.reading.is_some() || self.stats.opened.as_ref().is_none_or(|opened| opened.grows)
    }

    /// Returns the calls per second as text.
    pub fn rate(&self) -> String {
        self.rate.text()
    }
}

#[derive(Debug, Default)]
struct Rate {
    samples: VecDeque<(u64, u64)>,
}

impl Rate {
    fn sample(&mut self, now_ms: u64, calls: u64) {
        match self.samples.back() {
            Some((last, _)) if now_ms < last + RATE_SAMPLE_INTERVAL_MS => return,
            _ => self.samples.push_back((now_ms, calls)),
        }
        // keep one sample from before the span, so that it is covered whole
        while self.samples.get(1).is_some_and(|(at, _)| at + RATE_SPAN_MS <= now_ms) {
            self.samples.pop_front();
        }
    }

    fn text(&self) -> String {
        let per_second = match (self.samples.front(), self.samples.back()) {
            (Some((from, first)), Some((to, last))) if to > from => {
                last.saturating_sub(*first) as f64 * 1000.0 / (to - from) as f64
            }
            _ => 0.0,
        };
        match per_second {
            0.0 => "0/s".to_owned(),
            slow if slow < 9.95 => format!("{slow:.1}/s"),
            fast => format!("{}/s", grouped(fast.round() as u64)),
        }
    }
}

/// Formats a number with a comma before every three digits.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Formats a number of bytes with a unit.
pub fn bytes(count: u64) -> String {
    let units = ["kB", "MB", "GB", "TB"];
    let mut amount = count as f64;
    let mut unit = "B";
    for next in units {
        if amount < 999.5 {
            break;
        }
        amount /= 1000.0;
        unit = next;
    }
    if unit == "B" || amount >= 99.5 {
        format!("{amount:.0} {unit}")
    } else {
        format!("{amount:.1} {unit}")
    }
}

/// Formats a number with its noun: `1 call`, `2 calls`.
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_covers_the_last_two_seconds() {
        let mut rate = Rate::default();
        assert_eq!(rate.text(), "0/s");
        for step in 0..=50 {
            rate.sample(step * 200, step * 20);
        }
        assert_eq!(rate.text(), "100/s");
        for step in 51..=70 {
            rate.sample(step * 200, 1000);
        }
        assert_eq!(rate.text(), "0/s");
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!([grouped(0), grouped(999), grouped(1_234_567)], ["0", "999", "1,234,567"]);
        assert_eq!([bytes(0), bytes(999), bytes(1_500)], ["0 B", "999 B", "1.5 kB"]);
        assert_eq!([bytes(999_700), bytes(123_456_789)], ["1.0 MB", "123 MB"]);
        assert_eq!([count(1, "call", "calls"), count(2, "call", "calls")], ["1 call", "2 calls"]);
    }
}
