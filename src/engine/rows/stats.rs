//! The counts for the status bar, and the files that are open.

use crate::engine::ingest::forward_counts::ForwardCounts;
use crate::engine::mirror::MirrorCounts;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The counts for the status bar.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stats {
    /// The number of calls, without repeats.
    pub calls: u64,
    /// The number of repeats of calls that arrived before.
    pub repeats: u64,
    /// The number of recorded requests, including refused ones.
    pub requests: u64,
    /// The number of requests that were answered with an error.
    pub refused: u64,
    /// The number of requests that were answered with success and should contain a call but do not.
    pub empty: u64,
    /// The number of requests by their result.
    pub request_counts: RequestCounts,
    /// The number of calls that lack an id at a vendor in use.
    pub missing: u64,
    /// The number of requests that were answered with 503 because they could not be recorded. With
    /// `--forward`, they were passed on unless `--strict` is set.
    pub unrecorded: u64,
    /// The number of requests that were answered with 429 because too many arrived at once.
    pub too_much: u64,
    /// True if requests are copies from a proxy, which discards the responses.
    pub takes_copies: bool,
    /// The number of faults, and whether they are injected now; `None` without faults.
    pub faults: Option<(usize, bool)>,
    /// The URL to which requests are forwarded.
    pub forwards_to: Option<String>,
    /// The counts of forwarded requests by their result; `None` if requests are not forwarded.
    pub forward: Option<ForwardCounts>,
    /// The URL to which requests are mirrored.
    pub mirrors_to: Option<String>,
    /// The counts of mirrored requests by their result; `None` if requests are not mirrored.
    pub mirror: Option<MirrorCounts>,
    /// The number of bytes of the recording that are not yet checked.
    pub lag_bytes: u64,
    /// The size of the recording.
    pub recorded_bytes: u64,
    /// The size of the oldest parts of the recording, which are deleted (`keep`).
    pub deleted_bytes: u64,
    /// While the recording or files are read at startup: the number of bytes that are read, and the
    /// total.
    pub reading: Option<(u64, u64)>,
    /// The file of the recording, if it has a name, or the first of the opened files.
    pub recording: Option<PathBuf>,
    /// The files that are open for reading; `None` if requests are recorded.
    pub opened: Option<OpenedFiles>,
    /// The number of calls, without repeats, that an undo of the last clear would bring back;
    /// `None` if there is no clear to undo.
    pub cleared: Option<u64>,
    /// A number that grows with each mark and note.
    pub remarks: u64,
    /// The present problem, for a banner.
    pub problem: Option<String>,
    /// The notes about skipped parts of the opened files, for a banner, once the files are read.
    pub notes: Option<Arc<str>>,
}

/// The files that are open for reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedFiles {
    /// The path of the first file.
    pub path: PathBuf,
    /// The number of files.
    pub files: u64,
    /// The total size of the files on disk.
    pub bytes: u64,
    /// True if the file is followed as it grows.
    pub grows: bool,
}

impl OpenedFiles {
    /// Adds a file.
    pub(crate) fn add(opened: &mut Option<OpenedFiles>, path: &Path, bytes: u64, grows: bool) {
        let new = || OpenedFiles { path: path.to_owned(), files: 0, bytes: 0, grows };
        let opened = opened.get_or_insert_with(new);
        opened.files += 1;
        opened.bytes += bytes;
    }
}

/// The number of requests by their result. Each counts as received and as one of the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct RequestCounts {
    /// All requests.
    pub received: u64,
    /// Requests that contain a call.
    pub with_calls: u64,
    /// Requests that were answered with success and contain no call.
    pub without_calls: u64,
    /// Requests that were answered with an error other than 404 and 405.
    pub refused: u64,
    /// Requests that were answered with 404 or 405.
    pub not_found: u64,
}

impl Stats {
    /// The maximum lag of the checking that is not shown, because it is gone within a few frames.
    const MAX_USUAL_LAG_BYTES: u64 = 16_000_000;

    /// Returns the number of bytes that are not yet checked, if that is worth a remark. While the
    /// recording or files are read at startup, it is not.
    pub fn notable_lag(&self) -> Option<u64> {
        let is_notable = self.lag_bytes > Stats::MAX_USUAL_LAG_BYTES && self.reading.is_none();
        is_notable.then_some(self.lag_bytes)
    }

    /// Returns true if checking is not behind by more than what arrives in a moment.
    pub fn has_caught_up(&self) -> bool {
        self.lag_bytes <= Stats::MAX_USUAL_LAG_BYTES / 16
    }

    /// Returns words for what happened to the requests that could not be recorded.
    pub fn unrecorded_words(&self) -> &'static str {
        match &self.forward {
            Some(forward) if forward.not_recorded > 0 => "passed, not recorded",
            _ => "not recorded (503)",
        }
    }

    /// Returns the number of calls with repeats: those with a row in the log.
    pub fn came(&self) -> u64 {
        self.calls + self.repeats
    }
}
