//! Finds the differences between two sides, and whether each is more than chance.

use crate::engine::compare::certainty::{Certainty, MIN_CALLS, SideCounts, critical_score, score};
use crate::engine::compare::implied_differences::drop_implied;
use crate::engine::compare::occurrences::{GROUPS, GroupCounts, Occurrences, total};
use crate::engine::compare::profiles::{EventKey, EventProfile, PartProfile, TrafficProfile};
use crate::engine::compare::properties::{PropertyProfile, TYPES};
use crate::findings::Id;
use std::collections::{BTreeMap, BTreeSet};

/// The subject of a difference: a share of calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The share of the event's calls among all calls.
    Calls,
    /// The share of calls with an id, among those in which a vendor in use looks for it.
    Id(Id),
    /// The share of calls that a vendor accepts, among those that it is fed.
    Received(usize),
    /// The share of calls that a vendor accepts in full, among those that it is fed.
    Delivered(usize),
    /// The share of calls with a property.
    Property(String),
    /// The share of calls in which a property has this type, among those with the property.
    Type(String, &'static str),
    /// The share of calls in which a property has this value, as JSON, among those with the
    /// property.
    Value(String, String),
}

/// The effect of a difference on the data that arrives at vendors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Impact {
    /// Data that arrived before no longer arrives, or has another type.
    Loss,
    /// More data arrives.
    Gain,
    /// Different data arrives, which may be intended.
    Change,
}

impl Impact {
    /// Returns the name in the output for scripts.
    pub fn name(self) -> &'static str {
        match self {
            Impact::Loss => "loss",
            Impact::Gain => "gain",
            Impact::Change => "change",
        }
    }
}

/// One side of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SideShare {
    /// The number of calls in the share.
    pub part: u64,
    /// The number of calls of which it is a share.
    pub whole: u64,
    /// The number of a call that shows the difference, if there is one.
    pub sample: Option<u64>,
}

/// A difference between the sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The event.
    pub event: EventKey,
    /// The share that differs.
    pub subject: Subject,
    /// The share before.
    pub before: SideShare,
    /// The share after.
    pub after: SideShare,
    /// The certainty of the difference.
    pub certainty: Certainty,
    /// The effect of the difference.
    pub impact: Impact,
}

/// The numbers of an event on one side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventNumbers {
    /// The number of calls, without repeats.
    pub calls: u64,
    /// For the account id and the user id: the number of calls with the id, and of those in which
    /// it is looked for.
    pub ids: [(u64, u64); 2],
    /// For each vendor: the number of calls that it accepts, and of those that it is fed.
    pub received: Vec<(u64, u64)>,
}

/// The result of comparing two sides.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// Every event of either side, with its numbers before and after.
    pub events: Vec<(EventKey, [EventNumbers; 2])>,
    /// The differences: by certainty, then losses first, then by event.
    pub differences: Vec<Difference>,
    /// The number of shares that were tested, which determines how large a difference must be to be
    /// sure.
    pub tests: usize,
    /// The number of calls of events that exceed the limit, and of occurrences of properties that
    /// exceed the limit.
    pub left_out: [u64; 2],
}

/// A difference whose certainty depends on the number of tests.
struct TestResult {
    difference: Difference,
    score: Option<f64>,
    /// The number of users that would be expected to send an event that is on one side only; `None`
    /// if it is on both sides.
    expected: Option<f64>,
}

/// A share on both sides, with an example call of each side that has the property and one that does
/// not.
struct BothSides<'p> {
    part: [&'p GroupCounts; 2],
    whole: [&'p GroupCounts; 2],
    with: [u64; 2],
    without: [u64; 2],
}

const NONE: GroupCounts = [0; GROUPS];

impl Comparison {
    /// Compares two sides.
    pub fn new(before: &TrafficProfile, after: &TrafficProfile) -> Comparison {
        let sides = [before, after];
        let keys: BTreeSet<&EventKey> = before.events.keys().chain(after.events.keys()).collect();
        let mut collector = Collector { sides, tested: Vec::new(), tests: 0 };
        let mut events = Vec::with_capacity(keys.len() + 1);
        let all = sides.map(|side| &side.all);
        events.push((EventKey::default(), all.map(|all| numbers(Some(all)))));
        collector.event(&EventKey::default(), all);
        for key in keys {
            let profiles = sides.map(|side| side.events.get(key));
            events.push((key.clone(), profiles.map(numbers)));
            collector.calls(key, profiles);
            if let [Some(before), Some(after)] = profiles {
                collector.event(key, [before, after]);
            }
        }
        let Collector { tested, tests, .. } = collector;
        let critical = critical_score(tests);
        let least_expected = (tests.max(1) as f64 / 0.01).ln();
        let differences = tested.into_iter().map(|tested| {
            let is_sure = |score: f64| {
                score > critical && tested.expected.is_none_or(|users| users >= least_expected)
            };
            let certainty = match tested.score {
                None => Certainty::TooFew,
                Some(score) if is_sure(score) => Certainty::Sure,
                Some(_) => Certainty::Chance,
            };
            Difference { certainty, ..tested.difference }
        });
        let mut differences: Vec<Difference> = differences.collect();
        drop_implied(&mut differences);
        differences.sort_by(|a, b| {
            (a.certainty, a.impact, &a.event).cmp(&(b.certainty, b.impact, &b.event))
        });
        let properties = |side: &TrafficProfile| {
            side.events.values().map(|event| event.properties.left_out).sum::<u64>()
        };
        let left_out =
            [before.other_calls + after.other_calls, properties(before) + properties(after)];
        Comparison { events, differences, tests, left_out }
    }

    /// Returns whether a loss is sure.
    pub fn has_lost(&self) -> bool {
        let is_loss = |difference: &Difference| {
            difference.certainty == Certainty::Sure && difference.impact == Impact::Loss
        };
        self.differences.iter().any(is_loss)
    }
}

fn numbers(profile: Option<&EventProfile>) -> EventNumbers {
    let Some(profile) = profile else { return EventNumbers::default() };
    let share = |share: &PartProfile| (share.part.total(), share.whole.total());
    EventNumbers {
        calls: profile.calls.total(),
        ids: profile.ids.each_ref().map(share),
        received: profile.received.iter().map(share).collect(),
    }
}

/// Collects the differences between two sides.
struct Collector<'s> {
    sides: [&'s TrafficProfile; 2],
    tested: Vec<TestResult>,
    tests: usize,
}

impl Collector<'_> {
    /// Tests the share of the event's calls among all calls. An event that is on one side only is
    /// sure only if enough users would have sent it on the other.
    fn calls(&mut self, key: &EventKey, profiles: [Option<&EventProfile>; 2]) {
        let none = Occurrences::default();
        let calls = profiles.map(|profile| profile.map_or(&none, |profile| &profile.calls));
        let share = BothSides {
            part: calls.map(|calls| &calls.groups),
            whole: self.sides.map(|side| &side.all.calls.groups),
            with: calls.map(|calls| calls.first),
            without: [0, 0],
        };
        let counts = calls.map(|calls| calls.total());
        let one_sided = match counts {
            [_, 0] => Some(0),
            [0, _] => Some(1),
            _ => None,
        };
        let impact = match counts {
            [_, 0] => Impact::Loss,
            _ => Impact::Change,
        };
        let expected = one_sided.map(|side| {
            let sent = profiles[side].map_or(0, |profile| profile.users().max(1));
            let users = self.sides.map(|side| side.users().max(1) as f64);
            sent as f64 * users[1 - side] / users[side]
        });
        let is_few = one_sided.is_some_and(|side| counts[side] < MIN_CALLS);
        let users = self.sides.map(|side| side.users());
        if let Some(result) = self.test(key, Subject::Calls, share, users, |_| impact) {
            result.expected = expected;
            result.score = result.score.filter(|_| !is_few);
        }
    }

    /// Tests the ids, vendors and properties of an event that is on both sides.
    fn event(&mut self, key: &EventKey, profiles: [&EventProfile; 2]) {
        let users = profiles.map(|profile| profile.users());
        let up_is_good = |rises: bool| if rises { Impact::Gain } else { Impact::Loss };
        for (at, id) in [Id::Account, Id::User].into_iter().enumerate() {
            let shares = profiles.map(|profile| &profile.ids[at]);
            self.test(key, Subject::Id(id), BothSides::new(shares), users, up_is_good);
        }
        for vendor in 0..profiles[0].received.len().min(profiles[1].received.len()) {
            let received = profiles.map(|profile| &profile.received[vendor]);
            let delivered = profiles.map(|profile| &profile.delivered[vendor]);
            let subject = Subject::Received(vendor);
            self.test(key, subject, BothSides::new(received), users, up_is_good);
            let subject = Subject::Delivered(vendor);
            self.test(key, subject, BothSides::new(delivered), users, up_is_good);
        }
        let absent = PropertyProfile::default();
        let lists = profiles.map(|profile| &profile.properties.list);
        let paths: BTreeSet<&String> = lists[0].keys().chain(lists[1].keys()).collect();
        for path in paths {
            let found = lists.map(|list| list.get(path));
            let both = found.map(|found| found.unwrap_or(&absent));
            let without = [0, 1].map(|side| match found[side] {
                Some(property) => property.first_without,
                None => profiles[side].calls.first,
            });
            let share = BothSides {
                part: both.map(|property| &property.present.groups),
                whole: profiles.map(|profile| &profile.calls.groups),
                with: both.map(|property| property.present.first),
                without,
            };
            self.test(key, Subject::Property(path.clone()), share, users, up_is_good);
            if let [Some(before), Some(after)] = found {
                self.property(key, path, [before, after], users);
            }
        }
    }

    /// Tests the types and the values of a property that both sides have.
    fn property(
        &mut self,
        key: &EventKey,
        path: &str,
        properties: [&PropertyProfile; 2],
        users: [u64; 2],
    ) {
        let whole = properties.map(|property| &property.present.groups);
        let firsts = properties.map(|property| property.present.first);
        for (at, name) in TYPES.into_iter().enumerate() {
            let types = properties.map(|property| &property.types[at]);
            let counts = types.map(|calls| calls.total());
            let fell = counts[1] * total(whole[0]) <= counts[0] * total(whole[1]);
            if fell {
                // the type that rose instead is reported
                continue;
            }
            let part = types.map(|calls| &calls.groups);
            let with = types.map(|calls| calls.first);
            let share = BothSides { part, whole, with, without: firsts };
            let is_new = counts[0] == 0;
            let impact = |_| if is_new { Impact::Loss } else { Impact::Change };
            self.test(key, Subject::Type(path.to_owned(), name), share, users, impact);
        }
        let [Some(before), Some(after)] = properties.map(|property| property.values.as_ref())
        else {
            return;
        };
        let texts: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for text in texts {
            let calls_with = |values: &'_ BTreeMap<String, Occurrences>| {
                values.get(text).map_or((NONE, 0), |calls| (calls.groups, calls.first))
            };
            let [before, after] = [before, after].map(calls_with);
            let share = BothSides {
                part: [&before.0, &after.0],
                whole,
                with: [before.1, after.1],
                without: firsts,
            };
            let subject = Subject::Value(path.to_owned(), text.clone());
            self.test(key, subject, share, users, |_| Impact::Change);
        }
    }

    /// Tests a share, and returns the result if the sides differ. `impact` returns the effect of a
    /// share that rises or falls.
    fn test(
        &mut self,
        key: &EventKey,
        subject: Subject,
        share: BothSides<'_>,
        users: [u64; 2],
        impact: impl Fn(bool) -> Impact,
    ) -> Option<&mut TestResult> {
        let part = share.part.map(total);
        let whole = share.whole.map(total);
        if whole == [0, 0] {
            return None;
        }
        let side = |at: usize| SideCounts {
            part: share.part[at],
            whole: share.whole[at],
            users: users[at],
        };
        let score = score(side(0), side(1));
        self.tests += usize::from(score.is_some());
        // compared as products, so that equal shares are equal
        let products = [part[0] * whole[1], part[1] * whole[0]];
        if products[0] == products[1] {
            return None;
        }
        let rises = products[1] > products[0];
        let samples = match rises {
            true => [share.without[0], share.with[1]],
            false => [share.with[0], share.without[1]],
        };
        let [before, after] = [0, 1].map(|at| SideShare {
            part: part[at],
            whole: whole[at],
            sample: Some(samples[at]).filter(|seq| *seq > 0),
        });
        let impact = impact(rises);
        let certainty = Certainty::TooFew;
        let event = key.clone();
        let difference = Difference { event, subject, before, after, certainty, impact };
        self.tested.push(TestResult { difference, score, expected: None });
        self.tested.last_mut()
    }
}

impl<'p> BothSides<'p> {
    fn new(shares: [&'p PartProfile; 2]) -> BothSides<'p> {
        BothSides {
            part: shares.map(|share| &share.part.groups),
            whole: shares.map(|share| &share.whole.groups),
            with: shares.map(|share| share.part.first),
            without: shares.map(|share| share.first_without),
        }
    }
}
