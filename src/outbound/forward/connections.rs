//! Reused connections to one upstream. The task of a request drives the connection itself, because
//! a task for each connection would cost two more task switches for each request.

use crate::outbound::forward::dialer::Dialer;
use crate::outbound::forward::exchange::ForwardError;
use crate::outbound::root_cause;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::http::response::Parts;
use hyper::{Request, Uri};
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::rt::TokioIo;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tower_service::Service;

/// The maximum length of the head of an answer.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// The maximum number of headers of an answer.
const MAX_HEADERS: usize = 100;
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
    driver: Option<Box<http1::Connection<Stream, Full<Bytes>>>>,
    /// The thread that opened it, which gets the system's events about it.
    thread: ThreadId,
    idle_since: Instant,
}

/// A reason why there was no whole answer on a connection.
enum ConnectionError {
    /// No part of the request was written.
    Unsent(Box<Outgoing>, String),
    /// A part of the request may have been written.
    Failed(String),
    /// The answer is larger than segscope passes on: the limit that it exceeds.
    TooLarge(String),
}

impl Connections {
    /// Creates a pool without connections, which opens them with this connector.
    pub fn new(connector: HttpsConnector<Dialer>, to: Uri) -> Connections {
        Connections { connector, to, idle: Arc::default() }
    }

    /// Sends a request and waits for the complete answer. Also returns the time at which the head
    /// of the answer arrived. If no part of the request was written, it is sent on another
    /// connection. `is_written` is true while a part of the request may have been written.
    pub async fn send(
        &self,
        mut request: Outgoing,
        max_body_bytes: usize,
        is_written: &AtomicBool,
    ) -> Result<(Parts, Bytes, Instant), ForwardError> {
        let mut new = 0;
        loop {
            let mut connection = match self.take_idle().await {
                Some(connection) => connection,
                None => {
                    new += 1;
                    // boxed, so that the future of a request that needs no new one stays small
                    Box::pin(self.connect()).await?
                }
            };
            is_written.store(true, Ordering::Relaxed);
            match connection.exchange(request, max_body_bytes).await {
                Ok(answer) => {
                    self.keep_idle(connection).await;
                    return Ok(answer);
                }
                Err(ConnectionError::Unsent(unsent, _)) if new < MAX_NEW_CONNECTIONS => {
                    is_written.store(false, Ordering::Relaxed);
                    request = *unsent;
                }
                Err(ConnectionError::Unsent(_, reason)) => {
                    is_written.store(false, Ordering::Relaxed);
                    return Err(ForwardError::Unreachable(reason));
                }
                Err(ConnectionError::Failed(reason)) => {
                    return Err(ForwardError::BadAnswer(reason));
                }
                Err(ConnectionError::TooLarge(limit)) => {
                    return Err(ForwardError::TooLarge(limit));
                }
            }
        }
    }

    /// Takes the idle connection of this thread that was used last, if it is still open. With one of
    /// another thread, that thread would have to wake this one for each event.
    async fn take_idle(&self) -> Option<UpstreamConnection> {
        let thread = thread::current().id();
        loop {
            // the lock must not be held across an `await`
            let taken = lock(&self.idle).take_last(thread);
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
        // 100 is also hyper's own limit; setting it would cost an allocation for each answer
        builder.preserve_header_case(true).max_buf_size(MAX_HEAD_BYTES);
        let (sender, driver) = builder.handshake(stream).await.map_err(|it| unreachable(&it))?;
        let (driver, thread) = (Some(Box::new(driver)), thread::current().id());
        Ok(UpstreamConnection { sender, driver, thread, idle_since: Instant::now() })
    }
}

impl IdleConnections {
    /// Takes the connection of a thread that was used last.
    fn take_last(&mut self, thread: ThreadId) -> Option<UpstreamConnection> {
        let last = self.connections.iter().rposition(|connection| connection.thread == thread)?;
        Some(self.connections.remove(last))
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
            None if error.error().is_parse_too_large() => ConnectionError::TooLarge(format!(
                "more than {MAX_HEADERS} headers or a head of more than {} KB",
                MAX_HEAD_BYTES >> 10
            )),
            None => ConnectionError::Failed(root_cause(error.error())),
        })?;
        let first_byte_at = Instant::now();
        let (head, body) = answer.into_parts();
        let body = self.drive(Limited::new(body, max_body_bytes).collect()).await;
        let body = body.map_err(|error| match error.is::<LengthLimitError>() {
            true => {
                let limit = format!("a body of more than {} MB", max_body_bytes >> 20);
                ConnectionError::TooLarge(limit)
            }
            false => ConnectionError::Failed(root_cause(&*error)),
        })?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbound::forward::upstream::Upstream;
    use hyper_rustls::HttpsConnectorBuilder;
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::atomic::AtomicUsize;
    use tokio::runtime::{self, Runtime};

    /// Answers every request, and counts the connections.
    fn start_upstream() -> (String, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                counted.fetch_add(1, Ordering::SeqCst);
                thread::spawn(move || {
                    // each request is small enough to arrive at once
                    while stream.read(&mut [0; 1024]).is_ok_and(|read| read > 0) {
                        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
                        stream.write_all(answer).expect("written");
                    }
                });
            }
        });
        (url, connections)
    }

    fn send(runtime: &Runtime, pool: &Connections) {
        let mut request = Request::new(Full::new(Bytes::new()));
        request.headers_mut().insert("host", hyper::header::HeaderValue::from_static("h"));
        let answer = runtime.block_on(async {
            tokio::time::timeout(
                Duration::from_secs(10),
                pool.send(request, 0, &AtomicBool::default()),
            )
            .await
        });
        let (answer, ..) = answer.expect("in time").expect("an answer");
        assert_eq!(answer.status, 200);
    }

    #[test]
    fn a_thread_reuses_its_own_connections_only() {
        let (url, connections) = start_upstream();
        let upstream = Upstream::parse(&url).expect("a URL");
        let dialer = Dialer::new(&upstream, &[]).expect("no proxy");
        let tls = HttpsConnectorBuilder::new().with_webpki_roots();
        let connector = tls.https_or_http().enable_http1().wrap_connector(dialer);
        let pool = Connections::new(connector, upstream.own_uri());
        let build = || runtime::Builder::new_current_thread().enable_all().build();
        let (own, other) = (build().expect("a runtime"), build().expect("a runtime"));
        send(&own, &pool);
        send(&own, &pool);
        assert_eq!(connections.load(Ordering::SeqCst), 1);
        thread::scope(|scope| {
            let other = scope.spawn(|| {
                send(&other, &pool);
                send(&other, &pool);
            });
            other.join().expect("no panic");
        });
        assert_eq!(connections.load(Ordering::SeqCst), 2, "not the connection of the first thread");
        send(&own, &pool);
        assert_eq!(connections.load(Ordering::SeqCst), 2, "each thread keeps its own");
    }
}
