//! The fix of a call, and why its account is missing, from what is known about it.

use super::CallDetail;
use crate::call::{CallType, Doc, Event};
use crate::findings::Finding;
use crate::findings::fixes::{self, Fix};
use crate::findings::identity::{ValueRule, id_of};

impl CallDetail {
    /// The findings of the vendors in use, in their order.
    fn counted(&self) -> impl Iterator<Item = &Finding> {
        let of = |vendor: &usize| self.vendors.iter().find(move |(at, _)| at == vendor);
        self.in_use.iter().filter_map(of).flat_map(|(_, rendered)| &rendered.findings)
    }

    /// What to paste: the call as the vendors in use want it. None for a call of no known type.
    pub fn fix(&self) -> Option<Fix> {
        let kind = CallType::parse(self.kind.as_deref()?)?;
        let call = Doc::parse(self.call_text.as_str()).ok()?;
        let derived = Doc::parse(self.derived_text.as_str()).ok();
        let event = Event { call: call.root(), derived: derived.as_ref().map(Doc::root) };
        // a place whose value is an id to a vendor in use is not for another to rename
        let ids = self.in_use.iter().filter_map(|vendor| {
            self.vendors.iter().find(|(at, _)| at == vendor).map(|(_, rendered)| rendered)
        });
        let ids: Vec<&String> =
            ids.flat_map(|at| at.account_id.iter().chain(&at.user_id)).collect();
        let hints = self.counted().flat_map(|finding| finding.hints.iter().flatten());
        let used: Vec<String> = hints
            .filter(|hint| {
                let value = id_of(event.pointer(&hint.path), ValueRule::Plain);
                value.is_ok_and(|value| ids.iter().any(|id| **id == *value.text))
            })
            .map(|hint| hint.path.clone())
            .collect();
        let library = self.library.as_ref().map(|(name, _)| name.as_str());
        let known_account = self.seen_group.as_ref().map(|seen| seen.group_id.as_str());
        let call = fixes::Call { event, kind, library, rudder: self.rudder, known_account };
        Some(fixes::fix(&call, self.counted(), &used))
    }

    /// The same if it corrects something. Cheap for a call without a finding about an id.
    pub fn fix_of_ids(&self) -> Option<Fix> {
        self.counted().find(|finding| fixes::is_about_ids(finding))?;
        self.fix().filter(|fix| !fix.edits.is_empty())
    }

    /// Why a call without an account has none although the user was seen with one.
    pub fn why_no_account(&self) -> Option<String> {
        let seen = self.seen_group.as_ref()?;
        let kind = self.kind.as_deref().and_then(CallType::parse)?;
        let ago = match seen.ms_before {
            ms if ms < 1000 => "less than a second earlier".to_owned(),
            ms if ms < 120_000 => format!("{} s earlier", ms / 1000),
            ms if ms < 7_200_000 => format!("{} min earlier", ms / 60_000),
            ms => format!("{} h earlier", ms / 3_600_000),
        };
        Some(format!(
            "group `{}` was called {ago} (call {}); SDKs do not attach it to {} calls",
            seen.group_id,
            seen.seq,
            kind.name()
        ))
    }
}
