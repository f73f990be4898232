//! Counts of the calls that pass a filter, in the same cells as the counts of all calls. The search
//! threads add to them after they have checked the rows.

use crate::call::CallType;
use crate::engine::Engine;
use crate::engine::index::{CallCounts, CellKey, IdCounts, Index, IndexRow};

/// The number of rows that are counted each time the judging state is locked.
const ROWS_PER_LOCK: usize = 1024;

/// The counts of the calls that pass a filter.
#[derive(Debug, Default)]
pub struct FilteredCounts {
    /// The generation of the rows. Different rows have a different number.
    pub(crate) generation: u64,
    /// The number of times that all rows were searched again.
    pub(crate) round: u64,
    /// The first row that is not yet counted.
    pub(crate) next_row: u64,
    /// The number of calls, without repeats.
    pub(crate) calls: u64,
    /// The counts by event, findings, and sender.
    pub(crate) cube: CallCounts,
    /// The counts of accounts and users.
    pub(crate) ids: IdCounts,
}

/// The progress of counting the calls that pass a filter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CountProgress {
    /// The number of counted calls that pass, without repeats.
    pub calls: u64,
    /// The number of rows that were checked and counted, whether they pass or not.
    pub counted_rows: u64,
    /// The number of rows.
    pub rows: u64,
}

impl CountProgress {
    /// Returns true if all rows are counted.
    pub fn is_complete(&self) -> bool {
        self.counted_rows >= self.rows
    }
}

impl FilteredCounts {
    /// Creates empty counts.
    pub(crate) fn begin(generation: u64, round: u64) -> FilteredCounts {
        FilteredCounts { generation, round, ..FilteredCounts::default() }
    }

    /// Counts the calls of rows that pass, which must come in order.
    pub(crate) fn add(&mut self, engine: &Engine, rows: &[u64]) {
        for rows in rows.chunks(ROWS_PER_LOCK) {
            let state = engine.lock();
            let store = &state.index.store;
            for row in rows {
                let Some(IndexRow::Call(at)) = store.row(*row) else { continue };
                let Some((key, repeat, received_at)) = cell(store, at) else { continue };
                self.cube.add(key, at, repeat, received_at);
                self.calls += u64::from(!repeat);
                let Some(call) = store.calls.get(at) else { continue };
                let account = (call.account, call.flags.doubtful_account());
                let user = (call.user, call.flags.doubtful_user());
                self.ids.add(account, user, at, repeat);
            }
        }
    }
}

impl Engine {
    /// Counts the calls of some rows.
    pub(crate) fn cube_of(&self, rows: &[u64]) -> CallCounts {
        let state = self.lock();
        let store = &state.index.store;
        let mut cube = CallCounts::default();
        for row in rows {
            let Some(IndexRow::Call(at)) = store.row(*row) else { continue };
            let Some((key, repeat, received_at)) = cell(store, at) else { continue };
            cube.add(key, at, repeat, received_at);
        }
        cube
    }
}

/// Returns the cell in which a call was counted when it was judged, whether it is a repeat, and
/// when it arrived.
fn cell(store: &Index, at: u64) -> Option<(CellKey, bool, i64)> {
    let call = store.calls.get(at)?;
    let request = store.requests.get(u64::from(call.request))?;
    let kind = store.texts.get(store.shapes.get(call.shape).kind).and_then(CallType::parse);
    let key = CellKey::new(kind, call.name, call.set, call.shape, call.has());
    Some((key, call.flags.repeat(), request.received_at))
}
