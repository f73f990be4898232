//! The position up to which the requests of a recording are sent. It is in a small file beside the
//! recording: `FILE.mirror`, or `NAME.mirror` of a recording in parts.

use crate::call::time;
use crate::config::{TextFileError, read_text_file, write_whole};
use crate::engine::judging::judge_thread::SharedState;
use crate::engine::mirror::given_up::{GivenUpRequest, GivenUpRequests};
use crate::engine::mirror::reader::MirrorPosition;
use crate::recording::part_of;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// The maximum length of the file.
const MAX_BYTES: u64 = 4 << 20;

/// A reason why the position to continue from is not known.
#[derive(Debug, thiserror::Error)]
pub enum ResumeError {
    /// The recording has no file, so there is no place for the resume point.
    #[error("the recording has no file, so nothing could be sent on after a restart")]
    Nameless,
    /// It cannot be read.
    #[error("the resume point {} cannot be read: {reason}; if you delete it, only what arrives from now on is sent", path.display())]
    Unreadable {
        /// Its file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// It names a place that the recording does not have.
    #[error("the resume point {} names a place that the recording does not have; if you delete it, only what arrives from now on is sent", path.display())]
    Misplaced {
        /// Its file.
        path: PathBuf,
    },
    /// Something is not sent to another upstream yet.
    #[error("{bytes} bytes of the recording are not sent to {url} yet; send them with --mirror {url}, choose another --record FILE, or delete {}", path.display())]
    OtherUpstream {
        /// Its file.
        path: PathBuf,
        /// The other upstream.
        url: String,
        /// The number of bytes that are not sent.
        bytes: u64,
    },
    /// It cannot be written.
    #[error("the resume point {} cannot be written: {source}", path.display())]
    Unwritable {
        /// Its file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
}

/// The contents of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ResumePoint {
    v: u32,
    /// The upstream.
    pub url: String,
    /// The number of the part; 0 if the recording is not in parts.
    pub part: u32,
    /// The place in the part's file.
    pub offset: u64,
    /// The number of the last request before that.
    request: u64,
    /// When it was written.
    at: String,
    /// The requests before that which were given up; `None` in the files of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    given_up: Option<Vec<GivenUpRequest>>,
    /// Up to this request, it is not known which other ones were given up.
    #[serde(default)]
    unknown_to: u64,
}

/// The file with the position up to which the requests of a recording are sent.
#[derive(Debug)]
pub(crate) struct ResumeFile {
    path: PathBuf,
    url: String,
    written: (MirrorPosition, GivenUpRequests),
}

/// Returns the path of the file that belongs to a recording.
fn resume_path(recording: &Path) -> PathBuf {
    let (mut name, _) = part_of(recording)
        .map_or_else(|| (recording.as_os_str().to_owned(), 0), |(stem, part)| (stem.into(), part));
    name.push(".mirror");
    name.into()
}

impl ResumeFile {
    /// Opens the file of the recording that is written, and returns where to go on, and which requests
    /// before that were given up. Where there is none yet, that is the end of the recording.
    ///
    /// # Errors
    /// Fails if it cannot be read or written, does not fit the recording, or says that something is
    /// not sent to another upstream.
    pub fn open(
        shared: &SharedState,
        url: &str,
    ) -> Result<(ResumeFile, MirrorPosition, GivenUpRequests), ResumeError> {
        let (recording, end) = {
            let front = shared.front();
            let recording = front.path().ok_or(ResumeError::Nameless)?;
            let offset = front.end();
            let end = MirrorPosition {
                offset,
                part: part_of(&recording).map_or(0, |(_, part)| part),
                in_file: offset - front.parts.begin,
                request: front.next_request - 1,
            };
            (recording, end)
        };
        let path = resume_path(&recording);
        let (start, given_up) = match ResumePoint::read(&path)? {
            None => (end, GivenUpRequests::default()),
            Some(point) => {
                let start = point
                    .position(shared, end)
                    .ok_or_else(|| ResumeError::Misplaced { path: path.clone() })?;
                if point.url != url && start.offset < end.offset {
                    let bytes = end.offset - start.offset;
                    return Err(ResumeError::OtherUpstream { path, url: point.url, bytes });
                }
                // what another upstream got says nothing of this one
                let is_same = point.url == url;
                let given_up = match point.given_up.filter(|_| is_same) {
                    Some(mut given_up) => {
                        // later requests are sent again
                        given_up.retain(|it| it.request <= start.request);
                        GivenUpRequests::new(given_up, point.unknown_to.min(start.request))
                    }
                    None => GivenUpRequests::new(Vec::new(), start.request),
                };
                (start, given_up)
            }
        };
        let written = (start, given_up.clone());
        let file = ResumeFile { path, url: url.to_owned(), written };
        // before the first request is acknowledged, so that a crash leaves a place to go on from
        file.write()
            .map_err(|source| ResumeError::Unwritable { path: file.path.clone(), source })?;
        tracing::info!(
            file = %file.path.display(),
            unsent_bytes = end.offset - start.offset,
            "the mirror goes on from its resume point"
        );
        Ok((file, start, given_up))
    }

    /// Writes the position up to which all is sent, and which requests were given up, if that has
    /// changed.
    pub fn save(&mut self, done: MirrorPosition, given_up: GivenUpRequests) -> io::Result<()> {
        let now = (done, given_up);
        if now == self.written {
            return Ok(());
        }
        let before = std::mem::replace(&mut self.written, now);
        self.write().inspect_err(|_| self.written = before)
    }

    fn write(&self) -> io::Result<()> {
        let (done, given_up) = &self.written;
        let (requests, unknown_to) = given_up.remembered();
        let point = ResumePoint {
            v: 1,
            url: self.url.clone(),
            part: done.part,
            offset: done.in_file,
            request: done.request,
            at: time::format(time::now()),
            given_up: Some(requests.cloned().collect()),
            unknown_to,
        };
        let text = serde_json::to_string(&point).map_err(io::Error::other)?;
        write_whole(&self.path, &format!("{text}\n"), true)
    }

    /// Removes the file, where nothing was recorded beside which it could stand.
    pub fn remove(self) -> io::Result<()> {
        std::fs::remove_file(self.path)
    }
}

impl ResumePoint {
    /// Reads it from its file, if that is there.
    ///
    /// # Errors
    /// Fails if the file cannot be read or holds something else.
    pub fn read(path: &Path) -> Result<Option<ResumePoint>, ResumeError> {
        let unreadable = |reason: String| ResumeError::Unreadable { path: path.to_owned(), reason };
        let text = match read_text_file(path, MAX_BYTES) {
            Ok(text) => text,
            Err(TextFileError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(None);
            }
            Err(error) => return Err(unreadable(error.to_string())),
        };
        let point: ResumePoint =
            serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
        match point.v {
            1 => Ok(Some(point)),
            v => Err(unreadable(format!("expected `v` to be 1, not {v}"))),
        }
    }

    /// Returns its position in the recording; the first one that is left if its part is deleted. None
    /// if the recording cannot have had it.
    fn position(&self, shared: &SharedState, end: MirrorPosition) -> Option<MirrorPosition> {
        let front = shared.front();
        let closed = front.parts.closed.iter();
        let mut parts: Vec<(u32, u64, u64)> = closed
            .filter_map(|part| {
                let number = part_of(part.path.as_deref()?)?.1;
                Some((number, part.range.start, part.range.end))
            })
            .collect();
        parts.push((end.part, front.parts.begin, end.offset));
        let (first, begin, _) = parts[0];
        // the oldest part that is left, unless a part was opened by itself
        if self.part < first && self.part > 0 && front.parts.keep.is_some() {
            let request = self.request;
            return Some(MirrorPosition { offset: begin, part: first, in_file: 0, request });
        }
        let (part, begin, end) = *parts.iter().find(|(part, ..)| *part == self.part)?;
        let offset = begin.checked_add(self.offset).filter(|offset| *offset <= end)?;
        if offset > begin {
            let mut last = Vec::new();
            let place = shared.recording.place(offset - 1)?;
            last.resize(1, 0);
            place.read_to(&place, &mut last).ok()?;
            // between two lines
            (last == b"\n").then_some(())?;
        }
        Some(MirrorPosition { offset, part, in_file: self.offset, request: self.request })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stands_beside_the_recording() {
        for (recording, want) in [
            ("a/run.ndjson", "a/run.ndjson.mirror"),
            ("a/run.0012.ndjson", "a/run.mirror"),
            ("run", "run.mirror"),
        ] {
            assert_eq!(resume_path(Path::new(recording)), PathBuf::from(want));
        }
    }

    #[test]
    fn says_what_is_wrong_with_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("r.mirror");
        assert_eq!(ResumePoint::read(&file).expect("none"), None);
        for (text, want) in [
            ("", "EOF while parsing"),
            ("{\"v\":1}", "missing field `url`"),
            (
                r#"{"v":2,"url":"http://x","part":0,"offset":0,"request":0,"at":""}"#,
                "expected `v` to be 1, not 2",
            ),
            (r#"{"v":1,"url":"http://x","part":0,"offset":-1,"request":0,"at":""}"#, "-1"),
        ] {
            std::fs::write(&file, text).expect("written");
            let error = ResumePoint::read(&file).expect_err(text).to_string();
            assert!(error.contains(want) && error.contains("if you delete it"), "{error}");
        }
    }
}
