//! `/_segscope/calls`: the call records that a filter selects.

use crate::call::Seq;
use crate::engine::{Engine, RangeFilter};
use crate::fql::Filter;
use crate::queries::new_calls::{CallWatch, NewCalls};
use crate::queries::record_page::RecordPage;
use crate::queries::{Answer, Workers, in_turn, parameters};
use crate::wire::Reply;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The number of calls in an answer if the request names no limit.
const DEFAULT_LIMIT: u64 = 100;
const MAX_LIMIT: u64 = 1_000;
/// The maximum number of rows that are compared with the filter at once.
const MAX_ROWS_PER_STEP: u64 = 4_096;
/// The time after which a search lets other requests search.
const MAX_TURN: Duration = Duration::from_millis(50);
/// The maximum number of calls outside the filter that an answer shows.
const MAX_SHOWN_OTHERS: usize = 20;

pub(crate) async fn answer(engine: &Arc<Engine>, query: &str, workers: &Workers) -> Answer {
    let parse_query = || {
        parameters::known(query, &["filter", "after", "limit"])?;
        let after = parameters::number(query, "after", u64::MAX)?;
        let limit = parameters::number(query, "limit", MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT);
        Ok((parameters::filter(engine, query)?, after.unwrap_or(0), limit))
    };
    let (filter, after, limit) = match parse_query() {
        Ok(parsed) => parsed,
        Err(reply) => return Answer::Whole(reply),
    };
    let scan = Scan::new(engine, filter, after, limit as usize);
    match look(scan, workers).await {
        Ok(scan) => {
            let more = json!({ "more": scan.more() });
            Answer::Page(200, scan.into_page(more))
        }
        Err(reply) => Answer::Whole(reply),
    }
}

/// Runs a scan to its end. It works on a blocking thread, not on the thread that answers SDKs, and
/// in turn with other requests, because a filter that few calls match reads every call.
pub(crate) async fn look(mut scan: Scan, workers: &Workers) -> Result<Scan, Reply> {
    loop {
        let searched = in_turn(workers, move || {
            let is_done = scan.run();
            (scan, is_done)
        });
        match searched.await {
            Ok((scan, true)) => return Ok(scan),
            Ok((unfinished, false)) => scan = unfinished,
            Err(_) => return Err(Reply::failure(500, "internal", "the search ended early")),
        }
    }
}

/// A search through the calls in order, which can be paused and continued. It holds row numbers,
/// not calls.
pub(crate) struct Scan {
    engine: Arc<Engine>,
    filter: Arc<Filter>,
    limit: usize,
    /// The row of the first call after the cursor `after`.
    first_row: u64,
    next_row: u64,
    clears: u64,
    found: Vec<u64>,
    after: u64,
    /// The latest rows that do not match the filter, at most [`MAX_SHOWN_OTHERS`].
    others: VecDeque<u64>,
    /// The number of calls that could not be compared because the recording no longer has them.
    unreadable: u64,
}

impl Scan {
    pub fn new(engine: &Arc<Engine>, filter: Filter, after: u64, limit: usize) -> Scan {
        let first_row = engine.row_of(Seq(after.saturating_add(1)));
        Scan {
            filter: Arc::new(filter),
            limit,
            first_row,
            next_row: first_row,
            clears: engine.clears(),
            engine: Arc::clone(engine),
            found: Vec::new(),
            after,
            others: VecDeque::new(),
            unreadable: 0,
        }
    }

    /// Searches the rows that exist until the limit is reached, and returns true. Returns false if
    /// the turn ends before that.
    pub fn run(&mut self) -> bool {
        if self.engine.clears() != self.clears {
            // after a clear, the rows that were found may be gone and all rows are renumbered
            self.clears = self.engine.clears();
            self.first_row = self.engine.row_of(Seq(self.after.saturating_add(1)));
            self.next_row = self.first_row;
            self.found.clear();
            self.others.clear();
            self.unreadable = 0;
        }
        let began = Instant::now();
        let end = self.engine.rows();
        // created for each run: it caches more than may stay in memory while a request waits
        let mut matching = None;
        // reads no more rows than the caller is likely to need, and doubles the step while few
        // match
        let mut step = (self.limit.saturating_sub(self.found.len()) as u64).min(MAX_ROWS_PER_STEP);
        while !self.is_full() && self.next_row < end {
            let matching =
                matching.get_or_insert_with(|| RangeFilter::new(Arc::clone(&self.filter)));
            let to = end.min(self.next_row + step);
            step = (step * 2).min(MAX_ROWS_PER_STEP);
            let (pass, unreadable) = matching.readable(&self.engine, self.next_row..to);
            self.unreadable += unreadable;
            for row in pass {
                self.pass_over(row);
                self.next_row = row + 1;
                self.found.push(row);
                if self.is_full() {
                    return true;
                }
            }
            self.pass_over(to);
            self.next_row = to;
            if began.elapsed() >= MAX_TURN && to < end {
                return false;
            }
        }
        true
    }

    /// Adds the rows from the current one up to `row` to those that do not match.
    fn pass_over(&mut self, row: u64) {
        let from = self.next_row.max(row.saturating_sub(MAX_SHOWN_OTHERS as u64));
        self.others.extend(from..row);
        let over = self.others.len().saturating_sub(MAX_SHOWN_OTHERS);
        self.others.drain(..over);
    }

    /// Starts to watch for new calls that match the filter. Returns none if calls were cleared
    /// since the last run; the caller then runs the scan again first.
    pub fn watch(&self, new_calls: &NewCalls) -> Option<Arc<CallWatch>> {
        let watch = new_calls.watch(&self.engine, &self.filter, self.next_row);
        (self.engine.clears() == self.clears).then_some(watch)
    }

    /// Skips the rows that a watch has already compared.
    pub fn follow(&mut self, watch: &CallWatch) {
        let (row, unreadable) = watch.progress();
        if row > self.next_row && self.engine.clears() == self.clears {
            self.pass_over(row);
            self.next_row = row;
            self.unreadable += unreadable;
        }
    }

    /// Returns the number of calls that were searched.
    pub fn seen(&self) -> u64 {
        let before = |row| self.engine.seq_before(row);
        before(self.next_row).saturating_sub(before(self.first_row))
    }

    /// Returns the number of the last call that was searched.
    pub fn last(&self) -> u64 {
        if self.seen() == 0 { self.after } else { self.engine.seq_before(self.next_row) }
    }

    /// Returns true if the limit is reached.
    pub fn is_full(&self) -> bool {
        self.found.len() >= self.limit
    }

    /// Returns true if there are calls that were not searched yet.
    pub fn more(&self) -> bool {
        self.next_row < self.engine.rows()
    }

    /// Returns the number of rows found.
    pub fn count(&self) -> usize {
        self.found.len()
    }

    /// Returns the rows found.
    pub fn into_rows(self) -> Vec<u64> {
        self.found
    }

    /// Returns the rows found that do not match another filter.
    pub fn differing(&self, filter: &Arc<Filter>) -> Vec<u64> {
        let mut matching = RangeFilter::new(Arc::clone(filter));
        let differs = |row: &u64| matching.readable(&self.engine, *row..row + 1).0.is_empty();
        self.found.iter().copied().filter(differs).collect()
    }

    /// Returns a page of these rows in place of the rows found, with further members of the answer.
    pub fn into_page_of(mut self, rows: Vec<u64>, more: Value) -> RecordPage {
        self.found = rows;
        self.into_page(more)
    }

    /// Returns the numbers of the calls found as ascending ranges, and the number of calls that
    /// could not be compared with the filter. Returns none if calls were cleared since the last
    /// run.
    pub fn into_numbers(self) -> Option<(Vec<(u64, u64)>, u64)> {
        Some((self.engine.numbers_of(&self.found, self.clears)?, self.unreadable))
    }

    /// Returns a page of the rows found, with further members of the answer.
    pub fn into_page(self, more: Value) -> RecordPage {
        let last = self.last();
        RecordPage::new(self.engine, self.found, self.clears, last, more, self.unreadable)
    }

    /// Returns a page of the rows found that also summarizes the latest calls outside the filter.
    pub fn into_page_with_others(mut self, more: Value) -> RecordPage {
        let others = std::mem::take(&mut self.others);
        self.into_page(more).with_others(others.into())
    }
}
