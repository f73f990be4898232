//! The parts of the recording in progress: their sizes, ages and numbers of calls.

use crate::call::time::{self, Millis};
use crate::engine::ingest::queue_entry::{QueueEntry, QueuedLine};
use crate::engine::source::recording_files::ClosedPart;
use crate::recording::KeepLimit;
use std::collections::VecDeque;

/// The parts of the recording in progress.
#[derive(Debug)]
pub(crate) struct RecordingParts {
    /// The limit on the size or age of the recording; `None` if all parts are kept.
    pub keep: Option<KeepLimit>,
    /// The parts before the one that is written.
    pub closed: VecDeque<ClosedPart>,
    /// The offset at which the current part begins, and the time at which it was begun.
    pub begin: u64,
    pub begun_at: Millis,
    /// The number of recorded calls; `None` while it is unknown because earlier calls of the
    /// recording are not yet judged.
    pub calls: Option<u64>,
}

impl RecordingParts {
    /// Creates the parts of a recording of length `end`, whose last part has `last_bytes` bytes.
    pub fn new(
        keep: Option<KeepLimit>,
        closed: Vec<ClosedPart>,
        end: u64,
        last_bytes: u64,
    ) -> RecordingParts {
        RecordingParts {
            keep,
            closed: closed.into(),
            begin: end - last_bytes,
            begun_at: time::now(),
            calls: (end == 0).then_some(0),
        }
    }

    /// Counts the calls of recorded lines.
    pub fn count_calls(&mut self, lines: &[QueuedLine]) {
        let Some(all) = &mut self.calls else { return };
        for line in lines {
            if let QueueEntry::Request(read) = &line.work {
                *all += read.reading.calls.len() as u64;
            }
        }
    }

    /// Returns whether the oldest part of a recording of length `end` must be deleted.
    pub fn is_oldest_due(&self, end: u64, now: Millis) -> bool {
        let (Some(keep), Some(oldest)) = (self.keep, self.closed.front()) else { return false };
        keep.is_exceeded(end - oldest.range.start, now - oldest.ended_at)
    }

    /// Returns whether the next part must begin.
    pub fn is_next_due(&self, end: u64, now: Millis) -> bool {
        let Some(keep) = self.keep else { return false };
        end > self.begin && keep.fills_part(end - self.begin, now - self.begun_at)
    }
}
