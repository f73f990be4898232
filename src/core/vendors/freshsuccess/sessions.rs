//! The durations of sessions and modules, which the vendor estimates from the calls of one session
//! id.

use crate::call::time::Millis;
use crate::vendors::memory::MemorySize;
use crate::vendors::memory::hashed_keys::{HashedKeyMap, hash_key};
use crate::vendors::memory::vendor_record::VendorRecord;
use crate::vendors::rules::SizedState;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

/// The time without a call after which a session ends.
const IDLE_TIMEOUT_MS: Millis = 30 * 60 * 1000;

/// The maximum number of open sessions, and the maximum size of their texts.
const MAX_OPEN: usize = 1_000_000;
const MAX_TEXT_BYTES: usize = 64 << 20;

/// The module in use, with the time of its first use.
#[derive(Debug)]
struct Module {
    name: Box<str>,
    start: Millis,
}

#[derive(Debug)]
struct Session {
    start: Millis,
    last: Millis,
    module: Option<Module>,
}

/// The open sessions.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    /// The sessions, by the hash of their ids.
    open: HashedKeyMap<Session>,
    /// One entry for each open session, with a time at or before its `last`. So a call changes
    /// nothing here, and a flush reads only sessions that may be idle.
    idle: BinaryHeap<Reverse<(Millis, Arc<str>)>>,
    text: usize,
    not_learned: u64,
}

/// The effects of a call on its session.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct SessionStep {
    /// True if the call is older than an earlier call of the session.
    pub late: bool,
    /// The records that the call completed.
    pub records: Vec<VendorRecord>,
}

impl Sessions {
    /// Adds a call to its session and returns the effects.
    pub fn call(&mut self, id: &str, at: Millis, module: Option<&str>) -> SessionStep {
        let mut step = SessionStep::default();
        let key = hash_key(id);
        if let Some(session) = self.open.get_mut(&key) {
            if at - session.last >= IDLE_TIMEOUT_MS {
                step.records = session.close(id);
                let module = session.module.take();
                self.text -= module.map_or(0, |module| module.name.len());
                (session.start, session.last) = (at, at);
            } else if at < session.last {
                if at < session.start && session.start - at < IDLE_TIMEOUT_MS {
                    session.start = at;
                }
                step.late = true;
                return step;
            } else {
                session.last = at;
            }
        } else if self.open.len() >= MAX_OPEN || self.text + id.len() > MAX_TEXT_BYTES {
            self.not_learned += 1;
            return step;
        } else {
            let id: Arc<str> = id.into();
            self.text += id.len();
            self.idle.push(Reverse((at, id)));
            self.open.insert(key, Session { start: at, last: at, module: None });
        }
        step.records.extend(module.and_then(|module| self.enter((key, id), at, module)));
        step
    }

    /// Reads the parts of sessions that [`Sessions::call`] uses. `keys` are the hashes of their ids.
    /// First all sessions are read, then the names of their modules, because the processor overlaps
    /// reads that do not depend on each other. Returns a number that depends on all parts.
    pub fn prefetch(&self, keys: &[u64]) -> u64 {
        let open = || keys.iter().filter_map(|key| self.open.get(key));
        let times = open().fold(0, |all, session| all ^ session.last as u64);
        let names = open().filter_map(|session| session.module.as_ref()?.name.as_bytes().first());
        names.fold(times, |all, byte| all ^ u64::from(*byte))
    }

    /// Notes the use of a module in an open session. Returns the record of the previous module, if
    /// it was another one.
    fn enter(&mut self, (key, id): (u64, &str), at: Millis, name: &str) -> Option<VendorRecord> {
        let session = self.open.get_mut(&key)?;
        let before = session.module.take_if(|module| *module.name != *name);
        let record = before.map(|module| {
            self.text -= module.name.len();
            module.record(id, at)
        });
        if session.module.is_none() {
            if self.text + name.len() > MAX_TEXT_BYTES {
                self.not_learned += 1;
                return record;
            }
            self.text += name.len();
            session.module = Some(Module { name: name.into(), start: at });
        }
        record
    }

    /// Returns the records of an open session as if it ended with its last call.
    pub fn so_far(&self, id: &str) -> Vec<VendorRecord> {
        self.open_session(id).map(|session| session.close(id)).unwrap_or_default()
    }

    fn open_session(&self, id: &str) -> Option<&Session> {
        self.open.get(&hash_key(id))
    }

    /// Returns true if a session is idle at this time. It is then the first entry of `idle`.
    pub fn is_idle(&mut self, now: Millis) -> bool {
        let is_idle = |last: Millis| now.saturating_sub(last) >= IDLE_TIMEOUT_MS;
        while let Some(Reverse((last, id))) = self.idle.peek()
            && is_idle(*last)
        {
            let last = self.open_session(id).map(|session| session.last);
            if last.is_some_and(is_idle) {
                return true;
            }
            let Some(Reverse((_, id))) = self.idle.pop() else { break };
            self.idle.extend(last.map(|last| Reverse((last, id))));
        }
        false
    }

    /// Closes the sessions that are idle at this time, in byte order of their ids.
    pub fn flush(&mut self, now: Millis) -> Vec<VendorRecord> {
        let mut closed = Vec::new();
        while self.is_idle(now) {
            closed.extend(self.idle.pop().map(|Reverse((_, id))| id));
        }
        closed.sort_unstable();
        let mut records = Vec::new();
        for id in closed {
            let key = hash_key(&id);
            let Some(session) = self.open.remove(&key) else { continue };
            self.text -= id.len() + session.module.as_ref().map_or(0, |module| module.name.len());
            records.extend(session.close(&id));
        }
        records
    }
}

impl SizedState for Sessions {
    fn size(&self) -> MemorySize {
        let bytes = self.open.capacity() * (size_of::<(u64, Session)>() + 1)
            + self.idle.capacity() * size_of::<(Millis, Arc<str>)>()
            + self.text;
        MemorySize {
            facts: self.open.len() as u64,
            not_learned: self.not_learned,
            bytes: bytes as u64,
        }
    }
}

impl Session {
    /// Returns the records of a session that ends with its last call.
    fn close(&self, id: &str) -> Vec<VendorRecord> {
        let module = self.module.as_ref().map(|module| module.record(id, self.last));
        let session = record(id, None, self.start, self.last);
        module.into_iter().chain([session]).collect()
    }
}

impl Module {
    fn record(&self, id: &str, end: Millis) -> VendorRecord {
        record(id, Some(&self.name), self.start, end)
    }
}

fn record(id: &str, module: Option<&str>, start: Millis, end: Millis) -> VendorRecord {
    VendorRecord { session: id.into(), module: module.map(Box::from), start, end }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn shown(records: &[VendorRecord]) -> Vec<String> {
        let show = |record: &VendorRecord| {
            let json: Value = serde_json::from_str(&record.json()).expect("JSON");
            let text = |key: &str| json[key].as_str().unwrap_or("-").to_owned();
            format!("{} {} {} {}", text("kind"), text("session_id"), text("module"), json["millis"])
        };
        records.iter().map(show).collect()
    }

    #[test]
    fn estimates_the_example_of_the_specification() {
        let mut sessions = Sessions::default();
        let minutes = |minutes: i64| minutes * 60_000;
        let mut call = |at, module| {
            let step = sessions.call("s1", minutes(at), module);
            (step.late, shown(&step.records))
        };
        assert_eq!(call(0, Some("Dash")), (false, vec![]));
        assert_eq!(call(4, None), (false, vec![]));
        assert_eq!(
            call(10, Some("Reports")),
            (false, vec!["module_time s1 Dash 600000".to_owned()])
        );
        assert_eq!(call(25, None), (false, vec![]));
        assert_eq!(call(20, Some("Dash")), (true, vec![]));
        assert_eq!(
            shown(&sessions.so_far("s1")),
            ["module_time s1 Reports 900000", "session_time s1 - 1500000"]
        );
        assert_eq!(sessions.so_far("s2"), []);
        let mut call = |at, module| {
            let step = sessions.call("s1", minutes(at), module);
            (step.late, shown(&step.records))
        };
        assert_eq!(
            call(55, Some("Reports")).1,
            ["module_time s1 Reports 900000", "session_time s1 - 1500000"]
        );
        assert_eq!(sessions.flush(minutes(85) - 1), []);
        assert_eq!(
            shown(&sessions.flush(minutes(85))),
            ["module_time s1 Reports 0", "session_time s1 - 0"]
        );
        assert_eq!((sessions.text, sessions.idle.len()), (0, 0));
    }

    #[test]
    fn a_late_call_moves_only_a_start_that_is_close() {
        let mut sessions = Sessions::default();
        sessions.call("s", 10 * IDLE_TIMEOUT_MS, None);
        assert!(sessions.call("s", 9 * IDLE_TIMEOUT_MS, None).late);
        assert!(sessions.call("s", 9 * IDLE_TIMEOUT_MS + 1, None).late);
        assert!(sessions.call("s", 8 * IDLE_TIMEOUT_MS + 2, None).late);
        let records = shown(&sessions.flush(11 * IDLE_TIMEOUT_MS));
        assert_eq!(records, [format!("session_time s - {}", 2 * IDLE_TIMEOUT_MS - 2)]);
    }

    #[test]
    fn a_flush_closes_the_idle_ones_in_byte_order_and_keeps_the_others() {
        let mut sessions = Sessions::default();
        for (id, at) in [("b", 0), ("é", 1), ("B", 2), ("a", 0), ("busy", 0)] {
            sessions.call(id, at, Some("M"));
        }
        sessions.call("busy", 10, None);
        let ids = |records: &[VendorRecord]| {
            let is = |line: &String| line.starts_with("session_time");
            shown(records).into_iter().filter(is).collect::<Vec<_>>()
        };
        assert_eq!(
            ids(&sessions.flush(IDLE_TIMEOUT_MS + 9)),
            [
                "session_time B - 0",
                "session_time a - 0",
                "session_time b - 0",
                "session_time é - 0"
            ]
        );
        assert_eq!(ids(&sessions.flush(IDLE_TIMEOUT_MS + 10)), ["session_time busy - 10"]);
        assert_eq!(sessions.size().facts, 0);
        assert_eq!(sessions.flush(Millis::MAX), []);
    }

    #[test]
    fn counts_sessions_and_modules_without_room_and_takes_them_once_there_is_room() {
        let mut sessions = Sessions::default();
        sessions.call(&"x".repeat(MAX_TEXT_BYTES - 2), 0, Some("long module"));
        sessions.call("more", 0, None);
        sessions.call("s", IDLE_TIMEOUT_MS, Some("M"));
        let size = sessions.size();
        assert_eq!((size.facts, size.not_learned), (2, 2));
        assert_eq!(sessions.flush(IDLE_TIMEOUT_MS).len(), 1);
        sessions.call("more", IDLE_TIMEOUT_MS, Some("N"));
        assert_eq!(shown(&sessions.flush(2 * IDLE_TIMEOUT_MS)).len(), 4);
    }
}
