//! A page of call records, which are read back and written as they are sent.

use crate::engine::{Engine, RowDetail};
use crate::report::call_record;
use serde_json::{Value, json};
use std::sync::Arc;

/// About so much is made at once.
const CHUNK_BYTES: usize = 64 << 10;
/// A page grows no further once it is this large.
const ENOUGH_BYTES: usize = 8 << 20;
/// So many calls are read in one go: those of a batch are read together, and a page of large ones
/// must not be held whole.
const READ_AT_ONCE: std::ops::RangeInclusive<usize> = 4..=32;
/// How large a record is before one was seen.
const USUAL_BYTES: usize = 8 << 10;

/// What a request found, not sent yet: the numbers of its rows.
pub(crate) struct RecordPage {
    engine: Arc<Engine>,
    rows: Vec<u64>,
    /// Rows with another number of clears are other rows.
    clears: u64,
    /// How many of the rows are written, and how many records that gave.
    done_rows: usize,
    records: usize,
    bytes: usize,
    last: u64,
    /// The members behind the calls.
    more: Value,
    others: Option<Vec<u64>>,
    unreadable: u64,
    ended: bool,
}

impl RecordPage {
    /// A page of these rows. `last` is the last call that was looked at, `unreadable` says of how
    /// many calls it cannot be told whether they belong here.
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

    /// Adds these rows in short, as `others`.
    pub fn with_others(mut self, rows: Vec<u64>) -> RecordPage {
        self.others = Some(rows);
        self
    }

    /// True once all of it is written.
    pub fn is_ended(&self) -> bool {
        self.ended
    }

    /// Writes the next piece of the answer. The records stand in it as they are: to read them as
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

    /// Writes records, as many as are likely to fit.
    fn write_records(&mut self, out: &mut Vec<u8>) {
        let usual = self.bytes.checked_div(self.records).unwrap_or(USUAL_BYTES).max(1);
        let fit =
            ((CHUNK_BYTES - out.len()) / usual).clamp(*READ_AT_ONCE.start(), *READ_AT_ONCE.end());
        let some = &self.rows[self.done_rows..];
        let some = &some[..some.len().min(fit)];
        let details = self.engine.details_of(some.iter().copied());
        if self.engine.clears() != self.clears {
            // what was found is cleared away
            self.done_rows = self.rows.len();
            return;
        }
        let shown = self.engine.in_use().shown();
        let vendors = self.engine.vendors();
        // where one is not there, those behind it are not either
        let gone = some.len() - details.len();
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
            if self.bytes + out.len() >= ENOUGH_BYTES && self.done_rows < self.rows.len() {
                self.cut();
                return;
            }
        }
        self.done_rows += gone;
    }

    /// Ends the page before its last row: whoever asks goes on behind what it has.
    fn cut(&mut self) {
        let row = self.rows[self.done_rows - 1];
        self.rows.truncate(self.done_rows);
        self.last = self.engine.seq_before(row + 1);
        self.more["more"] = true.into();
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.ended = true;
        if let Some(rows) = self.others.take() {
            self.more["others"] = self.short(&rows);
        }
        self.more["unreadable"] = self.unreadable.into();
        let more = self.more.to_string();
        let more = more.strip_prefix('{').unwrap_or("}");
        out.extend_from_slice(format!("],\"last\":{},{more}", self.last).as_bytes());
    }

    /// Calls in short.
    fn short(&self, rows: &[u64]) -> Value {
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
