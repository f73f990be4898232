//! The vendors in use: those that the user feeds. They decide the id columns, what counts as
//! missing, the findings shown first and exit codes.

use crate::engine::index::{SenderPlatform, VendorBits};
use crate::vendors::{CodeId, FedBy, Vendors};

/// Which vendors count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InUse {
    chosen: Option<Vec<usize>>,
    /// The vendors that a sender of each kind feeds.
    fed: [VendorBits; 3],
    all: usize,
    /// Finding codes that the user has muted: they are counted, and are quiet in the log.
    aside: Vec<CodeId>,
}

impl InUse {
    /// Nobody has said: all are, but a call counts only at vendors that its sender's platform
    /// feeds (a sender of neither platform: at all).
    pub fn unsaid(vendors: &Vendors) -> InUse {
        let bits = |wanted: FedBy| {
            let feeds = |v: &usize| {
                let fed_by = vendors.info(*v).fed_by;
                fed_by == wanted || matches!(fed_by, FedBy::Both | FedBy::Any)
            };
            (0..vendors.len()).filter(feeds).fold(0, |bits, v| bits | 1 << v)
        };
        let every = (0..vendors.len()).fold(0, |bits, v| bits | 1 << v);
        InUse {
            chosen: None,
            fed: [bits(FedBy::Segment), bits(FedBy::Rudderstack), every],
            all: vendors.len(),
            aside: Vec::new(),
        }
    }

    /// These, in this order; they count for every call.
    pub fn chosen(vendors: &Vendors, chosen: Vec<usize>) -> InUse {
        InUse { chosen: Some(chosen), ..InUse::unsaid(vendors) }
    }

    /// The same with these codes muted.
    pub(crate) fn with_aside(self, aside: Vec<CodeId>) -> InUse {
        InUse { aside, ..self }
    }

    /// The codes that are muted.
    pub(crate) fn aside(&self) -> &[CodeId] {
        &self.aside
    }

    /// What the user has said, if anything.
    pub fn said(&self) -> Option<&[usize]> {
        self.chosen.as_deref()
    }

    /// The vendors that a record shows: those that were asked for, or all.
    pub fn shown(&self) -> Vec<usize> {
        self.chosen.clone().unwrap_or_else(|| (0..self.all).collect())
    }

    /// The vendors that count for a call from such a sender, as bits.
    pub fn bits(&self, sender: SenderPlatform) -> VendorBits {
        match &self.chosen {
            Some(chosen) => chosen.iter().fold(0, |bits, v| bits | 1 << v),
            None => self.fed[SenderPlatform::ALL.iter().position(|s| *s == sender).unwrap_or(2)],
        }
    }

    /// The same in the order that decides whose ids are shown.
    pub fn ordered(&self, sender: SenderPlatform) -> impl Iterator<Item = usize> + '_ {
        let bits = self.bits(sender);
        let all = self.chosen.is_none().then_some(0..self.all).into_iter().flatten();
        let chosen = self.chosen.iter().flatten().copied();
        chosen.chain(all).filter(move |v| bits >> v & 1 == 1)
    }
}
