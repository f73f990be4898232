//! The errors of requests that could not be read to their end.

use crate::engine::Engine;
use crate::recording::RefusalRecord;
use crate::wire::{Refusal, Reply, RequestHead};

/// The reason why a request could not be read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyError {
    /// The request is larger than any request of its path may be.
    TooLarge {
        /// The refusal to answer with.
        refusal: Refusal,
        /// The length of the body, if it is known.
        length: Option<u64>,
    },
    /// There was no memory for the request. The sender is asked to retry later.
    Busy {
        /// The seconds after which to retry.
        retry_after: u32,
    },
    /// The body did not arrive in time.
    TooSlow,
    /// The client ended the connection before the end of the body, so there is no response.
    ClientGone {
        /// The number of bytes of the body that arrived.
        received: u64,
        /// The length of the body, if the client declared it.
        declared: Option<u64>,
    },
    /// The request is not valid HTTP.
    Malformed {
        /// The status of the response.
        status: u16,
        /// The code of the refusal.
        code: &'static str,
        /// A word for the kind of problem.
        kind: &'static str,
        /// The message.
        message: String,
    },
}

impl BodyError {
    /// Records the request with the beginning of its body (`kept`), and returns its response.
    pub(crate) fn record(&self, engine: &Engine, head: &RequestHead<'_>, kept: &[u8]) -> Reply {
        // a fault is injected only into requests whose body was read
        let record = |status, code: &str, message: &str, kind: &str, body_bytes| {
            let refused = RefusalRecord { code, message, kind, body_bytes };
            engine.record_refused(head, kept, status, None, refused);
        };
        match self {
            BodyError::TooLarge { refusal, length } => {
                let body_bytes = length.or(Some(kept.len() as u64));
                return engine.refuse(head, kept, refusal, body_bytes, None);
            }
            BodyError::Busy { .. } => {
                engine.too_much();
                let message = "more requests arrived at once than could be accepted";
                record(429, "too_many_requests", message, "", None);
            }
            BodyError::TooSlow => {
                let message = "the body did not arrive in time";
                record(408, "request_timeout", message, "", None);
            }
            BodyError::ClientGone { received, declared } => {
                let of = match declared {
                    Some(declared) => format!("{received} of {declared} bytes of the body"),
                    None => format!("{received} bytes of a chunked body"),
                };
                let message = format!("the client ended the connection after {of}");
                let body_bytes = declared.or(Some(*received));
                record(0, "client_gone", &message, "client_gone", body_bytes);
            }
            BodyError::Malformed { status, code, kind, message } => {
                record(*status, code, message, kind, None);
            }
        }
        self.reply()
    }

    /// Returns the response to the request.
    pub(crate) fn reply(&self) -> Reply {
        match self {
            BodyError::TooLarge { refusal, .. } => Reply::refused(refusal),
            BodyError::Busy { retry_after } => Reply::busy(*retry_after),
            BodyError::TooSlow => Reply::too_slow(),
            BodyError::ClientGone { .. } => Reply::failure(408, "gone", "the client went away"),
            BodyError::Malformed { status, code, message, .. } => {
                Reply::failure(*status, code, message)
            }
        }
    }
}
