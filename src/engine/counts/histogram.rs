//! Calls over time: the number that arrived in each second, minute or hour, and the number of those
//! that miss an id. Repeats are not counted, as in all other counts.

use crate::call::time::{Millis, NO_TIME};
use crate::engine::Engine;
use crate::engine::index::IndexRow;
use std::collections::BTreeMap;

/// The possible widths of buckets in seconds. Each is a multiple of the one before.
const WIDTHS_S: [Millis; 7] = [1, 10, 60, 600, 3_600, 86_400, 864_000];
/// The possible widths of the columns that are shown, in seconds.
const COLUMNS_S: [Millis; 19] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200,
    86_400, 864_000,
];
/// The maximum number of buckets. If there are more, the buckets become wider.
const MAX_BUCKETS: usize = 4_096;
/// The number of rows that are counted each time the index is locked.
const ROWS_PER_LOCK: usize = 4_096;

/// The calls of a span of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimeCount {
    /// The number of calls.
    pub calls: u64,
    /// The number of these calls that miss an id.
    pub missing: u64,
}

impl TimeCount {
    fn add(&mut self, other: TimeCount) {
        self.calls += other.calls;
        self.missing += other.missing;
    }
}

/// Calls by the time at which they arrived, in a bounded number of buckets.
#[derive(Debug, Clone, Default)]
pub struct Histogram {
    /// The index of the buckets' width in [`WIDTHS_S`].
    width: usize,
    /// The counts by the number of the bucket.
    buckets: BTreeMap<Millis, TimeCount>,
    /// The number of calls whose time of arrival is not recorded.
    untimed: u64,
}

/// A histogram with a column for each span of the same length.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TimeColumns {
    /// The width of a column.
    pub span_ms: Millis,
    /// The time at which the first column begins.
    pub first: Millis,
    /// The columns, in order.
    pub counts: Vec<TimeCount>,
    /// The number of calls whose time of arrival is not recorded. They are in no column.
    pub untimed: u64,
}

impl Histogram {
    fn width_ms(&self) -> Millis {
        WIDTHS_S[self.width] * 1_000
    }

    fn add(&mut self, bucket: Millis, count: TimeCount) {
        self.buckets.entry(bucket).or_default().add(count);
    }

    /// Makes the buckets wider while there are too many. At the greatest width, the oldest buckets
    /// are merged instead, so no call is lost.
    fn bound(&mut self) {
        while self.buckets.len() > MAX_BUCKETS {
            if self.width + 1 == WIDTHS_S.len() {
                let Some((_, oldest)) = self.buckets.pop_first() else { return };
                let Some(mut first) = self.buckets.first_entry() else { return };
                first.get_mut().add(oldest);
                continue;
            }
            let times = WIDTHS_S[self.width + 1] / WIDTHS_S[self.width];
            self.width += 1;
            for (bucket, count) in std::mem::take(&mut self.buckets) {
                self.add(bucket.div_euclid(times), count);
            }
        }
    }

    /// Returns the number of calls without a time.
    pub fn untimed(&self) -> u64 {
        self.untimed
    }

    /// Returns at most `most` columns over the whole time, as narrow as possible. Returns `None` if
    /// no call has a time.
    pub fn columns(&self, most: usize) -> Option<TimeColumns> {
        let width = WIDTHS_S[self.width];
        let (first, last) = (*self.buckets.first_key_value()?.0, *self.buckets.last_key_value()?.0);
        let fits = |span: &Millis| {
            let times = span / width;
            span % width == 0
                && last.div_euclid(times) - first.div_euclid(times) < most.max(1) as Millis
        };
        let widest = COLUMNS_S[COLUMNS_S.len() - 1];
        let span = COLUMNS_S.into_iter().find(fits);
        // if even the widest column is too narrow, a multiple of it
        let span = span.or_else(|| (2..).map(|times| widest * times).find(fits))?;
        let times = span / width;
        let begin = first.div_euclid(times);
        let length = usize::try_from(last.div_euclid(times) - begin + 1).ok()?;
        let mut counts = vec![TimeCount::default(); length];
        for (bucket, count) in &self.buckets {
            let at = usize::try_from(bucket.div_euclid(times) - begin).unwrap_or_default();
            counts[at].add(*count);
        }
        let (span_ms, first) = (span * 1_000, begin * span * 1_000);
        Some(TimeColumns { span_ms, first, counts, untimed: self.untimed })
    }
}

impl Engine {
    /// Adds the calls in these rows to a histogram.
    pub fn count_times(&self, rows: &[u64], histogram: &mut Histogram) {
        let mut run: Option<(Millis, TimeCount)> = None;
        for rows in rows.chunks(ROWS_PER_LOCK) {
            let width = histogram.width_ms();
            let state = self.lock();
            let index = &state.index;
            for row in rows {
                let Some(IndexRow::Call(at)) = index.store.row(*row) else { continue };
                let Some(call) = index.store.calls.get(at).filter(|call| !call.flags.repeat())
                else {
                    continue;
                };
                let request = index.store.requests.get(u64::from(call.request));
                let Some(request) = request else { continue };
                if request.received_at == NO_TIME {
                    histogram.untimed += 1;
                    continue;
                }
                let in_use = index.in_use.bits(request.sender);
                let missing = u64::from(index.store.sets.get(call.set).missing(in_use));
                let bucket = request.received_at.div_euclid(width);
                let count = TimeCount { calls: 1, missing };
                match &mut run {
                    Some((same, counted)) if *same == bucket => counted.add(count),
                    _ => {
                        let before = run.replace((bucket, count));
                        before.into_iter().for_each(|(bucket, count)| histogram.add(bucket, count));
                    }
                }
            }
            drop(state);
            run.take().into_iter().for_each(|(bucket, count)| histogram.add(bucket, count));
            histogram.bound();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(seconds: impl IntoIterator<Item = Millis>) -> Histogram {
        let mut histogram = Histogram::default();
        for second in seconds {
            let bucket = second * 1_000 / histogram.width_ms();
            let missing = u64::from(second % 3 == 0);
            histogram.add(bucket, TimeCount { calls: 1, missing });
            histogram.bound();
        }
        histogram
    }

    fn total(columns: &TimeColumns) -> [u64; 2] {
        let sum = |of: fn(&TimeCount) -> u64| columns.counts.iter().map(of).sum();
        [sum(|count| count.calls), sum(|count| count.missing)]
    }

    #[test]
    fn columns_are_as_narrow_as_they_can_be() {
        assert_eq!(Histogram::default().columns(80), None);
        let columns = histogram([7]).columns(80).expect("a call");
        assert_eq!((columns.span_ms, columns.first, columns.counts.len()), (1_000, 7_000, 1));
        // from 100 s to 199 s
        let hundred = histogram(100..200);
        let spans = [100, 99, 50, 21, 20, 1].map(|most| {
            let columns = hundred.columns(most).expect("calls");
            assert!(columns.counts.len() <= most, "{most}: {columns:?}");
            assert_eq!(total(&columns), [100, 33]);
            (columns.span_ms / 1_000, columns.first / 1_000, columns.counts.len())
        });
        let expected =
            [(1, 100, 100), (2, 100, 50), (2, 100, 50), (5, 100, 20), (5, 100, 20), (300, 0, 1)];
        assert_eq!(spans, expected);
    }

    #[test]
    fn buckets_become_wider_and_no_call_is_lost() {
        // times in more different seconds than there are buckets
        let long = histogram((0..20_000).map(|at| at * 7));
        assert!(long.buckets.len() <= MAX_BUCKETS && long.width == 2, "{}", long.width);
        for most in [1, 30, 200] {
            assert_eq!(total(&long.columns(most).expect("calls"))[0], 20_000);
        }
        // times as from a broken clock
        let mut apart = histogram((0..MAX_BUCKETS as Millis + 10).map(|at| at * 900_000_000));
        assert!(apart.buckets.len() <= MAX_BUCKETS);
        apart.add(-5, TimeCount { calls: 1, missing: 0 });
        let columns = apart.columns(50).expect("calls");
        assert!(columns.counts.len() <= 50 && columns.first < 0);
        assert_eq!(total(&columns)[0], MAX_BUCKETS as u64 + 11);
    }
}
