//! The queue from the listener threads to the judge thread: parsed lines that are recorded but not
//! yet judged. It is bounded. Lines for which there is no room, and lines from before the program
//! started, are read back from the recording in order, so senders wait only for the disk. An
//! imported file has no sender, so the thread that reads it waits for room, which is faster than
//! reading a line twice.

use crate::engine::ingest::queue_entry::QueuedLine;
use crate::wire::ParseScratch;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The approximate maximum memory use of the lines in the queue, in bytes.
const MAX_COST: usize = 12 << 20;
/// The maximum number of lines in the queue.
const MAX_ITEMS: usize = 16 * 1024;
/// The maximum number of lines that the judge thread takes at once.
const MAX_AT_ONCE: usize = 256;
/// The interval at which the judge thread polls the queue while calls keep arriving. Waking it for
/// each call would cost the listener threads more than the call itself.
const POLL_INTERVAL: Duration = Duration::from_millis(1);
/// The maximum number of polls without a new line, after which the judge thread sleeps until it is
/// woken.
const MAX_POLLS: u32 = 20;
/// The maximum number of parse buffers that are kept for reuse.
const MAX_SPARES: usize = 256;
/// The maximum number of parse buffers while lines arrive that cost more than [`LARGE_COST`].
const MAX_SPARES_OF_LARGE: usize = 8;
/// The cost in bytes above which a line is large.
const LARGE_COST: usize = 64 << 10;

/// The next work of the judge thread.
pub(crate) enum NextWork {
    /// Judge the lines that were returned.
    Items,
    /// Read and judge the recording up to this offset.
    Read(u64),
    /// End.
    End,
}

#[derive(Default)]
struct QueueState {
    items: VecDeque<QueuedLine>,
    cost: usize,
    /// True while the judge thread waits to be woken, and while it waits for the next poll.
    asleep: bool,
    polling: bool,
    /// The number of threads that wait for room, and of those that wait until lines are judged.
    want_room: u32,
    want_done: u32,
    ended: bool,
}

impl QueueState {
    /// Returns whether there is no room for a line with this cost.
    fn is_full(&self, cost: usize) -> bool {
        !self.items.is_empty() && (self.cost + cost > MAX_COST || self.items.len() >= MAX_ITEMS)
    }
}

#[derive(Default)]
pub(crate) struct Queue {
    inner: Mutex<QueueState>,
    /// The parse buffers of judged requests, for the next requests.
    buffers: Mutex<Vec<ParseScratch>>,
    more: Condvar,
    room: Condvar,
    judged: Condvar,
    /// The length of the recording when the program started.
    before: u64,
    /// The offset up to which lines are recorded, and the offset up to which they are judged. Both
    /// change only while the lock is held.
    recorded: AtomicU64,
    done: AtomicU64,
    /// True if the lines come from an imported file, so that they wait for room.
    is_import: bool,
    /// True while lines are read back from the recording.
    reading: AtomicBool,
    /// True if a line that the judge thread took last was large.
    large: AtomicBool,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Queue({} of {} bytes judged)", self.done(), self.recorded())
    }
}

impl Queue {
    /// Creates a queue for a recording of length `recorded`, of which nothing is judged yet.
    pub fn new(recorded: u64, is_import: bool) -> Queue {
        Queue { before: recorded, recorded: recorded.into(), is_import, ..Queue::default() }
    }

    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn buffers(&self) -> MutexGuard<'_, Vec<ParseScratch>> {
        self.buffers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a parse buffer for one request: that of a judged request, or a new one.
    pub fn take_buffer(&self) -> ParseScratch {
        self.buffers().pop().unwrap_or_default()
    }

    /// Gives back the parse buffer of a request that is refused. That of a large body is not kept.
    pub fn give_buffer(&self, buffer: ParseScratch, body_bytes: usize) {
        let mut buffers = self.buffers();
        if body_bytes <= LARGE_COST && buffers.len() < MAX_SPARES {
            buffers.push(buffer);
        }
    }

    /// Gives parse buffers back, so that at most `max_buffers` are kept.
    fn give_buffers(&self, spares: &mut Vec<ParseScratch>, max_buffers: usize) {
        let mut buffers = self.buffers();
        buffers.truncate(max_buffers);
        let room = max_buffers - buffers.len();
        buffers.extend(spares.drain(..room.min(spares.len())));
        drop(buffers);
        spares.clear();
    }

    /// Returns the offset up to which lines are recorded.
    pub fn recorded(&self) -> u64 {
        self.recorded.load(Ordering::Acquire)
    }

    /// Returns the offset up to which lines are judged.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Acquire)
    }

    /// Returns true if all recorded lines are judged.
    pub fn is_settled(&self) -> bool {
        self.done() == self.recorded()
    }

    /// Returns the number of bytes that are read and the length of the recording, while the lines
    /// from before the start of the program are read.
    pub fn reading(&self) -> Option<(u64, u64)> {
        let is_reading = self.reading.load(Ordering::Relaxed) && self.is_behind();
        is_reading.then(|| (self.done(), self.recorded()))
    }

    /// Returns the number of bytes of the recording that are not yet judged.
    pub fn lag_bytes(&self) -> u64 {
        self.recorded().saturating_sub(self.done())
    }

    /// Returns the length of the recording when the program started.
    pub fn before(&self) -> u64 {
        self.before
    }

    /// Returns true while lines from before the start of the program are still being read.
    pub fn is_behind(&self) -> bool {
        self.done() < self.before
    }

    /// Adds lines that have just been recorded, in order. If there is no room, the judge thread
    /// reads them back from the recording; lines of an import wait for room instead, unless the
    /// judge thread still reads lines from before the start.
    pub fn push(&self, items: &mut Vec<QueuedLine>) {
        let mut inner = self.lock();
        for item in items.drain(..) {
            let (end, cost) = (item.end, item.cost());
            if inner.is_full(cost) && self.is_import && !self.is_behind() {
                inner = self.wait_for_room(inner, cost);
            }
            self.recorded.store(end, Ordering::Release);
            // after a line for which there was no room, all lines are read back until the queue is
            // empty
            let follows = inner.items.back().is_none_or(|last| last.end == item.offset);
            if follows && !inner.is_full(cost) && !inner.ended {
                inner.cost += cost;
                inner.items.push_back(item);
            }
        }
        if inner.asleep {
            self.more.notify_one();
        }
    }

    fn wait_for_room<'q>(
        &'q self,
        mut inner: MutexGuard<'q, QueueState>,
        cost: usize,
    ) -> MutexGuard<'q, QueueState> {
        inner.want_room += 1;
        if inner.asleep {
            self.more.notify_one();
        }
        while inner.is_full(cost) && !inner.ended {
            inner = self.room.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
        inner.want_room -= 1;
        inner
    }

    /// Waits for the next work of the judge thread, which has judged all lines up to `done`. Puts
    /// the lines to judge into `items`, and takes back parse buffers from `spares`.
    pub fn next(
        &self,
        done: u64,
        items: &mut Vec<QueuedLine>,
        spares: &mut Vec<ParseScratch>,
    ) -> NextWork {
        // the buffers of a batch are large, so only a few of them are kept
        let max_buffers = if self.large.swap(false, Ordering::Relaxed) {
            MAX_SPARES_OF_LARGE
        } else {
            MAX_SPARES
        };
        self.give_buffers(spares, max_buffers);
        let mut inner = self.lock();
        self.done.store(done, Ordering::Release);
        if inner.want_done > 0 {
            self.judged.notify_all();
        }
        let mut polls = 0;
        loop {
            if inner.ended {
                return NextWork::End;
            }
            let first = inner.items.front().map(|item| item.offset);
            if first == Some(done) {
                break;
            }
            let to = first.unwrap_or_else(|| self.recorded());
            if to > done {
                self.reading.store(true, Ordering::Relaxed);
                return NextWork::Read(to);
            }
            self.reading.store(false, Ordering::Relaxed);
            if polls < MAX_POLLS && inner.want_done == 0 {
                polls += 1;
                inner.polling = true;
                let woken = self.more.wait_timeout(inner, POLL_INTERVAL);
                inner = woken.map_or_else(|poison| poison.into_inner().0, |(inner, _)| inner);
                inner.polling = false;
            } else {
                inner.asleep = true;
                inner = self.more.wait(inner).unwrap_or_else(PoisonError::into_inner);
                inner.asleep = false;
            }
        }
        self.reading.store(false, Ordering::Relaxed);
        let count = inner.items.len().min(MAX_AT_ONCE);
        items.extend(inner.items.drain(..count));
        let cost: usize = items.iter().map(QueuedLine::cost).sum();
        if items.iter().any(|item| item.cost() > LARGE_COST) {
            self.large.store(true, Ordering::Relaxed);
        }
        inner.cost -= cost;
        if inner.want_room > 0 {
            self.room.notify_all();
        }
        NextWork::Items
    }

    /// Notes that the judge thread has judged lines up to `done`. Returns false if the queue has
    /// ended.
    pub fn moved(&self, done: u64) -> bool {
        let inner = self.lock();
        self.done.store(done, Ordering::Release);
        if inner.want_done > 0 {
            self.judged.notify_all();
        }
        !inner.ended
    }

    /// Returns whether the queue has ended, so that lines which are not yet judged never will be.
    pub fn has_ended(&self) -> bool {
        self.lock().ended
    }

    /// Waits until the recording is judged up to an offset, at most for the time `limit`. Returns
    /// true if it is, or if the queue has ended; the engine then reports how much is not judged.
    pub fn settle_to(&self, wanted: u64, limit: Duration) -> bool {
        if self.done() >= wanted {
            return true;
        }
        let mut inner = self.lock();
        inner.want_done += 1;
        if inner.asleep || inner.polling {
            self.more.notify_one();
        }
        let is_open = |inner: &mut QueueState| self.done() < wanted && !inner.ended;
        let waited = self.judged.wait_timeout_while(inner, limit, is_open);
        let (mut inner, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        inner.want_done -= 1;
        !waited.timed_out()
    }

    /// Ends the queue: nothing more is judged, and all threads that wait are woken.
    pub fn end(&self) {
        self.lock().ended = true;
        self.more.notify_all();
        self.room.notify_all();
        self.judged.notify_all();
    }
}

#[cfg(test)]
mod tests;
