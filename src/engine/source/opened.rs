//! Counts of the lines and requests of opened files.

/// Counts of the lines and requests of opened files, or of a recording.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenedCounts {
    /// Requests that were read.
    pub requests: u64,
    /// Lines that are none of a recording's: how many, and the first one's number and error.
    pub bad_lines: u64,
    /// The first of them.
    pub first_bad: Option<(u64, String)>,
}
