//! What every call of a library has in common. A library on a server sends no `anonymousId` with
//! any call, and an app that names no module names none in all of its events: that is worth one
//! sentence with a count, not an alarm in each row.
//!
//! Judging adds one number a call ([`LibraryGroups::group_id`]); what is common is worked out from the tally
//! when a screen asks, and so is the same after a replay.

use crate::call::CallType;
use crate::engine::index::{FindingSets, SenderPlatform, SetId, TextId};
use crate::engine::judging::vendors_in_use::InUse;
use crate::findings::{Headline, Id, Severity};
use crate::vendors::{CodeEntry, CodeId, Codes};
use hashbrown::HashMap;
use std::collections::BTreeMap;

/// Fewer calls than this have much in common by chance.
const LEAST_CALLS: u64 = 5;
/// The same for what no table calls a habit of libraries: it may be a mistake of this app, to be
/// seen for a while.
const LEAST_CALLS_OTHERWISE: u64 = 20;
/// Libraries name themselves, so their number is bounded; calls of later ones are in no group.
const MOST_GROUPS: usize = 1_024;
/// Up to so many entries the tally is looked through for each frame.
const SMALL_TALLY: usize = 4_096;

/// The number of a group; 0 is no group.
pub(crate) type GroupId = u16;

/// The calls of one type from one library.
#[derive(Debug)]
struct LibraryGroup {
    library: TextId,
    kind: CallType,
    name: TextId,
    /// Its calls have more than one name: one event sent again and again shows nothing about the
    /// library.
    varied: bool,
}

/// The groups of a recording.
#[derive(Debug, Default)]
pub(crate) struct LibraryGroups {
    groups: Vec<LibraryGroup>,
    ids: HashMap<(TextId, CallType), GroupId>,
    /// Calls without repeats, by group, by what was found and by who sent them.
    tally: HashMap<(GroupId, SetId, SenderPlatform), u64>,
    /// The group of the last call: most are of that of the one before.
    last: Option<((TextId, CallType), GroupId)>,
}

impl LibraryGroups {
    /// The group of a call.
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
        if self.groups.len() == MOST_GROUPS {
            return 0;
        }
        self.groups.push(LibraryGroup { library, kind, name, varied: false });
        let id = self.groups.len() as GroupId;
        self.ids.insert((library, kind), id);
        id
    }

    /// A call of the group has this name.
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

/// What is common, as of some number of calls.
#[derive(Debug, Default)]
pub(crate) struct LibraryHabits {
    folded: HashMap<GroupId, Vec<CodeId>>,
    codes: Vec<HabitCode>,
    as_of: u64,
}

/// What one finding that is common is, in the words that a screen needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HabitView {
    /// The library.
    pub library: String,
    /// The call types of which each call has it.
    pub kinds: Vec<&'static str>,
    /// How many calls that are, repeats not counted.
    pub calls: u64,
    /// The vendor's place in the registry; none for what Segment itself does.
    pub vendor: Option<usize>,
    /// The codes: one, or those of one family.
    pub codes: Vec<String>,
    /// Its severity.
    pub severity: Severity,
    /// What it says of all of them, if its table has words for that.
    pub summary: Option<String>,
}

/// A missing id is never noise, however many calls miss it: it is what one looks for.
fn may_fold(entry: &CodeEntry) -> bool {
    let about_id =
        matches!(entry.headline, Some(Headline::Strong(_) | Headline::Weak(Id::Account)));
    entry.severity < Severity::Info && !about_id
}

impl LibraryHabits {
    /// Looks again if calls came since. A tally that is long is looked through only when the
    /// calls have grown by a fiftieth.
    pub fn refresh(
        &mut self,
        calls: u64,
        groups: &LibraryGroups,
        in_use: &InUse,
        (sets, codes): (&FindingSets, &Codes),
    ) {
        let grown = if groups.tally.len() <= SMALL_TALLY { 1 } else { self.as_of / 50 + 1 };
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
            if total < LEAST_CALLS || !group.varied {
                continue;
            }
            let all = by_code.into_iter().filter(|(code, count)| {
                let habit = codes.entry(*code).text.summary.is_some();
                *count == total && (habit || total >= LEAST_CALLS_OTHERWISE)
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

    /// The codes that are folded in the rows of a group, sorted.
    pub fn folded(&self, group: GroupId) -> &[CodeId] {
        self.folded.get(&group).map_or(&[], Vec::as_slice)
    }

    /// All of it: the worst first, then what most calls have.
    pub fn view(&self, texts: &crate::engine::index::Texts, codes: &Codes) -> Vec<HabitView> {
        let mut views: Vec<HabitView> = Vec::new();
        for common in &self.codes {
            let entry = codes.entry(common.code);
            let library = texts.get(common.library).unwrap_or_default();
            // a family's code has a letter for the call type: what it says is one thing
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
