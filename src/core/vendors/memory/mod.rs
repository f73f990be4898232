//! The memory that vendors keep between calls.

pub(crate) mod facts;
pub(crate) mod hashed_keys;
pub(crate) mod session_estimates;
pub(crate) mod vendor_notes;
pub(crate) mod vendor_record;

use super::rules::State;
use super::vendor::Vendor;
use crate::vendors::memory::facts::Facts;
use crate::vendors::memory::vendor_notes::VendorNotes;

/// The memory of one vendor.
#[derive(Default)]
pub(crate) struct VendorMemory {
    pub facts: Facts,
    pub notes: VendorNotes,
    pub state: Option<State>,
}

/// The memory of all vendors, with the call that taught each fact. There is one for each run of
/// calls in order. Only [`super::Vendors::judge`] and [`super::Vendors::idle_flush`] change what it
/// knows; [`super::Vendors::is_idle`] only reorders entries.
#[derive(Default)]
pub struct Memory {
    pub(crate) vendors: Vec<VendorMemory>,
}

/// The size of the memory of all vendors: facts, notes, and the states of vendors' own code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MemorySize {
    /// The number of facts, notes and entries of states.
    pub facts: u64,
    /// The number of these that could not be learned because a vendor's memory was full.
    pub not_learned: u64,
    /// The bytes of all.
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

    /// Returns the size of the memory.
    pub fn size(&self) -> MemorySize {
        self.vendors.iter().fold(MemorySize::default(), |sum, memory| {
            let (facts, not_learned, bytes) = memory.facts.size();
            let (notes, not_kept, notes_bytes) = memory.notes.size();
            let state = memory.state.as_ref().map_or(MemorySize::default(), |state| state.size());
            MemorySize {
                facts: sum.facts + (facts + notes) as u64 + state.facts,
                not_learned: sum.not_learned + not_learned + not_kept + state.not_learned,
                bytes: sum.bytes + (bytes + notes_bytes) as u64 + state.bytes,
            }
        })
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.size().fmt(f)
    }
}
