//! Reads the files of a batch check in blocks of whole lines.

use crate::engine::source::file_error::FileError;
use crate::engine::source::limits::{MAX_LINE_BYTES, line_too_long};
use crate::engine::source::recording_files::{Recording, read_exact};
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// A range of lines in a file: all of a file of calls, or one part of a recording.
pub(crate) struct LineRange<'r> {
    file: &'r File,
    begin: u64,
    end: u64,
    /// The path of a file of calls; `None` for a recording.
    calls: Option<&'r Path>,
}

impl LineRange<'_> {
    pub fn is_recording(&self) -> bool {
        self.calls.is_none()
    }

    /// Returns the error for a line of a file of calls.
    pub fn line_error(&self, line: usize, message: String) -> FileError {
        FileError::Content { path: self.calls.unwrap_or(Path::new("")).to_owned(), line, message }
    }

    /// Reads a line again.
    pub fn read(&self, at: u64, len: usize) -> io::Result<String> {
        let mut bytes = vec![0; len];
        read_exact(self.file, &mut bytes, at)?;
        String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }
}

/// A block of whole lines.
pub(crate) struct LineBlock<'b> {
    /// The number of blocks before this one.
    pub nth: u64,
    /// The index of its file in [`BlockSource::files`].
    pub file: usize,
    /// The offset in the file at which it begins.
    pub at: u64,
    pub bytes: &'b [u8],
}

/// The reason why reading stops before the end of the files.
pub(crate) enum Stop {
    /// A recording cannot be read.
    Recording,
    /// A file of calls cannot be read: the number of the block that could not be read, and the
    /// error.
    Calls(u64, FileError),
}

/// The files of a batch check, from which the worker threads take blocks.
pub(crate) struct BlockSource<'r> {
    pub files: Vec<LineRange<'r>>,
    /// The approximate size of a block.
    block_bytes: u64,
    cursor: Mutex<BlockCursor>,
}

#[derive(Default)]
struct BlockCursor {
    nth: u64,
    file: usize,
    /// The number of bytes of the file that workers have taken.
    taken_bytes: u64,
}

impl<'r> BlockSource<'r> {
    /// Lists the files of a recording in the order in which the engine reads them. Returns `None`
    /// if the recording is being written to or followed.
    pub fn from_recording(recording: &'r Recording, block_bytes: u64) -> Option<BlockSource<'r>> {
        if recording.file.is_some() || recording.inputs.iter().any(|input| input.follow) {
            return None;
        }
        let ends = recording.parts.iter().skip(1).map(|part| part.base).chain([recording.len]);
        let parts = recording.parts.iter().zip(ends).filter_map(|(part, end)| {
            let (file, end) = (part.file.as_deref()?, part.at + (end - part.base));
            Some(LineRange { file, begin: part.at, end, calls: None })
        });
        let inputs = recording.inputs.iter().map(|input| LineRange {
            file: &input.file,
            begin: 0,
            end: input.len,
            calls: Some(&input.path),
        });
        let files = parts.chain(inputs).collect();
        Some(BlockSource { files, block_bytes, cursor: Mutex::default() })
    }

    /// Returns the approximate number of blocks.
    pub fn estimated_blocks(&self) -> u64 {
        self.files.iter().map(|lines| (lines.end - lines.begin).div_ceil(self.block_bytes)).sum()
    }

    /// Reads the next block into `bytes`. Returns `Ok(None)` after the last one.
    pub fn next<'b>(&self, bytes: &'b mut Vec<u8>) -> Result<Option<LineBlock<'b>>, Stop> {
        let mut cursor = self.cursor.lock().unwrap_or_else(PoisonError::into_inner);
        let (lines, at) = loop {
            let Some(lines) = self.files.get(cursor.file) else { return Ok(None) };
            let at = lines.begin + cursor.taken_bytes;
            if at < lines.end {
                break (lines, at);
            }
            (cursor.file, cursor.taken_bytes) = (cursor.file + 1, 0);
        };
        if let Err(source) = read_lines(lines.file, at..lines.end, self.block_bytes, bytes) {
            let nth = cursor.nth;
            // the check ends with this error, so the rest of the files is skipped
            cursor.file = self.files.len();
            return Err(match lines.calls {
                Some(path) => Stop::Calls(nth, FileError::Io { path: path.to_owned(), source }),
                None => Stop::Recording,
            });
        }
        let block = LineBlock { nth: cursor.nth, file: cursor.file, at, bytes };
        cursor.nth += 1;
        cursor.taken_bytes += block.bytes.len() as u64;
        Ok(Some(block))
    }
}

/// Reads whole lines from an offset: about `block` bytes, or one line that is longer. The last line
/// of the range may lack its line end.
fn read_lines(
    file: &File,
    Range { start: at, end }: Range<u64>,
    block: u64,
    bytes: &mut Vec<u8>,
) -> io::Result<()> {
    let (mut len, mut have) = (block.min(end - at), 0);
    loop {
        bytes.resize(len as usize, 0);
        read_exact(file, &mut bytes[have..], at + have as u64)?;
        if at + len == end {
            return Ok(());
        }
        if let Some(last) = memchr::memrchr(b'\n', &bytes[have..]) {
            bytes.truncate(have + last + 1);
            return Ok(());
        }
        have = len as usize;
        if have >= MAX_LINE_BYTES {
            return Err(line_too_long());
        }
        len = (len * 2).min(end - at);
    }
}
