//! What all vendors remember between calls.

use super::codes::CodeId;
use super::facts::Facts;
use super::rules::State;
use super::vendor::Vendor;
use crate::call::Seq;
use std::collections::BTreeMap;

/// What a call left behind that no fact can say, kept under its seq.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Note {
    /// Codes that the call has because of what came before it, each with its path. They have no
    /// effect on the verdict.
    pub codes: Vec<(CodeId, &'static str)>,
    /// Records that it gave rise to, as a JSON list.
    pub records: Option<String>,
}

/// What one vendor remembers.
#[derive(Default)]
pub(super) struct VendorMemory {
    pub facts: Facts,
    pub notes: BTreeMap<Seq, Note>,
    pub state: Option<State>,
}

/// What all vendors remember, and since which call. One for each run of calls in order; it is
/// changed by [`super::Vendors::judge`] and [`super::Vendors::idle_flush`] only.
#[derive(Default)]
pub struct Memory {
    pub(super) vendors: Vec<VendorMemory>,
}

/// How much vendors remember.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MemorySize {
    /// Facts learned.
    pub facts: u64,
    /// Facts that could not be learned because a vendor's memory was full.
    pub not_learned: u64,
    /// Bytes that facts take.
    pub bytes: u64,
}

impl Memory {
    pub(super) fn new<'v>(vendors: impl Iterator<Item = &'v Vendor>) -> Memory {
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
            MemorySize {
                facts: sum.facts + facts as u64,
                not_learned: sum.not_learned + not_learned,
                bytes: sum.bytes + bytes as u64,
            }
        })
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.size().fmt(f)
    }
}
