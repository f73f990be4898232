//! Sending requests: calls to a tracking API (a segscope, Segment, or a RudderStack data plane),
//! requests to a vendor, and forwarded or mirrored requests. No client sends a request again after
//! any byte of it was written, and none follows a redirection.

mod base_url;
mod connect_head;
mod env_proxy;
pub mod forward;
pub mod mirror;
mod own_address;

pub use connect_head::{is_whole_head, read_connect_head};
pub use env_proxy::{HostDialer, is_exempt_from_proxy};
pub(crate) use own_address::is_own_host;

use crate::call::credential::without_credentials;
use crate::outbound::base_url::BaseUrl;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Uri, header};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::time::{Duration, Instant};

/// The limits of an exchange: the maximum length of the answer's body, and the time.
#[derive(Debug, Clone, Copy)]
struct AnswerLimits {
    bytes: usize,
    time: Duration,
    /// The beginning of a longer body is enough. Without it, the exchange fails.
    takes_beginning: bool,
}

/// The limits of an answer that is shown to the user.
const SHOWN_ANSWER_LIMITS: AnswerLimits =
    AnswerLimits { bytes: 64 << 10, time: Duration::from_secs(30), takes_beginning: true };
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
    /// The body as text. If it was too long, a note at its end says so.
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
        let limits =
            AnswerLimits { bytes: MAX_LISTENER_ANSWER_BYTES, time, takes_beginning: false };
        exchange(&self.client, outgoing, limits).await
    }
}

/// Sends one request, over a connection of its own.
pub async fn send_once(outgoing: Outgoing<'_>) -> Result<UpstreamResponse, SendError> {
    exchange(&new_connections(), outgoing, SHOWN_ANSWER_LIMITS).await
}

/// Checks that requests can be sent to a base URL.
pub fn check_base(base: &str) -> Result<(), SendError> {
    BaseUrl::parse(base).map(|_| ()).map_err(|error| SendError::Url {
        url: without_credentials(base).into_owned(),
        reason: error.to_string(),
    })
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
        let (bytes, problem) = read_body(response.into_body(), limits.bytes).await;
        let mut body = String::from_utf8_lossy(&bytes).into_owned();
        match problem {
            Some(UnreadRest::BrokenOff) => return Err(failed("the answer broke off".to_owned())),
            Some(UnreadRest::TooLong) => {
                let problem = format!("the answer is longer than {} KB", limits.bytes >> 10);
                if !limits.takes_beginning {
                    return Err(failed(problem));
                }
                body.push_str(&format!("… ({problem})"));
            }
            None => {}
        }
        Ok(UpstreamResponse { status, body })
    };
    match tokio::time::timeout(limits.time, exchange).await {
        Ok(answer) => answer,
        Err(_) => Err(failed(format!("no answer within {} s", limits.time.as_secs()))),
    }
}

/// The reason why a body was not read to its end.
enum UnreadRest {
    /// The sender did not send all of it.
    BrokenOff,
    /// It is longer than the limit.
    TooLong,
}

/// Reads a body up to a length. Returns what was read, and why that is not the whole body.
async fn read_body(mut body: Incoming, limit: usize) -> (Vec<u8>, Option<UnreadRest>) {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return (bytes, Some(UnreadRest::BrokenOff)) };
        let Ok(data) = frame.into_data() else { continue };
        let room = limit - bytes.len();
        bytes.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            return (bytes, Some(UnreadRest::TooLong));
        }
    }
    (bytes, None)
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
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[test]
    fn explains_a_wrong_url() {
        for (url, want) in [
            ("127.0.0.1:7357", "expected http:// or https://"),
            ("ftp://x", "expected http:// or https://"),
            ("/x", "expected http:// or https://"),
            ("ftp://user:s3cret@x", "`ftp://***@x`"),
            ("http://127.0.0.1:99999", "expected a port from 1 to 65535"),
            ("http://user:s3cret@127.0.0.1:", "expected a port from 1 to 65535"),
            ("http://127.0.0.1:0/a", "expected a port from 1 to 65535"),
        ] {
            let error = TrackingClient::new(url, None).expect_err("no URL");
            assert!(error.to_string().contains(want), "{error}");
            assert!(!error.to_string().contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn says_when_an_answer_is_not_whole() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let url = format!("http://{}/", listener.local_addr().expect("bound"));
            let answers = async {
                for answer in ["Content-Length: 7\r\n\r\nabcdefg", "Content-Length: 7\r\n\r\nabc"] {
                    for _ in 0..2 {
                        let (mut stream, _) = listener.accept().await.expect("a connection");
                        let mut head = [0; 1024];
                        let _ = stream.read(&mut head).await;
                        let answer = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n{answer}");
                        stream.write_all(answer.as_bytes()).await.expect("written");
                    }
                }
            };
            let asks = async {
                let mut bodies = Vec::new();
                for _ in 0..2 {
                    for takes_beginning in [true, false] {
                        let time = Duration::from_secs(30);
                        let limits = AnswerLimits { bytes: 5, time, takes_beginning };
                        let (body, headers) = (String::new(), &[][..]);
                        let request =
                            Outgoing { method: "GET", url: &url, headers, body, named: &url };
                        let answer = send_and_read(&new_connections(), request, limits).await;
                        bodies.push(
                            answer.map(|answer| answer.body).map_err(|error| error.to_string()),
                        );
                    }
                }
                bodies
            };
            let ((), bodies) = tokio::join!(answers, asks);
            let long = "the answer is longer than 0 KB";
            assert_eq!(bodies[0], Ok(format!("abcde… ({long})")));
            assert!(bodies[1].as_ref().is_err_and(|error| error.ends_with(long)), "{bodies:?}");
            // whoever cut it may not have taken the request
            for body in &bodies[2..] {
                let is_error = body.as_ref().is_err_and(|error| error.ends_with("broke off"));
                assert!(is_error, "{bodies:?}");
            }
        });
    }
}
