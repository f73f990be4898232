//! One call, looked through once for all vendors.

use crate::call::{CallType, Event, Val, time};
use crate::vendors::engine::field_slots::{FieldSlot, Sign, SlotTable};
use crate::vendors::engine::presence::Presence;
use crate::vendors::vendor::SpotSet;
use std::borrow::Cow;
use std::collections::HashMap;

/// The bit of a node number that says it belongs to the derived document.
const DERIVED: u32 = 1 << 31;

/// What was found in a call, by spot; used again for the next call.
#[derive(Debug, Default)]
pub(crate) struct ViewScratch {
    /// Node number + 1 of the value at a spot, 0 for none.
    slots: Vec<u32>,
    /// What kind of value that is.
    states: Vec<Presence>,
    /// Where the members of each listed spot stand in `members`.
    ranges: Vec<(u32, u32)>,
    members: Vec<ObjectMember>,
}

/// A member of a listed object.
#[derive(Debug, Clone, Copy)]
struct ObjectMember {
    node: u32,
    hash: u32,
    slot: Option<FieldSlot>,
}

/// Room for more members than this is given back after a call.
const KEPT_MEMBERS: usize = 4096;

impl ViewScratch {
    /// No room yet.
    pub const NEW: ViewScratch = ViewScratch {
        slots: Vec::new(),
        states: Vec::new(),
        ranges: Vec::new(),
        members: Vec::new(),
    };

    /// What of it is worth keeping for the next call.
    pub fn kept(mut self) -> ViewScratch {
        self.members.clear();
        self.members.shrink_to(KEPT_MEMBERS);
        self
    }

    /// Looks through a call.
    pub fn read(&mut self, keys: &SlotTable, event: &Event<'_>) {
        self.slots.clear();
        self.slots.resize(keys.len(), 0);
        self.states.clear();
        self.states.resize(keys.len(), Presence::Absent);
        self.ranges.clear();
        self.ranges.resize(keys.lists(), (0, 0));
        self.members.clear();
        for (value, bit) in [(Some(event.call), 0), (event.derived, DERIVED)] {
            for child in value.into_iter().flat_map(|value| value.children()) {
                if let Some(slot) = find(keys, FieldSlot::ROOT, child).0 {
                    self.put(slot, (child.node() + 1) | bit, child);
                }
            }
        }
        self.open(keys, FieldSlot::ROOT, event);
    }

    #[inline]
    fn put(&mut self, slot: FieldSlot, node: u32, value: Val<'_>) {
        self.slots[slot.0 as usize] = node;
        self.states[slot.0 as usize] = Presence::from_value(value);
    }

    /// Opens the objects below a spot whose own members are done.
    fn open(&mut self, keys: &SlotTable, slot: FieldSlot, event: &Event<'_>) {
        for &below in keys.opened(slot) {
            if self.states[below.0 as usize] != Presence::Object {
                continue;
            }
            let Some(object) = value(&self.slots, below, event) else { continue };
            let bit = self.slots[below.0 as usize] & DERIVED;
            let list = keys.list(below);
            let start = self.members.len();
            let mut seen = [0u64; 4];
            let mut twice = false;
            for child in object.children() {
                let (found, hash) = find(keys, below, child);
                let node = (child.node() + 1) | bit;
                if let Some(slot) = found {
                    self.put(slot, node, child);
                }
                if list.is_some() {
                    let (word, mark) = ((hash >> 6 & 3) as usize, 1u64 << (hash & 63));
                    twice |= seen[word] & mark != 0;
                    seen[word] |= mark;
                    self.members.push(ObjectMember { node, hash, slot: found });
                }
            }
            if twice {
                self.once(start, event);
            }
            if let Some(list) = list {
                self.ranges[list] = (start as u32, self.members.len() as u32);
            }
            self.open(keys, below, event);
        }
    }

    /// Keeps a repeated key once: in its first place, with its last value, as `JSON.parse` does.
    fn once(&mut self, start: usize, event: &Event<'_>) {
        let members = &self.members[start..];
        let alone = |i: usize| members[..i].iter().all(|member| member.hash != members[i].hash);
        if members.len() <= 64 && (1..members.len()).all(alone) {
            return;
        }
        let mut places: HashMap<Cow<'_, str>, usize> = HashMap::new();
        let mut kept: Vec<ObjectMember> = Vec::with_capacity(members.len());
        for member in members {
            match places.entry(decode(member.node, event).key()) {
                std::collections::hash_map::Entry::Occupied(place) => {
                    kept[*place.get()].node = member.node;
                }
                std::collections::hash_map::Entry::Vacant(place) => {
                    place.insert(kept.len());
                    kept.push(*member);
                }
            }
        }
        self.members.truncate(start);
        self.members.extend(kept);
    }
}

#[inline(always)]
fn find(keys: &SlotTable, parent: FieldSlot, child: Val<'_>) -> (Option<FieldSlot>, u32) {
    let decoded;
    let key = match child.key_plain() {
        Some(key) => key,
        None => {
            decoded = child.key();
            decoded.as_bytes()
        }
    };
    let sign = Sign::from_key(key);
    (keys.find(parent, key, sign), sign.hash())
}

#[inline]
fn value<'d>(slots: &[u32], slot: FieldSlot, event: &Event<'d>) -> Option<Val<'d>> {
    match slots[slot.0 as usize] {
        0 => None,
        node => Some(decode(node, event)),
    }
}

#[inline]
fn decode<'d>(node: u32, event: &Event<'d>) -> Val<'d> {
    if node & DERIVED == 0 {
        event.call.same_doc(node - 1)
    } else {
        event.derived.expect("a derived document").same_doc((node & !DERIVED) - 1)
    }
}

/// A call with what was found in it.
pub(crate) struct CallView<'a> {
    /// The call.
    pub event: &'a Event<'a>,
    keys: &'a SlotTable,
    scratch: &'a ViewScratch,
    basics: CallBasics,
    /// What its type says, read once for all vendors.
    pub kind: TypeOf,
    /// The times at the spots of [`CallBasics`], read once for all vendors too.
    received: Option<time::Millis>,
    timestamp: Option<time::Millis>,
    original: Option<time::Millis>,
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
        keys: &'a SlotTable,
        scratch: &'a ViewScratch,
        basics: CallBasics,
    ) -> Self {
        let get = |slot| value(&scratch.slots, slot, event);
        let time = |slot| time::parse(&get(slot)?.as_str()?);
        let timestamp = time(basics.timestamp);
        // most calls say the same time more than once
        let raw = |slot| get(slot).map(|value| value.raw());
        let known = raw(basics.timestamp);
        let other = |slot| if raw(slot) == known { timestamp } else { time(slot) };
        CallView {
            event,
            keys,
            scratch,
            basics,
            kind: type_of(get(basics.kind)),
            received: other(basics.received),
            timestamp,
            original: other(basics.original),
        }
    }

    /// What kind of value stands at a spot.
    #[inline]
    pub fn state(&self, slot: FieldSlot) -> Presence {
        self.scratch.states[slot.0 as usize]
    }

    /// The value at a spot.
    #[inline]
    pub fn get(&self, slot: FieldSlot) -> Option<Val<'a>> {
        value(&self.scratch.slots, slot, self.event)
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
    fn listed(&self, slot: FieldSlot) -> &'a [ObjectMember] {
        let list = self.keys.list(slot).expect("a listed spot");
        let (start, end) = self.scratch.ranges[list];
        &self.scratch.members[start as usize..end as usize]
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
        let mut scratch = ViewScratch::default();
        scratch.read(&keys, &event);
        let look = CallView::new(&event, &keys, &scratch, basics);
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
        let mut scratch = ViewScratch::default();
        scratch.read(&keys, &event);
        let look = CallView::new(&event, &keys, &scratch, basics);
        assert_eq!(look.get(group).map(|v| v.raw()), Some("\"g\""));
        assert!(look.get(other).is_none());
    }
}
