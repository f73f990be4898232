//! Rows of counts, the most frequent first.

use crate::call::time::Millis;
use crate::engine::index::{Count, Index, TREND_MINUTES, TextId};
use crate::engine::judging::index_request::JudgedIndex;

/// Calls that have something in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CountedCalls {
    /// Calls, without repeats.
    pub calls: u64,
    /// Calls whose `messageId` came before.
    pub repeats: u64,
    /// The row of the first of them: the example.
    pub row: u64,
    /// Its number.
    pub seq: u64,
    /// When the first arrived.
    pub first_seen: Millis,
    /// When the last arrived.
    pub last_seen: Millis,
    /// How many came in each of the latest minutes, repeats too, the oldest first. The last minute
    /// is that of the latest request.
    pub trend: [u32; TREND_MINUTES],
}

/// Rows of a view, and what stands in none of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupedRows<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// How many there would be.
    pub of: u64,
    /// Calls, repeats too, that arrived after the limit and are not counted separately.
    pub other: u64,
}

/// At most so many rows are made of one view; `GroupedRows::of` says how many there would be.
pub(crate) const MOST_ROWS: usize = 2_000;

/// A text as a view shows it; what the limit did not allow to keep is an ellipsis.
pub(crate) fn words(store: &Index, id: TextId) -> Option<String> {
    if id.is_unkept() { Some("…".to_owned()) } else { store.texts.get(id).map(str::to_owned) }
}

pub(crate) fn arrived(store: &Index, call: u64) -> Option<Millis> {
    let request = store.calls.get(call)?.request;
    store.requests.get(u64::from(request)).map(|request| request.received_at)
}

/// A count with its times. None if all was cleared away meanwhile.
pub(crate) fn counted(index: &JudgedIndex, count: &Count) -> Option<CountedCalls> {
    let store = &index.store;
    let now = store.requests.get(store.requests.len().checked_sub(1)?)?.received_at;
    Some(CountedCalls {
        calls: count.calls,
        repeats: count.repeats,
        row: store.row_of_call(count.first),
        seq: index.seq_at(count.first),
        first_seen: arrived(store, count.first)?,
        last_seen: arrived(store, count.last)?,
        trend: count.trend.until(now),
    })
}
