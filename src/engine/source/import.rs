//! How far files and streams of calls are read, for those who wait for that.

use crate::engine::source::file_error::FileError;
use crate::engine::source::followed_file::FollowedFile;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A file that is followed is looked at this often.
const PAUSE: Duration = Duration::from_millis(50);

/// How far the files are read.
#[derive(Debug, Default)]
pub(crate) struct Import {
    pub read: AtomicU64,
    total: AtomicU64,
    state: Mutex<Progress>,
    told: Condvar,
}

#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Files are still to be read.
    pub busy: bool,
    /// Nothing comes any more.
    pub over: bool,
    ended: bool,
    pub wrong: Option<Arc<FileError>>,
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

    /// True once all that was there is in the queue.
    pub fn is_settled(&self) -> bool {
        !self.lock().busy
    }

    /// More of a stream is there.
    pub fn came(&self, bytes: u64) {
        self.more(bytes);
        self.read.fetch_add(bytes, Ordering::Relaxed);
        self.lock().busy = true;
    }

    /// How much is read, and of how much.
    pub fn reading(&self) -> Option<(u64, u64)> {
        let both = || (self.read.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed));
        self.lock().busy.then(both)
    }

    /// How much there is to read.
    pub fn total(&self) -> u64 {
        self.total.load(Ordering::Relaxed)
    }

    /// True once all is read and nothing comes any more.
    pub fn is_over(&self) -> bool {
        self.lock().over
    }

    /// Waits until all that was there is in the queue, at most for some time. Returns true if it is,
    /// or if it ended.
    pub fn settle_for(&self, limit: Duration) -> bool {
        let is_open = |state: &mut Progress| state.busy && !state.ended;
        let waited = self.told.wait_timeout_while(self.lock(), limit, is_open);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    /// The first thing that is wrong with a file.
    pub fn wrong(&self) -> Option<Arc<FileError>> {
        self.lock().wrong.clone()
    }

    pub fn end(&self) {
        self.lock().ended = true;
        self.told.notify_all();
    }

    pub fn is_ended(&self) -> bool {
        self.lock().ended
    }

    /// Waits a moment; false once nobody wants more.
    pub fn pause(&self) -> bool {
        let state = self.lock();
        let waited = self.told.wait_timeout_while(state, PAUSE, |state| !state.ended);
        !waited.map_or_else(|poison| poison.into_inner().0.ended, |(state, _)| state.ended)
    }

    /// There is more to read than was known.
    pub fn more(&self, bytes: u64) {
        self.total.fetch_add(bytes, Ordering::Relaxed);
    }

    /// All that was there is in the queue.
    pub fn settled(&self) {
        self.lock().busy = false;
        self.told.notify_all();
    }
}
