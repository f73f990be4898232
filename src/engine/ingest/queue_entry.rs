//! The entries of the queue: parsed lines of the recording.

use crate::call::time::Millis;
use crate::engine::ingest::recorded_line::RecordedLine;
use crate::recording::{PartStart, RecordingEvent, Remark, RequestLine};
use crate::wire::{ParseScratch, ParsedRequest};

/// A parsed line of the recording.
pub(crate) struct QueuedLine {
    /// The offset of the line.
    pub offset: u64,
    /// The offset of the next line.
    pub end: u64,
    pub work: QueueEntry,
}

impl std::fmt::Debug for QueuedLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "QueuedLine({}..{})", self.offset, self.end)
    }
}

/// The action that a line asks for.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are requests; a box is one more allocation"
)]
pub(crate) enum QueueEntry {
    /// Judge the calls of a request.
    Request(ReadRequest),
    /// Add the row of a refused request.
    Refused(RecordedLine),
    /// Apply another event, such as a clear.
    Event(RecordingEvent, Millis),
    /// Add a mark or note of the user to a call.
    Remark(Remark),
    /// Clear the requests of a test.
    ClearTest(String),
    /// Clear selected calls, given as ranges of their numbers in their file.
    ClearCalls(Vec<(u64, u64)>),
    /// Apply a push of objects, which is given with its whole line.
    Push(String, Box<RequestLine>),
    /// Begin a part of the recording.
    Part(PartStart),
    /// Do nothing.
    Nothing,
    /// Report a line that is not a line of a recording, with the error.
    Bad(String),
}

/// A parsed request.
pub(crate) struct ReadRequest {
    pub line: RecordedLine,
    /// The position of the body in the line.
    pub body_at: usize,
    pub reading: ParsedRequest<'static>,
    /// The buffer that is recycled when `reading` is no longer needed.
    pub scratch: ParseScratch,
}

impl QueuedLine {
    /// Returns the number of calls; 1 for lines of other kinds.
    pub fn calls(&self) -> usize {
        match &self.work {
            QueueEntry::Request(read) => read.reading.calls.len(),
            _ => 1,
        }
    }

    /// Returns the approximate memory use in bytes: of the text and a table of its values.
    pub(crate) fn cost(&self) -> usize {
        match &self.work {
            QueueEntry::Request(read) => {
                512 + 4 * read.reading.doc.as_ref().map_or(0, |doc| doc.text().len())
            }
            QueueEntry::Push(line, _) => 512 + line.len(),
            _ => 128,
        }
    }
}
