//! The fields that a service adds before a destination sees the call (`docs/specs/wire.md` 10).

use crate::call::time::NO_TIME;
use crate::call::{Builder, CallType, UnknownTimes, Val, time, time::Millis};
use crate::wire::fields::Fields;
use crate::wire::{Platform, batch_context, call_type};

/// The way in which a call's times and type are derived.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum DerivedFrom {
    /// From a tracking request; its type is in the path, or in the call.
    Sent(Option<CallType>),
    /// From a service that has processed the call already: only missing fields are added, nothing
    /// is corrected.
    Forwarded,
    /// From a file: like `Forwarded`, but the call itself says when it was received.
    Bare,
}

impl DerivedFrom {
    /// Returns the way for calls that no request carried. They have times of their own or were in a
    /// file; a call or a batch without any time that was read from a stream counts as sent when it
    /// was read, at `read_at`. `first` is the call, or the first one of the batch.
    pub fn bare<'d>(read_at: Millis, batch: &Fields<'d>, first: &Fields<'d>) -> DerivedFrom {
        let times = |of: &Fields<'d>| [of.received_at, of.sent_at, of.timestamp, of.original];
        let has_time = || {
            let mut times = [batch, first].into_iter().flat_map(times).flatten();
            times.any(|value| moment(value).is_some())
        };
        if read_at == NO_TIME || has_time() { DerivedFrom::Bare } else { DerivedFrom::Sent(None) }
    }
}

/// The data that the calls of one request share.
pub(crate) struct RequestDefaults<'d> {
    pub origin: DerivedFrom,
    pub platform: Platform,
    pub received_at: Millis,
    /// `received_at` as text; empty for a call from a file.
    pub received_text: String,
    /// Returns the number of the request.
    pub number: &'d dyn Fn() -> u64,
    /// The batch's own members; empty for a single call.
    pub batch: Fields<'d>,
}

impl RequestDefaults<'_> {
    /// Returns true if the service still has to check the call. The calls of a webhook have passed
    /// the service already, and so have calls in files that say when the service received them.
    pub fn is_checked(&self, call: &Fields<'_>) -> bool {
        match self.origin {
            DerivedFrom::Sent(_) => true,
            DerivedFrom::Forwarded => false,
            DerivedFrom::Bare => call.received_at.is_none() && self.batch.received_at.is_none(),
        }
    }

    /// Returns the times of a call that the service still adds and that are not known here.
    /// `arrival` is that of the call, if it has one.
    pub fn unknown_times(&self, call: &Fields<'_>, arrival: Option<ReadTime<'_>>) -> UnknownTimes {
        let has_time = arrival.is_some() || call.timestamp.or(call.original).is_some();
        match self.origin {
            DerivedFrom::Bare if !has_time && self.is_checked(call) => match self.platform {
                Platform::RudderStack => UnknownTimes::All,
                Platform::Segment | Platform::Unknown => UnknownTimes::Timestamp,
            },
            _ => UnknownTimes::None,
        }
    }

    fn is_rudderstack(&self) -> bool {
        self.platform == Platform::RudderStack
    }
}

/// A value of a call that was read as a time.
pub(crate) type ReadTime<'d> = (Val<'d>, Millis);

/// Appends the object of a call's derived fields. `index` is the call's position in the request.
/// Returns the time at which a call from a file counts as received, if it has any.
pub(crate) fn write<'d>(
    out: &mut Builder,
    call: &Fields<'d>,
    shared: &RequestDefaults<'d>,
    index: usize,
    budget: &mut batch_context::Budget,
) -> Option<ReadTime<'d>> {
    let mut arrival = None;
    out.object();
    if let Some(kind) = call_type::added(call, shared.origin) {
        out.member("type", kind.name());
    }
    message_id(out, call, shared, index);
    match shared.origin {
        DerivedFrom::Sent(_) if shared.is_rudderstack() => rudder_times(out, call, shared),
        DerivedFrom::Sent(_) => segment_times(out, call, shared),
        DerivedFrom::Forwarded => forwarded_times(out, call, Some(&shared.received_text)),
        DerivedFrom::Bare => {
            let mut text = String::new();
            arrival = find_file_arrival(call, &shared.batch);
            let received = arrival.map(|(value, at)| service_text(value, at, &mut text));
            forwarded_times(out, call, received);
        }
    }
    // RudderStack does not merge, because its calls are complete
    if !shared.is_rudderstack() {
        let batch = &shared.batch;
        batch_context::write(out, "context", call.context, batch.context, budget);
        batch_context::write(out, "integrations", call.integrations, batch.integrations, budget);
    }
    out.close();
    arrival
}

/// Returns the call's own `messageId`, unless the service generates one instead.
pub(crate) fn own_id<'d>(call: &Fields<'d>) -> Option<Val<'d>> {
    let says =
        |id: &Val<'_>| id.is_plainly_filled() || id.as_str().is_none_or(|id| !id.trim().is_empty());
    call.message_id.filter(says)
}

/// Writes a generated id if the call has none. It follows from the position in the recording, so
/// that it is the same at every reading.
fn message_id(out: &mut Builder, call: &Fields<'_>, shared: &RequestDefaults<'_>, index: usize) {
    if own_id(call).is_none() {
        out.member("messageId", &format!("segscope-{}-{index}", (shared.number)()));
    }
}

fn segment_times(out: &mut Builder, call: &Fields<'_>, shared: &RequestDefaults<'_>) {
    let original = call.timestamp.or(call.original);
    let sent = call.sent_at.or(shared.batch.sent_at);
    out.member("receivedAt", &shared.received_text);
    if let Some(original) = original {
        out.copy("originalTimestamp", original);
    }
    timestamp(out, original, sent, shared);
    if let (None, Some(sent)) = (call.sent_at, sent) {
        out.copy("sentAt", sent);
    }
}

fn rudder_times(out: &mut Builder, call: &Fields<'_>, shared: &RequestDefaults<'_>) {
    let arrival = shared.received_text.as_str();
    copy_or_write(out, "receivedAt", call.received_at, arrival);
    copy_or_write(out, "originalTimestamp", call.original, arrival);
    match call.timestamp {
        Some(own) if moment(own).is_some() => out.copy("timestamp", own),
        _ => timestamp(out, call.original, call.sent_at, shared),
    }
    if call.sent_at.is_none() {
        out.member("sentAt", arrival);
    }
}

fn copy_or_write(out: &mut Builder, name: &str, own: Option<Val<'_>>, arrival: &str) {
    match own {
        Some(own) => out.copy(name, own),
        None => out.member(name, arrival),
    }
}

/// Writes `timestamp` as `receivedAt - (sentAt - original)`; without both of them the original as
/// received, otherwise the time of arrival.
fn timestamp(
    out: &mut Builder,
    original: Option<Val<'_>>,
    sent: Option<Val<'_>>,
    shared: &RequestDefaults<'_>,
) {
    match (original, original.and_then(moment), sent.and_then(moment)) {
        (_, Some(original), Some(sent)) => {
            let at = shared.received_at.saturating_sub(sent - original);
            out.time("timestamp", at);
        }
        (Some(original), ..) => out.copy("timestamp", original),
        (None, ..) => out.member("timestamp", &shared.received_text),
    }
}

/// Writes the missing times of a call that was processed already. A call from a file without any
/// time gets none.
fn forwarded_times(out: &mut Builder, call: &Fields<'_>, received: Option<&str>) {
    if let (None, Some(received)) = (call.received_at, received) {
        out.member("receivedAt", received);
    }
    let original = call.original.or(call.timestamp);
    if let (None, Some(original)) = (call.original, original) {
        out.copy("originalTimestamp", original);
    }
    match (call.timestamp, original, received) {
        (None, Some(original), _) => out.copy("timestamp", original),
        (None, None, Some(received)) => out.member("timestamp", received),
        _ => {}
    }
}

/// Returns the time when a call from a file counts as received, and the value that it is from. It
/// is never the current time, so that every reading is the same.
fn find_file_arrival<'d>(call: &Fields<'d>, batch: &Fields<'d>) -> Option<ReadTime<'d>> {
    let times = [
        call.received_at,
        batch.received_at,
        batch.sent_at,
        call.sent_at,
        call.timestamp,
        call.original,
    ];
    times.into_iter().flatten().find_map(|value| Some((value, moment(value)?)))
}

/// Returns the time `at` of `value` as the service writes it, which is how most senders write it
/// already.
fn service_text<'t>(value: Val<'t>, at: Millis, room: &'t mut String) -> &'t str {
    let raw = value.raw();
    // `"YYYY-MM-DDTHH:MM:SS.mmmZ"`: no other time of this length ends like this
    if raw.len() == 26 && raw.ends_with("Z\"") && raw.as_bytes()[20] == b'.' {
        return &raw[1..25];
    }
    time::write(room, at);
    room
}

fn moment(value: Val<'_>) -> Option<Millis> {
    value.as_str().and_then(|text| time::parse(&text))
}
