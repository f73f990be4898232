//! Changes of names and types of single values that vendors in use want, and those that another
//! vendor in use would take badly.

use crate::call::{CallType, pointer};
use crate::engine::rows::cross_vendor_fix::EvaluatedCall;
use crate::findings::advice::dotted;
use crate::findings::fixes::{self, BrokenCall, Edit, ValueShape, ValueSource};
use crate::findings::{Finding, Severity, Verdict, norm};
use crate::vendors::{Outcome, RenderedCall, Vendors};

/// The maximum number of changes of single values that are tried. The call is judged again for
/// each.
const MAX_CHANGES: usize = 8;

/// The changes that correct a call, and those that are left out for another vendor.
#[derive(Debug, Default)]
pub(super) struct FoundEdits {
    pub edits: Vec<Edit>,
    pub conflicts: Vec<TypeConflict>,
}

/// A value that one vendor in use needs in another type, and another one as it is.
#[derive(Debug)]
pub(super) struct TypeConflict {
    path: String,
    wanted: ValueShape,
    /// The vendor that needs the other type.
    wants: usize,
    /// The vendor that takes the value as it is.
    takes: usize,
}

impl TypeConflict {
    pub fn is_about(&self, vendor: usize, finding: &Finding) -> bool {
        self.wants == vendor && self.path == finding.path
    }

    /// Returns the fix, in place of the one that suits one vendor only.
    pub fn fix(&self, vendors: &Vendors) -> String {
        let title = |vendor| &vendors.info(vendor).title;
        format!(
            "send two fields: {} takes `{}` as it is, and {} needs {}",
            title(self.takes),
            dotted(&self.path),
            title(self.wants),
            self.wanted.words()
        )
    }
}

impl EvaluatedCall<'_> {
    /// Adds to the changes of ids those changes of names and types that make the call worse at no
    /// vendor in use.
    pub(super) fn with_changes(
        &self,
        rendered: &[(usize, RenderedCall)],
        call: &BrokenCall<'_>,
        mut edits: Vec<Edit>,
    ) -> FoundEdits {
        let mut conflicts = Vec::new();
        let changes: Vec<(usize, Edit)> = self
            .findings_in_use(rendered)
            .filter(|(_, finding)| finding.severity != Severity::Info)
            .filter_map(|(vendor, finding)| {
                let codes = self.vendors.codes();
                let code = codes.entry(codes.find(Some(vendor), &finding.code)?);
                let rule = code.text.change.as_ref()?;
                let field = || self.field_like(vendor, call.kind, &finding.path);
                Some((vendor, fixes::change(call, (vendor, finding), rule, field)?))
            })
            .take(MAX_CHANGES)
            .collect();
        if changes.is_empty() {
            return FoundEdits { edits, conflicts };
        }
        let mut before = self.judged(&fixes::changed(call, &edits));
        for (vendor, change) in changes {
            for copied in [false, true] {
                if copied && change.from().is_none() {
                    continue;
                }
                let more = fixes::with(&edits, &change, copied);
                let after = self.judged(&fixes::changed(call, &more));
                if is_no_worse(&before, &after) && findings(&after) < findings(&before) {
                    (edits, before) = (more, after);
                    break;
                }
                conflicts.extend(self.conflict(vendor, &change, (&before, &after)));
            }
        }
        FoundEdits { edits, conflicts }
    }

    /// Returns the conflict if a change of a type makes the call worse at another vendor.
    fn conflict(
        &self,
        wants: usize,
        change: &Edit,
        (before, after): (&[Outcome], &[Outcome]),
    ) -> Option<TypeConflict> {
        let ValueSource::As(wanted) = change.source else { return None };
        let mut outcomes = self.in_use.iter().zip(before.iter().zip(after));
        let is_worse = |(at, (before, after)): &(&usize, (&Outcome, &Outcome))| {
            **at != wants && !is_as_good(before, after)
        };
        let (takes, _) = outcomes.find(is_worse)?;
        Some(TypeConflict { path: change.to.clone(), wanted, wants, takes: *takes })
    }

    /// Finds a place that a vendor reads and whose name differs only in case and separators.
    fn field_like(&self, vendor: usize, kind: CallType, path: &str) -> Option<String> {
        let (object, _) = path.rsplit_once('/')?;
        let name = pointer::last(path);
        let fields = self.vendors.info(vendor).call(kind)?.fields.iter();
        let mut places = fields.flat_map(|field| &field.from).filter(|place| *place != path);
        let like = |place: &&String| {
            place.rsplit_once('/').is_some_and(|(other, _)| other == object)
                && norm(&pointer::last(place)) == norm(&name)
        };
        places.find(like).cloned()
    }
}

/// Returns the number of errors and warnings.
fn findings(all: &[Outcome]) -> usize {
    all.iter().map(|outcome| outcome.findings).sum()
}

/// Returns whether each vendor takes a call at least as well as it took another.
fn is_no_worse(before: &[Outcome], after: &[Outcome]) -> bool {
    before.len() == after.len()
        && before.iter().zip(after).all(|(before, after)| is_as_good(before, after))
}

/// Returns whether a vendor takes a call at least as well as it took another: with the same ids, and
/// with a better verdict or no more errors and warnings. Those about a value that no setting lists do
/// not count, because the vendor may have the value.
fn is_as_good(before: &Outcome, after: &Outcome) -> bool {
    let rank = |verdict: Verdict| Verdict::WORST_FIRST.iter().position(|known| *known == verdict);
    let is_better = rank(after.verdict) > rank(before.verdict);
    let is_equal =
        after.verdict == before.verdict && after.unlisted_findings <= before.unlisted_findings;
    (is_better || is_equal)
        && (before.account_id.is_none() || after.account_id == before.account_id)
        && (before.user_id.is_none() || after.user_id == before.user_id)
}
