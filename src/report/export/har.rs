//! The requests that carried calls, as an HTTP archive (HAR 1.2). A batch is one entry, however many
//! of its calls are exported.

use crate::call::time::{self, NO_TIME};
use crate::engine::{CallDetail, EXCERPT, FROM_FILE, RESPONSE_UNKNOWN, RequestDetail};
use crate::recording::ResponseSource;
use crate::wire;
use crate::wire::proxy_headers::{copied_host, copied_scheme};
use serde_json::{Value, json};
use std::io::{self, Write};

/// The address of a request that names no host.
const NO_HOST: &str = "127.0.0.1:7357";

/// An archive that is being written.
pub(crate) struct Har {
    /// The number of the last request. Calls come in the order of their requests.
    last: Option<u64>,
}

impl Har {
    /// Writes the beginning of the archive.
    pub(crate) fn begin(out: &mut impl Write) -> io::Result<Har> {
        let creator = json!({ "name": "segscope", "version": env!("CARGO_PKG_VERSION") });
        write!(out, "{{\"log\":{{\"version\":\"1.2\",\"creator\":{creator},\"entries\":[")?;
        Ok(Har { last: None })
    }

    /// Writes the request of a call, unless it is that of the call before.
    pub(crate) fn call(&mut self, out: &mut impl Write, call: &CallDetail) -> io::Result<()> {
        let number = call.request.number;
        if self.last == Some(number) {
            return Ok(());
        }
        let comma = if self.last.is_some() { "," } else { "" };
        self.last = Some(number);
        write!(out, "{comma}\n{}", entry(&call.request))
    }

    /// Writes the end of the archive.
    pub(crate) fn end(self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "\n]}}}}")
    }
}

/// Returns the request that would carry a call from a file, which arrived by no request. It has no
/// response.
fn request_of_bare_call(request: &RequestDetail) -> RequestDetail {
    let (path, body) = wire::posted(&request.body).unwrap_or(("", request.body.as_str().into()));
    RequestDetail {
        method: "POST".to_owned(),
        path: path.to_owned(),
        body: body.into_owned(),
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        status: 0,
        answer: String::new(),
        ..request.clone()
    }
}

fn entry(request: &RequestDetail) -> Value {
    let bare = request.is_bare().then(|| request_of_bare_call(request));
    let is_archived = request.response == ResponseSource::Archived;
    let is_unknown = bare.is_some() || is_archived && request.upstream.is_none();
    let request = bare.as_ref().unwrap_or(request);
    let header = |wanted: &str| {
        let mut all = request.headers.iter();
        all.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.as_str())
    };
    let pair = |name: &str, value: &str| json!({ "name": name, "value": value });
    let headers: Vec<Value> =
        request.headers.iter().map(|(name, value)| pair(name, value)).collect();
    let mark = if request.query.is_empty() { "" } else { "?" };
    let (scheme, host) = match request.response {
        ResponseSource::Discarded => {
            (copied_scheme(&request.headers), copied_host(&request.headers))
        }
        _ => {
            let scheme = if request.is_tls { "https" } else { "http" };
            (scheme, header("host").map(str::to_owned))
        }
    };
    let host = host.as_deref().unwrap_or(NO_HOST);
    let query: Vec<Value> = request
        .query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(name, value)| pair(name, value))
        .collect();
    let body_bytes = request.body_bytes.unwrap_or(request.body.len() as u64);
    let mut entry = json!({
        "startedDateTime": time::format(request.received_at),
        "time": 0,
        "request": {
            "method": request.method,
            "url": format!("{scheme}://{host}{}{mark}{}", request.path, request.query),
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": headers,
            "queryString": query,
            "postData": {
                "mimeType": header("content-type").unwrap_or("application/octet-stream"),
                "text": request.body,
            },
            "headersSize": -1,
            "bodySize": body_bytes,
        },
        "response": {
            "status": request.status,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": [],
            "content": {
                "size": request.answer.len(),
                "mimeType": "application/json",
                "text": request.answer,
            },
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": request.answer.len(),
        },
        "cache": {},
        "timings": { "send": 0, "wait": 0, "receive": 0 },
    });
    if request.received_at == NO_TIME
        && let Some(entry) = entry.as_object_mut()
    {
        entry.remove("startedDateTime");
    }
    if request.body.is_empty() {
        // the request of an image has no body; its URL contains everything
        if let Some(request) = entry["request"].as_object_mut() {
            request.remove("postData");
        }
    }
    if let Some(excerpt) = &request.excerpt {
        entry[EXCERPT] = excerpt.to_json();
    }
    if bare.is_some() {
        entry[FROM_FILE] = true.into();
    }
    if is_unknown {
        entry[RESPONSE_UNKNOWN] = true.into();
    }
    if let Some(whole) = request.body_bytes {
        entry["comment"] =
            format!("only the beginning of the body was kept, of {whole} bytes").into();
    }
    entry
}
