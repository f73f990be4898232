//! The queue from the thread that answers to the thread that judges: lines that are recorded and
//! not yet judged, already read. It is bounded. The recording itself is the rest of the queue: a
//! line that finds no room, or that was there before, is read back from it in its place, so that
//! senders wait only for the disk. A file that is imported has no sender, so its reader waits for
//! room: to read a line twice would take longer.

use crate::engine::ingest::queue_entry::QueuedLine;
use crate::wire::ParseScratch;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The lines in the queue cost at most so many bytes of memory, about…
const MAX_COST: usize = 12 << 20;
/// …and are at most so many.
const MAX_ITEMS: usize = 16 * 1024;
/// So many lines are handed over at once.
const MAX_AT_ONCE: usize = 256;
/// While calls keep coming the judge thread looks for more after this long: waking it for each
/// call would cost the listener thread more than the call does.
const NAP: Duration = Duration::from_millis(1);
/// After so many looks in vain it sleeps until it is woken.
const NAPS: u32 = 20;
/// So much room of earlier readings is kept for later ones.
const MAX_SPARES: usize = 256;
/// The same while requests come that cost more than this.
const MAX_SPARES_OF_LARGE: usize = 8;
const LARGE_COST: usize = 64 << 10;

/// What the judge thread is to do next.
pub(crate) enum NextWork {
    /// Judge these.
    Items,
    /// Read and judge the recording up to here.
    Read(u64),
    /// End.
    End,
}

#[derive(Default)]
struct QueueState {
    items: VecDeque<QueuedLine>,
    cost: usize,
    spares: Vec<ParseScratch>,
    /// The judge thread waits to be woken, or takes a nap.
    asleep: bool,
    napping: bool,
    /// How many wait for room, and for all to be judged.
    want_room: u32,
    want_done: u32,
    ended: bool,
}

impl QueueState {
    /// Whether there is no room for a line that costs so much.
    fn is_full(&self, cost: usize) -> bool {
        !self.items.is_empty() && (self.cost + cost > MAX_COST || self.items.len() >= MAX_ITEMS)
    }
}

#[derive(Default)]
pub(crate) struct Queue {
    inner: Mutex<QueueState>,
    more: Condvar,
    room: Condvar,
    judged: Condvar,
    /// What was there before anything came in.
    before: u64,
    /// Up to where is recorded, and up to where of that is judged. Both change with the lock held.
    recorded: AtomicU64,
    done: AtomicU64,
    /// Lines of an imported file wait for room.
    is_import: bool,
    /// Lines are read back from the recording now.
    reading: AtomicBool,
    /// Some of the lines handed over last were large.
    large: AtomicBool,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Queue({} of {} bytes judged)", self.done(), self.recorded())
    }
}

impl Queue {
    /// Everything recorded so far is still to be judged.
    pub fn new(recorded: u64, is_import: bool) -> Queue {
        Queue { before: recorded, recorded: recorded.into(), is_import, ..Queue::default() }
    }

    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Up to where there are lines.
    pub fn recorded(&self) -> u64 {
        self.recorded.load(Ordering::Acquire)
    }

    /// Up to where they are judged.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Acquire)
    }

    /// True if all that is recorded is judged.
    pub fn is_settled(&self) -> bool {
        self.done() == self.recorded()
    }

    /// Up to where has been read and how much there is, while what was there before is read.
    pub fn reading(&self) -> Option<(u64, u64)> {
        let is_reading = self.reading.load(Ordering::Relaxed) && self.is_behind();
        is_reading.then(|| (self.done(), self.recorded()))
    }

    /// Returns how many bytes of the recording are not judged.
    pub fn lag_bytes(&self) -> u64 {
        self.recorded().saturating_sub(self.done())
    }

    /// Up to where lines were there before anything came in.
    pub fn before(&self) -> u64 {
        self.before
    }

    /// True while what was there before anything came in is still being read.
    pub fn is_behind(&self) -> bool {
        self.done() < self.before
    }

    /// Hands over lines that have just been recorded, in their order. The judge thread reads those
    /// back that find no room; lines of an import wait for it, unless the judge thread still reads
    /// what was there before. Room of earlier readings comes back in `spares`.
    pub fn push(&self, items: &mut Vec<QueuedLine>, spares: &mut Vec<ParseScratch>) {
        let mut inner = self.lock();
        for item in items.drain(..) {
            let (end, cost) = (item.end, item.cost());
            if inner.is_full(cost) && self.is_import && !self.is_behind() {
                inner = self.wait_for_room(inner, cost);
            }
            self.recorded.store(end, Ordering::Release);
            // behind a line that found no room, those in the queue are read back first
            let follows = inner.items.back().is_none_or(|last| last.end == item.offset);
            if follows && !inner.is_full(cost) && !inner.ended {
                inner.cost += cost;
                inner.items.push_back(item);
            }
        }
        if spares.is_empty() {
            std::mem::swap(spares, &mut inner.spares);
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

    /// What the judge thread does next, which has judged everything up to `done`. The lines come
    /// in `items`; room of earlier readings goes back from `spares`.
    pub fn next(
        &self,
        done: u64,
        items: &mut Vec<QueuedLine>,
        spares: &mut Vec<ParseScratch>,
    ) -> NextWork {
        let mut inner = self.lock();
        self.done.store(done, Ordering::Release);
        if inner.want_done > 0 {
            self.judged.notify_all();
        }
        // a batch leaves much room, and a few of these are enough
        let most = if self.large.swap(false, Ordering::Relaxed) {
            MAX_SPARES_OF_LARGE
        } else {
            MAX_SPARES
        };
        inner.spares.truncate(most);
        let room = most.saturating_sub(inner.spares.len()).min(spares.len());
        inner.spares.extend(spares.drain(..room));
        spares.clear();
        let mut naps = 0;
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
            if naps < NAPS && inner.want_done == 0 {
                naps += 1;
                inner.napping = true;
                let woken = self.more.wait_timeout(inner, NAP);
                inner = woken.map_or_else(|poison| poison.into_inner().0, |(inner, _)| inner);
                inner.napping = false;
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

    /// The judge thread has judged up to here and goes on.
    pub fn moved(&self, done: u64) -> bool {
        let inner = self.lock();
        self.done.store(done, Ordering::Release);
        if inner.want_done > 0 {
            self.judged.notify_all();
        }
        !inner.ended
    }

    /// Waits until the recording is judged up to a place, at most for some time. Returns true if it
    /// is, or if nothing is judged any more.
    pub fn settle_to(&self, wanted: u64, limit: Duration) -> bool {
        if self.done() >= wanted {
            return true;
        }
        let mut inner = self.lock();
        inner.want_done += 1;
        if inner.asleep || inner.napping {
            self.more.notify_one();
        }
        let is_open = |inner: &mut QueueState| self.done() < wanted && !inner.ended;
        let waited = self.judged.wait_timeout_while(inner, limit, is_open);
        let (mut inner, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        inner.want_done -= 1;
        !waited.timed_out()
    }

    /// Nothing is judged any more; nobody waits for it.
    pub fn end(&self) {
        self.lock().ended = true;
        self.more.notify_all();
        self.room.notify_all();
        self.judged.notify_all();
    }
}

#[cfg(test)]
mod tests;
