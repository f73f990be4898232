//! Parses the lines of a block.

use crate::call::time::Millis;
use crate::engine::batch_check::blocks::{LineBlock, LineRange};
use crate::engine::index::{NoCall, SenderPlatform};
use crate::engine::judging::index_request::sender;
use crate::engine::source::bare_calls::{self, BareCall, BareCallError};
use crate::engine::source::call_record::{self, RecordRequest};
use crate::engine::source::file_error::FileError;
use crate::engine::source::read_lines::{ParsedLine, read_line};
use crate::recording::{self, Body, RecordingEvent, Remark, RequestLine};
use crate::wire::{self, CallExcerpt, ParseScratch, ParsedRequest};
use std::borrow::Cow;
use std::ops::Range;

/// The action that a line asks for.
#[expect(clippy::large_enum_variant, reason = "nearly all are calls; a box is one more allocation")]
pub(crate) enum LineAction<'b> {
    /// Judge the calls of the request.
    Calls(RequestCalls<'b>),
    /// Count a request that was answered with an error. `at` and `len` say where its line is in the
    /// file.
    Refused { at: u64, len: usize, kind: NoCall },
    /// End the sessions that are idle at this time.
    Flush(Millis),
    /// Add a mark or note of the user to a call.
    Remark(Remark),
    /// Begin a part of the recording. The number is that of the calls before it.
    Part(u64),
    /// Count a line that is not a line of a recording: its number in the block, from 1, and the
    /// error.
    Bad(u64, String),
}

/// A request with calls.
pub(crate) struct RequestCalls<'b> {
    /// The line of a recording, or the text of one call in a file of calls.
    pub text: Cow<'b, str>,
    /// The offset and the length of its line in the file; `None` in a file of calls.
    pub place: Option<(u64, usize)>,
    /// The number of the request.
    number: u64,
    /// The time at which it arrived; `None` for a call from a file, which contains its own time.
    received_at: Option<Millis>,
    /// The request of a call in a file of calls, if a record says which one it was.
    request: Option<Box<RecordRequest>>,
    /// What the rest of that request decided.
    excerpt: Option<Box<CallExcerpt>>,
    /// The finding code for a signature that is wrong or missing.
    pub signature: Option<&'static str>,
    pub sender: SenderPlatform,
    pub reading: ParsedRequest<'b>,
}

impl RequestCalls<'_> {
    pub fn received_at(&self) -> Millis {
        self.received_at.unwrap_or_else(|| bare_calls::received_at(&self.reading))
    }

    /// Returns the line that a recording contains for the request.
    pub fn line(&self) -> String {
        if self.place.is_some() {
            return self.text.to_string();
        }
        let request = self.request.as_deref();
        let head = call_record::line_head(request, self.excerpt.as_deref(), self.received_at());
        let signature = request.and_then(|request| request.signature.as_deref());
        let mut line = Vec::with_capacity(self.text.len() + 128);
        let body = Body::Json(&self.text);
        recording::append_line(&mut line, self.number, &head, body, None, signature);
        line.pop();
        String::from_utf8(line).unwrap_or_default()
    }
}

/// The actions of a block of lines.
#[derive(Default)]
pub(crate) struct BlockActions<'b> {
    pub actions: Vec<LineAction<'b>>,
    /// The error of the first line of a file of calls that is not a call.
    pub error: Option<FileError>,
    /// True if the block contains a line that only the engine handles, such as one with an object
    /// that is not a call.
    pub needs_engine: bool,
}

/// Finds the lines of a block, without their line ends.
pub(crate) fn split(bytes: &[u8], lines: &mut Vec<Range<usize>>) {
    lines.clear();
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', bytes) {
        lines.push(start..end);
        start = end + 1;
    }
    if start < bytes.len() {
        lines.push(start..bytes.len());
    }
}

/// Returns the number of requests that the lines of a file of calls become if all of them are
/// valid.
pub(crate) fn requests(bytes: &[u8], lines: &[Range<usize>]) -> u64 {
    let count = |line: &Range<usize>| {
        if bytes[line.clone()].first() == Some(&b'{') {
            return 1;
        }
        let mut found = 0;
        let counted = bare_calls::objects(&bytes[line.clone()], &mut |_| {
            found += 1;
            Ok::<(), String>(())
        });
        counted.map_or(0, |()| found)
    };
    lines.iter().map(count).sum()
}

impl<'b> BlockActions<'b> {
    /// Reads the lines of a file of calls. `line` is the number of lines before the block, and
    /// `number` that of the next request.
    pub fn of_calls(
        file: &LineRange<'_>,
        block: &LineBlock<'b>,
        lines: &[Range<usize>],
        (line, mut number): (u64, u64),
        spares: &mut Vec<ParseScratch>,
    ) -> BlockActions<'b> {
        let mut read =
            BlockActions { actions: Vec::with_capacity(lines.len()), ..BlockActions::default() };
        for (at, range) in lines.iter().enumerate() {
            let taken = bare_calls::objects(&block.bytes[range.clone()], &mut |text| {
                let mut scratch = spares.pop().unwrap_or_default();
                let BareCall { text, reading, request, excerpt } =
                    bare_calls::read(text, number, &mut scratch)?;
                let signature = request.as_ref().and_then(|request| request.signature.as_deref());
                read.actions.push(LineAction::Calls(RequestCalls {
                    text,
                    place: None,
                    number,
                    received_at: request.as_ref().map(|request| request.received_at),
                    signature: wire::signature::code(signature),
                    sender: sender(reading.platform),
                    reading,
                    request,
                    excerpt,
                }));
                number += 1;
                Ok(())
            });
            match taken {
                Ok(()) => {}
                Err(BareCallError::NoCall) => {
                    read.needs_engine = true;
                    break;
                }
                Err(BareCallError::Invalid(message)) => {
                    read.error = Some(file.line_error(line as usize + at + 1, message));
                    break;
                }
            }
        }
        read
    }

    /// Reads the lines of a recording.
    pub fn of_recording(
        block: &LineBlock<'b>,
        lines: &[Range<usize>],
        spares: &mut Vec<ParseScratch>,
    ) -> BlockActions<'b> {
        let mut read =
            BlockActions { actions: Vec::with_capacity(lines.len()), ..BlockActions::default() };
        for (at, range) in lines.iter().enumerate() {
            let mut scratch = spares.pop().unwrap_or_default();
            let line = std::str::from_utf8(&block.bytes[range.clone()]);
            let line = line.map_err(|_| "expected UTF-8 text".to_owned());
            let found = line.and_then(|line| Ok((line, read_line(line, &mut scratch)?)));
            let action = match found {
                Ok((line, ParsedLine::Request(request, reading))) => {
                    let place = (block.at + range.start as u64, range.len());
                    LineAction::Calls(calls((line, place), &request, reading))
                }
                Ok((_, ParsedLine::Refused(request))) => LineAction::Refused {
                    at: block.at + range.start as u64,
                    len: range.len(),
                    kind: NoCall::of_error(request.status, request.fault.is_some()),
                },
                Ok((_, ParsedLine::Event(RecordingEvent::Flush, at))) => LineAction::Flush(at),
                Ok((
                    _,
                    ParsedLine::Event(RecordingEvent::Clear | RecordingEvent::Undo, _)
                    | ParsedLine::ClearTest(_)
                    | ParsedLine::ClearCalls(_),
                )) => {
                    read.needs_engine = true;
                    break;
                }
                Ok((_, ParsedLine::Remark(remark))) => LineAction::Remark(remark),
                Ok((_, ParsedLine::Part(start))) if read.actions.is_empty() => {
                    LineAction::Part(start.calls)
                }
                Ok((_, ParsedLine::Part(_))) => {
                    read.needs_engine = true;
                    break;
                }
                Ok((_, ParsedLine::Push(_) | ParsedLine::Nothing)) => continue,
                Err(error) => LineAction::Bad(at as u64 + 1, error),
            };
            read.actions.push(action);
        }
        read
    }
}

fn calls<'b>(
    (text, place): (&'b str, (u64, usize)),
    request: &RequestLine,
    reading: ParsedRequest<'b>,
) -> RequestCalls<'b> {
    RequestCalls {
        text: text.into(),
        place: Some(place),
        number: request.request,
        received_at: Some(request.received_at),
        signature: wire::signature::code(request.signature.as_deref()),
        sender: sender(reading.platform),
        reading,
        request: None,
        excerpt: None,
    }
}
