//! The way of a call: recorded → judged → indexed → shown.
//!
//! One lock holds the recording, the index and what the vendors remember. A request is taken under
//! it from end to end (measured: handing the write to another thread is slower than writing); the
//! screen holds it only for the few rows that it copies, and reads bodies from disk outside of it.

mod clock;
mod columns;
mod common;
mod detail;
mod fields;
mod files;
mod fix;
mod frames;
mod in_use;
mod index;
mod names;
mod people;
mod push;
mod recording;
mod refused;
mod replay;
mod sieve;
mod take;
mod tally;
mod view;
mod window;

pub use clock::Closed;
pub use columns::{CallColumns, RefusedColumns};
pub use common::CommonView;
pub use files::{FileError, FileItem, Opened, calls_of, read_file};
pub use frames::FrameTimes;
pub use in_use::InUse;
pub use names::SeenNames;
pub use people::SeenGroup;
pub use recording::Recording;
pub use replay::recorded_calls;
pub use sieve::{Found, Shown, Sieve};
pub use tally::{Tallied, Tally};
pub use view::*;

use crate::call::Seq;
use crate::call::time::Millis;
use crate::filter::Filter;
use crate::findings::{Severity, Verdict};
use crate::objects::Objects;
use crate::store::{Row, Store};
use crate::vendors::Vendors;
use index::Index;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// What is looked for among the calls.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A call with an id that a vendor in use misses.
    Missing,
    /// A call with a warning or an error, or a refused request.
    Finding,
    /// A row that a search finds.
    Matches(Arc<Filter>),
}

/// All that was captured, and what becomes of what comes next.
#[derive(Debug)]
pub struct Pipeline {
    state: Mutex<State>,
    version: AtomicU64,
    vendors: Arc<Vendors>,
    webhook_secret: Option<String>,
    frames: frames::Frames,
}

#[derive(Debug)]
struct State {
    recording: Recording,
    index: Index,
    objects: Objects,
    clears: u64,
    /// When the clock was last looked at.
    ticked_at: Millis,
    next_request: u64,
    unrecorded: u64,
    too_much: u64,
    /// Why nothing can be recorded now; gone with the next request that is.
    problem: Option<String>,
    /// The last thing worth knowing that no request shows.
    notice: Option<String>,
    scratch: take::Scratch,
}

impl Pipeline {
    /// Begins with a recording; what is in it already is read first.
    pub fn new(
        recording: Recording,
        vendors: Arc<Vendors>,
        in_use: InUse,
        webhook_secret: Option<String>,
    ) -> io::Result<(Pipeline, Opened)> {
        let mut state = State {
            recording,
            index: Index::new(&vendors, in_use),
            objects: Objects::new(vendors.sync_gap_ms()),
            clears: 0,
            ticked_at: 0,
            next_request: 1,
            unrecorded: 0,
            too_much: 0,
            problem: None,
            notice: None,
            scratch: take::Scratch::default(),
        };
        let opened = state.replay(&vendors)?;
        let pipeline = Pipeline {
            state: Mutex::new(state),
            version: AtomicU64::new(1),
            vendors,
            webhook_secret,
            frames: frames::Frames::default(),
        };
        Ok((pipeline, opened))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // a panic while a request was taken leaves at worst that request half indexed; to refuse
        // all that follows would lose more
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn changed(&self) {
        self.version.fetch_add(1, Ordering::Release);
    }

    /// A number that grows with each change.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// The vendors that are judged.
    pub fn vendors(&self) -> &Arc<Vendors> {
        &self.vendors
    }

    /// How many rows the log has.
    pub fn rows(&self) -> u64 {
        self.lock().index.store.rows()
    }

    /// How many calls there are.
    pub fn calls(&self) -> u64 {
        self.lock().index.store.calls.len()
    }

    /// The row of a call.
    pub fn row_of(&self, seq: Seq) -> u64 {
        let state = self.lock();
        let at = seq.0.saturating_sub(state.index.base + 1);
        state.index.store.row_of_call(at)
    }

    /// The vendors in use.
    pub fn in_use(&self) -> InUse {
        self.lock().index.in_use.clone()
    }

    /// Changes the vendors in use. The ids that the log shows follow from them, so all calls are
    /// read again.
    pub fn set_in_use(&self, in_use: InUse) -> io::Result<()> {
        let mut state = self.lock();
        state.index = Index::new(&self.vendors, in_use);
        let done = state.replay(&self.vendors);
        drop(state);
        self.changed();
        done.map(|_| ())
    }

    /// Counts for the status bar.
    pub fn stats(&self) -> Stats {
        let state = self.lock();
        let store = &state.index.store;
        Stats {
            calls: store.calls.len(),
            repeats: state.index.repeats,
            requests: store.requests.len(),
            refused: store.refused(),
            missing: state.index.missing(),
            unrecorded: state.unrecorded,
            too_much: state.too_much,
            recorded_bytes: state.recording.len(),
            recording: state.recording.path().map(ToOwned::to_owned),
            problem: state.problem.clone().or_else(|| state.notice.clone()),
        }
    }

    /// What all calls of a library have in common besides a missing id: noise, to be said once.
    pub fn common(&self) -> Vec<CommonView> {
        let mut state = self.lock();
        state.index.common(&self.vendors);
        let index = &state.index;
        index.common_view(&self.vendors)
    }

    /// Calls by vendor and verdict, repeats not counted, in the order of [`Verdict::WORST_FIRST`].
    pub fn verdicts(&self) -> Vec<[u64; 5]> {
        self.lock().index.verdicts(self.vendors.len())
    }

    /// Counts a request that was turned away with 429 before it was read.
    pub fn too_much(&self) {
        self.lock().too_much += 1;
        self.changed();
    }

    /// A screen has drawn a frame.
    pub fn drew(&self, took: Duration) {
        self.frames.note(took);
    }

    /// How long the latest frames of the screen took; none where no screen draws.
    pub fn frame_times(&self) -> Option<FrameTimes> {
        self.frames.times()
    }

    /// Tells the user of something that no request shows, such as a client that speaks TLS.
    pub fn notice(&self, notice: String) {
        self.lock().notice = Some(notice);
        self.changed();
    }

    /// The first of these rows that is what the index alone can tell.
    fn first(&self, mut rows: impl Iterator<Item = u64>, what: &What) -> Option<u64> {
        let state = self.lock();
        rows.find(|row| state.index.is(*row, what))
    }

    /// Which index this is, and how many rows it has. The number is another after each clear and
    /// each time that all is judged again.
    fn extent(&self) -> (u64, u64) {
        let state = self.lock();
        (state.index.epoch, state.index.store.rows())
    }
}

impl Index {
    fn verdicts(&self, vendors: usize) -> Vec<[u64; 5]> {
        let mut out = vec![[0; 5]; vendors];
        for (set, count) in self.sets() {
            for (counts, verdict) in out.iter_mut().zip(&set.verdicts) {
                let place = Verdict::WORST_FIRST.iter().position(|known| known == verdict);
                counts[place.expect("every verdict is in the list")] += count;
            }
        }
        out
    }

    fn is(&self, row: u64, what: &What) -> bool {
        let store: &Store = &self.store;
        match (store.row(row), what) {
            (Some(Row::Call(at)), what) => {
                let Some(call) = store.calls.get(at) else { return false };
                let Some(request) = store.requests.get(u64::from(call.request)) else {
                    return false;
                };
                let (set, bits) = (store.sets.get(call.set), self.in_use.bits(request.sender));
                match what {
                    What::Missing => set.missing(bits),
                    What::Finding => set.severity(bits).is_some_and(|worst| worst < Severity::Info),
                    What::Matches(_) => false,
                }
            }
            (Some(Row::Refused(_)), What::Finding) => true,
            _ => false,
        }
    }
}
