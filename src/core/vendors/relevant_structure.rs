//! The part of a call's structure on which the fixes of its findings can depend.
//!
//! Products leave members out now and then, so calls of one event have many structures. Most of
//! these members are custom ones that no vendor reads and whose names are not close to that of any
//! field or id. Calls that differ only in them and have the same findings have the same fixes,
//! unless a finding is about such a member ([`crate::vendors::PerVendorFindings::names_member`]) or
//! its fix contains a value ([`crate::vendors::CodeEntry::fix_varies`]).

use crate::call::{Event, Val, fingerprints};
use crate::findings::near_names::{is_unrelated, norm};
use crate::vendors::engine::field_slots::{FieldSlot, Sign, SlotTable};
use foldhash::fast::RandomState;
use hashbrown::HashMap;

/// The depth from which members are not part of the structure; near misses are searched for at most
/// six levels deep.
const MAX_DEPTH: u32 = 8;

/// The maximum number of names that a thread remembers. When it is reached, the thread discards all.
const MAX_NAMES: usize = 4_096;

/// For each name of a member, whether it is close to none that matters.
pub(crate) type UnrelatedNames = HashMap<Box<str>, bool, RandomState>;

/// Returns the fingerprint of the names and kinds of the members of a call, without scalar members
/// of its traits and properties that no vendor reads and whose names are not close to any that
/// matters.
pub(crate) fn relevant_structure(
    keys: &SlotTable,
    event: &Event<'_>,
    names: &mut UnrelatedNames,
) -> u64 {
    let mut pass = StructurePass { keys, names, structure: 0 };
    let root = Object { slot: Some(FieldSlot::ROOT), place: 0, depth: 0, part: CallPart::Root };
    pass.read(event.call, root);
    let own = std::mem::take(&mut pass.structure);
    if let Some(derived) = event.derived {
        pass.read(derived, root);
    }
    fingerprints::mix(own, pass.structure)
}

/// The part of a call that an object belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CallPart {
    Root,
    Context,
    /// The traits or properties, where senders put members of their own.
    Custom,
    Other,
}

/// An object or list of the call.
#[derive(Debug, Clone, Copy)]
struct Object {
    slot: Option<FieldSlot>,
    /// The fingerprint of the keys on the path to it.
    place: u64,
    depth: u32,
    part: CallPart,
}

struct StructurePass<'k, 'n> {
    keys: &'k SlotTable,
    names: &'n mut UnrelatedNames,
    structure: u64,
}

impl StructurePass<'_, '_> {
    fn read(&mut self, object: Val<'_>, around: Object) {
        let depth = around.depth + 1;
        if object.is_array() {
            // as in the whole structure, only the first element counts
            if let Some(first) = object.children().next() {
                let place = fingerprints::mix(around.place, 0);
                self.add(first, Object { slot: None, place, depth, ..around });
            }
            return;
        }
        for member in object.children() {
            let key = member.key();
            let sign = Sign::from_key(key.as_bytes());
            let slot = around.slot.and_then(|slot| self.keys.find(slot, key.as_bytes(), sign));
            let is_scalar = !member.is_object() && !member.is_array();
            if around.part == CallPart::Custom
                && is_scalar
                && slot.is_none()
                && self.is_unrelated(&key)
            {
                continue;
            }
            let part = match (around.part, &*key) {
                (CallPart::Root, "context") => CallPart::Context,
                (CallPart::Root, "properties") | (CallPart::Root | CallPart::Context, "traits") => {
                    CallPart::Custom
                }
                // `name` in `group` may mean the id of the group
                (CallPart::Custom, key) if !matches!(&*norm(key), "group" | "groups") => {
                    CallPart::Custom
                }
                _ => CallPart::Other,
            };
            let place = fingerprints::mix(around.place, fingerprints::of_text(&key));
            self.add(member, Object { slot, place, depth, part });
        }
    }

    fn add(&mut self, value: Val<'_>, at: Object) {
        let kind = fingerprints::of_kind(at.place, value);
        // an empty object may mean something else than one with members
        let is_empty = value.children().next().is_none();
        self.structure = self.structure.wrapping_add(kind.rotate_left(u32::from(is_empty)));
        if (value.is_object() || value.is_array()) && at.depth < MAX_DEPTH {
            self.read(value, at);
        }
    }

    fn is_unrelated(&mut self, key: &str) -> bool {
        if let Some(known) = self.names.get(key) {
            return *known;
        }
        if self.names.len() >= MAX_NAMES {
            self.names.clear();
        }
        let is_unrelated = is_unrelated(key, self.keys.names());
        self.names.insert(key.into(), is_unrelated);
        is_unrelated
    }
}
