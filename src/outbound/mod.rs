//! Sending requests: calls to a tracking API (a segscope, Segment, or a RudderStack data plane),
//! requests to a vendor, and forwarded or mirrored requests. No client sends a request again after
//! any byte of it was written, and none follows a redirection.

mod connect_head;
mod env_proxy;
pub mod forward;
pub mod mirror;
mod own_address;

pub use connect_head::{is_whole_head, read_connect_head};
pub use env_proxy::{HostDialer, is_exempt_from_proxy};
pub(crate) use own_address::is_own_host;

use crate::call::credential::without_credentials;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::{Request, Uri, header};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::time::{Duration, Instant};

/// The limits of an exchange: the maximum length of the answer's body, and the time. A longer body
/// is left out.
#[derive(Debug, Clone, Copy)]
struct AnswerLimits {
    bytes: usize,
    time: Duration,
}

/// The limits of an answer that is shown to the user.
const SHOWN_ANSWER_LIMITS: AnswerLimits =
    AnswerLimits { bytes: 64 << 10, time: Duration::from_secs(30) };
/// The maximum length of a listener's answer: a page of call records, and one large record.
const MAX_LISTENER_ANSWER_BYTES: usize = 24 << 20;

/// A reason why something could not be sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The text is not a URL.
    #[error("`{url}` is not a base URL such as http://127.0.0.1:7357: {reason}")]
    Url {
        /// The URL as it was given.
        url: String,
        /// The mistake in it.
        reason: String,
    },
    /// There was no answer.
    #[error("could not send to {url}: {reason}")]
    Exchange {
        /// The URL as it may be shown.
        url: String,
        /// The reason.
        reason: String,
    },
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamResponse {
    /// The HTTP status.
    pub status: u16,
    /// The body as text; empty if it was too long or broke off.
    pub body: String,
}

/// A request to send.
pub struct Outgoing<'o> {
    /// The method.
    pub method: &'o str,
    /// The address.
    pub url: &'o str,
    /// The headers.
    pub headers: &'o [(String, String)],
    /// The body.
    pub body: String,
    /// The address for error messages, which may be shown.
    pub named: &'o str,
}

type Connections = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// A client for one tracking API.
#[derive(Debug, Clone)]
pub struct TrackingClient {
    client: Connections,
    base: String,
    headers: Vec<(String, String)>,
}

impl TrackingClient {
    /// Creates a client for the API at a base URL. The write key is sent as HTTP Basic, as server
    /// SDKs send it.
    pub fn new(base: &str, write_key: Option<&str>) -> Result<TrackingClient, SendError> {
        check_base(base)?;
        let mut headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        headers.extend(write_key.map(|key| {
            ("Authorization".to_owned(), format!("Basic {}", STANDARD.encode(format!("{key}:"))))
        }));
        Ok(TrackingClient {
            client: new_connections(),
            base: base.trim_end_matches('/').to_owned(),
            headers,
        })
    }

    /// Posts a JSON text to a path below the base.
    pub async fn post(&self, path: &str, body: String) -> Result<UpstreamResponse, SendError> {
        let url = format!("{}{path}", self.base);
        let headers = &self.headers;
        let outgoing = Outgoing { method: "POST", url: &url, headers, body, named: &url };
        exchange(&self.client, outgoing, SHOWN_ANSWER_LIMITS).await
    }
}

/// A client for the own paths of a segscope that listens.
#[derive(Debug, Clone)]
pub struct ListenerClient {
    client: Connections,
    base: String,
    headers: Vec<(String, String)>,
}

impl ListenerClient {
    /// Creates a client for the listener at a base URL. Other machines need its token.
    pub fn new(base: &str, token: Option<&str>) -> Result<ListenerClient, SendError> {
        check_base(base)?;
        let bearer = token.map(|token| ("Authorization".to_owned(), format!("Bearer {token}")));
        Ok(ListenerClient {
            client: new_connections(),
            base: base.trim_end_matches('/').to_owned(),
            headers: bearer.into_iter().collect(),
        })
    }

    /// Returns the base URL as it was given.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Returns the base URL, without a password.
    pub fn url(&self) -> String {
        without_credentials(&self.base).into_owned()
    }

    /// Sends a request to one of the own paths, and waits at most `time` for the answer.
    pub async fn ask(
        &self,
        method: &str,
        path: &str,
        body: String,
        time: Duration,
    ) -> Result<UpstreamResponse, SendError> {
        let url = format!("{}/_segscope/{path}", self.base);
        let outgoing =
            Outgoing { method, url: &url, headers: &self.headers, body, named: &self.base };
        let limits = AnswerLimits { bytes: MAX_LISTENER_ANSWER_BYTES, time };
        exchange(&self.client, outgoing, limits).await
    }
}

/// Sends one request, over a connection of its own.
pub async fn send_once(outgoing: Outgoing<'_>) -> Result<UpstreamResponse, SendError> {
    exchange(&new_connections(), outgoing, SHOWN_ANSWER_LIMITS).await
}

/// Checks that requests can be sent to a base URL.
pub fn check_base(base: &str) -> Result<(), SendError> {
    let url = || without_credentials(base).into_owned();
    let wrong = |reason: &str| SendError::Url { url: url(), reason: reason.to_owned() };
    let uri: Uri =
        base.parse().map_err(|error: hyper::http::uri::InvalidUri| wrong(&error.to_string()))?;
    match uri.scheme_str() {
        Some("http" | "https") => {}
        _ => return Err(wrong("expected http:// or https://")),
    }
    if uri.host().unwrap_or_default().is_empty() {
        return Err(wrong("expected a host"));
    }
    Ok(())
}

fn new_connections() -> Connections {
    let https =
        HttpsConnectorBuilder::new().with_webpki_roots().https_or_http().enable_http1().build();
    Client::builder(TokioExecutor::new()).retry_canceled_requests(false).build(https)
}

/// Sends a request and logs the outcome.
async fn exchange(
    client: &Connections,
    outgoing: Outgoing<'_>,
    limits: AnswerLimits,
) -> Result<UpstreamResponse, SendError> {
    if !tracing::enabled!(tracing::Level::DEBUG) {
        return send_and_read(client, outgoing, limits).await;
    }
    let began = Instant::now();
    // the path and the query are not logged, because they may contain keys and ids
    let host = outgoing.url.parse::<Uri>().ok();
    let host = host.as_ref().and_then(Uri::authority).map(|authority| {
        let port = authority.port().map_or(String::new(), |port| format!(":{port}"));
        format!("{}{port}", authority.host())
    });
    let body_bytes = outgoing.body.len();
    let answer = send_and_read(client, outgoing, limits).await;
    let took_ms = began.elapsed().as_millis() as u64;
    match &answer {
        Ok(UpstreamResponse { status, .. }) => {
            tracing::debug!(host, status, body_bytes, took_ms, "sent a request");
        }
        Err(SendError::Exchange { reason, .. } | SendError::Url { reason, .. }) => {
            tracing::warn!(host, reason, body_bytes, took_ms, "a request could not be sent");
        }
    }
    answer
}

async fn send_and_read(
    client: &Connections,
    outgoing: Outgoing<'_>,
    limits: AnswerLimits,
) -> Result<UpstreamResponse, SendError> {
    let Outgoing { method, url, headers, body, named } = outgoing;
    let url_shown = without_credentials(named);
    let failed = |reason: String| SendError::Exchange { url: url_shown.to_string(), reason };
    let mut request = Request::builder()
        .method(method)
        .uri(url)
        .header(header::USER_AGENT, concat!("segscope/", env!("CARGO_PKG_VERSION")));
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let request =
        request.body(Full::new(Bytes::from(body))).map_err(|error| failed(error.to_string()))?;
    let exchange = async {
        let response = client.request(request).await.map_err(|error| failed(root_cause(&error)))?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), limits.bytes).collect().await;
        let body = body.map(|all| all.to_bytes()).unwrap_or_default();
        Ok(UpstreamResponse { status, body: String::from_utf8_lossy(&body).into_owned() })
    };
    match tokio::time::timeout(limits.time, exchange).await {
        Ok(answer) => answer,
        Err(_) => Err(failed(format!("no answer within {} s", limits.time.as_secs()))),
    }
}

/// Returns the innermost cause, which says what happened; the outer ones say only "client error".
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn explains_a_wrong_url() {
        for (url, want) in [
            ("127.0.0.1:7357", "expected http:// or https://"),
            ("ftp://x", "expected http:// or https://"),
            ("/x", "expected http:// or https://"),
            ("ftp://user:s3cret@x", "`ftp://***@x`"),
        ] {
            let error = TrackingClient::new(url, None).expect_err("no URL");
            assert!(error.to_string().contains(want), "{error}");
            assert!(!error.to_string().contains("s3cret"), "{error}");
        }
    }
}
