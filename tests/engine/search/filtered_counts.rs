//! Compares the counts of the calls that pass a filter with counting those calls again.

use super::aggregates::{Call, STEP_MS, calls, event, sorted};
use super::{BEGIN_MS, complete, engine, random_calls, send};
use proptest::prelude::*;
use segscope::engine::{CountProgress, Coverage, Engine, GroupBy, GroupedRows, Search, Who};
use segscope::fql::parse;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

const FILTERS: [&str; 5] = [
    r#"type = "track""#,
    "!repeat",
    "missing(account_id)",
    r#"type = "track" and missing(user_id)"#,
    r#"event = "nobody sends this""#,
];

/// Waits until all calls that pass are counted.
fn counted(search: &Search, engine: &Engine) -> CountProgress {
    search.with_counts(|_| ());
    complete(search, engine);
    let begin = Instant::now();
    loop {
        let counted = search.counted().expect("there is a filter");
        if counted.is_complete() {
            return counted;
        }
        assert!(begin.elapsed() < Duration::from_secs(60), "{counted:?}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn coverage(search: &Search, engine: &Engine) -> GroupedRows<Coverage> {
    search.with_counts(|counts| engine.coverage_under(GroupBy::Event, counts))
}

fn filter(search: &Search, text: &str) {
    search.filter(Some(Arc::new(parse(text).expect("a filter"))));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn counts_under_a_filter_are_those_of_the_calls_that_pass(
        sent in prop::collection::vec(random_calls::sent(), 1..30),
        later in 0..30_usize,
    ) {
        let engine = engine();
        let search = Search::new(Arc::clone(&engine));
        let (first, second) = sent.split_at(later.min(sent.len()));
        let take = |some: &[random_calls::SentCalls], from: usize| {
            for (at, sent) in some.iter().enumerate() {
                let at_ms = (from + at) as i64 * STEP_MS;
                send(&engine, &sent.path, sent.test, at_ms, &sent.body);
            }
        };
        take(first, 0);
        for (nth, text) in FILTERS.into_iter().enumerate() {
            filter(&search, text);
            counted(&search, &engine);
            if nth == 0 {
                // what comes later is counted too
                take(second, first.len());
            }
            let progress = counted(&search, &engine);
            let rows = search.shown_rows(0..engine.rows());
            let passing: Vec<Call> =
                calls(&engine).into_iter().filter(|(row, _)| rows.contains(&row.row)).collect();
            let now = BEGIN_MS + (sent.len() as i64 - 1) * STEP_MS;
            let by_event = |call: &Call| {
                let (kind, name) = event(call);
                (kind, name, None)
            };
            let wanted = super::aggregates::naive(&passing, now, by_event);
            prop_assert_eq!(sorted(coverage(&search, &engine)), wanted, "{}", text);
            let new = passing.iter().filter(|(_, call)| !call.repeat);
            prop_assert_eq!(progress.calls, new.clone().count() as u64);
            let mut users: BTreeMap<&str, u64> = BTreeMap::new();
            for (_, call) in new {
                if let Some(user) = &call.user_id {
                    *users.entry(user).or_default() += 1;
                }
            }
            let people = search.with_counts(|counts| engine.people_under(Who::Users, 0..999, counts));
            let people: BTreeMap<&str, u64> = people
                .rows
                .iter()
                .filter(|person| person.counted.calls > 0)
                .map(|person| (person.id.as_str(), person.counted.calls))
                .collect();
            prop_assert_eq!(people, users);
        }
        search.filter(None);
        prop_assert!(search.counted().is_none());
        prop_assert_eq!(coverage(&search, &engine), engine.coverage(GroupBy::Event));
    }
}

#[test]
fn nothing_counted_under_one_filter_is_shown_under_the_next() {
    let engine = engine();
    let search = Search::new(Arc::clone(&engine));
    for n in 0..50 {
        let body = format!(r#"{{"type":"track","userId":"u{n}","event":"E{n}"}}"#);
        send(&engine, "/v1/track", None, n, &body);
    }
    filter(&search, r#"type = "track""#);
    assert_eq!(counted(&search, &engine).calls, 50);
    // asked at once, before any row was looked at
    filter(&search, r#"event = "E7""#);
    assert!(coverage(&search, &engine).rows.len() <= 1);
    assert_eq!(counted(&search, &engine).calls, 1);
    assert_eq!(coverage(&search, &engine).rows.len(), 1);
}
