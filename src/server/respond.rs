//! The conversion of a reply to an HTTP response.

use crate::server::request_log::FailureCode;
use crate::wire::Reply;
use hyper::body::Bytes;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use std::borrow::Cow;

const RATE_LIMIT_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Converts a reply to a response whose body `body_of` makes. Callers that know the request add
/// further headers.
pub(crate) fn response<B>(reply: Reply, body_of: impl FnOnce(Bytes) -> B) -> Response<B> {
    let code = FailureCode::from_body(reply.status, &reply.body);
    let body = match reply.body {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    let empty = body.is_empty();
    let mut response = Response::new(body_of(body));
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(code) = code {
        response.extensions_mut().insert(code);
    }
    let headers = response.headers_mut();
    if !empty {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
    }
    if let Some(seconds) = reply.retry_after {
        headers.insert(header::RETRY_AFTER, seconds.into());
        headers.insert(RATE_LIMIT_RESET, seconds.into());
    }
    if let Some(allow) = reply.allow {
        headers.insert(header::ALLOW, HeaderValue::from_static(allow));
    }
    response
}
