//! Forwarding: each request goes to the upstream as it arrived, and its sender gets the upstream's own
//! answer. Without a complete answer, the sender gets an error and sends again: nothing is acknowledged
//! that the upstream has not acknowledged.

use crate::call::time;
use crate::engine::{Engine, ForwardEnd, ForwardRecord, InjectedFault, LOOP, LOOP_STATUS};
use crate::fql::Filter;
use crate::outbound::forward::{
    ForwardClient, ForwardError, ForwardRequest, ForwardedFor, ForwardedResponse, Upstream,
    UpstreamError, ViaName,
};
use crate::recording::{AnsweredWith, RefusalRecord, UpstreamAnswer};
use crate::server::connection::{self, Body};
use crate::server::listener::Server;
use crate::server::peer::OverTls;
use crate::server::{cors, forward_key, respond};
use crate::wire::{Reply, Route};
use http_body_util::{Either, Full};
use hyper::Response;
use hyper::body::Bytes;
use hyper::http::Extensions;
use hyper::http::request::Parts;
use std::borrow::Cow;
use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The maximum number of requests in flight.
const MAX_IN_FLIGHT: u64 = 1024;
/// The `Retry-After` of a request beyond that maximum, in seconds.
const RETRY_AFTER_S: u32 = 1;
/// The default time limit for a complete answer of the upstream.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

/// The options of a listener that forwards.
#[derive(Debug, Clone)]
pub struct ForwardOptions {
    /// The service that gets the requests.
    pub upstream: Upstream,
    /// The filter of the requests that are forwarded: those with a call that passes; none forwards all.
    pub only: Option<Filter>,
    /// The write key with which requests are forwarded.
    pub key: Option<String>,
    /// True if the upstream is told the client's address.
    pub tells_client: bool,
    /// The time limit for a complete answer of the upstream.
    pub timeout: Duration,
}

impl ForwardOptions {
    /// Creates the options that forward every request to an upstream.
    pub fn new(upstream: Upstream) -> ForwardOptions {
        ForwardOptions { upstream, only: None, key: None, tells_client: true, timeout: TIMEOUT }
    }
}

/// Forwards the requests of a listener.
pub(crate) struct Forwarder {
    client: ForwardClient,
    options: ForwardOptions,
    /// The name of this segscope in `Via`.
    via: ViaName,
}

impl Forwarder {
    /// Creates the forwarder of a listener at these addresses.
    pub fn new(options: ForwardOptions, own: &[SocketAddr]) -> Result<Forwarder, UpstreamError> {
        options.upstream.check_reachable(own)?;
        let client = ForwardClient::new(options.upstream.clone(), options.timeout, own)?;
        Ok(Forwarder { client, options, via: ViaName::generate() })
    }

    /// Returns the URL of the upstream.
    pub fn url(&self) -> String {
        self.client.upstream().url()
    }

    /// Returns the host of the upstream.
    pub fn host(&self) -> &str {
        self.client.upstream().host()
    }

    /// Returns true if requests of this method and route are forwarded. Those that a page sends before
    /// its first call are not: their responses point the page to this listener. Neither is CONNECT,
    /// which asks this listener to be a proxy.
    pub fn takes(&self, method: &str, route: &Route<'_>) -> bool {
        method != "CONNECT"
            && !matches!(route, Route::Settings { .. } | Route::SourceConfig | Route::Own(_))
    }

    /// Returns the filter of the requests that are forwarded; none if all are.
    pub fn only(&self) -> Option<&Filter> {
        self.options.only.as_ref()
    }
}

/// A guard that counts a request as in flight until it is dropped.
struct InFlight<'e> {
    engine: &'e Engine,
    /// The result; none until it is known.
    end: Cell<Option<ForwardEnd>>,
    /// True when a part of the request may have been sent.
    is_written: &'e AtomicBool,
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        // without a result, the client went away while its request waited
        let lost = match self.is_written.load(Ordering::Relaxed) {
            true => ForwardEnd::Lost,
            false => ForwardEnd::NotSent,
        };
        self.engine.forwarding().end(self.end.get().unwrap_or(lost));
    }
}

/// Counts a request that should have been forwarded and could not be read.
pub(crate) fn count_unread(engine: &Engine) {
    if engine.forwarding().begin(u64::MAX) {
        engine.forwarding().end(ForwardEnd::NotSent);
    }
}

/// Forwards a request with its complete body, records it, and returns its response.
pub(crate) async fn respond(
    server: &Server,
    forwarder: &Forwarder,
    parts: &mut Parts,
    body: Bytes,
    (client, fault): (ForwardedFor, Option<InjectedFault<'_>>),
) -> Response<Body> {
    let engine = &*server.engine;
    let received_at = time::now();
    let refused = |parts: &Parts, code: &str, reply: Reply, message: &str| {
        let refused = RefusalRecord { code, message, kind: "", body_bytes: None };
        connection::with_head_at(parts, received_at, |head| {
            engine.record_refused(head, &body, reply.status, fault, refused);
        });
        own_response(parts, reply)
    };
    if !engine.forwarding().begin(MAX_IN_FLIGHT) {
        let message = "too many requests wait for the upstream";
        let reply = Reply { retry_after: Some(RETRY_AFTER_S), ..Reply::unavailable(message) };
        return refused(parts, "too_many_in_flight", reply, message);
    }
    let is_written = AtomicBool::new(false);
    let in_flight = InFlight { engine, end: Cell::new(None), is_written: &is_written };
    if let Some(refused) = refuse_loop(engine, parts, &body, &forwarder.via, fault) {
        return refused;
    }
    if engine.ingest_options().is_strict && !engine.can_record() {
        let message = "the recording cannot be written (--strict)";
        return refused(parts, "unavailable", Reply::unavailable(message), message);
    }
    let began = Instant::now();
    let extensions = std::mem::take(&mut parts.extensions);
    // the record of the request still needs this extension
    if let Some(over_tls) = extensions.get::<OverTls>() {
        parts.extensions.insert(*over_tls);
    }
    let outgoing = OutgoingRequest { extensions, body: body.clone(), client, received_at };
    let mut sending = pin!(send(forwarder, parts, outgoing, &is_written));
    let parse =
        || connection::with_head_at(parts, received_at, |head| engine.parse_early(head, &body));
    let (answer, parsed) = work_while_waiting(sending.as_mut(), parse).await;
    let took_us = began.elapsed().as_micros() as u64;
    in_flight.end.set(Some(match &answer {
        Ok(answer) => {
            let (method, path) = (parts.method.as_str(), parts.uri.path());
            ForwardEnd::from_status(method, path, answer.status.as_u16())
        }
        Err(error) if error.is_sent() => ForwardEnd::Lost,
        Err(_) => ForwardEnd::NotSent,
    }));
    if let Err(error) = &answer {
        tracing::warn!(status = error.status(), took_us, "a request got no whole answer");
    }
    let status = answer.as_ref().map_or_else(ForwardError::status, |it| it.status.as_u16());
    let recorded = UpstreamAnswer {
        at: time::now(),
        first_byte_us: answer
            .as_ref()
            .ok()
            .map(|answer| answer.first_byte_at.duration_since(began).as_micros() as u64),
        took_us,
        outcome: answer.as_ref().map(answered_with).map_err(ToString::to_string),
    };
    let record = connection::with_head_at(parts, received_at, |head| {
        engine.record_forwarded(head, (&body, parsed), status, &recorded, fault)
    });
    let is_lost = match record {
        ForwardRecord::Nothing | ForwardRecord::Written => false,
        ForwardRecord::Failed => true,
        ForwardRecord::Held(held) => {
            connection::wait_for_ready_requests(server).await;
            engine.written(&held).is_some()
        }
    };
    if is_lost && engine.ingest_options().is_strict {
        let message = "the recording cannot be written (--strict)";
        return own_response(parts, Reply::unavailable(message));
    }
    match answer {
        Ok(answer) => upstream_response(answer),
        Err(error) => {
            let reply = Reply::failure(error.status(), "upstream_failed", &error.to_string());
            own_response(parts, reply)
        }
    }
}

/// Refuses a request that this segscope itself has sent to the upstream.
pub(crate) fn refuse_loop(
    engine: &Engine,
    parts: &Parts,
    body: &[u8],
    via: &ViaName,
    fault: Option<InjectedFault<'_>>,
) -> Option<Response<Body>> {
    if !via.is_in(&parts.headers) {
        return None;
    }
    let message = "the upstream sends requests back to this segscope";
    let refused = RefusalRecord { code: LOOP, message, kind: "", body_bytes: None };
    connection::with_head_at(parts, time::now(), |head| {
        engine.record_refused(head, body, LOOP_STATUS, fault, refused);
    });
    Some(own_response(parts, Reply::failure(LOOP_STATUS, LOOP, message)))
}

/// Waits for a future, and does some work as soon as the future has nothing to do but wait. Returns
/// the result of the work too, or `None` if the future was ready at once.
async fn work_while_waiting<F: Future, T>(
    mut future: Pin<&mut F>,
    work: impl FnOnce() -> Option<T>,
) -> (F::Output, Option<T>) {
    let (mut work, mut done) = (Some(work), None);
    let output = poll_fn(|context| {
        let polled = future.as_mut().poll(context);
        if polled.is_pending()
            && let Some(work) = work.take()
        {
            done = work();
        }
        polled
    })
    .await;
    (output, done)
}

/// The parts of a request to the upstream that are not in its head.
struct OutgoingRequest {
    /// The spelling of the headers.
    extensions: Extensions,
    body: Bytes,
    client: ForwardedFor,
    received_at: time::Millis,
}

/// Sends a request to the upstream, and sets `is_written` when a part of it may have been sent.
async fn send(
    forwarder: &Forwarder,
    parts: &Parts,
    outgoing: OutgoingRequest,
    is_written: &AtomicBool,
) -> Result<ForwardedResponse, ForwardError> {
    let OutgoingRequest { extensions, mut body, client, received_at } = outgoing;
    let (mut headers, mut uri) = (Cow::Borrowed(&parts.headers), Cow::Borrowed(&parts.uri));
    if let Some(key) = &forwarder.options.key {
        let (headers, uri) = (headers.to_mut(), uri.to_mut());
        body = connection::with_head_at(parts, received_at, |head| {
            forward_key::replace(head, headers, uri, body, key)
        });
    }
    let forwarded = forwarder.options.tells_client.then_some(client);
    let request = ForwardRequest {
        method: parts.method.clone(),
        uri: &uri,
        headers: &headers,
        extensions,
        body,
        forwarded,
        via: &forwarder.via,
        is_written,
    };
    forwarder.client.send(request).await
}

/// Returns the record of the upstream's answer.
pub(crate) fn answered_with(answer: &ForwardedResponse) -> AnsweredWith {
    let headers = answer.headers.iter();
    AnsweredWith {
        status: answer.status.as_u16(),
        headers: headers
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect(),
        body: answer.body.to_vec(),
        body_bytes: answer.body.len() as u64,
    }
}

/// Converts the upstream's answer to a response without changes.
pub(crate) fn upstream_response(answer: ForwardedResponse) -> Response<Body> {
    let mut response = Response::new(Either::Left(Either::Left(Full::new(answer.body))));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    *response.extensions_mut() = answer.extensions;
    response
}

/// Creates a response of segscope's own.
fn own_response(parts: &Parts, reply: Reply) -> Response<Body> {
    let mut response =
        respond::response(reply, |bytes| Either::Left(Either::Left(Full::new(bytes))));
    cors::allow(&parts.headers, response.headers_mut());
    response
}
