//! An upstream's answer to a forwarded request, as the line of the recording that follows the
//! request's:
//! `{"v":1,"kind":"answer","request":7,"at":"…","status":200,"headers":{…},"body_text":"…",
//! "first_byte_ms":41.200,"took_ms":41.350}`. If no complete answer came, `"error"` says why and
//! replaces the status, the headers and the body.

use crate::call::Doc;
use crate::call::time::{self, Millis};
use crate::recording::compose_line;
use crate::recording::reader;
use crate::recording::request_line::EntryError;

/// The `kind` of the line.
pub(crate) const ANSWER: &str = "answer";

/// The maximum number of bytes of an answer's body that are recorded.
pub const MAX_RECORDED_ANSWER_BYTES: usize = 64 * 1024;

/// An upstream's answer to a request, or the lack of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamAnswer {
    /// The time when the answer was complete, or when the forwarder gave up.
    pub at: Millis,
    /// The time until its first byte, in microseconds; `None` if no byte came.
    pub first_byte_us: Option<u64>,
    /// The time until its last byte, in microseconds.
    pub took_us: u64,
    /// The answer, or the reason why no complete one came.
    pub outcome: Result<AnsweredWith, String>,
}

/// The content of a complete answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsweredWith {
    /// The HTTP status.
    pub status: u16,
    /// Header names (lower case) and values, in order.
    pub headers: Vec<(String, String)>,
    /// The body as received, or its beginning.
    pub body: Vec<u8>,
    /// The length of the whole body.
    pub body_bytes: u64,
}

/// Appends the line, with its line end, to `out`.
pub fn compose_answer(out: &mut Vec<u8>, request: u64, answer: &UpstreamAnswer) {
    append_number(out, request);
    append_unnumbered(out, answer);
}

/// Appends the beginning of the line, with the number of the request.
pub(crate) fn append_number(out: &mut Vec<u8>, request: u64) {
    out.extend_from_slice(b"{\"v\":1,\"kind\":\"answer\",\"request\":");
    compose_line::number(out, request);
}

/// Appends the rest of the line, after the number of the request.
pub(crate) fn append_unnumbered(out: &mut Vec<u8>, answer: &UpstreamAnswer) {
    out.extend_from_slice(b",\"at\":\"");
    out.extend_from_slice(time::format(answer.at).as_bytes());
    out.push(b'"');
    match &answer.outcome {
        Ok(with) => {
            out.extend_from_slice(b",\"status\":");
            compose_line::number(out, with.status.into());
            out.extend_from_slice(b",\"headers\":{");
            compose_line::headers(out, &with.headers);
            out.push(b'}');
            let kept = &with.body[..with.body.len().min(MAX_RECORDED_ANSWER_BYTES)];
            compose_line::other_body(out, kept);
            if with.body_bytes > kept.len() as u64 {
                out.extend_from_slice(b",\"body_bytes\":");
                compose_line::number(out, with.body_bytes);
            }
        }
        Err(error) => {
            out.extend_from_slice(b",\"error\":");
            compose_line::text(out, error);
        }
    }
    if let Some(us) = answer.first_byte_us {
        out.extend_from_slice(b",\"first_byte_ms\":");
        append_millis(out, us);
    }
    out.extend_from_slice(b",\"took_ms\":");
    append_millis(out, answer.took_us);
    out.extend_from_slice(b"}\n");
}

/// Appends microseconds as milliseconds with three decimals.
fn append_millis(out: &mut Vec<u8>, us: u64) {
    compose_line::number(out, us / 1000);
    let rest = (us % 1000) as u16;
    let digits = [rest / 100, rest / 10 % 10, rest % 10].map(|digit| b'0' + digit as u8);
    out.push(b'.');
    out.extend_from_slice(&digits);
}

impl UpstreamAnswer {
    /// Reads the line of the answer to the given request; returns `None` for any other line.
    ///
    /// # Errors
    /// Fails if a field is absent or of the wrong type.
    pub fn read(line: &str, request: u64) -> Result<Option<UpstreamAnswer>, EntryError> {
        let doc = Doc::parse(line)?;
        let root = doc.root();
        let text = |field: &str| root.get(field).and_then(|value| value.as_str());
        let number = |field: &str| root.get(field).and_then(|value| value.as_number());
        let answered_request = number("request").and_then(|digits| digits.parse::<u64>().ok());
        if text("kind").as_deref() != Some(ANSWER) || answered_request != Some(request) {
            return Ok(None);
        }
        let us = |field: &str| {
            let ms = number(field)?.parse::<f64>().ok().filter(|ms| *ms >= 0.0)?;
            Some((ms * 1000.0).round() as u64)
        };
        let at = text("at").and_then(|at| time::parse(&at));
        let at = at.ok_or(EntryError::Field { field: "at", expected: "an ISO-8601 time" })?;
        let took_us =
            us("took_ms").ok_or(EntryError::Field { field: "took_ms", expected: "a number" })?;
        let outcome = match text("error") {
            Some(error) => Err(error.into_owned()),
            None => {
                let status = number("status").and_then(|status| status.parse().ok());
                let status = status
                    .ok_or(EntryError::Field { field: "status", expected: "an HTTP status" })?;
                let body = reader::other_body(root)?.unwrap_or_default();
                let whole = number("body_bytes").and_then(|bytes| bytes.parse().ok());
                Ok(AnsweredWith {
                    status,
                    headers: reader::headers(root)?,
                    body_bytes: whole.unwrap_or(body.len() as u64),
                    body,
                })
            }
        };
        Ok(Some(UpstreamAnswer { at, first_byte_us: us("first_byte_ms"), took_us, outcome }))
    }

    /// Returns the status that the upstream answered, if a complete answer came.
    pub fn status(&self) -> Option<u16> {
        self.outcome.as_ref().ok().map(|with| with.status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(answer: &UpstreamAnswer) -> String {
        let mut line = Vec::new();
        compose_answer(&mut line, 7, answer);
        let text = String::from_utf8(line).expect("UTF-8");
        assert_eq!(text.matches('\n').count(), 1, "{text}");
        text.trim_end().to_owned()
    }

    #[test]
    fn reads_back_an_answer() {
        for body in [&b""[..], b"{\"success\":\n true}", b"\xff\x00"] {
            let answer = UpstreamAnswer {
                at: 1_714_557_600_123,
                first_byte_us: Some(41_200),
                took_us: 1_041_350,
                outcome: Ok(AnsweredWith {
                    status: 429,
                    headers: vec![("retry-after".to_owned(), "7".to_owned())],
                    body: body.to_vec(),
                    body_bytes: body.len() as u64,
                }),
            };
            let line = written(&answer);
            assert_eq!(UpstreamAnswer::read(&line, 7).expect("an answer"), Some(answer));
            assert_eq!(UpstreamAnswer::read(&line, 8).expect("another request's"), None);
        }
        let failed = UpstreamAnswer {
            at: 0,
            first_byte_us: None,
            took_us: 9,
            outcome: Err("connection refused".to_owned()),
        };
        let line = written(&failed);
        assert_eq!(UpstreamAnswer::read(&line, 7).expect("an answer"), Some(failed));
        assert!(!line.contains("status"), "{line}");
    }

    #[test]
    fn keeps_the_beginning_of_a_long_body_and_no_cookie() {
        let answer = UpstreamAnswer {
            at: 0,
            first_byte_us: Some(0),
            took_us: 0,
            outcome: Ok(AnsweredWith {
                status: 200,
                headers: vec![("set-cookie".to_owned(), "a=s3cret".to_owned())],
                body: vec![b'x'; MAX_RECORDED_ANSWER_BYTES + 1],
                body_bytes: MAX_RECORDED_ANSWER_BYTES as u64 + 1,
            }),
        };
        let line = written(&answer);
        assert!(!line.contains("s3cret"), "{line}");
        let read = UpstreamAnswer::read(&line, 7).expect("an answer").expect("of this request");
        let with = read.outcome.expect("a whole one");
        assert_eq!(with.body.len(), MAX_RECORDED_ANSWER_BYTES);
        assert_eq!(with.body_bytes, MAX_RECORDED_ANSWER_BYTES as u64 + 1);
    }
}
