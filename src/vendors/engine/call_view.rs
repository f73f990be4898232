//! One call, looked through once for all vendors.

use crate::call::{CallType, Event, Val, time};
use crate::vendors::engine::field_slots::{Keys, Sign, Spot};
use crate::vendors::engine::presence::State;
use crate::vendors::vendor::SpotSet;
use std::borrow::Cow;
use std::collections::HashMap;

/// The bit of a node number that says it belongs to the derived document.
const DERIVED: u32 = 1 << 31;

/// What was found in a call, by spot; used again for the next call.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// Node number + 1 of the value at a spot, 0 for none.
    slots: Vec<u32>,
    /// What kind of value that is.
    states: Vec<State>,
    /// Where the members of each listed spot stand in `members`.
    ranges: Vec<(u32, u32)>,
    members: Vec<Member>,
}

/// A member of a listed object.
#[derive(Debug, Clone, Copy)]
struct Member {
    node: u32,
    hash: u32,
    spot: Option<Spot>,
}

/// Room for more members than this is given back after a call.
const KEPT_MEMBERS: usize = 4096;

impl Scratch {
    /// No room yet.
    pub const NEW: Scratch =
        Scratch { slots: Vec::new(), states: Vec::new(), ranges: Vec::new(), members: Vec::new() };

    /// What of it is worth keeping for the next call.
    pub fn kept(mut self) -> Scratch {
        self.members.clear();
        self.members.shrink_to(KEPT_MEMBERS);
        self
    }

    /// Looks through a call.
    pub fn read(&mut self, keys: &Keys, event: &Event<'_>) {
        self.slots.clear();
        self.slots.resize(keys.len(), 0);
        self.states.clear();
        self.states.resize(keys.len(), State::Absent);
        self.ranges.clear();
        self.ranges.resize(keys.lists(), (0, 0));
        self.members.clear();
        for (value, bit) in [(Some(event.call), 0), (event.derived, DERIVED)] {
            for child in value.into_iter().flat_map(|value| value.children()) {
                if let Some(spot) = find(keys, Spot::ROOT, child).0 {
                    self.put(spot, (child.node() + 1) | bit, child);
                }
            }
        }
        self.open(keys, Spot::ROOT, event);
    }

    #[inline]
    fn put(&mut self, spot: Spot, node: u32, value: Val<'_>) {
        self.slots[spot.0 as usize] = node;
        self.states[spot.0 as usize] = State::of(value);
    }

    /// Opens the objects below a spot whose own members are done.
    fn open(&mut self, keys: &Keys, spot: Spot, event: &Event<'_>) {
        for &below in keys.opened(spot) {
            if self.states[below.0 as usize] != State::Object {
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
                if let Some(spot) = found {
                    self.put(spot, node, child);
                }
                if list.is_some() {
                    let (word, mark) = ((hash >> 6 & 3) as usize, 1u64 << (hash & 63));
                    twice |= seen[word] & mark != 0;
                    seen[word] |= mark;
                    self.members.push(Member { node, hash, spot: found });
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
        let mut kept: Vec<Member> = Vec::with_capacity(members.len());
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
fn find(keys: &Keys, parent: Spot, child: Val<'_>) -> (Option<Spot>, u32) {
    let decoded;
    let key = match child.key_plain() {
        Some(key) => key,
        None => {
            decoded = child.key();
            decoded.as_bytes()
        }
    };
    let sign = Sign::of(key);
    (keys.find(parent, key, sign), sign.hash())
}

#[inline]
fn value<'d>(slots: &[u32], spot: Spot, event: &Event<'d>) -> Option<Val<'d>> {
    match slots[spot.0 as usize] {
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
pub(crate) struct Look<'a> {
    /// The call.
    pub event: &'a Event<'a>,
    keys: &'a Keys,
    scratch: &'a Scratch,
    basics: Basics,
    /// What its type says, read once for all vendors.
    pub kind: TypeOf,
    /// The times at the spots of [`Basics`], read once for all vendors too.
    received: Option<time::Millis>,
    timestamp: Option<time::Millis>,
    original: Option<time::Millis>,
}

/// The spots of a call's type and of the times that it may carry.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Basics {
    pub kind: Spot,
    pub received: Spot,
    pub timestamp: Spot,
    pub original: Spot,
    pub integrations: Spot,
}

impl<'a> Look<'a> {
    pub fn new(event: &'a Event<'a>, keys: &'a Keys, scratch: &'a Scratch, basics: Basics) -> Self {
        let get = |spot| value(&scratch.slots, spot, event);
        let time = |spot| time::parse(&get(spot)?.as_str()?);
        let timestamp = time(basics.timestamp);
        // most calls say the same time more than once
        let raw = |spot| get(spot).map(|value| value.raw());
        let known = raw(basics.timestamp);
        let other = |spot| if raw(spot) == known { timestamp } else { time(spot) };
        Look {
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
    pub fn state(&self, spot: Spot) -> State {
        self.scratch.states[spot.0 as usize]
    }

    /// The value at a spot.
    #[inline]
    pub fn get(&self, spot: Spot) -> Option<Val<'a>> {
        value(&self.scratch.slots, spot, self.event)
    }

    /// The value at a spot, unless it is null.
    #[inline]
    pub fn present(&self, spot: Spot) -> Option<Val<'a>> {
        match self.state(spot) {
            State::Absent | State::Null => None,
            _ => self.get(spot),
        }
    }

    /// An object.
    pub fn object(&self, spot: Spot) -> Option<Val<'a>> {
        if self.state(spot) == State::Object { self.get(spot) } else { None }
    }

    /// The members of a listed spot, each key once, with their spots where somebody reads them.
    pub fn members(&self, spot: Spot) -> impl Iterator<Item = (Val<'a>, Option<Spot>)> + use<'a> {
        let event = self.event;
        self.listed(spot).iter().map(move |member| (decode(member.node, event), member.spot))
    }

    /// The members of a listed spot that are not in a set.
    #[inline]
    pub fn members_besides(
        &self,
        spot: Spot,
        known: &'a SpotSet,
    ) -> impl Iterator<Item = (Val<'a>, Option<Spot>)> + use<'a> {
        let event = self.event;
        self.listed(spot)
            .iter()
            .filter(|member| !member.spot.is_some_and(|spot| known.has(spot)))
            .map(move |member| (decode(member.node, event), member.spot))
    }

    #[inline]
    fn listed(&self, spot: Spot) -> &'a [Member] {
        let list = self.keys.list(spot).expect("a listed spot");
        let (start, end) = self.scratch.ranges[list];
        &self.scratch.members[start as usize..end as usize]
    }

    /// The pointer of a spot.
    pub fn pointer(&self, spot: Spot) -> &'a str {
        self.keys.pointer(spot)
    }

    /// The time at a spot, if it is valid ISO-8601.
    pub fn time(&self, spot: Spot) -> Option<(Spot, Val<'a>, time::Millis)> {
        let value = self.get(spot)?;
        let at = match spot {
            _ if spot == self.basics.timestamp => self.timestamp,
            _ if spot == self.basics.original => self.original,
            _ if spot == self.basics.received => self.received,
            _ => time::parse(&value.as_str()?),
        };
        Some((spot, value, at?))
    }

    /// The event time (A.6): the first valid one of `timestamp`, `originalTimestamp`.
    pub fn event_time(&self) -> Option<(Spot, Val<'a>, time::Millis)> {
        self.time(self.basics.timestamp).or_else(|| self.time(self.basics.original))
    }

    /// The time of arrival, if the call carries a valid one.
    pub fn received_at(&self) -> Option<(Spot, Val<'a>, time::Millis)> {
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
        let mut keys = Keys::default();
        let id = keys.spot("/traits/company/id");
        let traits = keys.listed("/traits");
        let basics =
            Basics { kind: id, received: id, timestamp: id, original: id, integrations: id };
        let call = Doc::parse(
            r#"{"traits":{"company":{"id":1}},"traits":{"a":1,"company":{},"b":2,"a":3,"\u0061":4}}"#,
        )
        .expect("valid");
        let event = Event::bare(call.root());
        let mut scratch = Scratch::default();
        scratch.read(&keys, &event);
        let look = Look::new(&event, &keys, &scratch, basics);
        assert!(look.get(id).is_none());
        let members: Vec<String> = look
            .members(traits)
            .map(|(value, _)| format!("{}={}", value.key(), value.raw()))
            .collect();
        assert_eq!(members, ["a=4", "company={}", "b=2"]);
    }

    #[test]
    fn derived_fields_hide_the_calls_own() {
        let mut keys = Keys::default();
        let group = keys.spot("/context/groupId");
        let other = keys.spot("/context/app");
        let basics = Basics {
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
        let look = Look::new(&event, &keys, &scratch, basics);
        assert_eq!(look.get(group).map(|v| v.raw()), Some("\"g\""));
        assert!(look.get(other).is_none());
    }
}
