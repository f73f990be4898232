//! Sets of finding codes. Calls of one shape have the same findings, so a recording of millions
//! of calls has a few hundred different sets, and what a set means is worked out once.

use crate::findings::{Effect, Headline, Id, Severity, Verdict};
use crate::vendors::{CodeId, Codes};
use crate::wire::discard;
use hashbrown::HashMap;
use std::sync::Arc;

/// The number of a set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SetId(pub u32);

/// One bit a vendor, in the order of the registry.
pub type VendorBits = u64;

/// What a set of codes means.
#[derive(Debug, Clone, Default)]
pub struct SetInfo {
    /// The codes, sorted.
    pub codes: Box<[CodeId]>,
    /// Why the service in front of the vendors discards the call, if it does.
    pub discarded: Option<&'static str>,
    /// The verdict at each vendor.
    pub verdicts: Box<[Verdict]>,
    /// The worst severity at each vendor.
    pub worst: Box<[Option<Severity>]>,
    /// The worst severity of what Segment itself does.
    pub worst_common: Option<Severity>,
    /// Vendors that miss the account id, the user id.
    pub strong: [VendorBits; 2],
    /// Vendors at which it is absent or doubtful.
    pub weak: [VendorBits; 2],
    /// The same without the codes that are muted, where it has some.
    loud: Option<Box<SetInfo>>,
}

impl SetInfo {
    /// What it means without the codes that are muted.
    pub fn loud(&self) -> &SetInfo {
        self.loud.as_deref().unwrap_or(self)
    }

    /// The vendors that miss an id.
    pub fn strong(&self, id: Id) -> VendorBits {
        self.strong[slot(id)]
    }

    /// The vendors at which an id is absent or doubtful.
    pub fn weak(&self, id: Id) -> VendorBits {
        self.weak[slot(id)]
    }

    /// True if one of these vendors misses it, or has it absent or doubtful.
    pub fn minds(&self, id: Id, in_use: VendorBits) -> bool {
        (self.strong(id) | self.weak(id)) & in_use != 0
    }

    /// True if one of these vendors misses an id.
    pub fn missing(&self, in_use: VendorBits) -> bool {
        (self.strong[0] | self.strong[1]) & in_use != 0
    }

    /// The worst severity at these vendors or of Segment itself.
    pub fn severity(&self, in_use: VendorBits) -> Option<Severity> {
        let at_vendors = self.worst.iter().enumerate().filter(|(v, _)| in_use >> v & 1 == 1);
        // the order of severities is error, warning, info: the least is the worst
        at_vendors.filter_map(|(_, worst)| *worst).chain(self.worst_common).min()
    }
}

fn slot(id: Id) -> usize {
    match id {
        Id::Account => 0,
        Id::User => 1,
    }
}

/// All sets of a recording.
#[derive(Debug, Default)]
pub struct FindingSets {
    infos: Vec<Arc<SetInfo>>,
    ids: HashMap<Box<[CodeId]>, SetId>,
    /// The set of the last call; most have that of the one before.
    last: SetId,
    /// The codes that are muted, sorted.
    aside: Box<[CodeId]>,
}

impl FindingSets {
    /// The number of a set of codes, sorted and without doubles.
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
        info.loud = loud(&info, &self.aside, table, vendors);
        self.infos.push(Arc::new(info));
        self.ids.insert(codes.into(), id);
        id
    }

    /// Mutes these codes, and no others.
    pub fn set_aside(&mut self, aside: &[CodeId], table: &Codes, vendors: usize) {
        let mut aside = aside.to_vec();
        aside.sort_unstable();
        self.aside = aside.into();
        for info in &mut self.infos {
            let loud = loud(info, &self.aside, table, vendors);
            Arc::make_mut(info).loud = loud;
        }
    }

    /// What a set means.
    pub fn get(&self, id: SetId) -> &SetInfo {
        &self.infos[id.0 as usize]
    }

    /// What each means, in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &SetInfo> {
        self.infos.iter().map(|info| &**info)
    }

    /// The same, to be kept.
    pub fn all(&self) -> &[Arc<SetInfo>] {
        &self.infos
    }

    /// How many sets there are.
    pub fn len(&self) -> usize {
        self.infos.len()
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.infos.is_empty()
    }
}

/// What a set means without some codes; none if it has none of them.
fn loud(set: &SetInfo, aside: &[CodeId], table: &Codes, vendors: usize) -> Option<Box<SetInfo>> {
    let is_aside = |code: &CodeId| aside.binary_search(code).is_ok();
    let left: Vec<CodeId> = set.codes.iter().copied().filter(|code| !is_aside(code)).collect();
    (left.len() < set.codes.len()).then(|| {
        let mut loud = info(&left, table, vendors);
        // who does not want to hear of it has not made the service pass the call on
        if set.discarded.is_some() {
            loud.discarded = set.discarded;
            loud.verdicts = set.verdicts.clone();
        }
        Box::new(loud)
    })
}

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
