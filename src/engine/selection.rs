//! Clears selected calls. The line of such a clear in the recording lists the numbers of the calls,
//! so reading the recording again clears the same calls, whatever the settings and the time are.

use crate::call::time::Millis;
use crate::engine::Engine;
use crate::engine::index::IndexRow;
use crate::engine::ingest::queue_entry::{QueueEntry, ReadRequest};
use crate::engine::judging::index_request::{JudgedIndex, no_call};
use crate::engine::source::recording_files::only_read;
use crate::recording;
use crate::vendors::Vendors;
use crate::wire::ParsedRequest;
use std::io;
use std::ops::Range;

/// The maximum number of ranges that one clear may have, so that its line is at most 2 MB long.
pub const MAX_CLEARED_RANGES: usize = 100_000;

impl Engine {
    /// Returns the numbers of the calls in these rows, as ascending ranges. Returns `None` if calls
    /// were cleared since the caller read the value `clears` of [`Engine::clears`], because the
    /// rows are different rows now.
    pub fn numbers_of(&self, rows: &[u64], clears: u64) -> Option<Vec<(u64, u64)>> {
        let state = self.lock();
        let index = &state.index;
        let mut ranges: Vec<(u64, u64)> = Vec::new();
        for row in rows {
            let Some(IndexRow::Call(at)) = index.store.row(*row) else { continue };
            let seq = index.seq_at(at);
            match ranges.last_mut() {
                Some(last) if last.1 + 1 == seq => last.1 = seq,
                _ => ranges.push((seq, seq)),
            }
        }
        (state.clears == clears).then_some(ranges)
    }

    /// Clears the calls with these numbers: ascending ranges, at most [`MAX_CLEARED_RANGES`]. All
    /// other calls keep their numbers, and are judged as if the cleared ones had not been sent. The
    /// recording keeps the cleared calls, and `filter`, which selected them.
    pub fn clear_calls(&self, filter: &str, calls: &[(u64, u64)], now: Millis) -> io::Result<()> {
        let mut front = self.shared.front();
        if front.is_only_read() {
            return Err(only_read());
        }
        let mut line = std::mem::take(&mut front.line);
        recording::compose_clear_calls(&mut line, filter, calls, now);
        let appended = self.shared.append(&mut front, &line);
        front.line = line;
        let offset = appended?;
        self.shared.hand_over(&mut front, offset, QueueEntry::ClearCalls(calls.to_vec()));
        Ok(())
    }
}

impl JudgedIndex {
    /// Adds ranges to the cleared numbers. Returns whether a call in the index has one of them.
    pub fn select_cleared(&mut self, calls: impl Iterator<Item = (u64, u64)>) -> bool {
        let mut has_any = false;
        for (first, last) in calls {
            let at = self.place_of(first);
            has_any |= at < self.store.calls.len() && self.seq_at(at) <= last;
            self.call_clears.push((first, last));
        }
        self.call_clears.sort_unstable();
        self.call_clears.dedup_by(|next, before| {
            let joins = next.0 <= before.1.saturating_add(1);
            if joins {
                before.1 = before.1.max(next.1);
            }
            joins
        });
        has_any
    }

    /// Returns whether the next call is cleared, and for how many calls from it on that is the
    /// same.
    fn cleared_run(&self) -> (bool, usize) {
        let next = self.next_seq().0;
        let at = self.call_clears.partition_point(|(_, last)| *last < next);
        let (is_cleared, calls) = match self.call_clears.get(at) {
            None => (false, u64::MAX),
            Some((first, last)) if *first <= next => (true, last - next + 1),
            Some((first, _)) => (false, first - next),
        };
        (is_cleared, usize::try_from(calls).unwrap_or(usize::MAX))
    }

    /// Returns true if nothing is left of the next request: all its calls are cleared, and it has
    /// no row of its own.
    pub fn is_all_cleared(&self, reading: &ParsedRequest<'_>) -> bool {
        let calls = reading.calls.len();
        if self.call_clears.is_empty() || calls == 0 || no_call(reading).is_some() {
            return false;
        }
        let (is_cleared, run) = self.cleared_run();
        is_cleared && run >= calls
    }

    /// Judges calls of the latest request, except cleared ones.
    pub fn push_calls_left(
        &mut self,
        vendors: &Vendors,
        request: &ReadRequest,
        mut calls: Range<usize>,
    ) {
        while !calls.is_empty() {
            let (is_cleared, run) = self.cleared_run();
            let to = calls.end.min(calls.start.saturating_add(run));
            if is_cleared {
                self.skip((to - calls.start) as u64);
            } else {
                self.push_calls(vendors, request, calls.start..to);
            }
            calls.start = to;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::index::CallRow;
    use crate::engine::judging::vendors_in_use::InUse;

    fn index(calls: usize) -> JudgedIndex {
        let vendors = Vendors::new(&serde_json::Map::new(), &[]).expect("valid");
        let mut index = JudgedIndex::new(&vendors, InUse::without_choice(&vendors));
        (0..calls).for_each(|_| {
            index.store.calls.push(CallRow::default());
        });
        index
    }

    #[test]
    fn ranges_are_joined_and_only_those_with_calls_count() {
        let mut index = index(5);
        assert!(!index.select_cleared([(6, 9)].into_iter()), "no such call yet");
        assert!(index.select_cleared([(2, 3), (5, 5)].into_iter()));
        assert_eq!(index.call_clears, [(2, 3), (5, 9)]);
        assert!(index.select_cleared([(4, 4)].into_iter()));
        assert_eq!(index.call_clears, [(2, 9)]);
    }

    #[test]
    fn runs_of_calls_alternate_between_kept_and_cleared() {
        let mut index = index(0);
        index.select_cleared([(2, 3), (6, 6)].into_iter());
        let mut runs = Vec::new();
        while runs.len() < 5 {
            let (is_cleared, run) = index.cleared_run();
            runs.push((is_cleared, run));
            index.skip(run.min(10) as u64);
        }
        let end = (false, usize::MAX);
        assert_eq!(runs, [(false, 1), (true, 2), (false, 2), (true, 1), end]);
    }
}
