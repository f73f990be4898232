//! Sessions as a vendor works them out from calls: which one a call belongs to, and how long they
//! took.

use crate::call::time::Millis;
use crate::call::{Event, Seq};
use crate::vendors::Vendors;
use crate::vendors::engine::run_rules::{run, settle};
use crate::vendors::memory::Memory;
use crate::vendors::memory::vendor_record::VendorRecord;
use std::collections::BTreeSet;

/// A session, or the time in one module of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The session's id.
    pub session: String,
    /// The module; none for the session as a whole.
    pub module: Option<String>,
    /// When it began.
    pub start: Millis,
    /// When it ended, or the latest call so far.
    pub end: Millis,
    /// It has not ended yet.
    pub open: bool,
}

impl Span {
    fn from_record(record: VendorRecord, open: bool) -> Span {
        let VendorRecord { session, module, start, end } = record;
        Span { session: session.into(), module: module.map(String::from), start, end, open }
    }

    /// Those of some records that are of these sessions.
    pub fn of_sessions<'r>(
        records: impl Iterator<Item = &'r VendorRecord>,
        sessions: &BTreeSet<String>,
    ) -> impl Iterator<Item = Span> {
        let wanted = records.filter(|record| sessions.contains(&*record.session));
        wanted.map(|record| Span::from_record(record.clone(), false))
    }
}

impl Vendors {
    /// The vendors that work sessions out.
    pub fn estimating(&self) -> impl Iterator<Item = usize> {
        let estimates = |vendor: &usize| {
            self.vendors[*vendor].rules.as_ref().is_some_and(|rules| rules.has_sessions())
        };
        (0..self.len()).filter(estimates)
    }

    /// The session that a vendor counts a call to; none where it takes the call for none. `memory`
    /// has seen the calls before it.
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

    /// What a vendor has worked out of some sessions as calls came, and of those that are open. What
    /// it worked out when idleness ended a session is kept by who flushes it.
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
