//! `/_segscope/calls`: call records, those that a filter lets through.

use super::query;
use crate::call::{Seq, time};
use crate::filter::Filter;
use crate::pipeline::{CallColumns, Detail, Pipeline};
use crate::report::call_record;
use crate::wire::Reply;
use serde_json::json;
use std::sync::Arc;

/// How many calls are given at once, unless fewer or more are asked for.
const LIMIT: u64 = 100;
const MOST: u64 = 1_000;
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
    filter: Filter,
    limit: usize,
    next_row: u64,
    clears: u64,
    bytes: usize,
    found: Vec<String>,
    /// The last call that was looked at.
    pub last: u64,
    /// How many calls were looked at.
    pub seen: u64,
    /// The latest calls that the filter did not let through, in short.
    pub others: std::collections::VecDeque<serde_json::Value>,
}

impl Scan {
    pub fn new(pipeline: &Arc<Pipeline>, filter: Filter, after: u64, limit: usize) -> Scan {
        Scan {
            filter,
            limit,
            next_row: pipeline.row_of(Seq(after.saturating_add(1))),
            clears: pipeline.clears(),
            pipeline: Arc::clone(pipeline),
            bytes: 0,
            found: Vec::new(),
            last: after,
            seen: 0,
            others: Default::default(),
        }
    }

    /// Looks at what is there, until enough was found.
    pub fn run(&mut self) -> Result<(), String> {
        if self.pipeline.clears() != self.clears {
            // what was found before is gone, and rows begin again
            self.clears = self.pipeline.clears();
            (self.next_row, self.bytes, self.seen) = (0, 0, 0);
            self.found.clear();
            self.others.clear();
        }
        while !self.is_full() && self.more() {
            let detail = self.pipeline.detail(self.next_row)?;
            self.next_row += 1;
            if let Some(Detail::Call(call)) = detail {
                self.look(&call);
            }
        }
        Ok(())
    }

    fn look(&mut self, call: &crate::pipeline::CallDetail) {
        let vendors = self.pipeline.vendors();
        (self.last, self.seen) = (call.seq.0, self.seen + 1);
        if self.filter.is_all()
            || self.filter.matches(&CallColumns::new(call, vendors, time::now()))
        {
            let record = call_record(call, vendors, &self.pipeline.in_use().shown());
            self.bytes += record.len();
            self.found.push(record);
            return;
        }
        if self.others.len() == SHOWN_OTHERS {
            self.others.pop_front();
        }
        self.others.push_back(json!({
            "seq": call.seq.0, "type": call.kind, "name": call.name,
            "account_id": call.account_id, "user_id": call.user_id, "missing": call.missing,
        }));
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
        format!("{{\"calls\":[{}],\"last\":{},{rest}", self.found.join(","), self.last)
    }

    /// How much was found.
    pub fn count(&self) -> usize {
        self.found.len()
    }
}

/// Of what the filter did not let through so many are shown.
const SHOWN_OTHERS: usize = 20;
