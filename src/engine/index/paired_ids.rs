//! The ids that came with one id: the users of an `anonymousId`, or the accounts of a user.

use crate::engine::index::alias_groups::AliasGroups;
use crate::engine::index::remark_list::{IdRemark, MAX_OTHERS, RemarkKind, RemarkNumber};

/// The ids that came with one id.
#[derive(Debug, Default)]
pub(crate) struct PairedIds {
    pub ids: Vec<PairedId>,
    /// The number of ids, of which those of one person count once.
    pub count: u32,
    /// The number of ids whose text is stored.
    named: u32,
    pub remark: Option<RemarkNumber>,
}

/// An id that came with another one.
#[derive(Debug)]
pub(crate) struct PairedId {
    pub hash: u64,
    /// The position of its first call.
    call: u64,
    /// Its text, stored only for those that a remark may name.
    name: Option<Box<str>>,
}

impl PairedIds {
    /// Adds an id. `is_new` is false if it belongs to the person of one that is here.
    pub fn push(&mut self, (hash, text): (u64, &str), call: u64, is_new: bool) {
        if self.ids.is_empty() {
            // most ids come with one other; the first push to an empty list would allocate four
            self.ids.reserve_exact(1);
        }
        let is_named = is_new && (self.named as usize) < MAX_OTHERS;
        self.count += u32::from(is_new);
        self.named += u32::from(is_named);
        self.ids.push(PairedId { hash, call, name: is_named.then(|| text.into()) });
    }

    /// Returns the remark about them. `id` is the one that they came with; of the ids of one
    /// person, the remark names the first.
    pub fn remark(&self, kind: RemarkKind, id: &str, aliases: &AliasGroups) -> IdRemark {
        let mut persons = Vec::with_capacity(MAX_OTHERS);
        let mut others = Vec::new();
        for (paired, name) in self.ids.iter().filter_map(|id| Some((id, id.name.as_ref()?))) {
            let person = aliases.person(paired.hash);
            if !persons.contains(&person) {
                persons.push(person);
                others.push(String::from(&**name));
            }
        }
        // the first calls of the first two persons are shown as an example
        let first = &self.ids[0];
        let person = aliases.person(first.hash);
        let second = self.ids.iter().find(|id| aliases.person(id.hash) != person);
        let calls = [first.call, second.map_or(first.call, |id| id.call)];
        IdRemark { kind, id: id.to_owned(), others, of: u64::from(self.count), calls }
    }
}
