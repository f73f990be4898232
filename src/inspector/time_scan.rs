//! The calls of the log over time: counted a part with each frame, so that none is late.

use super::Inspector;
use crate::engine::{Histogram, TimeColumns};
use std::time::{Duration, Instant};

/// How long a frame may count.
const BUDGET: Duration = Duration::from_millis(3);
/// Rows that are counted between two looks at the clock.
const STEP: u64 = 4_096;

/// How far counting has come.
#[derive(Debug, Default)]
pub struct TimeScan {
    /// Which index and which rows of it are counted.
    version: Option<(u64, u64, u64)>,
    /// How many of the rows that are shown are counted.
    counted: u64,
    histogram: Histogram,
}

impl TimeScan {
    /// How many of the calls that are counted have no time.
    pub fn untimed(&self) -> u64 {
        self.histogram.untimed()
    }

    /// At most so many columns of what is counted so far; none before the first call that has a
    /// time.
    pub fn columns(&self, most: usize) -> Option<TimeColumns> {
        self.histogram.columns(most)
    }
}

impl Inspector {
    /// Counts more of the rows that are shown by the time at which they arrived. Returns whether all
    /// that are known are counted.
    pub fn count_times(&self, scan: &mut TimeScan) -> bool {
        let shown = self.search.shown();
        let version = Some((self.engine.extent().0, shown.generation, shown.rounds));
        if scan.version != version {
            *scan = TimeScan { version, ..TimeScan::default() };
        }
        let began = Instant::now();
        while scan.counted < shown.known && began.elapsed() < BUDGET {
            let to = shown.known.min(scan.counted + STEP);
            let rows = self.search.shown_rows(scan.counted..to);
            if rows.is_empty() {
                break;
            }
            scan.counted += rows.len() as u64;
            self.engine.count_times(&rows, &mut scan.histogram);
        }
        scan.counted >= shown.rows && shown.looked_at >= shown.of
    }
}
