//! The index of a recording: small rows in blocks, shared texts, and sets of findings. Bodies stay
//! on disk; a row contains their position.

mod alias_groups;
mod call_counts;
mod call_shapes;
mod chunked_vec;
mod finding_sets;
mod id_counts;
mod id_remarks;
mod match_bitmap;
mod message_ids;
mod number_gaps;
mod paired_ids;
mod remark_list;
mod rows;
pub(crate) mod sender_platform;
mod strings;

pub use crate::engine::index::call_counts::{CallCounts, CellKey, Count, TREND_MINUTES, Trend};
pub use crate::engine::index::call_shapes::{CallShape, CallShapes, IndexedField, ShapeId};
pub use crate::engine::index::chunked_vec::ChunkedVec;
pub use crate::engine::index::finding_sets::{FindingSets, SetId, SetInfo, VendorBits};
pub use crate::engine::index::match_bitmap::{
    BLOCK_ROWS, Bits, Claim, MatchBitmap, Nearest, no_bits,
};
pub use crate::engine::index::message_ids::{
    ArrivalHour, Fingerprint, MessageIds, Repeat, Sighting,
};
pub(crate) use crate::engine::index::number_gaps::NumberGaps;
pub use id_counts::{IdCount, IdCounts, IdOf, IdTable, MOST_IDS, Pair};
pub use id_remarks::{IdHashes, IdRemarks, IdsOfCall};
pub use remark_list::{IdRemark, RemarkKind};
pub use rows::{CallRow, Flags, HasId, IndexRow, NoCall, NoCallRow, RequestFlags, RequestRow};
pub use sender_platform::SenderPlatform;
pub use strings::{TextId, Texts};

/// The rows, texts and counts of a recording, without the bodies of its calls.
#[derive(Debug, Default)]
pub struct Index {
    /// One row per call, in order of arrival.
    pub calls: ChunkedVec<CallRow>,
    /// One row per request, in order of arrival.
    pub requests: ChunkedVec<RequestRow>,
    /// Names, ids, write keys and libraries, each text once.
    pub texts: Texts,
    /// The different sets of finding codes of the calls.
    pub sets: FindingSets,
    /// The different combinations of type, library, versions and write key of the calls.
    pub shapes: CallShapes,
    /// Rows of requests between the calls: the number of calls before the row, and the request.
    no_calls: Vec<(u64, NoCallRow)>,
    /// The number of such rows of each kind.
    no_call_counts: [u64; NoCall::COUNT],
    seen: MessageIds,
}

impl Index {
    /// Returns the number of rows of the log: calls, and requests that have a row of their own.
    pub fn rows(&self) -> u64 {
        self.calls.len() + self.no_calls.len() as u64
    }

    /// Returns the number of requests that have a row of their own for this reason.
    pub fn no_calls(&self, kind: NoCall) -> u64 {
        self.no_call_counts[kind as usize]
    }

    /// Adds a row for the latest request, after the calls so far.
    pub fn push_no_call(&mut self, kind: NoCall) {
        let request = self.requests.len().saturating_sub(1) as u32;
        self.no_calls.push((self.calls.len(), NoCallRow { request, kind }));
        self.no_call_counts[kind as usize] += 1;
    }

    /// Returns the call or the request of a row of the log.
    pub fn row(&self, row: u64) -> Option<IndexRow> {
        // no_calls[k] is row no_calls[k].0 + k; these row numbers are ascending
        let before = self.no_calls_before(row);
        if let Some(&(calls, no_call)) = self.no_calls.get(before as usize)
            && calls + before == row
        {
            return Some(IndexRow::NoCall(no_call));
        }
        let call = row - before;
        (call < self.calls.len()).then_some(IndexRow::Call(call))
    }

    /// Returns the row of a call.
    pub fn row_of_call(&self, call: u64) -> u64 {
        let before = self.no_calls.partition_point(|&(calls, _)| calls <= call);
        call.saturating_add(before as u64)
    }

    /// Returns the number of calls before a row.
    pub fn calls_before(&self, row: u64) -> u64 {
        (row - self.no_calls_before(row)).min(self.calls.len())
    }

    /// Returns the number of rows and the number of calls before those of a request.
    pub fn before_request(&self, request: u64) -> (u64, u64) {
        let calls = self.calls.partition_point(|call| u64::from(call.request) < request);
        let others = self.no_calls.partition_point(|(_, row)| u64::from(row.request) < request);
        (calls + others as u64, calls)
    }

    /// Returns the number of request rows before a row.
    fn no_calls_before(&self, row: u64) -> u64 {
        let (mut low, mut high) = (0, self.no_calls.len());
        while low < high {
            let middle = (low + high) / 2;
            if self.no_calls[middle].0 + (middle as u64) < row {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low as u64
    }

    /// Remembers a call by its `messageId`, and returns whether that came before. `None` is a call
    /// without a `messageId` of its own.
    pub fn meet(&mut self, call: Option<Repeat>) -> Sighting {
        self.seen.note(call)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_before_a_request_are_those_of_earlier_ones() {
        let mut store = Index::default();
        let call = |store: &mut Index, calls| {
            let request = store.requests.push(RequestRow::default()) as u32;
            (0..calls).for_each(|_| {
                store.calls.push(CallRow { request, ..CallRow::default() });
            });
        };
        let no_call = |store: &mut Index| {
            store.requests.push(RequestRow::default());
            store.push_no_call(NoCall::Empty);
        };
        call(&mut store, 2);
        no_call(&mut store);
        call(&mut store, 0);
        no_call(&mut store);
        call(&mut store, 3);
        let before = [0, 1, 2, 3, 4, 5].map(|request| store.before_request(request));
        assert_eq!(before, [(0, 0), (2, 2), (3, 2), (3, 2), (4, 2), (7, 5)]);
    }

    #[test]
    fn rows_are_calls_and_requests_without_calls_in_order() {
        let mut store = Index::default();
        let no_call = |store: &mut Index, kind| {
            store.requests.push(RequestRow::default());
            store.push_no_call(kind);
        };
        no_call(&mut store, NoCall::Refused);
        store.calls.push(CallRow::default());
        store.calls.push(CallRow::default());
        no_call(&mut store, NoCall::Empty);
        no_call(&mut store, NoCall::Refused);
        store.calls.push(CallRow::default());
        let row = |request, kind| Some(IndexRow::NoCall(NoCallRow { request, kind }));
        assert_eq!(NoCall::Other as usize, NoCall::COUNT - 1);
        let kinds = [NoCall::Refused, NoCall::Empty, NoCall::NotFound];
        assert_eq!(kinds.map(|kind| store.no_calls(kind)), [2, 1, 0]);
        let rows: Vec<_> = (0..7).map(|row| store.row(row)).collect();
        assert_eq!(
            rows,
            [
                row(0, NoCall::Refused),
                Some(IndexRow::Call(0)),
                Some(IndexRow::Call(1)),
                row(1, NoCall::Empty),
                row(2, NoCall::Refused),
                Some(IndexRow::Call(2)),
                None
            ]
        );
        assert_eq!([0, 1, 2].map(|call| store.row_of_call(call)), [1, 2, 5]);
        assert_eq!(
            [0, 1, 2, 3, 4, 5, 6, 9].map(|row| store.calls_before(row)),
            [0, 0, 1, 2, 2, 2, 3, 3]
        );
    }
}
