//! Settings that change while calls are there: a call keeps those that it was judged with until all
//! are judged again.

use segscope::engine::{CallDetail, Detail, InUse, Pipeline, Recording};
use segscope::findings::Verdict;
use segscope::recording::Journal;
use segscope::report::call_record;
use segscope::vendors::Vendors;
use segscope::wire::RequestHead;
use serde_json::{Value, json};
use std::sync::Arc;

fn vendors(settings: Value) -> Arc<Vendors> {
    Arc::new(Vendors::new(settings.as_object().expect("a table"), &[]).expect("valid"))
}

fn pipeline(settings: Value) -> Pipeline {
    let vendors = vendors(settings);
    let recording = Recording::of_journal(Journal::nameless().expect("a file")).expect("readable");
    let in_use = InUse::unsaid(&vendors);
    Pipeline::new(recording, vendors, in_use, None).expect("readable").0
}

fn take(pipeline: &Pipeline, call: Value) {
    let head =
        RequestHead { method: "POST", path: "/v1/batch", query: "", headers: &[], received_at: 0 };
    let body = json!({ "batch": [call] }).to_string();
    assert_eq!(pipeline.take(&head, body.as_bytes(), "here").status, 200);
    pipeline.settle();
}

fn anonymous(event: &str) -> Value {
    json!({"type": "track", "event": event, "anonymousId": "a", "timestamp": "2024-05-01T10:00:00Z"})
}

fn detail(pipeline: &Pipeline, row: u64) -> Box<CallDetail> {
    match pipeline.detail(row) {
        Ok(Some(Detail::Call(call))) => call,
        other => panic!("{other:?}"),
    }
}

fn verdict(pipeline: &Pipeline, row: u64) -> Verdict {
    let at = pipeline.vendors().index_of("custify").expect("built in");
    let rendered = detail(pipeline, row).vendors[at].1.verdict;
    // the index says the same
    assert_eq!(pipeline.window(row..row + 1)[0].marks[at].verdict, rendered);
    rendered
}

fn stale(pipeline: &Pipeline) -> Vec<bool> {
    pipeline.window(0..pipeline.rows()).iter().map(|row| row.stale).collect()
}

fn record(pipeline: &Pipeline, row: u64) -> String {
    call_record(&detail(pipeline, row), &pipeline.vendors(), &[0, 1, 2, 3, 4])
}

#[test]
fn new_calls_use_new_settings_and_old_ones_keep_theirs_until_all_are_judged_again() {
    let pipeline = pipeline(json!({}));
    take(&pipeline, anonymous("one"));
    take(
        &pipeline,
        json!({"type": "identify", "userId": "u", "timestamp": "2024-05-01T10:00:00Z"}),
    );
    let before = record(&pipeline, 0);
    assert_eq!(verdict(&pipeline, 0), Verdict::Rejected);

    assert!(pipeline.go_on_with(vendors(json!({"custify": {"send_anonymous_id": true}}))));
    take(&pipeline, anonymous("two"));
    assert_eq!(verdict(&pipeline, 2), Verdict::Degraded);
    assert_eq!(record(&pipeline, 0), before, "what was judged stays");
    assert_eq!(stale(&pipeline), [true, true, false]);
    // to choose the vendors in use reads all again, but with the settings of each
    let chosen = InUse::chosen(&pipeline.vendors(), vec![4]);
    pipeline.set_in_use(chosen).expect("readable");
    assert_eq!(
        (verdict(&pipeline, 0), verdict(&pipeline, 2)),
        (Verdict::Rejected, Verdict::Degraded)
    );
    assert_eq!(stale(&pipeline), [true, true, false]);

    let changes = pipeline.judge_again().expect("readable");
    assert_eq!(verdict(&pipeline, 0), Verdict::Degraded);
    assert_eq!(stale(&pipeline), [false, false, false]);
    assert_eq!(changes.calls, 3);
    let said: Vec<String> = changes.vendors.iter().map(|vendor| vendor.sentence()).collect();
    assert_eq!(said[4], "custify: 1 more degraded; 1 fewer rejected");
    assert_eq!(said[2], "planhat: no change");
    let again = pipeline.judge_again().expect("readable");
    assert!(again.vendors.iter().all(|vendor| vendor.is_none()));
}

/// What was learned before a change counts after it, and what is learned after does not count
/// before.
#[test]
fn new_settings_go_on_with_what_is_remembered() {
    let pipeline = pipeline(json!({}));
    let track = |event: &str| json!({"type": "track", "event": event, "userId": "u", "timestamp": "2024-05-01T10:00:00Z"});
    let codes = |row| {
        let call = detail(&pipeline, row);
        let at = pipeline.vendors().index_of("custify").expect("built in");
        let codes = call.vendors[at].1.findings.iter().map(|finding| finding.code.to_string());
        codes.collect::<Vec<_>>()
    };
    take(&pipeline, track("one"));
    take(
        &pipeline,
        json!({"type": "identify", "userId": "u", "timestamp": "2024-05-01T10:00:00Z"}),
    );
    assert!(pipeline.go_on_with(vendors(json!({"custify": {"known_companies": ["c"]}}))));
    take(&pipeline, track("two"));
    assert!(codes(0).contains(&"CUS-T-UNKNOWN-USER".to_owned()));
    assert!(!codes(2).contains(&"CUS-T-UNKNOWN-USER".to_owned()), "the identify call is known");
}

#[test]
fn a_clear_leaves_nothing_stale() {
    let pipeline = pipeline(json!({}));
    take(&pipeline, anonymous("one"));
    assert!(pipeline.go_on_with(vendors(json!({"custify": {"send_anonymous_id": true}}))));
    assert!(pipeline.stale_before().is_some());
    pipeline.clear(0).expect("recorded");
    pipeline.settle();
    assert_eq!(pipeline.stale_before(), None);
    take(&pipeline, anonymous("two"));
    assert_eq!((verdict(&pipeline, 0), stale(&pipeline)), (Verdict::Degraded, vec![false]));
}

#[test]
fn other_vendors_hold_from_the_next_judging_on() {
    let pipeline = pipeline(json!({}));
    take(&pipeline, anonymous("one"));
    let other = Arc::new(Vendors::only(&["custify"], &Default::default(), &[]).expect("built in"));
    assert!(!pipeline.go_on_with(Arc::clone(&other)));
    assert_eq!(pipeline.vendors().len(), 5);
    let in_use = InUse::unsaid(&other);
    let changes = pipeline.judge_with(other, in_use).expect("readable");
    assert_eq!(pipeline.vendors().len(), 1);
    let said: Vec<String> = changes.vendors.iter().map(|vendor| vendor.sentence()).collect();
    assert_eq!(said, ["custify: no change"]);
    assert_eq!(verdict(&pipeline, 0), Verdict::Rejected);
}
