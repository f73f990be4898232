//! The user's actions on calls: marks, notes, clearing and exports.

use super::Inspector;
use crate::call::Seq;
use crate::engine::RemarkTarget;
use crate::fql::Filter;
use crate::report::ExportFormat;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

impl Inspector {
    /// Marks a call, or removes its mark.
    pub fn mark(&self, seq: Seq, marked: bool) -> Result<(), String> {
        let done = self.engine.mark(seq, marked, self.now());
        done.map(|()| self.announce_target()).map_err(|error| format!("no mark: {error}"))
    }

    /// Sets the note of a call; an empty text removes it.
    pub fn note(&self, seq: Seq, text: &str) -> Result<(), String> {
        let done = self.engine.note(seq, text, self.now());
        done.map(|()| self.announce_target()).map_err(|error| format!("no note: {error}"))
    }

    /// Clears all calls from the log; the recording keeps them.
    pub fn clear(&self) -> Result<(), String> {
        let done = self.engine.clear(self.now());
        done.map_err(|error| format!("nothing was cleared: {error}"))
    }

    /// Restores the calls that were cleared last.
    pub fn undo_clear(&self) -> Result<(), String> {
        match self.engine.undo_clear(self.now()) {
            Ok(true) => Ok(()),
            Ok(false) => Err("nothing was cleared".to_owned()),
            Err(error) => Err(format!("nothing was restored: {error}")),
        }
    }

    /// Starts to write the calls that pass a filter to a new file, without secrets.
    /// [`Inspector::take_message`] returns the result.
    pub fn export(
        &self,
        file: &str,
        format: ExportFormat,
        filter: Option<Arc<Filter>>,
    ) -> Result<(), String> {
        self.export.begin(&self.engine, file, format, filter)
    }

    /// Returns the number of rows that were read and the total, while an export is being written.
    pub fn exporting(&self) -> Option<(u64, u64)> {
        self.export.progress()
    }

    /// Takes the message of a background task that the screen has not shown yet. The screen calls this
    /// with each tick.
    pub fn take_message(&self) -> Option<Result<String, String>> {
        let mut message = self.message.lock().unwrap_or_else(PoisonError::into_inner);
        self.export.take_outcome().or_else(|| message.take().map(Ok))
    }

    /// Sets a message that says where marks and notes are kept, unless that is the recording that is
    /// being made. Only the first call does so.
    fn announce_target(&self) {
        let words = match self.engine.remarks() {
            RemarkTarget::Recorded => return,
            RemarkTarget::Opened(file) => format!("marks and notes are kept in {}", file.display()),
            RemarkTarget::UntilTheEnd(why) => {
                format!("marks and notes are lost when you quit: {why}")
            }
        };
        if self.announces_target.swap(false, Ordering::Relaxed) {
            *self.message.lock().unwrap_or_else(PoisonError::into_inner) = Some(words);
        }
    }
}
