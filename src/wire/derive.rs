//! The fields that a service adds before a destination sees the call (`specs/wire.md` 10).

use super::{Platform, fields::Fields, merge};
use crate::call::{CallType, Val, time, time::Millis};

/// How a call's times and type come about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// A tracking request; its type stands in the path, or in the call.
    Sent(Option<CallType>),
    /// The service has seen it already: only what is missing is added, nothing is corrected.
    Forwarded,
    /// From a file: as forwarded, and received when the call itself says.
    Bare,
}

/// What the calls of one request share.
pub(super) struct Shared<'d> {
    pub origin: Origin,
    pub platform: Platform,
    pub received_at: Millis,
    /// `received_at` as JSON text, with its quotes.
    pub received_text: String,
    pub request: u64,
    /// The batch's own members; none for a single call.
    pub batch: Fields<'d>,
}

impl Shared<'_> {
    fn rudder(&self) -> bool {
        self.platform == Platform::RudderStack
    }
}

/// Appends the object of a call's derived fields. `index` is its place in the request.
pub(super) fn write(
    out: &mut String,
    call: &Fields<'_>,
    shared: &Shared<'_>,
    index: usize,
    budget: &mut merge::Budget,
) {
    let bare;
    let received = match shared.origin {
        Origin::Bare => {
            bare = bare_received(call).map(quoted);
            bare.as_deref()
        }
        _ => Some(shared.received_text.as_str()),
    };
    out.push('{');
    kind(out, call, shared);
    message_id(out, call, shared, index);
    match shared.origin {
        Origin::Sent(_) if shared.rudder() => rudder_times(out, call, shared),
        Origin::Sent(_) => segment_times(out, call, shared),
        Origin::Forwarded | Origin::Bare => forwarded_times(out, call, received),
    }
    // RudderStack does not merge: its calls are whole
    if !shared.rudder() {
        let batch = &shared.batch;
        let start = out.len();
        merge::write(out, "context", call.context, batch.context, budget);
        merge::write(out, "integrations", call.integrations, batch.integrations, budget);
        // the merger always writes a comma; nothing may have come before it
        if out.as_bytes().get(start) == Some(&b',') && out.as_bytes()[start - 1] == b'{' {
            out.remove(start);
        }
    }
    out.push('}');
}

fn kind(out: &mut String, call: &Fields<'_>, shared: &Shared<'_>) {
    let Origin::Sent(Some(kind)) = shared.origin else { return };
    let own = call.kind_text();
    let keep = match own.as_deref() {
        Some(own) => !shared.rudder() || own == kind.name(),
        None => false,
    };
    if !keep {
        text(out, "type", kind.name());
    }
}

/// A made id follows from the place in the recording, so that it is the same at every reading.
fn message_id(out: &mut String, call: &Fields<'_>, shared: &Shared<'_>, index: usize) {
    let missing = match call.message_id {
        None => true,
        Some(id) => id.as_str().is_some_and(|id| id.is_empty() || id.trim().is_empty()),
    };
    if missing {
        text(out, "messageId", &format!("segscope-{}-{index}", shared.request));
    }
}

fn segment_times(out: &mut String, call: &Fields<'_>, shared: &Shared<'_>) {
    let original = call.timestamp.or(call.original);
    let sent = call.sent_at.or(shared.batch.sent_at);
    raw(out, "receivedAt", &shared.received_text);
    if let Some(original) = original {
        raw(out, "originalTimestamp", original.raw());
    }
    timestamp(out, original, sent, shared);
    if let (None, Some(sent)) = (call.sent_at, sent) {
        raw(out, "sentAt", sent.raw());
    }
}

fn rudder_times(out: &mut String, call: &Fields<'_>, shared: &Shared<'_>) {
    let arrival = shared.received_text.as_str();
    raw(out, "receivedAt", call.received_at.map_or(arrival, |at| at.raw()));
    raw(out, "originalTimestamp", call.original.map_or(arrival, |at| at.raw()));
    match call.timestamp {
        Some(own) if moment(own).is_some() => raw(out, "timestamp", own.raw()),
        _ => timestamp(out, call.original, call.sent_at, shared),
    }
    if call.sent_at.is_none() {
        raw(out, "sentAt", arrival);
    }
}

/// `receivedAt - (sentAt - original)`; without both of them the original as it came, else arrival.
fn timestamp(
    out: &mut String,
    original: Option<Val<'_>>,
    sent: Option<Val<'_>>,
    shared: &Shared<'_>,
) {
    match (original, original.and_then(moment), sent.and_then(moment)) {
        (_, Some(original), Some(sent)) => {
            name(out, "timestamp");
            out.push('"');
            time::write(out, shared.received_at.saturating_sub(sent - original));
            out.push('"');
        }
        (Some(original), ..) => raw(out, "timestamp", original.raw()),
        (None, ..) => raw(out, "timestamp", &shared.received_text),
    }
}

/// A call from a file that holds no time at all gets none.
fn forwarded_times(out: &mut String, call: &Fields<'_>, received: Option<&str>) {
    if let (None, Some(received)) = (call.received_at, received) {
        raw(out, "receivedAt", received);
    }
    let original = call.original.or(call.timestamp);
    if let (None, Some(original)) = (call.original, original) {
        raw(out, "originalTimestamp", original.raw());
    }
    if let (None, Some(at)) = (call.timestamp, original.map(|original| original.raw()).or(received))
    {
        raw(out, "timestamp", at);
    }
}

/// When a call from a file counts as received: never now, so that every reading is the same.
fn bare_received(call: &Fields<'_>) -> Option<Millis> {
    let times = [call.received_at, call.sent_at, call.timestamp, call.original];
    times.into_iter().flatten().find_map(moment)
}

fn moment(value: Val<'_>) -> Option<Millis> {
    value.as_str().and_then(|text| time::parse(&text))
}

/// A time as JSON text.
pub(super) fn quoted(at: Millis) -> String {
    let mut out = String::with_capacity(26);
    out.push('"');
    time::write(&mut out, at);
    out.push('"');
    out
}

fn name(out: &mut String, name: &str) {
    if !out.ends_with('{') {
        out.push(',');
    }
    out.push('"');
    out.push_str(name);
    out.push_str("\":");
}

fn raw(out: &mut String, member: &str, json: &str) {
    name(out, member);
    out.push_str(json);
}

/// Only for texts that need no escape.
fn text(out: &mut String, member: &str, value: &str) {
    name(out, member);
    out.push('"');
    out.push_str(value);
    out.push('"');
}
