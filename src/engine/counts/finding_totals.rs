//! Totals of the findings of calls, for reports and the overview.

use crate::call::fingerprints;
use crate::engine::counts::id_remarks::IdRemarkView;
use crate::engine::index::{CallRow, FindingSets, IdRemark, IndexRow, SenderPlatform, SetId};
use crate::engine::judging::index_request::JudgedIndex;
use crate::engine::judging::vendors_in_use::InUse;
use crate::engine::rows::row_detail::find_call;
use crate::engine::rows::row_window::request_line;
use crate::engine::source::recording_files::LinePosition;
use crate::engine::source::request_line::read_calls;
use crate::engine::{Engine, JudgingState};
use crate::findings::{Effect, Verdict, VerdictCounts};
use crate::plan::PlanOutcome;
use crate::vendors::{CodeId, Vendors};
use crate::wire::{self, ParsedRequest, ReadCall};
use hashbrown::HashMap;
use std::collections::{BTreeMap, HashSet};

/// The maximum number of groups of calls. Later calls are grouped only by their findings and
/// sender.
pub const MAX_CALL_GROUPS: usize = 4_096;

/// The number of rows that are looked up each time the lock is held.
const ROWS_PER_LOCK: usize = 4_096;

/// The structure of calls whose structure is not distinguished. No fingerprint is 0.
pub(crate) const ANY_STRUCTURE: u64 = 0;

/// The calls that have a finding of the vendors in use or of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindingCount {
    /// The code of the finding.
    pub code: CodeId,
    /// The number of calls that have it, without repeats.
    pub calls: u64,
    /// The number of repeats that have it.
    pub repeats: u64,
    /// The row of the first of them.
    pub first: u64,
}

/// Calls of one event, from one library, with the same findings and the same structure, so all of
/// them need the same change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallGroup {
    /// The findings of the vendors in use and of the service.
    pub codes: Vec<CodeId>,
    /// The number of calls, without repeats.
    pub calls: u64,
    /// The number of repeats.
    pub repeats: u64,
    /// The row of the first of them.
    pub first: u64,
    /// False if the structure of the calls is not known or not distinguished, for example because
    /// they arrived when there were [`MAX_CALL_GROUPS`] groups. They have the same findings and
    /// nothing else in common.
    pub is_alike: bool,
}

/// The findings of the calls of some rows, counted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    /// The number of calls, without repeats.
    pub calls: u64,
    /// The number of repeats of calls that arrived before.
    pub repeats: u64,
    /// The number of calls that lack an id at a vendor in use.
    pub missing: u64,
    /// The number of calls that the service in front of the vendors discards.
    pub discarded: u64,
    /// The number of calls by vendor and verdict, in the order of [`Verdict::WORST_FIRST`]. A
    /// vendor counts only the calls for which it is in use.
    pub verdicts: Vec<VerdictCounts>,
    /// The findings, the worst and most frequent first.
    pub found: Vec<FindingCount>,
    /// The calls with findings, in the order of their first rows; empty in an overview.
    pub groups: Vec<CallGroup>,
    /// The rows of requests: refused, without a call, or with items that are not calls.
    pub no_calls: Vec<u64>,
    /// The remarks about ids that several calls show together.
    pub id_remarks: Vec<IdRemarkView>,
    /// The number of such remarks for which there was no room.
    pub more_id_remarks: u64,
    /// The number of calls whose ids were not compared because there was no room.
    pub ids_untold: u64,
}

/// A call whose structure is not read yet.
struct CountedCall {
    row: u64,
    call: CallRow,
    sender: SenderPlatform,
    request: u32,
    line: Option<(LinePosition, u32)>,
}

impl Engine {
    /// Counts the findings of rows of the log. Reads the calls with findings, to distinguish those
    /// that need different changes.
    pub fn tally(&self, rows: impl Iterator<Item = u64>) -> Tally {
        let mut tally = Tally::default();
        let mut counts = GroupCounts::default();
        let mut scratch = wire::ParseScratch::default();
        let vendors = self.vendors();
        let mut rows = rows.peekable();
        let mut counted: HashSet<u64> = HashSet::new();
        while rows.peek().is_some() {
            let state = self.lock();
            let mut calls = Vec::new();
            for row in rows.by_ref().take(ROWS_PER_LOCK) {
                match state.index.store.row(row) {
                    Some(IndexRow::NoCall(_)) => tally.no_calls.push(row),
                    Some(IndexRow::Call(at)) => {
                        if state.index.id_remarks.is_shown_by(at) {
                            counted.insert(at);
                        }
                        calls.extend(counted_call(&state, row, at));
                    }
                    None => {}
                }
            }
            drop(state);
            for calls in calls.chunk_by(|a, b| a.request == b.request) {
                for (call, structure) in calls.iter().zip(structures(calls, &vendors, &mut scratch))
                {
                    let key = (call.call.set, call.sender, structure);
                    counts.count(key, call.row, call.call.flags.repeat());
                }
            }
        }
        let index = &self.lock().index;
        counts.expand(&vendors, &index.in_use, &index.store.sets, &mut tally);
        // a remark is about these rows if one of the calls that show it is among them
        tally.remark(index, |remark| remark.calls.iter().any(|call| counted.contains(call)));
        tally
    }

    /// Counts the findings of all calls from the index alone, whose cost does not grow with the
    /// number of calls. The tally has no rows of requests, no groups, and no rows of examples.
    pub fn overview(&self) -> Tally {
        let state = self.lock();
        let index = &state.index;
        let mut tally = Tally::default();
        let shaped = |(shape, [calls, repeats]): (_, [u64; 2])| {
            (shape, ShapeCount { calls, repeats, first: 0 })
        };
        let shapes = index.shapes().map(shaped);
        expand(&self.vendors(), &index.in_use, &index.store.sets, shapes, &mut tally);
        tally.remark(index, |_| true);
        tally
    }
}

impl Tally {
    /// Adds the remarks about ids for which `is_here` is true.
    fn remark(&mut self, index: &JudgedIndex, is_here: impl Fn(&IdRemark) -> bool) {
        let view = |remark: &IdRemark| {
            let seqs = remark.calls.map(|call| index.seq_at(call));
            IdRemarkView::new(remark, seqs, index.store.row_of_call(remark.calls[1]))
        };
        let remarks = index.id_remarks.remarks().filter(|remark| is_here(remark));
        self.id_remarks = remarks.map(view).collect();
        self.more_id_remarks = index.id_remarks.more();
        self.ids_untold = index.id_remarks.untold();
    }
}

fn counted_call(state: &JudgingState, row: u64, at: u64) -> Option<CountedCall> {
    let store = &state.index.store;
    let call = *store.calls.get(at)?;
    let request = store.requests.get(u64::from(call.request))?;
    // no report groups calls without findings, so their lines are not read
    let is_read = !store.sets.get(call.set).codes.is_empty();
    let place = is_read.then(|| state.recording.place(request.offset)).flatten();
    let line = place.map(|place| (place, request.len));
    Some(CountedCall { row, call, sender: request.sender, request: call.request, line })
}

/// Returns the structures of some calls of one request.
fn structures(
    calls: &[CountedCall],
    vendors: &Vendors,
    scratch: &mut wire::ParseScratch,
) -> Vec<u64> {
    let unread = vec![ANY_STRUCTURE; calls.len()];
    let Some((place, len)) = calls.iter().find_map(|call| call.line.as_ref()) else {
        return unread;
    };
    let Ok((line, request)) = request_line(place, *len) else { return unread };
    let Ok(reading) = read_calls(&line, &request, scratch) else { return unread };
    let structure_of = |call: &CountedCall| {
        let read = call.line.as_ref().and_then(|_| find_call(&reading, &request, &call.call));
        read.map_or(ANY_STRUCTURE, |read| {
            structure(&reading, read, vendors.plan_outcome(&reading.event(read)))
        })
    };
    let structures = calls.iter().map(structure_of).collect();
    reading.recycle(scratch);
    structures
}

/// Returns a hash that is the same for calls that need the same change: of the event, the library,
/// the names and kinds of members, and the violations of the plan.
pub(crate) fn structure(reading: &ParsedRequest<'_>, call: &ReadCall, by_plan: PlanOutcome) -> u64 {
    let library = reading.library_name(call).map_or(0, |name| fingerprints::of_text(&name));
    let own = fingerprints::mix(call.structure, library);
    match by_plan.fingerprint {
        0 => own.max(1),
        by_plan => fingerprints::mix(own, by_plan).max(1),
    }
}

/// Counts of calls by their findings, sender and structure.
#[derive(Debug, Default)]
pub(crate) struct GroupCounts(HashMap<(SetId, SenderPlatform, u64), ShapeCount>);

impl GroupCounts {
    /// Counts a call. Returns true if it is the first of its group.
    pub fn count(&mut self, key: (SetId, SenderPlatform, u64), row: u64, repeat: bool) -> bool {
        let is_full = self.0.len() >= MAX_CALL_GROUPS && !self.0.contains_key(&key);
        let key = if is_full { (key.0, key.1, ANY_STRUCTURE) } else { key };
        let shaped = self.0.entry(key).or_insert(ShapeCount::first(row));
        shaped.count(repeat);
        shaped.is_one()
    }

    /// Adds the counts to a tally.
    pub fn expand(self, vendors: &Vendors, in_use: &InUse, sets: &FindingSets, tally: &mut Tally) {
        let shapes = self.0.iter().map(|((set, sender, _), shaped)| ((*set, *sender), *shaped));
        expand(vendors, in_use, sets, shapes, tally);
        for ((set, sender, structure), shaped) in self.0 {
            let codes = reported(&sets.get(set).codes, vendors, in_use.bits(sender));
            let ShapeCount { calls, repeats, first } = shaped;
            let is_alike = structure != ANY_STRUCTURE;
            if !codes.is_empty() {
                tally.groups.push(CallGroup { codes, calls, repeats, first, is_alike });
            }
        }
        tally.groups.sort_by_key(|group| group.first);
    }
}

/// Returns the codes of the vendors in use and of the service.
pub(crate) fn reported(codes: &[CodeId], vendors: &Vendors, in_use: u64) -> Vec<CodeId> {
    codes.iter().copied().filter(|code| vendors.codes().counts(*code, in_use)).collect()
}

/// The number of calls of a group, and the row of the first.
#[derive(Debug, Clone, Copy, Default)]
struct ShapeCount {
    calls: u64,
    repeats: u64,
    /// The row of the first.
    first: u64,
}

impl ShapeCount {
    /// Creates a count of 0 for a group whose first call has this row.
    fn first(row: u64) -> ShapeCount {
        ShapeCount { first: row, ..ShapeCount::default() }
    }

    /// Counts a call.
    fn count(&mut self, repeat: bool) {
        self.repeats += u64::from(repeat);
        self.calls += u64::from(!repeat);
    }

    fn is_one(&self) -> bool {
        self.calls + self.repeats == 1
    }
}

/// Adds the verdicts and findings of groups of calls to a tally.
fn expand(
    vendors: &Vendors,
    in_use: &InUse,
    sets: &FindingSets,
    shapes: impl IntoIterator<Item = ((SetId, SenderPlatform), ShapeCount)>,
    tally: &mut Tally,
) {
    tally.verdicts = vec![VerdictCounts::default(); vendors.len()];
    let mut found: BTreeMap<CodeId, FindingCount> = BTreeMap::new();
    for ((set, sender), ShapeCount { calls, repeats, first }) in shapes {
        tally.calls += calls;
        tally.repeats += repeats;
        let (set, in_use) = (sets.get(set), in_use.bits(sender));
        tally.missing += if set.missing(in_use) { calls } else { 0 };
        tally.discarded += if set.discarded.is_some() { calls } else { 0 };
        for (vendor, verdict) in set.verdicts.iter().enumerate() {
            let place = Verdict::WORST_FIRST.iter().position(|known| known == verdict);
            if let Some(place) = place.filter(|_| in_use >> vendor & 1 == 1) {
                tally.verdicts[vendor][place] += calls;
            }
        }
        for code in reported(&set.codes, vendors, in_use) {
            let none = FindingCount { code, calls: 0, repeats: 0, first };
            let entry = found.entry(code).or_insert(none);
            entry.calls += calls;
            entry.repeats += repeats;
            entry.first = entry.first.min(first);
        }
    }
    tally.found = found.into_values().collect();
    tally.found.sort_by_key(|found| {
        let code = vendors.codes().entry(found.code);
        // findings that stop a call before any vendor come first
        let reaches = code.effect != Effect::Discard;
        (code.severity, reaches, std::cmp::Reverse(found.calls))
    });
}
