//! The debug log (`--log FILE`), which records the actions of segscope itself, to help find its
//! faults.
//!
//! The modules above this one emit events with the macros of `tracing`. Without `--log` there is no
//! subscriber, and an event costs one comparison. With it, [`LogSubscriber`] formats each event as
//! a line and puts it into a bounded queue, and the log thread appends the lines to the file.
//! Emitting an event never waits: if the queue is full, the line is left out and counted.
//!
//! The file contains no recorded data and no secrets. An event may contain counts, durations,
//! statuses, codes, routes, hosts, names of threads and vendors, and paths of files. It must not
//! contain a write key, a token, a header, a body, a query, the path of a request, the id of a
//! person, or the text of a filter. No event is emitted for each call, and at most one for each
//! request.

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

/// The maximum number of lines in the queue. A line has about 2 KiB at most.
const MAX_QUEUED_LINES: usize = 4096;
/// The maximum time that the end of the program waits for the last lines.
const FLUSH_TIMEOUT: Duration = Duration::from_millis(300);

static QUEUE: OnceLock<LogQueue> = OnceLock::new();

/// Starts the log thread, which appends events to a file from now on.
///
/// # Errors
/// Fails if the file cannot be written, is not a regular file, or contains something other than a
/// log.
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
        // this cannot fail, because only this function sets a subscriber, and only once
        let _ = tracing::subscriber::set_global_default(LogSubscriber::new(queue, home));
        log_panics();
    }
    Ok(())
}

/// Waits for a short time until all events so far are in the file.
pub fn flush() {
    if let Some(queue) = QUEUE.get() {
        queue.flush(FLUSH_TIMEOUT);
    }
}

/// Logs the place of each panic. The message is left out, because it may quote recorded data.
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

/// A guard that logs the beginning of a thread, and its end when it is dropped.
#[derive(Debug)]
pub struct ThreadLog(&'static str);

impl ThreadLog {
    /// Logs that the thread of this name has begun.
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
