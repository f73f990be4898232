//! What stands between the threads that emit events and the log thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, SyncSender, TrySendError, channel};
use std::time::{Duration, Instant};

/// How often room for the wish to flush is looked for.
const FLUSH_PAUSE: Duration = Duration::from_millis(5);

/// What the log thread is given.
#[derive(Debug)]
pub(super) enum LogEntry {
    /// A line with its end.
    Line(String),
    /// Tell when all before is written.
    Flush(Sender<()>),
}

/// The bounded queue to the log thread.
#[derive(Debug, Clone)]
pub(super) struct LogQueue {
    entries: SyncSender<LogEntry>,
    /// How many lines found no room since this was written into the log.
    left_out: Arc<AtomicU64>,
}

impl LogQueue {
    pub fn new(entries: SyncSender<LogEntry>, left_out: Arc<AtomicU64>) -> LogQueue {
        LogQueue { entries, left_out }
    }

    /// Adds a line; without room it is counted and left out. Never waits.
    pub fn push(&self, line: String) {
        if self.entries.try_send(LogEntry::Line(line)).is_err() {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until all that was added is written, but no longer than this.
    pub fn flush(&self, longest: Duration) {
        let until = Instant::now() + longest;
        let (done, is_done) = channel();
        let mut entry = LogEntry::Flush(done);
        while let Err(error) = self.entries.try_send(entry) {
            match error {
                TrySendError::Full(back) if Instant::now() < until => entry = back,
                // what is left is lost with the program
                _ => return,
            }
            std::thread::sleep(FLUSH_PAUSE);
        }
        // too long is as good as done
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
        // nobody reads, and it ends all the same
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
