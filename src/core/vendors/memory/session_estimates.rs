//! Sessions as a vendor works them out from calls: which one a call belongs to, and how long they
//! took.

use crate::call::time::{self, Millis};
use crate::call::{Event, Seq};
use crate::vendors::Vendors;
use crate::vendors::engine::run_rules::{run, settle};
use crate::vendors::memory::Memory;
use memchr::memmem::Finder;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Before the session's id in a record.
static ID: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"session_id\":"));

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

/// What a record says; what else may stand in it is not looked at.
#[derive(Deserialize)]
struct RecordedSession {
    session_id: String,
    module: Option<String>,
    start: String,
    end: String,
}

impl Span {
    fn from_session(said: RecordedSession, open: bool) -> Option<Span> {
        let (start, end) = (time::parse(&said.start)?, time::parse(&said.end)?);
        Some(Span { session: said.session_id, module: said.module, start, end, open })
    }

    /// Those of some records that are of these sessions.
    pub fn read<'r>(
        records: impl Iterator<Item = &'r str>,
        sessions: &BTreeSet<String>,
    ) -> impl Iterator<Item = Span> {
        let wanted = SessionFilter::new(sessions);
        records.filter_map(move |record| {
            let said = wanted.has(record).then(|| serde_json::from_str(record).ok())??;
            Span::from_session(said, false)
        })
    }
}

/// Sessions by the JSON text of their ids, so that records of others are passed over unread.
struct SessionFilter(Vec<String>);

impl SessionFilter {
    fn new(sessions: &BTreeSet<String>) -> SessionFilter {
        let json = |id: &String| serde_json::Value::from(id.as_str()).to_string();
        let mut ids: Vec<String> = sessions.iter().map(json).collect();
        ids.sort_unstable();
        SessionFilter(ids)
    }

    /// Whether a record, or one of a list, is of one of them.
    fn has(&self, records: &str) -> bool {
        ID.find_iter(records.as_bytes()).any(|at| {
            let rest = &records[at + ID.needle().len()..];
            // the greatest that is not after it is the only one that it can begin with, as no
            // quoted text begins another
            let place = self.0.partition_point(|id| id.as_str() <= rest);
            place.checked_sub(1).is_some_and(|place| rest.starts_with(&self.0[place]))
        })
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
        let wanted = SessionFilter::new(sessions);
        let mut spans = Vec::new();
        for records in memory.notes.records().filter(|records| wanted.has(records)) {
            let all: Vec<RecordedSession> = serde_json::from_str(records).unwrap_or_default();
            let own = all.into_iter().filter(|said| sessions.contains(&said.session_id));
            spans.extend(own.filter_map(|said| Span::from_session(said, false)));
        }
        let rules = self.vendors[vendor].rules.as_ref();
        if let Some((rules, state)) = rules.zip(memory.state.as_ref()) {
            let open = rules.open(sessions, state).into_iter();
            spans.extend(open.filter_map(|record| {
                Span::from_session(serde_json::from_str(&record.json).ok()?, true)
            }));
        }
        spans
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_other_sessions_are_passed_over() {
        let sessions = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        let wanted: BTreeSet<String> = sessions(&["a", "ab", "x\"y", "z"]);
        let wanted = SessionFilter::new(&wanted);
        let record = |id: &str| serde_json::json!({"kind": "k", "session_id": id, "start": ""});
        for (id, has) in
            [("a", true), ("ab", true), ("abc", false), ("", false), ("x\"y", true), ("x", false)]
        {
            assert_eq!(wanted.has(&record(id).to_string()), has, "{id}");
        }
        let two = serde_json::json!([record("b"), record("z")]).to_string();
        assert!(wanted.has(&two));
        assert!(!SessionFilter::new(&BTreeSet::new()).has(&two));
    }
}
