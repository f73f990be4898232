//! Sets of finding codes. Similar calls have the same findings, so a recording of millions of calls
//! has a few hundred different sets, and the verdicts and severities of a set are computed once.

use crate::findings::{Effect, Headline, Id, Severity, Verdict};
use crate::vendors::{CodeId, Codes};
use crate::wire::discard;
use hashbrown::HashMap;
use std::sync::Arc;

/// The number of a set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SetId(pub u32);

/// One bit per vendor, in the order of the registry.
pub type VendorBits = u64;

/// The verdicts, severities and missing ids that follow from a set of finding codes.
#[derive(Debug, Clone, Default)]
pub struct SetInfo {
    /// The codes, sorted.
    pub codes: Box<[CodeId]>,
    /// The code because of which the service in front of the vendors discards the call, if it does.
    pub discarded: Option<&'static str>,
    /// The verdict at each vendor.
    pub verdicts: Box<[Verdict]>,
    /// The worst severity at each vendor.
    pub worst: Box<[Option<Severity>]>,
    /// The worst severity of the findings that belong to no vendor.
    pub worst_common: Option<Severity>,
    /// The vendors that miss the account id, and those that miss the user id.
    pub strong: [VendorBits; 2],
    /// The vendors at which each id is absent or doubtful.
    pub weak: [VendorBits; 2],
    /// The result for the set without its muted codes; `None` if none of its codes is muted.
    loud: Option<Box<SetInfo>>,
}

impl SetInfo {
    /// Returns the result for the set without its muted codes.
    pub fn loud(&self) -> &SetInfo {
        self.loud.as_deref().unwrap_or(self)
    }

    /// Returns the vendors that miss an id.
    pub fn strong(&self, id: Id) -> VendorBits {
        self.strong[slot(id)]
    }

    /// Returns the vendors at which an id is absent or doubtful.
    pub fn weak(&self, id: Id) -> VendorBits {
        self.weak[slot(id)]
    }

    /// Returns true if an id is missing, absent or doubtful at one of these vendors.
    pub fn minds(&self, id: Id, in_use: VendorBits) -> bool {
        (self.strong(id) | self.weak(id)) & in_use != 0
    }

    /// Returns true if one of these vendors misses an id.
    pub fn missing(&self, in_use: VendorBits) -> bool {
        (self.strong[0] | self.strong[1]) & in_use != 0
    }

    /// Returns the worst severity at these vendors and of the findings that belong to no vendor.
    pub fn severity(&self, in_use: VendorBits) -> Option<Severity> {
        let at_vendors = self.worst.iter().enumerate().filter(|(v, _)| in_use >> v & 1 == 1);
        // severities are ordered error, warning, info: the smallest is the worst
        at_vendors.filter_map(|(_, worst)| *worst).chain(self.worst_common).min()
    }
}

/// Returns the position of an id in the arrays of [`SetInfo`].
fn slot(id: Id) -> usize {
    match id {
        Id::Account => 0,
        Id::User => 1,
    }
}

/// All different sets of finding codes of a recording.
#[derive(Debug, Default)]
pub struct FindingSets {
    infos: Vec<Arc<SetInfo>>,
    ids: HashMap<Box<[CodeId]>, SetId>,
    /// The set that was found last. Most calls have the set of the call before.
    last: SetId,
    /// The muted codes, sorted.
    muted: Box<[CodeId]>,
}

impl FindingSets {
    /// Returns the number of a set of codes, and adds the set if it is new. `codes` must be sorted
    /// and without duplicates; `vendors` is the number of vendors.
    pub fn intern(&mut self, codes: &[CodeId], table: &Codes, vendors: usize) -> SetId {
        if self.infos.get(self.last.0 as usize).is_some_and(|info| *info.codes == *codes) {
            return self.last;
        }
        if let Some(&id) = self.ids.get(codes) {
            self.last = id;
            return id;
        }
        let id = SetId(self.infos.len() as u32);
        let mut info = info(codes, table, vendors);
        info.loud = loud(&info, &self.muted, table, vendors);
        self.infos.push(Arc::new(info));
        self.ids.insert(codes.into(), id);
        self.last = id;
        id
    }

    /// Mutes these codes, and unmutes all others.
    pub fn set_muted(&mut self, muted: &[CodeId], table: &Codes, vendors: usize) {
        let mut muted = muted.to_vec();
        muted.sort_unstable();
        self.muted = muted.into();
        for info in &mut self.infos {
            let loud = loud(info, &self.muted, table, vendors);
            Arc::make_mut(info).loud = loud;
        }
    }

    /// Returns the entry of a set.
    pub fn get(&self, id: SetId) -> &SetInfo {
        &self.infos[id.0 as usize]
    }

    /// Returns the entries of all sets, in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &SetInfo> {
        self.infos.iter().map(|info| &**info)
    }

    /// Returns all entries as shared pointers, so that a caller can keep them without the lock.
    pub fn all(&self) -> &[Arc<SetInfo>] {
        &self.infos
    }

    /// Returns the number of sets.
    pub fn len(&self) -> usize {
        self.infos.len()
    }

    /// Returns true if there are no sets.
    pub fn is_empty(&self) -> bool {
        self.infos.is_empty()
    }
}

/// Computes the entry of a set without the muted codes; `None` if none of its codes is muted.
fn loud(set: &SetInfo, muted: &[CodeId], table: &Codes, vendors: usize) -> Option<Box<SetInfo>> {
    let is_muted = |code: &CodeId| muted.binary_search(code).is_ok();
    let left: Vec<CodeId> = set.codes.iter().copied().filter(|code| !is_muted(code)).collect();
    (left.len() < set.codes.len()).then(|| {
        let mut loud = info(&left, table, vendors);
        // muting a code does not change that the service discards the call
        if set.discarded.is_some() {
            loud.discarded = set.discarded;
            loud.verdicts = set.verdicts.clone();
        }
        Box::new(loud)
    })
}

/// Computes the entry of a set.
fn info(codes: &[CodeId], table: &Codes, vendors: usize) -> SetInfo {
    let mut strongest = vec![Default::default(); vendors];
    let mut worst = vec![None; vendors];
    let mut out = SetInfo { codes: codes.into(), ..SetInfo::default() };
    for &id in codes {
        let code = table.entry(id);
        let lower =
            |old: Option<Severity>| Some(old.map_or(code.severity, |old| old.min(code.severity)));
        let Some(vendor) = code.vendor else {
            out.worst_common = lower(out.worst_common);
            continue;
        };
        worst[vendor] = lower(worst[vendor]);
        strongest[vendor] = code.effect.max(strongest[vendor]);
        match code.headline {
            Some(Headline::Strong(id)) => out.strong[slot(id)] |= 1 << vendor,
            Some(Headline::Weak(id)) => out.weak[slot(id)] |= 1 << vendor,
            None => {}
        }
    }
    let fatal = codes.iter().map(|id| table.entry(*id));
    let fatal = fatal.filter(|code| code.vendor.is_none() && code.effect == Effect::Discard);
    out.discarded = discard::first_fatal(fatal.map(|code| &*code.code));
    let at_vendors = strongest.into_iter().map(|effect| match out.discarded {
        Some(_) => Verdict::Discarded,
        None => Verdict::from_effect(effect),
    });
    out.verdicts = at_vendors.collect();
    out.worst = worst.into();
    out
}
