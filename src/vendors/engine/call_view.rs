//! One call, looked through once for all vendors.

use crate::call::{CallType, Event, Val, time};
use crate::vendors::engine::field_slots::{Keys, Spot};
use crate::vendors::engine::presence::State;
use crate::vendors::look_plan::{Member, Plan, Scratch, decode, value};
use crate::vendors::vendor::SpotSet;

/// A call with what was found in it.
pub(crate) struct Look<'a> {
    /// The call.
    pub event: &'a Event<'a>,
    keys: &'a Keys,
    plan: &'a Plan,
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
        let plan = scratch.plan();
        let get = |spot| value(&plan.slots, spot, event);
        let time = |spot| time::parse(&get(spot)?.as_str()?);
        let timestamp = time(basics.timestamp);
        // most calls say the same time more than once
        let raw = |spot| get(spot).map(|value| value.raw());
        let known = raw(basics.timestamp);
        let other = |spot| if raw(spot) == known { timestamp } else { time(spot) };
        Look {
            event,
            keys,
            plan,
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
        self.plan.states[spot.0 as usize]
    }

    /// The value at a spot.
    #[inline]
    pub fn get(&self, spot: Spot) -> Option<Val<'a>> {
        value(&self.plan.slots, spot, self.event)
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
        let (start, end) = self.plan.ranges[list];
        &self.plan.members[start as usize..end as usize]
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
