//! Settings that change while calls are there: a call keeps those that it was judged with until all
//! are judged again.

use crate::requests;
use segscope::engine::{CallDetail, Engine, InUse, Recording, RowDetail};
use segscope::findings::Verdict;
use segscope::recording::RecordingFile;
use segscope::report::call_record;
use segscope::vendors::Vendors;
use serde_json::{Value, json};
use std::sync::Arc;

fn vendors(settings: Value) -> Arc<Vendors> {
    Arc::new(Vendors::new(settings.as_object().expect("a table"), &[]).expect("valid"))
}

fn engine(settings: Value) -> Engine {
    let vendors = vendors(settings);
    let recording =
        Recording::from_file(RecordingFile::nameless().expect("a file")).expect("readable");
    let in_use = InUse::without_choice(&vendors);
    Engine::new(recording, vendors, in_use, Default::default()).expect("readable").0
}

fn take(engine: &Engine, call: Value) {
    let body = json!({ "batch": [call] }).to_string();
    assert_eq!(requests::post(engine, "/v1/batch", &body, 0), 200);
    engine.settle();
}

fn anonymous(event: &str) -> Value {
    json!({"type": "track", "event": event, "anonymousId": "a", "timestamp": "2024-05-01T10:00:00Z"})
}

fn detail(engine: &Engine, row: u64) -> Box<CallDetail> {
    match engine.detail(row) {
        Ok(Some(RowDetail::Call(call))) => call,
        other => panic!("{other:?}"),
    }
}

fn verdict(engine: &Engine, row: u64) -> Verdict {
    let at = engine.vendors().index_of("custify").expect("built in");
    let rendered = detail(engine, row).vendors[at].1.verdict;
    // the index says the same
    assert_eq!(engine.window(row..row + 1)[0].marks[at].verdict, rendered);
    rendered
}

fn stale(engine: &Engine) -> Vec<bool> {
    engine.window(0..engine.rows()).iter().map(|row| row.stale).collect()
}

fn record(engine: &Engine, row: u64) -> String {
    call_record(&detail(engine, row), &engine.vendors(), &[0, 1, 2, 3, 4])
}

#[test]
fn new_calls_use_new_settings_and_old_ones_keep_theirs_until_all_are_judged_again() {
    let engine = engine(json!({}));
    take(&engine, anonymous("one"));
    take(&engine, json!({"type": "identify", "userId": "u", "timestamp": "2024-05-01T10:00:00Z"}));
    let before = record(&engine, 0);
    assert_eq!(verdict(&engine, 0), Verdict::Rejected);

    assert!(engine.go_on_with(vendors(json!({"custify": {"send_anonymous_id": true}}))));
    take(&engine, anonymous("two"));
    assert_eq!(verdict(&engine, 2), Verdict::Degraded);
    assert_eq!(record(&engine, 0), before, "what was judged stays");
    assert_eq!(stale(&engine), [true, true, false]);
    // to choose the vendors in use reads all again, but with the settings of each
    let chosen = InUse::chosen(&engine.vendors(), vec![4]);
    engine.set_in_use(chosen).expect("readable");
    assert_eq!((verdict(&engine, 0), verdict(&engine, 2)), (Verdict::Rejected, Verdict::Degraded));
    assert_eq!(stale(&engine), [true, true, false]);

    let changes = engine.judge_again().expect("readable");
    assert_eq!(verdict(&engine, 0), Verdict::Degraded);
    assert_eq!(stale(&engine), [false, false, false]);
    assert_eq!(changes.calls, 3);
    let said: Vec<String> = changes.vendors.iter().map(|vendor| vendor.sentence()).collect();
    assert_eq!(said[4], "custify: 1 more degraded; 1 fewer rejected");
    assert_eq!(said[2], "planhat: no change");
    let again = engine.judge_again().expect("readable");
    assert!(again.vendors.iter().all(|vendor| vendor.is_none()));
}

/// A fact that was learned before a change counts after it, and a fact that was learned after it does
/// not count before.
#[test]
fn new_settings_go_on_with_what_is_remembered() {
    let engine = engine(json!({}));
    let track = |event: &str| json!({"type": "track", "event": event, "userId": "u", "timestamp": "2024-05-01T10:00:00Z"});
    let codes = |row| {
        let call = detail(&engine, row);
        let at = engine.vendors().index_of("custify").expect("built in");
        let codes = call.vendors[at].1.findings.iter().map(|finding| finding.code.to_string());
        codes.collect::<Vec<_>>()
    };
    take(&engine, track("one"));
    take(&engine, json!({"type": "identify", "userId": "u", "timestamp": "2024-05-01T10:00:00Z"}));
    assert!(engine.go_on_with(vendors(json!({"custify": {"known_companies": ["c"]}}))));
    take(&engine, track("two"));
    assert!(codes(0).contains(&"CUS-T-UNKNOWN-USER".to_owned()));
    assert!(!codes(2).contains(&"CUS-T-UNKNOWN-USER".to_owned()), "the identify call is known");
}

#[test]
fn a_clear_leaves_nothing_stale() {
    let engine = engine(json!({}));
    take(&engine, anonymous("one"));
    assert!(engine.go_on_with(vendors(json!({"custify": {"send_anonymous_id": true}}))));
    assert!(engine.stale_before().is_some());
    engine.clear(0).expect("recorded");
    engine.settle();
    assert_eq!(engine.stale_before(), None);
    take(&engine, anonymous("two"));
    assert_eq!((verdict(&engine, 0), stale(&engine)), (Verdict::Degraded, vec![false]));
}

#[test]
fn other_vendors_hold_from_the_next_judging_on() {
    let engine = engine(json!({}));
    take(&engine, anonymous("one"));
    let other = Arc::new(Vendors::only(&["custify"], &Default::default(), &[]).expect("built in"));
    assert!(!engine.go_on_with(Arc::clone(&other)));
    assert_eq!(engine.vendors().len(), 5);
    let in_use = InUse::without_choice(&other);
    let changes = engine.judge_with(other, in_use).expect("readable");
    assert_eq!(engine.vendors().len(), 1);
    let said: Vec<String> = changes.vendors.iter().map(|vendor| vendor.sentence()).collect();
    assert_eq!(said, ["custify: no change"]);
    assert_eq!(verdict(&engine, 0), Verdict::Rejected);
}
