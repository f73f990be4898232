//! The lines of a request and of the upstream's answer to it, without the number of the request.
//!
//! Requests are parsed on several threads and get their numbers in turn. Their lines are composed
//! before that, so that a turn only copies them.

use crate::recording::answer_line::{self, UpstreamAnswer};
use crate::recording::compose_line::{self, Body, LineHead};

/// The maximum number of bytes that the buffers of a thread keep from one request to the next.
const MAX_KEPT_BYTES: usize = 256 * 1024;

/// The lines of one request after its number. The buffers are used again for the next request.
#[derive(Debug, Default)]
pub struct UnnumberedLines {
    request: Vec<u8>,
    /// The offset of the body's JSON text in `request`, or 0 if the body is not JSON.
    body_at: usize,
    /// Empty if no upstream was asked.
    answer: Vec<u8>,
}

impl UnnumberedLines {
    /// Composes the lines of an accepted request.
    pub fn compose(
        &mut self,
        head: &LineHead<'_>,
        body: Body<'_>,
        signature: Option<&str>,
        answer: Option<&UpstreamAnswer>,
    ) {
        self.request.clear();
        self.answer.clear();
        let line = &mut self.request;
        self.body_at = compose_line::append_unnumbered(line, head, body, None, signature);
        if let Some(answer) = answer {
            answer_line::append_unnumbered(&mut self.answer, answer);
        }
    }

    /// Appends the lines with the number of the request. Returns the offset of the body's JSON text
    /// in the line of the request, or 0 if the body is not JSON, and the length of that line without
    /// its line end.
    pub fn append_to(&mut self, out: &mut Vec<u8>, request: u64) -> (usize, u32) {
        let begin = out.len();
        compose_line::append_number(out, request);
        let numbered = out.len() - begin;
        out.extend_from_slice(&self.request);
        let len = (out.len() - begin - 1) as u32;
        if !self.answer.is_empty() {
            answer_line::append_number(out, request);
            out.extend_from_slice(&self.answer);
        }
        if self.request.capacity() > MAX_KEPT_BYTES {
            self.request = Vec::new();
        }
        let body_at = if self.body_at == 0 { 0 } else { numbered + self.body_at };
        (body_at, len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::{ResponseSource, append_line, compose_answer};

    #[test]
    fn numbered_later_the_lines_are_those_that_are_composed_at_once() {
        let headers = [("host".to_owned(), "h".to_owned())];
        let head = LineHead {
            received_at: 1_714_557_600_123,
            method: "POST",
            path: "/v1/track",
            query: "",
            headers: &headers,
            status: 200,
            response: ResponseSource::Upstream,
            fault: None,
            is_tls: false,
            excerpt: None,
        };
        let answer = UpstreamAnswer {
            at: 1_714_557_600_223,
            first_byte_us: None,
            took_us: 100,
            outcome: Err("no answer".to_owned()),
        };
        let mut lines = UnnumberedLines::default();
        let large = format!("{{\"a\":\"{}\"}}", "x".repeat(2 * MAX_KEPT_BYTES));
        for (body, answer, number) in [
            (Body::Json("{\"a\":1}"), Some(&answer), 1),
            (Body::Json(&large), None, 12_345),
            (Body::None, None, 7),
        ] {
            let (mut want, mut got) = (b"before\n".to_vec(), b"before\n".to_vec());
            let body_at = append_line(&mut want, number, &head, body, None, Some("valid"));
            let len = want.len() - b"before\n".len() - 1;
            if let Some(answer) = answer {
                compose_answer(&mut want, number, answer);
            }
            lines.compose(&head, body, Some("valid"), answer);
            assert_eq!(lines.append_to(&mut got, number), (body_at, len as u32));
            assert_eq!(String::from_utf8(got), String::from_utf8(want));
        }
        assert!(lines.request.capacity() <= MAX_KEPT_BYTES, "the memory of a large body is freed");
    }
}
