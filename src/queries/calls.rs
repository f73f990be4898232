//! `/_segscope/calls`: call records, those that a filter lets through.

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

/// How many calls are given at once, unless fewer or more are asked for.
const LIMIT: u64 = 100;
const MOST: u64 = 1_000;
/// So many rows are looked at in one go.
const AT_ONCE: u64 = 4_096;
/// For so long one request looks before another one has its turn.
const TURN: Duration = Duration::from_millis(50);
/// Of what the filter did not let through so many are shown.
const SHOWN_OTHERS: usize = 20;

pub(crate) async fn answer(engine: &Arc<Engine>, query: &str, workers: &Workers) -> Answer {
    let asked = || {
        parameters::known(query, &["filter", "after", "limit"])?;
        let after = parameters::number(query, "after", u64::MAX)?;
        let limit = parameters::number(query, "limit", MOST)?.unwrap_or(LIMIT);
        Ok((parameters::filter(query)?, after.unwrap_or(0), limit))
    };
    let (filter, after, limit) = match asked() {
        Ok(asked) => asked,
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

/// Looks through what is there, not on the thread that answers SDKs, and in turn with others: a rare
/// filter looks through everything.
pub(crate) async fn look(mut scan: Scan, workers: &Workers) -> Result<Scan, Reply> {
    loop {
        let looked = in_turn(workers, move || {
            let is_done = scan.run();
            (scan, is_done)
        });
        match looked.await {
            Ok((scan, true)) => return Ok(scan),
            Ok((unfinished, false)) => scan = unfinished,
            Err(_) => return Err(Reply::failure(500, "internal", "the search ended early")),
        }
    }
}

/// A look through the calls in order, that can go on later. It holds the numbers of rows, not the
/// calls.
pub(crate) struct Scan {
    engine: Arc<Engine>,
    filter: Arc<Filter>,
    limit: usize,
    /// The row of the first call that may count.
    first_row: u64,
    next_row: u64,
    clears: u64,
    found: Vec<u64>,
    after: u64,
    /// The rows that the filter did not let through, the latest of them.
    others: VecDeque<u64>,
    /// Calls for which the filter asks the recording, which has them no more.
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

    /// Looks at what is there, until enough was found or its turn is over; false in that case.
    pub fn run(&mut self) -> bool {
        if self.engine.clears() != self.clears {
            // what was found before may be gone, and rows have other places
            self.clears = self.engine.clears();
            self.first_row = self.engine.row_of(Seq(self.after.saturating_add(1)));
            self.next_row = self.first_row;
            self.found.clear();
            self.others.clear();
            self.unreadable = 0;
        }
        let began = Instant::now();
        let end = self.engine.rows();
        // made anew each time: it remembers more than may be held while a request waits
        let mut matching = None;
        // no more rows than are likely to be wanted, and twice as many while too few pass
        let mut step = (self.limit.saturating_sub(self.found.len()) as u64).min(AT_ONCE);
        while !self.is_full() && self.next_row < end {
            let matching =
                matching.get_or_insert_with(|| RangeFilter::new(Arc::clone(&self.filter)));
            let to = end.min(self.next_row + step);
            step = (step * 2).min(AT_ONCE);
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
            if began.elapsed() >= TURN && to < end {
                return false;
            }
        }
        true
    }

    /// Notes the rows up to this one that do not count.
    fn pass_over(&mut self, row: u64) {
        let from = self.next_row.max(row.saturating_sub(SHOWN_OTHERS as u64));
        self.others.extend(from..row);
        let over = self.others.len().saturating_sub(SHOWN_OTHERS);
        self.others.drain(..over);
    }

    /// Begins to watch for calls that arrive and pass. None if calls were cleared away meanwhile, which
    /// is to be looked at first.
    pub fn watch(&self, new_calls: &NewCalls) -> Option<Arc<CallWatch>> {
        let watch = new_calls.watch(&self.engine, &self.filter, self.next_row);
        (self.engine.clears() == self.clears).then_some(watch)
    }

    /// Passes over what a watch has looked at.
    pub fn follow(&mut self, watch: &CallWatch) {
        let (row, unreadable) = watch.progress();
        if row > self.next_row && self.engine.clears() == self.clears {
            self.pass_over(row);
            self.next_row = row;
            self.unreadable += unreadable;
        }
    }

    /// How many calls were looked at.
    pub fn seen(&self) -> u64 {
        let before = |row| self.engine.seq_before(row);
        before(self.next_row).saturating_sub(before(self.first_row))
    }

    /// The last call that was looked at.
    pub fn last(&self) -> u64 {
        if self.seen() == 0 { self.after } else { self.engine.seq_before(self.next_row) }
    }

    /// True once as much was found as was asked for.
    pub fn is_full(&self) -> bool {
        self.found.len() >= self.limit
    }

    /// True while there are calls that were not looked at.
    pub fn more(&self) -> bool {
        self.next_row < self.engine.rows()
    }

    /// How much was found.
    pub fn count(&self) -> usize {
        self.found.len()
    }

    /// The rows that were found.
    pub fn into_rows(self) -> Vec<u64> {
        self.found
    }

    /// Of the rows that were found, those that do not match another filter as well.
    pub fn differing(&self, filter: &Arc<Filter>) -> Vec<u64> {
        let mut matching = RangeFilter::new(Arc::clone(filter));
        let differs = |row: &u64| matching.readable(&self.engine, *row..row + 1).0.is_empty();
        self.found.iter().copied().filter(differs).collect()
    }

    /// What of it is to be shown: these rows, with further members of the answer.
    pub fn into_page_of(mut self, rows: Vec<u64>, more: Value) -> RecordPage {
        self.found = rows;
        self.into_page(more)
    }

    /// The numbers of the calls that were found, as ascending ranges, and of how many calls it
    /// cannot be told whether they belong to them. None if calls were cleared away meanwhile.
    pub fn into_numbers(self) -> Option<(Vec<(u64, u64)>, u64)> {
        Some((self.engine.numbers_of(&self.found, self.clears)?, self.unreadable))
    }

    /// What was found, with further members of the answer.
    pub fn into_page(self, more: Value) -> RecordPage {
        let last = self.last();
        RecordPage::new(self.engine, self.found, self.clears, last, more, self.unreadable)
    }

    /// The same with the latest calls that the filter did not let through, in short.
    pub fn into_page_with_others(mut self, more: Value) -> RecordPage {
        let others = std::mem::take(&mut self.others);
        self.into_page(more).with_others(others.into())
    }
}
