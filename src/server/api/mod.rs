//! Segscope's own paths, `/_segscope/…`. They answer this machine and clients with the token, but
//! no web page ([`access`]).
//!
//! Their memory is bounded: at most [`MAX_REQUESTS`] are answered at the same time, a waiting
//! request holds row numbers only, and a page is written while it is sent.

pub(crate) mod access;
mod event_cache;
mod response_body;
mod stream;

pub(crate) use crate::server::api::response_body::OwnBody;

use crate::queries::{self, Answer, QUESTIONS, Question, Workers, parameters, settled};
use crate::server::body::{self, BodyBytes, ReadBody};
use crate::server::connection_state::PhaseCell;
use crate::server::listener::Server;
use crate::server::{cors, respond};
use crate::wire::Reply;
use event_cache::EventCache;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Response};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use stream::EventStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// The paths that are not questions, with the methods that each allows.
const PATHS: &[(&str, &str)] =
    &[("health", "GET, HEAD"), ("stream", "GET"), ("openapi.json", "GET, HEAD")];

/// Returns all paths with their methods.
fn paths() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    QUESTIONS.iter().chain(PATHS)
}

/// Returns the static name of a path, if it is one of these.
pub(crate) fn known_name(name: &str) -> Option<&'static str> {
    let (name, _) = split(name);
    paths().map(|(known, _)| *known).find(|known| *known == name)
}

/// Splits a path into its name and the rest. Only `outputs` has a rest.
fn split(path: &str) -> (&str, &str) {
    let path = path.strip_suffix('/').unwrap_or(path);
    match path.split_once('/') {
        Some((name @ "outputs", rest)) => (name, rest),
        _ => (path, ""),
    }
}

/// The maximum number of requests that are answered at the same time, except `health`. Together
/// they hold about 64 MB: rows, filters, 64 KB of each answer, and the same again on its way to the
/// client.
const MAX_REQUESTS: usize = 256;
/// The value of `Retry-After`, in seconds, for requests beyond that number.
const RETRY_AFTER_SECONDS: u32 = 1;

/// The limits on the memory of these paths.
pub(crate) struct Bounds {
    requests: Arc<Semaphore>,
    workers: Workers,
    events: Arc<EventCache>,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            requests: Arc::new(Semaphore::new(MAX_REQUESTS)),
            workers: Workers::default(),
            events: Arc::default(),
        }
    }
}

/// Headers that keep a web page from using an answer that it gets in spite of all checks.
const PROTECTION: [(HeaderName, &str); 4] = [
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::CACHE_CONTROL, "no-store"),
];

/// The maximum time that the health page waits for the judge thread.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(1);

/// The OpenAPI description of these paths.
const OPENAPI: &str = include_str!("../../../assets/openapi.json");

/// A request for `/_segscope/NAME`.
#[derive(Clone, Copy)]
pub(crate) struct ApiRequest<'r> {
    pub parts: &'r Parts,
    pub name: &'r str,
    /// True if the request comes from this machine.
    pub is_here: bool,
}

/// Answers a request.
pub(crate) async fn respond(
    server: &Server,
    request: ApiRequest<'_>,
    body: Incoming,
    watch: &PhaseCell,
) -> Response<OwnBody> {
    let ApiRequest { parts, is_here, .. } = request;
    let denied = access::check(parts, &server.addrs, server.token.as_ref(), is_here).err();
    let mut response = match denied {
        Some(denied) => whole_response(denied.reply(), None),
        None => permitted(server, request, body, watch).await,
    };
    protect(&mut response);
    if denied == Some(access::DenialReason::NoToken) {
        let bearer = HeaderValue::from_static("Bearer");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, bearer);
    }
    response
}

/// Answers `/version` and `/`, which RudderStack probes request. A client with access gets the name and
/// version of segscope; a web page or another machine gets the answer of `/health`.
pub(crate) fn respond_to_probe(
    server: &Server,
    parts: &Parts,
    is_here: bool,
) -> Response<Full<Bytes>> {
    let denied = access::check(parts, &server.addrs, server.token.as_ref(), is_here).is_err();
    let reply = match denied {
        true => Reply::up(),
        false => Reply::identity(),
    };
    let mut response = respond::response(reply, Full::new);
    protect(&mut response);
    if denied {
        cors::allow(&parts.headers, response.headers_mut());
    }
    response
}

/// Adds the headers that keep a web page from using an answer.
fn protect<B>(response: &mut Response<B>) {
    for (name, value) in PROTECTION {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
}

fn whole_response(reply: Reply, permit: Option<OwnedSemaphorePermit>) -> Response<OwnBody> {
    respond::response(reply, |bytes: Bytes| OwnBody::whole(bytes, permit))
}

/// Answers a request that has access.
async fn permitted(
    server: &Server,
    request: ApiRequest<'_>,
    body: Incoming,
    watch: &PhaseCell,
) -> Response<OwnBody> {
    let permit = match split(request.name).0 {
        "health" => None,
        _ => match Arc::clone(&server.own.requests).try_acquire_owned() {
            Ok(permit) => Some(permit),
            Err(_) => return whole_response(Reply::busy(RETRY_AFTER_SECONDS), None),
        },
    };
    if split(request.name).0 == "stream" && request.parts.method == Method::GET {
        return stream(server, request.parts, permit).await;
    }
    match answer(server, request, body, watch).await {
        Answer::Whole(reply) => whole_response(reply, permit),
        Answer::Page(status, page) => {
            match OwnBody::page(page, &server.own.workers, permit).await {
                Ok(body) => respond::response(Reply::json(status, " "), |_| body),
                Err(_) => {
                    whole_response(Reply::failure(500, "internal", "the answer ended early"), None)
                }
            }
        }
    }
}

/// Starts a stream of call records.
async fn stream(
    server: &Server,
    parts: &Parts,
    permit: Option<OwnedSemaphorePermit>,
) -> Response<OwnBody> {
    // calls that were acknowledged before the stream are not new
    settled(&server.engine).await;
    let query = parts.uri.query().unwrap_or("");
    let stream = match EventStream::new(&server.engine, &server.own.events, query, &parts.headers) {
        Ok(stream) => stream,
        Err(reply) => return whole_response(reply, permit),
    };
    let body = OwnBody::stream(stream, &server.own.workers, permit);
    let mut response = respond::response(Reply::json(200, " "), |_| body);
    let events = HeaderValue::from_static("text/event-stream");
    response.headers_mut().insert(header::CONTENT_TYPE, events);
    response
}

async fn answer(
    server: &Server,
    ApiRequest { parts, name, .. }: ApiRequest<'_>,
    body: Incoming,
    watch: &PhaseCell,
) -> Answer {
    let (name, rest) = split(name);
    let Some((_, allow)) = paths().find(|(known, _)| *known == name) else {
        let names: Vec<&str> = paths().map(|(known, _)| *known).collect();
        let message = format!("no such path; below /_segscope/ there are {}", names.join(", "));
        return Answer::Whole(Reply::failure(404, "not_found", &message));
    };
    if !allow.split(", ").any(|method| method == parts.method.as_str()) {
        let message = format!("use {allow}");
        let refused = Reply::failure(405, "method_not_allowed", &message);
        return Answer::Whole(Reply { allow: Some(allow), ..refused });
    }
    let query = parts.uri.query().unwrap_or("");
    let known = match name {
        "openapi.json" | "health" => parameters::known(query, &[]),
        name => queries::check_parameters(name, query),
    };
    if let Err(reply) = known {
        return Answer::Whole(reply);
    }
    let engine = &server.engine;
    match name {
        "openapi.json" => return Answer::Whole(Reply::json(200, OPENAPI)),
        "health" => {
            // a probe must not wait for a large recording that is still being read
            let _ = timeout(HEALTH_TIMEOUT, settled(engine)).await;
            return Answer::Whole(Reply::json(200, health(server)));
        }
        _ => {}
    }
    let read = match queries::body_limit(name) {
        None => None,
        Some(limit) => match read_body(server, body, limit, watch).await {
            Ok(read) => Some(read),
            Err(reply) => return Answer::Whole(reply),
        },
    };
    let body = read.as_ref().map_or(&[][..], |(data, _)| data);
    watch.set_waiting(name == "wait");
    let is_gone = || watch.is_gone();
    let question = Question { name, rest, query, body, is_gone: &is_gone };
    let answer = queries::answer(engine, &server.own.workers, &question).await;
    watch.set_waiting(false);
    answer
}

/// Reads the body of a request, and returns it with its permit for the memory.
async fn read_body<'s>(
    server: &'s Server,
    body: Incoming,
    limit: usize,
    watch: &PhaseCell,
) -> Result<(BodyBytes, Option<SemaphorePermit<'s>>), Reply> {
    match body::read(body, limit, false, server, watch).await {
        ReadBody::Whole(data, permit) => Ok((data, permit)),
        ReadBody::Cut(_, error) => Err(error.reply()),
    }
}

fn health(server: &Server) -> String {
    let stats = server.engine.stats();
    let counts = server.counts();
    json!({
        "name": "segscope",
        "version": env!("CARGO_PKG_VERSION"),
        "pid": std::process::id(),
        "listening": server.addrs,
        "recording": stats.recording,
        "requests": stats.requests,
        "refused": stats.refused,
        "calls": stats.calls,
        "repeats": stats.repeats,
        "lag_bytes": stats.lag_bytes,
        "problem": stats.problem,
        "frames": server.engine.frame_times().map(|frames| json!({
            "drawn": frames.drawn,
            "p50_us": frames.p50_us,
            "p99_us": frames.p99_us,
            "max_us": frames.max_us,
        })),
        "connections": counts.connections,
        "tls_hellos": counts.tls_hellos,
        "tls_failed": counts.tls_failed,
        "tunnels": {
            "open": counts.tunnels.open,
            "all": counts.tunnels.all,
            "refused": counts.tunnels.refused,
            "unreachable": counts.tunnels.unreachable,
            "http_refused": counts.tunnels.http_refused,
        },
        "turned_away": counts.turned_away,
        "connections_closed": counts.closed,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_is_described() {
        let described: serde_json::Value = serde_json::from_str(OPENAPI).expect("JSON");
        let described = described["paths"].as_object().expect("paths");
        for (name, methods) in paths() {
            let rest = if *name == "outputs" { "/{seq}/{vendor}" } else { "" };
            let path = &described[&format!("/_segscope/{name}{rest}")];
            let methods: Vec<String> = methods
                .split(", ")
                .filter(|method| *method != "HEAD")
                .map(str::to_ascii_lowercase)
                .collect();
            let is_operation = |key: &&String| key.as_str() != "parameters";
            assert_eq!(
                path.as_object().map(|path| path.keys().filter(is_operation).cloned().collect()),
                Some(methods)
            );
        }
        assert_eq!(described.len(), paths().count());
    }
}
