//! A call that is only being written: what vendors would make of it if this listener took it now,
//! with all that the service adds. Nothing learns from it.

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

/// What is sent from here always has some write key.
const A_KEY: &str = "Basic Y29tcG9zZTo=";

/// A text that is not a call yet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct DraftError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong there, and what was expected.
    pub message: String,
}

/// What a text would give.
#[derive(Debug, Clone)]
pub struct JudgedDraft {
    /// How many calls it holds; what follows is about the first.
    pub calls: usize,
    /// Whether the service in front of the vendors would pass it on.
    pub service: ServiceVerdict,
    /// What the service itself would do with it.
    pub common: Vec<Finding>,
    /// What each vendor would make of it.
    pub vendors: Vec<(usize, RenderedCall)>,
    /// The vendors in use for such a call, in order.
    pub in_use: Vec<usize>,
    /// The first call with the changes that the vendors in use need, as JSON; none where none is
    /// known.
    pub corrected: Option<String>,
}

impl Engine {
    /// What vendors would make of a text if it were sent here and came at that moment.
    pub fn compose(&self, text: &str, now: Millis) -> Result<JudgedDraft, DraftError> {
        let start = |message: String| DraftError { line: 1, column: 1, message };
        let (path, body) = wire::posted(text)?;
        let headers = [("authorization".to_owned(), A_KEY.to_owned())];
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
        let asked = EvaluatedCall {
            vendors,
            memory: &state.index.memory,
            event: &event,
            seq,
            at: now,
            in_use: &in_use,
            rudder: sender == SenderPlatform::RudderStack,
        };
        let edits =
            asked.complete_findings(&mut rendered, &state.index.people, Extent::Findings).edits;
        let rudder = asked.rudder;
        let corrected = CallType::parse(&call_fields::kind(&event).unwrap_or_default())
            .filter(|_| !edits.is_empty())
            .map(|kind| {
                let event = Event::bare(event.call);
                fixes::changed(&BrokenCall { event, kind, library: None, rudder }, &edits)
            });
        let discards = call.discards.iter().chain(&reading.discards);
        let service = reading.platform.service();
        Ok(JudgedDraft {
            calls: reading.calls.len(),
            service: ServiceVerdict { service, code: call_detail::discarded_as(call, false) },
            common: discards
                .map(|found| finding_for_discard(found.code, &found.path, &found.said, service))
                .chain(vendors.findings_of_call(&event))
                .collect(),
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
