//! Mirroring: sends the requests that segscope has answered itself to the upstream, from the
//! recording.

use crate::call::text::visible;
use crate::objects_api::ObjectsRoute;
use crate::outbound::forward::{ForwardClient, ForwardRequest, Upstream, UpstreamError, ViaName};
use crate::recording::{self, RequestLine, ResponseSource};
use crate::wire::{self, BodyShape, Route};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::body::Bytes;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::http::Extensions;
use hyper::http::uri::{PathAndQuery, Uri};
use hyper::{Method, StatusCode};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};

/// The maximum time for a whole answer of the upstream.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// The maximum pause that an upstream can ask for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(3600);

/// The decision whether a recorded request is mirrored.
#[derive(Debug)]
pub enum MirrorDecision {
    /// It is sent.
    Send(Box<MirroredRequest>),
    /// It contains data but cannot be sent: its credential is recorded as a hash, or the upstream
    /// does not accept such requests.
    NotMirrored,
    /// It contains nothing to send: it was refused, is a query, or the real service has received it
    /// already.
    Nothing,
}

/// A recorded request as it is sent to the upstream, with its body decoded and with its write key.
#[derive(Debug)]
pub struct MirroredRequest {
    /// Its number in the recording.
    pub number: u64,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

impl MirroredRequest {
    /// Returns the length of its body.
    pub fn body_bytes(&self) -> usize {
        self.body.len()
    }
}

impl MirrorDecision {
    /// Decides about the request of a line.
    pub fn from_line(line: &str, request: &RequestLine) -> MirrorDecision {
        if request.refused.is_some() || request.response != ResponseSource::Own {
            return MirrorDecision::Nothing;
        }
        // the ids of such a push's steps are segscope's own
        if ObjectsRoute::parse(&request.method, &request.path).is_some() {
            return MirrorDecision::NotMirrored;
        }
        let route = wire::route(&request.method, &request.path);
        match route {
            Route::Calls(BodyShape::Webhook | BodyShape::Bare) => MirrorDecision::NotMirrored,
            Route::Calls(_) | Route::Metrics | Route::Merge | Route::WebhookSource => {
                let read = MirroredRequest::read(line, request, route.is_pixel());
                read.map_or(MirrorDecision::NotMirrored, |it| MirrorDecision::Send(Box::new(it)))
            }
            _ => MirrorDecision::Nothing,
        }
    }
}

impl MirroredRequest {
    /// Reads the request of a line. Returns none if its credential is a hash or its body is not
    /// recorded.
    fn read(line: &str, request: &RequestLine, is_pixel: bool) -> Option<MirroredRequest> {
        let mut headers = HeaderMap::with_capacity(request.headers.len());
        for (name, value) in &request.headers {
            let name: HeaderName = name.parse().ok()?;
            let value = match name {
                // the body is sent decoded
                header::CONTENT_LENGTH | header::CONTENT_ENCODING => continue,
                header::AUTHORIZATION => write_key_header(value)?,
                // the upstream cannot use a hash
                _ if recording::has_hash(value) => continue,
                _ => HeaderValue::from_bytes(value.as_bytes()).ok()?,
            };
            headers.append(name, value);
        }
        let query = request.query.split('&').filter(|parameter| !recording::has_hash(parameter));
        let query = query.collect::<Vec<_>>().join("&");
        let mark = if query.is_empty() { "" } else { "?" };
        let target: PathAndQuery = format!("{}{mark}{query}", request.path).parse().ok()?;
        let body = match (&request.body, &request.other_body) {
            // the recorded body of a pixel is a copy of its query
            _ if is_pixel => Bytes::new(),
            (Some(body), _) => Bytes::copy_from_slice(line.get(body.clone())?.as_bytes()),
            (None, Some(body)) => Bytes::copy_from_slice(body),
            // a body that could not be redacted is not recorded
            (None, None) if request.headers.iter().any(has_body) => return None,
            (None, None) => Bytes::new(),
        };
        let method = request.method.parse().ok()?;
        let number = request.request;
        Some(MirroredRequest { number, method, uri: target.into(), headers, body })
    }
}

/// Returns whether a header says that a body follows.
fn has_body((name, value): &(String, String)) -> bool {
    match name.as_str() {
        "content-length" => value.trim() != "0",
        name => name == "transfer-encoding",
    }
}

/// Returns the value of `Authorization` if it is a write key, and none if it is another credential.
fn write_key_header(value: &str) -> Option<HeaderValue> {
    let opened = wire::basic_credentials(value)?;
    let key = opened.split_once(':').map(|(key, _)| key);
    match key.filter(|_| recording::has_hash(&opened)) {
        Some(key) => {
            HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(format!("{key}:")))).ok()
        }
        None => HeaderValue::from_str(value).ok(),
    }
}

/// The outcome of an attempt to deliver a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MirrorAttempt {
    /// The upstream has accepted it.
    Accepted,
    /// The upstream has refused it and would refuse it again.
    Refused(String),
    /// The upstream answered that it cannot take it now, possibly with the time to wait.
    Busy(String, Option<Duration>),
    /// The upstream sent no complete answer.
    Unanswered(String),
    /// The connection failed, so nothing was sent.
    Unreachable(String),
}

/// Sends recorded requests to one upstream.
pub struct MirrorClient {
    client: ForwardClient,
    /// The name of this segscope in `Via`.
    via: ViaName,
}

impl MirrorClient {
    /// Creates a client for an upstream, which must not be the listener at these addresses.
    ///
    /// # Errors
    /// Fails if the upstream cannot be found, is that listener, or cannot be connected to with the
    /// settings of the environment.
    pub fn new(
        upstream: Upstream,
        own: &[std::net::SocketAddr],
    ) -> Result<MirrorClient, UpstreamError> {
        upstream.check_reachable(own)?;
        let client = ForwardClient::new(upstream, ANSWER_TIMEOUT, own)?;
        Ok(MirrorClient { client, via: ViaName::generate() })
    }

    /// Returns the URL of the upstream.
    pub fn url(&self) -> String {
        self.client.upstream().url()
    }

    /// Returns the name of this segscope in `Via`.
    pub fn via(&self) -> &ViaName {
        &self.via
    }

    /// Sends a request once.
    pub async fn send(&self, request: &MirroredRequest) -> MirrorAttempt {
        let sent = ForwardRequest {
            method: request.method.clone(),
            uri: &request.uri,
            headers: &request.headers,
            extensions: Extensions::new(),
            body: request.body.clone(),
            // the recording does not contain the client's address
            forwarded: None,
            via: &self.via,
            is_written: &AtomicBool::new(false),
        };
        match self.client.send(sent).await {
            Ok(answer) => attempt_result(answer.status, &answer.headers),
            Err(error) if !error.is_sent() => {
                MirrorAttempt::Unreachable(visible(&error.to_string()).into_owned())
            }
            Err(error) => MirrorAttempt::Unanswered(visible(&error.to_string()).into_owned()),
        }
    }
}

fn attempt_result(status: StatusCode, headers: &HeaderMap) -> MirrorAttempt {
    let reason = format!("the upstream answered {}", status.as_u16());
    match status.as_u16() {
        200..=299 => MirrorAttempt::Accepted,
        408 | 425 | 429 | 500..=599 => MirrorAttempt::Busy(reason, retry_after(headers)),
        _ => MirrorAttempt::Refused(reason),
    }
}

/// Returns the pause that `Retry-After` asks for, in seconds or as a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let pause = match value.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let until = httpdate::parse_http_date(value).ok()?;
            until.duration_since(SystemTime::now()).unwrap_or_default()
        }
    };
    Some(pause.min(MAX_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recording::RecordingEntry;

    fn decide(line: &str) -> MirrorDecision {
        let Ok(RecordingEntry::Request(request)) = recording::parse(line) else {
            panic!("a request: {line}")
        };
        MirrorDecision::from_line(line, &request)
    }

    fn line(method: &str, target: (&str, &str), headers: &str, rest: &str) -> String {
        let (path, query) = target;
        format!(
            r#"{{"v":1,"request":1,"received_at":"2026-01-01T00:00:00.000Z","method":"{method}","path":"{path}","query":"{query}","headers":{headers},"status":200{rest}}}"#
        )
    }

    fn hash() -> String {
        format!("sha256:{}", "a1".repeat(32))
    }

    #[test]
    fn sends_the_decoded_body_and_the_write_key() {
        let password = STANDARD.encode(format!("wk:{}", hash()));
        let headers = format!(
            r#"{{"authorization":"Basic {password}","content-encoding":"gzip","content-length":"9","cookie":"{}","x-a":"1"}}"#,
            hash()
        );
        let query = format!("a=b&sig={}", hash());
        let text = line("POST", ("/v1/batch", &query), &headers, r#","body":{"batch": []}"#);
        let MirrorDecision::Send(sent) = decide(&text) else { panic!("it is sent") };
        assert_eq!(sent.body, r#"{"batch": []}"#);
        assert_eq!(sent.uri, "/v1/batch?a=b");
        assert_eq!(
            sent.headers[header::AUTHORIZATION],
            format!("Basic {}", STANDARD.encode("wk:"))
        );
        assert_eq!(sent.headers["x-a"], "1");
        assert_eq!(sent.headers.len(), 2);
    }

    #[test]
    fn a_pixel_has_its_call_in_the_query() {
        let text = line("GET", ("/v1/pixel/track", "data=eyJ9"), "{}", r#","body":{"a":1}"#);
        let MirrorDecision::Send(sent) = decide(&text) else { panic!("it is sent") };
        assert!(sent.body.is_empty());
        assert_eq!(sent.uri, "/v1/pixel/track?data=eyJ9");
    }

    #[test]
    fn counts_requests_that_cannot_be_sent_but_not_those_without_data() {
        let bearer = format!(r#"{{"authorization":"Bearer {}"}}"#, hash());
        let body = r#","body":{}"#;
        for text in [
            line("POST", ("/v1/track", ""), &bearer, body),
            line("POST", ("/webhook", ""), "{}", body),
        ] {
            assert!(matches!(decide(&text), MirrorDecision::NotMirrored), "{text}");
        }
        for text in [
            line("POST", ("/v1/track", ""), "{}", r#","refused":{"code":"c","message":"m"}"#),
            line("POST", ("/v1/track", ""), "{}", r#","forwarded":true,"body":{}"#),
            line("POST", ("/v1/track", ""), "{}", r#","copy":true,"body":{}"#),
            line("GET", ("/v1/projects/wk/settings", ""), "{}", ""),
            line("GET", ("/sourceConfig", ""), "{}", ""),
        ] {
            assert!(matches!(decide(&text), MirrorDecision::Nothing), "{text}");
        }
    }

    #[test]
    fn an_answer_says_whether_to_send_again_and_when() {
        let with = |status: u16, after: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, after.parse().expect("a value"));
            attempt_result(StatusCode::from_u16(status).expect("a status"), &headers)
        };
        assert_eq!(with(204, "9"), MirrorAttempt::Accepted);
        for status in [301, 400, 401, 404, 413] {
            assert!(matches!(with(status, "9"), MirrorAttempt::Refused(_)), "{status}");
        }
        for (after, want) in [
            ("7", Some(Duration::from_secs(7))),
            ("99999999", Some(MAX_RETRY_AFTER)),
            ("Mon, 01 Jan 2001 00:00:00 GMT", Some(Duration::ZERO)),
            ("soon", None),
            ("-1", None),
        ] {
            let reason = "the upstream answered 429".to_owned();
            assert_eq!(with(429, after), MirrorAttempt::Busy(reason, want), "{after}");
        }
        assert!(matches!(with(503, "1"), MirrorAttempt::Busy(..)));
    }
}
