//! Judging at one vendor at a time. Vendors do not share what they remember, so several threads can
//! judge in parallel, each for another vendor, if each vendor gets the calls in their order.

use crate::call::{CallType, Event, Seq, time::Millis};
use crate::vendors::Vendors;
use crate::vendors::code_id::CodeId;
use crate::vendors::engine::call_view::{CallView, TypeOf};
use crate::vendors::engine::integration_findings::CallCodes;
use crate::vendors::engine::judge::JudgeScratch;
use crate::vendors::look_plan::Scratch;
use crate::vendors::memory::hashed_keys::hash_key;
use crate::vendors::memory::{Memory, VendorMemory};
use crate::vendors::rules::{CallId, LearnedFacts};
use crate::vendors::vendor::slot;

/// The memory of one vendor.
#[derive(Default)]
pub struct Share(VendorMemory);

impl Memory {
    /// Splits the memory into that of each vendor.
    pub fn apart(self) -> Vec<Share> {
        self.vendors.into_iter().map(Share).collect()
    }

    /// Joins the memories of all vendors.
    pub fn together(shares: impl IntoIterator<Item = Share>) -> Memory {
        Memory { vendors: shares.into_iter().map(|share| share.0).collect() }
    }
}

/// A buffer for reading a call, reused for the next call.
#[derive(Default)]
pub struct CallViewer(Scratch);

/// A call that was read for all vendors.
pub struct ViewedCall<'a>(CallView<'a>);

/// The hashes of a call's ids, in the order of [`CallId`].
pub struct HashedIds([Option<u64>; 3]);

/// Buffers for judging a call, reused for the next call.
#[derive(Default)]
pub struct PerVendorScratch {
    found: Vec<CodeId>,
    lessons: LearnedFacts,
    text: String,
    /// The numbers of facts, and the hashes of session ids, that are prefetched.
    facts: Vec<u32>,
    sessions: Vec<u64>,
}

/// The findings of a vendor about a call.
pub struct PerVendorFindings<'r> {
    /// The codes of the findings, in order.
    pub codes: &'r [CodeId],
    /// The account id.
    pub account: Option<&'r str>,
    /// The user id.
    pub user: Option<&'r str>,
    /// True if the account id is doubtful, and true if the user id is.
    pub doubtful: [bool; 2],
}

impl Vendors {
    /// Reads a call into a buffer, once for all vendors.
    pub fn read(&self, event: &Event<'_>, room: &mut CallViewer) {
        room.0.read(&self.keys, event);
    }

    /// Returns the view of a call that [`Vendors::read`] has read.
    pub fn view_call<'a>(&'a self, event: &'a Event<'a>, room: &'a CallViewer) -> ViewedCall<'a> {
        ViewedCall(self.view(event, &room.0))
    }

    /// Returns the codes that [`Vendors::judge`] reports regardless of vendors. Codes of the plan are
    /// not included.
    pub fn codes_without_vendor(&self, view: &ViewedCall<'_>) -> CallCodes {
        self.codes_of_call(&view.0)
    }

    /// Hashes the ids of a call by which vendors look up most facts, once for all vendors.
    pub fn hash_ids(&self, ViewedCall(view): &ViewedCall<'_>) -> HashedIds {
        HashedIds(view.basics.ids.map(|slot| Some(hash_key(&view.get(slot)?.as_str()?))))
    }

    /// Prefetches the rules and the parts of a vendor's memory that calls are about to use. The
    /// processor overlaps these reads; [`Vendors::judge_at_vendor`] alone would wait for memory several
    /// times for each call. `ids` belong to the calls.
    pub fn prefetch_memory(
        &self,
        vendor: usize,
        (calls, ids): (&[ViewedCall<'_>], &[HashedIds]),
        share: &Share,
        room: &mut PerVendorScratch,
    ) {
        let Some(code) = self.vendors[vendor].rules.as_ref() else { return };
        let Share(VendorMemory { facts, state, .. }) = share;
        let kind_of = |ViewedCall(view): &ViewedCall<'_>| match view.kind {
            TypeOf::Known(kind) => Some(kind),
            TypeOf::Missing | TypeOf::Unknown => None,
        };
        let is_off = |call: &&ViewedCall<'_>| {
            let rules = kind_of(call).and_then(|kind| call.0.rules(vendor, kind).get());
            rules.is_some_and(|rules| rules.is_off)
        };
        let mut all = calls.iter().filter(is_off).count() as u64;
        let usual = CallType::ALL.map(|kind| code.usual_facts(kind));
        let keys = calls.iter().zip(ids).flat_map(|(call, ids)| {
            let usual = kind_of(call).map_or(&[][..], |kind| usual[slot(kind)]);
            usual.iter().filter_map(|(topic, id)| Some((*topic, ids.0[*id as usize]?)))
        });
        all ^= facts.prefetch(keys, &mut room.facts);
        if let Some(state) = state {
            room.sessions.clear();
            room.sessions.extend(ids.iter().filter_map(|ids| ids.0[CallId::Anonymous as usize]));
            all ^= code.prefetch_state(&room.sessions, state);
        }
        std::hint::black_box(all);
    }

    /// Judges a call as [`Vendors::judge`] does, but at one vendor, whose memory is `share`.
    pub fn judge_at_vendor<'r>(
        &self,
        vendor: usize,
        view: &ViewedCall<'_>,
        seq: Seq,
        share: &mut Share,
        room: &'r mut PerVendorScratch,
    ) -> PerVendorFindings<'r> {
        let PerVendorScratch { found, lessons, text, .. } = room;
        found.clear();
        text.clear();
        let vendor = &self.vendors[vendor];
        let mut room = JudgeScratch { text: Some(text), found, lessons };
        let judged = self.judge_one(vendor, &view.0, seq, &mut share.0, &mut room);
        let [account, user] = judged.ids(text);
        let doubtful = [judged.account_doubtful, judged.user_doubtful];
        PerVendorFindings { codes: found, account, user, doubtful }
    }

    /// Closes idle sessions as [`Vendors::idle_flush`] does, but in the memory of one vendor.
    pub fn flush_at_vendor(&self, vendor: usize, now: Millis, share: &mut Share) {
        if let (Some(rules), Some(state)) = (&self.vendors[vendor].rules, &mut share.0.state) {
            rules.flush(now, state);
        }
    }
}
