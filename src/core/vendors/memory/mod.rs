//! What all vendors remember between calls.

pub(crate) mod facts;
pub(crate) mod hashed_keys;
pub(crate) mod session_estimates;

use super::codes::CodeId;
use super::rules::State;
use super::vendor::Vendor;
use crate::call::Seq;
use crate::vendors::memory::facts::Facts;
use std::collections::BTreeMap;

/// What a call left behind that no fact can say, kept under its seq.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CallNote {
    /// Codes that the call has because of what came before it, each with its path. They have no
    /// effect on the verdict.
    pub codes: Vec<(CodeId, &'static str)>,
    /// Records that it gave rise to, as a JSON list.
    pub records: Option<String>,
}

/// How many bytes the notes of one vendor may take.
const MAX_NOTES: usize = 128 << 20;

/// The notes of one vendor.
#[derive(Debug, Default)]
pub(crate) struct VendorNotes {
    by_seq: BTreeMap<Seq, CallNote>,
    bytes: usize,
    not_kept: u64,
}

impl VendorNotes {
    /// Keeps a call's note, if there is room.
    pub fn keep(&mut self, seq: Seq, note: CallNote) -> bool {
        let records = note.records.as_ref().map_or(0, String::capacity);
        let bytes = size_of::<(Seq, CallNote)>() + size_of_val(&*note.codes) + records;
        if self.bytes + bytes > MAX_NOTES {
            self.not_kept += 1;
            return false;
        }
        self.bytes += bytes;
        self.by_seq.insert(seq, note);
        true
    }

    /// The records that calls gave rise to, a JSON list a call, in the order of the calls.
    pub fn records(&self) -> impl Iterator<Item = &str> {
        self.by_seq.values().filter_map(|note| note.records.as_deref())
    }

    /// The note of a call.
    pub fn get(&self, seq: Seq) -> Option<&CallNote> {
        self.by_seq.get(&seq)
    }
}

/// What one vendor remembers.
#[derive(Default)]
pub(crate) struct VendorMemory {
    pub facts: Facts,
    pub notes: VendorNotes,
    pub state: Option<State>,
}

/// What all vendors remember, and since which call. One for each run of calls in order; it is
/// changed by [`super::Vendors::judge`] and [`super::Vendors::idle_flush`] only.
#[derive(Default)]
pub struct Memory {
    pub(crate) vendors: Vec<VendorMemory>,
}

/// How much vendors remember: facts, notes, and what a state of their own holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MemorySize {
    /// Things learned.
    pub facts: u64,
    /// Things that could not be learned because a vendor's memory was full.
    pub not_learned: u64,
    /// Bytes that they take.
    pub bytes: u64,
}

impl Memory {
    pub(crate) fn new<'v>(vendors: impl Iterator<Item = &'v Vendor>) -> Memory {
        let state = |vendor: &Vendor| vendor.rules.as_ref().and_then(|rules| rules.state());
        Memory {
            vendors: vendors
                .map(|vendor| VendorMemory { state: state(vendor), ..VendorMemory::default() })
                .collect(),
        }
    }

    /// How much is remembered.
    pub fn size(&self) -> MemorySize {
        self.vendors.iter().fold(MemorySize::default(), |sum, memory| {
            let (facts, not_learned, bytes) = memory.facts.size();
            let notes = &memory.notes;
            let state = memory.state.as_ref().map_or(MemorySize::default(), |state| state.size());
            MemorySize {
                facts: sum.facts + (facts + notes.by_seq.len()) as u64 + state.facts,
                not_learned: sum.not_learned + not_learned + notes.not_kept + state.not_learned,
                bytes: sum.bytes + (bytes + notes.bytes) as u64 + state.bytes,
            }
        })
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.size().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_their_bound_notes_are_counted_and_not_kept() {
        let note = |bytes| CallNote { codes: vec![], records: Some(String::with_capacity(bytes)) };
        let mut notes = VendorNotes::default();
        assert!(notes.keep(Seq(1), note(MAX_NOTES - 1000)));
        assert!(!notes.keep(Seq(2), note(1000)));
        assert!(notes.keep(Seq(3), note(10)));
        assert_eq!((notes.get(Seq(2)), notes.not_kept), (None, 1));
    }
}
