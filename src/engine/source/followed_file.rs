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
}

impl FollowedFile {
    /// A file of calls.
    pub fn new(path: &Path, file: File, len: u64) -> FollowedFile {
        FollowedFile { path: path.to_owned(), file, len, form: LineFormat::Calls, follow: false }
    }
}
