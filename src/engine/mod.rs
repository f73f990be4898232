//! Records, judges and indexes calls, and answers what a screen or a report asks about them.
//!
//! Two kinds of threads share the work. A listener thread ([`ingest`]) parses a request and then, in
//! turn with the others, appends its line to the recording and puts it into the bounded queue; it
//! answers when the line is written. The judge thread ([`judging`]) takes the lines in order and
//! indexes them ([`index`]), from the queue or, if they are not in it, from the recording
//! ([`source`]). Opening a file, judging again and judging live traffic use the same code.
//!
//! One lock guards the index and the vendors' memory. The judge thread releases it every few calls.
//! The screen holds it only while it copies a few rows, and reads bodies from disk without it. The
//! listener threads never wait for it. A caller that must see a call that was just answered calls
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

pub use crate::engine::batch_check::{BatchResult, Shares, check_files, profile_files};
pub use crate::engine::compare::{
    Certainty, Comparison, Difference, EventKey, EventNumbers, Impact, MAX_VALUES, SideShare,
    Subject, TrafficProfile, ValueProfile, ValueProfiles,
};
pub use crate::engine::counts::finding_totals::{CallGroup, FindingCount, MAX_CALL_GROUPS, Tally};
pub use crate::engine::counts::grouped_rows::{CountedCalls, GroupedRows};
pub use crate::engine::counts::histogram::{Histogram, TimeColumns, TimeCount};
pub use crate::engine::counts::id_remarks::IdRemarkView;
pub use crate::engine::counts::library_habits::HabitView;
pub use crate::engine::counts::timeline::{OrderFinding, SessionIds, Timeline, TypeCount};
pub use crate::engine::counts::{CountProgress, Coverage};
pub use crate::engine::counts::{
    ExpectationResult, ExpectationStatus, Expectations, FoundIn, GroupBy, IdShare, IndexUsage,
    LearnedPlan, Person, RelatedId, Who,
};
pub use crate::engine::frame_times::FrameTimes;
pub use crate::engine::ingest::accept::{AcceptedRequest, FAULT, InjectedFault};
pub use crate::engine::ingest::forward_counts::{ForwardCounters, ForwardCounts, ForwardEnd};
pub use crate::engine::ingest::forwarded::ForwardRecord;
pub use crate::engine::ingest::options::IngestOptions;
pub use crate::engine::ingest::redact::MALFORMED;
pub(crate) use crate::engine::ingest::refusal_status::{LOOP, LOOP_STATUS};
pub use crate::engine::ingest::writer::WriteTicket;
pub use crate::engine::judging::arrival_clock::ClosedSession;
pub use crate::engine::judging::draft::{DraftError, JudgedDraft};
pub use crate::engine::judging::rejudge_diff::{RejudgeDiff, VendorChanges, VerdictChange};
pub use crate::engine::judging::user_groups::SeenGroup;
pub use crate::engine::judging::vendors_in_use::InUse;
pub use crate::engine::mirror::{
    Mirror, MirrorCounts, MirrorError, MirrorFailure, MirrorOptions, NOT_DELIVERED, ResumeError,
    RetryLimits, UnsentRecording, find_unsent, is_given_up_notice,
};
pub use crate::engine::rows::marks_and_notes::NOTE_CHARS;
pub use crate::engine::rows::sdk_retries::SdkRetries;
pub use crate::engine::rows::stats::{OpenedFiles, RequestCounts, Stats};
pub use crate::engine::rows::views::{
    CallDetail, IdCell, Mark, MissedId, NoCallDetail, NoCallView, RequestDetail, RowDetail, RowView,
};
pub(crate) use crate::engine::search::Chunks;
pub use crate::engine::search::call_columns::{CallColumns, NoCallColumns};
pub use crate::engine::search::recorded_names::SeenNames;
pub use crate::engine::search::{NextRow, RangeFilter, Search, SearchProgress};
pub use crate::engine::source::file_error::FileError;
pub(crate) use crate::engine::source::har::{EXCERPT, FROM_FILE};
pub(crate) use crate::engine::source::har_response::RESPONSE_UNKNOWN;
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

/// The kind of row that a jump in the log looks for.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A call with an id that a vendor in use misses.
    Missing,
    /// A call with a warning or an error, or a request that lost calls.
    Finding,
    /// A call that the user marked.
    Marked,
    /// A row that matches a filter.
    Matches(Arc<Filter>),
}

/// The recording, its index, and the threads that keep the index up to date.
#[derive(Debug)]
pub struct Engine {
    shared: Arc<SharedState>,
    options: IngestOptions,
    forwarding: ForwardCounters,
    mirroring: MirrorCounters,
    /// True while the injection of faults is switched off.
    faults_off: AtomicBool,
    remarks: RemarkTarget,
    /// Locked while all calls are judged again, so that this happens only once at a time.
    again: Mutex<()>,
    threads: Vec<JoinHandle<()>>,
    frames: crate::engine::frame_times::Frames,
    in_view: crate::engine::rows::row_cache::RowCache,
}

/// The end of the recording up to which a waiting caller needs it judged. It is unknown until the
/// imported files are read.
#[derive(Debug, Default)]
pub struct Settling {
    wanted: Option<u64>,
}

impl Engine {
    /// Starts an engine on a recording, and waits until the lines in it are judged.
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

    /// Starts an engine on a recording without waiting. Its threads read the lines in it while the
    /// screen already shows rows and new requests are accepted; [`Stats::reading`] is their
    /// progress.
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
        let RecordingPieces { text, file, earlier, mut inputs } = recording.split()?;
        let front = RecordingWriter::new(file, earlier, recorded)?;
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

    /// Waits until everything that is recorded by now is judged, so that the caller sees it.
    pub fn settle(&self) {
        let mut settling = Settling::default();
        while !self.settle_for(&mut settling, Duration::from_secs(1)) {}
    }

    /// Waits until everything is judged that was recorded when waiting with `settling` began: at
    /// most `limit` for the import, and again for the judge thread. Returns false if the time is
    /// over.
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

    /// Returns the options for accepting requests.
    pub fn ingest_options(&self) -> &IngestOptions {
        &self.options
    }

    /// Returns the counters of forwarded requests.
    pub fn forwarding(&self) -> &ForwardCounters {
        &self.forwarding
    }

    /// Returns true unless the injection of faults is switched off.
    pub fn faults_are_on(&self) -> bool {
        !self.faults_off.load(Ordering::Relaxed)
    }

    /// Switches the injection of faults on or off. Returns true if it is on now.
    pub fn switch_faults(&self) -> bool {
        let was_off = self.faults_off.fetch_xor(true, Ordering::Relaxed);
        self.changed();
        was_off
    }

    /// Returns the number of requests that could not be recorded.
    pub fn unrecorded(&self) -> u64 {
        self.shared.unrecorded.load(Ordering::Relaxed)
    }

    /// Returns true unless the last attempt to write to the recording failed.
    pub fn can_record(&self) -> bool {
        self.shared.trouble().problem.is_none()
    }

    /// Returns the file to which marks and notes are written.
    pub fn remarks(&self) -> &RemarkTarget {
        &self.remarks
    }

    /// Returns true once all imported files are read and nothing more arrives.
    pub fn input_is_over(&self) -> bool {
        self.shared.import.is_over()
    }

    /// Returns the first error in the imported files of calls.
    pub fn wrong(&self) -> Option<Arc<FileError>> {
        self.shared.import.wrong()
    }

    /// Returns what was counted in the recording when it was opened.
    pub fn opened(&self) -> OpenedCounts {
        self.lock().opened.clone()
    }

    /// Returns true if everything that is recorded is judged.
    pub fn is_settled(&self) -> bool {
        self.shared.import.is_settled() && self.shared.queue.is_settled()
    }

    fn lock(&self) -> MutexGuard<'_, JudgingState> {
        self.shared.lock()
    }

    fn changed(&self) {
        self.shared.changed();
    }

    /// Returns a number that grows with each change.
    pub fn version(&self) -> u64 {
        self.shared.version.load(Ordering::Acquire)
    }

    /// Returns the vendors with the settings that new calls are judged with.
    pub fn vendors(&self) -> Arc<Vendors> {
        self.shared.vendors()
    }

    /// Returns the vendors in use.
    pub fn in_use(&self) -> InUse {
        self.lock().index.in_use.clone()
    }

    /// Counts a request that was refused with 429 before it was read.
    pub fn too_much(&self) {
        self.shared.too_much.fetch_add(1, Ordering::Relaxed);
        self.changed();
    }

    /// Notes that the screen begins to draw a frame.
    pub fn draws(&self) {
        self.shared.drawing.begin();
    }

    /// Notes that the screen has drawn a frame, which took this long.
    pub fn drew(&self, took: Duration) {
        self.shared.drawing.end();
        self.frames.note(took);
    }

    /// Returns statistics about the latest frames of the screen; `None` if no frame was drawn.
    pub fn frame_times(&self) -> Option<FrameTimes> {
        self.frames.times()
    }

    /// Shows the user a notice about something without a row, such as a client that speaks TLS.
    pub fn notice(&self, notice: String) {
        self.shared.notice(notice);
    }

    /// Returns the first of these rows that is of a kind. `What::Matches` finds none: the index
    /// alone does not answer it.
    fn first(&self, mut rows: impl Iterator<Item = u64>, what: &What) -> Option<u64> {
        let state = self.lock();
        rows.find(|row| state.index.is(*row, what))
    }

    /// Reads a range of the recording.
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
            // a panic of the thread was already reported, and `drop` must not panic again
            let _ = thread.join();
        }
    }
}

impl JudgedIndex {
    /// Returns true if a row is of a kind.
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
