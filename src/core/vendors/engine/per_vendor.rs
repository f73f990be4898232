//! Judging at one vendor at a time. Vendors do not share what they remember, so several threads can
//! judge in parallel, each for another vendor, if each vendor gets the calls in their order.

use crate::call::{Event, Seq, time::Millis};
use crate::vendors::Vendors;
use crate::vendors::code_id::CodeId;
use crate::vendors::engine::call_view::CallView;
use crate::vendors::engine::judge::JudgeScratch;
use crate::vendors::look_plan::Scratch;
use crate::vendors::memory::{Memory, VendorMemory};
use crate::vendors::rules::LearnedFacts;

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

/// Buffers for judging a call, reused for the next call.
#[derive(Default)]
pub struct PerVendorScratch {
    found: Vec<CodeId>,
    lessons: LearnedFacts,
    text: String,
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

    /// Returns the code, if any, that [`Vendors::judge`] reports regardless of vendors. Codes of
    /// the plan are not included.
    pub fn code_without_vendor(&self, view: &ViewedCall<'_>) -> Option<CodeId> {
        self.code_of_call(&view.0)
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
        let PerVendorScratch { found, lessons, text } = room;
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
