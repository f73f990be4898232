//! A file that is read, and what its lines are.

use std::fs::File;
use std::path::{Path, PathBuf};

/// What the lines of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineFormat {
    /// Calls.
    Calls,
    /// Those of a recording.
    Recording,
    /// What the first one shows.
    Unknown,
}

/// A file that is taken in.
#[derive(Debug)]
pub(crate) struct FollowedFile {
    pub path: PathBuf,
    pub file: File,
    pub len: u64,
    pub form: LineFormat,
    /// It may grow; its last line counts when its end is there.
    pub follow: bool,
    /// It can be read once only, from its beginning to its end.
    pub stream: Option<StreamEnd>,
}

/// What the end of a stream means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StreamEnd {
    /// Nothing comes any more.
    Last,
    /// Another program may open the pipe and write on.
    Reopens,
}

impl FollowedFile {
    /// A file of calls.
    pub fn new(path: &Path, file: File, len: u64) -> FollowedFile {
        let (path, form) = (path.to_owned(), LineFormat::Calls);
        FollowedFile { path, file, len, form, follow: false, stream: None }
    }
}
