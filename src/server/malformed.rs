//! Requests that hyper refuses before the server gets them: the parts of them that are known, and the
//! reason.

use crate::call::credential::{is_credential, without_credentials};
use crate::call::text::visible;
use crate::call::time;
use crate::engine::Engine;
use crate::server::body_error::BodyError;
use crate::server::connection_state::Phase;
use crate::server::watched_stream::WatchedStream;
use crate::wire::RequestHead;
use hyper::StatusCode;
use std::io;
use tokio::io::AsyncWriteExt;

/// The maximum number of bytes of a request head that are kept until the request is accepted.
pub(crate) const MAX_KEPT_HEAD_BYTES: usize = 1024;
/// The maximum number of headers of a malformed head that are kept.
const MAX_HEADERS: usize = 32;
/// The maximum number of characters of a malformed line that are quoted.
pub(crate) const MAX_QUOTED_CHARS: usize = 60;

/// The code of requests that were answered without a body, or not at all.
pub(crate) use crate::engine::MALFORMED as CODE;

/// The readable parts of a malformed head.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct MalformedHead {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
}

impl MalformedHead {
    /// Reads the parts that are there.
    pub fn read(bytes: &[u8]) -> MalformedHead {
        let text = String::from_utf8_lossy(bytes);
        let mut lines = text.lines();
        let mut first = lines.next().unwrap_or_default().split(' ');
        let method = first.next().unwrap_or_default();
        let is_method = !method.is_empty()
            && method.len() <= 20
            && method.bytes().all(|byte| byte.is_ascii_alphabetic());
        if !is_method {
            return MalformedHead { method: "?".to_owned(), ..MalformedHead::default() };
        }
        let target = first.next().unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let header = |line: &str| {
            let (name, value) = line.split_once(':')?;
            Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        };
        let headers = lines.take_while(|line| !line.is_empty()).take(MAX_HEADERS);
        MalformedHead {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: headers.filter_map(header).collect(),
        }
    }
}

/// Returns the reason why hyper ended a connection; none if the client ended it. `head` is the
/// beginning of the request; `follows` is true if another request came before it on the connection.
fn why(error: &hyper::Error, head: &[u8], follows: bool) -> Option<BodyError> {
    if !error.is_parse() && !error.is_parse_too_large() {
        return None;
    }
    let is_method = MalformedHead::read(head).method != "?";
    let (status, kind, message) = if error.is_parse_version_h2() {
        (505, "http2", "the client speaks HTTP/2 without TLS; this port speaks HTTP/1.1".to_owned())
    } else {
        match error.to_string().as_str() {
            "message head is too large" => {
                let message = "the head of the request has more than 100 headers or 64 KB";
                (431, "large_head", message.to_owned())
            }
            "URI too long" => (414, "long_url", "the URL is longer than 64 KB".to_owned()),
            "invalid content-length parsed" => {
                let message = "content-length is not a number, or there are two of them";
                (400, "content_length", message.to_owned())
            }
            error if error.contains("transfer-encoding") => {
                let message = "transfer-encoding is not `chunked`, or comes with a content-length";
                (400, "transfer_encoding", message.to_owned())
            }
            "invalid HTTP header parsed" => {
                let line = malformed_line(head).map_or(String::new(), |line| format!(": `{line}`"));
                (400, "header", format!("a header is malformed{line}"))
            }
            "invalid URI" | "invalid HTTP version parsed" if is_method => request_line(head),
            _ if follows => {
                let message = "a request is followed by bytes that are not a request";
                (400, "rest", message.to_owned())
            }
            _ => {
                let begins = String::from_utf8_lossy(&head[..head.len().min(80)]);
                let begins = quoted(&without_credentials(&begins));
                (400, "no_http", format!("not an HTTP request: it begins with `{begins}`"))
            }
        }
    };
    Some(BodyError::Malformed { status, code: CODE, kind, message })
}

/// Returns the status, kind and message for a request line that is malformed after its method.
fn request_line(head: &[u8]) -> (u16, &'static str, String) {
    let text = String::from_utf8_lossy(head);
    let line = text.lines().next().unwrap_or_default();
    let parts: Vec<&str> = line.split(' ').collect();
    let is_target = |target: &str| target.starts_with('/') || target.contains("://");
    let is_version = |version: &str| version.starts_with("HTTP/");
    let (kind, message) = match &parts[..] {
        ["PROXY", "TCP4" | "TCP6" | "UNKNOWN", ..] => (
            "proxy_protocol",
            "the connection begins with the PROXY protocol of a load balancer, not with a request"
                .to_owned(),
        ),
        [_, target, .., version] if parts.len() > 3 && is_target(target) && is_version(version) => {
            ("target", "the URL of the request contains a space".to_owned())
        }
        [_, target] if is_target(target) => {
            ("version", "the request line has no HTTP version".to_owned())
        }
        [_, target, version] if is_target(target) && is_version(version) => {
            match matches!(*version, "HTTP/1.1" | "HTTP/1.0") {
                true => ("target", "the URL of the request is malformed".to_owned()),
                false => ("version", "the HTTP version of the request is unknown".to_owned()),
            }
        }
        [_, target, _] if is_target(target) => {
            ("version", "the HTTP version of the request is unknown".to_owned())
        }
        _ => {
            let line = quoted(&without_credentials(line));
            ("request_line", format!("the request line is malformed: `{line}`"))
        }
    };
    (400, kind, message)
}

/// Records a request that hyper refused, or whose head did not arrive in time, and then answers it.
/// `rest` are the bytes that hyper has read and not used, and `error` is hyper's. Other errors of a
/// connection are not reported, because they concern only its client.
pub(crate) async fn record_and_answer(
    engine: &Engine,
    stream: WatchedStream,
    rest: &[u8],
    error: Option<hyper::Error>,
) {
    let WatchedStream { mut stream, watch, head, held_answer: mut answer, .. } = stream;
    let is_head = watch.phase().0 == Phase::Head;
    let head = if is_head { &head } else { rest };
    let trouble = match &error {
        Some(error) => why(error, head, !is_head),
        None if is_head && watch.is_over() => Some(slow_head()),
        None => None,
    };
    if let Some(trouble) = &trouble {
        if let BodyError::Malformed { status, code, .. } = trouble {
            tracing::warn!(status, code, "request refused before it was read");
        }
        record(engine, trouble, head, stream.is_tls());
    }
    // hyper answers all other malformed requests
    if let Some(BodyError::Malformed { status: status @ (408 | 505), .. }) = trouble {
        let reason = StatusCode::from_u16(status).ok().and_then(|code| code.canonical_reason());
        answer = format!(
            "HTTP/1.1 {status} {}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            reason.unwrap_or_default()
        )
        .into_bytes();
    }
    if answer.is_empty() {
        return;
    }
    // the client has as much time to take the answer as it has to send a head
    watch.enter(Phase::Head);
    let send = async {
        // a client that is gone needs no answer
        let _ = stream.write_all(&answer).await;
        let _ = stream.shutdown().await;
    };
    let takes_too_long = async {
        while watch.confirm_end().is_none() {
            watch.over.notified().await;
        }
    };
    tokio::select! {
        biased;
        () = send => {}
        () = takes_too_long => {}
    }
}

/// Records a request of which only these bytes of the head are known.
pub(crate) fn record(engine: &Engine, trouble: &BodyError, bytes: &[u8], is_tls: bool) {
    let MalformedHead { method, path, query, headers } = MalformedHead::read(bytes);
    let head = RequestHead {
        method: &method,
        path: &path,
        query: &query,
        headers: &headers,
        received_at: time::now(),
        is_tls,
    };
    trouble.record(engine, &head, &[]);
}

/// Returns the error of a head that did not arrive in time.
fn slow_head() -> BodyError {
    let message = "the head of the request did not arrive in time".to_owned();
    BodyError::Malformed { status: 408, code: CODE, kind: "slow_head", message }
}

/// Returns the error of a malformed chunked body; none if the client went away.
pub(crate) fn body(error: &hyper::Error) -> Option<BodyError> {
    let io = std::error::Error::source(error)?.downcast_ref::<io::Error>()?;
    if !matches!(io.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) {
        return None;
    }
    let message = format!("the chunked body is malformed: {}", visible(&io.to_string()));
    Some(BodyError::Malformed { status: 400, code: "invalid_request", kind: "chunks", message })
}

/// Returns the first line of a head that is not a header.
fn malformed_line(head: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(head);
    let is_header = |line: &&str| {
        line.split_once(':').is_some_and(|(name, _)| {
            let token =
                |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
            !name.is_empty() && name.bytes().all(token)
        })
    };
    let mut lines = text.lines().skip(1).take_while(|line| !line.is_empty());
    lines.find(|line| !is_header(line)).map(quoted_header)
}

/// Returns a header as it may be shown: without its value if its name stands for a credential.
fn quoted_header(line: &str) -> String {
    if line.starts_with([' ', '\t']) {
        // this continues the line before, whose name may stand for a credential
        return "…".to_owned();
    }
    let name = line.split([':', ' ', '\t']).next().unwrap_or_default();
    let rest = line[name.len()..].trim_start();
    let separator = if rest.starts_with(':') { " :" } else { "" };
    match is_credential(name) {
        true => format!("{}{separator} …", quoted(name)),
        false => quoted(line),
    }
}

fn quoted(text: &str) -> String {
    visible(text.trim_end()).chars().take(MAX_QUOTED_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_can_be_read_of_a_head() {
        let head = MalformedHead::read(
            b"POST /v1/track?a=1 HTTP/1.1\r\nHost : x\r\nUser-Agent: a/1\r\n\r\n{}",
        );
        assert_eq!((&*head.method, &*head.path, &*head.query), ("POST", "/v1/track", "a=1"));
        let headers = [("host", "x"), ("user-agent", "a/1")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(head.headers, headers);
        for bytes in [&b"SSH-2.0-x\r\n"[..], b"\xff\xfe", b"", b"{\"a\":1}"] {
            assert_eq!(
                MalformedHead::read(bytes),
                MalformedHead { method: "?".to_owned(), ..MalformedHead::default() }
            );
        }
        for (header, shown) in [
            ("Host : x", "Host : x"),
            ("Authorization : Bearer s3cret", "Authorization : …"),
            ("X-Api-Key s3cret", "X-Api-Key …"),
        ] {
            let head = format!("GET / HTTP/1.1\r\nA: b\r\n{header}\r\n\r\n");
            assert_eq!(malformed_line(head.as_bytes()).as_deref(), Some(shown));
        }
    }
}
