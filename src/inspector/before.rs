//! The column `before` of the coverage page: a thread of its own compares the present calls with those
//! of the earlier version in the recording, or of another recording, while the page asks for it.

use super::watch_thread::WatchThread;
use crate::engine::{
    Comparison, Difference, Engine, EventKey, GroupBy, Impact, MAX_VALUES, TrafficProfile,
    ValueProfiles,
};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The interval at which the thread looks for new calls.
const POLL_INTERVAL: Duration = Duration::from_millis(100);
/// The time that the thread sleeps after a comparison, as a multiple of the time that it took.
const SLEEP_FACTOR: u32 = 9;
/// The time without a request of the page after which it counts as closed.
const MAX_REQUEST_AGE: Duration = Duration::from_secs(5);

/// The profile of the other recording, with a problem in it; or the reason why it cannot be read.
pub type BaselineProfile = Result<(TrafficProfile, Option<String>), String>;

/// Another recording that the calls are compared with.
pub struct Baseline {
    /// The name of its file.
    pub name: String,
    /// Reads it, in a thread of its own.
    pub read: Box<dyn FnOnce() -> BaselineProfile + Send>,
}

/// The calls of one value, compared with earlier ones.
#[derive(Debug, Clone, Default)]
pub struct ComparedValue {
    /// The earlier version, or the name of the other recording.
    pub before: String,
    /// The differences of each event of either side, the surest losses first.
    pub events: HashMap<EventKey, Vec<Difference>>,
}

/// The comparisons of all values, as far as they are made.
#[derive(Debug, Clone, Default)]
pub struct BeforeView {
    /// By value: an app version, or a library with its version; none for all calls.
    pub values: HashMap<Option<String>, ComparedValue>,
    /// A problem of the comparison.
    pub problem: Option<String>,
}

impl BeforeView {
    /// Returns the earlier version or recording with which the calls of an event and a value are
    /// compared, and the differences; none if they are compared with nothing.
    pub fn row(
        &self,
        kind: Option<&str>,
        event: Option<&str>,
        by: Option<&str>,
    ) -> Option<(&str, &[Difference])> {
        let value = self.values.get(&by.map(str::to_owned))?;
        let kind = kind.unwrap_or_default().to_ascii_lowercase();
        let is_track = kind == "track";
        if !is_track && event.is_some() {
            // pages and screens are compared by their type, not by their name
            return None;
        }
        let name = event.map(str::to_owned);
        let differences = value.events.get(&EventKey { kind: Some(kind), name })?;
        Some((&value.before, differences))
    }
}

/// Compares while the page asks for it.
#[derive(Default)]
pub(crate) struct BeforeThread {
    shared: Arc<CompareState>,
    baseline: Mutex<Option<Baseline>>,
    /// The name of the baseline, if there is one.
    baseline_name: Option<String>,
    thread: Mutex<Option<WatchThread>>,
}

#[derive(Default)]
struct CompareState {
    request: Mutex<Option<(GroupBy, Instant)>>,
    comparison: Mutex<Option<ComparedRows>>,
    version: AtomicU64,
}

/// A comparison that was made.
struct ComparedRows {
    by: GroupBy,
    /// The number of rows at that time.
    rows: u64,
    view: Arc<BeforeView>,
}

impl BeforeThread {
    /// Creates the thread's state, with another recording to compare with.
    pub fn new(baseline: Option<Baseline>) -> BeforeThread {
        BeforeThread {
            baseline_name: baseline.as_ref().map(|baseline| baseline.name.clone()),
            baseline: Mutex::new(baseline),
            ..BeforeThread::default()
        }
    }

    /// Returns a number that grows whenever [`BeforeThread::view`] returns something new.
    pub fn version(&self) -> u64 {
        self.shared.version.load(Ordering::Relaxed)
    }

    /// Returns the comparisons that are made by now; none if there is nothing to compare with.
    pub fn view(&self, engine: &Arc<Engine>, by: GroupBy) -> Option<Arc<BeforeView>> {
        match by {
            GroupBy::Event if self.baseline_name.is_none() => return None,
            GroupBy::WriteKey => return None,
            GroupBy::Event | GroupBy::Library | GroupBy::AppVersion => {}
        }
        *lock(&self.shared.request) = Some((by, Instant::now()));
        let mut thread = lock(&self.thread);
        if thread.is_none() {
            let (engine, shared) = (Arc::clone(engine), Arc::clone(&self.shared));
            let baseline = lock(&self.baseline).take();
            let work = move |end| Comparer { engine, shared, baseline }.run(&end);
            *thread = WatchThread::begin("compare", work).ok();
        }
        let made = lock(&self.shared.comparison);
        made.as_ref().filter(|made| made.by == by).map(|made| Arc::clone(&made.view))
    }

    /// Returns whether the page has asked for a comparison of calls that is not made yet.
    pub fn is_behind(&self, rows: u64) -> bool {
        let asked = lock(&self.shared.request).filter(|(_, at)| at.elapsed() < MAX_REQUEST_AGE);
        let made = lock(&self.shared.comparison);
        let made = made.as_ref().map(|made| (made.by, made.rows));
        asked.is_some_and(|(by, _)| made != Some((by, rows)))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Comparer {
    engine: Arc<Engine>,
    shared: Arc<CompareState>,
    baseline: Option<Baseline>,
}

impl Comparer {
    fn run(mut self, end: &Receiver<()>) {
        crate::engine::low_priority::give_way();
        let mut baseline: Option<(String, BaselineProfile)> = None;
        let mut profiles = ValueProfiles::new(GroupBy::Event);
        let mut is_new = true;
        let mut rows = 0;
        loop {
            let begun = Instant::now();
            let asked = *lock(&self.shared.request);
            let by = asked.filter(|(_, at)| at.elapsed() < MAX_REQUEST_AGE).map(|(by, _)| by);
            if let Some(by) = by {
                if by != profiles.by() {
                    (profiles, is_new, rows) = (ValueProfiles::new(by), true, 0);
                }
                if let Some(Baseline { name, read }) = self.baseline.take() {
                    baseline = Some((name, read()));
                }
                let known = (rows, profiles.settings().cloned());
                let read = loop {
                    match profiles.read_more(&self.engine) {
                        Ok(read) if read == rows => break Ok(()),
                        Ok(read) => rows = read,
                        Err(error) => break Err(error),
                    }
                    if !matches!(end.try_recv(), Err(std::sync::mpsc::TryRecvError::Empty)) {
                        return;
                    }
                };
                if (rows, profiles.settings()) != (known.0, known.1.as_ref()) || is_new {
                    // after an error it is tried again
                    is_new = read.is_err();
                    let view = match read {
                        Ok(()) => build_view(&profiles, baseline.as_ref()),
                        Err(error) => BeforeView { problem: Some(error), ..BeforeView::default() },
                    };
                    *lock(&self.shared.comparison) =
                        Some(ComparedRows { by, rows, view: Arc::new(view) });
                    self.shared.version.fetch_add(1, Ordering::Relaxed);
                }
            }
            if end.recv_timeout(POLL_INTERVAL.max(begun.elapsed() * SLEEP_FACTOR))
                != Err(RecvTimeoutError::Timeout)
            {
                return;
            }
        }
    }
}

fn build_view(
    profiles: &ValueProfiles,
    baseline: Option<&(String, BaselineProfile)>,
) -> BeforeView {
    let mut view = BeforeView::default();
    if profiles.has_more() {
        view.problem = Some(format!("only the first {MAX_VALUES} versions are compared"));
    }
    for (place, now) in profiles.values().iter().enumerate() {
        let (name, before) = match (profiles.by(), baseline) {
            (GroupBy::Event, Some((name, Ok((before, problem))))) => {
                view.problem = problem.as_ref().map(|problem| format!("{name}: {problem}"));
                (name.clone(), before)
            }
            (GroupBy::Event, Some((_, Err(error)))) => {
                view.problem = Some(error.clone());
                continue;
            }
            _ => match profiles.previous_version(place) {
                Some(before) => (before.value.text.clone().unwrap_or_default(), &before.profile),
                None => continue,
            },
        };
        let value = group_differences(name, &Comparison::new(before, &now.profile));
        view.values.insert(now.value.text.clone(), value);
    }
    view
}

fn group_differences(before: String, comparison: &Comparison) -> ComparedValue {
    let mut events: HashMap<EventKey, Vec<Difference>> = HashMap::new();
    for (key, _) in &comparison.events {
        events.insert(key.clone(), Vec::new());
    }
    for difference in &comparison.differences {
        events.entry(difference.event.clone()).or_default().push(difference.clone());
    }
    for list in events.values_mut() {
        list.sort_by_key(|difference| (difference.certainty, difference.impact != Impact::Loss));
    }
    ComparedValue { before, events }
}
