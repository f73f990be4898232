//! A request is taken: recorded first, then judged and indexed, then answered.

use super::index::{Line, Origin};
use super::push::Unread;
use super::{Pipeline, State};
use crate::journal::{self, Body, LineHead, Refused};
use crate::objects::Step;
use crate::vendors::Vendors;
use crate::wire::{self, Refusal, Reply, RequestHead, Route};
use std::borrow::Cow;
use std::sync::Arc;

/// Of a refused request over a limit this much is kept.
pub const KEPT_OF_REFUSED_BYTES: usize = 64 * 1024;

/// Room that one request leaves for the next.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub line: Vec<u8>,
    /// Where the request before was sent.
    pub origin: Arc<Origin>,
    wire: wire::Scratch,
}

impl Pipeline {
    /// Takes a request with its whole body as it came. What holds no calls and asks for nothing
    /// more than an answer (settings, probes) is answered and not recorded.
    pub fn take(&self, head: &RequestHead<'_>, raw: &[u8], here: &str) -> Reply {
        if let Some(step) = Step::of(head.method, head.path) {
            return self.take_push(head, step, raw);
        }
        let route = head.route();
        match route {
            Route::Calls(_) | Route::Metrics | Route::Merge | Route::WebhookSource => {}
            Route::WrongMethod(_) | Route::Unknown
                if matches!(head.method, "POST" | "PUT" | "PATCH") =>
            {
                // a call that was sent to the wrong place is worth a row
                let reply = wire::reply::of(head, here, false);
                let message = format!("no tracking call is taken at {} {}", head.method, head.path);
                self.record_refused(head, raw, reply.status, "not_found", &message, None);
                return reply;
            }
            _ => return wire::reply::of(head, here, false),
        }
        let body = match decoded(head, raw) {
            Ok(body) => body,
            Err(refusal) => return self.refuse(head, raw, &refusal, None),
        };
        let signature = wire::signature::check(head, raw, self.webhook_secret.as_deref());
        let mut state = self.lock();
        let state_ref = &mut *state;
        let taken = state_ref.take(&self.vendors, head, &body, signature);
        drop(state);
        match taken {
            Ok(()) => {
                self.changed();
                wire::reply::of(head, here, false)
            }
            Err(NotTaken::Refused(refusal)) => self.refuse(head, body.as_bytes(), &refusal, None),
            Err(NotTaken::Unrecorded(message)) => {
                self.changed();
                Reply::unavailable(&message)
            }
        }
    }

    /// Refuses a request and records that. `raw` is its body or the beginning of it; `body_bytes`
    /// says how long it was where it was not kept whole.
    pub fn refuse(
        &self,
        head: &RequestHead<'_>,
        raw: &[u8],
        refusal: &Refusal,
        body_bytes: Option<u64>,
    ) -> Reply {
        self.record_refused(
            head,
            raw,
            refusal.status,
            refusal.code,
            &refusal.to_string(),
            body_bytes,
        );
        Reply::refused(refusal)
    }

    /// Records a request that was answered with an error.
    pub fn record_refused(
        &self,
        head: &RequestHead<'_>,
        raw: &[u8],
        status: u16,
        code: &str,
        message: &str,
        body_bytes: Option<u64>,
    ) {
        if let Some(step) = Step::of(head.method, head.path) {
            return self.refuse_push(
                head,
                step,
                status,
                Unread { raw, code, message, len: body_bytes },
            );
        }
        let kept = &raw[..raw.len().min(KEPT_OF_REFUSED_BYTES)];
        let body_bytes = body_bytes.or((kept.len() < raw.len()).then_some(raw.len() as u64));
        let mut state = self.lock();
        let State { recording, index, next_request, scratch, problem, unrecorded, .. } =
            &mut *state;
        let number = *next_request;
        let line_head = line_head(head, number, status);
        let body = if kept.is_empty() { Body::None } else { Body::Bytes(kept) };
        journal::compose(
            &mut scratch.line,
            &line_head,
            body,
            Some(Refused { code, message, body_bytes }),
            None,
        );
        match recording.append(&scratch.line) {
            Ok(offset) => {
                *next_request += 1;
                *problem = None;
                index.push_refused(Line {
                    origin: Origin::of(head.path, head.headers, &mut scratch.origin),
                    offset,
                    len: scratch.line.len() as u32 - 1,
                    status,
                    received_at: head.received_at,
                    signature: None,
                });
            }
            Err(error) => {
                *unrecorded += 1;
                *problem = Some(not_recorded(&error));
            }
        }
        drop(state);
        self.changed();
    }
}

enum NotTaken {
    Refused(Refusal),
    Unrecorded(String),
}

impl State {
    fn take(
        &mut self,
        vendors: &Vendors,
        head: &RequestHead<'_>,
        body: &str,
        signature: Option<&'static str>,
    ) -> Result<(), NotTaken> {
        self.flush(vendors, head.received_at);
        let number = self.next_request;
        let reading =
            wire::read(head, number, body, &mut self.scratch.wire).map_err(NotTaken::Refused)?;
        let status = 200;
        let kept = match (&reading.doc, body.is_empty()) {
            (_, true) => Body::None,
            (Some(_), _) => Body::Json(body),
            (None, _) => body_of_other(body),
        };
        let body_at = journal::compose(
            &mut self.scratch.line,
            &line_head(head, number, status),
            kept,
            None,
            signature,
        );
        let line = &self.scratch.line;
        match self.recording.append(line) {
            Ok(offset) => {
                self.next_request += 1;
                self.problem = None;
                let line = Line {
                    origin: Origin::of(head.path, head.headers, &mut self.scratch.origin),
                    offset,
                    len: line.len() as u32 - 1,
                    status,
                    received_at: head.received_at,
                    signature: wire::signature::code(signature),
                };
                self.index.push(vendors, line, body_at, &reading);
                reading.recycle(&mut self.scratch.wire);
                Ok(())
            }
            Err(error) => {
                self.unrecorded += 1;
                let message = not_recorded(&error);
                self.problem = Some(message.clone());
                Err(NotTaken::Unrecorded(message))
            }
        }
    }
}

pub(super) fn not_recorded(error: &std::io::Error) -> String {
    format!("the recording cannot be written: {error}; nothing is acknowledged until it can")
}

/// The body of a request that holds no calls (counters, another service's source): JSON if it is.
fn body_of_other(body: &str) -> Body<'_> {
    if crate::call::Doc::parse(body).is_ok() {
        Body::Json(body)
    } else {
        Body::Bytes(body.as_bytes())
    }
}

pub(super) fn line_head<'a>(head: &RequestHead<'a>, request: u64, status: u16) -> LineHead<'a> {
    LineHead {
        request,
        received_at: head.received_at,
        method: head.method,
        path: head.path,
        query: head.query,
        headers: head.headers,
        status,
    }
}

/// The text that holds the calls: the decoded body, or what a pixel's query says.
fn decoded<'r>(head: &RequestHead<'_>, raw: &'r [u8]) -> Result<Cow<'r, str>, Refusal> {
    if let Some(body) = wire::query_body(head) {
        return Ok(Cow::Owned(body));
    }
    let decoded = match wire::decode(head, raw) {
        // a pixel is taken whatever it carries
        Err(_) if head.route().is_pixel() => Cow::Borrowed(&b""[..]),
        other => other?,
    };
    match decoded {
        Cow::Borrowed(bytes) => wire::text(bytes).map(Cow::Borrowed),
        Cow::Owned(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Owned(text)),
            Err(error) => Err(wire::text(error.as_bytes()).expect_err("it was no UTF-8")),
        },
    }
}
