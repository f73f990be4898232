//! What the clock of arrival does to what vendors remember, and the clearing of all of it. Both are
//! lines of the recording, so that reading it again gives what was live.

use crate::call::Seq;
use crate::call::time::Millis;
use crate::engine::Engine;
use crate::engine::ingest::queue_entry::QueueEntry;
use crate::engine::ingest::writer::RecordingWriter;
use crate::engine::judging::index_request::JudgedIndex;
use crate::engine::source::recording_files::{RemarkTarget, only_read};
use crate::recording::{self, RecordingEvent};
use crate::vendors::{VendorRecord, Vendors};
use std::io;
use std::sync::atomic::Ordering;

/// A session that was closed because nothing came of it for too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedSession {
    /// When it was noticed.
    pub at: Millis,
    /// The last call before that.
    pub after: Seq,
    /// The vendor that works it out.
    pub vendor: usize,
    /// What it works out.
    pub record: VendorRecord,
}

/// So many of them are kept to be shown.
const KEPT_CLOSED: usize = 100_000;

impl Engine {
    /// Lets the clock go on: closes the sessions that are idle now. Cheap where there is none, and
    /// meant to be called about once a second.
    pub fn tick(&self, now: Millis) {
        let mut front = self.shared.front();
        // whoever was to ask for it may have gone away
        self.shared.write_held(&mut front);
        self.flush(&mut front, now);
        drop(front);
        if self.shared.board().expires(now) {
            self.changed();
        }
    }

    /// The sessions that idleness has closed so far; of very many the first ones only.
    pub fn closed(&self) -> Vec<ClosedSession> {
        self.lock().index.closed.clone()
    }

    /// Clears all that came so far away, for the vendors too. The recording keeps it.
    pub fn clear(&self, now: Millis) -> io::Result<()> {
        if let RemarkTarget::Opened(_) = self.remarks {
            // whoever reads it later would miss them
            return Err(io::Error::other("the calls of a recording that is opened stay in it"));
        }
        let mut front = self.shared.front();
        let offset = self.append_event(&mut front, RecordingEvent::Clear, now)?;
        let end = front.end();
        self.shared.board().clear(self.vendors().sync_gap_ms(), offset, end);
        Ok(())
    }

    /// Takes the last clearing back; false if there is none that can be. What came since stays, and
    /// is judged again with what the vendors then know.
    pub fn undo_clear(&self, now: Millis) -> io::Result<bool> {
        let mut front = self.shared.front();
        if self.shared.queue.is_behind() {
            return Err(io::Error::other("the recording is still being read"));
        }
        if !self.shared.board().can_undo() {
            return Ok(false);
        }
        let offset = self.append_event(&mut front, RecordingEvent::Undo, now)?;
        self.shared.board().undo(&self.shared.recording, offset);
        Ok(true)
    }

    /// Clears away what one test has sent: the requests that have this value in the header by which
    /// tests keep apart. All other calls keep their numbers, and are judged as if it had sent
    /// nothing. The recording keeps it.
    pub fn clear_test(&self, test: &str, now: Millis) -> io::Result<()> {
        let mut front = self.shared.front();
        if front.is_only_read() {
            return Err(only_read());
        }
        let mut line = std::mem::take(&mut front.line);
        recording::compose_clear_test(&mut line, test, now);
        let appended = self.shared.append(&mut front, &line);
        front.line = line;
        let offset = appended?;
        self.shared.hand_over(&mut front, offset, QueueEntry::ClearTest(test.to_owned()));
        Ok(())
    }

    /// How many calls one test has sent.
    pub fn calls_of_test(&self, test: &str) -> u64 {
        self.lock().index.calls_of_test(test)
    }

    /// How many calls came before everything was cleared away the last time.
    pub fn base(&self) -> u64 {
        self.lock().index.base
    }

    /// How often calls were cleared away: rows have other places each time.
    pub fn clears(&self) -> u64 {
        self.lock().clears
    }

    /// Records that sessions are idle, if there are any. Whether there are the judge thread
    /// says; where it has nothing to do, its memory is asked. What cannot be recorded is not done.
    pub(crate) fn flush(&self, front: &mut RecordingWriter, now: Millis) {
        let shared = &*self.shared;
        if shared.flushing.load(Ordering::Relaxed) {
            return;
        }
        let is_idle = || {
            let mut state = shared.try_lock()?;
            let settled = shared.queue.is_settled() && state.done == shared.queue.recorded();
            Some(settled && state.is_idle(now))
        };
        if shared.idle.swap(false, Ordering::Relaxed)
            || shared.queue.is_settled() && is_idle().unwrap_or(false)
        {
            shared.flushing.store(true, Ordering::Relaxed);
            if self.append_event(front, RecordingEvent::Flush, now).is_err() {
                shared.flushing.store(false, Ordering::Relaxed);
            }
        }
    }

    fn append_event(
        &self,
        front: &mut RecordingWriter,
        event: RecordingEvent,
        at: Millis,
    ) -> io::Result<u64> {
        if front.is_only_read() {
            return Err(only_read());
        }
        let mut line = std::mem::take(&mut front.line);
        recording::compose_event(&mut line, event, at);
        let appended = self.shared.append(front, &line);
        front.line = line;
        let offset = appended?;
        self.shared.hand_over(front, offset, QueueEntry::Event(event, at));
        Ok(offset)
    }
}

impl JudgedIndex {
    pub(crate) fn flush(&mut self, vendors: &Vendors, at: Millis) {
        let after = Seq(self.next_seq().0 - 1);
        for flushed in vendors.idle_flush(at, &mut self.memory) {
            if self.closed.len() < KEPT_CLOSED {
                let (vendor, record) = (flushed.vendor, flushed.record);
                self.closed.push(ClosedSession { at, after, vendor, record });
            }
        }
    }

    /// Begins anew, behind the calls so far and the line that ends here; what was there before.
    pub(crate) fn clear(&mut self, vendors: &Vendors, end: u64) -> JudgedIndex {
        let base = self.next_seq().0 - 1;
        let old = std::mem::replace(self, JudgedIndex::new(vendors, self.in_use.clone()));
        (self.base, self.since) = (base, end);
        old
    }
}
