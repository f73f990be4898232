//! Counts of the calls that pass a filter, in the same cells as those of all calls. The search threads
//! add to them after they have checked the rows.

use crate::call::CallType;
use crate::engine::Engine;
use crate::engine::index::{CallCounts, CellKey, IdCounts, Index, IndexRow};

/// The judging state is locked for this many rows at a time.
const STEP_ROWS: usize = 1024;

/// The calls of a filter, counted.
#[derive(Debug, Default)]
pub struct FilteredCounts {
    /// Which rows they are of; other rows have another number.
    pub(crate) generation: u64,
    /// How often all rows were looked at again.
    pub(crate) round: u64,
    /// Rows before this one are counted.
    pub(crate) next_row: u64,
    /// Calls, without repeats.
    pub(crate) calls: u64,
    /// Calls counted for the aggregates.
    pub(crate) cube: CallCounts,
    /// Accounts and users counted.
    pub(crate) ids: IdCounts,
}

/// How far counting has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CountProgress {
    /// How many calls that pass are counted, without repeats.
    pub calls: u64,
    /// How many rows were looked at and counted, whether they pass or not.
    pub counted_rows: u64,
    /// How many rows there are.
    pub rows: u64,
}

impl CountProgress {
    /// All rows are counted.
    pub fn is_complete(&self) -> bool {
        self.counted_rows >= self.rows
    }
}

impl FilteredCounts {
    /// Nothing yet.
    pub(crate) fn begin(generation: u64, round: u64) -> FilteredCounts {
        FilteredCounts { generation, round, ..FilteredCounts::default() }
    }

    /// Counts the calls of rows that pass, in order.
    pub(crate) fn add(&mut self, engine: &Engine, rows: &[u64]) {
        for rows in rows.chunks(STEP_ROWS) {
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
    /// The calls of some rows, counted.
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

/// The cell of a call, as it was counted when the call came.
fn cell(store: &Index, at: u64) -> Option<(CellKey, bool, i64)> {
    let call = store.calls.get(at)?;
    let request = store.requests.get(u64::from(call.request))?;
    let kind = store.texts.get(store.shapes.get(call.shape).kind).and_then(CallType::parse);
    let key = CellKey::new(kind, call.name, call.set, call.shape, call.has());
    Some((key, call.flags.repeat(), request.received_at))
}
