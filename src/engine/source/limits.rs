//! Limits on reading files.

use std::io;

/// The maximum size of a line.
pub(crate) const MAX_LINE_BYTES: usize = 64 << 20;
/// The maximum size of a JSON value.
pub(crate) const MAX_VALUE_BYTES: usize = 8 << 20;
/// The size of the beginning of a file by which its format is detected.
pub(crate) const HEAD_BYTES: usize = 64 << 10;
/// The maximum size of that beginning if the first line is longer than [`HEAD_BYTES`].
pub(crate) const MAX_HEAD_BYTES: usize = 4 << 20;
/// The maximum number of times that gzip in gzip is unpacked.
pub(crate) const MAX_PACKED: u32 = 3;

pub(crate) fn line_too_long() -> io::Error {
    let megabytes = MAX_LINE_BYTES >> 20;
    io::Error::other(format!("a line is longer than {megabytes} MB; this is not a file of calls"))
}
