//! What the clock of arrival does to what vendors remember, and the clearing of all of it. Both are
//! lines of the recording, so that reading it again gives what was live.

use super::index::Index;
use super::take::not_recorded;
use super::{Pipeline, State};
use crate::call::Seq;
use crate::call::time::Millis;
use crate::journal::{self, Event};
use crate::objects::Objects;
use crate::vendors::Vendors;
use std::io;

/// A session that was closed because nothing came of it for too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// When it was noticed.
    pub at: Millis,
    /// The last call before that.
    pub after: Seq,
    /// The vendor that works it out.
    pub vendor: usize,
    /// What it works out, as JSON.
    pub record: String,
}

/// So many of them are kept to be shown.
const KEPT_CLOSED: usize = 100_000;

impl Pipeline {
    /// Lets the clock go on: closes the sessions that are idle now. Cheap where there is none, and
    /// meant to be called about once a second.
    pub fn tick(&self, now: Millis) {
        let mut state = self.lock();
        let closed = state.flush(&self.vendors, now);
        let before = std::mem::replace(&mut state.ticked_at, now);
        let expired = state.objects.expires(before, now);
        drop(state);
        if closed || expired {
            self.changed();
        }
    }

    /// The sessions that idleness has closed so far; of very many the first ones only.
    pub fn closed(&self) -> Vec<Closed> {
        self.lock().index.closed.clone()
    }

    /// Clears all that came so far away, for the vendors too. The recording keeps it.
    pub fn clear(&self, now: Millis) -> io::Result<()> {
        let mut state = self.lock();
        let done = state.append_event(Event::Clear, now);
        if done.is_ok() {
            state.apply(&self.vendors, Event::Clear, now);
        }
        drop(state);
        self.changed();
        done
    }

    /// How often everything was cleared away: rows begin at 0 again each time.
    pub fn clears(&self) -> u64 {
        self.lock().clears
    }
}

impl State {
    /// Closes idle sessions; true if there were any. What cannot be recorded is not done.
    pub(super) fn flush(&mut self, vendors: &Vendors, now: Millis) -> bool {
        let idle = vendors.is_idle(now, &mut self.index.memory)
            && self.append_event(Event::Flush, now).is_ok();
        if idle {
            self.apply(vendors, Event::Flush, now);
        }
        idle
    }

    fn append_event(&mut self, event: Event, at: Millis) -> io::Result<()> {
        journal::compose_event(&mut self.scratch.line, event, at);
        match self.recording.append(&self.scratch.line) {
            Ok(_) => Ok(()),
            Err(error) => {
                self.problem = Some(not_recorded(&error));
                Err(error)
            }
        }
    }

    /// Does what an event's line says, live and again.
    pub(super) fn apply(&mut self, vendors: &Vendors, event: Event, at: Millis) {
        match event {
            Event::Flush => self.index.flush(vendors, at),
            Event::Clear => {
                self.index.clear(vendors);
                self.objects = Objects::new(vendors.sync_gap_ms());
                self.clears += 1;
            }
        }
    }
}

impl Index {
    fn flush(&mut self, vendors: &Vendors, at: Millis) {
        let after = Seq(self.base + self.store.calls.len());
        for flushed in vendors.idle_flush(at, &mut self.memory) {
            if self.closed.len() < KEPT_CLOSED {
                let (vendor, record) = (flushed.vendor, flushed.record.json);
                self.closed.push(Closed { at, after, vendor, record });
            }
        }
    }

    fn clear(&mut self, vendors: &Vendors) {
        let base = self.base + self.store.calls.len();
        *self = Index::new(vendors, self.in_use.clone());
        self.base = base;
    }
}
