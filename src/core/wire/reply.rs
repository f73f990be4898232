//! The responses, to the byte (`docs/specs/wire.md` 6 and 7). The listener adds the CORS headers.

use super::{Refusal, RequestHead, Route};
use crate::wire::{intended_route, write_key};
use serde_json::json;
use std::borrow::Cow;

/// The JSON content type.
pub const JSON: &str = "application/json";

/// A response, without the headers that HTTP itself adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The content type.
    pub content_type: &'static str,
    /// The body.
    pub body: Cow<'static, [u8]>,
    /// The value of `Retry-After`, in seconds.
    pub retry_after: Option<u32>,
    /// The methods that the path accepts, for a 405.
    pub allow: Option<&'static str>,
}

/// The body of the only response that every library treats as a success: exactly 200 with a JSON
/// object.
pub const SUCCESS: &str = r#"{"success": true}"#;

/// A transparent image of one pixel.
pub const GIF: &[u8; 43] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

impl Reply {
    /// Creates a response in JSON.
    pub fn json(status: u16, body: impl Into<Cow<'static, str>>) -> Reply {
        let body = match body.into() {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        };
        Reply { status, content_type: JSON, body, retry_after: None, allow: None }
    }

    /// Creates the response to accepted calls.
    pub fn success() -> Reply {
        Reply::json(200, SUCCESS)
    }

    /// Creates the response to a pixel, which is an image regardless of the result of its call.
    pub fn pixel() -> Reply {
        Reply { content_type: "image/gif", body: Cow::Borrowed(GIF), ..Reply::success() }
    }

    /// Creates the response to a refused request. Libraries read `code`, `message` and `error`, and
    /// some retry forever if one of them is missing.
    pub fn refused(refusal: &Refusal) -> Reply {
        Reply::failure(refusal.status, refusal.code, &refusal.to_string())
    }

    /// Creates the response to a request for which there is no capacity now; the sender should
    /// retry later.
    pub fn busy(seconds: u32) -> Reply {
        let message = "too many requests at once; send it again";
        Reply { retry_after: Some(seconds), ..Reply::failure(429, "too_many_requests", message) }
    }

    /// Creates the response to a request that could not be recorded and is therefore not
    /// acknowledged.
    pub fn unavailable(message: &str) -> Reply {
        Reply::failure(503, "unavailable", message)
    }

    /// Creates the response to a request whose body did not arrive in time.
    pub fn too_slow() -> Reply {
        Reply::failure(408, "request_timeout", "the body did not arrive in time")
    }

    /// Creates the response to a probe, which says that the listener is running.
    pub fn up() -> Reply {
        Reply::json(200, r#"{"server":"UP"}"#)
    }

    /// Creates the response to a probe that may know which segscope this is.
    pub fn identity() -> Reply {
        let version = env!("CARGO_PKG_VERSION");
        Reply::json(200, json!({"name": "segscope", "version": version}).to_string())
    }

    /// Creates a response that says what went wrong.
    pub fn failure(status: u16, code: &str, message: &str) -> Reply {
        let body = json!({"success": false, "code": code, "message": message, "error": message});
        Reply::json(status, body.to_string())
    }
}

/// Returns the response of a route without calls, and the one to accepted calls. `here` is the
/// address to use if the request has no `Host`.
pub fn for_request(head: &RequestHead<'_>, here: &str) -> Reply {
    let host = || head.header("host").filter(|host| !host.is_empty()).unwrap_or(here);
    match head.route() {
        route if route.is_pixel() => Reply::pixel(),
        Route::Calls(_) | Route::Metrics | Route::Merge | Route::WebhookSource => Reply::success(),
        Route::Settings { write_key } => {
            Reply::json(200, settings(&super::query::percent(write_key), host(), head.is_tls))
        }
        Route::SourceConfig => {
            let key = write_key::of_head(head).map(|found| found.key).unwrap_or_default();
            Reply::json(200, source_config(&key))
        }
        // if the client may know which segscope this is, the listener uses `identity` instead
        Route::Health | Route::Version | Route::Root => Reply::up(),
        Route::Preflight => Reply { status: 204, body: Cow::Borrowed(b""), ..Reply::success() },
        Route::WrongMethod(allow) => {
            let message = intended_route::explain(head).reason;
            Reply { allow: Some(allow), ..Reply::failure(405, "method_not_allowed", &message) }
        }
        Route::Own(_) | Route::Unknown => {
            Reply::failure(404, "not_found", &intended_route::explain(head).reason)
        }
    }
}

/// Returns Segment settings that make a page send its calls to this listener, and no counters
/// anywhere. A page then needs only the address of its settings.
fn settings(key: &str, host: &str, secure: bool) -> String {
    let protocol = if secure { "https" } else { "http" };
    let host = format!("{host}/v1");
    json!({
        "integrations": {"Segment.io": {"apiKey": key, "apiHost": host, "protocol": protocol}},
        "plan": {},
        "metrics": {"sampleRate": 0},
    })
    .to_string()
}

/// Returns a RudderStack source configuration that is enabled and has no data planes, because a
/// data plane in it would take precedence over the page's own address.
fn source_config(key: &str) -> String {
    json!({
        "source": {
            "id": "s", "name": "local", "writeKey": key, "enabled": true, "workspaceId": "w",
            "connections": [], "destinations": [], "dataplanes": {},
            "config": {"statsCollection": {
                "errors": {"enabled": false}, "metrics": {"enabled": false},
            }},
        },
        "updatedAt": "2024-01-01T00:00:00.000Z",
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{RefusalReason, test_head};

    fn body(method: &str, path: &str, headers: &[(String, String)]) -> (u16, String) {
        let reply = for_request(&test_head(method, path, headers), "127.0.0.1:7357");
        (reply.status, String::from_utf8_lossy(&reply.body).into_owned())
    }

    #[test]
    fn returns_the_settings_of_libraries() {
        let headers = [("host".to_owned(), "localhost:9".to_owned())];
        let want = r#"{"integrations":{"Segment.io":{"apiKey":"w\"k","apiHost":"localhost:9/v1","protocol":"http"}},"plan":{},"metrics":{"sampleRate":0}}"#;
        assert_eq!(body("GET", "/v1/projects/w%22k/settings", &headers), (200, want.to_owned()));
        let (_, text) = body("GET", "/v1/projects/k/settings", &[]);
        assert!(text.contains("127.0.0.1:7357/v1"), "{text}");
        let want = r#"{"source":{"id":"s","name":"local","writeKey":"K","enabled":true,"workspaceId":"w","connections":[],"destinations":[],"dataplanes":{},"config":{"statsCollection":{"errors":{"enabled":false},"metrics":{"enabled":false}}}},"updatedAt":"2024-01-01T00:00:00.000Z"}"#;
        assert_eq!(body("GET", "/sourceConfig/?p=npm&writeKey=K", &[]), (200, want.to_owned()));
    }

    #[test]
    fn returns_the_other_responses() {
        assert_eq!(body("POST", "/v1/m", &[]), (200, r#"{"success": true}"#.to_owned()));
        assert_eq!(body("GET", "/health", &[]).1, r#"{"server":"UP"}"#);
        assert_eq!(body("GET", "/x", &[]).0, 404);
        assert_eq!(body("OPTIONS", "/x", &[]), (204, String::new()));
        let reply = for_request(&test_head("GET", "/v1/batch", &[]), "");
        assert_eq!((reply.status, reply.allow), (405, Some("POST, OPTIONS")));
        let refusal = Refusal::new(RefusalReason::Empty);
        assert_eq!(
            String::from_utf8_lossy(&Reply::refused(&refusal).body),
            r#"{"success":false,"code":"invalid_request","message":"the body is empty","error":"the body is empty"}"#
        );
        assert_eq!((GIF.len(), &GIF[..6], GIF[42]), (43, &b"GIF89a"[..], b';'));
    }
}
