//! Imports files of calls that are not recordings, line by line. Each call becomes a line of a
//! recording without a name and is then handled like any other call. A separate thread imports, so
//! the screen shows the first calls while the last ones are read.
//!
//! A followed file is imported too, even if it is a recording, so the calls that were read stay
//! available whatever happens to the file.

use crate::call::Doc;
use crate::call::time::{Millis, NO_TIME};
use crate::engine::ingest::queue_entry::{QueueEntry, QueuedLine, ReadRequest};
use crate::engine::ingest::recorded_line::{RecordedLine, RequestOrigin};
use crate::engine::judging::judge_thread::SharedState;
use crate::engine::low_priority::give_way;
use crate::engine::source::bare_calls::{self, BareCall, BareCallError};
use crate::engine::source::call_record;
use crate::engine::source::file_error::FileError;
use crate::engine::source::followed_file::{FollowedFile, LineFormat};
use crate::engine::source::import::Import;
use crate::engine::source::limits::{MAX_LINE_BYTES, line_too_long};
use crate::engine::source::passed_over::PassedOver;
use crate::engine::source::{read_lines, stream};
use crate::recording::{self, Body};
use crate::wire::{self, RequestHead};
use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The approximate number of bytes that are read at once.
const BLOCK_BYTES: usize = 128 << 10;

/// Reads the files in order.
pub(crate) fn run(shared: &SharedState, inputs: &mut [FollowedFile]) {
    give_way();
    // however this thread ends, no other thread waits for it any longer
    let _settled = SettledOnDrop(&shared.import);
    let (origin, passed_over) = (Arc::default(), PassedOver::default());
    let mut importer = Importer {
        shared,
        origin,
        wrong: 0,
        reported: 0,
        wrong_items: 0,
        passed_over,
        is_told: false,
    };
    for input in inputs {
        let read = match (input.stream, input.follow) {
            (Some(end), _) => stream::read(&mut importer, input, end),
            (None, false) => {
                let read = importer.read(input, &mut FilePosition::default());
                importer.note_passed_over(input);
                read
            }
            (None, true) => importer.follow(input),
        };
        if let Err(source) = read {
            importer.went_wrong(FileError::Io { path: input.path.clone(), source });
        }
    }
    importer.report_errors();
    shared.import.lock().over = true;
}

/// The position up to which a file is read.
#[derive(Debug, Default)]
struct FilePosition {
    at: u64,
    lines: usize,
}

impl Importer<'_> {
    /// Reports the lines that could not be read.
    pub fn report_errors(&mut self) {
        let shared = self.shared;
        if self.reported == self.wrong {
            return;
        }
        self.reported = self.wrong;
        if let Some(error) = shared.import.wrong() {
            shared.notice(match self.wrong {
                1 => format!("{error}; it was passed over"),
                wrong => format!("{error}; it and {} more were passed over", wrong - 1),
            });
        }
    }

    /// Reads a file as it grows, until the import is ended.
    fn follow(&mut self, input: &mut FollowedFile) -> io::Result<()> {
        let mut place = FilePosition::default();
        loop {
            self.read(input, &mut place)?;
            self.report_errors();
            self.note_passed_over(input);
            self.shared.import.settled();
            if !self.shared.import.pause() {
                return Ok(());
            }
            let (known, now) = (input.len, input.file.metadata()?);
            if now.len() > known {
                self.shared.import.more(now.len() - known);
                input.len = now.len();
                continue;
            }
            // the end of a file that was replaced is read before the new file
            let other = std::fs::metadata(&input.path);
            let other =
                other.ok().filter(|other| (other.dev(), other.ino()) != (now.dev(), now.ino()));
            let cut = now.len() < known;
            if !cut && other.is_none() {
                continue;
            }
            let what =
                if cut { format!("cut to {} bytes", now.len()) } else { "replaced".to_owned() };
            if !cut {
                input.file = File::open(&input.path)?;
            }
            input.len = input.file.metadata()?.len();
            self.shared.import.more(input.len);
            place = FilePosition::default();
            self.shared.notice(format!(
                "{} was {what} while it was followed: calls read so far are kept, and the file is read from its beginning",
                input.path.display()
            ));
        }
    }
}

struct SettledOnDrop<'i>(&'i Import);

impl Drop for SettledOnDrop<'_> {
    fn drop(&mut self) {
        self.0.settled();
    }
}

pub(crate) struct Importer<'s> {
    pub shared: &'s SharedState,
    origin: Arc<RequestOrigin>,
    /// The number of lines, and of items of lists, that could not be read, and the number of them that
    /// the user was told about.
    pub wrong: u64,
    reported: u64,
    /// The number of items of lists among them.
    pub wrong_items: u64,
    passed_over: PassedOver,
    /// True if the screen has shown what was passed over in a file that is followed.
    is_told: bool,
}

/// Lines that are recorded together.
#[derive(Default)]
pub(crate) struct LineBatch {
    text: Vec<u8>,
    /// The queue entries with the ranges of their lines in the block.
    items: Vec<(std::ops::Range<usize>, QueueEntry)>,
}

impl Importer<'_> {
    pub fn went_wrong(&mut self, error: FileError) {
        self.wrong += 1;
        self.shared.import.lock().wrong.get_or_insert(Arc::new(error));
    }

    /// Continues to read from a position.
    fn read(&mut self, input: &mut FollowedFile, place: &mut FilePosition) -> io::Result<()> {
        let (mut bytes, mut size) = (Vec::new(), BLOCK_BYTES);
        while place.at < input.len && !self.shared.import.is_ended() {
            size = size.min((input.len - place.at) as usize);
            bytes.resize(size, 0);
            match input.file.read_exact_at(&mut bytes, place.at) {
                // the file was truncated at this moment, which the next poll detects
                Err(error) if input.follow && error.kind() == io::ErrorKind::UnexpectedEof => break,
                read => read?,
            }
            let is_last = place.at + size as u64 == input.len;
            if !is_last || input.follow {
                match memchr::memrchr(b'\n', &bytes) {
                    Some(line_end) => bytes.truncate(line_end + 1),
                    None if is_last => break,
                    None if size >= MAX_LINE_BYTES => return Err(line_too_long()),
                    None => {
                        size *= 2;
                        continue;
                    }
                }
            }
            place.at += bytes.len() as u64;
            size = BLOCK_BYTES;
            self.lines(input, &bytes, &mut place.lines)?;
            self.shared.import.read.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Imports whole lines. `number` is the number of lines before them.
    pub fn lines(
        &mut self,
        input: &mut FollowedFile,
        bytes: &[u8],
        number: &mut usize,
    ) -> io::Result<()> {
        let mut block = LineBatch::default();
        let first = self.shared.front().next_request;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            *number += 1;
            if input.form == LineFormat::Unknown && !bare_calls::trimmed(line).is_empty() {
                let text = std::str::from_utf8(bare_calls::trimmed(line)).unwrap_or_default();
                // a damaged line does not show the format of the lines after it
                if recording::parse(text).is_ok() {
                    input.form = LineFormat::Recording;
                } else if Doc::parse(text).is_ok() {
                    input.form = LineFormat::Calls;
                }
            }
            let taken = match input.form {
                LineFormat::Recording => self.recorded(line, &mut block),
                _ if input.stream.is_some() => {
                    self.message(input, (line, *number), first, &mut block)
                }
                _ => self.line(line, (first, *number), &mut block),
            };
            if let Err(message) = taken {
                let (path, line) = (input.path.clone(), *number);
                self.went_wrong(FileError::Content { path, line, message });
            }
        }
        let mut front = self.shared.front();
        let base = self.shared.append(&mut front, &block.text)?;
        front.next_request += block.items.len() as u64;
        let mut items = Vec::with_capacity(block.items.len());
        for (place, mut work) in block.items {
            let (offset, end) = (base + place.start as u64, base + place.end as u64);
            match &mut work {
                QueueEntry::Request(ReadRequest { line, .. }) | QueueEntry::Refused(line) => {
                    line.offset = offset
                }
                _ => {}
            }
            let item = QueuedLine { offset, end, work };
            self.shared.board().take_in(&item, &self.shared.recording);
            items.push(item);
        }
        self.shared.queue.push(&mut items);
        Ok(())
    }

    /// Imports a line of a recording unchanged.
    fn recorded(&mut self, line: &[u8], block: &mut LineBatch) -> Result<(), String> {
        let text =
            std::str::from_utf8(line.trim_ascii()).map_err(|_| "expected UTF-8 text".to_owned())?;
        if text.is_empty() {
            return Ok(());
        }
        let work = read_lines::work(text, 0, &mut self.origin, self.shared.queue.take_buffer())?;
        let start = block.text.len();
        block.text.extend_from_slice(text.as_bytes());
        block.text.push(b'\n');
        block.items.push((start..block.text.len(), work));
        Ok(())
    }

    /// Imports a line of a file of calls. `number` is that of the line.
    fn line(
        &mut self,
        line: &[u8],
        (first, number): (u64, usize),
        block: &mut LineBatch,
    ) -> Result<(), String> {
        bare_calls::objects(line, &mut |text| match self.call(text, first, None, block) {
            Ok(()) => Ok(()),
            Err(BareCallError::Invalid(message)) => Err(message),
            Err(BareCallError::NoCall) => {
                let (mut passed_over, mut taken) = (std::mem::take(&mut self.passed_over), Ok(()));
                bare_calls::inside(text, number, &mut passed_over, &mut |call| {
                    if taken.is_ok() {
                        taken = self.call(call, first, None, block).map_err(String::from);
                    }
                });
                self.passed_over = passed_over;
                taken
            }
        })
    }

    /// Notes what was passed over in a file.
    fn note_passed_over(&mut self, input: &FollowedFile) {
        if input.follow {
            // told once, because a file that grows may have many of them
            let notes: Vec<String> = self.passed_over.other_notes(&input.path).collect();
            if !notes.is_empty() && !std::mem::replace(&mut self.is_told, true) {
                self.shared.notice(notes.join("; "));
            }
            return;
        }
        let passed_over = std::mem::take(&mut self.passed_over);
        self.shared.import.lock().add_notes(passed_over.other_notes(&input.path));
        self.shared.changed();
    }

    /// Imports a call or a batch, or the call in a record that `tail` or `check` wrote.
    pub fn call(
        &mut self,
        text: &str,
        first: u64,
        now: Option<Millis>,
        block: &mut LineBatch,
    ) -> Result<(), BareCallError> {
        let number = first + block.items.len() as u64;
        let mut scratch = self.shared.queue.take_buffer();
        let mut call = bare_calls::read(text, number, &mut scratch)?;
        if let Some(redaction) = &self.shared.redaction {
            call = call.redact(redaction, number, &mut scratch)?;
        }
        let received_at = call.received_at();
        let BareCall { text, reading, request, excerpt } = call;
        let mut reading = reading.into_owned(&mut scratch);
        // a call without a time of its own counts as received when it was read from the stream
        let read_at = now.filter(|_| received_at == NO_TIME && request.is_none());
        if let Some(received_at) = read_at {
            let head = RequestHead { received_at, ..call_record::request_head(None) };
            let again = wire::read_excerpt(&head, number, &text, excerpt.as_deref(), &mut scratch);
            reading = again.map_err(|refusal| refusal.to_string())?.into_owned(&mut scratch);
        }
        let received_at = read_at.unwrap_or(received_at);
        let head = call_record::line_head(request.as_deref(), excerpt.as_deref(), received_at);
        let signature = request.as_ref().and_then(|request| request.signature.as_deref());
        let start = block.text.len();
        let body_at = recording::append_line(
            &mut block.text,
            number,
            &head,
            Body::Json(&text),
            None,
            signature,
        );
        let end = block.text.len();
        let line = RecordedLine {
            origin: RequestOrigin::new(head.path, head.headers, &mut self.origin),
            offset: 0,
            len: (end - start - 1) as u32,
            status: head.status,
            received_at,
            signature: wire::signature::code(signature),
            has_fault: head.fault.is_some(),
        };
        let read = ReadRequest { line, body_at, reading, scratch };
        block.items.push((start..end, QueueEntry::Request(read)));
        Ok(())
    }
}
