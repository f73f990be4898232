//! The debug log (`--log FILE`): what segscope itself does, for when something is wrong with it.
//!
//! Modules above this one emit events with the macros of `tracing`. Without `--log` nobody
//! subscribes to them, and an event costs one comparison. With it, [`LogSubscriber`] makes a line
//! of each event and puts it into a bounded queue, from which the log thread appends it to the
//! file. Emitting never waits: a line for which the queue has no room is left out and counted.
//!
//! The file holds nothing that was captured and no secrets. An event may carry counts, durations,
//! statuses, codes, routes, hosts, names of threads and vendors, and paths of files. It must not
//! carry a write key, a token, a header, a body, a query, the path of a request, the id of a
//! person, or the text of a filter. Nothing is emitted for each call, and at most one event for
//! each request.

mod event_line;
mod file;
mod queue;
mod subscriber;
mod writer;

pub use file::DebugLogError;

use queue::LogQueue;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, mpsc};
use std::time::Duration;
use subscriber::LogSubscriber;
use writer::{LogWriter, MAX_LOG_BYTES};

/// How many lines wait to be written. A line has at most some 2 KiB.
const MAX_QUEUED_LINES: usize = 4096;
/// How long the end of the program waits for the last lines.
const MAX_FLUSH: Duration = Duration::from_millis(300);

static QUEUE: OnceLock<LogQueue> = OnceLock::new();

/// Begins to append what happens to a file.
///
/// # Errors
/// Fails if the file cannot be written, is not a regular file, or holds something else than a log.
pub fn start(path: &Path) -> Result<(), DebugLogError> {
    let file = file::open(path)?;
    let (sender, entries) = mpsc::sync_channel(MAX_QUEUED_LINES);
    let left_out = Arc::new(AtomicU64::new(0));
    let writer = LogWriter::new(file, MAX_LOG_BYTES, Arc::clone(&left_out));
    std::thread::Builder::new()
        .name("log".to_owned())
        .spawn(move || writer.run(&entries))
        .map_err(DebugLogError::Io)?;
    let queue = LogQueue::new(sender, left_out);
    if QUEUE.set(queue.clone()).is_ok() {
        let home = std::env::home_dir().and_then(|home| home.into_os_string().into_string().ok());
        // only this function sets one, and only once
        let _ = tracing::subscriber::set_global_default(LogSubscriber::new(queue, home));
        log_panics();
    }
    Ok(())
}

/// Waits, not for long, until what was emitted is in the file.
pub fn flush() {
    if let Some(queue) = QUEUE.get() {
        queue.flush(MAX_FLUSH);
    }
}

/// Logs where a thread panics. The message is left out: it may quote what was captured.
fn log_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let thread = std::thread::current();
        let thread = thread.name().unwrap_or("unnamed");
        match panic.location() {
            Some(place) => tracing::error!(thread, %place, "a thread panicked"),
            None => tracing::error!(thread, "a thread panicked"),
        }
        flush();
        before(panic);
    }));
}

/// Logs that a thread began, and that it ended when this is dropped.
#[derive(Debug)]
pub struct ThreadLog(&'static str);

impl ThreadLog {
    /// Logs that the thread of this name began.
    pub fn begin(thread: &'static str) -> ThreadLog {
        tracing::debug!(thread, "thread started");
        ThreadLog(thread)
    }
}

impl Drop for ThreadLog {
    fn drop(&mut self) {
        tracing::debug!(thread = self.0, "thread ended");
    }
}
