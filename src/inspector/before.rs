//! What was before: the calls of the earlier version in the recording, or those of another recording,
//! compared with the present ones by a thread of its own while the coverage page asks for it.

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

/// How long the thread sleeps before it looks for new calls.
const PAUSE: Duration = Duration::from_millis(100);
/// After a comparison it rests this many times as long as that took.
const REST: u32 = 9;
/// The page is taken to be closed if it has not asked for this long.
const PATIENCE: Duration = Duration::from_secs(5);

/// The profile of the other recording, and what is wrong in it; or why it cannot be read.
pub type BaselineProfile = Result<(TrafficProfile, Option<String>), String>;

/// Another recording that the calls are compared with.
pub struct Baseline {
    /// The name of its file.
    pub name: String,
    /// Reads it, in a thread of its own.
    pub read: Box<dyn FnOnce() -> BaselineProfile + Send>,
}

/// What the calls of one value are compared with, and what differs.
#[derive(Debug, Clone, Default)]
pub struct ComparedValue {
    /// The earlier version, or the name of the other recording.
    pub before: String,
    /// For each event of either side: what differs, the surest losses first.
    pub events: HashMap<EventKey, Vec<Difference>>,
}

/// What was before, as far as it is known.
#[derive(Debug, Clone, Default)]
pub struct BeforeView {
    /// By value: an app version, or a library with its version; none for all calls.
    pub values: HashMap<Option<String>, ComparedValue>,
    /// What is wrong with the comparison.
    pub problem: Option<String>,
}

impl BeforeView {
    /// Returns what the calls of an event and a value are compared with, and what differs; none if they
    /// are compared with nothing.
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

/// Compares while somebody looks.
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
    asked: Mutex<Option<(GroupBy, Instant)>>,
    made: Mutex<Option<ComparedRows>>,
    version: AtomicU64,
}

/// What was compared.
struct ComparedRows {
    by: GroupBy,
    /// How many rows there were.
    rows: u64,
    view: Arc<BeforeView>,
}

impl BeforeThread {
    /// With another recording to compare with.
    pub fn new(baseline: Option<Baseline>) -> BeforeThread {
        BeforeThread {
            baseline_name: baseline.as_ref().map(|baseline| baseline.name.clone()),
            baseline: Mutex::new(baseline),
            ..BeforeThread::default()
        }
    }

    /// A number that grows with what [`BeforeThread::view`] gives.
    pub fn version(&self) -> u64 {
        self.shared.version.load(Ordering::Relaxed)
    }

    /// Returns what was before, as far as it is known by now; none if there is nothing to compare with.
    pub fn view(&self, engine: &Arc<Engine>, by: GroupBy) -> Option<Arc<BeforeView>> {
        match by {
            GroupBy::Event if self.baseline_name.is_none() => return None,
            GroupBy::WriteKey => return None,
            GroupBy::Event | GroupBy::Library | GroupBy::AppVersion => {}
        }
        *locked(&self.shared.asked) = Some((by, Instant::now()));
        let mut thread = locked(&self.thread);
        if thread.is_none() {
            let (engine, shared) = (Arc::clone(engine), Arc::clone(&self.shared));
            let baseline = locked(&self.baseline).take();
            let work = move |end| Comparer { engine, shared, baseline }.run(&end);
            *thread = WatchThread::begin("compare", work).ok();
        }
        let made = locked(&self.shared.made);
        made.as_ref().filter(|made| made.by == by).map(|made| Arc::clone(&made.view))
    }

    /// Returns true while calls that are there, and that somebody asks about, are not compared yet.
    pub fn is_behind(&self, rows: u64) -> bool {
        let asked = locked(&self.shared.asked).filter(|(_, at)| at.elapsed() < PATIENCE);
        let made = locked(&self.shared.made);
        let made = made.as_ref().map(|made| (made.by, made.rows));
        asked.is_some_and(|(by, _)| made != Some((by, rows)))
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
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
            let asked = *locked(&self.shared.asked);
            let by = asked.filter(|(_, at)| at.elapsed() < PATIENCE).map(|(by, _)| by);
            if let Some(by) = by {
                if by != profiles.by() {
                    (profiles, is_new, rows) = (ValueProfiles::new(by), true, 0);
                }
                if let Some(Baseline { name, read }) = self.baseline.take() {
                    baseline = Some((name, read()));
                }
                let known = (rows, profiles.read_under().cloned());
                let read = loop {
                    match profiles.read_on(&self.engine) {
                        Ok(read) if read == rows => break Ok(()),
                        Ok(read) => rows = read,
                        Err(error) => break Err(error),
                    }
                    if !matches!(end.try_recv(), Err(std::sync::mpsc::TryRecvError::Empty)) {
                        return;
                    }
                };
                if (rows, profiles.read_under()) != (known.0, known.1.as_ref()) || is_new {
                    // after an error it is tried again
                    is_new = read.is_err();
                    let view = match read {
                        Ok(()) => view(&profiles, baseline.as_ref()),
                        Err(error) => BeforeView { problem: Some(error), ..BeforeView::default() },
                    };
                    *locked(&self.shared.made) =
                        Some(ComparedRows { by, rows, view: Arc::new(view) });
                    self.shared.version.fetch_add(1, Ordering::Relaxed);
                }
            }
            if end.recv_timeout(PAUSE.max(begun.elapsed() * REST)) != Err(RecvTimeoutError::Timeout)
            {
                return;
            }
        }
    }
}

fn view(profiles: &ValueProfiles, baseline: Option<&(String, BaselineProfile)>) -> BeforeView {
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
            _ => match profiles.before(place) {
                Some(before) => (before.value.text.clone().unwrap_or_default(), &before.profile),
                None => continue,
            },
        };
        let value = compared(name, &Comparison::new(before, &now.profile));
        view.values.insert(now.value.text.clone(), value);
    }
    view
}

fn compared(before: String, comparison: &Comparison) -> ComparedValue {
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
