//! The calls of the log over time. Each frame counts a part of them, so that no frame is late.

use super::Inspector;
use crate::engine::{Histogram, TimeColumns};
use std::time::{Duration, Instant};

/// The maximum time that one frame spends on counting.
const FRAME_BUDGET: Duration = Duration::from_millis(3);
/// The number of rows that are counted between two reads of the clock.
const CHUNK_ROWS: u64 = 4_096;

/// The progress of counting.
#[derive(Debug, Default)]
pub struct TimeScan {
    /// The index and the rows of it that are counted: when these change, counting starts again.
    version: Option<(u64, u64, u64)>,
    /// The number of shown rows that are counted.
    counted: u64,
    histogram: Histogram,
}

impl TimeScan {
    /// Returns the number of counted calls that have no time.
    pub fn untimed(&self) -> u64 {
        self.histogram.untimed()
    }

    /// Returns the counts so far in at most `most` columns; none before the first call that has a time.
    pub fn columns(&self, most: usize) -> Option<TimeColumns> {
        self.histogram.columns(most)
    }
}

impl Inspector {
    /// Counts more of the shown rows by their time of arrival. Returns true if all known rows are
    /// counted.
    pub fn count_times(&self, scan: &mut TimeScan) -> bool {
        let shown = self.search.shown();
        let version = Some((self.engine.extent().0, shown.generation, shown.rounds));
        if scan.version != version {
            *scan = TimeScan { version, ..TimeScan::default() };
        }
        let began = Instant::now();
        while scan.counted < shown.known && began.elapsed() < FRAME_BUDGET {
            let to = shown.known.min(scan.counted + CHUNK_ROWS);
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
