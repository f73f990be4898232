//! The threads that search rows.

use crate::debug_log::ThreadLog;
use crate::engine::index::Claim;
use crate::engine::low_priority::give_way;
use crate::engine::search::row_matcher::RowMatcher;
use crate::engine::search::search_state::{SearchShared, SearchState};
use crate::fql::Filter;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// The number of search threads.
const THREADS: usize = 2;
/// The interval at which an idle search thread checks for new calls. If the listener
/// notified it instead, each request would cost a system call.
const POLL_INTERVAL: Duration = Duration::from_millis(8);

/// The running search threads. Dropping this value ends them.
pub(crate) struct Threads {
    shared: Arc<SearchShared>,
    handles: Vec<JoinHandle<()>>,
}

impl Threads {
    pub fn new(shared: Arc<SearchShared>) -> Threads {
        let handles = (0..THREADS)
            .filter_map(|nth| {
                let shared = Arc::clone(&shared);
                let name = format!("filter-{nth}");
                std::thread::Builder::new().name(name).spawn(move || work(&shared)).ok()
            })
            .collect();
        Threads { shared, handles }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.shared.lock().ended = true;
        self.shared.generation.store(u64::MAX, Ordering::Release);
        self.shared.wake.notify_all();
        for handle in self.handles.drain(..) {
            // an error means that the thread panicked: it has ended
            let _ = handle.join();
        }
    }
}

/// The next work of a search thread.
enum SearchTask {
    /// Search these rows.
    Search(Job),
    /// Count searched rows.
    Count,
}

/// Claimed rows, and the filter and the index for which they were claimed.
struct Job {
    claim: Claim,
    filter: Arc<Filter>,
    generation: u64,
    epoch: u64,
}

/// Runs a search thread until it is time to end.
fn work(shared: &SearchShared) {
    let _thread = ThreadLog::begin("filter");
    give_way();
    let mut matcher: Option<(u64, RowMatcher)> = None;
    while let Some(task) = next(shared) {
        let job = match task {
            SearchTask::Count => {
                shared.count_some();
                continue;
            }
            SearchTask::Search(job) => job,
        };
        let matcher = match &mut matcher {
            Some((generation, matcher)) if *generation == job.generation => matcher,
            other => {
                &mut other.insert((job.generation, RowMatcher::new(Arc::clone(&job.filter)))).1
            }
        };
        let goes_on = || shared.generation.load(Ordering::Acquire) == job.generation;
        let rows = job.claim.rows();
        let bits = matcher.match_rows(&shared.engine, rows, job.epoch, &goes_on);
        let mut inner = shared.lock();
        if inner.generation != job.generation {
            continue;
        }
        match bits {
            Some(bits) => {
                inner.passed.done(job.claim, &bits);
                inner.log_end();
            }
            None => inner.passed.give_back(job.claim),
        }
        drop(inner);
        shared.changed();
    }
}

/// Waits for rows to search or count; returns `None` when it is time to end.
fn next(shared: &SearchShared) -> Option<SearchTask> {
    let mut inner = shared.lock();
    loop {
        if inner.ended {
            return None;
        }
        if inner.filter.is_none() {
            inner = shared.wake.wait(inner).unwrap_or_else(PoisonError::into_inner);
            continue;
        }
        shared.refresh(&mut inner);
        if let Some(job) = claim(&mut inner) {
            return Some(SearchTask::Search(job));
        }
        if inner.has_to_count() {
            return Some(SearchTask::Count);
        }
        inner.look_again();
        let waited = shared.wake.wait_timeout(inner, POLL_INTERVAL);
        inner = waited.unwrap_or_else(PoisonError::into_inner).0;
    }
}

/// Claims rows near the focus, or else the newest.
fn claim(inner: &mut SearchState) -> Option<Job> {
    let filter = inner.filter.clone()?;
    let near = inner.focus.unwrap_or(inner.passed.rows());
    let claim = inner.passed.claim(near)?;
    Some(Job { claim, filter, generation: inner.generation, epoch: inner.epoch })
}
