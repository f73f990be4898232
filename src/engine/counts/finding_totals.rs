//! What was found among calls, counted: from the index alone, whatever their number.

use crate::call::fingerprints;
use crate::engine::counts::id_remarks::IdRemarkView;
use crate::engine::index::{CallRow, FindingSets, IdRemark, IndexRow, SenderPlatform, SetId};
use crate::engine::judging::index_request::JudgedIndex;
use crate::engine::judging::vendors_in_use::InUse;
use crate::engine::rows::row_detail::find_call;
use crate::engine::rows::row_window::request_line;
use crate::engine::source::recording_files::LinePosition;
use crate::engine::source::request_line::{body_text, head_of};
use crate::engine::{Engine, JudgingState};
use crate::findings::{Effect, Verdict, VerdictCounts};
use crate::plan::PlanOutcome;
use crate::vendors::{CodeId, Vendors};
use crate::wire::{self, ParsedRequest, ReadCall};
use hashbrown::HashMap;
use std::collections::{BTreeMap, HashSet};

/// More groups of calls than this are not told apart.
pub const MAX_CALL_GROUPS: usize = 4_096;

/// How many rows are looked up while the lock is held once.
const ROWS_PER_LOCK: usize = 4_096;

/// The structure of calls that are not told apart; no fingerprint is 0.
pub(crate) const ANY_STRUCTURE: u64 = 0;

/// A finding of the vendors in use or of Segment itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindingCount {
    /// What was found.
    pub code: CodeId,
    /// How many calls have it,
    pub calls: u64,
    /// and how many repeats.
    pub repeats: u64,
    /// The row of the first of them.
    pub first: u64,
}

/// Calls of one event, from one library, with the same findings and the same structure: what one of
/// them has to change, all have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallGroup {
    /// The findings of the vendors in use and of the service.
    pub codes: Vec<CodeId>,
    /// How many calls there are, without repeats.
    pub calls: u64,
    /// How many repeats there are.
    pub repeats: u64,
    /// The row of the first of them.
    pub first: u64,
    /// False for calls that came when there were [`MAX_CALL_GROUPS`] groups: they have the same
    /// findings and nothing else in common.
    pub is_alike: bool,
}

/// What was found among the calls of some rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    /// Calls, without repeats.
    pub calls: u64,
    /// Calls whose `messageId` came before.
    pub repeats: u64,
    /// Calls that lack an id at a vendor in use.
    pub missing: u64,
    /// Calls that the service in front of the vendors discards.
    pub discarded: u64,
    /// Calls by vendor and verdict, in the order of [`Verdict::WORST_FIRST`]; a vendor counts for
    /// the calls for which it is in use.
    pub verdicts: Vec<VerdictCounts>,
    /// What was found, the worst and most frequent first.
    pub found: Vec<FindingCount>,
    /// The calls with findings, in the order of their first rows; empty in an overview.
    pub groups: Vec<CallGroup>,
    /// The rows of requests: refused, without a call, or with items that are no calls.
    pub no_calls: Vec<u64>,
    /// What the calls show about ids together.
    pub id_remarks: Vec<IdRemarkView>,
    /// How many such remarks there was no room for,
    pub more_id_remarks: u64,
    /// and for the ids of how many calls.
    pub ids_untold: u64,
}

/// A call of which the structure is still to be read.
struct CountedCall {
    row: u64,
    call: CallRow,
    sender: SenderPlatform,
    request: u32,
    line: Option<(LinePosition, u32)>,
}

impl Engine {
    /// Counts what was found in rows of the log. Reads the calls with findings, to tell apart those
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

    /// The same of all calls, from the index alone, whatever their number. No rows of requests, no
    /// groups, and no row of an example.
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
    /// Adds those remarks about ids that are about the rows.
    fn remark(&mut self, index: &JudgedIndex, is_here: impl Fn(&IdRemark) -> bool) {
        let view = |remark: &IdRemark| {
            let seqs = remark.calls.map(|call| index.seq_at(call));
            IdRemarkView::new(remark, seqs, index.store.row_of_call(remark.calls[1]))
        };
        let remarks = index.id_remarks.remarks().iter().filter(|remark| is_here(remark));
        self.id_remarks = remarks.map(view).collect();
        self.more_id_remarks = index.id_remarks.more();
        self.ids_untold = index.id_remarks.untold();
    }
}

fn counted_call(state: &JudgingState, row: u64, at: u64) -> Option<CountedCall> {
    let store = &state.index.store;
    let call = *store.calls.get(at)?;
    let request = store.requests.get(u64::from(call.request))?;
    // nobody asks what calls without findings have in common
    let is_read = !store.sets.get(call.set).codes.is_empty();
    let place = is_read.then(|| state.recording.place(request.offset)).flatten();
    let line = place.map(|place| (place, request.len));
    Some(CountedCall { row, call, sender: request.sender, request: call.request, line })
}

/// The structures of some calls of one request.
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
    let body = body_text(&line, &request);
    let Ok(reading) = wire::read(&head_of(&request), request.request, body, scratch) else {
        return unread;
    };
    let of = |call: &CountedCall| {
        let read = call.line.as_ref().and_then(|_| find_call(&reading, &request, &call.call));
        read.map_or(ANY_STRUCTURE, |read| {
            structure(&reading, read, vendors.plan_outcome(&reading.event(read)))
        })
    };
    let structures = calls.iter().map(of).collect();
    reading.recycle(scratch);
    structures
}

/// A hash of what calls that need the same change have in common: event, library, the names and kinds of
/// members, and violations of the plan.
pub(crate) fn structure(reading: &ParsedRequest<'_>, call: &ReadCall, by_plan: PlanOutcome) -> u64 {
    let library = reading.library_name(call).map_or(0, |name| fingerprints::of_text(&name));
    let own = fingerprints::mix(call.structure, library);
    match by_plan.fingerprint {
        0 => own.max(1),
        by_plan => fingerprints::mix(own, by_plan).max(1),
    }
}

/// Calls counted by their findings, sender and structure.
#[derive(Debug, Default)]
pub(crate) struct GroupCounts(HashMap<(SetId, SenderPlatform, u64), ShapeCount>);

impl GroupCounts {
    /// Counts a call; true if it is the first of its group.
    pub fn count(&mut self, key: (SetId, SenderPlatform, u64), row: u64, repeat: bool) -> bool {
        let is_full = self.0.len() >= MAX_CALL_GROUPS && !self.0.contains_key(&key);
        let key = if is_full { (key.0, key.1, ANY_STRUCTURE) } else { key };
        let shaped = self.0.entry(key).or_insert(ShapeCount::first(row));
        shaped.count(repeat);
        shaped.is_one()
    }

    /// Adds what was counted to a tally.
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

/// The codes of the vendors in use and of the service.
pub(crate) fn reported(codes: &[CodeId], vendors: &Vendors, in_use: u64) -> Vec<CodeId> {
    codes.iter().copied().filter(|code| vendors.codes().counts(*code, in_use)).collect()
}

/// The calls of a shape: how many, and the first.
#[derive(Debug, Clone, Copy, Default)]
struct ShapeCount {
    calls: u64,
    repeats: u64,
    /// The row of the first.
    first: u64,
}

impl ShapeCount {
    /// None yet; the first has this row.
    fn first(row: u64) -> ShapeCount {
        ShapeCount { first: row, ..ShapeCount::default() }
    }

    /// Counts one.
    fn count(&mut self, repeat: bool) {
        self.repeats += u64::from(repeat);
        self.calls += u64::from(!repeat);
    }

    fn is_one(&self) -> bool {
        self.calls + self.repeats == 1
    }
}

/// Counts calls by their shape.
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
        // what loses a call before any vendor comes first
        let reaches = code.effect != Effect::Discard;
        (code.severity, reaches, std::cmp::Reverse(found.calls))
    });
}
