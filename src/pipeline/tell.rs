//! What findings say that no vendor can know by itself: the history of the user, and one way to mend
//! a place that is right for all vendors in use, the same that the corrected call takes.

use super::SeenGroup;
use super::people::People;
use crate::call::time::Millis;
use crate::call::{CallType, Event, Seq};
use crate::findings::fixes::{self, Edit};
use crate::findings::identity::{ValueRule, id_of};
use crate::findings::{Finding, Id};
use crate::vendors::{Rendered, Vendors};

/// A call that vendors were asked about.
pub(super) struct Asked<'a> {
    pub vendors: &'a Vendors,
    pub event: &'a Event<'a>,
    /// Its number, or the one that it would get.
    pub seq: Seq,
    /// When it arrived.
    pub at: Millis,
    /// The vendors in use for it, in order.
    pub in_use: &'a [usize],
}

/// Whether a finding is about an account that the call does not name.
fn is_without_account(finding: &Finding) -> bool {
    fixes::is_without(finding) == Some(Id::Account)
}

impl Asked<'_> {
    /// Completes what the vendors said. Gives the group that the user was seen with before, where
    /// the call names no account, and the changes that mend the call.
    pub fn tell(
        &self,
        rendered: &mut [(usize, Rendered)],
        people: &People,
    ) -> (Option<SeenGroup>, Vec<Edit>) {
        let lacks = self.counted(rendered).any(is_without_account);
        let seen = lacks.then(|| people.before(self.event, self.seq, self.at)).flatten();
        let edits = self.complete(rendered, seen.as_ref());
        (seen, edits)
    }

    fn complete(&self, rendered: &mut [(usize, Rendered)], seen: Option<&SeenGroup>) -> Vec<Edit> {
        let kind = self.event.get("type").and_then(|kind| CallType::parse(&kind.as_str()?));
        let Some(kind) = kind else { return Vec::new() };
        if let Some(seen) = seen {
            let all = rendered.iter_mut().flat_map(|(_, rendered)| &mut rendered.findings);
            for finding in all.filter(|finding| is_without_account(finding)) {
                finding.history = Some(seen.history(kind));
            }
        }
        if !self.counted(rendered).any(fixes::is_about_ids) {
            return Vec::new();
        }
        let call = fixes::Call { event: *self.event, kind, library: None, rudder: false };
        let known = seen.map(|seen| (seen.group_id.as_str(), seen.seq));
        let keeps = |from: &str, to: &str| self.keeps(rendered, kind, from, to);
        let account = known.map(|(account, _)| account);
        let edits = fixes::edits(&call, self.counted(rendered), account, keeps);
        for (vendor, rendered) in rendered.iter_mut().filter(|(at, _)| self.in_use.contains(at)) {
            for finding in &mut rendered.findings {
                if self.follows(*vendor, finding)
                    && let Some(words) = fixes::words(&call, finding, &edits, known)
                {
                    finding.fix = words;
                }
            }
        }
        edits
    }

    fn counted<'r>(&self, rendered: &'r [(usize, Rendered)]) -> impl Iterator<Item = &'r Finding> {
        let of = |vendor: &usize| rendered.iter().find(move |(at, _)| at == vendor);
        let counted: Vec<&(usize, Rendered)> = self.in_use.iter().filter_map(of).collect();
        counted.into_iter().flat_map(|(_, rendered)| &rendered.findings)
    }

    /// Whether the fix of a finding follows from the call: the vendor's table has no words for it,
    /// or they only ask where the id is.
    fn follows(&self, vendor: usize, finding: &Finding) -> bool {
        let code = self.vendors.codes().find(Some(vendor), &finding.code);
        let own = code.map(|code| &*self.vendors.codes().entry(code).text.fix);
        own.is_some_and(str::is_empty) || finding.lacks().is_none()
    }

    /// Whether a vendor in use finds its id at a place and would not find it at another.
    fn keeps(&self, rendered: &[(usize, Rendered)], kind: CallType, from: &str, to: &str) -> bool {
        let value = |path: &str| id_of(self.event.pointer(path), ValueRule::Plain).ok();
        let Some(id) = value(from) else { return false };
        let is_it = |path: &str| value(path).is_some_and(|other| other.text == id.text);
        self.in_use.iter().any(|vendor| {
            let Some((_, found)) = rendered.iter().find(|(at, _)| at == vendor) else {
                return false;
            };
            let ids = [(Id::Account, &found.account_id), (Id::User, &found.user_id)];
            ids.into_iter().filter(|(_, text)| text.as_deref() == Some(&*id.text)).any(
                |(which, _)| {
                    let looks = self.vendors.info(*vendor).looks_for(kind, which);
                    let places = looks.map_or(&[][..], |looks| &looks.from);
                    !places.iter().any(|place| place == to || (place != from && is_it(place)))
                },
            )
        })
    }
}
