//! The lines of a block, read.

use crate::call::time::Millis;
use crate::engine::batch_check::blocks::{LineBlock, LineRange};
use crate::engine::index::SenderPlatform;
use crate::engine::judging::index_request::sender;
use crate::engine::source::bare_calls::{self, BareCall};
use crate::engine::source::file_error::FileError;
use crate::engine::source::read_lines::{ParsedLine, read_line};
use crate::recording::{self, Body, LineHead, RecordingEvent, Remark, RequestLine, ResponseSource};
use crate::wire::{self, ParseScratch, ParsedRequest};
use std::ops::Range;

/// What a line asks for.
#[expect(clippy::large_enum_variant, reason = "nearly all are calls; a box is one more allocation")]
pub(crate) enum LineAction<'b> {
    /// Its calls are judged.
    Calls(RequestCalls<'b>),
    /// A request that was answered with an error: where in the file its line stands.
    Refused { at: u64, len: usize, status: u16 },
    /// Idle sessions end.
    Flush(Millis),
    /// A user says something about a call.
    Remark(Remark),
    /// A part of the recording begins, before which there were so many calls.
    Part(u64),
    /// It is not a line of a recording: its number in the block, from 1, and why.
    Bad(u64, String),
}

/// A request with calls.
pub(crate) struct RequestCalls<'b> {
    /// The line of a recording, or of a file of calls the text of the call.
    pub text: &'b str,
    /// Where in the file its line stands, and how long it is; none in a file of calls.
    pub place: Option<(u64, usize)>,
    /// The request's number.
    number: u64,
    /// When it arrived; none for a call from a file, which says that itself.
    received_at: Option<Millis>,
    /// The finding code for a signature that is wrong or missing.
    pub signature: Option<&'static str>,
    pub sender: SenderPlatform,
    pub reading: ParsedRequest<'b>,
    pub scratch: ParseScratch,
}

impl RequestCalls<'_> {
    pub fn received_at(&self) -> Millis {
        self.received_at.unwrap_or_else(|| bare_calls::received_at(&self.reading))
    }

    /// The line that a recording has of it.
    pub fn line(&self) -> String {
        if self.received_at.is_some() {
            return self.text.to_owned();
        }
        let head = LineHead {
            request: self.number,
            received_at: self.received_at(),
            method: "",
            path: "",
            query: "",
            headers: &[],
            status: 200,
            response: ResponseSource::Own,
            fault: None,
            is_tls: false,
        };
        let mut line = Vec::with_capacity(self.text.len() + 128);
        recording::compose_more(&mut line, &head, Body::Json(self.text), None);
        line.pop();
        String::from_utf8_lossy(&line).into_owned()
    }
}

/// A block of lines.
#[derive(Default)]
pub(crate) struct BlockActions<'b> {
    pub steps: Vec<LineAction<'b>>,
    /// What is wrong with the first line that is not a call.
    pub wrong: Option<FileError>,
    /// It holds what a batch check does not do.
    pub other: bool,
}

/// The lines of a block, without their ends.
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

/// How many requests the lines of a file of calls become, as long as none is wrong.
pub(crate) fn requests(bytes: &[u8], lines: &[Range<usize>]) -> u64 {
    let count = |line: &Range<usize>| {
        if bytes[line.clone()].first() == Some(&b'{') {
            return 1;
        }
        let mut found = 0;
        let counted = bare_calls::objects(&bytes[line.clone()], &mut |_| {
            found += 1;
            Ok(())
        });
        counted.map_or(0, |()| found)
    };
    lines.iter().map(count).sum()
}

impl<'b> BlockActions<'b> {
    /// Reads the lines of a file of calls. `line` counts those before, `number` is the next
    /// request's.
    pub fn of_calls(
        file: &LineRange<'_>,
        block: &LineBlock<'b>,
        lines: &[Range<usize>],
        (line, mut number): (u64, u64),
        spares: &mut Vec<ParseScratch>,
    ) -> BlockActions<'b> {
        let mut read =
            BlockActions { steps: Vec::with_capacity(lines.len()), ..BlockActions::default() };
        for (at, range) in lines.iter().enumerate() {
            let taken = bare_calls::objects(&block.bytes[range.clone()], &mut |text| {
                let mut scratch = spares.pop().unwrap_or_default();
                let BareCall { text, reading } = bare_calls::read(text, number, &mut scratch)?;
                read.steps.push(LineAction::Calls(RequestCalls {
                    text,
                    place: None,
                    number,
                    received_at: None,
                    signature: None,
                    sender: sender(reading.platform),
                    reading,
                    scratch,
                }));
                number += 1;
                Ok(())
            });
            if let Err(message) = taken {
                read.wrong = Some(file.wrong(line as usize + at + 1, message));
                break;
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
            BlockActions { steps: Vec::with_capacity(lines.len()), ..BlockActions::default() };
        for (at, range) in lines.iter().enumerate() {
            let mut scratch = spares.pop().unwrap_or_default();
            let line = std::str::from_utf8(&block.bytes[range.clone()]);
            let line = line.map_err(|_| "expected UTF-8 text".to_owned());
            let found = line.and_then(|line| Ok((line, read_line(line, &mut scratch)?)));
            let step = match found {
                Ok((line, ParsedLine::Request(request, reading))) => {
                    let place = (block.at + range.start as u64, range.len());
                    LineAction::Calls(calls((line, place), &request, reading, scratch))
                }
                Ok((_, ParsedLine::Refused(request))) => LineAction::Refused {
                    at: block.at + range.start as u64,
                    len: range.len(),
                    status: request.status,
                },
                Ok((_, ParsedLine::Event(RecordingEvent::Flush, at))) => LineAction::Flush(at),
                Ok((
                    _,
                    ParsedLine::Event(RecordingEvent::Clear | RecordingEvent::Undo, _)
                    | ParsedLine::ClearTest(_)
                    | ParsedLine::ClearCalls(_),
                )) => {
                    read.other = true;
                    break;
                }
                Ok((_, ParsedLine::Remark(remark))) => LineAction::Remark(remark),
                Ok((_, ParsedLine::Part(start))) if read.steps.is_empty() => {
                    LineAction::Part(start.calls)
                }
                Ok((_, ParsedLine::Part(_))) => {
                    read.other = true;
                    break;
                }
                Ok((_, ParsedLine::Push(_) | ParsedLine::Nothing)) => continue,
                Err(error) => LineAction::Bad(at as u64 + 1, error),
            };
            read.steps.push(step);
        }
        read
    }
}

fn calls<'b>(
    (text, place): (&'b str, (u64, usize)),
    request: &RequestLine,
    reading: ParsedRequest<'b>,
    scratch: ParseScratch,
) -> RequestCalls<'b> {
    RequestCalls {
        text,
        place: Some(place),
        number: request.request,
        received_at: Some(request.received_at),
        signature: wire::signature::code(request.signature.as_deref()),
        sender: sender(reading.platform),
        reading,
        scratch,
    }
}
