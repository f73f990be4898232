//! The sessions that a vendor estimates from calls: the session of a call, and the durations of
//! sessions.

use crate::call::time::Millis;
use crate::call::{Event, Seq};
use crate::vendors::Vendors;
use crate::vendors::engine::run_rules::{run, settle};
use crate::vendors::memory::Memory;
use crate::vendors::memory::vendor_record::VendorRecord;
use std::collections::BTreeSet;

/// The duration of a session, or of one module in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The session's id.
    pub session: String,
    /// The module; none for the whole session.
    pub module: Option<String>,
    /// The time of its beginning.
    pub start: Millis,
    /// The time of its end, or of its latest call so far.
    pub end: Millis,
    /// True if the session has not ended yet.
    pub open: bool,
}

impl Span {
    fn from_record(record: VendorRecord, open: bool) -> Span {
        let VendorRecord { session, module, start, end } = record;
        Span { session: session.into(), module: module.map(String::from), start, end, open }
    }

    /// Returns the spans of some sessions that are among these records.
    pub fn of_sessions<'r>(
        records: impl Iterator<Item = &'r VendorRecord>,
        sessions: &BTreeSet<String>,
    ) -> impl Iterator<Item = Span> {
        let wanted = records.filter(|record| sessions.contains(&*record.session));
        wanted.map(|record| Span::from_record(record.clone(), false))
    }
}

impl Vendors {
    /// Returns the indexes of the vendors that estimate sessions.
    pub fn estimating(&self) -> impl Iterator<Item = usize> {
        let estimates = |vendor: &usize| {
            self.vendors[*vendor].rules.as_ref().is_some_and(|rules| rules.has_sessions())
        };
        (0..self.len()).filter(estimates)
    }

    /// Returns the session to which a vendor assigns a call, or none if it assigns none. `memory`
    /// must have seen the calls before it.
    pub fn session_of(
        &self,
        vendor: usize,
        event: &Event<'_>,
        seq: Seq,
        memory: &Memory,
    ) -> Option<String> {
        self.look_at(event, |look| {
            let mut evaluation = self.evaluation(vendor, look, seq, memory);
            run(&mut evaluation);
            settle(&mut evaluation);
            let session = evaluation.session.as_ref().filter(|_| evaluation.goes_through());
            session.map(|session| session.text.clone().into_owned())
        })
    }

    /// Returns the spans of some sessions that ended or changed with a call, and those of open
    /// sessions. The spans of sessions that [`Vendors::idle_flush`] closed are not kept here; its
    /// caller keeps them.
    pub fn spans(&self, vendor: usize, sessions: &BTreeSet<String>, memory: &Memory) -> Vec<Span> {
        let memory = &memory.vendors[vendor];
        let closed = memory.notes.records(sessions).into_iter();
        let mut spans: Vec<Span> = closed.map(|record| Span::from_record(record, false)).collect();
        let rules = self.vendors[vendor].rules.as_ref();
        if let Some((rules, state)) = rules.zip(memory.state.as_ref()) {
            let open = rules.open(sessions, state).into_iter();
            spans.extend(open.map(|record| Span::from_record(record, true)));
        }
        spans
    }
}
