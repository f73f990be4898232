//! The reasons why a request is answered with 400: the few things that the real service refuses.

use super::not_json::{self, NotJson};

/// The refusal of a request: nothing in it becomes a call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct Refusal {
    /// The status of the answer.
    pub status: u16,
    /// The code in the response, which SDKs read.
    pub code: &'static str,
    /// The problem.
    pub problem: RefusalReason,
}

/// The problem of a refused request. It is displayed as one line for the sender and the user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RefusalReason {
    /// The body is empty.
    #[error("the body is empty")]
    Empty,
    /// The content encoding is one that no tracking API accepts.
    #[error("content-encoding `{0}` is not known; send gzip or none")]
    Encoding(String),
    /// The body claims to be gzip, or begins like it, and cannot be decompressed.
    #[error("the gzip body is broken: {0}")]
    Gzip(String),
    /// The body is not UTF-8.
    #[error("the body is not UTF-8 (byte {offset} is 0x{byte:02x})")]
    NotUtf8 {
        /// The offset of the first invalid byte.
        offset: usize,
        /// That byte.
        byte: u8,
    },
    /// The body is gzip inside gzip, whatever the header claims.
    #[error("the body is gzip inside gzip")]
    GzipTwice,
    /// The body is in another format than text.
    #[error("the body is not text: it is {0}")]
    Binary(&'static str),
    /// The body is not JSON.
    #[error("{0}")]
    NotJson(NotJson),
    /// The whole request is too large.
    #[error("{}", too_large(what, *limit, *length))]
    TooLarge {
        /// The kind of request that has this limit.
        what: &'static str,
        /// The limit in bytes, after decoding.
        limit: usize,
        /// Its length in bytes; `None` if it was not read to its end.
        length: Option<usize>,
    },
    /// One call of a batch is too large; the service then refuses the whole request.
    #[error(
        "call {} of the batch has {length} bytes; one call may have {limit}{}",
        index + 1,
        refused_with_it(*good)
    )]
    ItemTooLarge {
        /// Its index in the batch.
        index: usize,
        /// The limit in bytes.
        limit: usize,
        /// Its length in bytes.
        length: usize,
        /// The number of calls of the batch that are not too large.
        good: usize,
    },
}

/// Returns how many good calls are refused with a bad one.
fn refused_with_it(good: usize) -> String {
    match good {
        0 => String::new(),
        1 => "; 1 good call was refused with it".to_owned(),
        _ => format!("; {good} good calls were refused with it"),
    }
}

fn too_large(what: &str, limit: usize, length: Option<usize>) -> String {
    match length {
        Some(length) => format!("the body has {length} bytes; {what} may have {limit}"),
        None => format!("the body has more than the {limit} bytes that {what} may have"),
    }
}

impl Refusal {
    /// Creates the refusal for a problem.
    pub fn new(problem: RefusalReason) -> Refusal {
        Refusal { status: 400, code: "invalid_request", problem }
    }

    /// Returns the JSON pointer of the part with the problem; empty for the whole body.
    pub fn path(&self) -> String {
        match self.problem {
            RefusalReason::ItemTooLarge { index, .. } => format!("/batch/{index}"),
            _ => String::new(),
        }
    }

    /// Returns a code for the kind of problem. Requests with one kind are counted together,
    /// regardless of the place in their bodies.
    pub fn kind(&self) -> &'static str {
        match &self.problem {
            RefusalReason::Empty => "empty",
            RefusalReason::Encoding(_) => "encoding",
            RefusalReason::Gzip(_) => "gzip",
            RefusalReason::NotUtf8 { .. } => "not_utf8",
            RefusalReason::NotJson(found) => found.kind,
            RefusalReason::GzipTwice => "encoding",
            RefusalReason::Binary(_) => "binary",
            RefusalReason::TooLarge { .. } => "too_large",
            RefusalReason::ItemTooLarge { .. } => "item_too_large",
        }
    }

    /// Returns what to change.
    pub fn fix(&self) -> &'static str {
        fix(self.kind()).unwrap_or_default()
    }
}

/// Returns what to change in requests with a kind of problem.
pub fn fix(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "empty" => "send the call as a JSON object in the body of the request",
        "encoding" => "send the body as it is, or packed once with gzip",
        "gzip" => "send the whole gzip stream, or drop the content-encoding header",
        "not_utf8" => "encode the body as UTF-8",
        "binary" => {
            "send the call as JSON text, packed with nothing but gzip (`content-encoding: gzip`)"
        }
        "client_gone" => {
            "look at the sender: a timeout, a crash, or a page that was left ends a request; nothing is lost if it sends again"
        }
        "request_line" => "write `METHOD PATH HTTP/1.1` with one space between the parts",
        "proxy_protocol" => {
            "turn off the PROXY protocol toward this port (`send-proxy`, `proxy_protocol`)"
        }
        "too_large" => {
            "send less in one request, or flush more often: Segment accepts 32 KB per call and 500 KB per batch"
        }
        "item_too_large" => {
            "make the call smaller: Segment accepts 32 KB per call, and otherwise refuses the whole batch"
        }
        "large_head" => {
            "send fewer and shorter headers; cookies of other pages at this host are a usual cause"
        }
        "long_url" => "send the call in the body of a POST",
        "http2" => "let the client speak HTTP/1.1, or HTTPS through a proxy",
        "content_length" | "rest" => {
            "let the HTTP client set content-length: the length of the body in bytes, once"
        }
        "transfer_encoding" => "send `transfer-encoding: chunked` or a content-length, not both",
        "chunks" => "let the HTTP client write the chunks, or send a content-length",
        "header" => "write each header as `Name: value`, without a space before the colon",
        "target" => "percent-encode what a URL cannot contain, such as a space as %20",
        "version" => "send HTTP/1.1",
        "no_http" => "set the SDK's host to the http:// address of this port",
        kind => return not_json::fix(kind),
    })
}
