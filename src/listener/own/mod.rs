//! The inspector's own paths, `/_segscope/…`: for this machine only, and for no web page.

mod calls;
mod query;
mod summary;
mod wait;

use super::server::Server;
use crate::call::time;
use crate::pipeline::Pipeline;
use crate::wire::{Reply, query_value};
use hyper::header::{self, HeaderMap};
use hyper::http::request::Parts;
use serde_json::json;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// Each path with the methods that it takes.
const PATHS: &[(&str, &str)] = &[
    ("health", "GET, HEAD"),
    ("calls", "GET, HEAD"),
    ("wait", "GET"),
    ("summary", "GET, HEAD"),
    ("sync", "GET, HEAD"),
    ("reset", "POST"),
    ("openapi.json", "GET, HEAD"),
];

/// So long the health page waits for what is being judged.
const HEALTH_WAITS: Duration = Duration::from_secs(1);

/// What these paths take and give, for programs.
const OPENAPI: &str = include_str!("../../../assets/openapi.json");

/// Answers a request for `/_segscope/NAME`.
pub(super) async fn answer(server: &Server, parts: &Parts, name: &str) -> Reply {
    if !is_for_us(&parts.headers, &server.addrs) {
        let message = "only this machine may ask, by its address or as localhost, and no web page";
        return Reply::failure(403, "forbidden", message);
    }
    let name = name.strip_suffix('/').unwrap_or(name);
    let Some((_, allow)) = PATHS.iter().find(|(known, _)| *known == name) else {
        let names: Vec<&str> = PATHS.iter().map(|(known, _)| *known).collect();
        let message = format!("no such path; below /_segscope/ there are {}", names.join(", "));
        return Reply::failure(404, "not_found", &message);
    };
    if !allow.split(", ").any(|method| method == parts.method.as_str()) {
        let message = format!("use {allow}");
        return Reply { allow: Some(allow), ..Reply::failure(405, "method_not_allowed", &message) };
    }
    let query = parts.uri.query().unwrap_or("");
    if matches!(name, "openapi.json" | "health" | "summary" | "sync")
        && let Err(reply) = query::known(query, &[])
    {
        return reply;
    }
    if name == "openapi.json" {
        return Reply::json(200, OPENAPI);
    }
    let pipeline = server.intake.pipeline();
    if name == "health" {
        if let Some(pipeline) = pipeline {
            // a large recording that is still being read is no reason to keep a probe waiting
            let _ = timeout(HEALTH_WAITS, settled(pipeline)).await;
        }
        return Reply::json(200, health(server));
    }
    let Some(pipeline) = pipeline else {
        return Reply::failure(404, "not_found", "nothing is kept here");
    };
    settled(pipeline).await;
    match name {
        "calls" => calls::answer(pipeline, query).await,
        "wait" => wait::answer(pipeline, query).await,
        "summary" => Reply::json(200, summary::json(pipeline)),
        "sync" => {
            let panel = pipeline.sync(|objects| objects.panel(time::now()));
            Reply::json(200, json!(panel).to_string())
        }
        _ => reset(pipeline, query).await,
    }
}

/// Waits until all that was answered before is judged, so that who asks sees it; not on the thread
/// that answers SDKs.
async fn settled(pipeline: &Arc<Pipeline>) {
    if !pipeline.is_settled() {
        let pipeline = Arc::clone(pipeline);
        // what cannot be waited for is not there, which the answer shows
        let _ = tokio::task::spawn_blocking(move || pipeline.settle()).await;
    }
}

/// Clears everything away, or what one test has sent, so that the next test begins with nothing.
async fn reset(pipeline: &Arc<Pipeline>, query: &str) -> Reply {
    if let Err(reply) = query::known(query, &["test"]) {
        return reply;
    }
    let test = query_value(query, "test");
    let before = match &test {
        Some(test) if test.is_empty() => {
            let message = "`test` is the value of the test's X-Segscope-Test header";
            return Reply::failure(400, "bad_parameter", message);
        }
        Some(test) => pipeline.calls_of_test(test),
        None => pipeline.calls(),
    };
    let cleared = match &test {
        Some(test) => pipeline.clear_test(test, time::now()),
        None => pipeline.clear(time::now()),
    };
    if let Err(error) = cleared {
        return Reply::unavailable(&format!("the recording cannot be written: {error}"));
    }
    settled(pipeline).await;
    let mut body = json!({"success": true, "cleared": before});
    if let Some(test) = test {
        body["test"] = test.into();
    }
    Reply::json(200, body.to_string())
}

fn health(server: &Server) -> String {
    let health = server.intake.health();
    let counts = server.counts();
    json!({
        "name": "segscope",
        "version": env!("CARGO_PKG_VERSION"),
        "pid": std::process::id(),
        "listening": server.addrs,
        "recording": health.recording,
        "requests": health.requests,
        "refused": health.refused,
        "calls": health.calls,
        "repeats": health.repeats,
        "problem": health.problem,
        "frames": health.frames.map(|frames| json!({
            "drawn": frames.drawn,
            "p50_us": frames.p50_us,
            "p99_us": frames.p99_us,
            "max_us": frames.max_us,
        })),
        "connections": counts.connections,
        "tls_hellos": counts.tls_hellos,
        "turned_away": counts.turned_away,
    })
    .to_string()
}

/// A page that made its own name point here (DNS rebinding) is known by `Host`, any other page by
/// `Origin`: it must be the same that `Host` names.
fn is_for_us(headers: &HeaderMap, bound: &[SocketAddr]) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let Some(host) = text(header::HOST) else { return false };
    if !is_ours(host, bound) {
        return false;
    }
    text(header::ORIGIN).is_none_or(|origin| {
        origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://")) == Some(host)
    })
}

fn is_ours(host: &str, bound: &[SocketAddr]) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    match name.parse::<IpAddr>() {
        // an address is no name that could be made to point elsewhere
        Ok(ip) => {
            let here = |addr: &SocketAddr| addr.ip() == ip || addr.ip().is_unspecified();
            ip.is_loopback() || bound.iter().any(here)
        }
        Err(_) => {
            let name = name.to_ascii_lowercase();
            name == "localhost" || name.ends_with(".localhost")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_is_described() {
        let described: serde_json::Value = serde_json::from_str(OPENAPI).expect("JSON");
        let described = described["paths"].as_object().expect("paths");
        for (name, methods) in PATHS {
            let path = &described[&format!("/_segscope/{name}")];
            let methods: Vec<String> = methods
                .split(", ")
                .filter(|method| *method != "HEAD")
                .map(str::to_ascii_lowercase)
                .collect();
            assert_eq!(path.as_object().map(|path| path.keys().cloned().collect()), Some(methods));
        }
        assert_eq!(described.len(), PATHS.len());
    }

    fn ask(host: Option<&str>, origin: Option<&str>, bound: &str) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in [(header::HOST, host), (header::ORIGIN, origin)] {
            if let Some(value) = value {
                headers.insert(name, value.parse().expect("a header"));
            }
        }
        is_for_us(&headers, &[bound.parse().expect("an address")])
    }

    #[test]
    fn only_names_of_this_machine_and_no_foreign_page() {
        let local = "127.0.0.1:7357";
        for (host, origin, bound, want) in [
            (Some(local), None, local, true),
            (Some("localhost:7357"), None, local, true),
            (Some("LOCALHOST"), None, local, true),
            (Some("app.localhost:7357"), None, local, true),
            (Some("[::1]:7357"), None, local, true),
            (Some("127.9.9.9:1"), None, local, true),
            (None, None, local, false),
            (Some("evil.example:7357"), None, local, false),
            (Some("localhost.evil.example"), None, local, false),
            (Some("192.168.0.7:7357"), None, local, false),
            (Some("192.168.0.7:7357"), None, "192.168.0.7:7357", true),
            (Some("192.168.0.7:7357"), None, "0.0.0.0:7357", true),
            (Some("evil.example"), None, "0.0.0.0:7357", false),
            (Some(local), Some("http://127.0.0.1:7357"), local, true),
            (Some(local), Some("http://localhost:3000"), local, false),
            (Some(local), Some("https://evil.example"), local, false),
            (Some(local), Some("null"), local, false),
        ] {
            assert_eq!(ask(host, origin, bound), want, "{host:?} {origin:?} {bound}");
        }
    }
}
