//! What the user does with calls: marks, notes, clearing, exports.

use super::Inspector;
use crate::call::Seq;
use crate::engine::RemarkTarget;
use crate::fql::Filter;
use crate::report::ExportFormat;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

impl Inspector {
    /// Marks a call, or takes the mark away.
    pub fn mark(&self, seq: Seq, marked: bool) -> Result<(), String> {
        let done = self.engine.mark(seq, marked, self.now());
        done.map(|()| self.say_where()).map_err(|error| format!("no mark: {error}"))
    }

    /// Puts a note to a call; an empty one takes it away.
    pub fn note(&self, seq: Seq, text: &str) -> Result<(), String> {
        let done = self.engine.note(seq, text, self.now());
        done.map(|()| self.say_where()).map_err(|error| format!("no note: {error}"))
    }

    /// Clears all that came so far away; the recording keeps it.
    pub fn clear(&self) -> Result<(), String> {
        let done = self.engine.clear(self.now());
        done.map_err(|error| format!("nothing was cleared: {error}"))
    }

    /// Brings back what was cleared away last.
    pub fn undo_clear(&self) -> Result<(), String> {
        match self.engine.undo_clear(self.now()) {
            Ok(true) => Ok(()),
            Ok(false) => Err("nothing was cleared".to_owned()),
            Err(error) => Err(format!("nothing was restored: {error}")),
        }
    }

    /// Begins to write the calls that pass a filter to a new file, without secrets. What came of it
    /// is [told](Inspector::told).
    pub fn export(
        &self,
        file: &str,
        format: ExportFormat,
        filter: Option<Arc<Filter>>,
    ) -> Result<(), String> {
        self.export.begin(&self.engine, file, format, filter)
    }

    /// How many rows were looked at, of how many, while an export is being written.
    pub fn exporting(&self) -> Option<(u64, u64)> {
        self.export.progress()
    }

    /// What something that went on behind the screen has to say, once. Asked with each tick.
    pub fn told(&self) -> Option<Result<String, String>> {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        self.export.told().or_else(|| said.take().map(Ok))
    }

    /// Says once where marks and notes go, if that is not the recording that is being made.
    fn say_where(&self) {
        let words = match self.engine.remarks() {
            RemarkTarget::Recorded => return,
            RemarkTarget::Opened(file) => format!("marks and notes are kept in {}", file.display()),
            RemarkTarget::UntilTheEnd(why) => {
                format!("marks and notes are lost when you quit: {why}")
            }
        };
        if self.says_where.swap(false, Ordering::Relaxed) {
            *self.said.lock().unwrap_or_else(PoisonError::into_inner) = Some(words);
        }
    }
}
