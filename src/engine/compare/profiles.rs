//! The profile of one side of a comparison: its events with their ids, verdicts and properties.

use crate::call::{CallType, Event};
use crate::engine::compare::occurrences::{GROUPS, Occurrences, ProfilePlace, first_of};
use crate::engine::compare::properties::PropertyProfiles;
use crate::engine::index::{HasId, SetInfo, VendorBits};
use crate::findings::{Id, Verdict};
use crate::plan::properties_member;
use foldhash::quality::FixedState;
use hashbrown::{Equivalent, HashMap, HashSet};
use std::hash::BuildHasher;

/// The maximum number of events. Calls of further events are counted, but not compared by event.
const MAX_EVENTS: usize = 1_000;
/// The maximum number of users of one event that are counted. A larger number counts as about this
/// many.
const MAX_EVENT_USERS: usize = 4_096;

/// An event: the type of a call and, for a track call, its name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventKey {
    /// The type of the call as received; `None` for all calls together.
    pub kind: Option<String>,
    /// The name of a track call.
    pub name: Option<String>,
}

/// The borrowed form of [`EventKey`], for lookups.
#[derive(Hash)]
struct EventName<'c> {
    kind: Option<&'c str>,
    name: Option<&'c str>,
}

impl Equivalent<EventKey> for EventName<'_> {
    fn equivalent(&self, key: &EventKey) -> bool {
        (self.kind, self.name) == (key.kind.as_deref(), key.name.as_deref())
    }
}

/// The calls that meet a condition (`part`) among the calls that could meet it (`whole`).
#[derive(Debug, Clone, Default)]
pub(crate) struct PartProfile {
    pub whole: Occurrences,
    pub part: Occurrences,
    /// The first call that could meet the condition but does not.
    pub first_without: u64,
}

impl PartProfile {
    fn add(&mut self, call: ProfilePlace, is_so: bool) {
        self.whole.add(call);
        match is_so {
            true => self.part.add(call),
            false => self.first_without = first_of(self.first_without, call.seq),
        }
    }

    fn merge(&mut self, other: &PartProfile) {
        self.whole.merge(&other.whole);
        self.part.merge(&other.part);
        self.first_without = first_of(self.first_without, other.first_without);
    }
}

/// The profile of the calls of one event.
#[derive(Debug, Clone, Default)]
pub(crate) struct EventProfile {
    pub calls: Occurrences,
    users: HashSet<u64>,
    /// For the account id and the user id: the calls with the id among those in which a vendor in
    /// use looks for it.
    pub ids: [PartProfile; 2],
    /// For each vendor: the calls that it accepts, and those that it accepts in full, among those
    /// that it is fed.
    pub received: Vec<PartProfile>,
    pub delivered: Vec<PartProfile>,
    pub properties: PropertyProfiles,
}

impl EventProfile {
    /// Returns the number of users that sent the event, which is bounded by about
    /// [`MAX_EVENT_USERS`].
    pub fn users(&self) -> u64 {
        self.users.len() as u64
    }
}

/// A call that is added to a profile.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProfiledCall<'c> {
    pub seq: u64,
    pub kind: Option<CallType>,
    pub set: &'c SetInfo,
    /// The vendors that are fed the call.
    pub in_use: VendorBits,
    /// For the account id and the user id, whether a vendor in use found it.
    pub has: [HasId; 2],
}

/// The profile of the traffic of one side.
#[derive(Debug, Clone, Default)]
pub struct TrafficProfile {
    pub(crate) repeats: u64,
    users: HashSet<u64>,
    /// All calls together, without their properties.
    pub(crate) all: EventProfile,
    pub(crate) events: HashMap<EventKey, EventProfile>,
    /// The number of calls of events that exceed the limit.
    pub(crate) other_calls: u64,
}

impl TrafficProfile {
    /// Returns the number of calls, without repeats.
    pub fn calls(&self) -> u64 {
        self.all.calls.total()
    }

    /// Returns the number of users: those with a `userId`, and those with only an `anonymousId`.
    pub fn users(&self) -> u64 {
        self.users.len() as u64
    }

    /// Returns the number of repeats, which are part of no other count.
    pub fn repeats(&self) -> u64 {
        self.repeats
    }

    /// Adds a call that is not a repeat.
    pub(crate) fn add(&mut self, event: &Event<'_>, call: ProfiledCall<'_>) {
        let user = user_hash(event);
        // a call without a user counts as one from a user of its own
        let group = user.unwrap_or_else(|| hash(call.seq)) as usize % GROUPS;
        let place = ProfilePlace { group, seq: call.seq };
        self.all.add(place, user, call);
        self.users.extend(user);
        let Some(profile) = self.event_profile(event, call.kind) else {
            self.other_calls += 1;
            return;
        };
        profile.add(place, user, call);
        let member = call.kind.map_or("properties", properties_member);
        profile.properties.add(event.get(member), place, profile.calls.first);
    }

    /// Returns the profile of a call's event; `None` if there are too many events.
    fn event_profile(
        &mut self,
        event: &Event<'_>,
        kind: Option<CallType>,
    ) -> Option<&mut EventProfile> {
        let text = |name: &str| event.get(name).and_then(|value| value.as_str());
        let name = text("event").filter(|_| kind == Some(CallType::Track));
        let other = if kind.is_none() { text("type").unwrap_or_default() } else { "".into() };
        let kind = kind.map_or(other.as_ref(), |kind| kind.name());
        let key = EventName { kind: Some(kind), name: name.as_deref() };
        if !self.events.contains_key(&key) {
            if self.events.len() == MAX_EVENTS {
                return None;
            }
            let name = name.as_deref().map(str::to_owned);
            let key = EventKey { kind: Some(kind.to_owned()), name };
            self.events.insert(key, EventProfile::default());
        }
        self.events.get_mut(&key)
    }

    /// Adds the calls of another part of the side.
    pub(crate) fn merge(&mut self, other: TrafficProfile) {
        self.all.merge(other.all);
        self.repeats += other.repeats;
        self.other_calls += other.other_calls;
        self.users.extend(other.users);
        let mut events = self.events.len();
        for (key, profile) in other.events {
            match self.events.get_mut(&key) {
                Some(own) => own.merge(profile),
                None if events >= MAX_EVENTS => self.other_calls += profile.calls.total(),
                None => {
                    events += 1;
                    self.events.insert(key, profile);
                }
            }
        }
    }
}

impl EventProfile {
    /// Adds everything about a call except its properties.
    fn add(&mut self, place: ProfilePlace, user: Option<u64>, call: ProfiledCall<'_>) {
        self.calls.add(place);
        if self.users.len() < MAX_EVENT_USERS {
            self.users.extend(user);
        }
        for ((share, id), has) in self.ids.iter_mut().zip([Id::Account, Id::User]).zip(call.has) {
            let has = has != HasId::No;
            if has || call.set.minds(id, call.in_use) {
                share.add(place, has);
            }
        }
        let verdicts = &call.set.verdicts;
        self.received.resize_with(verdicts.len(), PartProfile::default);
        self.delivered.resize_with(verdicts.len(), PartProfile::default);
        for (vendor, verdict) in verdicts.iter().enumerate() {
            if call.in_use >> vendor & 1 == 1 && *verdict != Verdict::Ignored {
                self.received[vendor].add(place, verdict.goes_through());
                self.delivered[vendor].add(place, *verdict == Verdict::Delivered);
            }
        }
    }

    fn merge(&mut self, other: EventProfile) {
        let firsts = [self.calls.first, other.calls.first];
        self.calls.merge(&other.calls);
        self.users.extend(other.users);
        let vendors = self.received.len().max(other.received.len());
        self.received.resize_with(vendors, PartProfile::default);
        self.delivered.resize_with(vendors, PartProfile::default);
        let pairs = self.ids.iter_mut().zip(&other.ids);
        let received = self.received.iter_mut().zip(&other.received);
        let delivered = self.delivered.iter_mut().zip(&other.delivered);
        pairs.chain(received).chain(delivered).for_each(|(own, other)| own.merge(other));
        self.properties.merge(other.properties, firsts);
    }
}

impl EventKey {
    /// Returns the name of the event as it is shown: `track Order Received`, `identify`.
    pub fn title(&self) -> String {
        match (self.kind.as_deref(), &self.name) {
            (None, _) => "all calls".to_owned(),
            (Some(""), None) => "(no type)".to_owned(),
            (Some("track"), None) => "track (no event)".to_owned(),
            (Some(kind), None) => kind.to_owned(),
            (Some(kind), Some(name)) => format!("{kind} {name}"),
        }
    }
}

/// Returns a hash of the user that sent a call: of the `userId` or, without it, of the
/// `anonymousId`.
fn user_hash(event: &Event<'_>) -> Option<u64> {
    let text = |name: &str| event.get(name).filter(|id| !id.is_null());
    let id = text("userId").or_else(|| text("anonymousId"))?;
    Some(hash(id.as_str().unwrap_or_else(|| id.raw().into()).as_bytes()))
}

fn hash(value: impl std::hash::Hash) -> u64 {
    FixedState::with_seed(0).hash_one(value)
}
