//! Judging vendor by vendor: what one vendor remembers is no other's business, so several threads
//! can judge at once, each at another vendor, as long as every vendor sees the calls in their order.

use crate::call::{Event, Seq, time::Millis};
use crate::vendors::Vendors;
use crate::vendors::code_id::CodeId;
use crate::vendors::engine::call_view::CallView;
use crate::vendors::engine::judge::JudgeScratch;
use crate::vendors::look_plan::Scratch;
use crate::vendors::memory::{Memory, VendorMemory};
use crate::vendors::rules::LearnedFacts;

/// What one vendor remembers.
#[derive(Default)]
pub struct Share(VendorMemory);

impl Memory {
    /// What each vendor remembers, apart from the others.
    pub fn apart(self) -> Vec<Share> {
        self.vendors.into_iter().map(Share).collect()
    }

    /// What all of them remember.
    pub fn together(shares: impl IntoIterator<Item = Share>) -> Memory {
        Memory { vendors: shares.into_iter().map(|share| share.0).collect() }
    }
}

/// Memory that looking through a call uses again for the next call.
#[derive(Default)]
pub struct CallViewer(Scratch);

/// A call that was looked through, for all vendors.
pub struct ViewedCall<'a>(CallView<'a>);

/// Memory that judging uses again for the next call.
#[derive(Default)]
pub struct PerVendorScratch {
    found: Vec<CodeId>,
    lessons: LearnedFacts,
    text: String,
}

/// What a vendor finds in a call.
pub struct PerVendorFindings<'r> {
    /// Codes, in order.
    pub codes: &'r [CodeId],
    /// The account id.
    pub account: Option<&'r str>,
    /// The user id.
    pub user: Option<&'r str>,
    /// Whether the account id and the user id are doubtful.
    pub doubtful: [bool; 2],
}

impl Vendors {
    /// Looks through a call, once for all vendors.
    pub fn read(&self, event: &Event<'_>, room: &mut CallViewer) {
        room.0.read(&self.keys, event);
    }

    /// What was found in a call by [`Vendors::read`].
    pub fn looked<'a>(&'a self, event: &'a Event<'a>, room: &'a CallViewer) -> ViewedCall<'a> {
        ViewedCall(self.view(event, &room.0))
    }

    /// What [`Vendors::judge`] finds that is wrong whichever vendor reads the call.
    pub fn code_apart(&self, looked: &ViewedCall<'_>) -> Option<CodeId> {
        self.code_of_call(&looked.0)
    }

    /// What [`Vendors::judge`] does, at one vendor. `share` is what that vendor remembers.
    pub fn judge_apart<'r>(
        &self,
        vendor: usize,
        looked: &ViewedCall<'_>,
        seq: Seq,
        share: &mut Share,
        room: &'r mut PerVendorScratch,
    ) -> PerVendorFindings<'r> {
        let PerVendorScratch { found, lessons, text } = room;
        found.clear();
        text.clear();
        let vendor = &self.vendors[vendor];
        let mut room = JudgeScratch { text: Some(text), found, lessons };
        let judged = self.judge_one(vendor, &looked.0, seq, &mut share.0, &mut room);
        let [account, user] = judged.ids(text);
        let doubtful = [judged.account_doubtful, judged.user_doubtful];
        PerVendorFindings { codes: found, account, user, doubtful }
    }

    /// What [`Vendors::idle_flush`] does to what one vendor remembers.
    pub fn flush_apart(&self, vendor: usize, now: Millis, share: &mut Share) {
        if let (Some(rules), Some(state)) = (&self.vendors[vendor].rules, &mut share.0.state) {
            rules.flush(now, state);
        }
    }
}
