//! Compares the verdicts of all calls before and after they were judged again.

use crate::engine::judging::index_request::JudgedIndex;
use crate::findings::{Verdict, VerdictCounts};
use crate::vendors::Vendors;

/// The changes of verdicts, for each vendor. Repeats are not counted, and a vendor counts only the
/// calls for which it is in use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RejudgeDiff {
    /// The number of calls that were judged again.
    pub calls: u64,
    /// The changes at each vendor that exists before and after.
    pub vendors: Vec<VendorChanges>,
}

/// The changes of verdicts at one vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorChanges {
    /// The name of the vendor.
    pub name: String,
    /// The number of calls by verdict before and verdict after, in the order of
    /// [`Verdict::WORST_FIRST`].
    pub moved: [VerdictCounts; Verdict::COUNT],
}

impl VendorChanges {
    /// Returns the change of the number of calls with a verdict.
    pub fn change_to(&self, verdict: Verdict) -> VerdictChange {
        let at = place(verdict);
        let before: u64 = self.moved[at].iter().sum();
        let after: u64 = self.moved.iter().map(|to| to[at]).sum();
        let stayed = self.moved[at][at];
        VerdictChange { before, after, more: after - stayed, fewer: before - stayed }
    }

    /// Returns true if no verdict changed.
    pub fn is_none(&self) -> bool {
        Verdict::WORST_FIRST.iter().all(|verdict| {
            let change = self.change_to(*verdict);
            change.more == 0 && change.fewer == 0
        })
    }

    /// Returns the changes in words: `NAME: 17 more delivered, 2 fewer`.
    pub fn sentence(&self) -> String {
        let mut parts = Vec::new();
        // the best verdict comes first
        for verdict in Verdict::WORST_FIRST.iter().rev() {
            let VerdictChange { more, fewer, .. } = self.change_to(*verdict);
            match (more, fewer) {
                (0, 0) => {}
                (more, 0) => parts.push(format!("{more} more {}", verdict.name())),
                (0, fewer) => parts.push(format!("{fewer} fewer {}", verdict.name())),
                (more, fewer) => {
                    parts.push(format!("{more} more {}, {fewer} fewer", verdict.name()));
                }
            }
        }
        match parts.is_empty() {
            true => format!("{}: no change", self.name),
            false => format!("{}: {}", self.name, parts.join("; ")),
        }
    }
}

/// The change of the number of calls with a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerdictChange {
    /// The number of calls with the verdict before.
    pub before: u64,
    /// The number of calls with the verdict after.
    pub after: u64,
    /// The number of calls that have the verdict after and had another before.
    pub more: u64,
    /// The number of calls that had the verdict before and have another after.
    pub fewer: u64,
}

fn place(verdict: Verdict) -> usize {
    let found = Verdict::WORST_FIRST.iter().position(|known| *known == verdict);
    found.expect("every verdict is in the list")
}

/// Compares the verdicts of the same calls in two indexes of the same lines.
pub(crate) fn between(
    (before, old): (&JudgedIndex, &Vendors),
    (after, new): (&JudgedIndex, &Vendors),
) -> RejudgeDiff {
    let both = new.names().enumerate().filter_map(|(at, name)| Some((old.index_of(name)?, at)));
    let both: Vec<(usize, usize)> = both.collect();
    let mut moved = vec![[VerdictCounts::default(); Verdict::COUNT]; both.len()];
    let calls = before.store.calls.len().min(after.store.calls.len());
    let mut counted = 0;
    for nth in 0..calls {
        let pair = (before.store.calls.get(nth), after.store.calls.get(nth));
        let (Some(was), Some(is)) = pair else { break };
        if is.flags.repeat() {
            continue;
        }
        counted += 1;
        let Some(request) = after.store.requests.get(u64::from(is.request)) else { break };
        let in_use = after.in_use.bits(request.sender);
        let (was, is) = (before.store.sets.get(was.set), after.store.sets.get(is.set));
        let counted = both.iter().enumerate().filter(|(_, (_, new))| in_use >> new & 1 == 1);
        for (at, (old, new)) in counted {
            let moved = &mut moved[at];
            moved[place(was.verdicts[*old])][place(is.verdicts[*new])] += 1;
        }
    }
    let named = both
        .iter()
        .zip(moved)
        .map(|((_, at), moved)| VendorChanges { name: new.info(*at).name.clone(), moved });
    RejudgeDiff { calls: counted, vendors: named.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_in_words() {
        let [_, rejected, dropped, _, delivered, _] = Verdict::WORST_FIRST.map(place);
        let mut changes = VendorChanges { name: "acme".to_owned(), moved: Default::default() };
        assert_eq!(changes.sentence(), "acme: no change");
        changes.moved[delivered][delivered] = 100;
        assert_eq!(changes.sentence(), "acme: no change");
        assert!(changes.is_none());
        changes.moved[rejected][delivered] = 17;
        changes.moved[delivered][dropped] = 2;
        assert_eq!(
            changes.sentence(),
            "acme: 17 more delivered, 2 fewer; 2 more dropped; 17 fewer rejected"
        );
        let delivered = changes.change_to(Verdict::Delivered);
        assert_eq!((delivered.before, delivered.after), (102, 117));
        assert_eq!((delivered.more, delivered.fewer), (17, 2));
    }
}
