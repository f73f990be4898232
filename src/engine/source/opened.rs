//! Counts of the lines and requests of opened files.

/// Counts of the lines and requests of opened files, or of a recording.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenedCounts {
    /// The number of requests that were read.
    pub requests: u64,
    /// The number of lines that are not lines of a recording.
    pub bad_lines: u64,
    /// The number and the error of the first of these lines.
    pub first_bad: Option<(u64, String)>,
}
