//! Reads the fields of a call that the log and the call record show.

use crate::call::{CallType, Event, JsonKind, Val};
use crate::engine::index::{
    ArrivalHour, Fingerprint, IdsOfCall, IndexedField, Repeat, TextId, Texts,
};
use crate::wire::{ParsedRequest, ReadCall};
use std::borrow::Cow;

fn text<'d>(value: Option<Val<'d>>) -> Option<Cow<'d, str>> {
    let value = value?;
    value.as_str().or_else(|| value.as_number().map(Cow::Borrowed)).filter(|text| !text.is_empty())
}

/// Returns the type as received, or as the path gives it.
pub(crate) fn kind<'d>(event: &Event<'d>) -> Option<Cow<'d, str>> {
    event.get("type").and_then(|v| v.as_str())
}

/// Returns the event of a track call, or the name of a page or screen.
pub(crate) fn name<'d>(event: &Event<'d>, kind: Option<CallType>) -> Option<Cow<'d, str>> {
    Top::from_event(event).name_of(kind)
}

/// The ids and the event of a call, as [`ids`] returns them.
#[derive(Default)]
pub(crate) struct CallIds<'d> {
    pub event: Option<Cow<'d, str>>,
    pub account: Option<&'d str>,
    pub user: Option<&'d str>,
    pub user_id: Option<Cow<'d, str>>,
    pub anonymous_id: Option<Cow<'d, str>>,
    pub previous_id: Option<Cow<'d, str>>,
}

impl CallIds<'_> {
    /// Borrows the ids as texts.
    pub fn of_call(&self) -> IdsOfCall<'_> {
        IdsOfCall {
            event: self.event.as_deref(),
            account: self.account,
            user: self.user,
            user_id: self.user_id.as_deref(),
            anonymous_id: self.anonymous_id.as_deref(),
            previous_id: self.previous_id.as_deref(),
        }
    }
}

/// Returns the ids and the event of a call, by which calls are compared. `account` and `user` are
/// those of the call's row. Only an alias call that is not `discarded` has a `previousId`.
pub(crate) fn ids<'d>(
    reading: &'d ParsedRequest<'_>,
    call: &ReadCall,
    discarded: bool,
    [account, user]: [Option<&'d str>; 2],
) -> CallIds<'d> {
    // an alias call joins two users
    let is_alias = call.kind == Some(CallType::Alias);
    let anonymous_id = call.anonymous_id.filter(|_| !is_alias);
    let event = (is_alias && !discarded).then(|| reading.event(call));
    CallIds {
        event: text(reading.value(call.event.filter(|_| call.kind == Some(CallType::Track)))),
        account,
        user,
        user_id: text(reading.value(call.user_id)),
        anonymous_id: text(reading.value(anonymous_id)),
        previous_id: text(event.and_then(|event| event.call.get("previousId"))),
    }
}

/// Returns the fingerprint by which a repeat of a call is recognized, if the call has a `messageId`
/// of its own.
pub(crate) fn repeat_fingerprint(reading: &ParsedRequest<'_>, call: &ReadCall) -> Option<Repeat> {
    // a `messageId` that the service generates is different for each call
    call.message_id?;
    let id = text(reading.message_id(call))?;
    let discarded = call.discarded_as().is_some();
    let print = Fingerprint::new(&id, call.content);
    Some(Repeat { print, hour: ArrivalHour::new(call.received_at), discarded })
}

/// Returns the `messageId`, which is generated if the call has none.
pub(crate) fn message_id<'d>(event: &Event<'d>) -> Option<Cow<'d, str>> {
    text(event.get("messageId"))
}

/// Returns the timestamp that a destination sees.
pub(crate) fn timestamp<'d>(event: &Event<'d>) -> Option<Cow<'d, str>> {
    text(event.get("timestamp")).or_else(|| text(event.get("originalTimestamp")))
}

/// Returns the `anonymousId`.
pub(crate) fn anonymous_id<'d>(event: &Event<'d>) -> Option<Cow<'d, str>> {
    text(event.get("anonymousId"))
}

/// The top-level fields of a call that the index needs, found in one pass. A field that the service
/// may add or merge has the value that a destination sees.
#[derive(Debug, Default)]
pub(crate) struct Top<'d> {
    kind: Option<Val<'d>>,
    pub context: Option<Val<'d>>,
    pub event: Option<Val<'d>>,
    pub name: Option<Val<'d>>,
    pub user_id: Option<Val<'d>>,
    pub group_id: Option<Val<'d>>,
    previous_id: Option<Val<'d>>,
    anonymous_id: Option<Val<'d>>,
    properties: Option<Val<'d>>,
    /// The set of [`SHADOWS`] that the call has, one bit for each.
    pub own: u16,
}

/// The names of record fields that a field of the call with the same name replaces in filters
/// ([`crate::fql::RecordField::shadow`]).
pub(crate) const SHADOWS: [&str; 9] =
    ["seq", "write_key", "library", "path", "status", "repeat", "marked", "test", "service"];

impl<'d> Top<'d> {
    pub fn from_event(event: &Event<'d>) -> Top<'d> {
        let mut top = Top::default();
        for member in event.call.children() {
            let decoded;
            let key = match member.key_plain() {
                Some(key) => key,
                None => {
                    decoded = member.key();
                    decoded.as_bytes()
                }
            };
            let slot = match key {
                b"type" => &mut top.kind,
                b"context" => &mut top.context,
                b"event" => &mut top.event,
                b"name" => &mut top.name,
                b"userId" => &mut top.user_id,
                b"groupId" => &mut top.group_id,
                b"previousId" => &mut top.previous_id,
                b"anonymousId" => &mut top.anonymous_id,
                b"properties" => &mut top.properties,
                other => {
                    let at = SHADOWS.iter().position(|name| name.as_bytes() == other);
                    top.own |= at.map_or(0, |at| 1 << at);
                    continue;
                }
            };
            *slot = Some(member);
        }
        for member in event.derived.into_iter().flat_map(|derived| derived.children()) {
            // segscope wrote the derived fields, so their names contain no escapes
            match member.key_plain() {
                Some(b"type") => top.kind = Some(member),
                Some(b"context") => top.context = Some(member),
                _ => {}
            }
        }
        top
    }

    /// Returns the type as received, or as the path gives it.
    pub fn kind(&self) -> Option<Cow<'d, str>> {
        self.kind?.as_str()
    }

    /// Returns `context.app.version`.
    pub fn app_version(&self) -> Option<Cow<'d, str>> {
        self.context?.get("app")?.get("version")?.as_str()
    }

    /// Returns the event of a track call, or the name of a page or screen.
    fn name_of(&self, kind: Option<CallType>) -> Option<Cow<'d, str>> {
        match kind {
            Some(CallType::Page | CallType::Screen) => text(self.name)
                .or_else(|| text(self.properties.and_then(|properties| properties.get("name")))),
            _ => text(self.event),
        }
    }

    /// Returns the text that the log shows as the name. For a call without a name, this is the id
    /// of the user or group that it is about.
    pub fn label(&self, kind: Option<CallType>) -> Cow<'d, str> {
        let user = || text(self.user_id).or_else(|| text(self.anonymous_id));
        match kind {
            Some(CallType::Identify) => user().unwrap_or_default(),
            Some(CallType::Group) => text(self.group_id).unwrap_or_default(),
            Some(CallType::Alias) => {
                let old = text(self.previous_id).unwrap_or_default();
                format!("{old} → {}", user().unwrap_or_default()).into()
            }
            _ => self.name_of(kind).unwrap_or_default(),
        }
    }
}

/// Returns the column that contains the text of a field, if any.
pub(crate) fn held(
    field: Option<Val<'_>>,
    texts: &Texts,
    columns: &[(IndexedField, TextId)],
) -> IndexedField {
    match field {
        None => IndexedField::Absent,
        Some(value) => match value.kind() {
            JsonKind::Null => IndexedField::Absent,
            JsonKind::String => {
                let text = value.as_str();
                let has = |(_, id): &&(IndexedField, TextId)| {
                    !id.is_none() && texts.get(*id) == text.as_deref()
                };
                columns.iter().find(has).map_or(IndexedField::Elsewhere, |(held, _)| *held)
            }
            _ => IndexedField::Elsewhere,
        },
    }
}
