//! A view of one call, which is read once for all vendors.

use crate::call::{CallType, Event, UnknownTimes, Val, time};
use crate::findings::doubtful_ids::{IdDoubt, doubt_of};
use crate::vendors::engine::field_slots::{FieldSlot, SlotSet, SlotTable};
use crate::vendors::engine::presence::Presence;
use crate::vendors::engine::shape_rules::ShapeRules;
use crate::vendors::look_plan::{Member, Plan, Scratch, decode, value};
use std::cell::Cell;
use std::sync::{Arc, OnceLock};

/// A call with the positions of the values that vendors read.
pub(crate) struct CallView<'a> {
    /// The call.
    pub event: &'a Event<'a>,
    /// The number of vendors.
    vendors: usize,
    keys: &'a SlotTable,
    plan: &'a Plan,
    pub basics: CallBasics,
    /// The `type` of the call, parsed once for all vendors.
    pub kind: TypeOf,
    /// The times at the slots of [`CallBasics`], also parsed once for all vendors.
    received: Option<time::Millis>,
    timestamp: Option<time::Millis>,
    original: Option<time::Millis>,
    /// The reasons why the texts at some slots are probably not ids, cached because most vendors
    /// read the same slots.
    doubts: [Cell<Option<KnownDoubt>>; 8],
}

/// A slot, and the reason why the text there is probably not an id.
type KnownDoubt = (FieldSlot, Option<IdDoubt>);

/// The slots of a call's type, of its times, of its `integrations` at the right place and at others, and of its ids in the order of
/// [`crate::vendors::rules::CallId`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallBasics {
    pub kind: FieldSlot,
    pub received: FieldSlot,
    pub timestamp: FieldSlot,
    pub original: FieldSlot,
    pub integrations: FieldSlot,
    pub other_integrations: [FieldSlot; 2],
    pub ids: [FieldSlot; 3],
}

impl<'a> CallView<'a> {
    pub fn new(
        event: &'a Event<'a>,
        (vendors, keys): (usize, &'a SlotTable),
        scratch: &'a Scratch,
        basics: CallBasics,
    ) -> Self {
        let plan = scratch.plan();
        let get = |slot| value(&plan.slots, slot, event);
        let time = |slot| time::parse(&get(slot)?.as_str()?);
        let timestamp = time(basics.timestamp);
        // most calls have the same time in more than one field, so equal texts are parsed once
        let raw = |slot| get(slot).map(|value| value.raw());
        let known = raw(basics.timestamp);
        let other = |slot| if raw(slot) == known { timestamp } else { time(slot) };
        CallView {
            event,
            vendors,
            keys,
            plan,
            basics,
            kind: type_of(get(basics.kind)),
            received: other(basics.received),
            timestamp,
            original: other(basics.original),
            doubts: Default::default(),
        }
    }

    /// Returns the reason why `id`, the text at a slot, is probably not an id.
    pub fn doubt_at(&self, slot: FieldSlot, id: &str) -> Option<IdDoubt> {
        let cell = &self.doubts[usize::from(slot.0) % self.doubts.len()];
        match cell.get() {
            Some((known, doubt)) if known == slot => doubt,
            _ => {
                let doubt = doubt_of(id);
                cell.set(Some((slot, doubt)));
                doubt
            }
        }
    }

    /// Returns the cell of a vendor's rules for calls of this shape and the given type.
    #[inline]
    pub fn rules(&self, vendor: usize, kind: CallType) -> &'a OnceLock<Arc<ShapeRules>> {
        let of_kind = self.plan.rules[kind as usize]
            .get_or_init(|| (0..self.vendors).map(|_| OnceLock::new()).collect());
        &of_kind[vendor]
    }

    /// Returns the kind of the value at a slot.
    #[inline]
    pub fn state(&self, slot: FieldSlot) -> Presence {
        self.plan.states[slot.0 as usize]
    }

    /// Returns the value at a slot.
    #[inline]
    pub fn get(&self, slot: FieldSlot) -> Option<Val<'a>> {
        value(&self.plan.slots, slot, self.event)
    }

    /// Returns the value at a slot, unless it is null.
    #[inline]
    pub fn present(&self, slot: FieldSlot) -> Option<Val<'a>> {
        match self.state(slot) {
            Presence::Absent | Presence::Null => None,
            _ => self.get(slot),
        }
    }

    /// Returns the value at a slot if it is an object.
    pub fn object(&self, slot: FieldSlot) -> Option<Val<'a>> {
        if self.state(slot) == Presence::Object { self.get(slot) } else { None }
    }

    /// Returns the members of a listed slot, each key once, with the slot of each member that some
    /// vendor reads.
    pub fn members(
        &self,
        slot: FieldSlot,
    ) -> impl Iterator<Item = (Val<'a>, Option<FieldSlot>)> + use<'a> {
        let event = self.event;
        self.listed(slot).iter().map(move |member| (decode(member.node, event), member.slot))
    }

    /// Returns the members of a listed slot whose slots are not in a set.
    #[inline]
    pub fn members_besides(
        &self,
        slot: FieldSlot,
        known: &'a SlotSet,
    ) -> impl Iterator<Item = (Val<'a>, Option<FieldSlot>)> + use<'a> {
        let event = self.event;
        self.listed(slot)
            .iter()
            .filter(|member| !member.slot.is_some_and(|slot| known.has(slot)))
            .map(move |member| (decode(member.node, event), member.slot))
    }

    #[inline]
    fn listed(&self, slot: FieldSlot) -> &'a [Member] {
        let list = self.keys.list(slot).expect("a listed spot");
        let (start, end) = self.plan.ranges[list];
        &self.plan.members[start as usize..end as usize]
    }

    /// Returns the pointer of a slot.
    pub fn pointer(&self, slot: FieldSlot) -> &'a str {
        self.keys.pointer(slot)
    }

    /// Returns the time at a slot, if it is valid ISO-8601.
    pub fn time(&self, slot: FieldSlot) -> Option<(FieldSlot, Val<'a>, time::Millis)> {
        let value = self.get(slot)?;
        let at = match slot {
            _ if slot == self.basics.timestamp => self.timestamp,
            _ if slot == self.basics.original => self.original,
            _ if slot == self.basics.received => self.received,
            _ => time::parse(&value.as_str()?),
        };
        Some((slot, value, at?))
    }

    /// Returns the event time (`docs/specs/vendors.md` A.6): `timestamp`, or `originalTimestamp` if
    /// that is not valid.
    pub fn event_time(&self) -> Option<(FieldSlot, Val<'a>, time::Millis)> {
        self.time(self.basics.timestamp).or_else(|| self.time(self.basics.original))
    }

    /// Returns whether the service still adds the time at a slot, which is not known here.
    pub fn is_unknown_time(&self, slot: FieldSlot) -> bool {
        let CallBasics { received, timestamp, original, .. } = self.basics;
        match self.event.unknown_times {
            UnknownTimes::None => false,
            UnknownTimes::Timestamp => slot == received || slot == timestamp,
            UnknownTimes::All => slot == received || slot == timestamp || slot == original,
        }
    }

    /// Returns the time of arrival, if `receivedAt` is valid.
    pub fn received_at(&self) -> Option<(FieldSlot, Val<'a>, time::Millis)> {
        self.time(self.basics.received)
    }
}

/// The `type` of a call.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TypeOf {
    /// There is no usable text.
    Missing,
    /// The text is not a call type.
    Unknown,
    /// The text is one of the six call types.
    Known(CallType),
}

fn type_of(value: Option<Val<'_>>) -> TypeOf {
    match value.and_then(crate::findings::identity::text_of) {
        None => TypeOf::Missing,
        Some(name) => CallType::parse(&name).map_or(TypeOf::Unknown, TypeOf::Known),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Doc;

    #[test]
    fn the_last_of_repeated_keys_counts_at_every_level() {
        let mut keys = SlotTable::default();
        let id = keys.slot("/traits/company/id");
        let traits = keys.listed("/traits");
        let basics = CallBasics {
            kind: id,
            received: id,
            timestamp: id,
            original: id,
            integrations: id,
            other_integrations: [id; 2],
            ids: [id; 3],
        };
        let call = Doc::parse(
            r#"{"traits":{"company":{"id":1}},"traits":{"a":1,"company":{},"b":2,"a":3,"\u0061":4}}"#,
        )
        .expect("valid");
        let event = Event::bare(call.root());
        let mut scratch = Scratch::default();
        scratch.read(&keys, &event);
        let view = CallView::new(&event, (0, &keys), &scratch, basics);
        assert!(view.get(id).is_none());
        let members: Vec<String> = view
            .members(traits)
            .map(|(value, _)| format!("{}={}", value.key(), value.raw()))
            .collect();
        assert_eq!(members, ["a=4", "company={}", "b=2"]);
    }

    #[test]
    fn derived_fields_hide_the_calls_own() {
        let mut keys = SlotTable::default();
        let group = keys.slot("/context/groupId");
        let other = keys.slot("/context/app");
        let basics = CallBasics {
            kind: group,
            received: group,
            timestamp: group,
            original: group,
            integrations: group,
            other_integrations: [group; 2],
            ids: [group; 3],
        };
        let call = Doc::parse(r#"{"context":{"app":"x"}}"#).expect("valid");
        let derived = Doc::parse(r#"{"context":{"groupId":"g"}}"#).expect("valid");
        let event = Event { derived: Some(derived.root()), ..Event::bare(call.root()) };
        let mut scratch = Scratch::default();
        scratch.read(&keys, &event);
        let view = CallView::new(&event, (0, &keys), &scratch, basics);
        assert_eq!(view.get(group).map(|v| v.raw()), Some("\"g\""));
        assert!(view.get(other).is_none());
    }
}
