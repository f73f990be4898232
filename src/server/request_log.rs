//! The debug log's event about a request: one for each, without anything that its sender chose.

use crate::objects_api::ObjectsRoute;
use crate::server::api;
use crate::wire::{BodyShape, Route, route};
use hyper::Response;
use hyper::http::request::Parts;
use std::time::Instant;
use tracing::Level;

/// The code in the body of a failure, for the debug log.
#[derive(Debug, Clone)]
pub(crate) struct FailureCode(String);

impl FailureCode {
    /// Reads the code from the body of a failure; none if the debug log is off.
    pub fn from_body(status: u16, body: &[u8]) -> Option<FailureCode> {
        if status < 400 || !tracing::enabled!(Level::WARN) {
            return None;
        }
        let body: serde_json::Value = serde_json::from_slice(body).ok()?;
        body["code"].as_str().map(|code| FailureCode(code.to_owned()))
    }
}

/// A request that is being answered.
pub(crate) struct RequestLog {
    began: Instant,
    method: &'static str,
    route: &'static str,
}

impl RequestLog {
    /// Starts to measure a request; none if the debug log is off.
    pub fn begin(parts: &Parts) -> Option<RequestLog> {
        tracing::enabled!(Level::DEBUG).then(|| {
            let (method, path) = (parts.method.as_str(), parts.uri.path());
            RequestLog {
                began: Instant::now(),
                method: method_name(method),
                route: route_name(method, path),
            }
        })
    }

    /// Logs how the request was answered; without a response, its client went away.
    pub fn end<B>(self, body_bytes: usize, response: Option<&Response<B>>) {
        let RequestLog { began, method, route } = self;
        let took_us = began.elapsed().as_micros() as u64;
        let Some(response) = response else {
            return tracing::debug!(method, route, body_bytes, took_us, "client went away");
        };
        let status = response.status().as_u16();
        if status < 400 {
            return tracing::debug!(method, route, status, body_bytes, took_us, "request");
        }
        let code = response.extensions().get::<FailureCode>().map(|code| code.0.as_str());
        tracing::warn!(method, route, status, code, body_bytes, took_us, "request failed");
    }
}

/// Returns the method if it is a known one, or else `other`.
fn method_name(method: &str) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == method).unwrap_or("other")
}

/// Returns a name for the route of a path. The path itself may contain a write key.
fn route_name(method: &str, path: &str) -> &'static str {
    if ObjectsRoute::parse(method, path).is_some() {
        return "objects";
    }
    match route(method, path) {
        Route::Calls(BodyShape::One(kind)) => kind.name(),
        Route::Calls(BodyShape::Batch) => "batch",
        Route::Calls(BodyShape::Beacon) => "beacon",
        Route::Calls(BodyShape::Pixel(_) | BodyShape::RudderPixel(_)) => "pixel",
        Route::Calls(BodyShape::Webhook) => "webhook",
        Route::Calls(BodyShape::Bare) | Route::Unknown => "unknown",
        Route::Metrics => "metrics",
        Route::Settings { .. } => "settings",
        Route::SourceConfig => "source-config",
        Route::Merge => "merge",
        Route::WebhookSource => "webhook-source",
        Route::Health => "health",
        Route::Version => "version",
        Route::Root => "root",
        Route::Preflight => "preflight",
        Route::Own(name) => api::known_name(name).unwrap_or("_segscope"),
        Route::WrongMethod(_) => "wrong-method",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_names_nothing_that_the_sender_chose() {
        for (method, path, want) in [
            ("POST", "/v1/track", "track"),
            ("POST", "/v1/batch/", "batch"),
            ("GET", "/v1/projects/wk_secret/settings", "settings"),
            ("GET", "/_segscope/calls", "calls"),
            ("GET", "/_segscope/wk_secret", "_segscope"),
            ("POST", "/wk_secret", "unknown"),
            ("GET", "/v1/track", "wrong-method"),
        ] {
            assert_eq!(route_name(method, path), want, "{path}");
        }
        assert_eq!(method_name("WK_SECRET"), "other");
    }
}
