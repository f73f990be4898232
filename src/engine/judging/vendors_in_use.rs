//! The vendors in use: those that the user feeds. They determine the id columns, which ids count as
//! missing, the findings shown first, and the exit codes.

use crate::engine::index::{SenderPlatform, VendorBits};
use crate::vendors::{CodeId, FedBy, Judgement, Vendors};

/// The vendors in use, and the muted finding codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InUse {
    chosen: Option<Vec<usize>>,
    /// The vendors that a sender on each platform feeds.
    fed: [VendorBits; 3],
    all: usize,
    /// The finding codes that the user has muted. They are counted, but hidden in the log.
    muted: Vec<CodeId>,
}

impl InUse {
    /// Creates the default for a user who has chosen no vendors: all vendors are in use, but a call
    /// counts only for the vendors that its sender's platform feeds. A call from a sender on
    /// neither platform counts for all vendors.
    pub fn without_choice(vendors: &Vendors) -> InUse {
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
            muted: Vec::new(),
        }
    }

    /// Uses the chosen vendors, in this order, for every call.
    pub fn chosen(vendors: &Vendors, chosen: Vec<usize>) -> InUse {
        InUse { chosen: Some(chosen), ..InUse::without_choice(vendors) }
    }

    /// Mutes these codes and no others.
    pub(crate) fn with_muted(self, muted: Vec<CodeId>) -> InUse {
        InUse { muted, ..self }
    }

    /// Returns the muted codes.
    pub(crate) fn muted(&self) -> &[CodeId] {
        &self.muted
    }

    /// Returns the vendors that the user has chosen, if any.
    pub fn chosen_vendors(&self) -> Option<&[usize]> {
        self.chosen.as_deref()
    }

    /// Returns the vendors that a call record shows: the chosen ones, or all.
    pub fn shown(&self) -> Vec<usize> {
        self.chosen.clone().unwrap_or_else(|| (0..self.all).collect())
    }

    /// Returns the vendors that count for a call from such a sender, as bits.
    pub fn bits(&self, sender: SenderPlatform) -> VendorBits {
        match &self.chosen {
            Some(chosen) => chosen.iter().fold(0, |bits, v| bits | 1 << v),
            None => self.fed[SenderPlatform::ALL.iter().position(|s| *s == sender).unwrap_or(2)],
        }
    }

    /// Returns the vendors that count for a call from such a sender, in the order in which ids are
    /// taken from them.
    pub fn ordered(&self, sender: SenderPlatform) -> impl Iterator<Item = usize> + '_ {
        let bits = self.bits(sender);
        let all = self.chosen.is_none().then_some(0..self.all).into_iter().flatten();
        let chosen = self.chosen.iter().flatten().copied();
        chosen.chain(all).filter(move |v| bits >> v & 1 == 1)
    }

    /// Returns the account id and the user id of a call that vendors judged.
    pub(crate) fn ids<'j>(
        &self,
        sender: SenderPlatform,
        judgement: &'j Judgement,
    ) -> [Option<(IdPrecedence, &'j str)>; 2] {
        let mut ids = [None, None];
        for (rank, vendor) in self.ordered(sender).enumerate() {
            let judged = &judgement.vendors[vendor];
            let found = [
                (judgement.account(vendor), judged.account_doubtful),
                (judgement.user(vendor), judged.user_doubtful),
            ];
            for (best, (id, is_doubtful)) in ids.iter_mut().zip(found) {
                let Some(id) = id else { continue };
                let precedence = IdPrecedence::new(is_doubtful, rank);
                if best.is_none_or(|(known, _)| precedence < known) {
                    *best = Some((precedence, id));
                }
            }
        }
        ids
    }
}

/// The precedence of an id among those that vendors in use find in one call: the smallest is the
/// id of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct IdPrecedence {
    looks_right: bool,
    rank: usize,
}

impl IdPrecedence {
    /// Creates the precedence of an id that the vendor at `rank` in [`InUse::ordered`] found. A
    /// doubtful id comes before one that looks right, so that a call whose id is doubtful at some
    /// vendor is doubtful in any order of the vendors.
    pub fn new(is_doubtful: bool, rank: usize) -> IdPrecedence {
        IdPrecedence { looks_right: !is_doubtful, rank }
    }

    /// Returns true if the id is doubtful.
    pub fn is_doubtful(self) -> bool {
        !self.looks_right
    }
}
