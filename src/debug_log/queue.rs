//! The queue between the threads that emit events and the log thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, SyncSender, TrySendError, channel};
use std::time::{Duration, Instant};

/// The interval at which a flush tries again to enter a full queue.
const FLUSH_RETRY_INTERVAL: Duration = Duration::from_millis(5);

/// A message to the log thread.
#[derive(Debug)]
pub(super) enum LogEntry {
    /// A line with its line break.
    Line(String),
    /// A request to answer when all earlier entries are written.
    Flush(Sender<()>),
}

/// The sender of the bounded queue to the log thread.
#[derive(Debug, Clone)]
pub(super) struct LogQueue {
    entries: SyncSender<LogEntry>,
    /// The number of lines left out since the log thread last wrote this number to the log.
    left_out: Arc<AtomicU64>,
}

impl LogQueue {
    pub fn new(entries: SyncSender<LogEntry>, left_out: Arc<AtomicU64>) -> LogQueue {
        LogQueue { entries, left_out }
    }

    /// Adds a line without waiting. If the queue is full, the line is left out and counted.
    pub fn push(&self, line: String) {
        if self.entries.try_send(LogEntry::Line(line)).is_err() {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until all lines so far are written, for at most `longest`.
    pub fn flush(&self, longest: Duration) {
        let until = Instant::now() + longest;
        let (done, is_done) = channel();
        let mut entry = LogEntry::Flush(done);
        while let Err(error) = self.entries.try_send(entry) {
            match error {
                TrySendError::Full(back) if Instant::now() < until => entry = back,
                // the lines that are not written yet are lost when the program ends
                _ => return,
            }
            std::thread::sleep(FLUSH_RETRY_INTERVAL);
        }
        // a timeout is ignored, because the program ends either way
        let _ = is_done.recv_timeout(until.saturating_duration_since(Instant::now()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::sync_channel;

    #[test]
    fn counts_the_lines_for_which_there_is_no_room_and_waits_for_none() {
        let (sender, entries) = sync_channel(2);
        let left_out = Arc::new(AtomicU64::new(0));
        let queue = LogQueue::new(sender, Arc::clone(&left_out));
        for nth in 0..5 {
            queue.push(format!("{nth}\n"));
        }
        assert_eq!(left_out.load(Ordering::Relaxed), 3);
        // no thread reads the queue, and the flush ends nevertheless
        queue.flush(Duration::from_millis(20));
        let kept: Vec<String> = entries
            .try_iter()
            .filter_map(|entry| match entry {
                LogEntry::Line(line) => Some(line),
                LogEntry::Flush(_) => None,
            })
            .collect();
        assert_eq!(kept, ["0\n", "1\n"]);
    }
}
