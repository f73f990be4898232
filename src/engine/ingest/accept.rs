//! Accepts a request: parses it, records it, hands it to the judge thread, and answers it.

use crate::engine::Engine;
use crate::engine::counts::object_push::Unread;
use crate::engine::ingest::parsed_calls::ParsedCalls;
use crate::engine::ingest::queue_entry::{QueueEntry, ReadRequest};
use crate::engine::ingest::recorded_line::{RecordedLine, RequestOrigin};
use crate::engine::ingest::refusal_status::UNSIGNED_STATUS;
use crate::engine::ingest::writer::WriteTicket;
use crate::objects_api::ObjectsRoute;
use crate::recording::{
    self, Body, LineHead, RefusalRecord, ResponseSource, UnnumberedLines, UpstreamAnswer,
};
use crate::wire::{self, Refusal, Reply, RequestHead, Route};
use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::sync::atomic::Ordering;

/// The maximum size of the part of a refused body that is recorded.
pub const MAX_REFUSED_BODY_BYTES: usize = 64 * 1024;

thread_local! {
    /// The lines of the request that the thread accepts.
    static LINES: RefCell<UnnumberedLines> = RefCell::default();
}

/// The code of a request that is refused because of an injected fault.
pub const FAULT: &str = "fault";

/// A fault that is injected into a request or its response.
#[derive(Debug, Clone, Copy)]
pub struct InjectedFault<'a> {
    /// The fault as the user wrote it.
    pub text: &'a str,
    /// The status that the sender gets in place of the real one; 0 if it gets no response.
    pub status: Option<u16>,
}

impl InjectedFault<'_> {
    /// Returns the message in the response, if there is a response.
    pub fn message(&self) -> String {
        format!("fault injected: {}", self.text)
    }
}

/// The response to a request that was accepted.
#[derive(Debug)]
pub enum AcceptedRequest {
    /// Send this response at once.
    Answered(Reply),
    /// Send this response as soon as the line is written: [`Engine::written`].
    Pending(Reply, WriteTicket),
}

impl Engine {
    /// Accepts a request, with its whole body as received, and returns the response when it is
    /// recorded. Preflights, probes (`/`, `/health`, `/version`) and requests for a browser's icon
    /// are answered but not recorded, because no SDK depends on them.
    pub fn take(&self, head: &RequestHead<'_>, raw: &[u8], here: &str) -> Reply {
        match self.take_in(head, raw, here, None) {
            AcceptedRequest::Answered(reply) => reply,
            AcceptedRequest::Pending(reply, held) => self.written(&held).unwrap_or(reply),
        }
    }

    /// Writes the held lines. Returns the response to send instead if the line of the ticket could
    /// not be written.
    pub fn written(&self, held: &WriteTicket) -> Option<Reply> {
        self.shared.written(held).err().map(|message| Reply::unavailable(&message))
    }

    /// Accepts a request as [`Engine::take`] does, but may hold its line so that it is written
    /// together with those of other requests. The caller must call [`Engine::written`] before it
    /// answers. `here` is the address of the listener.
    pub fn take_in(
        &self,
        head: &RequestHead<'_>,
        raw: &[u8],
        here: &str,
        fault: Option<InjectedFault<'_>>,
    ) -> AcceptedRequest {
        if let Some(step) = ObjectsRoute::parse(head.method, head.path) {
            let taken = self.take_push(head, step, raw, self.own_response());
            return AcceptedRequest::Answered(taken.unwrap_or_else(|reply| reply));
        }
        let route = head.route();
        match route {
            Route::Calls(_)
            | Route::Metrics
            | Route::Merge
            | Route::WebhookSource
            | Route::Settings { .. }
            | Route::SourceConfig => {}
            Route::WrongMethod(_) | Route::Unknown if !wire::is_icon(head.path) => {
                // the SDK sent a call, or a request that it depends on, to a wrong path
                let reply = wire::reply::for_request(head, here);
                let redaction = self.shared.redaction.as_ref();
                let redacted = redaction.map(|redaction| redaction.redact_head(head));
                let shown = redacted.as_ref().map_or(*head, |redacted| redacted.apply_to(head));
                let message = wire::intended_route::explain(&shown).reason;
                let code = if reply.status == 405 { "method_not_allowed" } else { "not_found" };
                let refused = RefusalRecord { code, message: &message, kind: "", body_bytes: None };
                self.record_refused(head, raw, reply.status, fault, refused);
                return AcceptedRequest::Answered(reply);
            }
            _ => return AcceptedRequest::Answered(wire::reply::for_request(head, here)),
        }
        let body = match decoded(head, raw) {
            Ok(body) => body,
            Err(refusal) => {
                return AcceptedRequest::Answered(self.refuse(head, raw, &refusal, None, fault));
            }
        };
        let secret = self.options.webhook_secret.as_deref();
        let signature = wire::signature::check(head, raw, secret);
        if let Some(code) = wire::signature::code(signature)
            && self.options.requires_signature
        {
            return AcceptedRequest::Answered(self.refuse_unsigned(head, &body, code, fault));
        }
        let status = fault.and_then(|fault| fault.status).unwrap_or(200);
        let text = fault.map(|fault| fault.text);
        let end = LineEnd { status, response: self.own_response(), answer: None, fault: text };
        match self.record(head, &body, None, signature, end) {
            Ok(held) => AcceptedRequest::Pending(wire::reply::for_request(head, here), held),
            Err(refusal) => {
                let reply = self.refuse(head, body.as_bytes(), &refusal, None, fault);
                AcceptedRequest::Answered(reply)
            }
        }
    }

    /// Refuses a request and records it. `raw` is its body or the beginning of it; `body_bytes` is
    /// the length of the whole body if `raw` is only its beginning.
    pub fn refuse(
        &self,
        head: &RequestHead<'_>,
        raw: &[u8],
        refusal: &Refusal,
        body_bytes: Option<u64>,
        fault: Option<InjectedFault<'_>>,
    ) -> Reply {
        let (code, kind) = (refusal.code, refusal.kind());
        let refused = RefusalRecord { code, message: &refusal.to_string(), kind, body_bytes };
        self.record_refused(head, raw, refusal.status, fault, refused);
        Reply::refused(refusal)
    }

    /// Refuses a webhook before it is forwarded, and records it, if its signature is missing or wrong
    /// and signatures are required. Returns none for all other requests.
    pub fn refuse_unsigned_webhook(
        &self,
        head: &RequestHead<'_>,
        raw: &[u8],
        fault: Option<InjectedFault<'_>>,
    ) -> Option<Reply> {
        if !self.options.requires_signature {
            return None;
        }
        let secret = self.options.webhook_secret.as_deref();
        let code = wire::signature::code(wire::signature::check(head, raw, secret))?;
        Some(match decoded(head, raw) {
            Ok(body) => self.refuse_unsigned(head, &body, code, fault),
            Err(refusal) => self.refuse(head, raw, &refusal, None, fault),
        })
    }

    /// Refuses a webhook whose signature is missing or wrong, and records it.
    fn refuse_unsigned(
        &self,
        head: &RequestHead<'_>,
        body: &str,
        code: &str,
        fault: Option<InjectedFault<'_>>,
    ) -> Reply {
        let message = wire::signature::refusal(code);
        let refused = RefusalRecord { code, message, kind: "", body_bytes: None };
        self.record_refused(head, body.as_bytes(), UNSIGNED_STATUS, fault, refused);
        Reply::failure(UNSIGNED_STATUS, code, message)
    }

    /// Records a request that was answered with an error, whose status a fault may have replaced.
    pub fn record_refused(
        &self,
        head: &RequestHead<'_>,
        raw: &[u8],
        status: u16,
        fault: Option<InjectedFault<'_>>,
        refused: RefusalRecord<'_>,
    ) {
        let status = fault.and_then(|fault| fault.status).unwrap_or(status);
        if let Some(step) = ObjectsRoute::parse(head.method, head.path) {
            let RefusalRecord { code, message, body_bytes, .. } = refused;
            let unread = Unread { raw, code, message, len: body_bytes };
            return self.refuse_push(head, step, status, unread);
        }
        let (response, fault) = (self.own_response(), fault.map(|fault| fault.text));
        let end = LineEnd { status, response, answer: None, fault };
        self.append_refused(head, raw, end, refused);
    }

    /// Records a request that is refused because a fault is injected.
    pub fn refuse_by_fault(&self, head: &RequestHead<'_>, raw: &[u8], fault: InjectedFault<'_>) {
        // without a response there is no status
        let (status, response) = (fault.status.unwrap_or(0), self.own_response());
        let end = LineEnd { status, response, answer: None, fault: Some(fault.text) };
        let message = fault.message();
        let refused =
            RefusalRecord { code: FAULT, message: &message, kind: FAULT, body_bytes: None };
        self.append_refused(head, raw, end, refused);
    }

    /// Appends the line of a request without calls that count. Returns whether it could be written.
    pub(crate) fn append_refused(
        &self,
        head: &RequestHead<'_>,
        raw: &[u8],
        end: LineEnd<'_>,
        refused: RefusalRecord<'_>,
    ) -> bool {
        let redacted = self.redact_refused(head, raw, &refused);
        let (head, raw, refused) = match &redacted {
            Some(redacted) => (
                &redacted.head.apply_to(head),
                &redacted.body[..],
                redacted.redacted_record(refused),
            ),
            None => (head, raw, refused),
        };
        let kept = &raw[..raw.len().min(MAX_REFUSED_BODY_BYTES)];
        let body_bytes =
            refused.body_bytes.or((kept.len() < raw.len()).then_some(raw.len() as u64));
        let mut front = self.shared.front();
        // lines that cannot be written give their request numbers back, so they are written first
        self.shared.write_held(&mut front);
        let mut line = std::mem::take(&mut front.line);
        let number = front.next_request;
        let body = if kept.is_empty() { Body::None } else { Body::Bytes(kept) };
        let refused = Some(RefusalRecord { body_bytes, ..refused });
        recording::compose(&mut line, number, &line_head(head, end), body, refused, None);
        let len = line.len() as u32 - 1;
        end.write_answer(&mut line, number);
        let appended = self.shared.append(&mut front, &line);
        front.line = line;
        let Ok(offset) = appended else {
            self.shared.unrecorded.fetch_add(1, Ordering::Relaxed);
            return false;
        };
        front.next_request += 1;
        let (status, received_at) = (end.status, head.received_at);
        let origin = RequestOrigin::new(head.path, head.headers, &mut front.origin);
        let has_fault = end.fault.is_some();
        let line =
            RecordedLine { origin, offset, len, status, received_at, signature: None, has_fault };
        self.shared.hand_over(&mut front, offset, QueueEntry::Refused(line));
        true
    }

    /// Returns the source of the response to a request that is not forwarded.
    pub(crate) fn own_response(&self) -> ResponseSource {
        match self.options.takes_copies {
            true => ResponseSource::Discarded,
            false => ResponseSource::Own,
        }
    }

    /// Parses the calls of a request, unless they are parsed already, and holds its line until it is
    /// written. The judge thread gets it after that.
    ///
    /// Requests are parsed on several threads at once. Only a call that needs a generated id, which
    /// follows from the place of the request in the recording, is parsed in turn with others.
    pub(crate) fn record(
        &self,
        head: &RequestHead<'_>,
        body: &str,
        parsed: Option<ParsedCalls>,
        signature: Option<&'static str>,
        end: LineEnd<'_>,
    ) -> Result<WriteTicket, Refusal> {
        let redacted = self.redact(head, body);
        let (head, body) = match &redacted {
            Some(redacted) => {
                (&redacted.head.apply_to(head), redacted.body.as_deref().unwrap_or(body))
            }
            None => (head, body),
        };
        let is_hidden = redacted.as_ref().is_some_and(|redacted| redacted.body.is_none());
        let writer = OnceCell::new();
        let lock_writer = || {
            let mut front = self.shared.front();
            self.flush(&mut front, head.received_at);
            front
        };
        let number = || writer.get_or_init(lock_writer).next_request;
        let ParsedCalls { reading, scratch } = match parsed {
            Some(parsed) => parsed,
            None => self.parse_calls(head, &number, body)?,
        };
        let status = end.status;
        let kept = match (&reading.doc, body.is_empty()) {
            (_, true) => Body::None,
            _ if is_hidden => Body::None,
            (Some(_), _) => Body::Json(body),
            (None, _) => body_of_other(body),
        };
        LINES.with_borrow_mut(|lines| {
            lines.compose(&line_head(head, end), kept, signature, end.answer);
            let mut front = writer.into_inner().unwrap_or_else(lock_writer);
            let origin = RequestOrigin::new(head.path, head.headers, &mut front.origin);
            let received_at = head.received_at;
            let work = |offset, len, body_at| {
                let signature = wire::signature::code(signature);
                let has_fault = end.fault.is_some();
                let line =
                    RecordedLine { origin, offset, len, status, received_at, signature, has_fault };
                QueueEntry::Request(ReadRequest { line, body_at, reading, scratch })
            };
            Ok(self.shared.hold(&mut front, lines, work))
        })
    }
}

/// The part of a line that describes the response to the request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LineEnd<'a> {
    /// The status of the response.
    pub status: u16,
    /// The source of the response.
    pub response: ResponseSource,
    /// The response of the upstream.
    pub answer: Option<&'a UpstreamAnswer>,
    /// The fault that was injected.
    pub fault: Option<&'a str>,
}

impl LineEnd<'_> {
    /// Writes the response of the upstream, if there is one, after the line of its request.
    fn write_answer(&self, out: &mut Vec<u8>, request: u64) {
        if let Some(answer) = self.answer {
            recording::compose_answer(out, request, answer);
        }
    }
}

/// Returns the beginning of the line of a request.
pub(crate) fn line_head<'a>(head: &RequestHead<'a>, end: LineEnd<'a>) -> LineHead<'a> {
    LineHead {
        received_at: head.received_at,
        method: head.method,
        path: head.path,
        query: head.query,
        headers: head.headers,
        status: end.status,
        response: end.response,
        fault: end.fault,
        is_tls: head.is_tls,
        excerpt: None,
    }
}

/// Returns the body of a request without calls (counters, another service's source), as JSON if it
/// is JSON.
fn body_of_other(body: &str) -> Body<'_> {
    if crate::call::Doc::parse(body).is_ok() {
        Body::Json(body)
    } else {
        Body::Bytes(body.as_bytes())
    }
}

/// Returns the text that contains the calls: the decoded body, or the body that a pixel's query
/// contains.
pub(crate) fn decoded<'r>(head: &RequestHead<'_>, raw: &'r [u8]) -> Result<Cow<'r, str>, Refusal> {
    // the query is redacted first, so that the body that is recorded for a pixel contains no
    // credential
    let query = recording::redacted_query(head.query);
    if let Some(body) = wire::query_body(&RequestHead { query: &query, ..*head }) {
        return Ok(Cow::Owned(body));
    }
    let decoded = match wire::decode(head, raw) {
        // a pixel is accepted whatever its body
        Err(_) if head.route().is_pixel() => Cow::Borrowed(&b""[..]),
        other => other?,
    };
    match decoded {
        Cow::Borrowed(bytes) => wire::text(bytes).map(Cow::Borrowed),
        Cow::Owned(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Owned(text)),
            Err(error) => Err(wire::text(error.as_bytes()).expect_err("it was not UTF-8")),
        },
    }
}
