//! A connection, and the requests on it.

use crate::call::time;
use crate::engine::{AcceptedRequest, InjectedFault};
use crate::objects_api;
use crate::objects_api::ObjectsRoute;
use crate::server::body;
use crate::server::body::{BodyBytes, ReadBody};
use crate::server::body_error::BodyError;
use crate::server::connection_state::{Phase, PhaseCell};
use crate::server::faults::FaultBody;
use crate::server::handshake::HandshakeFailure;
use crate::server::listener::Server;
use crate::server::opening::{self, OpenedConnection};
use crate::server::page_loads::RequestServices;
use crate::server::peer::{OverTls, Peer};
use crate::server::request_log::RequestLog;
use crate::server::watched_stream::{WatchedBody, WatchedStream};
use crate::server::{api, cors, fault_response, forward, malformed, page_loads, respond};
use crate::wire::{self, RequestHead, Route};
use http_body_util::{Either, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::cell::RefCell;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::Poll;
use tokio::net::TcpStream;
use tokio::sync::watch;

/// The maximum size of a request head, and of what hyper reads ahead on a connection. hyper's buffer
/// begins with 8 KB.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// The maximum number of bytes that are read at once if requests wait for an upstream. hyper keeps its
/// buffer meanwhile, and doubles it when a read fills it: it stays at 16 KB, unless a head is longer.
const MAX_FORWARDED_READ_BYTES: usize = 12 * 1024;

/// The body of a response, to an SDK or from segscope's own paths.
pub(crate) type Body = Either<Either<Full<Bytes>, FaultBody>, api::OwnBody>;

/// There is no response: the client went away during its request, or a fault closes the connection.
#[derive(Debug, thiserror::Error)]
#[error("the connection ends without a response")]
pub(crate) struct NoResponse;

/// Serves a connection until it ends, takes too long, or the listener stops.
pub(crate) async fn serve(
    server: Arc<Server>,
    stream: TcpStream,
    remote: SocketAddr,
    mut stop: watch::Receiver<bool>,
) {
    let watch = Arc::new(PhaseCell::new(Arc::clone(&server.clock)));
    server.watch(&watch);
    let is_here = api::access::is_here(remote, || stream.local_addr().ok());
    let opened = opening::open(&server, stream, remote, &watch, &mut stop).await;
    let Some(OpenedConnection { transport, certificates, host }) = opened else { return };
    let peer = Peer { ip: remote.ip().to_canonical(), is_here, is_tls: transport.is_tls() };
    let service = service_fn(|mut request: Request<Incoming>| {
        if peer.is_tls {
            request.extensions_mut().insert(OverTls);
        }
        let (server, watch) = (server.clone(), watch.clone());
        async move {
            watch.enter(Phase::Busy);
            let response = handle(&server, request, peer, &watch).await?;
            Ok::<_, NoResponse>(response.map(|body| WatchedBody::new(body, watch)))
        }
    });
    let mut stream = WatchedStream::new(transport, watch.clone());
    if server.forwarder.is_some() {
        stream = stream.with_max_read(MAX_FORWARDED_READ_BYTES);
    }
    let mut connection = http1::Builder::new()
        .max_buf_size(MAX_HEAD_BYTES)
        // a response is small: one plain write of head and body is the fastest
        .writev(false)
        .half_close(true)
        // the server's own check of the phases costs less than a timer per request
        .header_read_timeout(None)
        // forwarded requests keep the spelling of their headers
        .preserve_header_case(server.forwarder.is_some())
        .serve_connection(TokioIo::new(stream), service);
    let mut stopping = false;
    let mut error = None;
    loop {
        tokio::select! {
            biased;
            done = &mut connection => {
                error = done.err();
                break;
            }
            () = watch.over.notified() => {
                if server.confirm_end(&watch) {
                    break;
                }
            }
            _ = stop.changed(), if !stopping => {
                stopping = true;
                if watch.phase().0 == Phase::Fresh {
                    break;
                }
                Pin::new(&mut connection).graceful_shutdown();
            }
        }
    }
    if watch.is_tls() {
        tracing::warn!("a client speaks TLS to the plain port");
        return server.saw_tls(remote);
    }
    if let Some(certificates) = &certificates
        && watch.phase().0 == Phase::Fresh
        && !watch.is_over()
        && !stopping
    {
        // some clients check the certificate after the handshake, and then close without an alert
        let failure = HandshakeFailure::Closed;
        server.saw_failed_handshake(&failure, remote, host.as_deref(), certificates);
    }
    let parts = connection.into_parts();
    let stream = parts.io.into_inner();
    if watch.is_reset() {
        // makes the client see a reset instead of an end; if that fails, it sees an end
        let _ = stream.stream.tcp().set_zero_linger();
        return;
    }
    malformed::record_and_answer(&server.engine, stream, &parts.read_buf, error).await;
}

async fn handle(
    server: &Server,
    request: Request<Incoming>,
    peer: Peer,
    watch: &PhaseCell,
) -> Result<Response<Body>, NoResponse> {
    let (mut parts, incoming) = request.into_parts();
    let log = RequestLog::begin(&parts);
    let mut body_bytes = 0;
    let answer = answer(server, &mut parts, incoming, peer, watch, &mut body_bytes).await;
    if let Some(log) = log {
        log.end(body_bytes, answer.as_ref().ok());
    }
    answer
}

/// Answers a request and sets `body_bytes` to the number of bytes read of its body.
async fn answer(
    server: &Server,
    parts: &mut Parts,
    incoming: Incoming,
    peer: Peer,
    watch: &PhaseCell,
    body_bytes: &mut usize,
) -> Result<Response<Body>, NoResponse> {
    if let Some(reply) = server.refuse_for_other_host(parts) {
        return Ok(respond::response(reply, full_body));
    }
    let path = parts.uri.path();
    // these paths answer no preflight, so the method does not matter
    if path.starts_with("/_segscope")
        && let Route::Own(name) = wire::route("", path)
    {
        let request = api::ApiRequest { parts, name, is_here: peer.is_here };
        let response = Box::pin(api::respond(server, request, incoming, watch)).await;
        return Ok(response.map(Either::Right));
    }
    let route = wire::route(parts.method.as_str(), path);
    let services = RequestServices::find(server, parts.method.as_str(), path, &route);
    let forwarder = services.forwarder;
    if forwarder.is_none() && matches!(route, Route::Version | Route::Root) {
        let response = api::respond_to_probe(server, parts, peer.is_here);
        return Ok(response.map(|body| Either::Left(Either::Left(body))));
    }
    if forwarder.is_none() && route == Route::Preflight {
        let reply = wire::reply::for_request(&head(parts, &[], 0), &server.here);
        let mut response = respond::response(reply, full_body);
        cors::allow(&parts.headers, response.headers_mut());
        cors::allow_next(&parts.headers, response.headers_mut());
        return Ok(response);
    }
    let invited = parts.headers.contains_key(header::EXPECT);
    let limit = match ObjectsRoute::parse(parts.method.as_str(), path) {
        Some(_) => objects_api::BODY_LIMIT,
        // the upstream has limits of its own
        None if forwarder.is_some() => objects_api::BODY_LIMIT,
        None => wire::body_limit(&route),
    };
    let read = body::read(incoming, limit, invited, server, watch).await;
    let (kept, trouble) = match read {
        ReadBody::Whole(data, _permit) => {
            *body_bytes = data.len();
            return respond_whole(server, services, parts, data, (peer, watch)).await;
        }
        ReadBody::Cut(kept, trouble) => (kept, trouble),
    };
    *body_bytes = kept.len();
    let close = matches!(trouble, BodyError::TooSlow | BodyError::Malformed { .. });
    server.saw_trouble(&trouble);
    if forwarder.is_some() {
        forward::count_unread(&server.engine);
    }
    let reply = with_head(parts, |head| trouble.record(&server.engine, head, &kept));
    if matches!(trouble, BodyError::ClientGone { .. }) {
        return Err(NoResponse);
    }
    let mut response = respond::response(reply, full_body);
    cors::allow(&parts.headers, response.headers_mut());
    if close {
        response
            .headers_mut()
            .insert(header::CONNECTION, header::HeaderValue::from_static("close"));
    }
    Ok(response)
}

/// Answers a request whose body is complete.
async fn respond_whole(
    server: &Server,
    services: RequestServices<'_>,
    parts: &mut Parts,
    data: BodyBytes,
    (peer, watch): (Peer, &PhaseCell),
) -> Result<Response<Body>, NoResponse> {
    let faults = &server.faults;
    let fault = match faults.is_empty() {
        true => None,
        false => with_head(parts, |head| faults.pick(&server.engine, head, &data)),
    };
    let Some(fault) = fault else {
        return Ok(accept(server, services, parts, data, (peer, None)).await);
    };
    fault_response::delay_request(faults, fault).await;
    let headers = parts.headers.clone();
    let injected = Some(fault_response::injected(fault));
    let response = match injected.filter(|_| fault.refuses()) {
        Some(injected) => {
            with_head(parts, |head| server.engine.refuse_by_fault(head, &data, injected));
            fault_response::not_accepted(&headers)
        }
        None => accept(server, services, parts, data, (peer, injected)).await,
    };
    fault_response::change(response, &headers, faults, fault, watch).await
}

/// Forwards a request, passes on the request of a page before its first call, or accepts the request
/// here.
async fn accept(
    server: &Server,
    services: RequestServices<'_>,
    parts: &mut Parts,
    data: BodyBytes,
    (peer, fault): (Peer, Option<InjectedFault<'_>>),
) -> Response<Body> {
    if let Some((loads, load)) = services.loads
        && let Some(response) =
            Box::pin(page_loads::respond(server, loads, load, parts, (peer.as_forwarded(), fault)))
                .await
    {
        return response;
    }
    if services.forwarder.is_some()
        && server.engine.ingest_options().requires_signature
        && let Some(reply) =
            with_head(parts, |head| server.engine.refuse_unsigned_webhook(head, &data, fault))
    {
        let mut response = respond::response(reply, full_body);
        cors::allow(&parts.headers, response.headers_mut());
        return response;
    }
    if let Some(forwarder) = services.forwarder
        && forwarder.only().is_none_or(|only| {
            with_head(parts, |head| server.engine.any_call_passes(only, head, &data))
        })
    {
        let data = data.into_bytes();
        return forward::respond(server, forwarder, parts, data, (peer.as_forwarded(), fault))
            .await;
    }
    if let Some(via) = &server.mirror_via
        && let Some(refused) = forward::refuse_loop(&server.engine, parts, &data, via, fault)
    {
        return refused;
    }
    let taken = with_head(parts, |head| server.engine.take_in(head, &data, &server.here, fault));
    let reply = match taken {
        AcceptedRequest::Answered(reply) => reply,
        AcceptedRequest::Pending(reply, held) => {
            wait_for_ready_requests(server).await;
            server.engine.written(&held).unwrap_or(reply)
        }
    };
    let mut response = respond::response(reply, full_body);
    cors::allow(&parts.headers, response.headers_mut());
    response
}

fn full_body(bytes: Bytes) -> Body {
    Either::Left(Either::Left(Full::new(bytes)))
}

/// Lets other requests that are ready be read, so that one write records all of them. Unlike tokio's
/// own yielding, this does not poll for new events in between, which costs a system call.
pub(crate) async fn wait_for_ready_requests(server: &Server) {
    // the request of the only connection has nothing to wait for
    let mut has_yielded = server.has_one_connection();
    poll_fn(|context| {
        if std::mem::replace(&mut has_yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

fn head<'a>(
    parts: &'a Parts,
    headers: &'a [(String, String)],
    now: time::Millis,
) -> RequestHead<'a> {
    RequestHead {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or(""),
        headers,
        received_at: now,
        is_tls: parts.extensions.get::<OverTls>().is_some(),
    }
}

/// Calls `take` with the head of a request, whose headers become texts. Each thread uses their memory
/// again for its next request, because the headers of requests are much alike.
fn with_head<T>(parts: &Parts, take: impl FnOnce(&RequestHead<'_>) -> T) -> T {
    with_head_at(parts, time::now(), take)
}

/// Calls `take` with the head of a request that arrived at `received_at`.
pub(crate) fn with_head_at<T>(
    parts: &Parts,
    received_at: time::Millis,
    take: impl FnOnce(&RequestHead<'_>) -> T,
) -> T {
    thread_local! {
        static ROOM: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
    }
    ROOM.with_borrow_mut(|room| {
        let count = copy_headers(room, &parts.headers);
        take(&head(parts, &room[..count], received_at))
    })
}

fn copy_headers(room: &mut Vec<(String, String)>, headers: &HeaderMap) -> usize {
    let mut count = 0;
    for (name, value) in headers {
        if room.len() == count {
            room.push(Default::default());
        }
        let (key, text) = &mut room[count];
        key.clear();
        key.push_str(name.as_str());
        text.clear();
        match std::str::from_utf8(value.as_bytes()) {
            Ok(value) => text.push_str(value),
            Err(_) => text.push_str(&String::from_utf8_lossy(value.as_bytes())),
        }
        count += 1;
    }
    count
}
