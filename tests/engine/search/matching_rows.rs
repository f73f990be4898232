use super::{complete, engine, naive, random_calls, send};
use proptest::prelude::*;
use segscope::engine::{NextRow, Search, What};
use segscope::fql::parse;
use std::sync::Arc;

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn what_is_shown_is_what_passes(
        before in prop::collection::vec(random_calls::sent(), 0..20),
        after in prop::collection::vec(random_calls::sent(), 0..20),
        clear in 0..12_usize,
        filters in prop::collection::vec(random_calls::filter(), 1..4),
    ) {
        let engine = engine();
        let search = Search::new(Arc::clone(&engine));
        for (at, sent) in before.iter().enumerate() {
            send(&engine, &sent.path, sent.test, at as i64, &sent.body);
        }
        for (nth, text) in filters.iter().enumerate() {
            let filter = Arc::new(parse(text).expect(text));
            search.filter(Some(Arc::clone(&filter)));
            // calls come while rows are looked at, and once all is cleared away
            if nth == 0 {
                for (at, sent) in after.iter().enumerate() {
                    if at == clear {
                        engine.clear(0).expect("recorded");
                    }
                    send(&engine, &sent.path, sent.test, 100 + at as i64, &sent.body);
                }
            }
            let shown = complete(&search, &engine);
            let wanted = naive(&engine, &filter);
            prop_assert_eq!(&search.shown_rows(0..u64::MAX), &wanted, "{}", text);
            prop_assert_eq!(shown.rows, wanted.len() as u64);
            for row in [0, shown.of / 2, shown.of] {
                let place = wanted.iter().filter(|passing| **passing < row).count();
                prop_assert_eq!(search.place_of(row), place as u64);
            }
            let half = wanted.len() as u64 / 2;
            let rest: Vec<u64> = wanted.iter().copied().skip(half as usize).take(3).collect();
            prop_assert_eq!(search.shown_rows(half..half + 3), rest);
        }
    }

    #[test]
    fn a_search_finds_what_passes_both(
        sent in prop::collection::vec(random_calls::sent(), 1..20),
        shows in random_calls::filter(),
        seeks in random_calls::filter(),
    ) {
        let engine = engine();
        let search = Search::new(Arc::clone(&engine));
        for (at, sent) in sent.iter().enumerate() {
            send(&engine, &sent.path, sent.test, at as i64, &sent.body);
        }
        let (shows, seeks) = (parse(&shows).expect("valid"), parse(&seeks).expect("valid"));
        let shown = naive(&engine, &shows);
        let wanted: Vec<u64> =
            naive(&engine, &seeks).into_iter().filter(|row| shown.contains(row)).collect();
        search.filter(Some(Arc::new(shows)));
        let what = What::Matches(Arc::new(seeks));
        let found = |forward: bool| {
            let (mut at, mut found) = if forward { (0, Vec::new()) } else { (engine.rows(), Vec::new()) };
            loop {
                match search.find(at, forward, &what) {
                    NextRow::Row(row) => {
                        found.push(row);
                        at = row;
                    }
                    NextRow::Paused { at: on } => at = on,
                    NextRow::None => return found,
                }
            }
        };
        let behind: Vec<u64> = wanted.iter().copied().filter(|row| *row > 0).collect();
        prop_assert_eq!(found(true), behind);
        let backward: Vec<u64> = wanted.iter().rev().copied().collect();
        prop_assert_eq!(found(false), backward);
    }
}

#[test]
fn without_a_filter_all_rows_are_shown() {
    let engine = engine();
    let search = Search::new(Arc::clone(&engine));
    for at in 0..5 {
        send(&engine, "/v1/track", None, at, r#"{"userId":"u","event":"A"}"#);
    }
    engine.settle();
    let shown = search.shown();
    assert_eq!((shown.rows, shown.looked_at, shown.of), (5, 5, 5));
    assert_eq!(search.shown_rows(3..9), [3, 4]);
    assert_eq!(search.place_of(4), 4);
    search.filter(Some(Arc::new(parse("seq >= 4").expect("valid"))));
    assert_eq!(complete(&search, &engine).rows, 2);
    assert_ne!(search.shown().generation, shown.generation);
    let version = search.version();
    search.filter(Some(Arc::new(parse("").expect("valid"))));
    assert!(search.version() > version);
    assert_eq!(search.shown_rows(0..2), [0, 1]);
}

/// A call that is young now is old later, without another call.
#[test]
fn what_passes_by_its_age_changes_with_the_time() {
    let engine = engine();
    let search = Search::new(Arc::clone(&engine));
    let now = segscope::call::time::now() - super::BEGIN_MS;
    send(&engine, "/v1/track", None, now, r#"{"userId":"u","event":"A"}"#);
    search.filter(Some(Arc::new(parse("age < \"1500ms\" or event = \"B\"").expect("valid"))));
    let begin = std::time::Instant::now();
    complete(&search, &engine);
    while search.shown().rows > 0 {
        assert!(begin.elapsed().as_secs() < 60, "it is old by now");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(search.shown().looked_at, 1, "it was looked at all the time");
}
