//! Records, judges and indexes calls, and answers what a screen or a report asks about them.
//!
//! Two threads share the work. The listener thread ([`ingest`]) reads a request, appends its line
//! to the recording, puts it into the bounded queue and answers. The judge thread ([`judging`])
//! takes the lines in order and indexes them ([`index`]), from the queue or, if nobody has read them
//! yet, from the recording ([`source`]). Opening a file, judging again and judging live traffic
//! therefore use the same code.
//!
//! One lock guards the index and the vendors' memory. The judge thread releases it every few calls.
//! The screen holds it only while it copies a few rows, and reads bodies from disk without it. The
//! listener thread never waits for it. A caller that must see a call that was just answered calls
//! [`Engine::settle`] first.

mod batch_check;
mod compare;
mod counts;
mod frame_times;
pub mod index;
pub(crate) mod ingest;
pub(crate) mod judging;
pub(crate) mod low_priority;
mod mirror;
pub(crate) mod rows;
mod search;
mod selection;
mod source;
#[cfg(test)]
pub(crate) mod test_engine;
mod watch;

pub use crate::engine::batch_check::{BatchResult, Shares, survey, survey_profile};
pub use crate::engine::compare::{
    Certainty, Comparison, Difference, EventKey, EventNumbers, Impact, MAX_VALUES, SideShare,
    Subject, TrafficProfile, ValueProfile, ValueProfiles,
};
pub use crate::engine::counts::CountProgress;
pub use crate::engine::counts::Coverage;
pub use crate::engine::counts::ExpectationResult;
pub use crate::engine::counts::ExpectationStatus;
pub use crate::engine::counts::Expectations;
pub use crate::engine::counts::FoundIn;
pub use crate::engine::counts::GroupBy;
pub use crate::engine::counts::IdShare;
pub use crate::engine::counts::IndexUsage;
pub use crate::engine::counts::LearnedPlan;
pub use crate::engine::counts::Person;
pub use crate::engine::counts::RelatedId;
pub use crate::engine::counts::Who;
pub use crate::engine::counts::finding_totals::{CallGroup, FindingCount, MAX_CALL_GROUPS, Tally};
pub use crate::engine::counts::grouped_rows::CountedCalls;
pub use crate::engine::counts::grouped_rows::GroupedRows;
pub use crate::engine::counts::histogram::{Histogram, TimeColumns, TimeCount};
pub use crate::engine::counts::id_remarks::IdRemarkView;
pub use crate::engine::counts::library_habits::HabitView;
pub use crate::engine::counts::timeline::{OrderFinding, SessionIds, Timeline, TypeCount};
pub use crate::engine::frame_times::FrameTimes;
pub use crate::engine::ingest::accept::{AcceptedRequest, FAULT, InjectedFault};
pub use crate::engine::ingest::forward_counts::{ForwardCounters, ForwardCounts, ForwardEnd};
pub use crate::engine::ingest::forwarded::ForwardRecord;
pub use crate::engine::ingest::options::IngestOptions;
pub use crate::engine::ingest::redact::MALFORMED;
pub use crate::engine::ingest::writer::WriteTicket;
pub use crate::engine::judging::arrival_clock::ClosedSession;
pub use crate::engine::judging::draft::{DraftError, JudgedDraft};
pub use crate::engine::judging::rejudge_diff::{RejudgeDiff, VendorChanges, VerdictChange};
pub use crate::engine::judging::user_groups::SeenGroup;
pub use crate::engine::judging::vendors_in_use::InUse;
pub use crate::engine::mirror::{
    Mirror, MirrorCounts, MirrorError, MirrorOptions, ResumeError, RetryLimits, UnsentRecording,
    find_unsent,
};
pub use crate::engine::rows::marks_and_notes::NOTE_CHARS;
pub use crate::engine::rows::views::{
    CallDetail, IdCell, Mark, MissedId, NoCallDetail, NoCallView, OpenedFiles, RequestCounts,
    RequestDetail, RowDetail, RowView, Stats,
};
pub use crate::engine::search::call_columns::{CallColumns, NoCallColumns};
pub use crate::engine::search::recorded_names::SeenNames;
pub use crate::engine::search::{NextRow, RangeFilter, Search, SearchProgress};
pub use crate::engine::source::file_error::FileError;
pub use crate::engine::source::opened::OpenedCounts;
use crate::engine::source::recording_files::RecordingPieces;
pub use crate::engine::source::recording_files::{Recording, RemarkTarget};
pub use crate::engine::watch::{
    MAX_WATCH_RULES, WatchBound, WatchChange, WatchRule, WatchState, Watcher,
};
pub use selection::MAX_CLEARED_RANGES;
pub(crate) use source::holds_calls;

use crate::debug_log::ThreadLog;
pub use crate::engine::index::NoCall;
use crate::engine::index::{Index, IndexRow};
use crate::engine::ingest::writer::RecordingWriter;
use crate::engine::judging::index_request::JudgedIndex;
use crate::engine::judging::judge_thread::SharedState;
use crate::engine::judging::state::JudgingState;
use crate::engine::mirror::counts::MirrorCounters;
use crate::engine::source::import::Import;
use crate::findings::Severity;
use crate::fql::Filter;
use crate::vendors::Vendors;
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
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
pub struct Engine {
    shared: Arc<SharedState>,
    options: IngestOptions,
    forwarding: ForwardCounters,
    mirroring: MirrorCounters,
    /// Faults are not injected now.
    faults_off: AtomicBool,
    remarks: RemarkTarget,
    /// Locked while all calls are judged again, which happens once at a time.
    again: Mutex<()>,
    threads: Vec<JoinHandle<()>>,
    frames: crate::engine::frame_times::Frames,
    in_view: crate::engine::rows::row_cache::RowCache,
}

/// How far the recording has to be judged for one that waits; unknown until the files that are
/// imported are read.
#[derive(Debug, Default)]
pub struct Settling {
    wanted: Option<u64>,
}

impl Engine {
    /// Begins with a recording; what is in it already is read first.
    pub fn new(
        recording: Recording,
        vendors: Arc<Vendors>,
        in_use: InUse,
        options: IngestOptions,
    ) -> io::Result<(Engine, OpenedCounts)> {
        let engine = Engine::start(recording, vendors, in_use, options)?;
        engine.settle();
        let opened = engine.opened();
        Ok((engine, opened))
    }

    /// Begins with a recording at once. What is in it already is read while others look and new
    /// requests are taken; [`Stats::reading`] says how far that is.
    pub fn start(
        recording: Recording,
        vendors: Arc<Vendors>,
        in_use: InUse,
        options: IngestOptions,
    ) -> io::Result<Engine> {
        let recorded = recording.len();
        let names = (recording.path().map(ToOwned::to_owned), recording.opened().cloned());
        let remarks = recording.remarks().clone();
        let problem = recording.problem();
        let RecordingPieces { text, journal, earlier, mut inputs } = recording.split()?;
        let front = RecordingWriter::new(journal, earlier, recorded)?;
        let import = Import::from_files(&inputs);
        let shared = SharedState::new(vendors, in_use, text, recorded, names, front, import);
        let shared = Arc::new(shared.with_options(&options));
        let mut engine = Engine {
            shared,
            options,
            forwarding: ForwardCounters::default(),
            mirroring: MirrorCounters::default(),
            faults_off: AtomicBool::new(false),
            remarks,
            again: Mutex::default(),
            threads: Vec::new(),
            frames: crate::engine::frame_times::Frames::default(),
            in_view: crate::engine::rows::row_cache::RowCache::default(),
        };
        if let Some(problem) = problem {
            engine.shared.notice(problem);
        }
        tracing::debug!(recorded_bytes = recorded, imports = inputs.len(), "engine started");
        engine.spawn("judge", crate::engine::judging::judge_thread::run)?;
        if !inputs.is_empty() {
            engine.spawn("import", move |shared| {
                crate::engine::source::follow::run(shared, &mut inputs)
            })?;
        }
        Ok(engine)
    }

    fn spawn(
        &mut self,
        name: &'static str,
        work: impl FnOnce(&SharedState) + Send + 'static,
    ) -> io::Result<()> {
        let shared = Arc::clone(&self.shared);
        let thread = std::thread::Builder::new().name(name.to_owned());
        self.threads.push(thread.spawn(move || {
            let _thread = ThreadLog::begin(name);
            work(&shared);
        })?);
        Ok(())
    }

    /// Waits until all that is recorded by now is judged, so that who looks sees it.
    pub fn settle(&self) {
        let mut settling = Settling::default();
        while !self.settle_for(&mut settling, Duration::from_secs(1)) {}
    }

    /// Waits further until all that was recorded when the waiting began is judged, at most for some
    /// time. Returns true if it is.
    pub fn settle_for(&self, settling: &mut Settling, limit: Duration) -> bool {
        let wanted = match settling.wanted {
            Some(wanted) => wanted,
            None if !self.shared.import.settle_for(limit) => return false,
            None => {
                self.shared.write_held(&mut self.shared.front());
                *settling.wanted.insert(self.shared.queue.recorded())
            }
        };
        self.shared.queue.settle_to(wanted, limit)
    }

    /// How requests are taken.
    pub fn ingest_options(&self) -> &IngestOptions {
        &self.options
    }

    /// The counters of requests that are forwarded.
    pub fn forwarding(&self) -> &ForwardCounters {
        &self.forwarding
    }

    /// Whether faults are injected, if there are any.
    pub fn faults_are_on(&self) -> bool {
        !self.faults_off.load(Ordering::Relaxed)
    }

    /// Injects faults from now on, or no more. Returns which.
    pub fn switch_faults(&self) -> bool {
        let was_off = self.faults_off.fetch_xor(true, Ordering::Relaxed);
        self.changed();
        was_off
    }

    /// How many requests could not be recorded.
    pub fn unrecorded(&self) -> u64 {
        self.shared.unrecorded.load(Ordering::Relaxed)
    }

    /// Whether the last line could be written, as far as that is known.
    pub fn can_record(&self) -> bool {
        self.shared.trouble().problem.is_none()
    }

    /// Where marks and notes go.
    pub fn remarks(&self) -> &RemarkTarget {
        &self.remarks
    }

    /// True once a stream that was read has ended.
    pub fn input_is_over(&self) -> bool {
        self.shared.import.is_over()
    }

    /// The first thing that is wrong with the files of calls that were taken in.
    pub fn wrong(&self) -> Option<Arc<FileError>> {
        self.shared.import.wrong()
    }

    /// What was found in the recording when it was read.
    pub fn opened(&self) -> OpenedCounts {
        self.lock().opened.clone()
    }

    /// True if all that is recorded is judged.
    pub fn is_settled(&self) -> bool {
        self.shared.import.is_settled() && self.shared.queue.is_settled()
    }

    fn lock(&self) -> MutexGuard<'_, JudgingState> {
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

impl Drop for Engine {
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

impl JudgedIndex {
    fn is(&self, row: u64, what: &What) -> bool {
        let store: &Index = &self.store;
        match (store.row(row), what) {
            (Some(IndexRow::Call(at)), what) => {
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
            (Some(IndexRow::NoCall(row)), What::Finding) => row.kind.is_wrong(),
            _ => false,
        }
    }
}
