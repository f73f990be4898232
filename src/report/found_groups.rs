//! Findings of calls while they are put together: one group for each code, event, fix and places.

use crate::call::text::visible_id;
use crate::engine::{CallDetail, CallGroup};
use crate::findings::advice::{self, IdRoute};
use crate::findings::fixes::service_fix;
use crate::findings::{Finding, Headline};
use crate::report::findings::{CorrectedSnippet, FindingGroup};
use crate::report::findings_of_code::{alike, findings_of};
use crate::vendors::{CodeId, Vendors};
use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

/// Groups of findings while they are put together.
#[derive(Default)]
pub(crate) struct FoundGroups {
    pub groups: Vec<FoundGroup>,
    /// The number of each group, by the hash of its key.
    numbers: HashTable<usize>,
    hasher: DefaultHashBuilder,
}

/// A group while it is put together.
pub(crate) struct FoundGroup {
    pub code: CodeId,
    pub group: FindingGroup,
    /// The fix as soon as several calls have the finding, if the fix is that of one call only.
    shared_fix: Option<String>,
}

/// The key of a group: findings with the same code, event, fix and places are one entry.
#[derive(PartialEq, Eq, Hash)]
struct GroupKey<'f> {
    code: CodeId,
    event: Option<&'f str>,
    fix: &'f str,
    paths: Vec<&'f str>,
}

impl<'f> GroupKey<'f> {
    fn from_group(FoundGroup { code, group, shared_fix }: &'f FoundGroup) -> GroupKey<'f> {
        let paths = [&group.path].into_iter().chain(&group.other_paths);
        GroupKey {
            code: *code,
            event: group.event.as_deref(),
            fix: shared_fix.as_ref().unwrap_or(&group.fix),
            paths: paths.map(String::as_str).collect(),
        }
    }
}

impl FoundGroups {
    /// Adds calls to the group with a key. Returns false if there is no such group.
    fn count(&mut self, key: &GroupKey<'_>, calls: u64, repeats: u64) -> bool {
        let groups = &self.groups;
        let is_it = |number: &usize| GroupKey::from_group(&groups[*number]) == *key;
        let Some(&number) = self.numbers.find(self.hasher.hash_one(key), is_it) else {
            return false;
        };
        let FoundGroup { group, shared_fix, .. } = &mut self.groups[number];
        group.calls += calls;
        group.repeats += repeats;
        if let Some(fix) = shared_fix.take() {
            group.fix = fix;
        }
        true
    }

    fn insert(&mut self, found: FoundGroup) {
        self.groups.push(found);
        let (groups, hasher) = (&self.groups, &self.hasher);
        let hash = |number: &usize| hasher.hash_one(GroupKey::from_group(&groups[*number]));
        let number = groups.len() - 1;
        self.numbers.insert_unique(hash(&number), number, hash);
    }

    /// Adds the groups of later calls. A group that both have keeps its example.
    pub fn merge(&mut self, later: FoundGroups) {
        for later in later.groups {
            let FindingGroup { calls, repeats, .. } = later.group;
            if !self.count(&GroupKey::from_group(&later), calls, repeats) {
                self.insert(later);
            }
        }
    }

    /// Adds the findings of a group of calls; `call` is the first of them.
    pub fn add(&mut self, vendors: &Vendors, calls: &CallGroup, call: &CallDetail) {
        let (mut corrected, snippet) = (None, || CorrectedSnippet::from_call(call));
        let event = calls.is_alike.then(|| event(call));
        for &code in &calls.codes {
            let entry = vendors.codes().entry(code);
            let all = findings_of(entry, call);
            for findings in alike(&all, entry.text.of_plan) {
                let finding = findings[0];
                let (fix, shared_fix) = fixes_of(finding, calls, call);
                let paths = findings.iter().map(|finding| finding.path.as_str()).collect();
                let key_fix = shared_fix.as_deref().unwrap_or(fix);
                let key = GroupKey { code, event: event.as_deref(), fix: key_fix, paths };
                if self.count(&key, calls.calls, calls.repeats) {
                    continue;
                }
                let (fix, shared_fix) = match calls.calls + calls.repeats {
                    1 => (fix.to_owned(), shared_fix),
                    _ => (shared_fix.unwrap_or_else(|| fix.to_owned()), None),
                };
                let is_mended = calls.is_alike
                    && (call.edits.iter().any(|edit| edit.answers(finding))
                        || service_fix(finding, &call.edits).is_some());
                let group = FindingGroup {
                    unit: "call",
                    code: entry.code.to_string(),
                    severity: entry.severity,
                    missing: matches!(entry.headline, Some(Headline::Strong(_))),
                    fails: false,
                    vendor: entry.vendor.filter(|_| !entry.text.once).map(|at| {
                        let info = vendors.info(at);
                        (info.name.clone(), info.title.clone())
                    }),
                    event: event.clone(),
                    event_name: call.name.clone().filter(|_| calls.is_alike),
                    calls: calls.calls,
                    repeats: calls.repeats,
                    message: finding.message.clone(),
                    why: finding.why.clone(),
                    history: finding.history.clone(),
                    fix,
                    path: finding.path.clone(),
                    other_paths: findings.iter().skip(1).map(|other| other.path.clone()).collect(),
                    example: example(call),
                    corrected: match is_mended {
                        true => corrected.get_or_insert_with(snippet).clone(),
                        false => None,
                    },
                };
                self.insert(FoundGroup { code, group, shared_fix });
            }
        }
    }
}

/// Returns the fix of a finding, and another one for several calls if the first is that of one call
/// only: an account id from earlier calls of a user is wrong for other users, so the fix of several
/// calls names only the place.
fn fixes_of<'f>(
    finding: &'f Finding,
    calls: &CallGroup,
    call: &CallDetail,
) -> (&'f str, Option<String>) {
    if !calls.is_alike {
        return (
            "these calls differ: choose some with --filter to see what each has to change",
            None,
        );
    }
    let shared = advice::names_earlier_call(&finding.fix).then(|| {
        let edit = call.edits.iter().find(|edit| edit.answers(finding));
        let place = edit.map_or(&finding.path, |edit| &edit.to);
        let route = IdRoute::from_hint(finding.hints.iter().flatten().next(), place);
        advice::fix(route, place, "")
    });
    (&finding.fix, shared)
}

/// Returns the type and name of a call, such as `track "Signed Up"`.
fn event(call: &CallDetail) -> String {
    let kind = call.kind.as_deref().unwrap_or("no type");
    match &call.name {
        Some(name) => format!("{kind} \"{name}\""),
        None => kind.to_owned(),
    }
}

fn example(call: &CallDetail) -> String {
    let mut text = format!("call {}: {}", call.seq.0, event(call));
    for (name, id) in [("account", &call.account_id), ("user", &call.user_id)] {
        if let Some(id) = id {
            text.push_str(&format!(", {name} {}", visible_id(id)));
        }
    }
    text
}

#[cfg(test)]
mod tests;
