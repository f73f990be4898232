//! Findings that every call of a library has. For example, a library on a server sends no
//! `anonymousId` with any call, and an app that names no module names none in any event. The screen
//! says this once with a count instead of alarming in each row.
//!
//! The judge thread only counts each call in the tally of its group ([`LibraryGroups::group_id`]).
//! The common findings are derived from the tally when a screen asks, so they are the same after a
//! replay.

use crate::call::CallType;
use crate::engine::index::{FindingSets, SenderPlatform, SetId, TextId};
use crate::engine::judging::vendors_in_use::InUse;
use crate::findings::{Headline, Id, Severity};
use crate::vendors::{CodeEntry, CodeId, Codes};
use hashbrown::HashMap;
use std::collections::BTreeMap;

/// The minimum number of calls of a group. Fewer calls have much in common by chance.
const MIN_CALLS: u64 = 5;
/// The minimum number of calls for a finding that no table describes as a habit of libraries. It
/// may be a mistake of this app, which should stay visible for a while.
const MIN_CALLS_WITHOUT_SUMMARY: u64 = 20;
/// The maximum number of groups. Senders choose the names of libraries, so their number must be
/// bounded. Calls of later libraries are in no group.
const MAX_GROUPS: usize = 1_024;
/// The maximum number of entries of a tally that is scanned again for each frame.
const MAX_SMALL_TALLY: usize = 4_096;

/// The number of a group, from 1. 0 means no group.
pub(crate) type GroupId = u16;

/// The calls of one type from one library.
#[derive(Debug)]
struct LibraryGroup {
    library: TextId,
    kind: CallType,
    name: TextId,
    /// True if its calls have more than one name. One event that is sent repeatedly shows nothing
    /// about the library.
    varied: bool,
}

/// The groups of a recording.
#[derive(Debug, Default)]
pub(crate) struct LibraryGroups {
    groups: Vec<LibraryGroup>,
    ids: HashMap<(TextId, CallType), GroupId>,
    /// The number of calls, without repeats, by group, findings and sender.
    tally: HashMap<(GroupId, SetId, SenderPlatform), u64>,
    /// The group of the last call, because most calls belong to the group of the previous one.
    last: Option<((TextId, CallType), GroupId)>,
}

impl LibraryGroups {
    /// Returns the group of a call.
    pub fn group_id(&mut self, library: TextId, kind: Option<CallType>, name: TextId) -> GroupId {
        let Some(kind) = kind.filter(|_| !library.is_none() && !library.is_unkept()) else {
            return 0;
        };
        if let Some((_, id)) = self.last.filter(|(last, _)| *last == (library, kind)) {
            return id;
        }
        if let Some(&id) = self.ids.get(&(library, kind)) {
            self.last = Some(((library, kind), id));
            return id;
        }
        if self.groups.len() == MAX_GROUPS {
            return 0;
        }
        self.groups.push(LibraryGroup { library, kind, name, varied: false });
        let id = self.groups.len() as GroupId;
        self.ids.insert((library, kind), id);
        id
    }

    /// Notes that a call of the group has this name.
    pub fn note(&mut self, group: GroupId, name: TextId) {
        if let Some(group) =
            usize::from(group).checked_sub(1).and_then(|at| self.groups.get_mut(at))
        {
            group.varied |= group.name != name;
        }
    }

    /// Counts a call that is not a repeat.
    pub fn count(&mut self, group: GroupId, set: SetId, sender: SenderPlatform) {
        if group > 0 {
            *self.tally.entry((group, set, sender)).or_default() += 1;
        }
    }
}

/// A finding that all calls of a group have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct HabitCode {
    library: TextId,
    kind: CallType,
    code: CodeId,
    calls: u64,
}

/// The findings that are common to all calls of a group.
#[derive(Debug, Default)]
pub(crate) struct LibraryHabits {
    folded: HashMap<GroupId, Vec<CodeId>>,
    codes: Vec<HabitCode>,
    /// The number of calls at the last refresh.
    as_of: u64,
}

/// A finding that is common to all calls of a library, as a screen shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HabitView {
    /// The name of the library.
    pub library: String,
    /// The call types of which every call has it.
    pub kinds: Vec<&'static str>,
    /// The number of these calls, without repeats.
    pub calls: u64,
    /// The vendor's index in the registry; `None` for findings of the service.
    pub vendor: Option<usize>,
    /// The codes: one, or those of one family.
    pub codes: Vec<String>,
    /// Its severity.
    pub severity: Severity,
    /// The sentence about all of these calls, if the vendor's table has one.
    pub summary: Option<String>,
}

/// Returns whether a finding may be folded. A missing id is never folded, however many calls miss
/// it, because it is what the user looks for.
fn may_fold(entry: &CodeEntry) -> bool {
    let about_id =
        matches!(entry.headline, Some(Headline::Strong(_) | Headline::Weak(Id::Account)));
    entry.severity < Severity::Info && !about_id
}

impl LibraryHabits {
    /// Derives the common findings again if calls arrived since the last time. A long tally is
    /// scanned only when the number of calls has grown by 1/50.
    pub fn refresh(
        &mut self,
        calls: u64,
        groups: &LibraryGroups,
        in_use: &InUse,
        (sets, codes): (&FindingSets, &Codes),
    ) {
        let grown = if groups.tally.len() <= MAX_SMALL_TALLY { 1 } else { self.as_of / 50 + 1 };
        if calls < self.as_of + grown {
            return;
        }
        let mut seen: BTreeMap<GroupId, (u64, HashMap<CodeId, u64>)> = BTreeMap::new();
        for (&(group, set, sender), &count) in &groups.tally {
            let in_use = in_use.bits(sender);
            let (total, by_code) = seen.entry(group).or_default();
            *total += count;
            for code in &sets.get(set).codes {
                let entry = codes.entry(*code);
                let counts = entry.vendor.is_none_or(|vendor| in_use >> vendor & 1 == 1);
                if counts && may_fold(entry) {
                    *by_code.entry(*code).or_default() += count;
                }
            }
        }
        *self = LibraryHabits { as_of: calls, ..LibraryHabits::default() };
        for (id, (total, by_code)) in seen {
            let group = &groups.groups[usize::from(id) - 1];
            if total < MIN_CALLS || !group.varied {
                continue;
            }
            let all = by_code.into_iter().filter(|(code, count)| {
                let habit = codes.entry(*code).text.summary.is_some();
                *count == total && (habit || total >= MIN_CALLS_WITHOUT_SUMMARY)
            });
            let mut all: Vec<CodeId> = all.map(|(code, _)| code).collect();
            all.sort_unstable();
            let (library, kind) = (group.library, group.kind);
            self.codes.extend(all.iter().map(|&code| HabitCode {
                library,
                kind,
                code,
                calls: total,
            }));
            if !all.is_empty() {
                self.folded.insert(id, all);
            }
        }
    }

    /// Returns the codes that are folded in the rows of a group, sorted.
    pub fn folded(&self, group: GroupId) -> &[CodeId] {
        self.folded.get(&group).map_or(&[], Vec::as_slice)
    }

    /// Returns all common findings: the worst first, then those of the most calls.
    pub fn view(&self, texts: &crate::engine::index::Texts, codes: &Codes) -> Vec<HabitView> {
        let mut views: Vec<HabitView> = Vec::new();
        for common in &self.codes {
            let entry = codes.entry(common.code);
            let library = texts.get(common.library).unwrap_or_default();
            // codes of one family differ by a letter for the call type and have the same summary
            let same = |view: &&mut HabitView| {
                view.library == library
                    && view.vendor == entry.vendor
                    && (view.codes.iter().any(|code| **code == *entry.code)
                        || (view.summary.is_some() && view.summary == entry.text.summary))
            };
            match views.iter_mut().find(same) {
                Some(view) => {
                    view.calls += common.calls;
                    view.kinds.push(common.kind.name());
                    view.codes.push(entry.code.to_string());
                    view.codes.dedup();
                }
                None => views.push(HabitView {
                    library: library.to_owned(),
                    kinds: vec![common.kind.name()],
                    calls: common.calls,
                    vendor: entry.vendor,
                    codes: vec![entry.code.to_string()],
                    severity: entry.severity,
                    summary: entry.text.summary.clone(),
                }),
            }
        }
        views.sort_by_key(|view| (view.severity, std::cmp::Reverse(view.calls)));
        views
    }
}
