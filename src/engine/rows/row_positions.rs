//! Where calls and rows stand: which row a call has, and which of them are new.

use crate::call::Seq;
use crate::engine::Engine;
use crate::engine::index::IndexRow;
use std::ops::Range;

impl Engine {
    /// How many rows the log has.
    pub fn rows(&self) -> u64 {
        self.lock().index.store.rows()
    }

    /// How many calls there are.
    pub fn calls(&self) -> u64 {
        self.lock().index.store.calls.len()
    }

    /// The row of a call.
    pub fn row_of(&self, seq: Seq) -> u64 {
        let state = self.lock();
        state.index.store.row_of_call(state.index.place_of(seq.0))
    }

    /// How many calls stand behind a call.
    pub fn calls_behind(&self, seq: Seq) -> u64 {
        let state = self.lock();
        let next = state.index.place_of(seq.0.saturating_add(1));
        state.index.store.calls.len().saturating_sub(next)
    }

    /// Whether a row is a request that has a row of its own.
    pub fn is_no_call(&self, row: u64) -> bool {
        matches!(self.lock().index.store.row(row), Some(IndexRow::NoCall(_)))
    }

    /// The number of the last call before a row.
    pub fn seq_before(&self, row: u64) -> u64 {
        let state = self.lock();
        state.index.seq_at(state.index.store.calls_before(row)) - 1
    }

    /// What came in since the program began: the first row of it and the number of its first call,
    /// whether they are there yet or not. None while what was recorded before is still being read.
    pub fn first_new(&self) -> Option<(u64, Seq)> {
        if self.shared.queue.is_behind() {
            return None;
        }
        let state = self.lock();
        let store = &state.index.store;
        let before = self.shared.queue.before();
        let request = store.requests.partition_point(|request| request.offset < before);
        let (rows, calls) = store.before_request(request);
        Some((rows, Seq(state.index.seq_at(calls))))
    }

    /// The rows of the calls from a number on, and the number that the next call will have. A call's
    /// number stays its own when all is cleared away and when it is brought back; its row does not.
    pub fn rows_since(&self, first: Seq) -> (Range<u64>, Seq) {
        let state = self.lock();
        let (index, store) = (&state.index, &state.index.store);
        let at = index.place_of(first.0);
        let begin = if at < store.calls.len() { store.row_of_call(at) } else { store.rows() };
        (begin..store.rows(), index.next_seq())
    }

    /// A number that is another after each clear and each time that all is judged again.
    pub fn judged_epoch(&self) -> u64 {
        self.lock().index.epoch
    }

    /// Which index this is, how many rows it has, and how often marks and notes have changed. The
    /// number is another after each clear and each time that all is judged again.
    pub(crate) fn extent(&self) -> (u64, u64, u64) {
        let state = self.lock();
        (state.index.epoch, state.index.store.rows(), state.index.remarks.changes)
    }
}
