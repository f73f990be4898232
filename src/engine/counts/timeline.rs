//! One person's calls in their order: what is odd about it, and the sessions that vendors work out.
//!
//! A person may have any number of calls, so they are gone through part by part, as whoever looks
//! has time: of the order the index alone can tell, for sessions the calls are read.

use crate::call::time::Millis;
use crate::call::{CallType, Doc, Event};
use crate::engine::Engine;
use crate::engine::index::IndexRow;
use crate::engine::rows::views::RowDetail;
use crate::findings::Severity;
use crate::vendors::{CodeId, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// So long calls are read at once: with the request that is begun then and the drawing it stays
/// within a frame's time.
const PATIENCE: Duration = Duration::from_millis(2);

/// How many calls of one type, and the first of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TypeCount {
    /// How many, without repeats.
    pub calls: u64,
    /// The number of the first; 0 where there is none.
    pub first: u64,
}

/// A finding about the order of calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderFinding {
    /// The finding's code.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// The vendor's place in the registry.
    pub vendor: Option<usize>,
    /// How many calls have it, without repeats.
    pub calls: u64,
    /// The first of them, its number.
    pub first: u64,
    /// Its row.
    pub row: u64,
}

/// What the calls of a person say, as far as they were gone through. Repeats are counted as such
/// and say no more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline {
    /// Calls in which a vendor in use finds the person: as many as the person has in the list of
    /// all.
    pub calls: u64,
    /// Calls that name the person, and in which no vendor in use finds any.
    pub named: u64,
    /// Calls whose `messageId` came before.
    pub repeats: u64,
    /// By type, in the order of [`CallType::ALL`]; of what the service passes on.
    pub types: [TypeCount; 6],
    /// Track, page and screen calls before the first identify call.
    pub before_identify: u64,
    /// The same before the first group call.
    pub before_group: u64,
    /// When the first arrived, and the last.
    pub seen: Option<(Millis, Millis)>,
    found: BTreeMap<CodeId, (u64, u64, u64)>,
}

impl Timeline {
    /// The calls of a type.
    pub fn count_of_type(&self, kind: CallType) -> TypeCount {
        self.types[slot(kind)]
    }

    /// Track, page and screen calls.
    pub fn events(&self) -> u64 {
        [CallType::Track, CallType::Page, CallType::Screen]
            .map(|kind| self.count_of_type(kind).calls)
            .iter()
            .sum()
    }

    /// Takes the next call: its type if it has one, its number, when it arrived, whether its
    /// `messageId` came before, and whether a vendor in use finds the person in it.
    pub fn add(
        &mut self,
        kind: Option<CallType>,
        (seq, at): (u64, Millis),
        (repeat, found): (bool, bool),
    ) {
        self.seen = Some((self.seen.map_or(at, |(first, _)| first), at));
        if repeat {
            self.repeats += 1;
            return;
        }
        *(if found { &mut self.calls } else { &mut self.named }) += 1;
        let Some(kind) = kind else { return };
        match kind {
            CallType::Track | CallType::Page | CallType::Screen => {
                self.before_identify +=
                    u64::from(self.count_of_type(CallType::Identify).calls == 0);
                self.before_group += u64::from(self.count_of_type(CallType::Group).calls == 0);
            }
            CallType::Identify | CallType::Group | CallType::Alias => {}
        }
        let of = &mut self.types[slot(kind)];
        of.first = if of.calls == 0 { seq } else { of.first };
        of.calls += 1;
    }
}

fn slot(kind: CallType) -> usize {
    CallType::ALL.iter().position(|known| *known == kind).unwrap_or(0)
}

/// Sessions of one vendor, by vendor and id.
pub type SessionIds = BTreeMap<usize, BTreeSet<String>>;

impl Engine {
    /// Goes on through the calls of a person, in their order. Quick: of each call only its row in
    /// the index is looked at.
    pub fn timeline(&self, rows: &[u64], timeline: &mut Timeline) {
        let state = self.lock();
        let (index, store) = (&state.index, &state.index.store);
        let codes = state.eras.latest().codes();
        for row in rows {
            let Some(IndexRow::Call(at)) = store.row(*row) else { continue };
            let Some(call) = store.calls.get(at) else { continue };
            let Some(request) = store.requests.get(u64::from(call.request)) else { continue };
            let seq = index.seq_at(at);
            let kind = store.texts.get(store.shapes.get(call.shape).kind);
            // what the service discards neither identifies nor puts anybody in a group
            let reaches = store.sets.get(call.set).discarded.is_none();
            let kind = kind.and_then(CallType::parse).filter(|_| reaches);
            let (repeat, found) = (call.flags.repeat(), !call.user.is_none());
            timeline.add(kind, (seq, request.received_at), (repeat, found));
            let in_use = index.in_use.bits(request.sender);
            for code in &store.sets.get(call.set).codes {
                let entry = codes.entry(*code);
                let counts = entry.vendor.is_none_or(|vendor| in_use >> vendor & 1 == 1);
                if entry.text.order && counts {
                    timeline.found.entry(*code).or_insert((0, seq, *row)).0 += u64::from(!repeat);
                }
            }
        }
    }

    /// What vendors in use found about the order of a person's calls, the worst first.
    pub fn order_finding(&self, timeline: &Timeline) -> Vec<OrderFinding> {
        let vendors = self.vendors();
        let told = timeline.found.iter().map(|(code, (calls, first, row))| {
            let entry = vendors.codes().entry(*code);
            OrderFinding {
                code: entry.code.to_string(),
                severity: entry.severity,
                vendor: entry.vendor,
                calls: *calls,
                first: *first,
                row: *row,
            }
        });
        let mut told: Vec<OrderFinding> = told.collect();
        told.sort_by_key(|told| (told.severity, std::cmp::Reverse(told.calls)));
        told
    }

    /// The sessions that vendors in use count these calls to. The calls are read, and a call of a large
    /// batch takes its time: so it ends after some milliseconds, and says how many it came to.
    pub fn session_ids(&self, rows: &[u64], into: &mut SessionIds) -> usize {
        let estimating: Vec<usize> = self.vendors().estimating().collect();
        if estimating.is_empty() {
            return rows.len();
        }
        let details = self.details_within(rows.iter().copied(), PATIENCE);
        let read = details.len();
        for detail in details {
            let Ok(RowDetail::Call(call)) = detail else { continue };
            if call.service.is_discarded() {
                continue;
            }
            let docs = (Doc::parse(&call.call_text), Doc::parse(&call.derived_text));
            let (Ok(own), Ok(derived)) = docs else { continue };
            let event = Event { derived: Some(derived.root()), ..Event::bare(own.root()) };
            let state = self.lock();
            let vendors = state.eras.at(call.seq);
            for vendor in estimating.iter().filter(|vendor| call.in_use.contains(vendor)) {
                let session = vendors.session_of(*vendor, &event, call.seq, &state.index.memory);
                if let Some(session) = session {
                    into.entry(*vendor).or_default().insert(session);
                }
            }
        }
        read
    }

    /// What vendors have worked out of some sessions, in order of time.
    pub fn sessions(&self, ids: &SessionIds) -> BTreeMap<usize, Vec<Span>> {
        let state = self.lock();
        let (vendors, index) = (state.eras.latest(), &state.index);
        let mut out: BTreeMap<usize, Vec<Span>> = BTreeMap::new();
        for (vendor, ids) in ids {
            let mut spans = vendors.spans(*vendor, ids, &index.memory);
            let closed = index.closed.iter().filter(|closed| closed.vendor == *vendor);
            spans.extend(Span::of_sessions(closed.map(|closed| &closed.record), ids));
            spans.sort_by(|a, b| (a.start, a.end, &a.module).cmp(&(b.start, b.end, &b.module)));
            out.insert(*vendor, spans);
        }
        out
    }
}
