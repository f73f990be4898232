//! The few fields of a call that the log and the record show.

use crate::call::{CallType, Event, Kind, Val};
use crate::store::{Held, TextId, Texts};
use crate::wire::{ReadCall, Reading};
use std::borrow::Cow;

fn text<'d>(value: Option<Val<'d>>) -> Option<Cow<'d, str>> {
    let value = value?;
    value.as_str().or_else(|| value.as_number().map(Cow::Borrowed)).filter(|text| !text.is_empty())
}

/// The type as it came, or as the path gives it.
pub(super) fn kind<'d>(event: &Event<'d>) -> Option<Cow<'d, str>> {
    event.get("type").and_then(|v| v.as_str())
}

/// The event of a track call, the name of a page or screen.
pub(super) fn name<'d>(event: &Event<'d>, kind: Option<CallType>) -> Option<Cow<'d, str>> {
    match kind {
        Some(CallType::Page | CallType::Screen) => {
            text(event.get("name")).or_else(|| text(event.pointer("/properties/name")))
        }
        _ => text(event.get("event")),
    }
}

/// What the log shows as the name: where a call has none, whom it is about.
pub(super) fn label<'d>(event: &Event<'d>, kind: Option<CallType>) -> Cow<'d, str> {
    let user = || text(event.get("userId")).or_else(|| text(event.get("anonymousId")));
    match kind {
        Some(CallType::Identify) => user().unwrap_or_default(),
        Some(CallType::Group) => text(event.get("groupId")).unwrap_or_default(),
        Some(CallType::Alias) => {
            let old = text(event.get("previousId")).unwrap_or_default();
            format!("{old} → {}", user().unwrap_or_default()).into()
        }
        _ => name(event, kind).unwrap_or_default(),
    }
}

/// The same of a call that was just read, without a search for it.
pub(super) fn read_message_id<'d>(
    reading: &'d Reading<'_>,
    call: &ReadCall,
) -> Option<Cow<'d, str>> {
    text(reading.message_id(call))
}

/// The `messageId`, made if the call came without.
pub(super) fn message_id<'d>(event: &Event<'d>) -> Option<Cow<'d, str>> {
    text(event.get("messageId"))
}

/// The time that a destination sees.
pub(super) fn timestamp<'d>(event: &Event<'d>) -> Option<Cow<'d, str>> {
    text(event.get("timestamp")).or_else(|| text(event.get("originalTimestamp")))
}

/// The `anonymousId`.
pub(super) fn anonymous_id<'d>(event: &Event<'d>) -> Option<Cow<'d, str>> {
    text(event.get("anonymousId"))
}

/// The top-level fields that the index knows of a call, found in one pass.
#[derive(Debug, Default)]
pub(super) struct Top<'d> {
    pub event: Option<Val<'d>>,
    pub name: Option<Val<'d>>,
    pub user_id: Option<Val<'d>>,
    pub group_id: Option<Val<'d>>,
    /// Which of [`SHADOWS`] the call has, a bit each.
    pub own: u8,
}

/// Names of the record that a call takes the place of by a field of its own
/// ([`crate::filter::Record::shadow`]).
pub(super) const SHADOWS: [&str; 8] =
    ["seq", "write_key", "library", "path", "status", "repeat", "marked", "test"];

impl<'d> Top<'d> {
    pub fn of(call: Val<'d>) -> Top<'d> {
        let mut top = Top::default();
        for member in call.children() {
            match &*member.key() {
                "event" => top.event = Some(member),
                "name" => top.name = Some(member),
                "userId" => top.user_id = Some(member),
                "groupId" => top.group_id = Some(member),
                other => {
                    let at = SHADOWS.iter().position(|name| *name == other);
                    top.own |= at.map_or(0, |at| 1 << at);
                }
            }
        }
        top
    }
}

/// The column that has the text of a field, if one has.
pub(super) fn held(field: Option<Val<'_>>, texts: &Texts, columns: &[(Held, TextId)]) -> Held {
    match field {
        None => Held::Absent,
        Some(value) => match value.kind() {
            Kind::Null => Held::Absent,
            Kind::String => {
                let text = value.as_str();
                let has =
                    |(_, id): &&(Held, TextId)| !id.is_none() && texts.get(*id) == text.as_deref();
                columns.iter().find(has).map_or(Held::Elsewhere, |(held, _)| *held)
            }
            _ => Held::Elsewhere,
        },
    }
}
