//! The way of a call: recorded → judged → indexed → shown.
//!
//! Two threads share the work. The answering side ([`take`], [`front`]) reads a request, appends
//! its line to the recording, hands it over and answers. The judging thread ([`judge`]) takes the
//! lines in their order and makes the index of them, from the bounded queue between the two
//! ([`queue`]) or, where nobody has read them yet, from the recording ([`lines`]). So opening a
//! file, judging again and judging what comes are one way.
//!
//! One lock holds the index and what the vendors remember. The judging thread gives it away every
//! few calls; the screen holds it only for the few rows that it copies, and reads bodies from disk
//! outside of it. The answering side never waits for it. Who wants to see what was just answered
//! calls [`Pipeline::settle`] first.

mod again;
mod aggregates;
mod aside;
mod bare;
mod behind;
mod changes;
mod clock;
mod columns;
mod common;
mod compose;
mod counts;
mod course;
mod detail;
mod drawing;
mod eras;
mod fields;
mod fix;
mod frames;
mod front;
mod id_remarks;
mod import;
mod in_use;
mod in_view;
mod index;
mod judge;
mod lines;
mod names;
mod no_call;
mod numbers;
mod one;
mod people;
mod places;
mod plan;
mod push;
mod queue;
mod recording;
mod remarks;
mod replay;
mod selection;
mod sieve;
mod source;
mod state;
mod survey;
mod take;
mod tally;
mod tell;
mod view;
mod window;

pub use aggregates::{
    By, Counted, Coverage, Expectations, Expected, FoundIn, Groups, Held, IdShare, LearnedPlan,
    Member, Person, Standing, Who,
};
pub use changes::{Changes, VendorChanges, VerdictChange};
pub use clock::Closed;
pub use columns::{CallColumns, NoCallColumns};
pub use common::CommonView;
pub use compose::{Composed, NotYet};
pub use course::{Course, Disorder, OfType, SessionIds};
pub use frames::FrameTimes;
pub use front::Pending;
pub use id_remarks::IdRemarkView;
pub use in_use::InUse;
pub use names::SeenNames;
pub use people::SeenGroup;
pub use plan::{Expectation, ID_NAMES, MOST_EXPECTED, Plan, PlanError};
pub use recording::{Recording, Remarks};
pub use remarks::NOTE_CHARS;
pub use selection::MAX_CLEARED_RANGES;
pub use sieve::{Found, Matching, Shown, Sieve};
pub(crate) use source::holds_calls;
pub use source::{FileError, Opened};
pub use survey::{Shares, Surveyed, survey};
pub use take::Taken;
pub use tally::{CallGroup, MAX_CALL_GROUPS, Tallied, Tally};
pub use view::*;

use crate::filter::Filter;
use crate::findings::Severity;
pub use crate::store::NoCall;
use crate::store::{Row, Store};
use crate::vendors::Vendors;
use front::Front;
use import::Import;
use index::Index;
use judge::Shared;
use state::State;
use std::io;
use std::ops::Range;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

/// What is looked for among the calls.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A call with an id that a vendor in use misses.
    Missing,
    /// A call with a warning or an error, or a request that lost calls.
    Finding,
    /// A call that the user marked.
    Marked,
    /// A row that a search finds.
    Matches(Arc<Filter>),
}

/// All that was captured, and what becomes of what comes next.
#[derive(Debug)]
pub struct Pipeline {
    shared: Arc<Shared>,
    webhook_secret: Option<String>,
    remarks: Remarks,
    /// Held by who judges all again.
    again: Mutex<()>,
    threads: Vec<JoinHandle<()>>,
    frames: frames::Frames,
    in_view: in_view::InView,
    /// What is expected, where something is.
    plan: OnceLock<plan::Plan>,
}

impl Pipeline {
    /// Begins with a recording; what is in it already is read first.
    pub fn new(
        recording: Recording,
        vendors: Arc<Vendors>,
        in_use: InUse,
        webhook_secret: Option<String>,
    ) -> io::Result<(Pipeline, Opened)> {
        let pipeline = Pipeline::start(recording, vendors, in_use, webhook_secret)?;
        pipeline.settle();
        let opened = pipeline.opened();
        Ok((pipeline, opened))
    }

    /// Begins with a recording at once. What is in it already is read while others look and new
    /// requests are taken; [`Stats::reading`] says how far that is.
    pub fn start(
        recording: Recording,
        vendors: Arc<Vendors>,
        in_use: InUse,
        webhook_secret: Option<String>,
    ) -> io::Result<Pipeline> {
        let recorded = recording.len();
        let names = (recording.path().map(ToOwned::to_owned), recording.opened().cloned());
        let remarks = recording.remarks().clone();
        let problem = recording.problem();
        let (parts, journal, mut inputs) = recording.split()?;
        let (front, import) = (Front::new(journal, recorded)?, Import::of(&inputs));
        let shared = Arc::new(Shared::new(vendors, in_use, parts, recorded, names, front, import));
        let mut pipeline = Pipeline {
            shared,
            webhook_secret,
            remarks,
            again: Mutex::default(),
            threads: Vec::new(),
            frames: frames::Frames::default(),
            in_view: in_view::InView::default(),
            plan: OnceLock::new(),
        };
        if let Some(problem) = problem {
            pipeline.shared.notice(problem);
        }
        pipeline.spawn("judge", judge::run)?;
        if !inputs.is_empty() {
            pipeline.spawn("import", move |shared| import::run(shared, &mut inputs))?;
        }
        Ok(pipeline)
    }

    fn spawn(&mut self, name: &str, work: impl FnOnce(&Shared) + Send + 'static) -> io::Result<()> {
        let shared = Arc::clone(&self.shared);
        let thread = std::thread::Builder::new().name(name.to_owned());
        self.threads.push(thread.spawn(move || work(&shared))?);
        Ok(())
    }

    /// Waits until all that is recorded by now is judged, so that who looks sees it.
    pub fn settle(&self) {
        self.shared.import.settle();
        self.shared.write_held(&mut self.shared.front());
        self.shared.queue.settle();
    }

    /// Where marks and notes go.
    pub fn remarks(&self) -> &Remarks {
        &self.remarks
    }

    /// The first thing that is wrong with the files of calls that were taken in.
    pub fn wrong(&self) -> Option<Arc<FileError>> {
        self.shared.import.wrong()
    }

    /// What was found in the recording when it was read.
    pub fn opened(&self) -> Opened {
        self.lock().opened.clone()
    }

    /// True if all that is recorded is judged.
    pub fn is_settled(&self) -> bool {
        self.shared.import.is_settled() && self.shared.queue.is_settled()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.lock()
    }

    fn changed(&self) {
        self.shared.changed();
    }

    /// A number that grows with each change.
    pub fn version(&self) -> u64 {
        self.shared.version.load(Ordering::Acquire)
    }

    /// The vendors, with the settings that judge from now on.
    pub fn vendors(&self) -> Arc<Vendors> {
        self.shared.vendors()
    }

    /// The vendors in use.
    pub fn in_use(&self) -> InUse {
        self.lock().index.in_use.clone()
    }

    /// Counts a request that was turned away with 429 before it was read.
    pub fn too_much(&self) {
        self.shared.too_much.fetch_add(1, Ordering::Relaxed);
        self.changed();
    }

    /// A screen begins to draw a frame.
    pub fn draws(&self) {
        self.shared.drawing.begin();
    }

    /// It has drawn it.
    pub fn drew(&self, took: Duration) {
        self.shared.drawing.end();
        self.frames.note(took);
    }

    /// How long the latest frames of the screen took; none where no screen draws.
    pub fn frame_times(&self) -> Option<FrameTimes> {
        self.frames.times()
    }

    /// Tells the user of something that no request shows, such as a client that speaks TLS.
    pub fn notice(&self, notice: String) {
        self.shared.notice(notice);
    }

    /// The first of these rows that is what the index alone can tell.
    fn first(&self, mut rows: impl Iterator<Item = u64>, what: &What) -> Option<u64> {
        let state = self.lock();
        rows.find(|row| state.index.is(*row, what))
    }

    /// Reads a part of the recording.
    fn read_bytes(&self, part: Range<u64>, into: &mut Vec<u8>) -> io::Result<()> {
        let recording = &self.shared.recording;
        let (first, last) = (recording.place(part.start), recording.place(part.end - 1));
        let (Some(first), Some(last)) = (first, last) else {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
        };
        let len = usize::try_from(part.end - part.start).map_err(io::Error::other)?;
        into.resize(len, 0);
        first.read_to(&last, into)
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        self.shared.write_held(&mut self.shared.front());
        self.shared.import.end();
        self.shared.queue.end();
        for thread in self.threads.drain(..) {
            // a panic there has been told already, and dropping must not panic again
            let _ = thread.join();
        }
    }
}

impl Index {
    fn is(&self, row: u64, what: &What) -> bool {
        let store: &Store = &self.store;
        match (store.row(row), what) {
            (Some(Row::Call(at)), what) => {
                let Some(call) = store.calls.get(at) else { return false };
                let Some(request) = store.requests.get(u64::from(call.request)) else {
                    return false;
                };
                let (set, bits) =
                    (store.sets.get(call.set).loud(), self.in_use.bits(request.sender));
                match what {
                    What::Missing => set.missing(bits),
                    What::Finding => set.severity(bits).is_some_and(|worst| worst < Severity::Info),
                    What::Marked => self.remarks.is_marked(self.seq_at(at)),
                    What::Matches(_) => false,
                }
            }
            (Some(Row::NoCall(row)), What::Finding) => row.kind.is_wrong(),
            _ => false,
        }
    }
}
