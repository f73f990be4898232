//! Reads lines back from the recording. Parsing a line is independent of all other lines, so other
//! threads parse blocks of lines, a few blocks ahead, and the judge thread gets the blocks in
//! order.

use crate::call::time::Millis;
use crate::engine::ingest::queue_entry::{QueueEntry, QueuedLine, ReadRequest};
use crate::engine::ingest::recorded_line::{RecordedLine, RequestOrigin};
use crate::engine::low_priority::give_way;
use crate::engine::source::limits::{MAX_LINE_BYTES, line_too_long};
use crate::engine::source::recording_files::{RecordingText, read_exact};
use crate::engine::source::request_line::read_calls;
use crate::objects_api::ObjectsRoute;
use crate::recording::{self, PartStart, RecordingEntry, RecordingEvent, Remark, RequestLine};
use crate::wire::{self, ParseScratch, ParsedRequest};
use std::collections::BTreeMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// The approximate number of bytes that are read at once.
const BLOCK_BYTES: u64 = 256 << 10;
/// The maximum number of blocks that are read but not yet judged.
const MAX_BLOCKS_AHEAD: u64 = 8;
/// The minimum size of a range that is read by several threads. For less, a thread is not worth its
/// cost.
const MIN_PARALLEL_BYTES: u64 = 2 * BLOCK_BYTES;
/// The maximum number of parser threads. More do not help, because judging is sequential.
const MAX_THREADS: usize = 4;

/// A callback that takes the blocks of lines in order and returns parse buffers for reuse. Reading
/// ends when it returns false.
pub(crate) type Each<'e> = &'e mut dyn FnMut(&mut Vec<QueuedLine>, &mut Vec<ParseScratch>) -> bool;

/// Reads the lines of the recording from one offset to another.
pub(crate) fn read(parts: &RecordingText, from: u64, to: u64, each: Each<'_>) -> io::Result<()> {
    // asking the system for the number of cores takes longer than reading a few lines
    let cores = || thread::available_parallelism().map_or(1, |cores| cores.get());
    let cores = if to - from < MIN_PARALLEL_BYTES { 1 } else { cores() };
    if cores == 1 {
        let (mut at, mut bytes, mut spares) = (from, Vec::new(), Vec::new());
        while at < to {
            let start = at;
            at = read_block(parts, at, to, &mut bytes)?;
            let mut items = parse(&bytes, start, &mut spares);
            if !each(&mut items, &mut spares) {
                break;
            }
        }
        return Ok(());
    }
    let source = LineSource {
        parts,
        to,
        cursor: Mutex::new(LineCursor { at: from, number: 0, taken: 0, ended: false }),
        go_on: Condvar::new(),
        spares: Mutex::default(),
    };
    thread::scope(|scope| {
        let (sender, receiver) = sync_channel(1);
        for _ in 0..(cores - 1).min(MAX_THREADS) {
            let (source, sender) = (&source, sender.clone());
            scope.spawn(move || {
                give_way();
                while let Some((number, block)) = source.next() {
                    if sender.send((number, block)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        // however this ends, the parser threads stop waiting for blocks to be taken
        let _end = ReaderEndGuard(&source);
        let (mut waiting, mut spares) = (BTreeMap::new(), Vec::new());
        for (number, block) in receiver {
            waiting.insert(number, block);
            while let Some(block) = waiting.remove(&source.taken()) {
                if !each(&mut block?, &mut spares) {
                    return Ok(());
                }
                source.take(&mut spares);
            }
        }
        Ok(())
    })
}

struct LineSource<'p> {
    parts: &'p RecordingText,
    to: u64,
    cursor: Mutex<LineCursor>,
    go_on: Condvar,
    spares: Mutex<Vec<ParseScratch>>,
}

struct LineCursor {
    at: u64,
    /// The number of the next block.
    number: u64,
    /// The number of blocks that were taken.
    taken: u64,
    ended: bool,
}

type Block = io::Result<Vec<QueuedLine>>;

impl LineSource<'_> {
    fn cursor(&self) -> MutexGuard<'_, LineCursor> {
        self.cursor.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the next block of lines, with its number.
    fn next(&self) -> Option<(u64, Block)> {
        let mut bytes = Vec::new();
        let mut cursor = self.cursor();
        while cursor.number >= cursor.taken + MAX_BLOCKS_AHEAD && !cursor.ended {
            cursor = self.go_on.wait(cursor).unwrap_or_else(PoisonError::into_inner);
        }
        if cursor.ended || cursor.at >= self.to {
            return None;
        }
        let (number, start) = (cursor.number, cursor.at);
        cursor.number += 1;
        match read_block(self.parts, start, self.to, &mut bytes) {
            Ok(end) => cursor.at = end,
            Err(error) => {
                cursor.at = self.to;
                return Some((number, Err(error)));
            }
        }
        drop(cursor);
        let spares = &mut *self.spares.lock().unwrap_or_else(PoisonError::into_inner);
        let mut spares = std::mem::take(spares);
        Some((number, Ok(parse(&bytes, start, &mut spares))))
    }

    fn taken(&self) -> u64 {
        self.cursor().taken
    }

    fn take(&self, spares: &mut Vec<ParseScratch>) {
        self.spares.lock().unwrap_or_else(PoisonError::into_inner).append(spares);
        self.cursor().taken += 1;
        self.go_on.notify_all();
    }
}

struct ReaderEndGuard<'s>(&'s LineSource<'s>);

impl Drop for ReaderEndGuard<'_> {
    fn drop(&mut self) {
        self.0.cursor().ended = true;
        self.0.go_on.notify_all();
    }
}

/// Reads whole lines from an offset on: one block, or one line that is longer. Returns the offset
/// of their end.
pub(crate) fn read_block(
    parts: &RecordingText,
    from: u64,
    to: u64,
    bytes: &mut Vec<u8>,
) -> io::Result<u64> {
    let (part, next) = parts.part(from).ok_or(io::ErrorKind::UnexpectedEof)?;
    let end = next.map_or(to, |next| next.min(to));
    let Some(file) = &part.file else {
        // a deleted part has no lines; the part after it contains the number of the calls before it
        bytes.clear();
        return Ok(end);
    };
    let mut len = BLOCK_BYTES;
    loop {
        len = len.min(end - from);
        bytes.resize(len as usize, 0);
        read_exact(file, bytes, from - part.base + part.at)?;
        if from + len == end {
            return Ok(end);
        }
        if let Some(last) = memchr::memrchr(b'\n', bytes) {
            bytes.truncate(last + 1);
            return Ok(from + last as u64 + 1);
        }
        if len >= MAX_LINE_BYTES as u64 {
            return Err(line_too_long());
        }
        len *= 2;
    }
}

/// Parses the lines of a block that begins at the offset `start`.
fn parse(bytes: &[u8], start: u64, spares: &mut Vec<ParseScratch>) -> Vec<QueuedLine> {
    let mut items = Vec::new();
    let mut origin = Arc::default();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let len = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let offset = start + at as u64;
        let work = match std::str::from_utf8(&rest[..len]) {
            // a hostile line must not end the reading of all others
            Ok(text) => catch_unwind(AssertUnwindSafe(|| {
                let scratch = spares.pop().unwrap_or_default();
                work(text, offset, &mut origin, scratch)
            }))
            .unwrap_or_else(|_| Err("it cannot be read: this is a bug in segscope".to_owned()))
            .unwrap_or_else(QueueEntry::Bad),
            Err(_) => QueueEntry::Bad("expected UTF-8 text".to_owned()),
        };
        at += (len + 1).min(rest.len());
        items.push(QueuedLine { offset, end: start + at as u64, work });
    }
    items
}

/// Parses a line with a parse buffer and returns its queue entry.
pub(crate) fn work(
    text: &str,
    offset: u64,
    origin: &mut Arc<RequestOrigin>,
    mut scratch: ParseScratch,
) -> Result<QueueEntry, String> {
    let (request, reading) = match read_line(text, &mut scratch)? {
        ParsedLine::Request(request, reading) => (request, Some(reading)),
        ParsedLine::Refused(request) => (request, None),
        ParsedLine::Push(request) => return Ok(QueueEntry::Push(text.to_owned(), request)),
        ParsedLine::Event(event, at) => return Ok(QueueEntry::Event(event, at)),
        ParsedLine::Remark(remark) => return Ok(QueueEntry::Remark(remark)),
        ParsedLine::ClearTest(test) => return Ok(QueueEntry::ClearTest(test)),
        ParsedLine::ClearCalls(calls) => return Ok(QueueEntry::ClearCalls(calls)),
        ParsedLine::Part(start) => return Ok(QueueEntry::Part(start)),
        ParsedLine::Nothing => return Ok(QueueEntry::Nothing),
    };
    let line = RecordedLine {
        origin: RequestOrigin::new(&request.path, &request.headers, origin),
        offset,
        len: text.len() as u32,
        status: request.status,
        received_at: request.received_at,
        signature: wire::signature::code(request.signature.as_deref()),
        has_fault: request.fault.is_some(),
    };
    let Some(reading) = reading else { return Ok(QueueEntry::Refused(line)) };
    let body_at = request.body.as_ref().map_or(0, |body| body.start);
    let reading = reading.into_owned(&mut scratch);
    Ok(QueueEntry::Request(ReadRequest { line, body_at, reading, scratch }))
}

/// A parsed line of a recording.
pub(crate) enum ParsedLine<'l> {
    /// A request with its calls.
    Request(RequestLine, ParsedRequest<'l>),
    /// A request that was refused.
    Refused(RequestLine),
    /// A push of objects.
    Push(Box<RequestLine>),
    /// Another event, such as a clear.
    Event(RecordingEvent, Millis),
    /// A mark or note of the user.
    Remark(Remark),
    /// A clear of the requests of a test.
    ClearTest(String),
    /// A clear of selected calls.
    ClearCalls(Vec<(u64, u64)>),
    /// The beginning of a part of the recording.
    Part(PartStart),
    /// A line that needs no action.
    Nothing,
}

/// Parses a line.
pub(crate) fn read_line<'l>(
    text: &'l str,
    scratch: &mut ParseScratch,
) -> Result<ParsedLine<'l>, String> {
    let quick = recording::parse_quick(text);
    let quick =
        quick.filter(|request| ObjectsRoute::parse(&request.method, &request.path).is_none());
    // the quick parser takes the rest of the line as the body; if further fields follow the body,
    // that is not JSON, and the line is parsed in full below
    if let Some(request) = quick
        && let Ok(reading) = calls(text, &request, scratch)
        && reading.doc.is_some()
    {
        return Ok(ParsedLine::Request(request, reading));
    }
    let request = match recording::parse(text).map_err(|error| error.to_string())? {
        RecordingEntry::Request(request) => request,
        RecordingEntry::Event { event, at } => return Ok(ParsedLine::Event(event, at)),
        RecordingEntry::Remark(remark) => return Ok(ParsedLine::Remark(remark)),
        RecordingEntry::ClearTest(test) => return Ok(ParsedLine::ClearTest(test)),
        RecordingEntry::ClearCalls(calls) => return Ok(ParsedLine::ClearCalls(calls)),
        RecordingEntry::Part(start) => return Ok(ParsedLine::Part(start)),
        RecordingEntry::Answer | RecordingEntry::Other { .. } => return Ok(ParsedLine::Nothing),
    };
    if ObjectsRoute::parse(&request.method, &request.path).is_some() {
        return Ok(ParsedLine::Push(request));
    }
    if request.refused.is_some() {
        return Ok(ParsedLine::Refused(*request));
    }
    let reading = calls(text, &request, scratch)?;
    Ok(ParsedLine::Request(*request, reading))
}

/// Parses the calls of a request.
fn calls<'l>(
    text: &'l str,
    request: &RequestLine,
    scratch: &mut ParseScratch,
) -> Result<ParsedRequest<'l>, String> {
    read_calls(text, request, scratch).map_err(|refusal| refusal.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    /// A recording may contain a clear directly followed by an undo a hundred thousand times.
    #[test]
    fn reading_no_lines_asks_the_system_nothing() {
        let begin = Instant::now();
        for _ in 0..20_000 {
            read(&RecordingText::default(), 7, 7, &mut |_, _| false).expect("nothing to read");
        }
        // asking for the number of cores takes 40 µs
        assert!(begin.elapsed() < Duration::from_millis(400), "{:?}", begin.elapsed());
    }
}
