//! The recording: NDJSON, one line per request, appended to and never rewritten.
//!
//! `{"v":1,"request":1,"received_at":"…","method":"POST","path":"/v1/batch","query":"",
//! "headers":{…},"status":200,"body":…}`. `body` is the decoded body's own JSON text, with the line
//! ends between tokens replaced by spaces, so its length is unchanged. A body that was not JSON is
//! in `body_text`, and one that was not UTF-8 in `body_base64`. Further fields may follow. A line
//! of another kind has `"kind"`. A recording whose oldest calls are deleted has several files
//! (`parts`).

mod answer_line;
mod compose_line;
mod fast_line;
mod file;
mod folder;
mod mark_line;
mod part_line;
mod parts;
mod reader;
mod redact_headers;
mod redaction;
pub(crate) mod request_line;
mod unnumbered_lines;

pub use crate::recording::answer_line::{
    AnsweredWith, MAX_RECORDED_ANSWER_BYTES, UpstreamAnswer, compose_answer,
};
pub use crate::recording::compose_line::{
    Body, LineHead, RefusalRecord, append_line, compose, compose_clear_calls, compose_clear_test,
    compose_event,
};
pub use crate::recording::mark_line::{MarkOrNote, Remark, compose_remark};
pub use crate::recording::redact_headers::{has_hash, redacted, redacted_query};
pub use crate::recording::redaction::{RedactedHead, Redaction, RedactionError};
pub use file::{FileStatus, RecordingError, RecordingFile, Recovery, end_of_last_line};
pub use folder::{MAX_RECORDED_BYTES, MAX_RECORDINGS, Recordings};
pub use part_line::{PartStart, compose_part, part_number};
pub use parts::{DEFAULT_KEEP, EarlierPart, KeepLimit, open_parts, part_of};
pub use reader::{ReadLines, RecordingEntry, RecordingEvent, parse, parse_quick};
pub use request_line::{EntryError, RequestLine, ResponseSource};
pub use unnumbered_lines::UnnumberedLines;
