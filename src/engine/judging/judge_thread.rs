//! The judge thread: takes lines in order, from the queue or from the recording, and builds the
//! index.

use crate::call::time::Millis;
use crate::engine::counts::object_push::ObjectRuns;
use crate::engine::ingest::options::IngestOptions;
use crate::engine::ingest::queue::{NextWork, Queue};
use crate::engine::ingest::queue_entry::{QueueEntry, QueuedLine};
use crate::engine::ingest::writer::RecordingWriter;
use crate::engine::judging::frame_priority::FramePriority;
use crate::engine::judging::settings_epochs::SettingsEpochs;
use crate::engine::judging::state::{JudgingState, LineProgress};
use crate::engine::judging::vendors_in_use::InUse;
use crate::engine::rows::stats::OpenedFiles;
use crate::engine::source::import::Import;
use crate::engine::source::opened::OpenedCounts;
use crate::engine::source::read_lines;
use crate::engine::source::recording_files::RecordingText;
use crate::recording::{RecordingEvent, Redaction};
use crate::vendors::Vendors;
use crate::wire::ParseScratch;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};

/// The maximum number of calls that the judge thread judges before it releases the lock for other
/// threads. It bounds the time that a reader waits.
const MAX_CALLS_PER_LOCK: usize = 64;

/// The time for which the judge thread leaves the lock to threads that wait for it.
const YIELD_INTERVAL: Duration = Duration::from_micros(100);

/// The state that the listener threads, the judge thread, and all readers share.
#[derive(Debug)]
pub(crate) struct SharedState {
    /// The vendors that judge new calls, for threads that do not hold the lock of the state.
    pub vendors: RwLock<Arc<Vendors>>,
    /// The recording from which lines are read back.
    pub recording: RecordingText,
    /// The path of the recording that is shown to the user.
    path: RwLock<Option<PathBuf>>,
    /// The files that are open for reading.
    pub opened: Option<OpenedFiles>,
    pub queue: Queue,
    pub import: Import,
    pub front: Mutex<RecordingWriter>,
    /// The objects that sources pushed. A push is answered at once, so the thread that answers it
    /// changes them.
    pub board: Mutex<ObjectRuns>,
    state: Mutex<JudgingState>,
    /// The number of threads that wait for the state.
    wanted: AtomicU32,
    /// The frame that a screen draws, for which the judge thread waits.
    pub drawing: FramePriority,
    pub version: AtomicU64,
    /// True if a session was idle at the time of the latest request.
    pub idle: AtomicBool,
    /// True if an idle flush is recorded but not yet judged.
    pub flushing: AtomicBool,
    pub unrecorded: AtomicU64,
    /// True if requests that cannot be recorded are still forwarded.
    pub passes_unrecorded: bool,
    /// The values that are replaced before a request is recorded.
    pub redaction: Option<Redaction>,
    /// The number of bytes of the recording that were deleted, which are its oldest.
    pub deleted_bytes: AtomicU64,
    pub too_much: AtomicU64,
    pub trouble: Mutex<EngineTrouble>,
}

/// The problems that a banner shows.
#[derive(Debug, Default)]
pub(crate) struct EngineTrouble {
    /// The reason why requests cannot be recorded. It is reset when a request is recorded.
    pub problem: Option<String>,
    /// The last notice that belongs to no request.
    pub notice: Option<String>,
}

impl SharedState {
    pub fn new(
        vendors: Arc<Vendors>,
        in_use: InUse,
        recording: RecordingText,
        recorded: u64,
        (path, opened): (Option<PathBuf>, Option<OpenedFiles>),
        front: RecordingWriter,
        import: Import,
    ) -> SharedState {
        SharedState {
            front: Mutex::new(front),
            import,
            state: Mutex::new(JudgingState::new(
                recording.clone(),
                SettingsEpochs::new(Arc::clone(&vendors)),
                in_use,
            )),
            board: Mutex::new(ObjectRuns::new(vendors.sync_gap_ms(), recorded)),
            vendors: RwLock::new(vendors),
            recording,
            path: RwLock::new(path),
            queue: Queue::new(recorded, opened.is_some()),
            opened,
            wanted: AtomicU32::new(0),
            drawing: FramePriority::default(),
            version: AtomicU64::new(1),
            idle: AtomicBool::new(false),
            flushing: AtomicBool::new(false),
            unrecorded: AtomicU64::new(0),
            passes_unrecorded: false,
            redaction: None,
            deleted_bytes: AtomicU64::new(0),
            too_much: AtomicU64::new(0),
            trouble: Mutex::default(),
        }
    }

    /// Applies the options.
    pub fn with_options(mut self, options: &IngestOptions) -> SharedState {
        self.passes_unrecorded = options.forwards_to.is_some() && !options.is_strict;
        self.redaction = options.redaction.clone();
        self
    }

    /// Locks the state for a reader. The judge thread releases the lock for readers that wait.
    pub fn lock(&self) -> MutexGuard<'_, JudgingState> {
        if let Some(state) = self.try_lock() {
            return state;
        }
        self.wanted.fetch_add(1, Ordering::Relaxed);
        let state = self.lock_without_asking();
        self.wanted.fetch_sub(1, Ordering::Relaxed);
        state
    }

    /// Locks the state when no request is partly judged, so that the caller can change the vendors.
    pub fn lock_between(&self) -> MutexGuard<'_, JudgingState> {
        loop {
            let state = self.lock();
            if !state.is_within {
                return state;
            }
            drop(state);
            thread::park_timeout(YIELD_INTERVAL);
        }
    }

    /// Locks the state if no thread holds it.
    pub fn try_lock(&self) -> Option<MutexGuard<'_, JudgingState>> {
        match self.state.try_lock() {
            Ok(state) => Some(state),
            Err(std::sync::TryLockError::Poisoned(poison)) => Some(poison.into_inner()),
            Err(std::sync::TryLockError::WouldBlock) => None,
        }
    }

    /// Locks the state without asking the judge thread to release it.
    fn lock_without_asking(&self) -> MutexGuard<'_, JudgingState> {
        // after a panic, at worst one request is only partly indexed; refusing all later requests
        // would lose more
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the vendors that judge new calls.
    pub fn vendors(&self) -> Arc<Vendors> {
        Arc::clone(&self.vendors.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sets the vendors that judge new calls.
    pub fn set_vendors(&self, vendors: Arc<Vendors>) {
        *self.vendors.write().unwrap_or_else(PoisonError::into_inner) = vendors;
    }

    /// Returns the path of the recording that is shown to the user.
    pub fn path(&self) -> Option<PathBuf> {
        self.path.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sets the path of the recording that is shown to the user.
    pub fn set_path(&self, path: Option<PathBuf>) {
        *self.path.write().unwrap_or_else(PoisonError::into_inner) = path;
    }

    pub fn changed(&self) {
        self.version.fetch_add(1, Ordering::Release);
    }

    pub fn trouble(&self) -> MutexGuard<'_, EngineTrouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn notice(&self, notice: String) {
        self.trouble().notice = Some(notice);
        self.changed();
    }

    pub fn board(&self) -> MutexGuard<'_, ObjectRuns> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Judges lines until the queue ends.
pub(crate) fn run(shared: &SharedState) {
    let _end = JudgeEndGuard(&shared.queue);
    shared.drawing.is_seen_by_me();
    let (mut items, mut spares) = (Vec::new(), Vec::new());
    let mut done = 0;
    loop {
        match shared.queue.next(done, &mut items, &mut spares) {
            NextWork::End => return,
            NextWork::Items => {
                let latest = items.iter().rev().find_map(received_at);
                done = items.last().map_or(done, |item| item.end);
                judge(shared, &mut items, &mut spares, false);
                if let Some(now) = latest.filter(|_| !shared.flushing.load(Ordering::Relaxed)) {
                    let idle = shared.lock().is_idle(now);
                    shared.idle.store(idle, Ordering::Relaxed);
                }
                shared.changed();
            }
            NextWork::Read(to) => {
                let began = Instant::now();
                let before = shared.lock().opened.bad_lines;
                let read = read_lines::read(&shared.recording, done, to, &mut |block, spares| {
                    shared.board().again(block, &shared.recording);
                    let end = block.last().map_or(done, |item| item.end);
                    judge(shared, block, spares, true);
                    shared.changed();
                    // the end is reported below, together with the lines that could not be read
                    end == to || shared.queue.moved(end)
                });
                tracing::debug!(
                    bytes = to.saturating_sub(done),
                    took_ms = began.elapsed().as_millis() as u64,
                    "read the recording"
                );
                if let Err(error) = read {
                    tracing::warn!(kind = %error.kind(), "the recording could not be read");
                    shared.notice(format!("the recording could not be read: {error}"));
                }
                done = to;
                let mut state = shared.lock();
                state.done = to;
                let message =
                    bad_lines_message(&state.opened).filter(|_| state.opened.bad_lines > before);
                drop(state);
                if let Some(message) = message {
                    shared.notice(message);
                }
                shared.changed();
            }
        }
    }
}

/// Returns a message about the lines that could not be read, if there are any.
fn bad_lines_message(opened: &OpenedCounts) -> Option<String> {
    let (line, error) = opened.first_bad.as_ref()?;
    Some(passed_over(opened.bad_lines, *line, error))
}

/// Returns a message about `bad` lines that could not be read, of which `line` is the first.
pub(crate) fn passed_over(bad: u64, line: u64, error: &str) -> String {
    format!(
        "{bad} line(s) of the recording could not be read and were passed over; the first is line {line}: {error}"
    )
}

/// Ends the queue when the judge thread ends or panics, so that no thread waits for it.
struct JudgeEndGuard<'q>(&'q Queue);

impl Drop for JudgeEndGuard<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

fn received_at(item: &QueuedLine) -> Option<Millis> {
    match &item.work {
        QueueEntry::Request(read) => Some(read.line.received_at),
        QueueEntry::Refused(line) => Some(line.received_at),
        _ => None,
    }
}

/// Judges lines in order, and releases the lock for readers in between.
fn judge(
    shared: &SharedState,
    items: &mut Vec<QueuedLine>,
    spares: &mut Vec<ParseScratch>,
    read_back: bool,
) {
    let mut state = shared.lock_without_asking();
    let mut calls = 0;
    for item in items.drain(..) {
        let wanted = shared.drawing.is_on() || shared.wanted.load(Ordering::Relaxed) > 0;
        if calls >= MAX_CALLS_PER_LOCK || wanted {
            state = yield_state(shared, state);
            calls = 0;
        }
        calls += item.calls();
        if matches!(item.work, QueueEntry::Event(RecordingEvent::Flush, _)) {
            shared.flushing.store(false, Ordering::Relaxed);
        }
        if read_back {
            state.count_line(item.offset);
        }
        let offset = item.offset;
        // a panic of a vendor's code on a hostile call must not end the judging of all other calls
        let mut done =
            catch_unwind(AssertUnwindSafe(|| state.apply_some(item, MAX_CALLS_PER_LOCK)));
        while let Ok(LineProgress::Part(rest)) = done {
            state = yield_state(shared, state);
            calls = 0;
            done = catch_unwind(AssertUnwindSafe(|| state.resume(rest, MAX_CALLS_PER_LOCK)));
        }
        match done {
            Ok(LineProgress::Whole(spare)) => spares.extend(spare),
            Ok(LineProgress::Part(_)) => {}
            Err(_) => {
                tracing::error!(offset, "a line of the recording could not be checked");
                shared.notice(format!(
                    "the line at byte {offset} of the recording could not be checked: this is a bug in segscope"
                ));
            }
        }
    }
}

/// Releases the lock of the state for a moment, for the screen and other readers.
fn yield_state<'s>(
    shared: &'s SharedState,
    state: MutexGuard<'s, JudgingState>,
) -> MutexGuard<'s, JudgingState> {
    drop(state);
    shared.drawing.stand_back();
    if shared.wanted.load(Ordering::Relaxed) > 0 {
        // by then the readers are awake, or get another chance soon; spinning would take CPU time
        // from them
        thread::park_timeout(YIELD_INTERVAL);
    }
    shared.lock_without_asking()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::test_engine::TestEngine;

    #[test]
    fn what_the_queue_has_no_room_for_is_judged_and_sessions_still_end() {
        let test = TestEngine::start();
        let engine = &test.engine;
        let text = "x".repeat(30_000);
        let body = format!(r#"{{"event":"E","anonymousId":"s","properties":{{"text":"{text}"}}}}"#);
        // while the state is locked nothing is judged, and 900 requests exceed the queue and the
        // judge thread's batch
        let state = engine.shared.lock();
        (0..900).for_each(|_| test.send(&body));
        engine.shared.idle.store(true, Ordering::Relaxed);
        test.send(&body);
        assert!(engine.shared.flushing.load(Ordering::Relaxed), "a flush is recorded");
        drop(state);
        engine.settle();
        assert_eq!((engine.rows(), engine.stats().lag_bytes), (901, 0));
        assert!(!engine.shared.flushing.load(Ordering::Relaxed), "the next one may be");
    }

    #[test]
    fn reports_what_is_not_checked_after_the_judge_thread_has_ended() {
        let test = TestEngine::start();
        test.track("A");
        assert_eq!(test.engine.stats().problem, None);
        // as if the judge thread had panicked
        drop(JudgeEndGuard(&test.engine.shared.queue));
        test.take(r#"{"event":"B","userId":"u"}"#);
        let stats = test.engine.stats();
        assert_eq!(stats.calls, 1);
        let problem = stats.problem.expect("a problem");
        assert!(stats.lag_bytes > 0 && problem.starts_with("checking has stopped"), "{problem}");
        test.take(r#"{"event":"C","userId":"u"}"#);
        assert_eq!(test.engine.stats().problem, Some(problem), "it is one problem");
    }
}
