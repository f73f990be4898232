//! The wire: the bytes of a request to the calls in it. No network here, so that a recording is
//! reopened by the same code that took the request live.
//!
//! The way of a request: [`route`] says what it is, [`decode`] undoes its encoding, [`text`] checks
//! that it is UTF-8, [`read`] finds the calls and derives what the service would add to them. A
//! request without a body (pixels, webhooks by GET) first gets one from [`query_body`]. [`reply`]
//! holds what is answered.

mod batch_context;
mod call_request;
mod content_fingerprint;
mod decode;
mod derived_fields;
pub mod discard;
pub mod empty_request;
mod fields;
pub mod intended_route;
mod layouts;
mod limits;
pub mod not_json;
mod page_settings;
mod parse_calls;
mod parsed_request;
mod platform;
pub mod proxy_headers;
mod query;
mod refusal;
mod repeated_keys;
pub mod reply;
mod route;
pub mod signature;
#[cfg(test)]
mod tests;
mod times;
mod tracking_hosts;
pub mod violation;
mod write_key;

pub use crate::wire::call_request::posted;
pub use crate::wire::parse_calls::read;
pub use crate::wire::parsed_request::{Library, ParseScratch, ParsedRequest, ReadCall};
pub use crate::wire::write_key::{
    WriteKey, WriteKeyPlace, basic_credentials, of_head as key_of_head,
};
pub use decode::{decode, decode_within, text};
pub use discard::{Discard, ServiceVerdict};
pub use limits::{BATCH_LIMIT, CALL_LIMIT, RUDDERSTACK_LIMIT, WEBHOOK_LIMIT, body_limit};
pub use page_settings::{empty_data_planes, point_settings};
pub use platform::{Platform, Service};
pub use query::{form as form_decoded, pixel_call, query_body, value as query_value};
pub use refusal::{Refusal, RefusalReason, fix as fix_of_refusal};
pub use reply::Reply;
pub use route::{BodyShape, Route, is_icon, is_page_code, route};
pub use tracking_hosts::TRACKING_HOSTS;

use crate::call::time::Millis;

/// What stood before a request's body, and when it came.
#[derive(Debug, Clone, Copy)]
pub struct RequestHead<'a> {
    /// The method, in capitals as it came.
    pub method: &'a str,
    /// The path as it came, not decoded.
    pub path: &'a str,
    /// What stood behind the `?`, not decoded.
    pub query: &'a str,
    /// The headers in their order, names in lower case.
    pub headers: &'a [(String, String)],
    /// When the request came.
    pub received_at: Millis,
    /// It came over TLS.
    pub is_tls: bool,
}

impl<'a> RequestHead<'a> {
    /// The value of the first header of that (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The request's route.
    pub fn route(&self) -> Route<'a> {
        route(self.method, self.path)
    }
}

/// A head for unit tests.
#[cfg(test)]
pub(crate) fn test_head<'a>(
    method: &'a str,
    path: &'a str,
    headers: &'a [(String, String)],
) -> RequestHead<'a> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    // 2024-05-01T10:00:00.000Z
    RequestHead { method, path, query, headers, received_at: 1_714_557_600_000, is_tls: false }
}
