//! A request to the upstream and its answer.

use crate::outbound::forward::connections::Connections;
use crate::outbound::forward::dialer::Dialer;
use crate::outbound::forward::headers::{self, ForwardedFor, ViaName};
use crate::outbound::forward::upstream::{Upstream, UpstreamError};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::http::Extensions;
use hyper::{HeaderMap, Method, Request, StatusCode, Uri, Version};
use hyper_rustls::HttpsConnectorBuilder;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The maximum length of the body of an answer to calls. A body is passed on when it is complete,
/// because half an answer must not look like a complete one.
const MAX_BODY_BYTES: usize = 1 << 20;

/// A reason why the upstream gave no complete answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForwardError {
    /// There was no connection, so nothing was sent.
    Unreachable(String),
    /// The connection was not open in time, so nothing was sent.
    ConnectTooSlow(Duration),
    /// The upstream closed the connection, or its answer is not HTTP.
    BadAnswer(String),
    /// The answer is larger than segscope passes on: the limit that it exceeds.
    TooLarge(String),
    /// The upstream did not answer in time.
    TooSlow(Duration),
}

impl std::fmt::Display for ForwardError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ForwardError::Unreachable(reason) => {
                write!(f, "the upstream could not be reached: {reason}")
            }
            ForwardError::BadAnswer(reason) => {
                write!(f, "the upstream gave no whole answer: {reason}")
            }
            ForwardError::ConnectTooSlow(limit) => {
                write!(f, "the upstream could not be reached within {} s", limit.as_secs_f32())
            }
            ForwardError::TooLarge(limit) => {
                write!(f, "the upstream answered, but segscope passes on no answer with {limit}")
            }
            ForwardError::TooSlow(limit) => {
                write!(f, "the upstream did not answer within {} s", limit.as_secs_f32())
            }
        }
    }
}

impl ForwardError {
    /// Returns the status that the sender gets.
    pub fn status(&self) -> u16 {
        match self {
            ForwardError::TooSlow(_) | ForwardError::ConnectTooSlow(_) => 504,
            ForwardError::Unreachable(_)
            | ForwardError::BadAnswer(_)
            | ForwardError::TooLarge(_) => 502,
        }
    }

    /// Returns whether a part of the request may have been sent.
    pub fn is_sent(&self) -> bool {
        !matches!(self, ForwardError::Unreachable(_) | ForwardError::ConnectTooSlow(_))
    }
}

/// A request to be forwarded.
pub struct ForwardRequest<'r> {
    /// The method.
    pub method: Method,
    /// The path and the query. Other parts are ignored.
    pub uri: &'r Uri,
    /// The headers as they were received.
    pub headers: &'r HeaderMap,
    /// The spelling of the headers.
    pub extensions: Extensions,
    /// The body that is sent.
    pub body: Bytes,
    /// The client's address and scheme, if the upstream should receive them.
    pub forwarded: Option<ForwardedFor>,
    /// The name of this segscope in `Via`.
    pub via: &'r ViaName,
    /// Is set to true when a part of the request may have been written.
    pub is_written: &'r AtomicBool,
}

/// The complete answer of the upstream.
#[derive(Debug)]
pub struct ForwardedResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers for the sender, in their order.
    pub headers: HeaderMap,
    /// The spelling of the headers, and the reason phrase.
    pub extensions: Extensions,
    /// The body.
    pub body: Bytes,
    /// The time at which the head had arrived.
    pub first_byte_at: Instant,
}

/// A client that sends requests to one upstream and reuses connections.
pub struct ForwardClient {
    connections: Connections,
    upstream: Upstream,
    timeout: Duration,
    max_body_bytes: usize,
}

impl ForwardClient {
    /// Creates a client for an upstream and a listener at these addresses. `timeout` is the maximum
    /// time for an answer.
    ///
    /// # Errors
    /// Fails if the system's trusted certificates cannot be read, or the environment's
    /// proxy cannot be used.
    pub fn new(
        upstream: Upstream,
        timeout: Duration,
        own: &[SocketAddr],
    ) -> Result<ForwardClient, UpstreamError> {
        let dialer = Dialer::new(&upstream, own)?;
        let tls = HttpsConnectorBuilder::new();
        let tls = match upstream.is_https {
            true => tls.with_native_roots().map_err(UpstreamError::Roots)?,
            false => tls.with_webpki_roots(),
        };
        let connector = tls.https_or_http().enable_http1().wrap_connector(dialer);
        let connections = Connections::new(connector, upstream.own_uri());
        Ok(ForwardClient { connections, upstream, timeout, max_body_bytes: MAX_BODY_BYTES })
    }

    /// Sets the maximum length of the body of an answer.
    pub fn with_max_answer(self, max_body_bytes: usize) -> ForwardClient {
        ForwardClient { max_body_bytes, ..self }
    }

    /// Returns the service to which requests are sent.
    pub fn upstream(&self) -> &Upstream {
        &self.upstream
    }

    /// Sends a request with its complete body, and waits for the complete answer.
    pub async fn send(&self, sent: ForwardRequest<'_>) -> Result<ForwardedResponse, ForwardError> {
        let ForwardRequest { method, uri, headers, extensions, body, forwarded, via, is_written } =
            sent;
        let headers = headers::to_upstream(headers, &self.upstream, forwarded, via);
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        if let Some(target) = uri.path_and_query() {
            *request.uri_mut() = target.clone().into();
        }
        *request.version_mut() = Version::HTTP_11;
        *request.headers_mut() = headers;
        *request.extensions_mut() = extensions;
        let exchange = async {
            let sent = self.connections.send(request, self.max_body_bytes, is_written);
            let (head, body, first_byte_at) = sent.await?;
            // `Upgrade` is not forwarded, so the upstream was not asked for another protocol
            if head.status.is_informational() {
                let reason =
                    format!("its answer is only an interim one ({})", head.status.as_u16());
                return Err(ForwardError::BadAnswer(reason));
            }
            Ok(ForwardedResponse {
                status: head.status,
                headers: headers::to_sender(&head.headers),
                extensions: head.extensions,
                body,
                first_byte_at,
            })
        };
        let answer = tokio::time::timeout(self.timeout, exchange).await;
        answer.unwrap_or_else(|_| match is_written.load(Ordering::Relaxed) {
            true => Err(ForwardError::TooSlow(self.timeout)),
            false => Err(ForwardError::ConnectTooSlow(self.timeout)),
        })
    }
}
