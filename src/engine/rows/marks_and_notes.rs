//! The user's marks and notes about calls. They are lines of the recording, and the index contains
//! them by the number of the call.

use crate::call::Seq;
use crate::call::time::Millis;
use crate::engine::Engine;
use crate::engine::ingest::queue_entry::QueueEntry;
use crate::engine::source::recording_files::only_read;
use crate::recording::{self, MarkOrNote, Remark};
use std::collections::BTreeMap;
use std::io;

/// The maximum number of calls with marks or notes. A recording may come from an untrusted source,
/// so the number must be bounded.
const MAX_CALLS: usize = 100_000;
/// The maximum length of a note, in characters.
pub const NOTE_CHARS: usize = 4_000;

/// The mark and the note of one call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CallRemarks {
    pub marked: bool,
    pub note: Option<Box<str>>,
}

/// The marks and notes of all calls.
#[derive(Debug, Clone, Default)]
pub(crate) struct MarksAndNotes {
    by_call: BTreeMap<u64, CallRemarks>,
    /// The number of changes so far.
    pub changes: u64,
}

impl MarksAndNotes {
    /// Applies a mark or note. At the limit, marks and notes of further calls are ignored.
    pub fn take(&mut self, remark: Remark) {
        if !self.by_call.contains_key(&remark.seq) && self.by_call.len() >= MAX_CALLS {
            return;
        }
        self.changes += 1;
        let remarks = self.by_call.entry(remark.seq).or_default();
        match remark.says {
            MarkOrNote::Marked(marked) => {
                remarks.marked = marked;
            }
            MarkOrNote::Note(text) if text.is_empty() => remarks.note = None,
            MarkOrNote::Note(text) => {
                remarks.note = Some(text.chars().take(NOTE_CHARS).collect::<String>().into());
            }
        }
        if *remarks == CallRemarks::default() {
            self.by_call.remove(&remark.seq);
        }
    }

    /// Returns the mark and the note of a call.
    pub fn get(&self, seq: u64) -> Option<&CallRemarks> {
        self.by_call.get(&seq)
    }

    /// Returns whether a call is marked.
    pub fn is_marked(&self, seq: u64) -> bool {
        self.get(seq).is_some_and(|remarks| remarks.marked)
    }
}

impl Engine {
    /// Marks a call, or removes its mark.
    pub fn mark(&self, seq: Seq, marked: bool, now: Millis) -> io::Result<()> {
        self.remark(Remark { seq: seq.0, says: MarkOrNote::Marked(marked) }, now)
    }

    /// Sets the note of a call. An empty text removes it.
    pub fn note(&self, seq: Seq, text: &str, now: Millis) -> io::Result<()> {
        self.remark(Remark { seq: seq.0, says: MarkOrNote::Note(text.to_owned()) }, now)
    }

    fn remark(&self, remark: Remark, now: Millis) -> io::Result<()> {
        let mut front = self.shared.front();
        let front = &mut *front;
        if front.is_only_read() {
            return Err(only_read());
        }
        let mut line = std::mem::take(&mut front.line);
        recording::compose_remark(&mut line, &remark, now);
        let appended = self.shared.append(front, &line);
        front.line = line;
        self.shared.hand_over(front, appended?, QueueEntry::Remark(remark));
        Ok(())
    }
}
