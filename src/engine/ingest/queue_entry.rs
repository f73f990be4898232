//! What the queue holds: lines of the recording, read.

use crate::call::time::Millis;
use crate::engine::ingest::recorded_line::RecordedLine;
use crate::recording::{PartStart, RecordingEvent, Remark, RequestLine};
use crate::wire::{ParseScratch, ParsedRequest};

/// A line of the recording, read.
pub(crate) struct QueuedLine {
    /// Where it begins.
    pub offset: u64,
    /// Where the next one begins.
    pub end: u64,
    pub work: QueueEntry,
}

impl std::fmt::Debug for QueuedLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "QueuedLine({}..{})", self.offset, self.end)
    }
}

/// What a line asks for.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are requests; a box is one more allocation"
)]
pub(crate) enum QueueEntry {
    /// Its calls are judged.
    Request(ReadRequest),
    /// It is a row.
    Refused(RecordedLine),
    /// Something else that happened.
    Event(RecordingEvent, Millis),
    /// A user says something about a call.
    Remark(Remark),
    /// What one test has sent is cleared away.
    ClearTest(String),
    /// Selected calls are cleared away: ranges of their numbers, as their file counts them.
    ClearCalls(Vec<(u64, u64)>),
    /// A source's push, with its whole line.
    Push(String, Box<RequestLine>),
    /// A part of the recording begins.
    Part(PartStart),
    /// Nothing.
    Nothing,
    /// It is not a line of a recording.
    Bad(String),
}

/// A request, read.
pub(crate) struct ReadRequest {
    pub line: RecordedLine,
    /// Where in its line the body begins.
    pub body_at: usize,
    pub reading: ParsedRequest<'static>,
    /// What the reading will leave behind.
    pub scratch: ParseScratch,
}

impl QueuedLine {
    /// How many calls it holds.
    pub fn calls(&self) -> usize {
        match &self.work {
            QueueEntry::Request(read) => read.reading.calls.len(),
            _ => 1,
        }
    }

    /// What it costs in memory, about: the text and a table of its values.
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
