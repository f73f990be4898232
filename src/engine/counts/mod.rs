//! Counts of the captured calls by event, finding, library, app version, write key, account and
//! user, for the findings, coverage and people views and `/_segscope/summary`. The judge thread
//! updates the counts with each call (see [`crate::engine::index::CallCounts`]). A view copies the
//! cells and groups them without holding the lock.
//!
//! All numbers follow these rules, here and in the log's header, the window of common findings,
//! `check`, the summary at the end, and `--plain`:
//!
//! * "calls" are calls without repeats. Repeats have a number of their own and are part of no other
//!   number: ids, verdicts, findings and people leave them out. (A row of the log is a call or a
//!   repeat, and a filter selects both: `!repeat` leaves repeats out.)
//! * A finding that only repeats have is still a finding, of 0 calls. It is listed, and `check`
//!   fails on it.
//! * A vendor counts only for the calls for which it is in use. Its ids, verdicts and findings
//!   about other calls are in no number.
//! * The share of calls with an id is a share of the calls in which a vendor in use looks for it
//!   ([`IdShare`]).
//! * A call belongs to the account and the user that the first vendor in use that finds an id
//!   finds; a doubtful id of any vendor in use comes first.

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
use crate::engine::counts::grouped_rows::{CountedCalls, GroupedRows, MAX_ROWS, counted, words};
use crate::engine::counts::id_remarks::IdRemarkView;
use crate::engine::index::{
    CallShape, CellKey, Count, Index, SenderPlatform, SetInfo, TextId, VendorBits,
};
use crate::findings::{Effect, Severity, Verdict, VerdictCounts};
use crate::vendors::CodeId;
use hashbrown::HashMap;
use std::sync::Arc;

/// The property by which calls are grouped in addition to their event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GroupBy {
    /// No other property.
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
    /// The type; `None` if the type is not counted separately because a limit was reached.
    pub kind: Option<String>,
    /// The event, or the name of a page or a screen; `None` for other types.
    pub event: Option<String>,
    /// The library, version or write key; `None` for calls without it and for [`GroupBy::Event`].
    pub by: Option<String>,
    /// The version of the library, which is the end of `by`.
    pub by_version: Option<String>,
    /// The number of calls, and their times.
    pub counted: CountedCalls,
    /// The shares of calls with the account id and with the user id.
    pub ids: [IdShare; 2],
    /// The number of calls that lack an id at a vendor in use.
    pub missing: u64,
    /// The number of calls that the service in front of the vendors discards.
    pub discarded: u64,
    /// The number of calls, without repeats, by vendor and verdict, in the order of
    /// [`Verdict::WORST_FIRST`]. A vendor counts only the calls for which it is in use.
    pub verdicts: Vec<VerdictCounts>,
}

/// A finding of an event in the findings view.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundIn {
    /// The code.
    pub code: String,
    /// A short text that is true of every call with this finding.
    pub what: String,
    /// Its severity.
    pub severity: Severity,
    /// Its effect on a call.
    pub effect: Effect,
    /// The vendor's index in the registry; `None` for findings of the service.
    pub vendor: Option<usize>,
    /// True if the vendor is in use for these calls.
    pub in_use: bool,
    /// The type of the calls.
    pub kind: Option<String>,
    /// The event, or the name of a page or a screen.
    pub event: Option<String>,
    /// The number of calls that have it, and their times.
    pub counted: CountedCalls,
    /// The remark about ids, if the row is one instead of a finding of calls. `kind` and `event`
    /// then name the id, and `counted` counts ids.
    pub remark: Option<Box<IdRemarkView>>,
}

/// The sizes of the parts of the index that are bounded, and the number of calls that exceeded a
/// bound. (The index also has one row per call and one per request.)
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IndexUsage {
    /// The number of different texts: names, ids, keys, libraries.
    pub texts: u64,
    /// The total size of the texts.
    pub text_bytes: u64,
    /// The number of times that a text arrived for which there was no room.
    pub unkept: u64,
    /// The number of calls that are not counted separately because a limit was reached.
    pub other: u64,
}

/// A copy of the data from which a view is built, taken under the lock.
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

    /// Returns whether the calls of a cell violate the plan.
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
/// The value of a [`GroupBy`] property: a text, and a second text such as the version of a library.
pub(crate) type Value = (TextId, TextId);

/// Returns the value by which a call of a shape is grouped.
pub(crate) fn value(by: GroupBy, shape: &CallShape) -> Value {
    match by {
        GroupBy::Event => (TextId::NONE, TextId::NONE),
        GroupBy::Library => (shape.library, shape.library_version),
        GroupBy::AppVersion => (shape.app_version, TextId::NONE),
        GroupBy::WriteKey => (shape.write_key, TextId::NONE),
    }
}

/// The value of a [`GroupBy`] property as it is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ValueText {
    /// The whole text: `analytics-go 3.0`, `2.1`.
    pub text: Option<String>,
    /// The version in the text of a library.
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

    /// Returns the text without the version.
    pub(crate) fn name(&self) -> Option<&str> {
        let text = self.text.as_deref()?;
        let version = self.version.as_deref().unwrap_or_default();
        Some(text.strip_suffix(version).unwrap_or(text).trim_end())
    }
}

impl Engine {
    /// Returns the usage of the bounded parts of the index.
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

    /// Copies the data about the calls that pass a filter, or about all calls without one.
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

    /// Returns the calls by event and, within each event, by another property; the most frequent
    /// first.
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

    /// Returns the calls of some rows by event; the most frequent first.
    pub fn coverage_of_rows(&self, rows: &[u64]) -> GroupedRows<Coverage> {
        let snapshot = self.snapshot_of_rows(rows);
        self.grouped(snapshot, |key, shape| ((shape.kind, key.event), value(GroupBy::Event, shape)))
    }

    /// Returns all calls by library, app version or write key, whatever their event.
    pub fn totals(&self, by: GroupBy) -> GroupedRows<Coverage> {
        self.grouped(self.snapshot(), |_, shape| ((TextId::NONE, TextId::NONE), value(by, shape)))
    }

    fn grouped(
        &self,
        snapshot: Snapshot,
        group: impl Fn(&CellKey, &CallShape) -> (Event, Value),
    ) -> GroupedRows<Coverage> {
        let group = |key: &CellKey| group(key, snapshot.shape(key));
        // the number of calls decides which groups come first, so only these groups are summed in
        // full
        let mut ranks: HashMap<(Event, Value), (u64, u64)> = HashMap::new();
        for (key, count) in &snapshot.cells {
            let (calls, first) = ranks.entry(group(key)).or_insert((0, u64::MAX));
            *calls += count.calls;
            *first = count.first.min(*first);
        }
        let of = ranks.len() as u64;
        let mut ranks: Vec<((Event, Value), (u64, u64))> = ranks.into_iter().collect();
        let rank = |(calls, first): (u64, u64)| (std::cmp::Reverse(calls), first);
        if ranks.len() > MAX_ROWS {
            ranks.select_nth_unstable_by_key(MAX_ROWS, |(_, sum)| rank(*sum));
            ranks.truncate(MAX_ROWS);
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
