//! The progress of importing files and streams, for threads that wait for it.

use crate::engine::source::file_error::FileError;
use crate::engine::source::followed_file::FollowedFile;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The interval at which a followed file is checked for changes.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The progress of reading the files.
#[derive(Debug, Default)]
pub(crate) struct Import {
    pub read: AtomicU64,
    total: AtomicU64,
    state: Mutex<Progress>,
    /// Notified when the progress changes and when the import ends.
    changed: Condvar,
}

#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// True while files are still being read.
    pub busy: bool,
    /// True once nothing more arrives.
    pub over: bool,
    ended: bool,
    pub wrong: Option<Arc<FileError>>,
    /// Messages about what was passed over.
    notes: Vec<String>,
    /// True if front ends show these messages.
    shows_notes: bool,
    /// The messages as front ends show them.
    shown_notes: Option<Arc<str>>,
}

/// The maximum number of messages that front ends show: a folder may have one for each file.
const MAX_SHOWN_NOTES: usize = 3;

impl Progress {
    /// Returns all messages about what was passed over.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Adds messages about what was passed over.
    pub fn add_notes(&mut self, notes: impl Iterator<Item = String>) {
        self.notes.extend(notes);
        self.write_shown_notes();
    }

    /// Makes front ends show the messages, and these before them.
    pub fn show_notes(&mut self, first: &[String]) {
        self.notes.splice(..0, first.iter().cloned());
        self.shows_notes = true;
        self.write_shown_notes();
    }

    fn write_shown_notes(&mut self) {
        let Some(more) = self.notes.len().checked_sub(MAX_SHOWN_NOTES).filter(|more| *more > 0)
        else {
            self.shown_notes = (!self.notes.is_empty()).then(|| self.notes.join("; ").into());
            return;
        };
        let first = self.notes[..MAX_SHOWN_NOTES].join("; ");
        let note = if more == 1 { "note" } else { "notes" };
        let text = format!("{first}; {more} more {note}: `segscope check` prints all");
        self.shown_notes = Some(text.into());
    }
}

impl Import {
    pub fn from_files(inputs: &[FollowedFile]) -> Import {
        let import = Import::default();
        import.lock().busy = !inputs.is_empty();
        import.total.store(inputs.iter().map(|input| input.len).sum(), Ordering::Relaxed);
        import
    }

    pub fn lock(&self) -> MutexGuard<'_, Progress> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns true once all data that was there is in the queue.
    pub fn is_settled(&self) -> bool {
        !self.lock().busy
    }

    /// Notes that more bytes of a stream have arrived.
    pub fn came(&self, bytes: u64) {
        self.more(bytes);
        self.read.fetch_add(bytes, Ordering::Relaxed);
        self.lock().busy = true;
    }

    /// Returns the number of bytes that are read, and the total.
    pub fn reading(&self) -> Option<(u64, u64)> {
        let both = || (self.read.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed));
        self.lock().busy.then(both)
    }

    /// Returns the total number of bytes to read.
    pub fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// Returns true once everything is read and nothing more arrives.
    pub fn is_over(&self) -> bool {
        self.lock().over
    }

    /// Waits until all data that was there is in the queue, at most for the time `limit`. Returns
    /// true if it is, or if the import ended.
    pub fn settle_for(&self, limit: Duration) -> bool {
        let is_open = |state: &mut Progress| state.busy && !state.ended;
        let waited = self.changed.wait_timeout_while(self.lock(), limit, is_open);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    /// Returns what was passed over, if front ends show it. While files are being read there may be
    /// more to come, and the text is shown once.
    pub fn shown_notes(&self) -> Option<Arc<str>> {
        let state = self.lock();
        state.shown_notes.clone().filter(|_| state.shows_notes && !state.busy)
    }

    /// Returns the first error of a file.
    pub fn wrong(&self) -> Option<Arc<FileError>> {
        self.lock().wrong.clone()
    }

    pub fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }

    pub fn is_ended(&self) -> bool {
        self.lock().ended
    }

    /// Waits for the poll interval. Returns false once the import is ended.
    pub fn pause(&self) -> bool {
        let state = self.lock();
        let waited = self.changed.wait_timeout_while(state, POLL_INTERVAL, |state| !state.ended);
        !waited.map_or_else(|poison| poison.into_inner().0.ended, |(state, _)| state.ended)
    }

    /// Adds bytes to the total.
    pub fn more(&self, bytes: u64) {
        self.total.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Notes that all data that was there is in the queue.
    pub fn settled(&self) {
        self.lock().busy = false;
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_first_notes_once_all_files_are_read() {
        let import = Import::default();
        let notes = |range: std::ops::Range<u32>| range.map(|nth| format!("n{nth}"));
        import.lock().add_notes(notes(1..2));
        assert_eq!(import.shown_notes(), None, "a check prints them itself");
        import.lock().show_notes(&["n0".to_owned()]);
        assert_eq!(import.shown_notes().as_deref(), Some("n0; n1"));
        import.came(1);
        import.lock().add_notes(notes(2..1000));
        assert_eq!(import.shown_notes(), None, "more may come");
        import.settled();
        let shown = import.shown_notes().expect("notes");
        assert_eq!(&*shown, "n0; n1; n2; 997 more notes: `segscope check` prints all");
        let again = import.shown_notes().expect("notes");
        assert!(Arc::ptr_eq(&shown, &again), "a frame joins nothing");
        assert_eq!(import.lock().notes().len(), 1000);
    }
}
