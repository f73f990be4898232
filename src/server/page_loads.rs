//! Requests of a page before its first call, for its settings and the code of its library. They are
//! passed on to the real service, so that the page keeps its device-mode destinations. The settings
//! are changed in one place, so that the page sends its calls here. If the service does not answer,
//! segscope does.

use crate::call::time;
use crate::engine::{ForwardRecord, InjectedFault};
use crate::outbound::forward::{
    ForwardClient, ForwardError, ForwardRequest, ForwardedFor, ForwardedResponse, Upstream,
    UpstreamError, ViaName,
};
use crate::recording::UpstreamAnswer;
use crate::server::connection::{self, Body};
use crate::server::forward::{self, Forwarder, answered_with, upstream_response};
use crate::server::listener::Server;
use crate::server::peer::OverTls;
use crate::wire::{self, Route};
use flate2::read::MultiGzDecoder;
use hyper::Response;
use hyper::body::Bytes;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::http::request::Parts;
use std::io::Read;
use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// The maximum time for an answer of the service. The page waits for it.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The maximum number of requests to the service at a time; further ones wait.
const MAX_IN_FLIGHT: usize = 32;
/// The maximum length of an answer: the code of a library or a destination.
const MAX_ANSWER_BYTES: usize = 16 << 20;
/// The maximum length of settings.
const MAX_SETTINGS_BYTES: u64 = 16 << 20;

/// The options of a listener that passes on what a page loads.
#[derive(Debug, Clone)]
pub struct PageLoadOptions {
    /// The service.
    pub upstream: Upstream,
    /// True if the service is told the client's address.
    pub tells_client: bool,
    /// True if the user named the service; one that follows from another setting need not exist.
    pub is_named: bool,
}

/// Passes on what a page loads.
pub(crate) struct PageLoads {
    client: ForwardClient,
    tells_client: bool,
    in_flight: Semaphore,
    /// The name of this segscope in `Via`.
    via: ViaName,
}

/// The kind of a request of a page before its first call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PageLoad {
    /// The settings of a Segment library.
    Settings,
    /// The settings of a RudderStack library.
    SourceConfig,
    /// Code.
    Code,
}

/// The services that answer a request in place of segscope.
#[derive(Clone, Copy)]
pub(crate) struct RequestServices<'s> {
    pub forwarder: Option<&'s Forwarder>,
    /// The kind of the request, if a page loads its answer, and the service for it.
    pub loads: Option<(&'s PageLoads, PageLoad)>,
}

impl<'s> RequestServices<'s> {
    /// Finds the services by the method and the path, and the route that they stand for.
    pub fn find(
        server: &'s Server,
        method: &str,
        path: &str,
        route: &Route<'_>,
    ) -> RequestServices<'s> {
        let loads = server.page_loads.as_ref();
        let loads = loads.and_then(|it| Some((it, it.classify(method, path)?)));
        let forwarder =
            server.forwarder.as_ref().filter(|it| loads.is_none() && it.takes(method, route));
        RequestServices { forwarder, loads }
    }
}

impl PageLoads {
    /// Creates the part of a listener at these addresses that passes requests on as the options say.
    pub fn new(options: PageLoadOptions, own: &[SocketAddr]) -> Result<PageLoads, UpstreamError> {
        match options.upstream.check_reachable(own) {
            // segscope answers each request for it and notifies the user
            Err(UpstreamError::Resolve { .. }) if !options.is_named => {}
            checked => checked?,
        }
        let client = ForwardClient::new(options.upstream, TIMEOUT, own)?;
        let via = ViaName::generate();
        Ok(PageLoads {
            client: client.with_max_answer(MAX_ANSWER_BYTES),
            tells_client: options.tells_client,
            in_flight: Semaphore::new(MAX_IN_FLIGHT),
            via,
        })
    }

    /// Returns the kind of a request, if a page sends it before its first call.
    pub fn classify(&self, method: &str, path: &str) -> Option<PageLoad> {
        // segscope itself answers the browser's preflight
        let method = if method == "OPTIONS" { "GET" } else { method };
        match wire::route(method, path) {
            Route::Settings { .. } => Some(PageLoad::Settings),
            Route::SourceConfig => Some(PageLoad::SourceConfig),
            Route::Unknown if wire::is_page_code(method, path) => Some(PageLoad::Code),
            _ => None,
        }
    }
}

/// Gets the answer from the service, records it, and returns the response; none if there is no usable
/// answer.
pub(crate) async fn respond(
    server: &Server,
    loads: &PageLoads,
    load: PageLoad,
    parts: &Parts,
    (client, fault): (ForwardedFor, Option<InjectedFault<'_>>),
) -> Option<Response<Body>> {
    if let Some(refused) = forward::refuse_loop(&server.engine, parts, &[], &loads.via, fault) {
        return Some(refused);
    }
    let received_at = time::now();
    // the semaphore is never closed
    let _permit = loads.in_flight.acquire().await;
    let began = Instant::now();
    let answer = send(loads, load, parts, client).await;
    let took_us = began.elapsed().as_micros() as u64;
    let changed = answer.map_err(|error| error.to_string()).and_then(|answer| {
        let body = change_settings(server, load, parts, &answer)?;
        Ok((answer, body))
    });
    let (mut answer, body) = match changed {
        Ok(changed) => changed,
        Err(error) => {
            tracing::warn!(took_us, "the service of what a page loads did not answer");
            let url = loads.client.upstream().url();
            let instead = match load {
                PageLoad::Code => "the page gets 404 in place of this code",
                PageLoad::Settings | PageLoad::SourceConfig => {
                    "segscope answered, without the page's device-mode destinations"
                }
            };
            server
                .engine
                .notice(format!("{url} did not answer what a page loads ({error}); {instead}"));
            return None;
        }
    };
    let mut with = answered_with(&answer);
    if load == PageLoad::Code {
        // the code is long, and the same for every page, so it is not recorded
        with.body = Vec::new();
    }
    let recorded = UpstreamAnswer {
        at: time::now(),
        first_byte_us: Some(answer.first_byte_at.duration_since(began).as_micros() as u64),
        took_us,
        outcome: Ok(with),
    };
    let status = answer.status.as_u16();
    let record = connection::with_head_at(parts, received_at, |head| {
        server.engine.record_forwarded(head, (&[], None), status, &recorded, fault)
    });
    if let ForwardRecord::Held(held) = record {
        connection::wait_for_ready_requests(server).await;
        // the page gets its answer even if that cannot be recorded
        let _ = server.engine.written(&held);
    }
    if let Some(body) = body {
        answer.headers.remove(header::CONTENT_ENCODING);
        answer.headers.insert(header::CONTENT_LENGTH, body.len().into());
        answer.body = body;
    }
    Some(upstream_response(answer))
}

async fn send(
    loads: &PageLoads,
    load: PageLoad,
    parts: &Parts,
    client: ForwardedFor,
) -> Result<ForwardedResponse, ForwardError> {
    let mut headers = parts.headers.clone();
    // cookies on localhost may belong to other programs on this machine
    headers.remove(header::COOKIE);
    // the request has no body
    headers.remove(header::CONTENT_LENGTH);
    if load != PageLoad::Code {
        // segscope reads the settings
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    }
    let forwarded = loads.tells_client.then_some(client);
    let request = ForwardRequest {
        method: parts.method.clone(),
        uri: &parts.uri,
        headers: &headers,
        extensions: parts.extensions.clone(),
        body: Bytes::new(),
        forwarded,
        via: &loads.via,
        is_written: &AtomicBool::new(false),
    };
    loads.client.send(request).await
}

/// Changes the settings in an answer. Returns the new body; none if the service's own is used.
fn change_settings(
    server: &Server,
    load: PageLoad,
    parts: &Parts,
    answer: &ForwardedResponse,
) -> Result<Option<Bytes>, String> {
    let is_settings = load != PageLoad::Code && answer.status.is_success();
    if !is_settings || answer.body.is_empty() {
        return Ok(None);
    }
    let text =
        decode_settings(&answer.headers, &answer.body).ok_or("its settings cannot be decoded")?;
    let changed = match load {
        PageLoad::SourceConfig => wire::empty_data_planes(&text),
        _ => {
            let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
            let host = host.filter(|host| !host.is_empty()).unwrap_or(&server.here);
            let is_tls = parts.extensions.get::<OverTls>().is_some();
            wire::point_settings(&text, host, is_tls)
        }
    };
    Ok(Some(Bytes::from(changed.ok_or("its settings are not JSON")?)))
}

fn decode_settings(headers: &HeaderMap, body: &Bytes) -> Option<String> {
    match headers.get(header::CONTENT_ENCODING).map(HeaderValue::as_bytes) {
        None | Some(b"identity") => String::from_utf8(body.to_vec()).ok(),
        Some(b"gzip") => {
            let mut text = String::new();
            let mut unpacked = MultiGzDecoder::new(&body[..]).take(MAX_SETTINGS_BYTES + 1);
            let read = unpacked.read_to_string(&mut text).ok()? as u64;
            (read <= MAX_SETTINGS_BYTES).then_some(text)
        }
        Some(_) => None,
    }
}
