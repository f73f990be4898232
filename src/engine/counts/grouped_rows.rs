//! Rows of counts, the most frequent first.

use crate::call::time::Millis;
use crate::engine::index::{Count, Index, TREND_MINUTES, TextId};
use crate::engine::judging::index_request::JudgedIndex;

/// Calls that have something in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CountedCalls {
    /// The number of calls, without repeats.
    pub calls: u64,
    /// The number of repeats of calls that arrived before.
    pub repeats: u64,
    /// The row of the first of them, which is the example.
    pub row: u64,
    /// The `seq` of the first of them.
    pub seq: u64,
    /// The time at which the first arrived.
    pub first_seen: Millis,
    /// The time at which the last arrived.
    pub last_seen: Millis,
    /// The number of calls, with repeats, in each of the latest minutes, the oldest first. The last
    /// minute is that of the latest request.
    pub trend: [u32; TREND_MINUTES],
}

/// The rows of a view, and the number of calls that are in none of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupedRows<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// The number of rows that there would be without a limit.
    pub of: u64,
    /// The number of calls, with repeats, that arrived after the limit and are not counted
    /// separately.
    pub other: u64,
}

/// The maximum number of rows of a view. [`GroupedRows::of`] is the number without this limit.
pub(crate) const MAX_ROWS: usize = 2_000;

/// Returns a text as a view shows it: an ellipsis if the index had no room for it.
pub(crate) fn words(store: &Index, id: TextId) -> Option<String> {
    if id.is_unkept() { Some("…".to_owned()) } else { store.texts.get(id).map(str::to_owned) }
}

/// Returns the time at which a call arrived.
pub(crate) fn arrived(store: &Index, call: u64) -> Option<Millis> {
    let request = store.calls.get(call)?.request;
    store.requests.get(u64::from(request)).map(|request| request.received_at)
}

/// Adds times and rows to a count. Returns `None` if all calls were cleared in the meantime.
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
