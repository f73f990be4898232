//! Compares new calls with the filters of all waiting requests. A call is compared once for each
//! filter, however many requests wait with it, so a hundred waiting tests cost the listener little.

use crate::engine::{Engine, RangeFilter};
use crate::fql::Filter;
use crate::queries::{Workers, in_turn};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::time::sleep;

/// The interval between two searches.
const LOOK_INTERVAL: Duration = Duration::from_millis(5);
/// The interval between two searches for each filter that requests wait with, used if the product
/// is longer than [`LOOK_INTERVAL`].
const INTERVAL_PER_FILTER: Duration = Duration::from_micros(100);
/// The time after which a search lets other questions search.
const MAX_TURN: Duration = Duration::from_millis(50);

/// The filters that requests wait with, and the row up to which each was compared.
#[derive(Default)]
pub(crate) struct NewCalls {
    state: Mutex<WatchedFilters>,
}

#[derive(Default)]
struct WatchedFilters {
    filters: Vec<WatchedFilter>,
    /// The epoch of the index that was searched last.
    epoch: u64,
    /// True if a task searches new calls.
    is_looking: bool,
    /// True if a request began to wait since the last search.
    has_new_watch: bool,
}

/// A filter and the requests that wait with it.
struct WatchedFilter {
    filter: Arc<Filter>,
    /// The normal form of the filter.
    text: String,
    /// The matcher; none while a search uses it without holding the lock.
    matcher: Option<RangeFilter>,
    /// The row up to which calls were compared.
    to: u64,
    /// The watches of the waiting requests. A watch is dropped when its request ends.
    watches: Vec<Weak<CallWatch>>,
}

/// A watch of one request for calls that match its filter.
#[derive(Debug)]
pub(crate) struct CallWatch {
    /// The row before which no call matches, not counting rows that the request searched itself.
    row: AtomicU64,
    /// The number of rows before `row` that could not be read.
    unreadable: AtomicU64,
    /// True if the request should search again itself.
    is_over: AtomicBool,
    notify: Notify,
}

impl CallWatch {
    /// Waits until the request should search again itself, for at most `limit`. Returns true if it
    /// should.
    pub async fn wait(&self, limit: Duration) -> bool {
        let _ = tokio::time::timeout(limit, self.notify.notified()).await;
        self.is_over.load(Ordering::Acquire)
    }

    /// Returns the row before which no call matches, and the number of rows before it that could
    /// not be read.
    pub fn progress(&self) -> (u64, u64) {
        (self.row.load(Ordering::Acquire), self.unreadable.load(Ordering::Acquire))
    }

    fn end(&self) {
        self.is_over.store(true, Ordering::Release);
        self.notify.notify_one();
    }

    /// Moves the watch to the first new matching row and ends it, or moves it to `to` if there is none.
    fn advance(&self, pass: &[u64], to: u64, unreadable: u64) {
        if self.is_over.load(Ordering::Acquire) {
            return;
        }
        let from = self.row.load(Ordering::Acquire);
        self.unreadable.fetch_add(unreadable, Ordering::AcqRel);
        let first = pass.iter().find(|row| **row >= from);
        self.row.store(first.copied().unwrap_or(to).max(from), Ordering::Release);
        if first.is_some() {
            self.end();
        }
    }
}

impl NewCalls {
    /// Starts to watch for a call at `row` or later that matches the filter.
    pub fn watch(&self, engine: &Engine, filter: &Arc<Filter>, row: u64) -> Arc<CallWatch> {
        let watch = Arc::new(CallWatch {
            row: row.into(),
            unreadable: 0.into(),
            is_over: false.into(),
            notify: Notify::new(),
        });
        let text = filter.to_string();
        let epoch = engine.judged_epoch();
        let mut state = self.lock();
        if state.filters.is_empty() {
            state.epoch = epoch;
        }
        state.has_new_watch = true;
        match state.filters.iter_mut().find(|watched| watched.text == text) {
            Some(watched) => {
                // the rows between were compared before this request joined, so it searches them
                // itself
                if row < watched.to {
                    watch.end();
                }
                watched.watches.push(Arc::downgrade(&watch));
            }
            None => state.filters.push(WatchedFilter {
                matcher: Some(RangeFilter::new(Arc::clone(filter))),
                filter: Arc::clone(filter),
                text,
                to: row,
                watches: vec![Arc::downgrade(&watch)],
            }),
        }
        watch
    }

    /// Starts the task that searches new calls, unless it runs already.
    pub fn keep_looking(engine: &Arc<Engine>, workers: &Workers) {
        if !std::mem::replace(&mut workers.new_calls.lock().is_looking, true) {
            tokio::spawn(search_new_calls(Arc::clone(engine), workers.clone()));
        }
    }

    fn lock(&self) -> MutexGuard<'_, WatchedFilters> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Compares new calls with each filter, beginning with the filter at index `first`, until the
    /// turn ends. Returns the index of the next filter, or none if all were compared.
    fn look(&self, engine: &Engine, first: usize) -> Option<usize> {
        let began = Instant::now();
        let (epoch, end, _) = engine.extent();
        if self.end_all_of_another_index(epoch) {
            return None;
        }
        for place in first.. {
            let (mut matcher, rows) = {
                let mut state = self.lock();
                let watched = state.filters.get_mut(place)?;
                let matcher = watched.matcher.take();
                let new = || RangeFilter::new(Arc::clone(&watched.filter));
                (matcher.unwrap_or_else(new), watched.to..end)
            };
            let (pass, unreadable) = matcher.readable(engine, rows);
            matcher.forget();
            // the index was replaced meanwhile, so these rows say nothing
            if self.end_all_of_another_index(engine.judged_epoch()) {
                return None;
            }
            let mut state = self.lock();
            let watched = state.filters.get_mut(place)?;
            watched.matcher = Some(matcher);
            watched.to = watched.to.max(end);
            for watch in watched.watches.iter().filter_map(Weak::upgrade) {
                watch.advance(&pass, end, unreadable);
            }
            drop(state);
            if began.elapsed() >= MAX_TURN {
                return Some(place + 1);
            }
        }
        None
    }

    /// Ends all watches if calls were cleared or judged again, so that every request searches again
    /// itself. Returns true if it did.
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

    /// Removes the filters without a waiting request. Returns the number of filters left, and
    /// whether a request began to wait since the last call of this function.
    fn remove_ended(&self) -> (usize, bool) {
        let mut state = self.lock();
        let is_open = |watch: &Weak<CallWatch>| {
            watch.upgrade().is_some_and(|watch| !watch.is_over.load(Ordering::Acquire))
        };
        state.filters.retain_mut(|watched| {
            watched.watches.retain(is_open);
            !watched.watches.is_empty()
        });
        (state.filters.len(), std::mem::take(&mut state.has_new_watch))
    }
}

/// Searches new calls for as long as requests wait.
async fn search_new_calls(engine: Arc<Engine>, workers: Workers) {
    let mut looking = LookingTask { new_calls: Arc::clone(&workers.new_calls), is_ended: false };
    let mut searched_version = None;
    loop {
        let (filters, has_new_watch) = looking.new_calls.remove_ended();
        if filters == 0 && looking.end_if_idle() {
            return;
        }
        let version = engine.version();
        // a call may have arrived between the request's own search and its watch
        if has_new_watch || searched_version != Some(version) {
            searched_version = Some(version);
            let mut place = Some(0);
            while let Some(first) = place {
                let (engine, new_calls) = (Arc::clone(&engine), Arc::clone(&looking.new_calls));
                let searched = in_turn(&workers, move || new_calls.look(&engine, first));
                // an error means that the runtime is ending
                let Ok(next) = searched.await else { return };
                place = next;
            }
        }
        sleep(LOOK_INTERVAL.max(INTERVAL_PER_FILTER * filters as u32)).await;
    }
}

/// A guard that allows another search task to start when this one ends, even by a panic.
struct LookingTask {
    new_calls: Arc<NewCalls>,
    is_ended: bool,
}

impl LookingTask {
    /// Ends the task if no request waits, and returns true. It holds the lock, so no request can
    /// begin to wait in between.
    fn end_if_idle(&mut self) -> bool {
        let mut state = self.new_calls.lock();
        state.is_looking = !state.filters.is_empty();
        self.is_ended = !state.is_looking;
        self.is_ended
    }
}

impl Drop for LookingTask {
    fn drop(&mut self) {
        if !self.is_ended {
            self.new_calls.lock().is_looking = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::test_engine::TestEngine;

    fn filter(text: &str) -> Arc<Filter> {
        Arc::new(crate::fql::parse(text).expect("a filter"))
    }

    fn is_over(watch: &CallWatch) -> bool {
        watch.is_over.load(Ordering::Acquire)
    }

    #[test]
    fn looks_at_a_call_once_for_all_requests_with_one_filter() {
        let (test, new_calls) = (TestEngine::start(), NewCalls::default());
        let watch = |text, row| new_calls.watch(&test.engine, &filter(text), row);
        let same = [watch(r#"event = "B""#, 0), watch(r#"event  =  "B""#, 0)];
        let other = watch(r#"event = "C""#, 0);
        assert_eq!(new_calls.lock().filters.len(), 2);
        test.track("A");
        assert_eq!(new_calls.look(&test.engine, 0), None);
        for watch in same.iter().chain([&other]) {
            assert_eq!((is_over(watch), watch.progress()), (false, (1, 0)));
        }
        (0..2).for_each(|_| test.track("B"));
        new_calls.look(&test.engine, 0);
        // a later match does not move the watch past the first one
        test.track("B");
        new_calls.look(&test.engine, 0);
        for watch in &same {
            assert_eq!((is_over(watch), watch.progress()), (true, (1, 0)));
        }
        assert_eq!((is_over(&other), other.progress()), (false, (4, 0)));
        assert_eq!(new_calls.remove_ended(), (1, true));
        drop(other);
        assert_eq!(new_calls.remove_ended(), (0, false));
    }

    #[test]
    fn lets_a_request_look_itself_that_begins_behind_the_others() {
        let (test, new_calls) = (TestEngine::start(), NewCalls::default());
        let first = new_calls.watch(&test.engine, &filter("event = \"B\""), 0);
        test.track("B");
        test.track("A");
        new_calls.look(&test.engine, 0);
        assert!(is_over(&first));
        let late = new_calls.watch(&test.engine, &filter("event = \"B\""), 1);
        assert!(is_over(&late));
        let current = new_calls.watch(&test.engine, &filter("event = \"B\""), 2);
        assert!(!is_over(&current));
    }

    #[test]
    fn lets_all_requests_look_themselves_when_calls_are_cleared_away() {
        let (test, new_calls) = (TestEngine::start(), NewCalls::default());
        test.track("A");
        let watch = new_calls.watch(&test.engine, &filter("event = \"B\""), 1);
        new_calls.look(&test.engine, 0);
        assert!(!is_over(&watch));
        test.engine.clear(1_795_341_600_000).expect("recorded");
        test.engine.settle();
        new_calls.look(&test.engine, 0);
        assert!(is_over(&watch));
        assert_eq!(new_calls.remove_ended(), (0, true));
    }

    #[test]
    fn finds_what_has_come_before_a_request_waits_if_nothing_comes_after() {
        let (test, workers) = (TestEngine::start(), Workers::default());
        let new_calls = Arc::clone(&workers.new_calls);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.expect("a runtime").block_on(async {
            let limit = Duration::from_secs(30);
            let first = new_calls.watch(&test.engine, &filter("event = \"A\""), 0);
            let _other = new_calls.watch(&test.engine, &filter("event = \"C\""), 0);
            NewCalls::keep_looking(&test.engine, &workers);
            test.track("A");
            test.track("B");
            assert!(first.wait(limit).await);
            // by now the search of this version has ended, or the next one has started
            let late = new_calls.watch(&test.engine, &filter("event = \"B\""), 0);
            assert!(late.wait(limit).await);
            assert_eq!(late.progress(), (1, 0));
        });
    }
}
