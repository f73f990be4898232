//! Copies input that cannot be read in place into a file without a name, which can be read like any
//! other file.

use crate::recording::RecordingFile;
use std::fs::File;
use std::io;

/// The number of bytes that are written at once.
const WRITE_BYTES: usize = 256 << 10;
/// The maximum size of the file. Unpacked data and pipes may have no end.
const MAX_SPOOLED_BYTES: u64 = 64 << 30;

/// A file without a name to which lines are written.
pub(crate) struct Spool {
    kept: RecordingFile,
    buffer: Vec<u8>,
    /// The number of bytes after the last line end.
    open_line: usize,
}

impl Spool {
    pub fn new() -> io::Result<Spool> {
        let kept = RecordingFile::nameless().map_err(io::Error::other)?;
        Ok(Spool { kept, buffer: Vec::new(), open_line: 0 })
    }

    /// Adds a JSON text as a line of its own.
    pub fn line(&mut self, json: &str) -> io::Result<()> {
        // JSON has line ends only between its tokens
        let space = |byte: u8| if matches!(byte, b'\n' | b'\r') { b' ' } else { byte };
        self.buffer.extend(json.bytes().map(space));
        self.buffer.push(b'\n');
        self.flush_if(WRITE_BYTES)
    }

    /// Adds bytes unchanged.
    ///
    /// # Errors
    /// Fails if a line becomes longer than [`crate::engine::source::limits::MAX_LINE_BYTES`].
    pub fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.open_line = match memchr::memrchr(b'\n', bytes) {
            Some(at) => bytes.len() - at - 1,
            None => self.open_line + bytes.len(),
        };
        if self.open_line > crate::engine::source::limits::MAX_LINE_BYTES {
            return Err(crate::engine::source::limits::line_too_long());
        }
        self.buffer.extend_from_slice(bytes);
        self.flush_if(WRITE_BYTES)
    }

    fn flush_if(&mut self, bytes: usize) -> io::Result<()> {
        if self.buffer.len() < bytes {
            return Ok(());
        }
        if self.kept.len() > MAX_SPOOLED_BYTES {
            return Err(io::Error::other("it holds more than 64 GB"));
        }
        self.kept.append(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    /// Returns the file and its length; with `whole_lines`, the length up to the last line end.
    pub fn finish(mut self, whole_lines: bool) -> io::Result<(File, u64)> {
        self.flush_if(1)?;
        let cut = if whole_lines { self.open_line as u64 } else { 0 };
        Ok((self.kept.reader()?, self.kept.len() - cut))
    }
}
