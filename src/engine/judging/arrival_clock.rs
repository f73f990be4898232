//! Closes idle sessions as time passes, and clears calls. Both are lines of the recording, so that
//! reading it again gives the same results as live.

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

/// A session that was closed because none of its calls arrived for too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedSession {
    /// The time at which it was closed.
    pub at: Millis,
    /// The last call, of any session, before that.
    pub after: Seq,
    /// The position in the registry of the vendor that estimates the session.
    pub vendor: usize,
    /// The record that the vendor creates for the session.
    pub record: VendorRecord,
}

/// The maximum number of closed sessions that are kept for display.
const MAX_KEPT_CLOSED: usize = 100_000;

impl Engine {
    /// Advances the clock: closes the sessions that are idle now, and lets pushed objects expire.
    /// The listener calls this about once a second; it is cheap if no session is idle.
    pub fn tick(&self, now: Millis) {
        let mut front = self.shared.front();
        // the task that holds the ticket for these lines may have been dropped
        self.shared.write_held(&mut front);
        self.flush(&mut front, now);
        drop(front);
        if self.shared.board().expires(now) {
            self.changed();
        }
    }

    /// Returns the idle sessions that were closed so far: at most the first 100,000.
    pub fn closed(&self) -> Vec<ClosedSession> {
        self.lock().index.closed.clone()
    }

    /// Clears all calls so far, also from the memory of the vendors. The recording keeps them.
    ///
    /// # Errors
    ///
    /// If the calls come from an opened recording, or if the line cannot be written.
    pub fn clear(&self, now: Millis) -> io::Result<()> {
        if let RemarkTarget::Opened(_) = self.remarks {
            // a later reader of that recording would miss the calls
            return Err(io::Error::other("the calls of a recording that is opened stay in it"));
        }
        let mut front = self.shared.front();
        let offset = self.append_event(&mut front, RecordingEvent::Clear, now)?;
        let end = front.end();
        self.shared.board().clear(self.vendors().sync_gap_ms(), offset, end);
        Ok(())
    }

    /// Undoes the last clear. Returns false if there is none to undo. Calls since then stay, and
    /// are judged again with the restored memory of the vendors.
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

    /// Clears the requests of one test: those with this value in the `X-Segscope-Test` header. All
    /// other calls keep their numbers, and are judged as if the test had sent nothing. The
    /// recording keeps the requests.
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

    /// Returns the number of calls of one test.
    pub fn calls_of_test(&self, test: &str) -> u64 {
        self.lock().index.calls_of_test(test)
    }

    /// Returns the number of calls before the last clear of everything.
    pub fn base(&self) -> u64 {
        self.lock().index.base
    }

    /// Returns the number of times that calls were cleared or restored. Each time, the rows of the
    /// log change their positions.
    pub fn clears(&self) -> u64 {
        self.lock().clears
    }

    /// Records an idle flush if sessions are idle. The judge thread reports that; while it has no
    /// work, this asks the vendors' memory itself. If the line cannot be recorded, no session is
    /// closed.
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

    /// Appends the line of an event to the recording and returns its offset.
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
    /// Closes the sessions that are idle at a time.
    pub(crate) fn flush(&mut self, vendors: &Vendors, at: Millis) {
        let after = Seq(self.next_seq().0 - 1);
        for flushed in vendors.idle_flush(at, &mut self.memory) {
            if self.closed.len() < MAX_KEPT_CLOSED {
                let (vendor, record) = (flushed.vendor, flushed.record);
                self.closed.push(ClosedSession { at, after, vendor, record });
            }
        }
    }

    /// Replaces the index by an empty one, and returns the old one. Numbers continue after the
    /// calls so far. `end` is the end of the line of the clear in the recording.
    pub(crate) fn clear(&mut self, vendors: &Vendors, end: u64) -> JudgedIndex {
        let base = self.next_seq().0 - 1;
        let old = std::mem::replace(self, JudgedIndex::new(vendors, self.in_use.clone()));
        (self.base, self.since) = (base, end);
        old
    }
}
