//! Judges a draft: a call that the user is composing, as if this listener had just received it,
//! with everything that the service adds. The draft changes no state.

use crate::call::time::Millis;
use crate::call::{CallType, Event, SyntaxError};
use crate::engine::Engine;
use crate::engine::index::SenderPlatform;
use crate::engine::judging::index_request::sender;
use crate::engine::rows::call_detail::Extent;
use crate::engine::rows::cross_vendor_fix::EvaluatedCall;
use crate::engine::rows::{call_detail, call_fields};
use crate::findings::fixes::{self, BrokenCall};
use crate::findings::{Finding, finding_for_discard};
use crate::vendors::RenderedCall;
use crate::wire::{self, RequestHead, ServiceVerdict};

/// The `Authorization` header of drafts, because a call that the composer sends always has a write
/// key.
const WRITE_KEY_HEADER: &str = "Basic Y29tcG9zZTo=";

/// The error for a text that is not a valid call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct DraftError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The problem at this place, and what was expected.
    pub message: String,
}

/// The result of judging a draft.
#[derive(Debug, Clone)]
pub struct JudgedDraft {
    /// The number of calls in the text. The other fields describe the first.
    pub calls: usize,
    /// The verdict of the service in front of the vendors: whether it would pass the call on.
    pub service: ServiceVerdict,
    /// The findings that belong to no vendor.
    pub common: Vec<Finding>,
    /// The result at each vendor, with the vendor's index in the registry.
    pub vendors: Vec<(usize, RenderedCall)>,
    /// The vendors in use for such a call, in order.
    pub in_use: Vec<usize>,
    /// The first call with the changes that the vendors in use need, as JSON; `None` if no change
    /// is known.
    pub corrected: Option<String>,
}

impl Engine {
    /// Judges a text as if this listener had received it at the time `now`.
    pub fn compose(&self, text: &str, now: Millis) -> Result<JudgedDraft, DraftError> {
        let start = |message: String| DraftError { line: 1, column: 1, message };
        let (path, body) = wire::posted(text)?;
        let headers = [("authorization".to_owned(), WRITE_KEY_HEADER.to_owned())];
        let head = RequestHead {
            method: "POST",
            path,
            query: "",
            headers: &headers,
            received_at: now,
            is_tls: false,
        };
        let number = self.shared.front().next_request;
        let mut scratch = wire::ParseScratch::default();
        let reading = wire::read(&head, number, &body, &mut scratch)
            .map_err(|refusal| start(refusal.to_string()))?;
        let Some(call) = reading.calls.first() else {
            return Err(start("expected a call: a JSON object".to_owned()));
        };
        let event = reading.event(call);
        let state = self.lock();
        let (vendors, seq) = (state.eras.latest(), state.index.next_seq());
        let rendered = vendors.render_each(&event, seq, &state.index.memory, true);
        let mut rendered: Vec<(usize, RenderedCall)> = rendered.into_iter().enumerate().collect();
        let sender = sender(reading.platform);
        for (vendor, rendered) in &mut rendered {
            rendered.sent_by(sender == SenderPlatform::RudderStack, vendors.info(*vendor));
        }
        let in_use: Vec<usize> = state.index.in_use.ordered(sender).collect();
        let evaluated = EvaluatedCall {
            vendors,
            memory: &state.index.memory,
            event: &event,
            seq,
            at: now,
            in_use: &in_use,
            rudder: sender == SenderPlatform::RudderStack,
        };
        let edits =
            evaluated.complete_findings(&mut rendered, &state.index.people, Extent::Findings).edits;
        let rudder = evaluated.rudder;
        let corrected = CallType::parse(&call_fields::kind(&event).unwrap_or_default())
            .filter(|_| !edits.is_empty())
            .map(|kind| {
                let event = Event::bare(event.call);
                fixes::changed(&BrokenCall { event, kind, library: None, rudder }, &edits)
            });
        let discards = call.discards.iter().chain(&reading.discards);
        let service = reading.platform.service();
        let of_service = |found: &wire::Discard| {
            let finding = finding_for_discard(found.code, &found.path, &found.said, service);
            let fix = fixes::service_fix(&finding, &edits);
            Finding { fix: fix.unwrap_or_else(|| finding.fix.clone()), ..finding }
        };
        Ok(JudgedDraft {
            calls: reading.calls.len(),
            service: ServiceVerdict { service, code: call_detail::discarded_as(call, false) },
            common: discards.map(of_service).chain(vendors.findings_of_call(&event)).collect(),
            vendors: rendered,
            in_use,
            corrected,
        })
    }
}

impl From<SyntaxError> for DraftError {
    fn from(error: SyntaxError) -> DraftError {
        let message = format!("expected {}, found {}", error.expected, error.found);
        DraftError { line: error.line, column: error.column, message }
    }
}
