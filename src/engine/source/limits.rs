//! How much of a file is read.

use std::io;

/// A line longer than this is not read.
pub(crate) const MAX_LINE_BYTES: usize = 64 << 20;
/// A JSON value longer than this is not read.
pub(crate) const MAX_VALUE_BYTES: usize = 8 << 20;
/// This much of a file tells its form…
pub(crate) const HEAD_BYTES: usize = 64 << 10;
/// …and this much where its first line is longer.
pub(crate) const MAX_HEAD_BYTES: usize = 4 << 20;
/// Gzip in gzip is unpacked this many times.
pub(crate) const MAX_PACKED: u32 = 3;

pub(crate) fn line_too_long() -> io::Error {
    let megabytes = MAX_LINE_BYTES >> 20;
    io::Error::other(format!("a line is longer than {megabytes} MB; this is not a file of calls"))
}
