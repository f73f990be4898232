//! Reads the recording for the mirror, line by line.

use crate::engine::source::read_lines::read_block;
use crate::engine::source::recording_files::RecordingText;
use crate::recording::{self, RecordingEntry, RequestLine};
use std::io;
use std::ops::Range;

/// A place between two lines of the recording.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct MirrorPosition {
    /// The place, counted over all parts that were there since the program was started.
    pub offset: u64,
    /// The number of the part; 0 if the recording is not in parts.
    pub part: u32,
    /// The place in the part's file.
    pub in_file: u64,
    /// The number of the last request before it.
    pub request: u64,
}

/// Reads the recording line by line.
#[derive(Debug)]
pub(crate) struct MirrorReader {
    text: RecordingText,
    /// Behind the line that was read last.
    position: MirrorPosition,
    block: Vec<u8>,
    used: usize,
    /// Some of what comes next may be deleted.
    has_gap: bool,
}

/// A line of the recording.
#[derive(Debug)]
pub(crate) struct MirrorLine<'r> {
    /// The line without its end.
    pub text: &'r str,
    /// The request of the line, if it has one.
    pub request: Option<Box<RequestLine>>,
    /// The position behind the line.
    pub end: MirrorPosition,
    /// The numbers of the requests before it that are gone from disk.
    pub gone: Range<u64>,
}

impl MirrorReader {
    /// Creates a reader that begins at a position. What was deleted there counts as gone.
    pub fn new(text: RecordingText, start: MirrorPosition) -> MirrorReader {
        MirrorReader { text, position: start, block: Vec::new(), used: 0, has_gap: true }
    }

    /// Returns the position at which the next line begins.
    pub fn position(&self) -> MirrorPosition {
        self.position
    }

    /// Returns the next line, if one ends before `recorded`.
    ///
    /// # Errors
    /// Fails if the file cannot be read and there is nothing behind what cannot be read.
    pub fn next_line(&mut self, recorded: u64) -> io::Result<Option<MirrorLine<'_>>> {
        while self.used >= self.block.len() {
            if self.position.offset >= recorded {
                return Ok(None);
            }
            self.read(recorded)?;
        }
        let rest = &self.block[self.used..];
        let len = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let (begin, whole) = (self.used, (len + 1).min(rest.len()));
        self.used += whole;
        self.position.offset += whole as u64;
        self.position.in_file += whole as u64;
        // a text that is not a line of a recording holds nothing to be sent
        let text = std::str::from_utf8(&self.block[begin..begin + len]).unwrap_or_default();
        let (mut request, before) = (None, self.position.request);
        let mut gone_end = before + 1;
        match read_entry(text) {
            Some(RecordingEntry::Request(read)) => {
                self.position.request = read.request;
                gone_end = read.request;
                request = Some(read);
            }
            Some(RecordingEntry::Part(start)) => {
                self.position.part = recording::part_number(text).unwrap_or(self.position.part);
                self.position.request = self.position.request.max(start.requests);
                gone_end = start.requests + 1;
            }
            _ => {}
        }
        let has_gap = self.has_gap;
        // the numbers of requests have no other gaps
        self.has_gap &= request.is_none();
        let gone = before + 1..if has_gap { gone_end } else { before + 1 };
        Ok(Some(MirrorLine { text, request, end: self.position, gone }))
    }

    /// Reads the next block of lines, or passes over a deleted part.
    fn read(&mut self, recorded: u64) -> io::Result<()> {
        let at = self.position.offset;
        let (section, next) = self.text.part(at).ok_or(io::ErrorKind::UnexpectedEof)?;
        self.used = 0;
        let passed = match read_block(&self.text, at, recorded, &mut self.block) {
            Ok(end) if self.block.is_empty() => end,
            Ok(_) => {
                self.position.in_file = at - section.base + section.at;
                return Ok(());
            }
            Err(error) => {
                self.block.clear();
                // something else has cut the file; recording goes on behind that
                next.filter(|next| *next <= recorded).ok_or(error)?
            }
        };
        self.has_gap = true;
        self.position.offset = passed;
        Ok(())
    }
}

fn read_entry(text: &str) -> Option<RecordingEntry> {
    match recording::parse_quick(text) {
        Some(request) => Some(RecordingEntry::Request(Box::new(request))),
        None => recording::parse(text).ok(),
    }
}
