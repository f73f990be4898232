//! Lines of the recording, read many at once.

use crate::engine::Pipeline;
use crate::engine::index::CallRow;
use std::io;
use std::ops::Range;

/// So much is read at once, or one line if that is longer: as much as a processor keeps near.
const PIECE_BYTES: u64 = 512 << 10;
/// A gap of up to this is read rather than sought over.
const GAP_BYTES: u64 = 32 << 10;
/// Room over this is given back: one huge line should not be kept for ever.
const KEPT_BYTES: usize = 4 << 20;

/// Where a line stands in the recording, without its line end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line {
    pub offset: u64,
    pub len: u32,
}

impl Line {
    fn end(self) -> u64 {
        self.offset + u64::from(self.len)
    }
}

/// A piece of the recording.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    bytes: Vec<u8>,
    /// Where it begins.
    at: u64,
}

impl Pieces {
    /// Reads the first of these lines, which stand in order, and as many of the others as fit. How
    /// many that were; an error if not even the first could be read.
    pub fn read(
        &mut self,
        pipeline: &Pipeline,
        first: Line,
        lines: impl Iterator<Item = Line>,
    ) -> io::Result<usize> {
        let (mut end, mut count, mut last) = (first.end(), 0, first);
        let mut of_first = 0;
        for line in lines {
            of_first += usize::from(line == first);
            let fits = line.end() - first.offset <= PIECE_BYTES;
            let near = line.offset <= last.end() + GAP_BYTES;
            if line != first && !(fits && near) {
                break;
            }
            (end, last) = (line.end(), line);
            count += 1;
        }
        self.at = first.offset;
        self.bytes.shrink_to(KEPT_BYTES);
        if pipeline.read_bytes(first.offset..end, &mut self.bytes).is_ok() {
            return Ok(count);
        }
        // some of it may lie in another file, or be gone
        pipeline.read_bytes(first.offset..first.end(), &mut self.bytes)?;
        Ok(of_first)
    }

    /// All of it.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// One of its lines.
    pub fn line(&self, line: Line) -> Option<&[u8]> {
        let start = usize::try_from(line.offset.checked_sub(self.at)?).ok()?;
        self.bytes.get(start..start + line.len as usize)
    }

    /// Where the text of a call stands in it.
    pub fn call(&self, line: Line, call: &CallRow) -> Option<Range<usize>> {
        let line = usize::try_from(line.offset.checked_sub(self.at)?).ok()?;
        let start = line + call.start as usize;
        let part = start..start + call.len as usize;
        (part.end <= self.bytes.len()).then_some(part)
    }
}
