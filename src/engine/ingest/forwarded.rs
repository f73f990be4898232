//! Records forwarded requests when the upstream has answered, with its response.
//!
//! A call that the upstream did not acknowledge reaches no vendor, and its sender sends it again.
//! So its request is recorded as a refused one.

use crate::engine::Engine;
use crate::engine::ingest::accept::{InjectedFault, LineEnd, decoded};
use crate::engine::ingest::forward_counts::acknowledges;
use crate::engine::ingest::parsed_calls::ParsedCalls;
use crate::engine::ingest::writer::WriteTicket;
use crate::objects_api::ObjectsRoute;
use crate::recording::{RefusalRecord, ResponseSource, UpstreamAnswer};
use crate::wire::{self, RequestHead, Route};

/// The result of recording a forwarded request.
#[derive(Debug)]
pub enum ForwardRecord {
    /// The request is not recorded, because no SDK depends on such a request.
    Nothing,
    /// Its line is written.
    Written,
    /// Its line could not be written.
    Failed,
    /// Its line is held until it is written: [`Engine::written`].
    Held(WriteTicket),
}

/// The code of a request that the upstream gave no complete answer to.
pub(crate) const UPSTREAM_FAILED: &str = "upstream_failed";
/// The code of a request that the upstream answered without acknowledging it.
pub(crate) const UPSTREAM_REFUSED: &str = "upstream_refused";

/// The maximum length of the part of a response without acknowledgment that a message shows.
const MAX_SHOWN_CHARS: usize = 200;

impl Engine {
    /// Records a forwarded request with the response of the upstream. `status` is the status that
    /// the sender gets without the fault: that of the upstream, or of segscope's own error. The line may be held, as
    /// by [`Engine::take_in`]. `parsed` is the result of [`Engine::parse_early`].
    pub fn record_forwarded(
        &self,
        head: &RequestHead<'_>,
        (raw, parsed): (&[u8], Option<ParsedCalls>),
        status: u16,
        answer: &UpstreamAnswer,
        fault: Option<InjectedFault<'_>>,
    ) -> ForwardRecord {
        let redacted =
            self.shared.redaction.as_ref().map(|redaction| redaction.redact_answer(answer));
        let answer = redacted.as_ref().unwrap_or(answer);
        let (response, answer_line) = (ResponseSource::Upstream, Some(answer));
        let status = fault.and_then(|it| it.status).unwrap_or(status);
        let end = LineEnd { status, response, answer: answer_line, fault: fault.map(|it| it.text) };
        let route = head.route();
        if matches!(route, Route::Preflight | Route::Health | Route::Version | Route::Root)
            || wire::is_icon(head.path)
        {
            return ForwardRecord::Nothing;
        }
        let is_acknowledged =
            answer.status().is_some_and(|status| acknowledges(head.method, head.path, status));
        if !is_acknowledged {
            let (code, message) = refusal(answer);
            return self.record_unread(head, raw, end, code, &message, "");
        }
        if let Some(step) = ObjectsRoute::parse(head.method, head.path) {
            return match self.take_push(head, step, raw, ResponseSource::Upstream) {
                Ok(_) => ForwardRecord::Written,
                Err(_) => ForwardRecord::Failed,
            };
        }
        let secret = self.options.webhook_secret.as_deref();
        let signature = wire::signature::check(head, raw, secret);
        let body = decoded(head, raw);
        let refusal = match &body {
            Ok(body) => match self.record(head, body, parsed, signature, end) {
                Ok(held) => return ForwardRecord::Held(held),
                Err(refusal) => refusal,
            },
            Err(refusal) => refusal.clone(),
        };
        let message = format!("the upstream accepted it, but segscope cannot read it: {refusal}");
        self.record_unread(head, raw, end, refusal.code, &message, refusal.kind())
    }

    fn record_unread(
        &self,
        head: &RequestHead<'_>,
        raw: &[u8],
        end: LineEnd<'_>,
        code: &str,
        message: &str,
        kind: &str,
    ) -> ForwardRecord {
        let refused = RefusalRecord { code, message, kind, body_bytes: None };
        match self.append_refused(head, raw, end, refused) {
            true => ForwardRecord::Written,
            false => ForwardRecord::Failed,
        }
    }
}

/// Returns a code and a message for why the upstream did not acknowledge a request.
fn refusal(answer: &UpstreamAnswer) -> (&'static str, String) {
    match &answer.outcome {
        Err(error) => (UPSTREAM_FAILED, error.clone()),
        Ok(with) => {
            let text = String::from_utf8_lossy(&with.body);
            let text = text.trim();
            let shown: String = text.chars().take(MAX_SHOWN_CHARS).collect();
            let more = if shown.len() < text.len() { "…" } else { "" };
            let colon = if shown.is_empty() { "" } else { ": " };
            let message = format!("the upstream answered {}{colon}{shown}{more}", with.status);
            (UPSTREAM_REFUSED, message)
        }
    }
}
