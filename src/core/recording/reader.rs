//! Reading the lines of a recording.

use crate::call::time::{self, Millis};
use crate::call::{Doc, Val};
use crate::recording::answer_line::ANSWER;
use crate::recording::fast_line;
use crate::recording::mark_line::Remark;
use crate::recording::part_line::{PART, PartStart};
use crate::recording::request_line::{EntryError, RequestLine, ResponseSource};
use crate::wire::CallExcerpt;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::io::{self, BufRead};

/// A line of the recording.
#[derive(Debug)]
pub enum RecordingEntry {
    /// A request.
    Request(Box<RequestLine>),
    /// An event between two requests.
    Event {
        /// The event.
        event: RecordingEvent,
        /// Its time.
        at: Millis,
    },
    /// A mark or a note of a user.
    Remark(Remark),
    /// The calls of one test were cleared: the value of its header.
    ClearTest(String),
    /// Selected calls were cleared: ranges of their numbers, as this file counts them.
    ClearCalls(Vec<(u64, u64)>),
    /// The beginning of a part of the recording.
    Part(PartStart),
    /// An upstream's answer to the request of the line before;
    /// [`UpstreamAnswer::read`](crate::recording::UpstreamAnswer::read) reads it.
    Answer,
    /// A line of a kind that a later version wrote.
    Other {
        /// The line's `kind`.
        kind: String,
    },
}

/// An event between two requests that changes the meaning of the calls after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordingEvent {
    /// Sessions that had been idle, by arrival times, were closed.
    Flush,
    /// All earlier calls were cleared.
    Clear,
    /// The last clear was undone: the cleared calls are back.
    Undo,
}

/// The `kind` of the line that clears the calls of one test.
pub(crate) const CLEAR_TEST: &str = "clear_test";
/// The `kind` of the line that clears selected calls.
pub(crate) const CLEAR_CALLS: &str = "clear_calls";

impl RecordingEvent {
    const ALL: [RecordingEvent; 3] =
        [RecordingEvent::Flush, RecordingEvent::Clear, RecordingEvent::Undo];

    /// Returns the `kind` of its line.
    pub fn name(self) -> &'static str {
        match self {
            RecordingEvent::Flush => "flush",
            RecordingEvent::Clear => "clear",
            RecordingEvent::Undo => "undo",
        }
    }
}

/// Reads one line.
pub fn parse(line: &str) -> Result<RecordingEntry, EntryError> {
    parse_long(line)
}

/// Reads a request's line quickly, without checking that its body is JSON; returns `None` if the
/// line needs [`parse`]. If the body turns out not to be JSON, the caller must read the line with
/// [`parse`].
pub fn parse_quick(line: &str) -> Option<RequestLine> {
    fast_line::parse(line)
}

pub(crate) fn parse_long(line: &str) -> Result<RecordingEntry, EntryError> {
    let doc = Doc::parse(line)?;
    let root = doc.root();
    if root.get("v").and_then(|v| v.as_number()) != Some("1") {
        return Err(EntryError::Field { field: "v", expected: "1" });
    }
    if let Some(kind) = root.get("kind").and_then(|kind| kind.as_str()) {
        if kind == CLEAR_TEST {
            let test = root.get("test").and_then(|test| test.as_str());
            let test = test.ok_or(EntryError::Field { field: "test", expected: "a string" })?;
            return Ok(RecordingEntry::ClearTest(test.into_owned()));
        }
        if kind == CLEAR_CALLS {
            return call_ranges(root).map(RecordingEntry::ClearCalls);
        }
        if kind == ANSWER {
            return Ok(RecordingEntry::Answer);
        }
        if kind == PART {
            return PartStart::read(root).map(RecordingEntry::Part);
        }
        let Some(event) = RecordingEvent::ALL.into_iter().find(|event| event.name() == kind) else {
            return Ok(match Remark::read(&kind, root)? {
                Some(remark) => RecordingEntry::Remark(remark),
                None => RecordingEntry::Other { kind: kind.into_owned() },
            });
        };
        let at = root.get("at").and_then(|at| time::parse(&at.as_str()?));
        let at = at.ok_or(EntryError::Field { field: "at", expected: "an ISO-8601 time" })?;
        return Ok(RecordingEntry::Event { event, at });
    }
    let text = |field: &'static str| {
        root.get(field)
            .and_then(|v| v.as_str())
            .map(|s| s.into_owned())
            .ok_or(EntryError::Field { field, expected: "a string" })
    };
    let number = |field: &'static str| {
        root.get(field)
            .and_then(|v| v.as_number()?.parse::<u64>().ok())
            .ok_or(EntryError::Field { field, expected: "a whole number" })
    };
    let received_at = time::parse(&text("received_at")?)
        .ok_or(EntryError::Field { field: "received_at", expected: "an ISO-8601 time" })?;
    let headers = headers(root)?;
    let other_body = other_body(root)?;
    let refused = root.get("refused").map(|refused| {
        let part =
            |name| refused.get(name).and_then(|v| v.as_str()).unwrap_or_default().into_owned();
        (part("code"), part("message"))
    });
    Ok(RecordingEntry::Request(Box::new(RequestLine {
        request: number("request")?,
        received_at,
        method: text("method")?,
        path: text("path")?,
        query: text("query")?,
        headers,
        status: number("status")?
            .try_into()
            .map_err(|_| EntryError::Field { field: "status", expected: "an HTTP status" })?,
        response: ResponseSource::from_line(root),
        fault: root.get("fault").and_then(|fault| fault.as_str()).map(|fault| fault.into_owned()),
        body: root.get("body").map(|body| body.span()),
        other_body,
        refused,
        refused_kind: root
            .pointer("/refused/kind")
            .and_then(|kind| kind.as_str())
            .map(|kind| kind.into_owned()),
        body_bytes: root.pointer("/refused/body_bytes").and_then(|v| v.as_number()?.parse().ok()),
        signature: root.get("signature").and_then(|v| v.as_str()).map(|s| s.into_owned()),
        is_tls: root.get("tls").is_some_and(|value| value.raw() == "true"),
        excerpt: root.get("excerpt").map(CallExcerpt::read),
    })))
}

/// Reads the headers of a line.
pub(crate) fn headers(line: Val<'_>) -> Result<Vec<(String, String)>, EntryError> {
    let headers = line.get("headers").filter(Val::is_object);
    let headers = headers.ok_or(EntryError::Field { field: "headers", expected: "an object" })?;
    let header = |h: Val<'_>| (h.key().into_owned(), h.as_str().unwrap_or_default().into_owned());
    Ok(headers.children().map(header).collect())
}

/// Reads a body that is not JSON, if the line has one.
pub(crate) fn other_body(line: Val<'_>) -> Result<Option<Vec<u8>>, EntryError> {
    match (line.get("body_text"), line.get("body_base64")) {
        (Some(text), _) => Ok(text.as_str().map(|s| s.into_owned().into_bytes())),
        (None, Some(coded)) => {
            let bytes = coded.as_str().and_then(|s| STANDARD.decode(s.as_bytes()).ok());
            let expected = "base64 text";
            bytes.map(Some).ok_or(EntryError::Field { field: "body_base64", expected })
        }
        (None, None) => Ok(None),
    }
}

/// Returns the ranges of call numbers that a line clears, in ascending order.
fn call_ranges(root: Val<'_>) -> Result<Vec<(u64, u64)>, EntryError> {
    let number = |val: Option<Val<'_>>| val?.as_number()?.parse::<u64>().ok();
    let read = || {
        let calls = root.get("calls").filter(Val::is_array)?;
        let mut last = 0;
        let range = |range: Val<'_>| {
            let mut ends = range.children();
            let (first, end) = (number(ends.next())?, number(ends.next())?);
            let is_range =
                range.is_array() && ends.next().is_none() && last < first && first <= end;
            last = end;
            is_range.then_some((first, end))
        };
        calls.children().map(range).collect::<Option<Vec<_>>>()
    };
    let expected = "ascending ranges of call numbers, such as [[1,3],[7,7]]";
    read().ok_or(EntryError::Field { field: "calls", expected })
}

/// The complete lines of a file, each with its offset. A last line without a line end does not
/// count yet.
#[derive(Debug)]
pub struct ReadLines<R> {
    input: R,
    offset: u64,
}

impl<R: BufRead> ReadLines<R> {
    /// Creates a reader of the rest of `input`, which begins at `offset` of the file.
    pub fn new(input: R, offset: u64) -> ReadLines<R> {
        ReadLines { input, offset }
    }

    /// Reads the next line, without its line end, into `line` and returns its offset; `None` at the
    /// end. For bytes after the last line end, returns `Err` with their number and does not advance
    /// the offset.
    pub fn next_line(&mut self, line: &mut Vec<u8>) -> io::Result<Option<Result<u64, u64>>> {
        line.clear();
        let read = self.input.read_until(b'\n', line)? as u64;
        if read == 0 {
            return Ok(None);
        }
        if line.last() != Some(&b'\n') {
            return Ok(Some(Err(read)));
        }
        line.pop();
        let at = self.offset;
        self.offset += read;
        Ok(Some(Ok(at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::compose_line::{Body, LineHead, RefusalRecord, compose};

    #[test]
    fn reads_back_a_request() {
        let headers = vec![("content-type".to_owned(), "text/plain".to_owned())];
        let discards = [("request_refused", "/batch/2")].into_iter();
        let excerpt = CallExcerpt::new(Some("rudderstack"), discards);
        let head = LineHead {
            received_at: 1_714_557_600_123,
            method: "POST",
            path: "/v1/t",
            query: "x",
            headers: &headers,
            status: 400,
            response: ResponseSource::Discarded,
            fault: None,
            is_tls: true,
            excerpt: Some(&excerpt),
        };
        let mut line = Vec::new();
        compose(
            &mut line,
            3,
            &head,
            Body::Bytes(b"\xff"),
            Some(RefusalRecord { code: "c", message: "m", kind: "k", body_bytes: Some(70_000) }),
            None,
        );
        line.pop();
        let RecordingEntry::Request(read) =
            parse(std::str::from_utf8(&line).expect("UTF-8")).expect("a line")
        else {
            panic!("a request")
        };
        assert_eq!(
            *read,
            RequestLine {
                request: 3,
                received_at: 1_714_557_600_123,
                method: "POST".into(),
                path: "/v1/t".into(),
                query: "x".into(),
                headers,
                status: 400,
                response: ResponseSource::Discarded,
                fault: None,
                body: None,
                other_body: Some(vec![0xff]),
                refused: Some(("c".into(), "m".into())),
                refused_kind: Some("k".into()),
                body_bytes: Some(70_000),
                signature: None,
                is_tls: true,
                excerpt: Some(excerpt.clone()),
            }
        );
    }

    #[test]
    fn explains_a_wrong_line() {
        for (line, want) in [
            (
                "{",
                "line 1, column 2: expected a member name in double quotes, found the end of the text",
            ),
            ("{}", "expected `v` to be 1"),
            (r#"{"v":1,"request":"x"}"#, "expected `received_at` to be a string"),
        ] {
            assert_eq!(parse(line).expect_err("no line").to_string(), want);
        }
    }

    #[test]
    fn does_not_return_a_line_without_its_end() {
        let mut lines = ReadLines::new(&b"ab\nc\nde"[..], 10);
        let mut line = Vec::new();
        assert_eq!(lines.next_line(&mut line).expect("read"), Some(Ok(10)));
        assert_eq!(line, b"ab");
        assert_eq!(lines.next_line(&mut line).expect("read"), Some(Ok(13)));
        assert_eq!(lines.next_line(&mut line).expect("read"), Some(Err(2)));
        assert_eq!(lines.next_line(&mut line).expect("read"), None);
    }
}
