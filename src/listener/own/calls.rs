//! `/_segscope/calls`: call records, those that a filter lets through.

use super::query;
use crate::call::Seq;
use crate::filter::Filter;
use crate::pipeline::{Detail, Matching, Pipeline};
use crate::report::call_record;
use crate::wire::Reply;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::Arc;

/// How many calls are given at once, unless fewer or more are asked for.
const LIMIT: u64 = 100;
const MOST: u64 = 1_000;
/// So many rows are looked at in one go.
const AT_ONCE: u64 = 4_096;
/// So many of those that pass are read in one go.
const READ_AT_ONCE: usize = 32;
/// An answer grows no further once it is this large.
const ENOUGH_BYTES: usize = 8 << 20;

pub(super) async fn answer(pipeline: &Arc<Pipeline>, query: &str) -> Reply {
    let asked = || {
        query::known(query, &["filter", "after", "limit"])?;
        let after = query::number(query, "after", u64::MAX)?;
        let limit = query::number(query, "limit", MOST)?.unwrap_or(LIMIT);
        Ok((query::filter(query)?, after.unwrap_or(0), limit))
    };
    let (filter, after, limit) = match asked() {
        Ok(asked) => asked,
        Err(reply) => return reply,
    };
    let mut scan = Scan::new(pipeline, filter, after, limit as usize);
    // a rare filter looks through everything: not on the thread that answers SDKs
    let done = tokio::task::spawn_blocking(move || scan.run().map(|()| scan)).await;
    match done {
        Ok(Ok(scan)) => Reply::json(200, scan.page(json!({ "more": scan.more() }))),
        Ok(Err(error)) => unreadable(&error),
        Err(_) => Reply::failure(500, "internal", "the search ended early"),
    }
}

pub(super) fn unreadable(error: &str) -> Reply {
    Reply::failure(500, "unreadable", &format!("the recording cannot be read: {error}"))
}

/// A look through the calls in order, that can go on later.
pub(super) struct Scan {
    pipeline: Arc<Pipeline>,
    /// None lets everything through.
    filter: Option<Matching>,
    limit: usize,
    /// The row of the first call that may count.
    first_row: u64,
    next_row: u64,
    clears: u64,
    bytes: usize,
    found: Vec<String>,
    after: u64,
    /// The rows that the filter did not let through, the latest of them.
    others: VecDeque<u64>,
}

impl Scan {
    pub fn new(pipeline: &Arc<Pipeline>, filter: Filter, after: u64, limit: usize) -> Scan {
        let first_row = pipeline.row_of(Seq(after.saturating_add(1)));
        Scan {
            filter: (!filter.is_all()).then(|| Matching::new(filter)),
            limit,
            first_row,
            next_row: first_row,
            clears: pipeline.clears(),
            pipeline: Arc::clone(pipeline),
            bytes: 0,
            found: Vec::new(),
            after,
            others: VecDeque::new(),
        }
    }

    /// Looks at what is there, until enough was found.
    pub fn run(&mut self) -> Result<(), String> {
        if self.pipeline.clears() != self.clears {
            // what was found before may be gone, and rows have other places
            self.clears = self.pipeline.clears();
            self.first_row = self.pipeline.row_of(Seq(self.after.saturating_add(1)));
            (self.next_row, self.bytes) = (self.first_row, 0);
            self.found.clear();
            self.others.clear();
        }
        while !self.is_full() && self.more() {
            let rows = self.next_row..self.pipeline.rows().min(self.next_row + AT_ONCE);
            let pass = match &mut self.filter {
                Some(filter) => filter.calls(&self.pipeline, rows.clone())?,
                None => rows.clone().collect(),
            };
            for some in pass.chunks(READ_AT_ONCE) {
                let details = self.pipeline.details_of(some.iter().copied());
                for (row, detail) in some.iter().zip(details) {
                    self.pass_over(*row);
                    self.next_row = row + 1;
                    if let Detail::Call(call) = detail? {
                        let shown = self.pipeline.in_use().shown();
                        let record = call_record(&call, &self.pipeline.vendors(), &shown);
                        self.bytes += record.len();
                        self.found.push(record);
                    }
                    if self.is_full() {
                        return Ok(());
                    }
                }
            }
            self.pass_over(rows.end);
            self.next_row = rows.end;
        }
        Ok(())
    }

    /// Notes the rows up to this one that do not count.
    fn pass_over(&mut self, row: u64) {
        let from = self.next_row.max(row.saturating_sub(SHOWN_OTHERS as u64));
        self.others.extend(from..row);
        let over = self.others.len().saturating_sub(SHOWN_OTHERS);
        self.others.drain(..over);
    }

    /// The latest calls that the filter did not let through, in short.
    pub fn others(&self) -> Vec<Value> {
        let details = self.others.iter().map(|row| self.pipeline.detail(*row));
        let calls = details.filter_map(|detail| match detail {
            Ok(Some(Detail::Call(call))) => Some(json!({
                "seq": call.seq.0, "type": call.kind, "name": call.name,
                "account_id": call.account_id, "user_id": call.user_id, "missing": call.missing,
            })),
            _ => None,
        });
        calls.collect()
    }

    /// How many calls were looked at.
    pub fn seen(&self) -> u64 {
        let before = |row| self.pipeline.seq_before(row);
        before(self.next_row).saturating_sub(before(self.first_row))
    }

    /// The last call that was looked at.
    fn last(&self) -> u64 {
        if self.seen() == 0 { self.after } else { self.pipeline.seq_before(self.next_row) }
    }

    /// True once as much was found as was asked for.
    pub fn is_full(&self) -> bool {
        self.found.len() >= self.limit || self.bytes >= ENOUGH_BYTES
    }

    /// True while there are calls that were not looked at.
    pub fn more(&self) -> bool {
        self.next_row < self.pipeline.rows()
    }

    /// What was found, with further members of the answer. The records stand in it as they are: to
    /// read them as JSON values would change numbers.
    pub fn page(&self, more: serde_json::Value) -> String {
        let rest = more.to_string();
        let rest = rest.strip_prefix('{').unwrap_or("}");
        format!("{{\"calls\":[{}],\"last\":{},{rest}", self.found.join(","), self.last())
    }

    /// How much was found.
    pub fn count(&self) -> usize {
        self.found.len()
    }
}

/// Of what the filter did not let through so many are shown.
const SHOWN_OTHERS: usize = 20;
