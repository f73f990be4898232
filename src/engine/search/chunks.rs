//! Reads many lines of the recording at once.

use crate::engine::Engine;
use crate::engine::index::CallRow;
use std::io;
use std::ops::Range;

/// The maximum number of bytes that are read at once, unless a single line is longer. A chunk fits
/// into the processor's cache.
const MAX_CHUNK_BYTES: u64 = 512 << 10;
/// The maximum gap between two lines of a chunk: reading such a gap costs less than a second read.
const MAX_GAP_BYTES: u64 = 32 << 10;
/// The maximum size of the buffer between reads, so that one huge line does not occupy memory
/// forever.
const MAX_KEPT_BYTES: usize = 4 << 20;

/// The position of a line in the recording, without its line end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LineSpan {
    pub offset: u64,
    pub len: u32,
}

impl LineSpan {
    fn end(self) -> u64 {
        self.offset + u64::from(self.len)
    }
}

/// A chunk of the recording: lines that are near each other.
#[derive(Debug, Default)]
pub(crate) struct Chunks {
    bytes: Vec<u8>,
    /// The offset of the chunk in the recording.
    at: u64,
}

impl Chunks {
    /// Reads as many of these lines as fit, and returns their number. `lines` has one
    /// entry per row, in ascending order, and begins with `first`. Lines that the chunk has already
    /// are not read again, because a recorded line never changes.
    ///
    /// # Errors
    ///
    /// If not even the first line can be read.
    pub fn read(
        &mut self,
        engine: &Engine,
        first: LineSpan,
        lines: impl Iterator<Item = LineSpan>,
    ) -> io::Result<usize> {
        let (mut end, mut count, mut last) = (first.end(), 0, first);
        let mut first_count = 0;
        for line in lines {
            first_count += usize::from(line == first);
            let fits = line.end() - first.offset <= MAX_CHUNK_BYTES;
            let near = line.offset <= last.end() + MAX_GAP_BYTES;
            if line != first && !(fits && near) {
                break;
            }
            (end, last) = (line.end(), line);
            count += 1;
        }
        if self.at <= first.offset && end <= self.at + self.bytes.len() as u64 {
            return Ok(count);
        }
        self.at = first.offset;
        self.bytes.shrink_to(MAX_KEPT_BYTES);
        if engine.read_bytes(first.offset..end, &mut self.bytes).is_ok() {
            return Ok(count);
        }
        // a part of the range may be in another file, or deleted: reads the first line alone
        let read = engine.read_bytes(first.offset..first.end(), &mut self.bytes);
        read.inspect_err(|_| self.bytes.clear())?;
        Ok(first_count)
    }

    /// Returns all bytes of the chunk.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns one of its lines.
    pub fn line(&self, line: LineSpan) -> Option<&[u8]> {
        let start = usize::try_from(line.offset.checked_sub(self.at)?).ok()?;
        self.bytes.get(start..start + line.len as usize)
    }

    /// Returns the range of a call's text in the chunk; `line` is the line of its request.
    pub fn call(&self, line: LineSpan, call: &CallRow) -> Option<Range<usize>> {
        let line = usize::try_from(line.offset.checked_sub(self.at)?).ok()?;
        let start = line + call.start as usize;
        let part = start..start + call.len as usize;
        (part.end <= self.bytes.len()).then_some(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::test_engine::TestEngine;

    #[test]
    fn lines_that_were_read_are_not_read_again() {
        let test = TestEngine::start();
        (0..3).for_each(|_| test.track("E"));
        let text = std::fs::read(test.recording()).expect("the recording");
        let mut lines = Vec::new();
        let mut offset = 0;
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            lines.push(LineSpan { offset, len: line.len() as u32 - 1 });
            offset += line.len() as u64;
        }
        let mut chunk = Chunks::default();
        let mut read = |lines: &[LineSpan]| {
            let count = chunk.read(&test.engine, lines[0], lines.iter().copied()).ok()?;
            Some((count, chunk.line(lines[0])?.to_vec()))
        };
        let second = text[lines[1].offset as usize..lines[1].end() as usize].to_vec();
        assert_eq!(read(&lines[1..]), Some((2, second.clone())));
        std::fs::OpenOptions::new()
            .write(true)
            .open(test.recording())
            .and_then(|file| file.set_len(0))
            .expect("an empty file");
        assert_eq!(read(&lines[1..2]), Some((1, second)));
        // what cannot be read leaves nothing behind that would count as read
        assert_eq!(read(&lines[..1]), None);
        assert_eq!(read(&lines[1..]), None);
    }
}
