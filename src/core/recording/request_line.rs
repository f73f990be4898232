//! A request as its line in the recording describes it, and the error of a line that is not valid.

use crate::call::Val;
use crate::call::time::Millis;
use crate::wire::CallExcerpt;

/// The origin of the response that the sender of a request gets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ResponseSource {
    /// The response of segscope itself.
    #[default]
    Own,
    /// No response: the request is a copy that a proxy made, and the proxy discards the response.
    Discarded,
    /// The response of the upstream: the request is forwarded. Its line has the status that the
    /// sender got; the upstream's own is in an `answer` line.
    Upstream,
    /// The response in an HTTP archive from which the request was read.
    Archived,
}

impl ResponseSource {
    #[cfg(test)]
    pub(crate) const ALL: [ResponseSource; 4] = [
        ResponseSource::Own,
        ResponseSource::Discarded,
        ResponseSource::Upstream,
        ResponseSource::Archived,
    ];

    /// Returns the member after the status in the line of such a request.
    pub(crate) fn member(self) -> &'static str {
        match self {
            ResponseSource::Own => "",
            ResponseSource::Discarded => ",\"copy\":true",
            ResponseSource::Upstream => ",\"forwarded\":true",
            ResponseSource::Archived => ",\"archived\":true",
        }
    }

    /// Reads the source from the line of a request.
    pub(crate) fn from_line(line: Val<'_>) -> ResponseSource {
        let is_set = |name| line.get(name).is_some_and(|value| value.raw() == "true");
        match (is_set("copy"), is_set("forwarded")) {
            (true, _) => ResponseSource::Discarded,
            (_, true) => ResponseSource::Upstream,
            _ if is_set("archived") => ResponseSource::Archived,
            _ => ResponseSource::Own,
        }
    }
}

/// A request as its line describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestLine {
    /// Its number.
    pub request: u64,
    /// The time when it arrived.
    pub received_at: Millis,
    /// The HTTP method.
    pub method: String,
    /// The path as sent.
    pub path: String,
    /// The query, not decoded.
    pub query: String,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// The status of its response; 0 if none was sent, or if an archive does not state it.
    pub status: u16,
    /// The origin of the response that the sender got.
    pub response: ResponseSource,
    /// The injected fault.
    pub fault: Option<String>,
    /// The range of the body's JSON text in the line.
    pub body: Option<std::ops::Range<usize>>,
    /// A body that was not JSON.
    pub other_body: Option<Vec<u8>>,
    /// The code and the message of its refusal.
    pub refused: Option<(String, String)>,
    /// A code for the kind of problem.
    pub refused_kind: Option<String>,
    /// The length of the whole body if only its beginning is recorded.
    pub body_bytes: Option<u64>,
    /// The result of checking a webhook's signature.
    pub signature: Option<String>,
    /// True if it came over TLS.
    pub is_tls: bool,
    /// What the rest of the request decided, if the body is one call of a request.
    pub excerpt: Option<CallExcerpt>,
}

/// An error of a line that is not a line of a recording.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    /// The line is not JSON.
    #[error("{0}")]
    Syntax(#[from] crate::call::SyntaxError),
    /// A field is absent or of the wrong type.
    #[error("expected `{field}` to be {expected}")]
    Field {
        /// The field.
        field: &'static str,
        /// The expected value.
        expected: &'static str,
    },
}
