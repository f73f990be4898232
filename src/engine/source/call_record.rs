//! Reads call records, which `tail`, `check` and exports write, back into the requests that carried
//! their calls.

use crate::call::Val;
use crate::call::time::{self, Millis};
use crate::recording::{LineHead, Redaction, ResponseSource};
use crate::wire::{self, BodyShape, CallExcerpt, RequestHead, Route};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::ops::Range;

/// The request that carried the call of a record, as the record describes it.
#[derive(Debug)]
pub(crate) struct RecordRequest {
    method: &'static str,
    path: String,
    query: String,
    pub headers: Vec<(String, String)>,
    pub received_at: Millis,
    status: u16,
    fault: Option<String>,
    pub signature: Option<String>,
}

/// The body of the request that carried the call of a record.
pub(crate) enum RecordBody {
    /// The call, as its range in the text of the record.
    Call(Range<usize>),
    /// A batch with only this call and the members that its batch gave it.
    Batch(String),
}

/// A call record that is read back.
pub(crate) struct RecordContents {
    pub body: RecordBody,
    /// The request that carried the call: `None` if the call was in a file, or if the record does not
    /// say when or to which path it was sent.
    pub request: Option<Box<RecordRequest>>,
    /// What the rest of the request decided.
    pub excerpt: CallExcerpt,
}

/// Returns whether an object is a call record.
pub(crate) fn is_record(value: Val<'_>) -> bool {
    value.get("seq").is_some() && value.get("call").is_some_and(|call| call.is_object())
}

/// Reads a call record. Other objects are no records.
pub(crate) fn read(root: Val<'_>) -> Option<RecordContents> {
    // this runs for every call, and almost none is a record, so look for the member `seq` first
    let may = |member: Val<'_>| matches!(member.key_plain(), Some(b"seq") | None);
    root.children().any(may).then_some(())?;
    if !is_record(root) {
        return None;
    }
    let call = root.get("call")?;
    let (shape, request) = RecordRequest::read(root, call).unzip();
    let body = match batch_body(shape.unwrap_or(BodyShape::Bare), root, call) {
        Some(body) => RecordBody::Batch(body),
        None => RecordBody::Call(call.span()),
    };
    Some(RecordContents { body, request: request.map(Box::new), excerpt: excerpt(root) })
}

/// Returns what a record says of the rest of the request of its call: the service, and the findings
/// that depend on other calls.
fn excerpt(record: Val<'_>) -> CallExcerpt {
    let text = |value: Option<Val<'_>>| Some(value?.as_str()?.into_owned());
    let findings = record.get("findings").into_iter().flat_map(|findings| findings.children());
    let of_service: Vec<(String, String)> = findings
        .filter(|finding| finding.get("vendor").is_none_or(|vendor| vendor.is_null()))
        .filter_map(|finding| Some((text(finding.get("code"))?, text(finding.get("path"))?)))
        .collect();
    let pairs = of_service.iter().map(|(code, path)| (code.as_str(), path.as_str()));
    CallExcerpt::new(text(record.pointer("/service/name")).as_deref(), pairs)
}

/// Returns the body of a batch with the call of a record and what its batch gave it. `None` if the
/// call was not in a batch.
fn batch_body(shape: BodyShape, record: Val<'_>, call: Val<'_>) -> Option<String> {
    let derived = |name| record.get("derived")?.get(name);
    let (context, integrations) = (derived("context"), derived("integrations"));
    let members = match shape {
        BodyShape::Batch | BodyShape::Beacon => {
            [("context", context), ("integrations", integrations), ("sentAt", derived("sentAt"))]
        }
        // the calls of a batch in a file count as received when the batch was sent
        BodyShape::Bare if context.or(integrations).is_some() => [
            ("context", context),
            ("integrations", integrations),
            ("sentAt", derived("receivedAt")),
        ],
        _ => return None,
    };
    let mut body = format!("{{\"batch\":[{}]", call.raw());
    for (name, value) in members {
        if let Some(value) = value {
            body.push_str(&format!(",\"{name}\":{}", value.raw()));
        }
    }
    body.push('}');
    Some(body)
}

impl RecordRequest {
    /// Reads the request of a record, with the arrangement of the calls in its body.
    fn read(record: Val<'_>, call: Val<'_>) -> Option<(BodyShape, RecordRequest)> {
        let text = |name| record.get(name).and_then(|value| Some(value.as_str()?.into_owned()));
        let path = text("path").filter(|path| !path.is_empty())?;
        let received_at = time::parse(&text("received_at")?)?;
        let (method, shape) =
            ["POST", "GET"].into_iter().find_map(|method| match wire::route(method, &path) {
                Route::Calls(shape) => Some((method, shape)),
                _ => None,
            })?;
        let mut request = RecordRequest {
            method,
            path,
            query: String::new(),
            headers: Vec::new(),
            received_at,
            status: record.get("status").and_then(|it| it.raw().parse().ok()).unwrap_or(200),
            fault: text("fault"),
            signature: text("signature"),
        };
        // the record does not say where the key was, unless the call itself has it
        if let Some(key) = text("write_key").filter(|_| call.get("writeKey").is_none()) {
            request.set_write_key(&key);
        }
        Some((shape, request))
    }

    /// Replaces the values that may not be recorded.
    pub fn redact(&mut self, redaction: &Redaction) {
        let redacted = redaction.redact_head(&request_head(Some(self)));
        let head = redacted.apply_to(&request_head(Some(self)));
        let (path, query, headers) =
            (head.path.to_owned(), head.query.to_owned(), head.headers.to_vec());
        (self.path, self.query, self.headers) = (path, query, headers);
    }

    fn set_write_key(&mut self, key: &str) {
        if key.contains(':') {
            // a user name of `Basic` has no colon
            let bytes = key.bytes().map(|byte| format!("%{byte:02X}"));
            self.query = format!("writeKey={}", bytes.collect::<String>());
        } else {
            let coded = STANDARD.encode(format!("{key}:"));
            self.headers.push(("authorization".to_owned(), format!("Basic {coded}")));
        }
    }
}

/// Returns the head with which a call from a file is read.
pub(crate) fn request_head(request: Option<&RecordRequest>) -> RequestHead<'_> {
    match request {
        // the derived fields of a call from a file depend on its own times
        None => RequestHead {
            method: "",
            path: "",
            query: "",
            headers: &[],
            received_at: 0,
            is_tls: false,
        },
        Some(request) => RequestHead {
            method: request.method,
            path: &request.path,
            query: &request.query,
            headers: &request.headers,
            received_at: request.received_at,
            is_tls: false,
        },
    }
}

/// Returns the beginning of the line that a recording contains for a call from a file.
pub(crate) fn line_head<'r>(
    request: Option<&'r RecordRequest>,
    excerpt: Option<&'r CallExcerpt>,
    received_at: Millis,
) -> LineHead<'r> {
    let head = request_head(request);
    LineHead {
        received_at,
        method: head.method,
        path: head.path,
        query: head.query,
        headers: head.headers,
        status: request.map_or(200, |request| request.status),
        response: ResponseSource::Own,
        fault: request.and_then(|request| request.fault.as_deref()),
        is_tls: false,
        excerpt,
    }
}
