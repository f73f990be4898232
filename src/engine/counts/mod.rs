//! What was captured, counted by event, finding, library, app version, write key, account and user:
//! what the findings, coverage and people views and `/_segscope/summary` show. The counts are kept
//! up to date as calls come (see [`crate::engine::index::CallCounts`]); a view copies the cells and groups them
//! without holding the lock.
//!
//! What a number counts, here and wherever else one is said (the log's header, the window of what is
//! set aside, `check`, the summary at the end, `--plain`):
//!
//! * "calls" are calls without repeats. Repeats are a number of their own beside it and in no other
//!   one: not in ids, verdicts, findings or people. (A row of the log is either, and a filter lets
//!   either through: `!repeat` leaves repeats out.)
//! * A finding that only repeats have is still a finding, of 0 calls: it is listed, and `check` fails
//!   on it.
//! * A vendor counts for the calls for which it is in use: its ids, verdicts and findings are in no
//!   number about another call.
//! * The share with an id is of the calls in which a vendor in use looks for it ([`IdShare`]).
//! * An account or a user has the calls in which the first vendor in use that finds an id finds it.

mod expected;
pub(crate) mod filtered_counts;
pub(crate) mod finding_totals;
mod findings;
pub(crate) mod grouped_rows;
pub(crate) mod histogram;
pub(crate) mod id_remarks;
mod id_shares;
pub(crate) mod library_habits;
pub(crate) mod object_push;
mod people;
pub(crate) mod plan_counts;
pub(crate) mod timeline;
pub(crate) mod totals;

pub use crate::engine::counts::filtered_counts::{CountProgress, FilteredCounts};
pub use crate::engine::counts::id_shares::IdShare;
pub use expected::{ExpectationResult, ExpectationStatus, Expectations, LearnedPlan};
pub use people::{Person, RelatedId, Who};

use crate::engine::Engine;
use crate::engine::counts::grouped_rows::{CountedCalls, GroupedRows, MOST_ROWS, counted, words};
use crate::engine::counts::id_remarks::IdRemarkView;
use crate::engine::index::{
    CallShape, CellKey, Count, Index, SenderPlatform, SetInfo, TextId, VendorBits,
};
use crate::findings::{Effect, Severity, Verdict, VerdictCounts};
use crate::vendors::CodeId;
use hashbrown::HashMap;
use std::sync::Arc;

/// What calls are grouped by, besides their event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GroupBy {
    /// Nothing.
    Event,
    /// The library's name and version.
    Library,
    /// `context.app.version`
    AppVersion,
    /// The write key.
    WriteKey,
}

/// A group of calls in the coverage view.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The type; none where the limit did not allow to tell it apart.
    pub kind: Option<String>,
    /// The event, or the name of a page or a screen; of other types none.
    pub event: Option<String>,
    /// The library, version or write key; none for calls without, and where nothing was asked for.
    pub by: Option<String>,
    /// The library's version, which `by` ends with.
    pub by_version: Option<String>,
    /// How many, and when.
    pub counted: CountedCalls,
    /// How the account id stands in them, and the user id.
    pub ids: [IdShare; 2],
    /// Calls that lack an id at a vendor in use.
    pub missing: u64,
    /// Calls that the service in front of the vendors discards.
    pub discarded: u64,
    /// The calls without repeats by vendor and verdict, in the order of [`Verdict::WORST_FIRST`]. A
    /// vendor counts for the calls for which it is in use.
    pub verdicts: Vec<VerdictCounts>,
}

/// A finding of an event in the findings view.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundIn {
    /// The code.
    pub code: String,
    /// What it says of every call that has it, in a few words.
    pub what: String,
    /// How bad it is.
    pub severity: Severity,
    /// What it does to a call.
    pub effect: Effect,
    /// The vendor's place in the registry; none for what Segment itself does.
    pub vendor: Option<usize>,
    /// Whether the vendor counts for these calls.
    pub in_use: bool,
    /// The type of the calls.
    pub kind: Option<String>,
    /// The event, or the name of a page or a screen.
    pub event: Option<String>,
    /// How many calls have it, and when.
    pub counted: CountedCalls,
    /// It is no finding of calls but a remark about ids. Then `kind` and `event` say which id, and
    /// `counted` counts the ids.
    pub remark: Option<Box<IdRemarkView>>,
}

/// What the index holds besides a row a call and a row a request, and where it is full.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IndexUsage {
    /// Different texts: names, ids, keys, libraries.
    pub texts: u64,
    /// How long they are together.
    pub text_bytes: u64,
    /// Texts that came when there was no room, each time that they came.
    pub unkept: u64,
    /// Calls that the counts do not tell apart because a limit was reached.
    pub other: u64,
}

/// A copy of what the counts need, taken under the lock.
struct Snapshot {
    cells: Vec<(CellKey, Count)>,
    other: u64,
    shapes: Vec<CallShape>,
    sets: Vec<Arc<SetInfo>>,
    in_use: [VendorBits; 3],
    vendors: usize,
    /// The codes of violations of the plan that are errors.
    of_plan: Vec<CodeId>,
}

impl Snapshot {
    fn shape(&self, key: &CellKey) -> &CallShape {
        &self.shapes[usize::from(key.shape.0)]
    }

    /// Whether the calls of a cell violate the plan.
    fn is_violating(&self, key: &CellKey) -> bool {
        let codes = &self.sets[key.set.0 as usize].codes;
        self.of_plan.iter().any(|code| codes.binary_search(code).is_ok())
    }

    fn set(&self, key: &CellKey) -> (&SetInfo, VendorBits) {
        let sender = self.shape(key).sender as usize;
        (&self.sets[key.set.0 as usize], self.in_use[sender])
    }
}

#[derive(Default)]
struct Sum {
    count: Count,
    ids: [IdShare; 2],
    missing: u64,
    discarded: u64,
    verdicts: Vec<VerdictCounts>,
}

impl Sum {
    fn add(&mut self, key: &CellKey, count: &Count, snapshot: &Snapshot) {
        let (set, in_use) = snapshot.set(key);
        self.count.merge(count);
        for (sum, share) in self.ids.iter_mut().zip(crate::engine::counts::id_shares::shares(
            key,
            count.calls,
            (set, in_use),
        )) {
            sum.merge(&share);
        }
        self.missing += if set.missing(in_use) { count.calls } else { 0 };
        self.discarded += if set.discarded.is_some() { count.calls } else { 0 };
        self.verdicts.resize(snapshot.vendors, VerdictCounts::default());
        for (vendor, verdict) in set.verdicts.iter().enumerate() {
            let place = Verdict::WORST_FIRST.iter().position(|known| known == verdict);
            if let Some(place) = place.filter(|_| in_use >> vendor & 1 == 1) {
                self.verdicts[vendor][place] += count.calls;
            }
        }
    }
}

/// The event of a cell: its type and its name.
type Event = (TextId, TextId);
/// A dimension's value: a text, and a second one that belongs to it.
pub(crate) type Value = (TextId, TextId);

/// Returns the value that a call of a shape is counted by.
pub(crate) fn value(by: GroupBy, shape: &CallShape) -> Value {
    match by {
        GroupBy::Event => (TextId::NONE, TextId::NONE),
        GroupBy::Library => (shape.library, shape.library_version),
        GroupBy::AppVersion => (shape.app_version, TextId::NONE),
        GroupBy::WriteKey => (shape.write_key, TextId::NONE),
    }
}

/// A dimension's value as it is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ValueText {
    /// The whole of it: `analytics-go 3.0`, `2.1`.
    pub text: Option<String>,
    /// The version in it, of a library.
    pub version: Option<String>,
}

impl ValueText {
    pub(crate) fn new(store: &Index, (value, more): Value) -> ValueText {
        let text = words(store, value);
        let version = text.as_ref().and_then(|_| words(store, more));
        let text = match &version {
            Some(version) => text.map(|text| format!("{text} {version}")),
            None => text,
        };
        ValueText { text, version }
    }

    /// The text without the version.
    pub(crate) fn name(&self) -> Option<&str> {
        let text = self.text.as_deref()?;
        let version = self.version.as_deref().unwrap_or_default();
        Some(text.strip_suffix(version).unwrap_or(text).trim_end())
    }
}

impl Engine {
    /// What the index holds of what is bounded.
    pub fn held(&self) -> IndexUsage {
        let state = self.lock();
        let index = &state.index;
        let (texts, bytes) = index.store.texts.kept();
        let unkept = index.store.texts.unkept();
        let ids = [&index.ids.accounts, &index.ids.users];
        let other = index.cube.other();
        let apart = [other.calls + other.repeats, ids[0].other(), ids[1].other()];
        IndexUsage {
            texts: texts as u64,
            text_bytes: bytes as u64,
            unkept,
            other: apart.into_iter().max().unwrap_or(0),
        }
    }

    fn snapshot(&self) -> Snapshot {
        self.snapshot_under(None)
    }

    fn snapshot_of_rows(&self, rows: &[u64]) -> Snapshot {
        let cube = self.cube_of(rows);
        let other = cube.other().calls + cube.other().repeats;
        Snapshot { cells: cube.cells().to_vec(), other, ..self.snapshot() }
    }

    /// What the counts of the calls that pass a filter need; of all calls without one.
    fn snapshot_under(&self, counts: Option<&FilteredCounts>) -> Snapshot {
        let vendors = self.vendors();
        let state = self.lock();
        let index = &state.index;
        let cube = counts.map_or(&index.cube, |counts| &counts.cube);
        Snapshot {
            cells: cube.cells().to_vec(),
            other: cube.other().calls + cube.other().repeats,
            shapes: index.store.shapes.all().to_vec(),
            sets: index.store.sets.all().to_vec(),
            in_use: SenderPlatform::ALL.map(|sender| index.in_use.bits(sender)),
            vendors: vendors.len(),
            of_plan: vendors.codes().plan_errors(),
        }
    }

    /// Calls event by event, and within each by something more; the most frequent first.
    pub fn coverage(&self, by: GroupBy) -> GroupedRows<Coverage> {
        self.coverage_under(by, None)
    }

    /// Returns the coverage of the calls in `counts`, or of all calls without it.
    pub fn coverage_under(
        &self,
        by: GroupBy,
        counts: Option<&FilteredCounts>,
    ) -> GroupedRows<Coverage> {
        let snapshot = self.snapshot_under(counts);
        self.grouped(snapshot, |key, shape| ((shape.kind, key.event), value(by, shape)))
    }

    /// Returns the calls of some rows, event by event; the most frequent first.
    pub fn coverage_of_rows(&self, rows: &[u64]) -> GroupedRows<Coverage> {
        let snapshot = self.snapshot_of_rows(rows);
        self.grouped(snapshot, |key, shape| ((shape.kind, key.event), value(GroupBy::Event, shape)))
    }

    /// All calls by a library, app version or write key, whatever the event.
    pub fn totals(&self, by: GroupBy) -> GroupedRows<Coverage> {
        self.grouped(self.snapshot(), |_, shape| ((TextId::NONE, TextId::NONE), value(by, shape)))
    }

    fn grouped(
        &self,
        snapshot: Snapshot,
        group: impl Fn(&CellKey, &CallShape) -> (Event, Value),
    ) -> GroupedRows<Coverage> {
        let group = |key: &CellKey| group(key, snapshot.shape(key));
        // which groups stand first follows from little; only of these the rest is summed up
        let mut ranks: HashMap<(Event, Value), (u64, u64)> = HashMap::new();
        for (key, count) in &snapshot.cells {
            let (calls, first) = ranks.entry(group(key)).or_insert((0, u64::MAX));
            *calls += count.calls;
            *first = count.first.min(*first);
        }
        let of = ranks.len() as u64;
        let mut ranks: Vec<((Event, Value), (u64, u64))> = ranks.into_iter().collect();
        let rank = |(calls, first): (u64, u64)| (std::cmp::Reverse(calls), first);
        if ranks.len() > MOST_ROWS {
            ranks.select_nth_unstable_by_key(MOST_ROWS, |(_, sum)| rank(*sum));
            ranks.truncate(MOST_ROWS);
        }
        ranks.sort_unstable_by_key(|(_, sum)| rank(*sum));
        let groups = ranks.iter().enumerate();
        let places: HashMap<(Event, Value), usize> =
            groups.map(|(place, (group, _))| (*group, place)).collect();
        let mut sums: Vec<((Event, Value), Sum)> =
            ranks.iter().map(|(group, _)| (*group, Sum::default())).collect();
        for (key, count) in &snapshot.cells {
            if let Some(place) = places.get(&group(key)) {
                sums[*place].1.add(key, count, &snapshot);
            }
        }
        let state = self.lock();
        let index = &state.index;
        let text = |id: TextId| words(&index.store, id);
        let rows = sums.into_iter().filter_map(|(((kind, event), by), sum)| {
            let ValueText { text: by, version } = ValueText::new(&index.store, by);
            Some(Coverage {
                kind: text(kind),
                event: text(event),
                by_version: version,
                by,
                counted: counted(index, &sum.count)?,
                ids: sum.ids,
                missing: sum.missing,
                discarded: sum.discarded,
                verdicts: sum.verdicts,
            })
        });
        GroupedRows { rows: rows.collect(), of, other: snapshot.other }
    }
}
