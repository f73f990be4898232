//! The log thread, which appends lines to the file until it reaches its maximum size.

use super::event_line;
use super::queue::LogEntry;
use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Receiver;

/// The maximum size of the file. The last line of a full file says that it is full.
pub(super) const MAX_LOG_BYTES: u64 = 64 << 20;
/// The approximate maximum size of a batch. Lines that are ready at the same time are written
/// together.
const MAX_BATCH_BYTES: usize = 64 << 10;
/// The number of bytes that are reserved for the last line.
const LAST_LINE_BYTES: u64 = 128;

/// The only writer of the file in this process.
#[derive(Debug)]
pub(super) struct LogWriter {
    file: File,
    max_bytes: u64,
    left_out: Arc<AtomicU64>,
    /// The lines that are not written yet, each with its line break.
    batch: Vec<u8>,
    is_full: bool,
    /// True if the file may end with an incomplete line.
    is_torn: bool,
}

impl LogWriter {
    pub fn new(file: File, max_bytes: u64, left_out: Arc<AtomicU64>) -> LogWriter {
        let batch = Vec::new();
        LogWriter { file, max_bytes, left_out, batch, is_full: false, is_torn: false }
    }

    /// Writes lines until no thread is left that can emit an event.
    pub fn run(mut self, entries: &Receiver<LogEntry>) {
        while let Ok(first) = entries.recv() {
            let mut next = Some(first);
            while let Some(entry) = next {
                match entry {
                    LogEntry::Line(line) => self.batch.extend_from_slice(line.as_bytes()),
                    LogEntry::Flush(done) => {
                        self.write_batch();
                        // an error means that the thread that waited has given up
                        let _ = done.send(());
                    }
                }
                let has_room = self.batch.len() < MAX_BATCH_BYTES;
                next = has_room.then(|| entries.try_recv().ok()).flatten();
            }
            self.write_batch();
        }
    }

    fn write_batch(&mut self) {
        let left_out = self.left_out.swap(0, Ordering::Relaxed);
        if left_out > 0 {
            let line = match left_out {
                1 => "1 line was left out".to_owned(),
                more => format!("{more} lines were left out"),
            };
            self.batch.extend_from_slice(event_line::line_about_log("WARN", &line).as_bytes());
        }
        if !self.batch.is_empty() && !self.is_full && self.append().is_err() {
            // the failure can only be reported in the next line that can be written
            let lines = memchr::memchr_iter(b'\n', &self.batch).count() as u64;
            self.left_out.fetch_add(lines + left_out.saturating_sub(1), Ordering::Relaxed);
            self.is_torn = true;
        }
        self.batch.clear();
    }

    fn append(&mut self) -> io::Result<()> {
        if self.is_torn {
            self.file.write_all(b"\n")?;
            self.is_torn = false;
        }
        // another process may append to the same file
        let len = self.file.metadata()?.len();
        let free_bytes = self.max_bytes.saturating_sub(len + LAST_LINE_BYTES);
        if self.batch.len() as u64 > free_bytes {
            self.is_full = true;
            let free_bytes = usize::try_from(free_bytes).unwrap_or(usize::MAX);
            let whole = memchr::memrchr(b'\n', &self.batch[..free_bytes]).map_or(0, |end| end + 1);
            self.batch.truncate(whole);
            let text = format!("the log has reached {} bytes and ends here", self.max_bytes);
            let last = event_line::line_about_log("WARN", &text);
            if len + (whole + last.len()) as u64 <= self.max_bytes {
                self.batch.extend_from_slice(last.as_bytes());
            }
        }
        self.file.write_all(&self.batch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::sync_channel;

    /// Writes lines to the file with a bound, and returns the content of the file.
    fn written(file: &File, max_bytes: u64, left_out: u64, lines: &[String]) -> String {
        let (sender, entries) = sync_channel(lines.len().max(1));
        for line in lines {
            sender.send(LogEntry::Line(line.clone())).expect("there is room");
        }
        drop(sender);
        let file_of_writer = file.try_clone().expect("a handle");
        LogWriter::new(file_of_writer, max_bytes, Arc::new(left_out.into())).run(&entries);
        let mut bytes =
            vec![0; usize::try_from(file.metadata().expect("its length").len()).expect("short")];
        std::os::unix::fs::FileExt::read_exact_at(file, &mut bytes, 0).expect("read");
        String::from_utf8(bytes).expect("UTF-8")
    }

    fn line(nth: usize) -> String {
        format!("{nth:0>99}\n")
    }

    #[test]
    fn the_file_stays_below_its_bound_and_says_once_that_it_is_full() {
        let file = tempfile::tempfile().expect("a file");
        let lines: Vec<String> = (0..5_000).map(line).collect();
        let text = written(&file, 10_000, 0, &lines);
        assert!(text.len() <= 10_000, "{}", text.len());
        assert!(text.len() > 9_700, "{}", text.len());
        assert!(text.starts_with(&line(0)) && text.contains(&line(97)));
        let last = text.lines().last().expect("a line");
        assert!(last.ends_with("the log has reached 10000 bytes and ends here"), "{last}");
        assert_eq!(text.matches("has reached").count(), 1);
        // other processes that append to a full file leave it unchanged, or say again that it is
        // full
        for _ in 0..3 {
            assert!(written(&file, 10_000, 0, &lines).len() <= 10_000);
        }
    }

    #[test]
    fn the_documentation_states_the_maximum_size() {
        let (testing, mib) = (include_str!("../../docs/testing.md"), MAX_LOG_BYTES >> 20);
        assert!(testing.contains(&format!("It grows to at most {mib} MiB")));
    }

    #[test]
    fn says_how_many_lines_were_left_out() {
        let file = tempfile::tempfile().expect("a file");
        let text = written(&file, 10_000, 3, &[line(7)]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert_eq!(format!("{}\n", lines[0]), line(7));
        assert!(lines[1].ends_with(" 3 lines were left out"), "{text}");
    }

    #[test]
    fn counts_what_cannot_be_written() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("log"), "").expect("written");
        let only_read = File::open(folder.path().join("log")).expect("there");
        let left_out = Arc::new(AtomicU64::new(2));
        let mut writer = LogWriter::new(only_read, 10_000, Arc::clone(&left_out));
        writer.batch = (line(1) + &line(2)).into_bytes();
        writer.write_batch();
        assert_eq!(left_out.load(Ordering::Relaxed), 4);
        writer.batch = line(3).into_bytes();
        writer.write_batch();
        assert_eq!(left_out.load(Ordering::Relaxed), 5);
    }
}
