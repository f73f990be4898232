//! A request of a recording, and why a line is none.

use crate::call::Val;
use crate::call::time::Millis;

/// Whose response the sender of a request gets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ResponseSource {
    /// segscope's own.
    #[default]
    Own,
    /// None: the request is a copy that a proxy made, and the proxy discards the response.
    Discarded,
    /// The upstream's: the request is forwarded. Its line has the status that segscope itself would
    /// have answered; the upstream's is in an `answer` line.
    Upstream,
}

impl ResponseSource {
    #[cfg(test)]
    pub(crate) const ALL: [ResponseSource; 3] =
        [ResponseSource::Own, ResponseSource::Discarded, ResponseSource::Upstream];

    /// Returns what the line of such a request has behind its status.
    pub(crate) fn member(self) -> &'static str {
        match self {
            ResponseSource::Own => "",
            ResponseSource::Discarded => ",\"copy\":true",
            ResponseSource::Upstream => ",\"forwarded\":true",
        }
    }

    /// Reads it from the line of a request.
    pub(crate) fn from_line(line: Val<'_>) -> ResponseSource {
        let is_set = |name| line.get(name).is_some_and(|value| value.raw() == "true");
        match (is_set("copy"), is_set("forwarded")) {
            (true, _) => ResponseSource::Discarded,
            (_, true) => ResponseSource::Upstream,
            _ => ResponseSource::Own,
        }
    }
}

/// A request as its line tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestLine {
    /// Its number.
    pub request: u64,
    /// When it arrived.
    pub received_at: Millis,
    /// The HTTP method.
    pub method: String,
    /// The path as sent.
    pub path: String,
    /// The query, not decoded.
    pub query: String,
    /// Header names and values.
    pub headers: Vec<(String, String)>,
    /// The status that it was answered with.
    pub status: u16,
    /// Whose response the sender got.
    pub response: ResponseSource,
    /// The fault that was injected.
    pub fault: Option<String>,
    /// Where in the line the body's JSON text stands.
    pub body: Option<std::ops::Range<usize>>,
    /// A body that was not JSON.
    pub other_body: Option<Vec<u8>>,
    /// Why it was refused: code and message.
    pub refused: Option<(String, String)>,
    /// A word for the kind of problem.
    pub refused_kind: Option<String>,
    /// How long the whole body was, where only its beginning is kept.
    pub body_bytes: Option<u64>,
    /// What came of checking a webhook's signature.
    pub signature: Option<String>,
    /// It came over TLS.
    pub is_tls: bool,
}

/// Why a line is not a line of a recording.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    /// It is not JSON.
    #[error("{0}")]
    Syntax(#[from] crate::call::SyntaxError),
    /// A field is absent or of the wrong type.
    #[error("expected `{field}` to be {expected}")]
    Field {
        /// The field.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
    },
}
