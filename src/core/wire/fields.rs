//! The members of a call that parsing needs, found in one pass over its top level.

use crate::call::Val;

/// The members of a call. `null` counts as absent, and if a name is repeated, the last member
/// counts.
#[derive(Default, Clone, Copy)]
pub(crate) struct Fields<'d> {
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
    /// The member that RudderStack's gateway adds.
    pub rudder_id: Option<Val<'d>>,
    /// The calls of a batch envelope.
    pub batch: Option<Val<'d>>,
}

impl<'d> Fields<'d> {
    #[inline]
    pub fn new(call: Val<'d>) -> Fields<'d> {
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
            let slot = match key {
                b"type" => &mut fields.kind,
                b"messageId" => &mut fields.message_id,
                b"timestamp" => &mut fields.timestamp,
                b"originalTimestamp" => &mut fields.original,
                b"sentAt" => &mut fields.sent_at,
                b"receivedAt" => &mut fields.received_at,
                b"context" => &mut fields.context,
                b"integrations" => &mut fields.integrations,
                b"userId" => &mut fields.user_id,
                b"anonymousId" => &mut fields.anonymous_id,
                b"event" => &mut fields.event,
                b"properties" => &mut fields.properties,
                b"traits" => &mut fields.traits,
                b"name" => &mut fields.name,
                b"category" => &mut fields.category,
                b"channel" => &mut fields.channel,
                b"writeKey" => &mut fields.write_key,
                b"rudderId" => &mut fields.rudder_id,
                b"batch" => &mut fields.batch,
                _ => continue,
            };
            *slot = (!child.is_null()).then_some(child);
        }
        fields
    }

    /// Returns the call's `type`, if it is a string that is not empty.
    pub fn kind_text(&self) -> Option<std::borrow::Cow<'d, str>> {
        self.kind.and_then(|kind| kind.as_str()).filter(|kind| !kind.is_empty())
    }

    /// Returns whether these are the members of a batch instead of a call.
    pub fn is_batch(&self) -> bool {
        self.batch.is_some_and(|batch| batch.is_array()) && !self.is_named()
    }

    /// Returns whether the object is a batch whose `batch` is a single object instead of an array.
    pub fn is_object_batch(&self) -> bool {
        self.batch.is_some_and(|batch| batch.is_object()) && !self.is_named() && self.kind.is_none()
    }

    /// Returns whether the object has an event or the id of a user, as only calls have.
    fn is_named(&self) -> bool {
        [self.event, self.user_id, self.anonymous_id].iter().any(Option::is_some)
    }

    /// Returns the object that names the sender's library, if the context has one.
    pub fn library(&self) -> Option<Val<'d>> {
        self.context.and_then(|context| context.get("library")).filter(Val::is_object)
    }
}

/// Returns whether an item of a batch is a call. A batch inside the batch is not.
pub(crate) fn is_call(item: Val<'_>) -> bool {
    item.is_object() && !Fields::new(item).is_batch()
}
