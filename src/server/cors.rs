//! What browsers ask for before they let a page speak to another origin (`docs/specs/wire.md` 12).
//!
//! The origin and the names of headers are echoed: `*` does not cover `Authorization`. Every answer
//! has these headers, errors too, else the page sees an error of another kind. The inspector's own
//! paths have none of them: no page may read what was captured.

use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};

const ASKS_PRIVATE: HeaderName = HeaderName::from_static("access-control-request-private-network");
const ALLOW_PRIVATE: HeaderName = HeaderName::from_static("access-control-allow-private-network");

/// Adds to an answer what lets the page that asked read it.
pub(crate) fn allow(request: &HeaderMap, answer: &mut HeaderMap) {
    // other clients than browsers send none, and need none
    let Some(origin) = request.get(header::ORIGIN) else { return };
    let fixed = HeaderValue::from_static;
    answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    answer.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, fixed("true"));
    answer.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, fixed("Retry-After"));
    answer.insert(header::VARY, fixed("Origin"));
}

/// Adds to the answer of a preflight what the request to come may do.
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
