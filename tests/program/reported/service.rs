//! The service in front of the vendors: what Segment discards or RudderStack's gateway refuses
//! reaches no vendor, whatever the vendors would have made of it.

mod reports;
mod rudderstack;

use super::{case, check_records, codes};
use crate::common::{Http, Program, wait_for};
use serde_json::{Value, json};
use std::path::Path;

/// A call that every check of the service passes.
const GOOD: &str = r#"{"type":"track","event":"Report Run","userId":"u1","messageId":"MID","timestamp":"2026-11-28T10:00:00.000Z","properties":{"account_id":"a1","user_id":"u1","company_id":"a1","module_id":"m","product_id":"p"}}"#;

/// The call with these members set; `null` takes one out.
fn call_with(changes: &Value) -> Value {
    let mut call: Value = serde_json::from_str(GOOD).expect("JSON");
    let members = call.as_object_mut().expect("an object");
    for (name, value) in changes.as_object().expect("an object") {
        match value {
            Value::Null => drop(members.remove(name)),
            value => drop(members.insert(name.clone(), value.clone())),
        }
    }
    // each call has an id of its own: a different call with a known one is lost
    if call["messageId"] == "MID" {
        let digest = changes
            .to_string()
            .bytes()
            .fold(7_u32, |sum, b| sum.wrapping_mul(31).wrapping_add(u32::from(b)));
        call["messageId"] = json!(format!("MID-{digest:x}"));
    }
    call
}

/// Changes that make Segment discard the call, and its code.
fn discarded_by_segment() -> Vec<(Value, &'static str)> {
    vec![
        (json!({"userId": null}), "no_user_anon_id"),
        (json!({"userId": null, "event": null}), "no_user_anon_id"),
        (json!({"userId": ""}), "id_not_string"),
        (json!({"userId": 42}), "id_not_string"),
        (json!({"anonymousId": ""}), "id_not_string"),
        (json!({"anonymousId": ["a"]}), "id_not_string"),
        (json!({"userId": {"id": "u1"}}), "id_not_string"),
        (json!({"userId": false}), "id_not_string"),
        (json!({"event": null}), "event_not_defined"),
        (json!({"event": ""}), "event_not_defined"),
        (json!({"event": 7}), "event_not_string"),
        (json!({"event": ["Report Run"]}), "event_not_string"),
        (json!({"event": {"name": "Report Run"}}), "event_not_string"),
        (json!({"properties": []}), "properties_not_object"),
        (json!({"properties": "{\"account_id\":\"a1\"}"}), "properties_not_object"),
        (json!({"properties": true}), "properties_not_object"),
        (json!({"type": "page", "properties": []}), "properties_not_object"),
        (json!({"type": "screen", "properties": 1}), "properties_not_object"),
        (json!({"type": "identify", "traits": []}), "traits_not_object"),
        (json!({"type": "identify", "traits": "{}"}), "traits_not_object"),
        (json!({"type": "group", "groupId": "a1", "traits": [1]}), "traits_not_object"),
        (json!({"type": "page", "name": ""}), "name_not_string"),
        (json!({"type": "screen", "name": 1}), "name_not_string"),
        (json!({"type": "page", "category": ""}), "category_not_string"),
        (json!({"type": "screen", "category": {}}), "category_not_string"),
        (json!({"type": null}), "type_missing"),
        (json!({"type": ""}), "type_missing"),
        (json!({"type": "delete"}), "type_unknown"),
        (json!({"messageId": "m".repeat(100)}), "message_id_too_long"),
    ]
}

/// Calls that Segment passes on although something about them is unusual.
fn passed_by_segment() -> Vec<Value> {
    vec![
        json!({}),
        json!({"userId": null, "anonymousId": "an-1"}),
        json!({"userId": " "}),
        json!({"properties": null}),
        json!({"type": "identify", "properties": []}),
        json!({"type": "page", "name": null, "traits": []}),
        json!({"type": "alias", "previousId": "x", "event": 7}),
        json!({"messageId": "m".repeat(99)}),
    ]
}

/// The records of a listener that has received `count` calls.
fn records_of(address: &str, count: usize) -> Vec<Value> {
    let mut http = Http::connect(address).expect("it listens");
    let mut records = Vec::new();
    wait_for("all calls", || {
        let path = format!("/_segscope/calls?limit=1000&after={}", records.len());
        let answer = http.get(&path).expect("it answers");
        let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
        records.extend(body["calls"].as_array().expect("calls").iter().cloned());
        (records.len() >= count).then_some(())
    });
    records
}

/// Posts bodies to a listener, each to its path, and returns the records of their calls.
pub(super) fn live(
    home: &Path,
    args: &[&str],
    bodies: &[(&str, String)],
    count: usize,
) -> Vec<Value> {
    let program = Program::start(home, &[&["tail", "--listen", "127.0.0.1:0"], args].concat());
    let mut http = Http::connect(&program.address).expect("it listens");
    for (path, body) in bodies {
        let answer = http.post(path, body.as_bytes()).expect("it answers");
        assert_eq!(answer.status, 200, "an event that is merely wrong is never refused: {body}");
    }
    records_of(&program.address, count)
}

fn from_file(text: &str, args: &[&str]) -> Vec<Value> {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("calls.json");
    std::fs::write(&file, text).expect("written");
    check_records(home.path(), &file, args)
}

/// Asserts that the call of a record reaches no vendor.
fn assert_discarded(record: &Value, service: &str, code: &str) {
    assert_eq!(
        record["service"],
        json!({"name": service, "verdict": "discarded", "code": code}),
        "{record}"
    );
    let vendors = record["vendors"].as_object().expect("vendors");
    assert!(!vendors.is_empty());
    for (name, vendor) in vendors {
        assert_eq!(vendor["verdict"], "discarded", "{name}");
        assert_eq!(vendor["requests"], json!([]), "{name}");
        assert_eq!(vendor["transport"], Value::Null, "{name}");
    }
    let first = &record["findings"][0];
    assert_eq!((&first["code"], &first["effect"]), (&json!(code), &json!("discard")), "{record}");
    assert_eq!(first["vendor"], Value::Null);
    assert!(!first["fix"].as_str().expect("a fix").is_empty());
}

fn assert_passed(record: &Value, service: &str) {
    let want = json!({"name": service, "verdict": "passed", "code": null});
    assert_eq!(record["service"], want, "{record}");
    for (name, vendor) in record["vendors"].as_object().expect("vendors") {
        assert_ne!(vendor["verdict"], "discarded", "{name}");
    }
}

/// Returns the parts of a record that describe its call, without its time and its request.
fn said(record: &Value) -> Value {
    // a call of the file keeps its time, which a live call may be behind by more than a day
    let of_the_way = ["unknown_source", "empty_batch_result", "CSB-T-BACKDATED"];
    let own = |code: &Value| !of_the_way.iter().any(|other| code == other);
    let findings = record["findings"].as_array().expect("findings");
    let findings = findings.iter().filter(|finding| own(&finding["code"])).collect::<Vec<_>>();
    let vendors = record["vendors"].as_object().expect("vendors");
    let verdicts = vendors.iter().map(|(name, vendor)| json!([name, vendor["verdict"]]));
    json!([
        record["service"],
        record["missing"],
        record["account_id"],
        record["user_id"],
        findings,
        verdicts.collect::<Vec<_>>()
    ])
}

/// Items of a RudderStack batch; none of the batch passes if one of them is bad.
fn rudder_item(ids: Value) -> Value {
    let mut item = json!({
        "type": "track", "event": "Good", "messageId": "m", "channel": "mobile",
        "originalTimestamp": "2026-11-28T10:00:00.000Z",
        "context": {"library": {"name": "com.rudderstack.android.sdk.core", "version": "1.21.0"}},
        "properties": {"organization_id": "a1", "company_id": "a1"}
    });
    let ids = ids.as_object().expect("an object").clone();
    item.as_object_mut().expect("an object").extend(ids);
    item
}

/// A discarded call whose ids every vendor would find, a refused RudderStack batch of two, and a call
/// that is passed on.
fn mixed() -> String {
    let rudder = [json!({"userId": "u1"}), json!({"userId": " "})].map(rudder_item);
    let discarded = call_with(&json!({"userId": null, "event": "Lost"}));
    let batch = json!({"batch": rudder});
    let good = call_with(&json!({"messageId": "m2"}));
    format!("{discarded}\n{batch}\n{good}\n")
}

#[test]
fn what_segment_discards_reaches_no_vendor_live_and_from_a_file() {
    let changes = discarded_by_segment();
    let calls: Vec<String> = changes
        .iter()
        .enumerate()
        .map(|(nth, (changes, _))| {
            call_with(changes).to_string().replace("MID", &format!("m{nth}"))
        })
        .collect();
    let home = tempfile::tempdir().expect("a folder");
    let bodies: Vec<(&str, String)> =
        calls.iter().map(|call| ("/v1/batch", format!("{{\"batch\":[{call}]}}"))).collect();
    let live = live(home.path(), &[], &bodies, calls.len());
    let file = from_file(&calls.join("\n"), &[]);
    assert_eq!((live.len(), file.len()), (calls.len(), calls.len()));
    for ((live, file), (change, code)) in live.iter().zip(&file).zip(&changes) {
        assert_discarded(live, "segment", code);
        assert_discarded(file, "segment", code);
        assert_eq!(said(live), said(file), "{change}");
    }
}

#[test]
fn what_is_only_unusual_is_passed_on() {
    let calls: Vec<String> =
        passed_by_segment().iter().map(|changes| call_with(changes).to_string()).collect();
    for record in from_file(&calls.join("\n"), &[]) {
        assert_passed(&record, "segment");
    }
}

#[test]
fn a_call_of_a_file_with_a_received_at_has_been_through_the_service() {
    let changes = discarded_by_segment();
    let text: Vec<String> = changes
        .iter()
        .map(|(changes, _)| {
            let mut call = call_with(changes);
            call["receivedAt"] = json!("2026-11-28T10:00:00.200Z");
            call.to_string()
        })
        .collect();
    for record in from_file(&text.join("\n"), &[]) {
        assert_passed(&record, "segment");
    }
}

#[test]
fn an_empty_list_from_php_is_no_object() {
    let home = tempfile::tempdir().expect("a folder");
    let records = check_records(home.path(), &case("51-php-empty-array-traits.ndjson"), &[]);
    assert_discarded(&records[0], "segment", "traits_not_object");
    // this one says when Segment received it
    assert_passed(&records[1], "segment");
    let text = std::fs::read_to_string(case("51-php-empty-array-traits.ndjson")).expect("a case");
    let bare = text.replace("\"receivedAt\": \"2026-11-28T10:00:00.200Z\", ", "");
    assert_discarded(&from_file(&bare, &[])[1], "segment", "properties_not_object");
    let batch = format!("{{\"batch\":[{}]}}", bare.trim_end().replace('\n', ","));
    let live = live(home.path(), &[], &[("/v1/import", batch)], 2);
    assert_discarded(&live[0], "segment", "traits_not_object");
    assert_discarded(&live[1], "segment", "properties_not_object");
}

#[test]
fn a_batch_of_more_than_2500_calls_is_discarded_as_a_whole() {
    let home = tempfile::tempdir().expect("a folder");
    let call = r#"{"type":"track","event":"E","userId":"u1"}"#;
    let body = |count: usize| format!("{{\"batch\":[{}]}}", vec![call; count].join(","));
    let program = Program::start(home.path(), &["tail", "--listen", "127.0.0.1:0"]);
    let mut http = Http::connect(&program.address).expect("it listens");
    let answer = http.post("/v1/batch", body(2_501).as_bytes()).expect("it answers");
    assert_eq!(answer.status, 200);
    let discarded = wait_for("all calls", || {
        let answer = http.get("/_segscope/summary").expect("it answers");
        let summary: Value = serde_json::from_slice(&answer.body).expect("JSON");
        let planhat = &summary["vendors"]["planhat"];
        (summary["calls"] == 2_501).then(|| planhat["discarded"].clone())
    });
    assert_eq!(discarded, 2_501);
    let all = from_file(&body(2_500), &["--vendor", "planhat"]);
    assert!(all.iter().all(|record| record["service"]["verdict"] == "passed"));
}

#[test]
fn vendors_learn_nothing_from_a_discarded_call() {
    // the first call would teach each vendor what makes the second one better
    let discarded_then_good = [
        (
            "planhat",
            json!({"type": "track", "event": "Discarded", "properties": {"user_id": "u9", "company_id": "a9"}}),
            json!({"type": "track", "userId": "u9", "event": "After"}),
        ),
        (
            "planhat",
            json!({"type": "identify", "userId": "u9", "traits": [], "properties": {"company_id": "a9"}}),
            json!({"type": "track", "userId": "u9", "event": "After"}),
        ),
        (
            "customersuccessbox",
            json!({"type": "group", "userId": "", "groupId": "a9", "traits": {"account_id": "a9", "user_id": "u9"}}),
            json!({"type": "identify", "userId": "u9", "traits": {"account_id": "a9", "user_id": "u9"}}),
        ),
        (
            "custify",
            json!({"type": "identify", "traits": {"organization_id": "a9", "email": "u9@x.co"}, "context": {"traits": {"userId": "u9"}}}),
            json!({"type": "track", "userId": "u9", "event": "After", "properties": {}}),
        ),
        (
            "freshsuccess",
            json!({"type": "track", "event": "", "userId": "u9", "properties": {"account_id": "a9", "session_id": "s1", "module": "m"}}),
            json!({"type": "track", "event": "After", "userId": "u9", "properties": {"account_id": "a9", "session_id": "s1", "module": "m"}}),
        ),
        (
            "suprsend",
            json!({"type": "identify", "userId": "u9", "traits": "x"}),
            json!({"type": "track", "userId": "u9", "event": "After"}),
        ),
    ];
    for (vendor, discarded, good) in discarded_then_good {
        let args = ["--vendor", vendor];
        let both = from_file(&format!("{discarded}\n{good}"), &args);
        assert_eq!(both[0]["service"]["verdict"], "discarded", "{discarded}");
        let mut alone = from_file(&good.to_string(), &args)[0].clone();
        alone["seq"] = json!(2);
        alone["request"] = json!(2);
        let text = |record: &Value| record.to_string().replace("segscope-2-0", "segscope-1-0");
        assert_eq!(text(&both[1]), text(&alone), "{vendor}");
    }
}

#[test]
fn the_calls_that_the_audit_saw_poison_later_verdicts() {
    let home = tempfile::tempdir().expect("a folder");
    let bodies = [
        r#"{"event":"No ids","properties":{"account_id":"a1","user_id":"u1","company_id":"a1"}}"#,
        r#"{"event":"Discarded","properties":{"user_id":"u9","company_id":"a9"}}"#,
        r#"{"userId":"u9","event":"After"}"#,
    ];
    let bodies = bodies.map(|body| ("/v1/track", body.to_owned()));
    let records = live(home.path(), &["--vendor", "planhat"], &bodies, 3);
    assert_discarded(&records[0], "segment", "no_user_anon_id");
    assert_discarded(&records[1], "segment", "no_user_anon_id");
    assert_passed(&records[2], "segment");
    assert_eq!(records[2]["vendors"]["planhat"]["verdict"], "dropped");
    assert!(codes(&records[2]).contains(&"PH-T-COMPANY-MISSING"), "{}", records[2]);
}

#[test]
fn a_recording_that_is_read_again_says_what_was_said_live() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("own.ndjson");
    let record = file.to_str().expect("a path");
    let rudder = [json!({"userId": "u1"}), json!({"userId": " "})].map(rudder_item);
    let good = call_with(&json!({}));
    let bad = call_with(&json!({"userId": null, "messageId": "m2"}));
    let bodies = [
        ("/v1/batch", json!({"batch": [bad, good]}).to_string()),
        ("/v1/batch", json!({"batch": rudder}).to_string()),
        ("/v1/track", json!({"userId": "u9", "event": "After"}).to_string()),
    ];
    let live = live(home.path(), &["--record", record], &bodies, 5);
    let again = check_records(home.path(), &file, &[]);
    assert_eq!(live.len(), again.len());
    for (live, again) in live.iter().zip(&again) {
        assert_eq!(live, again);
    }
    let verdicts = live.iter().map(|record| record["service"]["verdict"].as_str().expect("a text"));
    let want = ["discarded", "passed", "discarded", "discarded", "passed"];
    assert_eq!(verdicts.collect::<Vec<_>>(), want);
}

#[test]
fn judging_again_changes_nothing() {
    use segscope::engine::{Engine, InUse, Recording};
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("calls.ndjson");
    std::fs::write(&file, mixed()).expect("written");
    let mut recording = Recording::default();
    recording.add(&file).expect("a file of calls");
    let vendors = segscope::vendors::Vendors::new(&serde_json::Map::new(), &[]).expect("built in");
    let in_use = InUse::without_choice(&vendors);
    let vendors = std::sync::Arc::new(vendors);
    let engine = Engine::start(recording, vendors, in_use, Default::default()).expect("readable");
    engine.settle();
    let before = engine.overview();
    assert_eq!((before.calls, before.discarded), (4, 3));
    let changes = engine.judge_again().expect("readable");
    assert!(changes.vendors.iter().all(|vendor| vendor.is_none()), "{changes:?}");
    assert_eq!(engine.overview(), before);
}
