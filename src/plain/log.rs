//! The commands that go through the calls: lists, the next call of a kind, the filter, the search.

use super::command::{number, word};
use crate::fql;
use crate::inspector::{Inspector, NextRow, What, row_words};
use crate::plain::session::PlainSession;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The number of calls that `list` prints by default, and the maximum.
const DEFAULT_LIST_ROWS: u64 = 20;
const MAX_LIST_ROWS: u64 = 1_000;
/// The time limit for waiting for a filter or a search. After it, `filter` and `list` use the rows
/// found so far, and a search prints that it is not finished.
const WAIT_TIMEOUT: Duration = Duration::from_secs(5);
/// The interval at which the progress of a filter or a search is checked.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

impl PlainSession<'_> {
    /// Returns the row of the call with this number.
    pub(crate) fn row_of(&self, seq: u64) -> Option<u64> {
        // a refused request has a row but no number, so a call's row is never before its number's
        // position
        let (mut low, mut high) = (seq.checked_sub(1)?, self.inspector.rows());
        while low < high {
            let middle = low + (high - low) / 2;
            let mut at = middle;
            let found = loop {
                match self.inspector.window(at..at + 1).pop() {
                    Some(row) => match row.seq {
                        Some(found) => break Some(found.0),
                        None => at += 1,
                    },
                    None => break None,
                }
                if at >= high {
                    break None;
                }
            };
            match found {
                Some(found) if found == seq => return Some(at),
                Some(found) if found < seq => low = at + 1,
                _ => high = middle,
            }
        }
        None
    }

    /// Returns the row whose number the text begins with, or the current row, and the rest of the
    /// text. If there is no such row, prints that and returns `None`.
    pub(crate) fn parse_row<'a>(&mut self, text: &'a str) -> io::Result<Option<(u64, &'a str)>> {
        let (named, rest) = number(text);
        let row = match named {
            Some(seq) => self.row_of(seq),
            None => self.current.or_else(|| self.inspector.rows().checked_sub(1)),
        };
        match (row, named) {
            (Some(row), _) => Ok(Some((row, rest))),
            (None, Some(seq)) => {
                self.say(&format!("there is no call {seq}"))?;
                Ok(None)
            }
            (None, None) => {
                self.say("there is no call yet")?;
                Ok(None)
            }
        }
    }

    /// Lists calls.
    pub(crate) fn list(&mut self, text: &str) -> io::Result<()> {
        let (count, rest) = number(text);
        let count = count.unwrap_or(DEFAULT_LIST_ROWS).min(MAX_LIST_ROWS);
        self.wait_for_filter();
        let shown = self.inspector.shown().rows;
        let first = match word(rest) {
            ("", _) => shown.saturating_sub(count),
            ("from", seq) => match number(seq).0.map(|seq| self.row_of(seq)) {
                Some(Some(row)) => self.inspector.place_of(row),
                _ => return self.say("there is no such call; expected `list COUNT from NUMBER`"),
            },
            _ => return self.say("expected `list`, `list COUNT` or `list COUNT from NUMBER`"),
        };
        let rows = self.inspector.shown_rows(first..(first + count).min(shown));
        if rows.is_empty() {
            return self.say(if self.inspector.rows() == 0 {
                "no calls yet"
            } else {
                "no call passes the filter"
            });
        }
        let vendors = self.vendors();
        let lines: Vec<String> = self
            .inspector
            .window_of(&rows, &[])
            .iter()
            .map(|row| row_words(row, &vendors))
            .collect();
        self.current = rows.last().copied();
        self.print(lines)?;
        self.say(&format!("{} of {shown} lines", rows.len()))
    }

    /// Prints the next call of a kind, or the previous one.
    pub(crate) fn go(&mut self, kind: &str, forward: bool) -> io::Result<()> {
        let what = match kind {
            "" => return self.step(forward),
            "missing" => What::Missing,
            "finding" => What::Finding,
            "marked" => What::Marked,
            "match" => match &self.search {
                Some(search) => What::Matches(Arc::clone(search)),
                None => return self.say("no search yet; `search EXPRESSION` starts one"),
            },
            other => {
                return self.say(&format!("`{other}` is none of missing, finding, marked, match"));
            }
        };
        let words = match kind {
            "missing" => "call with a missing id",
            "finding" => "call with a finding",
            "marked" => "call that is marked",
            _ => "call that matches",
        };
        let further = if forward { "further" } else { "earlier" };
        match self.find(&what, forward) {
            NextRow::Row(row) => self.say_row(row),
            NextRow::None => self.say(&format!("no {further} {words}")),
            NextRow::Paused { .. } => self.say(&format!(
                "no {further} {words} found within {} s; the search is not finished",
                WAIT_TIMEOUT.as_secs()
            )),
        }
    }

    /// Searches for a row, at most [`WAIT_TIMEOUT`].
    fn find(&self, what: &What, forward: bool) -> NextRow {
        let rows = self.inspector.rows();
        let at = self.current.unwrap_or(if forward { 0 } else { rows });
        if forward
            && self.current.is_none()
            && self.inspector.find(1, false, what) == NextRow::Row(0)
        {
            return NextRow::Row(0);
        }
        search(|at| self.inspector.find(at, forward, what), at, WAIT_TIMEOUT)
    }

    fn step(&mut self, forward: bool) -> io::Result<()> {
        self.wait_for_filter();
        let shown = self.inspector.shown().rows;
        let place = match self.current {
            Some(row) => {
                let place = self.inspector.place_of(row);
                if forward { place + 1 } else { place.wrapping_sub(1) }
            }
            None => shown.wrapping_sub(1),
        };
        match self
            .inspector
            .shown_rows(place..place.saturating_add(1))
            .pop()
            .filter(|_| place < shown)
        {
            Some(row) => self.say_row(row),
            None if forward => self.say("this is the last call"),
            None => self.say("this is the first call"),
        }
    }

    /// Waits until the filter has looked at all rows, at most [`WAIT_TIMEOUT`].
    fn wait_for_filter(&self) {
        self.wait_until(|inspector| {
            let shown = inspector.shown();
            shown.looked_at >= shown.of
        });
    }

    /// Waits for background work until `done` returns true, at most [`WAIT_TIMEOUT`].
    pub(crate) fn wait_until(&self, done: impl Fn(&Inspector) -> bool) {
        let begun = Instant::now();
        while !done(self.inspector) && begun.elapsed() < WAIT_TIMEOUT {
            std::thread::sleep(POLL_INTERVAL);
        }
    }

    /// Changes the filter; without an expression, prints it.
    pub(crate) fn filter(&mut self, text: &str) -> io::Result<()> {
        let filtered = &mut self.filtered;
        match text {
            "" if filtered.text.is_empty() && !filtered.only_marked => {
                return self.say("no filter; `filter EXPRESSION` sets one");
            }
            "" => {}
            "off" => (filtered.off, filtered.only_marked) = (true, false),
            "on" => filtered.off = false,
            "marked" => filtered.only_marked = !filtered.only_marked,
            text => match self.inspector.parse_filter(text) {
                Ok(_) => (filtered.text, filtered.off) = (text.to_owned(), false),
                Err(error) => {
                    let column = error.column;
                    return self.say(&format!(
                        "column {column}: expected {}, found {}; the filter is as before",
                        error.expected, error.found
                    ));
                }
            },
        }
        self.apply_filter();
        self.wait_for_filter();
        let shown = self.inspector.shown();
        let description = match (self.filtered.filter.is_some(), self.filtered.only_marked) {
            (false, _) => "no filter".to_owned(),
            (true, false) => format!("filter {}", self.filtered.text),
            (true, true) => "only marked calls".to_owned(),
        };
        let so_far = if shown.looked_at < shown.of { " so far" } else { "" };
        self.say(&format!(
            "{description}: {} of {} lines{so_far}",
            shown.rows,
            self.inspector.rows()
        ))?;
        self.print_filter_hints()
    }

    /// Prints hints about a filter that no row matches.
    fn print_filter_hints(&mut self) -> io::Result<()> {
        let (shown, rows) = (self.inspector.shown(), self.inspector.rows());
        let Some(filter) = self.filtered.filter.clone() else { return Ok(()) };
        if shown.rows > 0 || shown.looked_at < shown.of || rows == 0 {
            return Ok(());
        }
        let absent = fql::absent(&filter, self.inspector.names().as_ref());
        for one in &absent {
            self.say(&one.to_string())?;
        }
        for hint in filter.hints().iter().filter(|_| absent.is_empty()) {
            self.say(&format!("column {}: {}", hint.column, hint.message))?;
        }
        Ok(())
    }

    fn apply_filter(&mut self) {
        let filtered = &mut self.filtered;
        let own = if filtered.off { "" } else { filtered.text.as_str() };
        let text = match (own.is_empty(), filtered.only_marked) {
            (_, false) => own.to_owned(),
            (true, true) => "marked".to_owned(),
            (false, true) => format!("({own}) and marked"),
        };
        let filter = fql::parse(&text).ok().filter(|filter| !filter.is_all()).map(Arc::new);
        filtered.filter = filter.clone();
        self.inspector.filter(filter);
    }

    /// Searches from the current call on.
    pub(crate) fn search(&mut self, text: &str) -> io::Result<()> {
        match self.inspector.parse_filter(text) {
            Ok(filter) if filter.is_all() => self.say("expected something to search for"),
            Ok(filter) => {
                self.search = Some(Arc::new(filter));
                self.go("match", true)
            }
            Err(error) => {
                let column = error.column;
                self.say(&format!(
                    "column {column}: expected {}, found {}",
                    error.expected, error.found
                ))
            }
        }
    }
}

/// Searches on from `at` until there is a result or the time is over.
fn search(mut find: impl FnMut(u64) -> NextRow, mut at: u64, timeout: Duration) -> NextRow {
    let begun = Instant::now();
    loop {
        match find(at) {
            NextRow::Paused { at: further } if begun.elapsed() < timeout => {
                at = further;
                std::thread::sleep(POLL_INTERVAL);
            }
            next => return next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_that_takes_too_long_does_not_end_as_if_nothing_was_found() {
        let slow = |at| NextRow::Paused { at: at + 1 };
        assert_eq!(search(slow, 7, Duration::ZERO), NextRow::Paused { at: 8 });
        let third = |at| if at == 3 { NextRow::Row(3) } else { NextRow::Paused { at: at + 1 } };
        assert_eq!(search(third, 1, WAIT_TIMEOUT), NextRow::Row(3));
        assert_eq!(search(|_| NextRow::None, 1, WAIT_TIMEOUT), NextRow::None);
    }
}
