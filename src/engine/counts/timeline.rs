//! Summarizes one person's calls in order: findings about the order, and the sessions that vendors
//! estimate.
//!
//! A person may have any number of calls, so the caller passes them in portions, as its time
//! allows. The index alone shows the order; for sessions, the calls are read.

use crate::call::time::Millis;
use crate::call::{CallType, Doc, Event};
use crate::engine::Engine;
use crate::engine::index::IndexRow;
use crate::engine::rows::views::RowDetail;
use crate::findings::Severity;
use crate::vendors::{CodeId, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The time after which no further request is read in one portion. Together with the request that
/// is being read then and with drawing, a portion takes less than the time of a frame.
const READ_TIMEOUT: Duration = Duration::from_millis(2);

/// The number of calls of one type, and the first of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TypeCount {
    /// The number of calls, without repeats.
    pub calls: u64,
    /// The number (`seq`) of the first call; 0 if there is none.
    pub first: u64,
}

/// A finding about the order of calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderFinding {
    /// The finding's code.
    pub code: String,
    /// The finding's severity.
    pub severity: Severity,
    /// The vendor's position in the registry; `None` if the finding belongs to no vendor.
    pub vendor: Option<usize>,
    /// The number of calls with the finding, without repeats.
    pub calls: u64,
    /// The number (`seq`) of the first such call.
    pub first: u64,
    /// The row of the first such call.
    pub row: u64,
}

/// A summary of a person's calls, as far as they were added. A repeat is counted as such and
/// changes nothing else but the time of the last call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline {
    /// The number of calls in which a vendor in use finds the person, without repeats. It is the
    /// number that the list of all people shows.
    pub calls: u64,
    /// The number of calls that name the person but in which no vendor in use finds a user, without
    /// repeats.
    pub named: u64,
    /// The number of calls whose `messageId` came before.
    pub repeats: u64,
    /// The calls by type, in the order of [`CallType::ALL`], without those that the service
    /// discards.
    pub types: [TypeCount; 6],
    /// The number of track, page and screen calls before the first identify call.
    pub before_identify: u64,
    /// The number of track, page and screen calls before the first group call.
    pub before_group: u64,
    /// The times at which the first and the last call arrived.
    pub seen: Option<(Millis, Millis)>,
    /// The findings about the order: the number of calls, and the number and row of the first.
    found: BTreeMap<CodeId, (u64, u64, u64)>,
}

impl Timeline {
    /// Returns the count of a type.
    pub fn count_of_type(&self, kind: CallType) -> TypeCount {
        self.types[slot(kind)]
    }

    /// Returns the number of track, page and screen calls.
    pub fn events(&self) -> u64 {
        [CallType::Track, CallType::Page, CallType::Screen]
            .map(|kind| self.count_of_type(kind).calls)
            .iter()
            .sum()
    }

    /// Adds the next call: its type if it has one and the service passes it on, its number and time
    /// of arrival, whether its `messageId` came before, and whether a vendor in use finds a user in
    /// it.
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
        let count = &mut self.types[slot(kind)];
        count.first = if count.calls == 0 { seq } else { count.first };
        count.calls += 1;
    }
}

/// Returns the position of a type in [`CallType::ALL`].
fn slot(kind: CallType) -> usize {
    CallType::ALL.iter().position(|known| *known == kind).unwrap_or(0)
}

/// The ids of sessions, by the vendor's position in the registry.
pub type SessionIds = BTreeMap<usize, BTreeSet<String>>;

impl Engine {
    /// Adds the next rows of a person's calls to a timeline, in order. This is fast: it reads only
    /// the index.
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
            // a call that the service discards neither identifies a user nor adds one to a group
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

    /// Returns the findings about the order of a person's calls, the worst first: those of vendors
    /// in use, and those that belong to no vendor.
    pub fn order_finding(&self, timeline: &Timeline) -> Vec<OrderFinding> {
        let vendors = self.vendors();
        let findings = timeline.found.iter().map(|(code, (calls, first, row))| {
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
        let mut findings: Vec<OrderFinding> = findings.collect();
        findings.sort_by_key(|finding| (finding.severity, std::cmp::Reverse(finding.calls)));
        findings
    }

    /// Adds the ids of the sessions to which vendors in use count the calls in these rows. Reading
    /// a call of a large batch takes long, so this stops after some milliseconds. Returns the
    /// number of rows that were read.
    pub fn session_ids(&self, rows: &[u64], into: &mut SessionIds) -> usize {
        let estimating: Vec<usize> = self.vendors().estimating().collect();
        if estimating.is_empty() {
            return rows.len();
        }
        let details = self.details_within(rows.iter().copied(), READ_TIMEOUT);
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

    /// Returns the times that vendors estimate for these sessions, ordered by time for each vendor.
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
