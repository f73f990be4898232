//! The positions of calls and rows: the row of a call, and the first new call.

use crate::call::Seq;
use crate::engine::Engine;
use crate::engine::index::IndexRow;
use std::ops::Range;

impl Engine {
    /// Returns the number of rows of the log.
    pub fn rows(&self) -> u64 {
        self.lock().index.store.rows()
    }

    /// Returns the number of calls.
    pub fn calls(&self) -> u64 {
        self.lock().index.store.calls.len()
    }

    /// Returns the row of a call.
    pub fn row_of(&self, seq: Seq) -> u64 {
        let state = self.lock();
        state.index.store.row_of_call(state.index.place_of(seq.0))
    }

    /// Returns the number of calls after a call.
    pub fn calls_behind(&self, seq: Seq) -> u64 {
        let state = self.lock();
        let next = state.index.place_of(seq.0.saturating_add(1));
        state.index.store.calls.len().saturating_sub(next)
    }

    /// Returns whether a row is a request that has a row of its own.
    pub fn is_no_call(&self, row: u64) -> bool {
        matches!(self.lock().index.store.row(row), Some(IndexRow::NoCall(_)))
    }

    /// Returns the number of the last call before a row.
    pub fn seq_before(&self, row: u64) -> u64 {
        let state = self.lock();
        state.index.seq_at(state.index.store.calls_before(row)) - 1
    }

    /// Returns the first row and the number of the first call that are new since the program
    /// started, even if they have not arrived yet. Returns `None` while the earlier part of the
    /// recording is still being read.
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

    /// Returns the rows of the calls from a number on, and the number that the next call will have.
    /// A clear and its undo change the row of a call, but not its number.
    pub fn rows_since(&self, first: Seq) -> (Range<u64>, Seq) {
        let state = self.lock();
        let (index, store) = (&state.index, &state.index.store);
        let at = index.place_of(first.0);
        let begin = if at < store.calls.len() { store.row_of_call(at) } else { store.rows() };
        (begin..store.rows(), index.next_seq())
    }

    /// Returns a number that changes with each clear and each time that all calls are judged again.
    pub fn judged_epoch(&self) -> u64 {
        self.lock().index.epoch
    }

    /// Returns the epoch of the index ([`Engine::judged_epoch`]), the number of its rows, and the
    /// number of changes of marks and notes.
    pub(crate) fn extent(&self) -> (u64, u64, u64) {
        let state = self.lock();
        (state.index.epoch, state.index.store.rows(), state.index.remarks.changes)
    }
}
