use super::*;
use crate::engine::test_engine::TestEngine;

fn filter(text: &str) -> Arc<Filter> {
    Arc::new(crate::fql::parse(text).expect("a filter"))
}

fn is_over(watch: &CallWatch) -> bool {
    watch.is_over.load(Ordering::Acquire)
}

#[test]
fn searches_a_call_once_for_all_requests_with_one_filter() {
    let (test, new_calls) = (TestEngine::start(), NewCalls::default());
    let watch = |text, row| new_calls.watch(&test.engine, &filter(text), row);
    let same = [watch(r#"event = "B""#, 0), watch(r#"event  =  "B""#, 0)];
    let other = watch(r#"event = "C""#, 0);
    assert_eq!(new_calls.lock().filters.len(), 2);
    test.track("A");
    assert_eq!(new_calls.search(&test.engine, 0), None);
    for watch in same.iter().chain([&other]) {
        assert_eq!((is_over(watch), watch.progress()), (false, (1, 0)));
    }
    (0..2).for_each(|_| test.track("B"));
    new_calls.search(&test.engine, 0);
    // what comes later does not hide the first call that passes
    test.track("B");
    new_calls.search(&test.engine, 0);
    for watch in &same {
        assert_eq!((is_over(watch), watch.progress()), (true, (1, 0)));
    }
    assert_eq!((is_over(&other), other.progress()), (false, (4, 0)));
    assert_eq!(new_calls.remove_ended(), (1, true));
    drop(other);
    assert_eq!(new_calls.remove_ended(), (0, false));
}

#[test]
fn lets_a_request_search_itself_that_begins_behind_the_others() {
    let (test, new_calls) = (TestEngine::start(), NewCalls::default());
    let first = new_calls.watch(&test.engine, &filter("event = \"B\""), 0);
    test.track("B");
    test.track("A");
    new_calls.search(&test.engine, 0);
    assert!(is_over(&first));
    let late = new_calls.watch(&test.engine, &filter("event = \"B\""), 1);
    assert!(is_over(&late));
    let current = new_calls.watch(&test.engine, &filter("event = \"B\""), 2);
    assert!(!is_over(&current));
}

#[test]
fn a_request_for_later_calls_leaves_those_of_others_alone() {
    let (test, new_calls) = (TestEngine::start(), NewCalls::default());
    test.track("A");
    let later = new_calls.watch(&test.engine, &filter("event = \"B\""), 1_000);
    let current = new_calls.watch(&test.engine, &filter("event = \"B\""), 1);
    assert!(!is_over(&current));
    test.track("B");
    new_calls.search(&test.engine, 0);
    assert_eq!((is_over(&later), is_over(&current)), (false, true));
}

#[test]
fn a_filter_that_fails_does_not_hold_up_the_others() {
    let (test, new_calls) = (TestEngine::start(), NewCalls::default());
    let failed = new_calls.watch(&test.engine, &filter("event = \"A\""), 0);
    let other = new_calls.watch(&test.engine, &filter("event = \"B\""), 0);
    // a search that panics does not put the matcher back
    let _ = new_calls.take_next(0, 1);
    new_calls.remove_failed();
    assert_eq!((is_over(&failed), is_over(&other)), (true, false));
    test.track("B");
    new_calls.search(&test.engine, 0);
    assert!(is_over(&other));
}

#[test]
fn counts_unreadable_calls_only_for_requests_that_do_not_search_again() {
    let watch = |row: u64| CallWatch {
        row: row.into(),
        unreadable: 0.into(),
        is_over: false.into(),
        notify: Notify::new(),
    };
    let (waits, finds, late) = (watch(0), watch(0), watch(2));
    waits.advance(&[], 0..5, 3);
    finds.advance(&[1], 0..5, 3);
    late.advance(&[], 0..5, 3);
    assert_eq!((waits.is_open(), waits.progress()), (true, (5, 3)));
    assert_eq!((finds.is_open(), finds.progress()), (false, (0, 0)));
    assert_eq!((late.is_open(), late.progress()), (false, (2, 0)));
}

#[test]
fn lets_all_requests_search_themselves_when_calls_are_cleared() {
    let (test, new_calls) = (TestEngine::start(), NewCalls::default());
    test.track("A");
    let watch = new_calls.watch(&test.engine, &filter("event = \"B\""), 1);
    new_calls.search(&test.engine, 0);
    assert!(!is_over(&watch));
    test.engine.clear(1_795_341_600_000).expect("recorded");
    test.engine.settle();
    new_calls.search(&test.engine, 0);
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
        NewCalls::keep_searching(&test.engine, &workers);
        test.track("A");
        test.track("B");
        assert!(first.wait(limit).await);
        // the search of this version is over by then, or another one is on its way
        let late = new_calls.watch(&test.engine, &filter("event = \"B\""), 0);
        assert!(late.wait(limit).await);
        assert_eq!(late.progress(), (0, 0));
    });
}
