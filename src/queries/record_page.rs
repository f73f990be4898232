//! A page of call records, which are read from the recording and written while the answer is sent.

use crate::engine::{Engine, RowDetail};
use crate::report::call_record;
use serde_json::{Value, json};
use std::sync::Arc;

/// The approximate size of one chunk of the answer.
const CHUNK_BYTES: usize = 64 << 10;
/// The size at which a page ends. The last record may go beyond it.
const MAX_PAGE_BYTES: usize = 8 << 20;
/// The range of the number of calls that are read at once. The calls of a batch are read together,
/// and a page of large calls must not be held in memory whole.
const CALLS_PER_READ: std::ops::RangeInclusive<usize> = 4..=32;
/// The assumed size of a record until the first one is written.
const ASSUMED_RECORD_BYTES: usize = 8 << 10;

/// An answer that is not sent yet, held as the numbers of its rows.
pub(crate) struct RecordPage {
    engine: Arc<Engine>,
    rows: Vec<u64>,
    /// The number of clears when the rows were found. After another clear, the same numbers are
    /// other rows.
    clears: u64,
    /// The number of rows that are written. `records` is smaller if some rows had no call.
    done_rows: usize,
    records: usize,
    bytes: usize,
    last: u64,
    /// The members of the answer after `calls` and `last`.
    more: Value,
    others: Option<Vec<u64>>,
    unreadable: u64,
    ended: bool,
}

impl RecordPage {
    /// Creates a page of these rows. `last` is the number of the last call that was searched, and
    /// `unreadable` the number of calls that could not be compared with the filter.
    pub fn new(
        engine: Arc<Engine>,
        rows: Vec<u64>,
        clears: u64,
        last: u64,
        more: Value,
        unreadable: u64,
    ) -> RecordPage {
        let (done_rows, records, bytes, others, ended) = (0, 0, 0, None, false);
        RecordPage {
            engine,
            rows,
            clears,
            done_rows,
            records,
            bytes,
            last,
            more,
            others,
            unreadable,
            ended,
        }
    }

    /// Adds summaries of these rows as the member `others`.
    pub fn with_others(mut self, rows: Vec<u64>) -> RecordPage {
        self.others = Some(rows);
        self
    }

    /// Returns true if the whole page is written.
    pub fn is_ended(&self) -> bool {
        self.ended
    }

    /// Writes the next chunk of the answer. Records are copied as text, because parsing them as
    /// JSON values would change numbers.
    pub fn next_chunk(&mut self) -> Vec<u8> {
        let mut out = Vec::with_capacity(CHUNK_BYTES);
        if self.bytes == 0 {
            out.extend_from_slice(b"{\"calls\":[");
        }
        while !self.ended && out.len() < CHUNK_BYTES {
            self.write_records(&mut out);
            if self.done_rows == self.rows.len() {
                self.end(&mut out);
            }
        }
        self.bytes += out.len();
        out
    }

    /// Writes as many records as are likely to fit into the chunk.
    fn write_records(&mut self, out: &mut Vec<u8>) {
        let usual = self.bytes.checked_div(self.records).unwrap_or(ASSUMED_RECORD_BYTES).max(1);
        let fit = ((CHUNK_BYTES - out.len()) / usual)
            .clamp(*CALLS_PER_READ.start(), *CALLS_PER_READ.end());
        let some = &self.rows[self.done_rows..];
        let some = &some[..some.len().min(fit)];
        let details = self.engine.details_of(some.iter().copied());
        if self.engine.clears() != self.clears {
            // the rows were cleared meanwhile
            self.done_rows = self.rows.len();
            return;
        }
        let shown = self.engine.in_use().shown();
        let vendors = self.engine.vendors();
        // if a call is missing, all calls after it in `some` are missing too
        let missing = some.len() - details.len();
        for detail in details {
            self.done_rows += 1;
            match detail {
                Ok(RowDetail::Call(call)) => {
                    if self.records > 0 {
                        out.push(b',');
                    }
                    out.extend_from_slice(call_record(&call, &vendors, &shown).as_bytes());
                    self.records += 1;
                }
                Ok(RowDetail::NoCall(_)) => {}
                Err(_) => self.unreadable += 1,
            }
            if self.bytes + out.len() >= MAX_PAGE_BYTES && self.done_rows < self.rows.len() {
                self.cut();
                return;
            }
        }
        self.done_rows += missing;
    }

    /// Ends the page after the rows written so far. The caller can continue after `last`.
    fn cut(&mut self) {
        let row = self.rows[self.done_rows - 1];
        self.rows.truncate(self.done_rows);
        self.last = self.engine.seq_before(row + 1);
        self.more["more"] = true.into();
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.ended = true;
        if let Some(rows) = self.others.take() {
            self.more["others"] = self.summaries(&rows);
        }
        self.more["unreadable"] = self.unreadable.into();
        let more = self.more.to_string();
        let more = more.strip_prefix('{').unwrap_or("}");
        out.extend_from_slice(format!("],\"last\":{},{more}", self.last).as_bytes());
    }

    /// Returns summaries of calls.
    fn summaries(&self, rows: &[u64]) -> Value {
        let details = rows.iter().map(|row| self.engine.detail(*row));
        let calls = details.filter_map(|detail| match detail {
            Ok(Some(RowDetail::Call(call))) => Some(json!({
                "seq": call.seq.0, "type": call.kind, "name": call.name,
                "account_id": call.account_id, "user_id": call.user_id, "missing": call.missing,
            })),
            _ => None,
        });
        Value::Array(calls.collect())
    }
}
