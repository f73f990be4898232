//! The members of a call that the wire looks at, found in one pass over its top level.

use crate::call::Val;

/// A call's members; `null` counts as absent, and of a repeated name the last one counts.
#[derive(Default, Clone, Copy)]
pub(super) struct Fields<'d> {
    pub kind: Option<Val<'d>>,
    pub message_id: Option<Val<'d>>,
    pub timestamp: Option<Val<'d>>,
    pub original: Option<Val<'d>>,
    pub sent_at: Option<Val<'d>>,
    pub received_at: Option<Val<'d>>,
    pub context: Option<Val<'d>>,
    pub integrations: Option<Val<'d>>,
    pub user_id: Option<Val<'d>>,
    pub anonymous_id: Option<Val<'d>>,
    pub event: Option<Val<'d>>,
    pub properties: Option<Val<'d>>,
    pub traits: Option<Val<'d>>,
    pub name: Option<Val<'d>>,
    pub category: Option<Val<'d>>,
    pub channel: Option<Val<'d>>,
    pub write_key: Option<Val<'d>>,
    /// Only a batch envelope has it.
    pub batch: Option<Val<'d>>,
}

impl<'d> Fields<'d> {
    pub fn of(call: Val<'d>) -> Fields<'d> {
        let mut fields = Fields::default();
        if !call.is_object() {
            return fields;
        }
        for child in call.children() {
            let decoded;
            let key = match child.key_plain() {
                Some(key) => key,
                None => {
                    decoded = child.key();
                    decoded.as_bytes()
                }
            };
            // by the length first: else every name is compared with all of these
            let slot = match (key.len(), key) {
                (4, b"type") => &mut fields.kind,
                (4, b"name") => &mut fields.name,
                (5, b"event") => &mut fields.event,
                (5, b"batch") => &mut fields.batch,
                (6, b"userId") => &mut fields.user_id,
                (6, b"sentAt") => &mut fields.sent_at,
                (6, b"traits") => &mut fields.traits,
                (7, b"context") => &mut fields.context,
                (7, b"channel") => &mut fields.channel,
                (8, b"category") => &mut fields.category,
                (8, b"writeKey") => &mut fields.write_key,
                (9, b"messageId") => &mut fields.message_id,
                (9, b"timestamp") => &mut fields.timestamp,
                (10, b"receivedAt") => &mut fields.received_at,
                (10, b"properties") => &mut fields.properties,
                (11, b"anonymousId") => &mut fields.anonymous_id,
                (12, b"integrations") => &mut fields.integrations,
                (17, b"originalTimestamp") => &mut fields.original,
                _ => continue,
            };
            *slot = (!child.is_null()).then_some(child);
        }
        fields
    }

    /// The call's `type`, if it is a text that says something.
    pub fn kind_text(&self) -> Option<std::borrow::Cow<'d, str>> {
        self.kind.and_then(|kind| kind.as_str()).filter(|kind| !kind.is_empty())
    }

    /// The object that names the sender's library, if the context has one.
    pub fn library(&self) -> Option<Val<'d>> {
        self.context.and_then(|context| context.get("library")).filter(Val::is_object)
    }
}
