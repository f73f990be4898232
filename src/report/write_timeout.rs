//! How writes to the terminal and to pipes get on: a program that was asked to end waits for a slow
//! reader, and not for one that stands still.

use std::sync::atomic::{AtomicU64, Ordering};

static BEGUN: AtomicU64 = AtomicU64::new(0);
static ENDED: AtomicU64 = AtomicU64::new(0);

/// Writes, and counts that.
pub fn counted<T>(write: impl FnOnce() -> T) -> T {
    BEGUN.fetch_add(1, Ordering::Relaxed);
    let written = write();
    ENDED.fetch_add(1, Ordering::Relaxed);
    written
}

/// Returns how many writes have ended, and whether one goes on.
pub fn writes() -> (u64, bool) {
    let ended = ENDED.load(Ordering::Relaxed);
    (ended, BEGUN.load(Ordering::Relaxed) > ended)
}
