//! Why a request is answered 400: the few things that the real service refuses at the door.

use super::not_json::{self, NotJson};

/// A request that is not taken: nothing in it becomes a call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct Refusal {
    /// The status of the answer.
    pub status: u16,
    /// The code in the answer; SDKs look for it.
    pub code: &'static str,
    /// What is wrong.
    pub problem: RefusalReason,
}

/// What is wrong with a refused request. Shows itself as one line for the sender and the user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RefusalReason {
    /// Nothing was sent.
    #[error("the body is empty")]
    Empty,
    /// A content encoding that no tracking API takes.
    #[error("content-encoding `{0}` is not known; send gzip or none")]
    Encoding(String),
    /// It claims to be gzip, or begins like it, and cannot be unpacked.
    #[error("the gzip body is broken: {0}")]
    Gzip(String),
    /// It is text of another kind.
    #[error("the body is not UTF-8 (byte {offset} is 0x{byte:02x})")]
    NotUtf8 {
        /// Where the first wrong byte stands.
        offset: usize,
        /// That byte.
        byte: u8,
    },
    /// It is not JSON.
    #[error("{0}")]
    NotJson(NotJson),
    /// The whole is too large.
    #[error("{}", too_large(what, *limit, *length))]
    TooLarge {
        /// What kind of request has this limit.
        what: &'static str,
        /// The limit in bytes, after decoding.
        limit: usize,
        /// Its length in bytes; none if it was not read to its end.
        length: Option<usize>,
    },
    /// One call of a batch is too large; the service then refuses the whole request.
    #[error("call {} of the batch has {length} bytes; one call may have {limit}", index + 1)]
    ItemTooLarge {
        /// Its place in the batch, from 0.
        index: usize,
        /// The limit in bytes.
        limit: usize,
        /// Its length in bytes.
        length: usize,
    },
}

fn too_large(what: &str, limit: usize, length: Option<usize>) -> String {
    match length {
        Some(length) => format!("the body has {length} bytes; {what} may have {limit}"),
        None => format!("the body has more than the {limit} bytes that {what} may have"),
    }
}

impl Refusal {
    /// The refusal that a problem leads to.
    pub fn new(problem: RefusalReason) -> Refusal {
        Refusal { status: 400, code: "invalid_request", problem }
    }

    /// JSON pointer of the part that is at fault; empty for the whole body.
    pub fn path(&self) -> String {
        match self.problem {
            RefusalReason::ItemTooLarge { index, .. } => format!("/batch/{index}"),
            _ => String::new(),
        }
    }

    /// A word for the kind of problem: requests of one kind are counted together, wherever in
    /// their bodies it stands.
    pub fn kind(&self) -> &'static str {
        match &self.problem {
            RefusalReason::Empty => "empty",
            RefusalReason::Encoding(_) => "encoding",
            RefusalReason::Gzip(_) => "gzip",
            RefusalReason::NotUtf8 { .. } => "not_utf8",
            RefusalReason::NotJson(found) => found.kind,
            RefusalReason::TooLarge { .. } => "too_large",
            RefusalReason::ItemTooLarge { .. } => "item_too_large",
        }
    }

    /// What to change.
    pub fn fix(&self) -> &'static str {
        fix(self.kind()).unwrap_or_default()
    }
}

/// What to change in requests with a kind of problem.
pub fn fix(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "empty" => "send the call as a JSON object in the body of the request",
        "encoding" => "send the body as it is, or packed once with gzip",
        "gzip" => "send the whole gzip stream, or drop the content-encoding header",
        "not_utf8" => "encode the body as UTF-8",
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
        "header" => "write each header as `Name: value`, without a blank before the colon",
        "target" => "percent-encode what a URL cannot contain, such as a blank as %20",
        "version" => "send HTTP/1.1",
        "no_http" => "set the SDK's host to the http:// address of this port",
        kind => return not_json::fix(kind),
    })
}
