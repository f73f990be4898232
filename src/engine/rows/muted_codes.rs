//! Finding codes that the user has muted. Their marks are hidden in the log, but they are still
//! counted.

use crate::engine::Engine;
use crate::engine::index::{SetId, VendorBits};
use crate::engine::judging::index_request::JudgedIndex;
use crate::vendors::{CodeId, Vendors};

impl Engine {
    /// Mutes the codes with these names, and no others. Ignores names that no vendor has.
    pub fn set_muted(&self, names: &[String]) {
        let vendors = self.vendors();
        let table = vendors.codes();
        let muted = names.iter().flat_map(|name| table.all_named(name)).collect();
        self.lock().index.set_muted(muted, &vendors);
        self.changed();
    }

    /// Returns the names of the muted codes.
    pub fn muted(&self) -> Vec<String> {
        let state = self.lock();
        let vendors = self.vendors();
        let table = vendors.codes();
        let muted = state.index.in_use.muted().iter();
        let mut names: Vec<String> =
            muted.map(|code| table.entry(*code).code.to_string()).collect();
        names.sort();
        names.dedup();
        names
    }

    /// Returns, for each of these names, the number of calls without repeats that have a code with
    /// this name, reported by the service or by a vendor in use.
    pub fn calls_with(&self, names: &[String]) -> Vec<u64> {
        let state = self.lock();
        let vendors = self.vendors();
        let table = vendors.codes();
        let count = |name: &String| {
            let codes = table.all_named(name);
            let index = &state.index;
            let has = |set: SetId, in_use: VendorBits| {
                let set = &index.store.sets.get(set).codes;
                let here = |code: &&CodeId| set.binary_search(code).is_ok();
                codes.iter().filter(here).any(|code| {
                    table.entry(*code).vendor.is_none_or(|vendor| in_use >> vendor & 1 == 1)
                })
            };
            let shapes = index.shapes();
            let having = shapes.filter(|((set, sender), _)| has(*set, index.in_use.bits(*sender)));
            having.map(|(_, [calls, _])| calls).sum()
        };
        names.iter().map(count).collect()
    }
}

impl JudgedIndex {
    /// Mutes these codes, and no others.
    pub(crate) fn set_muted(&mut self, muted: Vec<CodeId>, vendors: &Vendors) {
        self.store.sets.set_muted(&muted, vendors.codes(), vendors.len());
        self.in_use = self.in_use.clone().with_muted(muted);
    }
}
