//! Counts writes to the terminal and to pipes: a program that was asked to end waits for a slow reader,
//! but not for one that has stopped reading.

use std::sync::atomic::{AtomicU64, Ordering};

static BEGUN: AtomicU64 = AtomicU64::new(0);
static ENDED: AtomicU64 = AtomicU64::new(0);

/// Runs `write` and counts its begin and end.
pub fn counted<T>(write: impl FnOnce() -> T) -> T {
    BEGUN.fetch_add(1, Ordering::Relaxed);
    let written = write();
    ENDED.fetch_add(1, Ordering::Relaxed);
    written
}

/// Returns the number of writes that have ended, and true if one is still running.
pub fn writes() -> (u64, bool) {
    let ended = ENDED.load(Ordering::Relaxed);
    (ended, BEGUN.load(Ordering::Relaxed) > ended)
}
