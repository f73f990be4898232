//! A request of a recording, and why a line is none.

use crate::call::time::Millis;

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
