//! What was found among calls, counted: from the index alone, whatever their number.

use super::{InUse, Pipeline};
use crate::findings::Verdict;
use crate::store::{Row, Sender, SetId, Sets};
use crate::vendors::{CodeId, Vendors};
use std::collections::BTreeMap;

/// A finding of the vendors in use or of Segment itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tallied {
    /// What was found.
    pub code: CodeId,
    /// How many calls have it,
    pub calls: u64,
    /// and how many repeats.
    pub repeats: u64,
    /// The row of the first of them.
    pub first: u64,
}

/// What was found among the calls of some rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Calls, without repeats.
    pub calls: u64,
    /// Calls whose `messageId` came before.
    pub repeats: u64,
    /// Calls that lack an id at a vendor in use.
    pub missing: u64,
    /// Calls by vendor and verdict, in the order of [`Verdict::WORST_FIRST`]; a vendor counts for
    /// the calls for which it is in use.
    pub verdicts: Vec<[u64; 5]>,
    /// What was found, the worst and most frequent first.
    pub found: Vec<Tallied>,
    /// The rows of requests: refused, without a call, or with items that are no calls.
    pub no_calls: Vec<u64>,
}

impl Pipeline {
    /// Counts what was found in rows of the log.
    pub fn tally(&self, rows: impl Iterator<Item = u64>) -> Tally {
        let state = self.lock();
        let (index, store) = (&state.index, &state.index.store);
        let mut tally = Tally::default();
        // calls of one shape have the same findings: a few hundred shapes, whatever the number
        let mut shapes: BTreeMap<(SetId, Sender), Shaped> = BTreeMap::new();
        for row in rows {
            let call = match store.row(row) {
                Some(Row::NoCall(_)) => {
                    tally.no_calls.push(row);
                    continue;
                }
                Some(Row::Call(at)) => store.calls.get(at),
                None => None,
            };
            let request = call.and_then(|call| store.requests.get(u64::from(call.request)));
            let Some((call, request)) = call.zip(request) else { continue };
            let shaped = shapes.entry((call.set, request.sender));
            shaped.or_insert(Shaped::first(row)).count(call.flags.repeat());
        }
        let vendors = self.vendors();
        expand(&vendors, &index.in_use, &store.sets, shapes, &mut tally);
        tally
    }

    /// The same of all calls, whatever their number at once. No rows of requests, and no row of an
    /// example.
    pub fn overview(&self) -> Tally {
        let state = self.lock();
        let index = &state.index;
        let mut tally = Tally::default();
        let shaped =
            |(shape, [calls, repeats]): (_, [u64; 2])| (shape, Shaped { calls, repeats, first: 0 });
        let shapes = index.shapes().map(shaped);
        expand(&self.vendors(), &index.in_use, &index.store.sets, shapes, &mut tally);
        tally
    }
}

/// The calls of a shape: what was found, and who sent them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shaped {
    calls: u64,
    repeats: u64,
    /// The row of the first.
    first: u64,
}

impl Shaped {
    /// None yet; the first has this row.
    pub fn first(row: u64) -> Shaped {
        Shaped { first: row, ..Shaped::default() }
    }

    /// Counts one.
    pub fn count(&mut self, repeat: bool) {
        self.repeats += u64::from(repeat);
        self.calls += u64::from(!repeat);
    }

    /// None came.
    pub fn is_empty(&self) -> bool {
        self.calls + self.repeats == 0
    }
}

/// Counts calls by their shape.
pub(super) fn expand(
    vendors: &Vendors,
    in_use: &InUse,
    sets: &Sets,
    shapes: impl IntoIterator<Item = ((SetId, Sender), Shaped)>,
    tally: &mut Tally,
) {
    tally.verdicts = vec![[0; 5]; vendors.len()];
    let mut found: BTreeMap<CodeId, Tallied> = BTreeMap::new();
    for ((set, sender), Shaped { calls, repeats, first }) in shapes {
        tally.calls += calls;
        tally.repeats += repeats;
        let (set, in_use) = (sets.get(set), in_use.bits(sender));
        tally.missing += if set.missing(in_use) { calls } else { 0 };
        for (vendor, verdict) in set.verdicts.iter().enumerate() {
            let place = Verdict::WORST_FIRST.iter().position(|known| known == verdict);
            if let Some(place) = place.filter(|_| in_use >> vendor & 1 == 1) {
                tally.verdicts[vendor][place] += calls;
            }
        }
        for &code in &set.codes {
            let vendor = vendors.codes().entry(code).vendor;
            if vendor.is_none_or(|vendor| in_use >> vendor & 1 == 1) {
                let none = Tallied { code, calls: 0, repeats: 0, first };
                let entry = found.entry(code).or_insert(none);
                entry.calls += calls;
                entry.repeats += repeats;
                entry.first = entry.first.min(first);
            }
        }
    }
    tally.found = found.into_values().collect();
    let severity = |found: &Tallied| vendors.codes().entry(found.code).severity;
    tally.found.sort_by_key(|found| (severity(found), std::cmp::Reverse(found.calls)));
}
