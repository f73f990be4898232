//! The only writer of the recording, which all listener threads use.
//!
//! One write costs about as much as parsing a call, whatever the length of the line. So lines of
//! requests that are ready at the same time are held and written together ([`WriteTicket`]). A
//! request is answered and judged only after its line is written.

use crate::call::time::Millis;
use crate::engine::ingest::parts::RecordingParts;
use crate::engine::ingest::queue_entry::{QueueEntry, QueuedLine};
use crate::engine::ingest::recorded_line::RequestOrigin;
use crate::engine::judging::judge_thread::SharedState;
use crate::engine::source::recording_files::{ClosedPart, FileSection, only_read};
use crate::recording::{
    self, FileStatus, PartStart, RecordingEntry, RecordingFile, UnnumberedLines,
};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, OnceLock, PoisonError};

/// The state of the writer between requests.
#[derive(Debug)]
pub(crate) struct RecordingWriter {
    /// The file to which lines are appended; `None` if files are only read.
    file: Option<RecordingFile>,
    pub next_request: u64,
    pub parts: RecordingParts,
    /// The end of the line that was appended last.
    end: u64,
    pub line: Vec<u8>,
    /// The lines that are not yet written, and their queue entries in the same order.
    held: Vec<u8>,
    items: Vec<QueuedLine>,
    group: WriteTicket,
    /// The origin of the previous request.
    pub origin: Arc<RequestOrigin>,
}

/// The result of writing a group of held lines, for the requests that wait for it.
#[derive(Debug, Clone, Default)]
pub struct WriteTicket(Arc<OnceLock<Result<(), String>>>);

/// The maximum size of held lines before they are written. For a write of this size, the cost of
/// the call itself no longer matters.
const MAX_HELD_BYTES: usize = 256 << 10;

impl RecordingWriter {
    /// Returns the end of the line that was appended last.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Returns whether nothing can be recorded because files are only read.
    pub fn is_only_read(&self) -> bool {
        self.file.is_none()
    }

    /// Returns whether the file is not yet created because nothing has been recorded.
    pub fn is_planned(&self) -> bool {
        self.file.as_ref().is_some_and(RecordingFile::is_planned)
    }

    /// Returns the path of the recording, if it has a name.
    pub fn path(&self) -> Option<PathBuf> {
        self.file.as_ref()?.path().map(ToOwned::to_owned)
    }

    /// Begins the next part of the recording with its first line. Returns its section, and the path
    /// of the previous part. Returns `None` if files are only read.
    pub fn begin_part(
        &mut self,
        start: PartStart,
        now: Millis,
    ) -> io::Result<Option<(FileSection, Option<PathBuf>)>> {
        let Some(file) = &mut self.file else { return Ok(None) };
        let (mut next, number) = file.next_part()?;
        recording::compose_part(&mut self.line, number, start, now);
        next.append(&self.line)?;
        let section = FileSection::new(self.end, 0, next.reader()?);
        let path = file.path().map(ToOwned::to_owned);
        *file = next;
        self.end += self.line.len() as u64;
        Ok(Some((section, path)))
    }

    /// Creates the writer of a recording that ends at `end`. `earlier` are the parts before the
    /// file that is written.
    pub fn new(
        file: Option<RecordingFile>,
        earlier: Vec<ClosedPart>,
        end: u64,
    ) -> io::Result<RecordingWriter> {
        let last = match &file {
            Some(file) if !file.is_planned() => last_request(&file.reader()?, file.len())?,
            _ => 0,
        };
        let (keep, bytes) = file.as_ref().map_or((None, 0), |file| (file.keep(), file.len()));
        Ok(RecordingWriter {
            file,
            next_request: last + 1,
            parts: RecordingParts::new(keep, earlier, end, bytes),
            end,
            line: Vec::new(),
            held: Vec::new(),
            items: Vec::new(),
            group: WriteTicket::default(),
            origin: Arc::default(),
        })
    }
}

impl SharedState {
    pub fn front(&self) -> MutexGuard<'_, RecordingWriter> {
        // a panic before a line was recorded changed nothing; after that, the judge thread reads
        // the line back from the recording
        self.front.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Holds the lines of a request until they are written. `work` creates the queue entry from the
    /// offset of the request's line, its length without the line end, and the position of the body.
    pub fn hold(
        &self,
        front: &mut RecordingWriter,
        lines: &mut UnnumberedLines,
        work: impl FnOnce(u64, u32, usize) -> QueueEntry,
    ) -> WriteTicket {
        let begin = front.held.len();
        let (body_at, len) = lines.append_to(&mut front.held, front.next_request);
        let offset = front.end + begin as u64;
        let end = front.end + front.held.len() as u64;
        front.next_request += 1;
        let work = work(offset, len, body_at);
        front.items.push(QueuedLine { offset, end, work });
        let held = front.group.clone();
        if front.held.len() >= MAX_HELD_BYTES {
            self.write_held(front);
        }
        held
    }

    /// Writes the held lines, if there are any, and hands them to the judge thread.
    pub fn write_held(&self, front: &mut RecordingWriter) {
        if !front.items.is_empty() {
            self.write_lines(front);
            self.change_parts(front);
        }
    }

    fn write_lines(&self, front: &mut RecordingWriter) {
        let lines = std::mem::take(&mut front.held);
        let written = self.write(front, &lines);
        front.held = lines;
        front.held.clear();
        front.held.shrink_to(2 * MAX_HELD_BYTES);
        let group = std::mem::take(&mut front.group);
        let outcome = match written {
            Ok(_) => {
                front.parts.count_calls(&front.items);
                self.queue.push(&mut front.items);
                Ok(())
            }
            Err(error) => {
                let count = front.items.len() as u64;
                front.items.clear();
                front.next_request -= count;
                self.unrecorded.fetch_add(count, Ordering::Relaxed);
                Err(self.not_recorded(&error))
            }
        };
        // the result of a group is set only here, once
        let _ = group.0.set(outcome);
    }

    /// Returns the result of writing a held line. Writes all held lines if that has not happened
    /// yet.
    pub fn written(&self, held: &WriteTicket) -> Result<(), String> {
        if let Some(outcome) = held.0.get() {
            return outcome.clone();
        }
        self.write_held(&mut self.front());
        held.0.get().cloned().unwrap_or(Ok(()))
    }

    /// Appends a line after the held ones. Returns its offset.
    pub fn append(&self, front: &mut RecordingWriter, line: &[u8]) -> io::Result<u64> {
        self.write_held(front);
        self.change_parts(front);
        self.write(front, line)
    }

    fn write(&self, front: &mut RecordingWriter, line: &[u8]) -> io::Result<u64> {
        let appended = match self.writable_file(front) {
            Ok(file) => file.append(line),
            Err(error) => Err(error),
        };
        let mut trouble = self.trouble();
        match appended {
            Ok(_) => {
                let offset = front.end;
                front.end += line.len() as u64;
                if trouble.problem.take().is_some() {
                    tracing::info!("the recording is written again");
                    self.changed();
                }
                Ok(offset)
            }
            Err(error) => {
                if trouble.problem.is_none() {
                    tracing::warn!(%error, "the recording cannot be written");
                }
                trouble.problem = Some(self.not_recorded(&error));
                self.changed();
                Err(error)
            }
        }
    }

    /// Returns the file of the recording, ready to be appended to. Creates it if it does not exist
    /// yet or another program removed it. If another program truncated it or wrote to it, appending
    /// continues after its present end.
    fn writable_file<'f>(
        &self,
        front: &'f mut RecordingWriter,
    ) -> io::Result<&'f mut RecordingFile> {
        let end = front.end;
        let file = front.file.as_mut().ok_or_else(only_read)?;
        let Some(name) = file.path().map(|path| path.display().to_string()) else {
            return Ok(file);
        };
        let what = match file.look()? {
            FileStatus::Whole => return Ok(file),
            FileStatus::Planned => {
                file.create()?;
                let part = FileSection::new(end, file.len(), file.reader()?);
                self.recording.add(part);
                tracing::info!(file = name, "recording created");
                return Ok(file);
            }
            FileStatus::Removed => {
                tracing::warn!(file = name, "the recording was removed and is created anew");
                *file = file.again()?;
                "was removed while it was written; recording continues in a new file of that name, and earlier calls are kept only while segscope runs".to_owned()
            }
            FileStatus::Changed { len } if len < file.len() => {
                tracing::warn!(file = name, len, "the recording was cut by another program");
                self.recording.cut(&file.reader()?, len)?;
                file.accept()?;
                format!(
                    "was cut to {len} bytes by another program; recording continues after them, and the calls that were cut can no longer be read"
                )
            }
            FileStatus::Changed { len } => {
                tracing::warn!(file = name, len, "the recording was changed by another program");
                file.accept()?;
                "was changed by another program; recording continues after the change".to_owned()
            }
        };
        self.recording.add(FileSection::new(end, file.len(), file.reader()?));
        self.notice(format!("the recording {name} {what}"));
        Ok(file)
    }

    /// Returns a message about what happens to requests while the recording cannot be written.
    pub fn not_recorded(&self, error: &io::Error) -> String {
        let fate = match self.passes_unrecorded {
            true => "requests are forwarded and not recorded",
            false => "requests get 503",
        };
        format!("{fate}: the recording cannot be written: {error}")
    }

    /// Hands the line that was just appended to the judge thread.
    pub fn hand_over(&self, front: &mut RecordingWriter, offset: u64, work: QueueEntry) {
        front.items.push(QueuedLine { offset, end: front.end, work });
        self.queue.push(&mut front.items);
    }
}

/// Returns the number of the last request of a recording, so that the next request can get its
/// number before the recording is read; 0 if there is none.
fn last_request(file: &File, len: u64) -> io::Result<u64> {
    let mut end = len;
    while end > 0 {
        let start = line_start(file, end - 1)?;
        let mut bytes = vec![0; (end - start) as usize];
        file.read_exact_at(&mut bytes, start)?;
        let entry = std::str::from_utf8(&bytes).ok().and_then(|line| recording::parse(line).ok());
        match entry {
            Some(RecordingEntry::Request(request)) => return Ok(request.request),
            Some(RecordingEntry::Part(start)) => return Ok(start.requests),
            _ => {}
        }
        end = start;
    }
    Ok(0)
}

/// Returns the offset of the line that ends at `end`.
fn line_start(file: &File, end: u64) -> io::Result<u64> {
    const STEP: u64 = 64 * 1024;
    let mut to = end;
    let mut buffer = Vec::new();
    while to > 0 {
        let from = to.saturating_sub(STEP);
        buffer.resize((to - from) as usize, 0);
        file.read_exact_at(&mut buffer, from)?;
        if let Some(newline) = memchr::memrchr(b'\n', &buffer) {
            return Ok(from + newline as u64 + 1);
        }
        to = from;
    }
    Ok(0)
}
