//! What a user says about calls: marks and notes. They are lines of the recording like all else, and
//! the index holds them by the number of the call.

use crate::call::Seq;
use crate::call::time::Millis;
use crate::engine::Engine;
use crate::engine::ingest::queue_entry::QueueEntry;
use crate::engine::source::recording_files::only_read;
use crate::recording::{self, MarkOrNote, Remark};
use std::collections::BTreeMap;
use std::io;

/// So many calls can be spoken of: a recording may come from anywhere.
const MOST: usize = 100_000;
/// No note is longer.
pub const NOTE_CHARS: usize = 4_000;

/// What is said of one call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CallRemarks {
    pub marked: bool,
    pub note: Option<Box<str>>,
}

/// What is said of all calls.
#[derive(Debug, Clone, Default)]
pub(crate) struct MarksAndNotes {
    said: BTreeMap<u64, CallRemarks>,
    /// Grows with each change.
    pub changes: u64,
}

impl MarksAndNotes {
    /// Takes one more; at the bound what is said of further calls is not kept.
    pub fn take(&mut self, remark: Remark) {
        if !self.said.contains_key(&remark.seq) && self.said.len() >= MOST {
            return;
        }
        self.changes += 1;
        let said = self.said.entry(remark.seq).or_default();
        match remark.says {
            MarkOrNote::Marked(marked) => {
                said.marked = marked;
            }
            MarkOrNote::Note(text) if text.is_empty() => said.note = None,
            MarkOrNote::Note(text) => {
                said.note = Some(text.chars().take(NOTE_CHARS).collect::<String>().into());
            }
        }
        if *said == CallRemarks::default() {
            self.said.remove(&remark.seq);
        }
    }

    /// What is said of a call.
    pub fn get(&self, seq: u64) -> Option<&CallRemarks> {
        self.said.get(&seq)
    }

    /// Whether a call is marked.
    pub fn is_marked(&self, seq: u64) -> bool {
        self.get(seq).is_some_and(|said| said.marked)
    }
}

impl Engine {
    /// Marks a call, or takes the mark away.
    pub fn mark(&self, seq: Seq, marked: bool, now: Millis) -> io::Result<()> {
        self.remark(Remark { seq: seq.0, says: MarkOrNote::Marked(marked) }, now)
    }

    /// Puts a note to a call; an empty one takes it away.
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
