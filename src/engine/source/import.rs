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
    pub notes: Vec<String>,
    /// True if front ends show these messages.
    pub shows_notes: bool,
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

    /// Returns what was passed over so far, if front ends show it.
    pub fn shown_notes(&self) -> Option<String> {
        let state = self.lock();
        (state.shows_notes && !state.notes.is_empty()).then(|| state.notes.join("; "))
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
