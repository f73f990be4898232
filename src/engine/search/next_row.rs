//! Finds the next row of a kind among the rows that pass the filter.

use crate::engine::index::{BLOCK_ROWS, Nearest};
use crate::engine::search::What;
use crate::engine::search::row_matcher::{RowMatcher, passes};
use crate::engine::search::search_state::SearchShared;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The result of looking for the next row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextRow {
    /// The row that was looked for.
    Row(u64),
    /// There is no such row.
    None,
    /// The row is not known yet. The caller should continue after a while.
    Paused {
        /// The row from which to continue, in the same direction.
        at: u64,
    },
}

/// The maximum time for which one call of [`find`] keeps the screen waiting.
const FIND_TIMEOUT: Duration = Duration::from_millis(10);
/// The maximum number of passing rows that are taken from the results at once. If the index alone
/// can match them, the clock is read once for each such step.
const MAX_ROWS_PER_STEP: u64 = 1_024;

/// The maximum number of adjacent rows that are matched at once. The clock is read after each run.
const MAX_RUN_ROWS: usize = 128;

/// Returns how many of the first rows are adjacent and in one block.
fn run_len(rows: &[u64]) -> usize {
    let Some(first) = rows.first() else { return 0 };
    let pairs = rows.iter().zip(&rows[1..]);
    let together =
        |(a, b): &(&u64, &u64)| a.abs_diff(**b) == 1 && **b / BLOCK_ROWS == first / BLOCK_ROWS;
    (1 + pairs.take_while(together).count()).min(MAX_RUN_ROWS)
}

/// Returns the nearest row of a kind: see [`Search::find`](super::Search::find).
pub(crate) fn find(shared: &SearchShared, from: u64, forward: bool, what: &What) -> NextRow {
    let begun = Instant::now();
    let mut at = from;
    let mut matcher = match what {
        What::Matches(filter) => Some(RowMatcher::new(Arc::clone(filter))),
        _ => None,
    };
    let epoch = shared.engine.extent().0;
    loop {
        let (rows, end) = shared.nearest(at, forward, MAX_ROWS_PER_STEP);
        let found = match &mut matcher {
            Some(matcher) => {
                let mut found = None;
                let mut rest = rows.as_slice();
                while let Some(first) = rest.first() {
                    let (now, later) = rest.split_at(run_len(rest));
                    rest = later;
                    let last = now.last().unwrap_or(first);
                    let part = *first.min(last)..first.max(last) + 1;
                    // the calls were cleared, or are checked again: the rows are different rows now
                    let Some(bits) = matcher.match_rows(&shared.engine, part, epoch, &|| true)
                    else {
                        return NextRow::None;
                    };
                    found = now.iter().copied().find(|row| passes(&bits, *row));
                    if found.is_some() {
                        break;
                    }
                    if begun.elapsed() >= FIND_TIMEOUT {
                        return NextRow::Paused { at: *last };
                    }
                }
                found
            }
            None => shared.engine.first(rows.iter().copied(), what),
        };
        if let Some(row) = found {
            return NextRow::Row(row);
        }
        match (rows.last(), end) {
            (_, Nearest::Unsearched(row)) => {
                // no searched row up to here is of the kind
                let at = if forward { row.saturating_sub(1) } else { row.saturating_add(1) };
                return NextRow::Paused { at };
            }
            (Some(last), _) => at = *last,
            (None, _) => return NextRow::None,
        }
        if begun.elapsed() >= FIND_TIMEOUT {
            return NextRow::Paused { at };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_adjacent_rows_of_one_block() {
        assert_eq!(run_len(&[]), 0);
        assert_eq!(run_len(&[7]), 1);
        assert_eq!(run_len(&[7, 8, 9, 11, 12]), 3);
        assert_eq!(run_len(&[9, 8, 7, 5]), 3);
        assert_eq!(run_len(&[BLOCK_ROWS - 2, BLOCK_ROWS - 1, BLOCK_ROWS]), 2);
        assert_eq!(run_len(&[BLOCK_ROWS + 1, BLOCK_ROWS, BLOCK_ROWS - 1]), 2);
        assert_eq!(run_len(&(0..1_000).collect::<Vec<u64>>()), MAX_RUN_ROWS);
    }
}
