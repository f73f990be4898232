//! Reused connections to one upstream. The task of a request drives the connection itself, because
//! a task for each connection would cost two more task switches for each request.

use crate::outbound::forward::dialer::Dialer;
use crate::outbound::forward::exchange::ForwardError;
use crate::outbound::root_cause;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::http::response::Parts;
use hyper::{Request, Uri};
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::rt::TokioIo;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tower_service::Service;

/// The maximum length of the head of an answer.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// The time after which an unused connection is closed. Many servers close theirs after a minute.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// The maximum number of new connections for a request of which nothing could be written.
const MAX_NEW_CONNECTIONS: u32 = 2;

type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;
type Outgoing = Request<Full<Bytes>>;

/// The connections to one upstream.
pub(crate) struct Connections {
    connector: HttpsConnector<Dialer>,
    /// The URL that the connector connects to.
    to: Uri,
    idle: Arc<Mutex<IdleConnections>>,
}

/// The connections that no request uses.
#[derive(Default)]
struct IdleConnections {
    connections: Vec<UpstreamConnection>,
    /// True while a task closes those that are idle for too long.
    is_watched: bool,
}

/// A connection, with the sender of its requests.
struct UpstreamConnection {
    sender: SendRequest<Full<Bytes>>,
    /// The connection; none once it is closed. Requests that wait for an answer then get an error.
    driver: Option<http1::Connection<Stream, Full<Bytes>>>,
    idle_since: Instant,
}

/// A reason why there was no whole answer on a connection.
enum ConnectionError {
    /// No part of the request was written.
    Unsent(Box<Outgoing>, String),
    /// A part of the request may have been written.
    Failed(String),
}

impl Connections {
    /// Creates a pool without connections, which opens them with this connector.
    pub fn new(connector: HttpsConnector<Dialer>, to: Uri) -> Connections {
        Connections { connector, to, idle: Arc::default() }
    }

    /// Sends a request and waits for the complete answer. Also returns the time at which the head
    /// of the answer arrived. If no part of the request was written, it is sent on another
    /// connection.
    pub async fn send(
        &self,
        mut request: Outgoing,
        max_body_bytes: usize,
    ) -> Result<(Parts, Bytes, Instant), ForwardError> {
        let mut new = 0;
        loop {
            let mut connection = match self.take_idle().await {
                Some(connection) => connection,
                None => {
                    new += 1;
                    self.connect().await?
                }
            };
            match connection.exchange(request, max_body_bytes).await {
                Ok(answer) => {
                    self.keep_idle(connection).await;
                    return Ok(answer);
                }
                Err(ConnectionError::Unsent(unsent, _)) if new < MAX_NEW_CONNECTIONS => {
                    request = *unsent;
                }
                Err(ConnectionError::Unsent(_, reason)) => {
                    return Err(ForwardError::Unreachable(reason));
                }
                Err(ConnectionError::Failed(reason)) => {
                    return Err(ForwardError::BadAnswer(reason));
                }
            }
        }
    }

    /// Takes the idle connection that was used last, if it is still open.
    async fn take_idle(&self) -> Option<UpstreamConnection> {
        loop {
            // the lock must not be held across an `await`
            let taken = lock(&self.idle).connections.pop();
            let mut connection = taken?;
            let is_fresh = connection.idle_since.elapsed() < IDLE_TIMEOUT;
            if is_fresh && connection.is_open().await {
                return Some(connection);
            }
        }
    }

    /// Keeps a connection for the next request, if it is still open.
    async fn keep_idle(&self, mut connection: UpstreamConnection) {
        if !connection.is_open().await {
            return;
        }
        connection.idle_since = Instant::now();
        let mut pool = lock(&self.idle);
        pool.connections.push(connection);
        if !std::mem::replace(&mut pool.is_watched, true) {
            tokio::spawn(close_idle(Arc::clone(&self.idle)));
        }
    }

    async fn connect(&self) -> Result<UpstreamConnection, ForwardError> {
        let mut connector = self.connector.clone();
        let unreachable =
            |error: &dyn std::error::Error| ForwardError::Unreachable(root_cause(error));
        poll_fn(|context| connector.poll_ready(context)).await.map_err(|it| unreachable(&*it))?;
        let stream = connector.call(self.to.clone()).await.map_err(|it| unreachable(&*it))?;
        let mut builder = http1::Builder::new();
        builder.preserve_header_case(true).max_buf_size(MAX_HEAD_BYTES);
        let (sender, driver) = builder.handshake(stream).await.map_err(|it| unreachable(&it))?;
        Ok(UpstreamConnection { sender, driver: Some(driver), idle_since: Instant::now() })
    }
}

/// Closes the connections that are idle for too long, until there are none.
async fn close_idle(idle: Arc<Mutex<IdleConnections>>) {
    loop {
        tokio::time::sleep(IDLE_TIMEOUT / 2).await;
        let mut pool = lock(&idle);
        pool.connections.retain(|it| it.idle_since.elapsed() < IDLE_TIMEOUT);
        if pool.connections.is_empty() {
            pool.is_watched = false;
            return;
        }
    }
}

fn lock(idle: &Mutex<IdleConnections>) -> MutexGuard<'_, IdleConnections> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

impl UpstreamConnection {
    async fn exchange(
        &mut self,
        request: Outgoing,
        max_body_bytes: usize,
    ) -> Result<(Parts, Bytes, Instant), ConnectionError> {
        let answer = self.sender.try_send_request(request);
        let answer = self.drive(answer).await.map_err(|mut error| match error.take_message() {
            Some(unsent) => ConnectionError::Unsent(Box::new(unsent), root_cause(error.error())),
            None => ConnectionError::Failed(root_cause(error.error())),
        })?;
        let first_byte_at = Instant::now();
        let (head, body) = answer.into_parts();
        let body = self.drive(Limited::new(body, max_body_bytes).collect()).await;
        let body = body.map_err(|error| ConnectionError::Failed(root_cause(&*error)))?;
        Ok((head, body.to_bytes(), first_byte_at))
    }

    /// Drives the connection until a future that depends on it is ready.
    async fn drive<F: Future>(&mut self, wanted: F) -> F::Output {
        let mut wanted = pin!(wanted);
        poll_fn(|context| {
            self.poll_driver(context);
            wanted.as_mut().poll(context)
        })
        .await
    }

    /// Returns whether the connection can take a request now.
    async fn is_open(&mut self) -> bool {
        poll_fn(|context| {
            self.poll_driver(context);
            Poll::Ready(self.driver.is_some() && self.sender.is_ready())
        })
        .await
    }

    /// Reads and writes as much as is possible without waiting.
    fn poll_driver(&mut self, context: &mut Context<'_>) {
        if let Some(driver) = &mut self.driver
            && Pin::new(driver).poll(context).is_ready()
        {
            self.driver = None;
        }
    }
}
