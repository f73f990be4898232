//! A file that is imported, and the format of its lines.

use std::fs::File;
use std::path::{Path, PathBuf};

/// The format of the lines of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineFormat {
    /// Calls.
    Calls,
    /// Lines of a recording.
    Recording,
    /// Unknown until the first line is read.
    Unknown,
}

/// A file that is imported.
#[derive(Debug)]
pub(crate) struct FollowedFile {
    pub path: PathBuf,
    pub file: File,
    pub len: u64,
    pub form: LineFormat,
    /// True if the file may grow. Its last line counts only when its line end is there.
    pub follow: bool,
    /// Set for a stream, which can be read only once, from its beginning to its end.
    pub stream: Option<StreamEnd>,
}

/// The meaning of the end of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StreamEnd {
    /// Nothing more arrives.
    Last,
    /// Another program may open the pipe and continue to write.
    Reopens,
}

impl FollowedFile {
    /// Creates the entry of a file of calls.
    pub fn new(path: &Path, file: File, len: u64) -> FollowedFile {
        let (path, form) = (path.to_owned(), LineFormat::Calls);
        FollowedFile { path, file, len, form, follow: false, stream: None }
    }
}
