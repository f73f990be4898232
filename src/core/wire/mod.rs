//! The parsing of requests, from bytes to calls. This module uses no network, so that the same code
//! reads a live request and reopens a recording.
//!
//! The steps for a request: [`route`] returns its kind, [`decode`] undoes its encoding, [`text`]
//! checks that it is UTF-8, and [`read`] finds the calls and derives what the service would add to
//! them. A request without a body (pixels, webhooks by GET) first gets one from [`query_body`].
//! [`reply`] contains the responses.

mod batch_context;
mod batch_discards;
mod call_request;
pub mod call_type;
mod content_fingerprint;
mod decode;
mod derived_fields;
pub mod discard;
pub mod empty_request;
mod excerpt;
mod fields;
pub mod intended_route;
mod json_mistake;
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

pub use crate::wire::call_request::{posted, standalone_call};
pub use crate::wire::excerpt::CallExcerpt;
pub use crate::wire::parse_calls::{read, read_excerpt, read_numbered};
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

/// The part of a request before its body, and the time of its arrival.
#[derive(Debug, Clone, Copy)]
pub struct RequestHead<'a> {
    /// The method as sent, in capitals.
    pub method: &'a str,
    /// The path as sent, not decoded.
    pub path: &'a str,
    /// The text after the `?`, not decoded.
    pub query: &'a str,
    /// The headers in their order, names in lower case.
    pub headers: &'a [(String, String)],
    /// The time when the request arrived.
    pub received_at: Millis,
    /// True if it came over TLS.
    pub is_tls: bool,
}

impl<'a> RequestHead<'a> {
    /// Returns the value of the first header of that (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns the request's route.
    pub fn route(&self) -> Route<'a> {
        route(self.method, self.path)
    }
}

/// Creates a head for unit tests.
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
