//! The parts of the recording in progress: their sizes, ages and numbers of calls.

use crate::call::time::{self, Millis};
use crate::engine::ingest::queue_entry::{QueueEntry, QueuedLine};
use crate::engine::source::recording_files::ClosedPart;
use crate::recording::KeepLimit;
use std::collections::VecDeque;

/// The parts of the recording in progress.
#[derive(Debug)]
pub(crate) struct RecordingParts {
    /// None where all is kept.
    pub keep: Option<KeepLimit>,
    /// The parts before the one that is written.
    pub closed: VecDeque<ClosedPart>,
    /// Where the part that is written begins, and when it was begun.
    pub begin: u64,
    pub begun_at: Millis,
    /// How many calls are recorded; none while that is not known because the recording held calls
    /// before that are not judged yet.
    pub calls: Option<u64>,
}

impl RecordingParts {
    /// The parts of a recording of that length, the last of which holds so many bytes.
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

    /// Counts the calls of lines that are recorded.
    pub fn count_calls(&mut self, lines: &[QueuedLine]) {
        let Some(all) = &mut self.calls else { return };
        for line in lines {
            if let QueueEntry::Request(read) = &line.work {
                *all += read.reading.calls.len() as u64;
            }
        }
    }

    /// Whether the oldest part is to be deleted from a recording of that length.
    pub fn is_oldest_due(&self, end: u64, now: Millis) -> bool {
        let (Some(keep), Some(oldest)) = (self.keep, self.closed.front()) else { return false };
        keep.is_exceeded(end - oldest.range.start, now - oldest.ended_at)
    }

    /// Whether the next part is to begin.
    pub fn is_next_due(&self, end: u64, now: Millis) -> bool {
        let Some(keep) = self.keep else { return false };
        end > self.begin && keep.fills_part(end - self.begin, now - self.begun_at)
    }
}
