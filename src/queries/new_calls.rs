//! Searches new calls for all requests that wait for some. A call is tested once for each filter,
//! however many requests wait with it, and read once for filters that search in step, so a hundred tests
//! that wait cost the listener little.

use crate::engine::{Chunks, Engine, RangeFilter};
use crate::fql::Filter;
use crate::queries::{Workers, in_turn};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::time::sleep;

/// The time between two searches.
const SEARCH_INTERVAL: Duration = Duration::from_millis(5);
/// The time between two searches for each filter with which requests wait, if that is longer.
const INTERVAL_PER_FILTER: Duration = Duration::from_micros(100);
/// The maximum number of rows that are searched with one filter before the next filter has its turn.
/// Their lines usually fit into one chunk, which all filters share.
const MAX_ROWS_PER_FILTER: u64 = 256;
/// The time for which new calls are searched before another question has its turn.
const MAX_TURN: Duration = Duration::from_millis(50);

/// The filters with which requests wait, and how far the calls are searched with each.
#[derive(Default)]
pub(crate) struct NewCalls {
    state: Mutex<WatchedFilters>,
}

#[derive(Default)]
struct WatchedFilters {
    filters: Vec<WatchedFilter>,
    /// The epoch of the index that was searched last.
    epoch: u64,
    /// True while a task searches the calls that arrive.
    is_searching: bool,
    /// True if a request has begun to wait since the last search.
    has_new_watch: bool,
}

/// A filter and the requests that wait with it.
struct WatchedFilter {
    filter: Arc<Filter>,
    /// The normal form of the filter.
    text: String,
    /// `None` while a search uses it without the lock.
    matcher: Option<RangeFilter>,
    /// The row up to which calls were searched.
    to: u64,
    /// A request that ends drops its watch.
    watches: Vec<Weak<CallWatch>>,
}

impl WatchedFilter {
    fn open_watches(&self) -> impl Iterator<Item = Arc<CallWatch>> + '_ {
        self.watches.iter().filter_map(Weak::upgrade).filter(|watch| watch.is_open())
    }

    /// Returns true if a request waits for a search of rows before `end`.
    fn is_behind(&self, end: u64) -> bool {
        self.to < end && self.open_watches().next().is_some()
    }
}

/// One request's watch for calls that pass its filter.
#[derive(Debug)]
pub(crate) struct CallWatch {
    /// The row before which nothing passes, of the calls that the request has not searched itself.
    row: AtomicU64,
    /// Rows before it that could not be read.
    unreadable: AtomicU64,
    /// True if the request is to search itself.
    is_over: AtomicBool,
    notify: Notify,
}

impl CallWatch {
    /// Waits until the request is to search itself, at most for `limit`. Returns true if it is.
    pub async fn wait(&self, limit: Duration) -> bool {
        let _ = tokio::time::timeout(limit, self.notify.notified()).await;
        self.is_over.load(Ordering::Acquire)
    }

    /// Returns the row before which nothing passes, and the number of rows before it that could not
    /// be read.
    pub fn progress(&self) -> (u64, u64) {
        (self.row.load(Ordering::Acquire), self.unreadable.load(Ordering::Acquire))
    }

    fn end(&self) {
        self.is_over.store(true, Ordering::Release);
        self.notify.notify_one();
    }

    fn is_open(&self) -> bool {
        !self.is_over.load(Ordering::Acquire)
    }

    /// Notes which calls of some rows pass. If one does, the request searches these rows itself, and
    /// also if some of them cannot be read and it is unknown whether these are the request's.
    fn advance(&self, pass: &[u64], rows: Range<u64>, unreadable: u64) {
        if !self.is_open() {
            return;
        }
        let from = self.row.load(Ordering::Acquire);
        if pass.iter().any(|row| *row >= from) || (unreadable > 0 && from > rows.start) {
            return self.end();
        }
        self.unreadable.fetch_add(unreadable, Ordering::AcqRel);
        self.row.store(rows.end.max(from), Ordering::Release);
    }
}

impl NewCalls {
    /// Begins to watch for a call from `row` on that passes the filter.
    pub fn watch(&self, engine: &Engine, filter: &Arc<Filter>, row: u64) -> Arc<CallWatch> {
        let watch = Arc::new(CallWatch {
            row: row.into(),
            unreadable: 0.into(),
            is_over: false.into(),
            notify: Notify::new(),
        });
        let text = filter.to_string();
        let (epoch, rows, _) = engine.extent();
        let mut state = self.lock();
        if state.filters.is_empty() {
            state.epoch = epoch;
        }
        state.has_new_watch = true;
        match state.filters.iter_mut().find(|watched| watched.text == text) {
            Some(watched) => {
                // these rows were searched meanwhile, without this request
                if row < watched.to {
                    watch.end();
                }
                watched.watches.push(Arc::downgrade(&watch));
            }
            None => state.filters.push(WatchedFilter {
                matcher: Some(RangeFilter::new(Arc::clone(filter))),
                filter: Arc::clone(filter),
                text,
                // a request may ask for what comes after calls that are not there yet
                to: row.min(rows),
                watches: vec![Arc::downgrade(&watch)],
            }),
        }
        watch
    }

    /// Starts the task that searches, unless there is one.
    pub fn keep_searching(engine: &Arc<Engine>, workers: &Workers) {
        if !std::mem::replace(&mut workers.new_calls.lock().is_searching, true) {
            tokio::spawn(search_on(Arc::clone(engine), workers.clone()));
        }
    }

    fn lock(&self) -> MutexGuard<'_, WatchedFilters> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Searches the calls that have arrived with the filters from a place on, some rows for each filter
    /// in turn, until all is searched or the turn is over. Returns the place to go on at.
    fn search(&self, engine: &Engine, first: usize) -> Option<usize> {
        let began = Instant::now();
        let (epoch, end, _) = engine.extent();
        if self.end_all_of_another_index(epoch) {
            return None;
        }
        let (mut first, mut chunk) = (first, Chunks::default());
        while let Some((place, mut matcher, rows)) = self.take_next(first, end) {
            let (pass, unreadable) = matcher.readable_in(engine, rows.clone(), &mut chunk);
            matcher.forget();
            // of another index, nothing passes
            if self.end_all_of_another_index(engine.judged_epoch()) {
                return None;
            }
            let mut state = self.lock();
            let watched = state.filters.get_mut(place)?;
            watched.matcher = Some(matcher);
            watched.to = rows.end;
            for watch in watched.watches.iter().filter_map(Weak::upgrade) {
                watch.advance(&pass, rows.clone(), unreadable);
            }
            drop(state);
            first = place + 1;
            if began.elapsed() >= MAX_TURN {
                return Some(first);
            }
        }
        None
    }

    /// Takes the matcher of the next filter that is behind, from a place on and then from the first,
    /// and the rows that are to be searched with it. Returns also the place of the filter.
    fn take_next(&self, first: usize, end: u64) -> Option<(usize, RangeFilter, Range<u64>)> {
        let mut state = self.lock();
        let count = state.filters.len();
        let mut places = (first..count).chain(0..first.min(count));
        let place = places.find(|place| state.filters[*place].is_behind(end))?;
        let watched = &mut state.filters[place];
        // filters with which requests began to wait at different times search the same rows again soon
        let group_end = (watched.to / MAX_ROWS_PER_FILTER + 1).saturating_mul(MAX_ROWS_PER_FILTER);
        let rows = watched.to..end.min(group_end);
        let new = || RangeFilter::new(Arc::clone(&watched.filter));
        let matcher = watched.matcher.take().unwrap_or_else(new);
        Some((place, matcher, rows))
    }

    /// Removes the filter that was in use when a search ended in a panic. Its requests search
    /// themselves, and each meets the error.
    fn remove_failed(&self) {
        self.lock().filters.retain(|watched| {
            let is_failed = watched.matcher.is_none();
            if is_failed {
                watched.open_watches().for_each(|watch| watch.end());
            }
            !is_failed
        });
    }

    /// Lets every request search itself if calls were cleared or judged again.
    fn end_all_of_another_index(&self, epoch: u64) -> bool {
        let mut state = self.lock();
        if state.epoch == epoch {
            return false;
        }
        state.epoch = epoch;
        let watches = state.filters.drain(..).flat_map(|watched| watched.watches);
        watches.filter_map(|watch| watch.upgrade()).for_each(|watch| watch.end());
        true
    }

    /// Removes the filters with which no request waits any more. Returns the number of those that are
    /// left, and whether a request has begun to wait since the last call.
    fn remove_ended(&self) -> (usize, bool) {
        let mut state = self.lock();
        let is_open =
            |watch: &Weak<CallWatch>| watch.upgrade().is_some_and(|watch| watch.is_open());
        state.filters.retain_mut(|watched| {
            watched.watches.retain(is_open);
            !watched.watches.is_empty()
        });
        (state.filters.len(), std::mem::take(&mut state.has_new_watch))
    }
}

/// Searches the calls that arrive for as long as a request waits.
async fn search_on(engine: Arc<Engine>, workers: Workers) {
    let mut task = NewCallSearch { new_calls: Arc::clone(&workers.new_calls), is_ended: false };
    let mut searched = None;
    // where to go on, if the last turn ended before all was searched
    let mut place = None;
    loop {
        let (filters, has_new_watch) = task.new_calls.remove_ended();
        if filters == 0 && task.end_if_idle() {
            return;
        }
        let version = engine.version();
        // between a request's own search and its watch, a call may have arrived
        if place.is_none() && !has_new_watch && searched == Some(version) {
            sleep(SEARCH_INTERVAL.max(INTERVAL_PER_FILTER * filters as u32)).await;
            continue;
        }
        searched = Some(version);
        let (engine_of_turn, new_calls) = (Arc::clone(&engine), Arc::clone(&task.new_calls));
        let first = place.unwrap_or(0);
        place = match in_turn(&workers, move || new_calls.search(&engine_of_turn, first)).await {
            Ok(next) => next,
            Err(error) if error.is_panic() => {
                task.new_calls.remove_failed();
                Some(0)
            }
            // the runtime ends
            Err(_) => return,
        };
        if place.is_none() {
            sleep(SEARCH_INTERVAL.max(INTERVAL_PER_FILTER * filters as u32)).await;
        }
    }
}

/// The task that searches. When it ends, for any reason, another one can begin.
struct NewCallSearch {
    new_calls: Arc<NewCalls>,
    is_ended: bool,
}

impl NewCallSearch {
    /// Ends the task if no request waits; none can begin to wait in between.
    fn end_if_idle(&mut self) -> bool {
        let mut state = self.new_calls.lock();
        state.is_searching = !state.filters.is_empty();
        self.is_ended = !state.is_searching;
        self.is_ended
    }
}

impl Drop for NewCallSearch {
    fn drop(&mut self) {
        if !self.is_ended {
            self.new_calls.lock().is_searching = false;
        }
    }
}

#[cfg(test)]
mod tests;
