//! Compares the captured calls with a plan, and learns a plan from them.

use crate::call::{CallType, Doc, Event, SyntaxError};
use crate::engine::counts::filtered_counts::FilteredCounts;
use crate::engine::counts::grouped_rows::{CountedCalls, counted, words};
use crate::engine::counts::id_shares::shares;
use crate::engine::counts::{CellKey, Coverage, Snapshot, Sum};
use crate::engine::index::{CallShape, Count, TextId};
use crate::engine::{Engine, RowDetail};
use crate::plan::{CountRange, Expectation, ID_NAMES, MAX_EXPECTED, Plan, PropertyLearner};
use hashbrown::HashMap;

/// The result of comparing the calls of an expectation with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectationStatus {
    /// No call arrived.
    Unseen,
    /// Some calls lack an expected id.
    Lacking,
    /// Calls arrived that must not be sent.
    Unwanted,
    /// All calls have their ids, and some violate the plan.
    Violating,
    /// All calls are as expected, but too few arrived.
    TooFew,
    /// All calls are as expected, but too many arrived.
    TooMany,
    /// No call arrived, and none has to.
    Optional,
    /// Enough calls arrived, all with their ids.
    Met,
}

impl ExpectationStatus {
    /// Returns the name of the status in the output for scripts.
    pub fn name(self) -> &'static str {
        match self {
            ExpectationStatus::Unseen => "unseen",
            ExpectationStatus::Lacking => "lacking",
            ExpectationStatus::Unwanted => "unwanted",
            ExpectationStatus::Violating => "violating",
            ExpectationStatus::TooFew => "too few",
            ExpectationStatus::TooMany => "too many",
            ExpectationStatus::Optional => "optional",
            ExpectationStatus::Met => "met",
        }
    }

    /// Returns whether the plan is met.
    pub fn is_met(self) -> bool {
        matches!(self, ExpectationStatus::Met | ExpectationStatus::Optional)
    }
}

/// An expectation and the calls that belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectationResult {
    /// The expectation of the plan.
    pub wanted: Expectation,
    /// The calls that arrived.
    pub came: Coverage,
    /// The number of calls, without repeats, that have all expected ids.
    pub with_ids: u64,
    /// The number of calls that lack the expected account id, and user id: no vendor in use finds
    /// it, or one misses it.
    pub lack: [u64; 2],
    /// The number of these calls in which one vendor in use finds the id and another misses it.
    pub some_miss: [u64; 2],
    /// The number of calls in which the expected id is present but looks wrong: a number, `"null"`.
    pub doubtful: [u64; 2],
    /// The number of calls that violate the plan.
    pub violating: u64,
}

impl ExpectationResult {
    /// Creates the result of an expectation without calls. `vendors` is the number of vendors.
    pub fn unseen(wanted: Expectation, vendors: usize) -> ExpectationResult {
        let came = Coverage {
            kind: Some(wanted.kind.name().to_owned()),
            event: wanted.name.clone(),
            verdicts: vec![Default::default(); vendors],
            ..Coverage::default()
        };
        let none = [0, 0];
        ExpectationResult {
            wanted,
            came,
            with_ids: 0,
            lack: none,
            some_miss: none,
            doubtful: none,
            violating: 0,
        }
    }

    /// Returns the status of the expectation.
    pub fn standing(&self) -> ExpectationStatus {
        let count = self.wanted.count;
        match self.came.counted.calls {
            0 if count.is_never() => ExpectationStatus::Met,
            0 if count.is_optional() => ExpectationStatus::Optional,
            0 => ExpectationStatus::Unseen,
            _ if count.is_never() => ExpectationStatus::Unwanted,
            calls if self.with_ids < calls => ExpectationStatus::Lacking,
            _ if self.violating > 0 => ExpectationStatus::Violating,
            calls if calls < count.min => ExpectationStatus::TooFew,
            calls if count.max.is_some_and(|max| calls > max) => ExpectationStatus::TooMany,
            _ => ExpectationStatus::Met,
        }
    }

    /// Returns the names of the expected ids that some calls lack, with the number of these calls,
    /// and the number of those in which one vendor in use finds the id and another misses it.
    pub fn lacking(&self) -> impl Iterator<Item = (&'static str, u64, u64)> {
        let each = ID_NAMES.into_iter().zip(self.lack).zip(self.some_miss);
        each.map(|((name, lack), some)| (name, lack, some)).filter(|(_, lack, _)| *lack > 0)
    }

    /// Returns the names of the expected ids that are doubtful in some calls, with the number of
    /// these calls.
    pub fn doubting(&self) -> impl Iterator<Item = (&'static str, u64)> {
        ID_NAMES.into_iter().zip(self.doubtful).filter(|(_, doubtful)| *doubtful > 0)
    }

    /// Returns whether all calls are as expected but an id in some of them looks wrong.
    pub fn is_doubtful(&self) -> bool {
        self.standing() == ExpectationStatus::Met && self.doubtful != [0, 0]
    }
}

/// The results of all expectations, in the order of the plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expectations {
    /// The results.
    pub list: Vec<ExpectationResult>,
    /// The number of calls, with repeats, that arrived after the limit and are not counted
    /// separately. They belong to no result.
    pub other: u64,
}

impl Expectations {
    /// Returns the number of expectations that are met, without the optional ones that did not
    /// arrive.
    pub fn met(&self) -> usize {
        self.list.iter().filter(|entry| entry.standing() == ExpectationStatus::Met).count()
    }

    /// Returns the number of expectations that are optional and did not arrive.
    pub fn optional(&self) -> usize {
        self.list.iter().filter(|entry| entry.standing() == ExpectationStatus::Optional).count()
    }

    /// Returns whether all expectations are met.
    pub fn all_met(&self) -> bool {
        self.list.iter().all(|entry| entry.standing().is_met())
    }

    /// Returns a summary of one line.
    pub fn line(&self) -> String {
        let optional = self.optional();
        let expected = self.list.len() - optional;
        let mut line = format!("{} of {expected} expected seen with their ids", self.met());
        if optional > 0 {
            line.push_str(&format!(", {optional} more in the plan not seen"));
        }
        match self.list.iter().filter(|entry| entry.is_doubtful()).count() {
            0 => line,
            some => format!("{line}, {some} of them doubtful"),
        }
    }
}

/// The key of an expectation: a type and, if calls of the type have names, the name.
type Key = (CallType, TextId);

/// The calls of an expectation, counted.
#[derive(Default)]
struct ArrivedCalls {
    sum: Sum,
    with_ids: u64,
    lack: [u64; 2],
    /// The number of calls in which a vendor in use misses the id.
    missed: [u64; 2],
    some_miss: [u64; 2],
    doubtful: [u64; 2],
    violating: u64,
}

/// A plan that was learned from calls, and what it leaves out.
#[derive(Debug, Clone)]
pub struct LearnedPlan {
    /// Each event once, with the ids that all of its calls have, the most frequent first.
    pub plan: Plan,
    /// The number of events that were left out because a limit was reached or because the index
    /// does not distinguish them.
    pub left_out: u64,
    /// The number of events in which a vendor in use misses the account id, and the user id.
    pub missing: [u64; 2],
}

impl ArrivedCalls {
    fn add(&mut self, key: &CellKey, count: &Count, wanted: [bool; 2], snapshot: &Snapshot) {
        self.sum.add(key, count, snapshot);
        self.violating += if snapshot.is_violating(key) { count.calls } else { 0 };
        let shares = shares(key, count.calls, snapshot.set(key));
        // a call that the service discards reaches no vendor, so it does not count as one with its
        // ids
        let mut has_all = snapshot.set(key).0.discarded.is_none();
        for id in [0, 1].into_iter().filter(|id| wanted[*id]) {
            let share = &shares[id];
            // all calls of a cell have the same ids and findings
            if share.found == 0 || share.missed > 0 {
                self.lack[id] += count.calls;
                has_all = false;
            } else {
                self.doubtful[id] += share.doubtful;
            }
            self.missed[id] += share.missed;
            self.some_miss[id] += share.some_miss;
        }
        self.with_ids += if has_all { count.calls } else { 0 };
    }
}

/// Collects the calls of each event of a plan.
pub(crate) struct ExpectedCells(Vec<ArrivedCalls>);

impl ExpectedCells {
    /// Begins without calls.
    pub fn new(plan: &Plan) -> ExpectedCells {
        ExpectedCells(plan.list.iter().map(|_| ArrivedCalls::default()).collect())
    }

    /// Adds the calls of a cell, which belong to the event with the index `at`.
    pub fn add(
        &mut self,
        plan: &Plan,
        at: usize,
        key: &CellKey,
        count: &Count,
        snapshot: &Snapshot,
    ) {
        self.0[at].add(key, count, plan.list[at].ids, snapshot);
    }

    /// Returns the result of each event. `counted` turns a count into the number of calls and their
    /// times.
    pub fn list(
        self,
        plan: &Plan,
        vendors: usize,
        counted: impl Fn(&Count) -> Option<CountedCalls>,
    ) -> Vec<ExpectationResult> {
        let entry = |(wanted, came): (&Expectation, ArrivedCalls)| {
            let entry = ExpectationResult::unseen(wanted.clone(), vendors);
            match counted(&came.sum.count).filter(|counted| counted.calls + counted.repeats > 0) {
                None => entry,
                Some(counted) => {
                    let ArrivedCalls {
                        sum, with_ids, lack, some_miss, doubtful, violating, ..
                    } = came;
                    let Sum { ids, missing, discarded, verdicts, .. } = sum;
                    let came =
                        Coverage { counted, ids, missing, discarded, verdicts, ..entry.came };
                    ExpectationResult {
                        came,
                        with_ids,
                        lack,
                        some_miss,
                        doubtful,
                        violating,
                        ..entry
                    }
                }
            }
        };
        plan.list.iter().zip(self.0).map(entry).collect()
    }
}

impl Engine {
    /// Compares all calls, or only those of some rows, with the plan that they are checked against; `None`
    /// without a plan.
    pub fn expectations(&self, rows: Option<&[u64]>) -> Option<Expectations> {
        let vendors = self.vendors();
        vendors.plan().map(|plan| self.compare_with(plan, rows))
    }

    /// Compares the calls that pass a filter, or all calls, with that plan.
    pub fn expectations_under(&self, counts: Option<&FilteredCounts>) -> Option<Expectations> {
        let vendors = self.vendors();
        vendors.plan().map(|plan| self.compare_cells(plan, self.snapshot_under(counts)))
    }

    /// Compares all calls, or only those of some rows, with a plan.
    pub fn compare_with(&self, plan: &Plan, rows: Option<&[u64]>) -> Expectations {
        let snapshot = match rows {
            Some(rows) => self.snapshot_of_rows(rows),
            None => self.snapshot(),
        };
        self.compare_cells(plan, snapshot)
    }

    fn compare_cells(&self, plan: &Plan, snapshot: Snapshot) -> Expectations {
        let kinds = self.kinds(&snapshot.shapes);
        let mut cells = ExpectedCells::new(plan);
        let places = self.places(plan);
        let mut other = snapshot.other;
        for (key, count) in &snapshot.cells {
            if key.event.is_unkept() {
                other += count.calls + count.repeats;
                continue;
            }
            let Some(kind) = kinds.get(&snapshot.shape(key).kind) else { continue };
            let own = places.get(&(*kind, key.event));
            if let Some(at) = own.or_else(|| places.get(&(*kind, TextId::NONE))) {
                cells.add(plan, *at, key, count, &snapshot);
            }
        }
        let state = self.lock();
        let list = cells.list(plan, snapshot.vendors, |count| counted(&state.index, count));
        Expectations { list, other }
    }

    /// Creates a plan from the captured calls.
    pub fn learn(&self) -> LearnedPlan {
        let snapshot = self.snapshot();
        let kinds = self.kinds(&snapshot.shapes);
        let mut seen: HashMap<Key, ArrivedCalls> = HashMap::new();
        for (key, count) in &snapshot.cells {
            if let Some(kind) = kinds.get(&snapshot.shape(key).kind).filter(|_| count.calls > 0) {
                seen.entry((*kind, key.event)).or_default().add(key, count, [true; 2], &snapshot);
            }
        }
        let mut seen: Vec<(Key, ArrivedCalls)> = seen.into_iter().collect();
        seen.sort_unstable_by_key(|(_, came)| {
            (std::cmp::Reverse(came.sum.count.calls), came.sum.count.first)
        });
        let events = seen.len();
        seen.retain(|((_, name), _)| !name.is_unkept());
        seen.truncate(MAX_EXPECTED);
        let left_out = (events - seen.len()) as u64;
        let missing =
            [0, 1].map(|id| seen.iter().filter(|(_, came)| came.missed[id] > 0).count() as u64);
        let state = self.lock();
        let entry = |((kind, name), came): (Key, ArrivedCalls)| Expectation {
            kind,
            name: words(&state.index.store, name),
            ids: came.lack.map(|lack| lack == 0),
            count: CountRange::at_least(1),
        };
        let plan = Plan::from_events(seen.into_iter().map(entry).collect());
        LearnedPlan { plan, left_out, missing }
    }

    /// Adds rules about what calls contain to a plan. Reads each call again.
    pub fn learn_properties(&self, plan: Plan) -> Result<Plan, String> {
        let mut learner = PropertyLearner::default();
        for row in 0..self.rows() {
            let Some(RowDetail::Call(call)) = self.detail(row)? else { continue };
            if call.repeat {
                continue;
            }
            let wrong = |error: SyntaxError| format!("expected {}", error.expected);
            let own = Doc::parse(call.call_text.as_str()).map_err(wrong)?;
            let derived = Doc::parse(call.derived_text.as_str()).ok();
            let derived = derived.as_ref().map(Doc::root);
            learner.add(&Event { derived, ..Event::bare(own.root()) }, &plan);
        }
        learner.finish(plan).map_err(|error| error.to_string())
    }

    /// Returns the call types of shapes, by the texts of the types.
    fn kinds(&self, shapes: &[CallShape]) -> HashMap<TextId, CallType> {
        let state = self.lock();
        let texts = &state.index.store.texts;
        let kind = |shape: &CallShape| Some((shape.kind, CallType::parse(texts.get(shape.kind)?)?));
        shapes.iter().filter_map(kind).collect()
    }

    /// Returns the index of each entry of a plan. Leaves out names that no call has.
    fn places(&self, plan: &Plan) -> HashMap<Key, usize> {
        let state = self.lock();
        let place = |(at, entry): (usize, &Expectation)| {
            let name = match &entry.name {
                Some(name) => state.index.store.texts.find(name)?,
                None => TextId::NONE,
            };
            Some(((entry.kind, name), at))
        };
        plan.list.iter().enumerate().filter_map(place).collect()
    }
}
