//! The headers that browsers require before a page may use another origin (`docs/specs/wire.md` 12).
//!
//! The origin and the names of headers are echoed, because `*` does not cover `Authorization`. Every
//! response has these headers, also errors, or else the page would see a different error. The
//! inspector's own paths have none of them: no page may read what was captured.

use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};

const ASKS_PRIVATE: HeaderName = HeaderName::from_static("access-control-request-private-network");
const ALLOW_PRIVATE: HeaderName = HeaderName::from_static("access-control-allow-private-network");

/// Adds the headers that let the page read the response.
pub(crate) fn allow(request: &HeaderMap, answer: &mut HeaderMap) {
    // only browsers send an origin, and only they need these headers
    let Some(origin) = request.get(header::ORIGIN) else { return };
    let fixed = HeaderValue::from_static;
    answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    answer.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, fixed("true"));
    answer.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, fixed("Retry-After"));
    answer.insert(header::VARY, fixed("Origin"));
}

/// Adds to the response of a preflight the headers that allow the request that follows.
pub(crate) fn allow_next(request: &HeaderMap, answer: &mut HeaderMap) {
    let fixed = HeaderValue::from_static;
    answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, fixed("GET, POST, OPTIONS"));
    answer.insert(header::ACCESS_CONTROL_MAX_AGE, fixed("900"));
    if let Some(names) = request.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    // a page from a public address asks for this before it may reach loopback
    if request.get(ASKS_PRIVATE).is_some_and(|asked| asked == "true") {
        answer.insert(ALLOW_PRIVATE, fixed("true"));
    }
    answer.insert(header::VARY, fixed("Origin, Access-Control-Request-Headers"));
}
