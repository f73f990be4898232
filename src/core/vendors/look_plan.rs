//! Plans of calls: the positions of the values that vendors read, and the rules that may report
//! something about them. Both depend only on the shape of a call and are determined once for each
//! shape.

use crate::call::{Event, ObjectShape, Val};
use crate::vendors::engine::field_slots::{FieldSlot, Sign, SlotTable};
use crate::vendors::engine::presence::Presence;
use crate::vendors::engine::shape_rules::ShapeRules;
use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};
use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

/// The bit of a node number that marks a node of the derived document.
const DERIVED: u32 = 1 << 31;

/// The positions of the values of a call, by slot. Nodes are counted from the node of the call or
/// of its derived object, so a plan is valid for all calls of one shape.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// The node number + 1 of the value at each slot; 0 for no value.
    pub slots: Vec<u32>,
    /// The kind of the value at each slot.
    pub states: Vec<Presence>,
    /// The range in `members` of the members of each listed slot.
    pub ranges: Vec<(u32, u32)>,
    pub members: Vec<Member>,
    /// The rules of each vendor that may report something, by call type; nearly every shape occurs
    /// with one type only.
    pub rules: [OnceLock<RulesByVendor>; 6],
}

/// The rules of each vendor, determined when they are first needed.
pub(crate) type RulesByVendor = Box<[OnceLock<Arc<ShapeRules>>]>;

/// A buffer for reading a call, reused for the next call.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// The plan of the call, if the call has a shape.
    shared: Option<Arc<Plan>>,
    /// The plan of a call without a shape.
    own: Plan,
}

/// The plans of the shapes that a thread has seen. Of 300,000 varied calls, 99 % have a shape that
/// an earlier call had; looking up the plan of such a call takes 1/20 of the time of making it.
#[derive(Default)]
struct Plans {
    /// The number of the slot table that the plans belong to.
    keys: u64,
    by_shape: HashMap<ObjectShape, Arc<Plan>, RandomState>,
    /// The number of slots and members in all plans.
    places: usize,
    /// The rules that plans share: most shapes have the same rules as another one, and shared rules
    /// stay in the processor's cache.
    rules: HashSet<Arc<ShapeRules>, RandomState>,
}

/// The maximum number of plans of a thread. When it is reached, the thread discards all plans.
const MAX_PLANS: usize = 4_096;
/// The maximum number of slots and members in all plans of a thread, with the same effect.
const MAX_PLACES: usize = 1 << 20;
/// The maximum number of rules that a thread shares. When it is reached, the thread discards them.
const MAX_RULES: usize = 4_096;

thread_local! {
    static PLANS: RefCell<Plans> = RefCell::default();
}

/// A member of a listed object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member {
    pub node: u32,
    hash: u32,
    pub slot: Option<FieldSlot>,
}

/// The maximum capacity for members that a buffer keeps after a call.
const MAX_KEPT_MEMBERS: usize = 4096;

impl Scratch {
    /// Makes an empty buffer.
    pub const fn new() -> Scratch {
        Scratch { shared: None, own: Plan::new() }
    }

    /// Returns the buffer, emptied for the next call and limited in size.
    pub fn kept(mut self) -> Scratch {
        self.shared = None;
        self.own.members.clear();
        self.own.members.shrink_to(MAX_KEPT_MEMBERS);
        self
    }

    /// Reads a call: looks up the plan of its shape, or makes a plan.
    pub fn read(&mut self, keys: &SlotTable, event: &Event<'_>) {
        self.shared =
            event.shape.map(|shape| PLANS.with_borrow_mut(|plans| plans.get(shape, keys, event)));
        if self.shared.is_none() {
            self.own.read(keys, event);
        }
    }

    /// Returns the plan of the call that was read last.
    pub fn plan(&self) -> &Plan {
        self.shared.as_deref().unwrap_or(&self.own)
    }
}

/// Returns this thread's shared copy of equal rules.
pub(crate) fn share(rules: ShapeRules) -> Arc<ShapeRules> {
    PLANS.with_borrow_mut(|plans| {
        if plans.rules.len() >= MAX_RULES {
            plans.rules.clear();
        }
        Arc::clone(plans.rules.get_or_insert(Arc::new(rules)))
    })
}

impl Plans {
    fn get(&mut self, shape: ObjectShape, keys: &SlotTable, event: &Event<'_>) -> Arc<Plan> {
        if self.keys == keys.number()
            && let Some(plan) = self.by_shape.get(&shape)
        {
            return Arc::clone(plan);
        }
        if self.keys != keys.number()
            || self.by_shape.len() >= MAX_PLANS
            || self.places >= MAX_PLACES
        {
            *self = Plans { keys: keys.number(), ..Plans::default() };
        }
        let mut plan = Plan::new();
        plan.read(keys, event);
        self.places += plan.slots.len() + plan.members.len();
        Arc::clone(self.by_shape.entry(shape).insert(Arc::new(plan)).get())
    }
}

impl Plan {
    const fn new() -> Plan {
        Plan {
            slots: Vec::new(),
            states: Vec::new(),
            ranges: Vec::new(),
            members: Vec::new(),
            rules: [const { OnceLock::new() }; 6],
        }
    }

    fn read(&mut self, keys: &SlotTable, event: &Event<'_>) {
        self.slots.clear();
        self.slots.resize(keys.len(), 0);
        self.states.clear();
        self.states.resize(keys.len(), Presence::Absent);
        self.ranges.clear();
        self.ranges.resize(keys.lists(), (0, 0));
        self.members.clear();
        self.rules = Default::default();
        for (value, bit) in [(Some(event.call), 0), (event.derived, DERIVED)] {
            let Some(value) = value else { continue };
            for child in value.children() {
                if let Some(slot) = find(keys, FieldSlot::ROOT, child).0 {
                    self.put(slot, (child.node() - value.node() + 1) | bit, child);
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

    /// Reads the members of the objects below a slot whose own members have been read.
    fn open(&mut self, keys: &SlotTable, slot: FieldSlot, event: &Event<'_>) {
        for &below in keys.opened(slot) {
            if self.states[below.0 as usize] != Presence::Object {
                continue;
            }
            let Some(object) = value(&self.slots, below, event) else { continue };
            let bit = self.slots[below.0 as usize] & DERIVED;
            let base = base(bit, event).node();
            let list = keys.list(below);
            let start = self.members.len();
            let mut seen = [0u64; 4];
            let mut twice = false;
            for child in object.children() {
                let (found, hash) = find(keys, below, child);
                let node = (child.node() - base + 1) | bit;
                if let Some(slot) = found {
                    self.put(slot, node, child);
                }
                if list.is_some() {
                    let (word, mark) = ((hash >> 6 & 3) as usize, 1u64 << (hash & 63));
                    twice |= seen[word] & mark != 0;
                    seen[word] |= mark;
                    self.members.push(Member { node, hash, slot: found });
                }
            }
            if twice {
                self.keep_last_of_each_key(start, event);
            }
            if let Some(list) = list {
                self.ranges[list] = (start as u32, self.members.len() as u32);
            }
            self.open(keys, below, event);
        }
    }

    /// Keeps each key of a list once, at its first position and with its last value, as
    /// `JSON.parse` does.
    fn keep_last_of_each_key(&mut self, start: usize, event: &Event<'_>) {
        let members = &self.members[start..];
        let alone = |i: usize| members[..i].iter().all(|member| member.hash != members[i].hash);
        if members.len() <= 64 && (1..members.len()).all(alone) {
            return;
        }
        let mut places: HashMap<Cow<'_, str>, usize> = HashMap::default();
        let mut kept: Vec<Member> = Vec::with_capacity(members.len());
        for member in members {
            match places.entry(decode(member.node, event).key()) {
                hashbrown::hash_map::Entry::Occupied(place) => {
                    kept[*place.get()].node = member.node;
                }
                hashbrown::hash_map::Entry::Vacant(place) => {
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

/// Returns the value at a slot.
#[inline]
pub(crate) fn value<'d>(slots: &[u32], slot: FieldSlot, event: &Event<'d>) -> Option<Val<'d>> {
    match slots[slot.0 as usize] {
        0 => None,
        node => Some(decode(node, event)),
    }
}

/// Returns the value of a node number of a plan.
#[inline]
pub(crate) fn decode<'d>(node: u32, event: &Event<'d>) -> Val<'d> {
    let base = base(node, event);
    base.same_doc(base.node() + (node & !DERIVED) - 1)
}

/// Returns the object from which a node is counted.
#[inline]
fn base<'d>(node: u32, event: &Event<'d>) -> Val<'d> {
    if node & DERIVED == 0 { event.call } else { event.derived.expect("a derived document") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Doc;

    /// Describes the plan of the call that is the last element of a JSON list: the values at slots,
    /// their kinds, and the members of lists.
    fn found(keys: &SlotTable, texts: [&str; 2], with_shape: bool) -> Vec<String> {
        let [call, derived] = texts.map(|text| Doc::parse(text).expect("valid"));
        let last = |doc: &Doc<'_>| doc.root().children().last().map(|value| value.node());
        let [call_at, derived_at] =
            [last(&call), last(&derived)].map(|node| node.expect("a value"));
        let (call, derived) = (call.at(call_at), derived.at(derived_at));
        let shapes = ObjectShape::new(call).zip(ObjectShape::new(derived));
        let shape = shapes.filter(|_| with_shape).map(|(own, derived)| own.with(derived));
        let event = Event { derived: Some(derived), shape, ..Event::bare(call) };
        let mut scratch = Scratch::default();
        scratch.read(keys, &event);
        assert_eq!(scratch.shared.is_some(), with_shape);
        let plan = scratch.plan();
        let raw = |slot| value(&plan.slots, slot, &event).map_or("", |value| value.raw());
        let slots =
            keys.slots().map(|slot| format!("{} {:?}", raw(slot), plan.states[slot.0 as usize]));
        let members = plan
            .members
            .iter()
            .map(|member| format!("{:?} {:?}", decode(member.node, &event).raw(), member.slot));
        slots.chain(members).chain(plan.ranges.iter().map(|range| format!("{range:?}"))).collect()
    }

    #[test]
    fn a_known_shape_gives_what_a_new_one_does_wherever_the_call_stands() {
        let mut keys = SlotTable::default();
        for path in ["/userId", "/properties/id", "/properties/deep/id", "/context/groupId"] {
            keys.slot(path);
        }
        keys.listed("/properties");
        let texts = [
            [
                r#"[{"userId":"u1","properties":{"a":1,"id":"x","deep":{"id":2},"a":3}}]"#,
                r#"[{"context":{"groupId":"g1"}}]"#,
            ],
            [
                r#"[1,{"x":[2]},{"userId":"u22","properties":{"a":11,"id":"yy","deep":{"id":-2.5},"a":0}}]"#,
                r#"[{"context":{}},{"context":{"groupId":"other"}}]"#,
            ],
            // another shape: a blank id, and no derived context
            [
                r#"[{"userId":" ","properties":{"a":1,"id":"x","deep":{"id":2},"a":3}}]"#,
                r#"[{"messageId":"m"}]"#,
            ],
        ];
        let all: Vec<Vec<String>> = texts.iter().map(|texts| found(&keys, *texts, true)).collect();
        for (texts, found_before) in texts.iter().zip(&all) {
            assert_eq!(&found(&keys, *texts, false), found_before, "{texts:?}");
        }
        assert!(all[1].contains(&"\"u22\" Filled".to_owned()), "{:?}", all[1]);
        assert!(all[1].contains(&"\"other\" Filled".to_owned()), "{:?}", all[1]);
    }

    #[test]
    fn plans_of_another_slot_table_are_not_used() {
        let texts = [r#"[{"a":1,"b":2}]"#, r#"[{}]"#];
        for name in ["a", "b", "a"] {
            let mut keys = SlotTable::default();
            keys.slot(&format!("/{name}"));
            assert_eq!(found(&keys, texts, true), found(&keys, texts, false), "{name}");
        }
    }
}
