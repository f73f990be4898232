//! A property that every call of a library has is shown once, and no other property is.

use crate::requests;
use segscope::call::time::Millis;
use segscope::engine::{Engine, InUse, NextRow, Recording, Search, What};
use segscope::findings::Severity;
use segscope::recording::RecordingFile;
use segscope::vendors::Vendors;
use serde_json::{Map, Value, json};
use std::sync::Arc;

const BEGIN_MS: Millis = 1_795_341_600_000;

fn engine() -> Arc<Engine> {
    let vendors = Arc::new(Vendors::new(&Map::new(), &[]).expect("built in"));
    let in_use = InUse::without_choice(&vendors);
    let file = RecordingFile::nameless().expect("a file");
    let recording = Recording::from_file(file).expect("readable");
    Arc::new(Engine::new(recording, vendors, in_use, Default::default()).expect("empty").0)
}

fn send(engine: &Engine, call: &Value) {
    assert_eq!(requests::post(engine, "/v1/track", &call.to_string(), BEGIN_MS), 200);
    engine.settle();
}

/// A call as a library on a server sends it: without `anonymousId`.
fn server_call(event: &str, account: Option<&str>) -> Value {
    json!({
        "type": "track", "event": event, "userId": "u-1", "groupId": "acme", "writeKey": "wk",
        "properties": {"account_id": account, "user_id": "u-1", "module_id": "m", "product_id": "p",
                       "module": "m", "company_id": "acme", "organization_id": "acme"},
        "context": {"groupId": "acme", "library": {"name": "analytics-node", "version": "2.1.0"}},
        "timestamp": "2026-11-22T10:00:00.000Z", "messageId": null,
    })
}

fn codes(engine: &Engine) -> Vec<String> {
    engine.common().into_iter().flat_map(|common| common.codes).collect()
}

#[test]
fn a_habit_of_a_library_is_noise_from_the_fifth_call_on_and_a_missing_id_never_is() {
    let engine = engine();
    for nth in 0..4 {
        send(&engine, &server_call(if nth % 2 == 0 { "A" } else { "B" }, None));
    }
    assert!(engine.common().is_empty(), "four calls may be chance");
    let row = engine.window(0..1).remove(0);
    let alarmed: Vec<bool> = row.marks.iter().map(|mark| mark.folded).collect();
    assert!(!alarmed.contains(&true));
    send(&engine, &server_call("A", None));
    let common = engine.common();
    assert_eq!(codes(&engine), ["FS-T-SESSION-MISSING"]);
    let (calls, kinds) = (common[0].calls, &common[0].kinds);
    assert_eq!((calls, &kinds[..], &*common[0].library), (5, &["track"][..], "analytics-node"));
    assert!(common[0].summary.is_some() && common[0].severity == Severity::Error);
    // all five lack an account id at one vendor: that is no noise, so no row is quiet as a whole
    for row in engine.window(0..5) {
        assert!(!row.folded, "{row:?}");
        assert!(row.marks[0].misses && !row.marks[0].folded, "{row:?}");
        assert!(row.marks[1].folded, "{row:?}");
    }
    // quiet is not hidden
    let search = Search::new(Arc::clone(&engine));
    assert_eq!(search.find(0, true, &What::Finding), NextRow::Row(1));
    // all is read again, and the same is common
    engine.judge_again().expect("readable");
    assert_eq!(engine.common(), common);
    // one call without it, and it is the library's no more
    let mut other = server_call("C", Some("acme"));
    other["anonymousId"] = json!("a-1");
    send(&engine, &other);
    assert!(engine.common().is_empty());
    assert!(!engine.window(0..1)[0].marks[1].folded);
}

#[test]
fn one_event_again_and_again_shows_nothing_about_its_library() {
    let engine = engine();
    for _ in 0..30 {
        send(&engine, &server_call("A", Some("acme")));
    }
    assert!(engine.common().is_empty());
    send(&engine, &server_call("B", Some("acme")));
    assert!(codes(&engine).contains(&"FS-T-SESSION-MISSING".to_owned()));
    let row = engine.window(30..31).remove(0);
    assert!(row.folded && row.worst == Some(Severity::Error), "{row:?}");
}

#[test]
fn calls_without_a_library_have_nothing_in_common() {
    let engine = engine();
    for nth in 0..30 {
        let mut call = server_call(&format!("Event {nth}"), Some("acme"));
        call["context"] = json!({"groupId": "acme"});
        send(&engine, &call);
    }
    assert!(engine.common().is_empty());
}
