//! One call, looked through once for all vendors.

use crate::call::{CallType, Event, Val, time};
use crate::findings::doubtful_ids::{IdDoubt, doubt_of};
use crate::vendors::engine::field_slots::{FieldSlot, SlotTable};
use crate::vendors::engine::presence::Presence;
use crate::vendors::engine::shape_rules::ShapeRules;
use crate::vendors::look_plan::{Member, Plan, Scratch, decode, share, value};
use crate::vendors::vendor::{SpotSet, Vendor, slot};
use std::cell::Cell;

/// A call with what was found in it.
pub(crate) struct CallView<'a> {
    /// The call.
    pub event: &'a Event<'a>,
    vendors: &'a [Vendor],
    keys: &'a SlotTable,
    plan: &'a Plan,
    basics: CallBasics,
    /// What its type says, read once for all vendors.
    pub kind: TypeOf,
    /// The times at the spots of [`CallBasics`], read once for all vendors too.
    received: Option<time::Millis>,
    timestamp: Option<time::Millis>,
    original: Option<time::Millis>,
    /// Why the ids at some spots are probably none: most vendors look at the same ones.
    doubts: [Cell<Option<(FieldSlot, Option<IdDoubt>)>>; 8],
}

/// The spots of a call's type and of the times that it may carry.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallBasics {
    pub kind: FieldSlot,
    pub received: FieldSlot,
    pub timestamp: FieldSlot,
    pub original: FieldSlot,
    pub integrations: FieldSlot,
}

impl<'a> CallView<'a> {
    pub fn new(
        event: &'a Event<'a>,
        (vendors, keys): (&'a [Vendor], &'a SlotTable),
        scratch: &'a Scratch,
        basics: CallBasics,
    ) -> Self {
        let plan = scratch.plan();
        let get = |slot| value(&plan.slots, slot, event);
        let time = |slot| time::parse(&get(slot)?.as_str()?);
        let timestamp = time(basics.timestamp);
        // most calls say the same time more than once
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

    /// Returns why the id at a spot, whose text is given, is probably none.
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

    /// Returns the rules of a vendor that may say something about calls of this shape and a type.
    #[inline]
    pub fn rules(&self, vendor: &Vendor, kind: CallType) -> &'a ShapeRules {
        let rules = self.plan.rules[slot(kind)].get_or_init(|| {
            self.vendors.iter().map(|vendor| share(ShapeRules::new(vendor, kind, self))).collect()
        });
        &rules[vendor.index]
    }

    /// What kind of value stands at a spot.
    #[inline]
    pub fn state(&self, slot: FieldSlot) -> Presence {
        self.plan.states[slot.0 as usize]
    }

    /// The value at a spot.
    #[inline]
    pub fn get(&self, slot: FieldSlot) -> Option<Val<'a>> {
        value(&self.plan.slots, slot, self.event)
    }

    /// The value at a spot, unless it is null.
    #[inline]
    pub fn present(&self, slot: FieldSlot) -> Option<Val<'a>> {
        match self.state(slot) {
            Presence::Absent | Presence::Null => None,
            _ => self.get(slot),
        }
    }

    /// An object.
    pub fn object(&self, slot: FieldSlot) -> Option<Val<'a>> {
        if self.state(slot) == Presence::Object { self.get(slot) } else { None }
    }

    /// The members of a listed spot, each key once, with their spots where somebody reads them.
    pub fn members(
        &self,
        slot: FieldSlot,
    ) -> impl Iterator<Item = (Val<'a>, Option<FieldSlot>)> + use<'a> {
        let event = self.event;
        self.listed(slot).iter().map(move |member| (decode(member.node, event), member.slot))
    }

    /// The members of a listed spot that are not in a set.
    #[inline]
    pub fn members_besides(
        &self,
        slot: FieldSlot,
        known: &'a SpotSet,
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

    /// The pointer of a spot.
    pub fn pointer(&self, slot: FieldSlot) -> &'a str {
        self.keys.pointer(slot)
    }

    /// The time at a spot, if it is valid ISO-8601.
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

    /// The event time (A.6): the first valid one of `timestamp`, `originalTimestamp`.
    pub fn event_time(&self) -> Option<(FieldSlot, Val<'a>, time::Millis)> {
        self.time(self.basics.timestamp).or_else(|| self.time(self.basics.original))
    }

    /// The time of arrival, if the call carries a valid one.
    pub fn received_at(&self) -> Option<(FieldSlot, Val<'a>, time::Millis)> {
        self.time(self.basics.received)
    }
}

/// What a call's `type` says.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TypeOf {
    /// nothing usable
    Missing,
    /// no call type
    Unknown,
    /// one of the six
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
        let basics =
            CallBasics { kind: id, received: id, timestamp: id, original: id, integrations: id };
        let call = Doc::parse(
            r#"{"traits":{"company":{"id":1}},"traits":{"a":1,"company":{},"b":2,"a":3,"\u0061":4}}"#,
        )
        .expect("valid");
        let event = Event::bare(call.root());
        let mut scratch = Scratch::default();
        scratch.read(&keys, &event);
        let look = CallView::new(&event, (&[], &keys), &scratch, basics);
        assert!(look.get(id).is_none());
        let members: Vec<String> = look
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
        };
        let call = Doc::parse(r#"{"context":{"app":"x"}}"#).expect("valid");
        let derived = Doc::parse(r#"{"context":{"groupId":"g"}}"#).expect("valid");
        let event = Event { derived: Some(derived.root()), ..Event::bare(call.root()) };
        let mut scratch = Scratch::default();
        scratch.read(&keys, &event);
        let look = CallView::new(&event, (&[], &keys), &scratch, basics);
        assert_eq!(look.get(group).map(|v| v.raw()), Some("\"g\""));
        assert!(look.get(other).is_none());
    }
}
