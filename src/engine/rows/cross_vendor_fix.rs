//! Completes findings with what no single vendor knows: the history of the user, and a fix that is
//! right for all vendors in use. The corrected call uses the same fix.

use crate::call::time::Millis;
use crate::call::{CallType, Doc, Event, JsonKind, Seq, pointer};
use crate::engine::judging::user_groups::{SeenGroup, UserGroups};
use crate::engine::rows::call_detail::Extent;
use crate::engine::rows::value_changes::{FoundEdits, TypeConflict};
use crate::findings::fixes::{self, BrokenCall, Edit, VendorNeed};
use crate::findings::identity::{ValueRule, id_of};
use crate::findings::{Finding, Id, Severity};
use crate::vendors::{Memory, Outcome, RenderedCall, Vendors};

/// A call that was evaluated at all vendors.
pub(crate) struct EvaluatedCall<'a> {
    pub vendors: &'a Vendors,
    pub memory: &'a Memory,
    pub event: &'a Event<'a>,
    /// The number of the call, or the number that a draft would get.
    pub seq: Seq,
    /// The time at which it arrived.
    pub at: Millis,
    /// The vendors in use for it, in order.
    pub in_use: &'a [usize],
    /// True if a library of RudderStack sent it.
    pub rudder: bool,
}

/// The result of looking at the findings of all vendors together.
#[derive(Debug, Default)]
pub(crate) struct CrossVendorFix {
    /// The group in which the user was seen before, if the call names no account.
    pub seen: Option<SeenGroup>,
    /// The changes that fix the call.
    pub edits: Vec<Edit>,
    /// The needs of the vendors in use; empty for [`Extent::Findings`].
    pub needs: Vec<VendorNeed>,
    /// Other places where vendors in use look for the account that the call names in `groupId`, for
    /// a library that cannot send `groupId`.
    pub group: Vec<String>,
}

/// Returns whether a finding is about an account that the call does not name.
fn is_without_account(finding: &Finding) -> bool {
    fixes::is_without(finding) == Some(Id::Account)
}

/// The account of the user, if known, and the number of the call that named it.
type KnownAccount<'k> = Option<(&'k str, u64)>;

impl EvaluatedCall<'_> {
    /// Completes the findings of the vendors with the user's history and with fixes.
    pub fn complete_findings(
        &self,
        rendered: &mut [(usize, RenderedCall)],
        people: &UserGroups,
        extent: Extent,
    ) -> CrossVendorFix {
        let lacks = self.findings_in_use(rendered).any(|(_, finding)| is_without_account(finding));
        let seen = lacks.then(|| people.before(self.event, self.seq, self.at)).flatten();
        let known = seen.as_ref().map(|seen| (seen.group_id.as_str(), seen.seq));
        let (edits, group) = self.add_history_and_fixes(rendered, seen.as_ref(), known);
        let needs = match extent {
            Extent::Everything => {
                fixes::needs(self.event, self.findings_in_use(rendered), &edits, known)
            }
            Extent::Findings => Vec::new(),
        };
        CrossVendorFix { edits, needs, group, seen }
    }

    /// Adds the user's history and fixes to findings. Returns the changes that fix the call, and
    /// [`CrossVendorFix::group`].
    fn add_history_and_fixes(
        &self,
        rendered: &mut [(usize, RenderedCall)],
        seen: Option<&SeenGroup>,
        known: KnownAccount<'_>,
    ) -> (Vec<Edit>, Vec<String>) {
        let kind = self.event.get("type").and_then(|kind| CallType::parse(&kind.as_str()?));
        let Some(kind) = kind else { return (Vec::new(), Vec::new()) };
        if let Some(seen) = seen {
            let all = rendered.iter_mut().flat_map(|(_, rendered)| &mut rendered.findings);
            for finding in all.filter(|finding| is_without_account(finding)) {
                finding.history = Some(seen.history(kind));
            }
        }
        let library = self.event.pointer("/context/library/name");
        let library = library.and_then(|name| name.as_str());
        let library = library.as_deref();
        let call = BrokenCall { event: *self.event, kind, library, rudder: self.rudder };
        let group = self.group_places(rendered, &call);
        let mut first = fixes::opened(&call, self.in_use);
        let (switched_on, of_integrations) = self.integration_edits(rendered);
        first.extend(switched_on);
        let is_info = |(_, finding): (usize, &Finding)| finding.severity == Severity::Info;
        let are_infos = self.findings_in_use(rendered).all(is_info);
        first.extend(fixes::renamed_container(&call, self.in_use).filter(|_| !are_infos));
        let of_service = fixes::renamed_for_service(&call, self.in_use);
        let others = [of_integrations, of_service].concat();
        if first.is_empty() && others.is_empty() && are_infos {
            return (Vec::new(), group);
        }
        let account = known.map(|(account, _)| account);
        let FoundEdits { mut edits, conflicts } = match first.is_empty() {
            true => self.edits(rendered, &call, account),
            false => self.edits_after(first, rendered, &call, account),
        };
        for edit in others {
            edits = fixes::with(&edits, &edit, false);
        }
        for (vendor, rendered) in rendered.iter_mut().filter(|(at, _)| self.in_use.contains(at)) {
            for finding in &mut rendered.findings {
                let is_about = |conflict: &&TypeConflict| conflict.is_about(*vendor, finding);
                if let Some(conflict) = conflicts.iter().find(is_about) {
                    finding.fix = conflict.fix(self.vendors);
                }
                if self.follows(*vendor, finding)
                    && let Some(words) = fixes::words(&call, finding, &edits, known)
                {
                    finding.fix = words;
                }
                if let Some(known) = &finding.advice
                    && let Some(advice) = fixes::advice(&call, finding, &edits)
                {
                    finding.message = finding.message.replacen(known, &advice, 1);
                    finding.advice = Some(advice);
                }
            }
        }
        (edits, group)
    }

    /// Returns the changes of ids, and the changes of names and types that make the call worse at
    /// no vendor in use.
    fn edits(
        &self,
        rendered: &[(usize, RenderedCall)],
        call: &BrokenCall<'_>,
        account: Option<&str>,
    ) -> FoundEdits {
        let keeps = |from: &str, to: &str| self.keeps(rendered, call.kind, from, to);
        let edits = fixes::edits(call, self.findings_in_use(rendered), account, keeps);
        let edits = self.with_numbers(call, edits);
        self.with_changes(rendered, call, edits)
    }

    /// Returns these first changes of a call, after which vendors read other parts of it, and the
    /// changes that the call then still needs.
    fn edits_after(
        &self,
        first: Vec<Edit>,
        rendered: &[(usize, RenderedCall)],
        call: &BrokenCall<'_>,
        account: Option<&str>,
    ) -> FoundEdits {
        let text = fixes::changed(call, &first);
        let Ok(doc) = Doc::parse(&*text) else { return FoundEdits::default() };
        let event = Event { unknown_times: self.event.unknown_times, ..Event::bare(doc.root()) };
        let after = self.vendors.render_each(&event, self.seq, self.memory, false);
        let after: Vec<(usize, RenderedCall)> = after.into_iter().enumerate().collect();
        let further = EvaluatedCall { event: &event, ..*self }.edits(
            &after,
            &BrokenCall { event, ..*call },
            account,
        );
        let mut edits = first;
        // what the vendors no longer report is removed by the first changes
        let is_left = |wanted: &Finding| {
            let mut left = self.findings_in_use(&after);
            left.any(|(_, left)| left.code == wanted.code && left.path == wanted.path)
        };
        for (_, finding) in self.findings_in_use(rendered).filter(|(_, it)| !is_left(it)) {
            let is_below = |edit: &Edit| {
                pointer::is_at_or_below(&finding.path, &edit.to)
                    || pointer::is_below(&edit.to, &finding.path)
            };
            let at = edits.iter().position(is_below).unwrap_or(0);
            edits[at].answers.push(finding.path.clone());
        }
        edits.extend(further.edits);
        FoundEdits { edits, conflicts: further.conflicts }
    }

    /// Returns the findings of the vendors in use, vendor by vendor.
    pub(super) fn findings_in_use<'r>(
        &self,
        rendered: &'r [(usize, RenderedCall)],
    ) -> impl Iterator<Item = (usize, &'r Finding)> {
        let result = |vendor: &usize| rendered.iter().find(move |(at, _)| at == vendor);
        let results: Vec<&(usize, RenderedCall)> = self.in_use.iter().filter_map(result).collect();
        let findings = |(vendor, rendered): &'r (usize, RenderedCall)| {
            rendered.findings.iter().map(move |finding| (*vendor, finding))
        };
        results.into_iter().flat_map(findings)
    }

    /// Returns whether the fix of a finding is derived from the call: the vendor's table has no
    /// text for it, or the text only asks where the value is.
    fn follows(&self, vendor: usize, finding: &Finding) -> bool {
        let code = self.vendors.codes().find(Some(vendor), &finding.code);
        let own = code.map(|code| &*self.vendors.codes().entry(code).text.fix);
        own.is_some_and(str::is_empty) || finding.lacks().is_none()
    }

    /// Leaves an id a number if a vendor in use accepts the call and would no longer accept it with
    /// the id as a text, for example because it is the only number of the call.
    fn with_numbers(&self, call: &BrokenCall<'_>, edits: Vec<Edit>) -> Vec<Edit> {
        let is_number = |edit: &Edit| {
            let value = self.event.pointer(edit.from().unwrap_or(&edit.to));
            edit.is_id && value.is_some_and(|value| value.kind() == JsonKind::Number)
        };
        if !edits.iter().any(is_number) {
            return edits;
        }
        let before = self.judged(&fixes::changed(call, &[]));
        let is_accepted = |edits: &[Edit]| {
            let after = self.judged(&fixes::changed(call, edits));
            let both = before.iter().zip(&after);
            both.map(|(before, after)| [before.verdict, after.verdict])
                .all(|[before, after]| !before.goes_through() || after.goes_through())
        };
        if is_accepted(&edits) {
            return edits;
        }
        let without_text = |at: usize| {
            let mut edits = edits.clone();
            match edits[at].from() {
                Some(_) => edits[at].is_id = false,
                None => drop(edits.remove(at)),
            }
            edits
        };
        let numbers = (0..edits.len()).filter(|&at| is_number(&edits[at]));
        let found = numbers.map(without_text).find(|edits| is_accepted(edits));
        found.unwrap_or(edits)
    }

    /// Judges another call in place of this one, for the vendors in use.
    pub(super) fn judged(&self, call: &str) -> Vec<Outcome> {
        let Ok(doc) = Doc::parse(call) else { return Vec::new() };
        let event = Event { unknown_times: self.event.unknown_times, ..Event::bare(doc.root()) };
        self.vendors.outcomes(self.in_use, &event, self.seq, self.memory)
    }

    /// Returns the other places where vendors in use look for the account that they find in
    /// `groupId`, if the sender's library accepts `groupId` only in group calls.
    fn group_places(
        &self,
        rendered: &[(usize, RenderedCall)],
        call: &BrokenCall<'_>,
    ) -> Vec<String> {
        const GROUP: &str = "/groupId";
        let elsewhere = call.sendable(GROUP);
        if elsewhere == GROUP || self.event.pointer(GROUP).is_none() {
            return Vec::new();
        }
        let mut places: Vec<String> = Vec::new();
        for vendor in self.in_use {
            let found = rendered.iter().any(|(at, it)| at == vendor && it.account_id.is_some());
            let looks = self.vendors.info(*vendor).looks_for(call.kind, Id::Account);
            let Some(from) = looks.map(|looks| &looks.from).filter(|_| found) else { continue };
            if from.iter().any(|place| place == GROUP) && from.iter().all(|at| *at != elsewhere) {
                let mut others = from.iter().filter(|place| *place != GROUP);
                // of two such places, take the one for which libraries have an argument
                let first = others.clone().find(|place| !place.starts_with("/context"));
                places.extend(first.or_else(|| others.next()).cloned());
            }
        }
        places.dedup();
        places
    }

    /// Returns whether a vendor in use finds its id at a place and would not find it at another.
    fn keeps(
        &self,
        rendered: &[(usize, RenderedCall)],
        kind: CallType,
        from: &str,
        to: &str,
    ) -> bool {
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
