//! The next row of a kind, among those that pass.

use crate::engine::index::{BLOCK_ROWS, Nearest};
use crate::engine::search::What;
use crate::engine::search::row_matcher::{RowMatcher, passes};
use crate::engine::search::search_state::SearchShared;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a search came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextRow {
    /// This row is it.
    Row(u64),
    /// There is none.
    None,
    /// It is not known yet: go on from here after a while.
    Paused {
        /// Where it would be looked on from, in the same direction.
        at: u64,
    },
}

/// So long may a search keep the screen waiting.
const BUDGET: Duration = Duration::from_millis(10);
/// So many rows are looked at between two looks at the clock.
const STEP: u64 = 1_024;

/// So many rows that stand together are read at once.
const RUN: usize = 128;

/// How many of these rows, the first ones, stand together in one block.
fn run(rows: &[u64]) -> usize {
    let Some(first) = rows.first() else { return 0 };
    let pairs = rows.iter().zip(&rows[1..]);
    let together =
        |(a, b): &(&u64, &u64)| a.abs_diff(**b) == 1 && **b / BLOCK_ROWS == first / BLOCK_ROWS;
    (1 + pairs.take_while(together).count()).min(RUN)
}

pub(crate) fn find(shared: &SearchShared, from: u64, forward: bool, what: &What) -> NextRow {
    let begun = Instant::now();
    let mut at = from;
    let mut looker = match what {
        What::Matches(filter) => Some(RowMatcher::new(Arc::clone(filter))),
        _ => None,
    };
    let epoch = shared.engine.extent().0;
    loop {
        let (rows, end) = shared.nearest(at, forward, STEP);
        let found = match &mut looker {
            Some(looker) => {
                let mut found = None;
                let mut rest = rows.as_slice();
                while let Some(first) = rest.first() {
                    let (now, later) = rest.split_at(run(rest));
                    rest = later;
                    let last = now.last().unwrap_or(first);
                    let part = *first.min(last)..first.max(last) + 1;
                    // all was cleared away, or is judged again
                    let Some(bits) = looker.look(&shared.engine, part, epoch, &|| true) else {
                        return NextRow::None;
                    };
                    found = now.iter().copied().find(|row| passes(&bits, *row));
                    if found.is_some() {
                        break;
                    }
                    if begun.elapsed() >= BUDGET {
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
            (_, Nearest::Unlooked(row)) => {
                // rows up to here were looked at, and are not it
                let at = if forward { row.saturating_sub(1) } else { row.saturating_add(1) };
                return NextRow::Paused { at };
            }
            (Some(last), _) => at = *last,
            (None, _) => return NextRow::None,
        }
        if begun.elapsed() >= BUDGET {
            return NextRow::Paused { at };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_stands_together_in_one_block() {
        assert_eq!(run(&[]), 0);
        assert_eq!(run(&[7]), 1);
        assert_eq!(run(&[7, 8, 9, 11, 12]), 3);
        assert_eq!(run(&[9, 8, 7, 5]), 3);
        assert_eq!(run(&[BLOCK_ROWS - 2, BLOCK_ROWS - 1, BLOCK_ROWS]), 2);
        assert_eq!(run(&[BLOCK_ROWS + 1, BLOCK_ROWS, BLOCK_ROWS - 1]), 2);
        assert_eq!(run(&(0..1_000).collect::<Vec<u64>>()), RUN);
    }
}
