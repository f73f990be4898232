//! The next row of a kind, among those that pass.

use super::look::Looker;
use super::{Shared, What};
use crate::store::Nearest;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a search came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
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

pub(super) fn find(shared: &Shared, from: u64, forward: bool, what: &What) -> Found {
    let begun = Instant::now();
    let mut at = from;
    let mut looker = match what {
        What::Matches(filter) => Some(Looker::new(Arc::clone(filter))),
        _ => None,
    };
    let epoch = shared.pipeline.extent().0;
    loop {
        let (rows, end) = shared.nearest(at, forward, STEP);
        let found = match &mut looker {
            Some(looker) => {
                let mut found = None;
                for row in &rows {
                    if looker.one(&shared.pipeline, *row, epoch) {
                        found = Some(*row);
                        break;
                    }
                    if begun.elapsed() >= BUDGET {
                        return Found::Paused { at: *row };
                    }
                }
                found
            }
            None => shared.pipeline.first(rows.iter().copied(), what),
        };
        if let Some(row) = found {
            return Found::Row(row);
        }
        match (rows.last(), end) {
            (_, Nearest::Unlooked(row)) => {
                // rows up to here were looked at, and are not it
                let at = if forward { row.saturating_sub(1) } else { row.saturating_add(1) };
                return Found::Paused { at };
            }
            (Some(last), _) => at = *last,
            (None, _) => return Found::None,
        }
        if begun.elapsed() >= BUDGET {
            return Found::Paused { at };
        }
    }
}
