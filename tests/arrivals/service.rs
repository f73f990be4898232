//! The service in front of the vendors: what Segment discards or RudderStack's gateway refuses
//! reaches no vendor, whatever the vendors would have made of it.

use crate::common::{Http, Program, wait_for};
use crate::{case, check_records, codes, segscope};
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
fn live(home: &Path, args: &[&str], bodies: &[(&str, String)], count: usize) -> Vec<Value> {
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

/// What a record says of its call, without when and how the call came.
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

#[test]
fn rudderstack_refuses_the_whole_request_for_one_call_without_an_id() {
    let home = tempfile::tempdir().expect("a folder");
    let file = case("57-rudder-batch-one-item-without-ids.json");
    let records = check_records(home.path(), &file, &[]);
    assert_discarded(&records[0], "rudderstack", "request_refused");
    assert_discarded(&records[1], "rudderstack", "no_user_anon_id");
    let message = records[0]["findings"][0]["message"].as_str().expect("a text");
    assert!(message.starts_with("refused by RudderStack: item 2 of the same request"), "{message}");
    let body = std::fs::read_to_string(file).expect("a case");
    let live = live(home.path(), &[], &[("/v1/batch", body)], 2);
    assert_eq!(said(&live[0]), said(&records[0]));
    assert_eq!(said(&live[1]), said(&records[1]));

    for bad in [
        json!({}),
        json!({"userId": null, "anonymousId": null}),
        json!({"userId": " \t", "anonymousId": "\u{a0}"}),
        json!({"userId": "\u{200b}"}),
        json!({"userId": "", "anonymousId": null, "event": null}),
    ] {
        let items = [json!({"userId": "u1"}), bad.clone(), json!({"anonymousId": "an-1"})];
        let body = json!({"batch": items.map(rudder_item)}).to_string();
        let records = from_file(&body, &[]);
        let codes = ["request_refused", "no_user_anon_id", "request_refused"];
        for (record, code) in records.iter().zip(codes) {
            assert_discarded(record, "rudderstack", code);
        }
        assert_eq!(records.len(), 3, "{bad}");
    }
    // what is not a call at all has the same effect
    let body = json!({"batch": [rudder_item(json!({"userId": "u1"})), 7]}).to_string();
    assert_discarded(&from_file(&body, &[])[0], "rudderstack", "request_refused");
}

#[test]
fn rudderstack_checks_nothing_but_the_ids() {
    for good in [
        json!({"userId": "u1"}),
        json!({"userId": 42}),
        json!({"anonymousId": "an-1", "userId": ""}),
        json!({"userId": "u1", "anonymousId": null}),
        json!({"userId": "u1", "event": 7, "properties": []}),
        json!({"userId": "u1", "messageId": "m".repeat(200)}),
        json!({"userId": "u1", "context": {"library": {"name": "analytics-python"}},
               "channel": "server", "anonymousId": null}),
    ] {
        let body = json!({"batch": [rudder_item(good)]}).to_string();
        assert_passed(&from_file(&body, &[])[0], "rudderstack");
    }
    // the same call of Segment's library is discarded
    let segment = json!({"type": "track", "event": 7, "userId": "u1",
        "context": {"library": {"name": "analytics-python"}}});
    assert_discarded(&from_file(&segment.to_string(), &[])[0], "segment", "event_not_string");
}

#[test]
fn which_service_a_call_of_a_file_went_through_follows_from_its_sender() {
    let node = json!({"library": {"name": "analytics-node"}});
    let received = "2026-11-28T10:00:00.200Z";
    for (call, service) in [
        (json!({"userId": "u", "context": node}), "segment"),
        (json!({"userId": "u", "context": node, "channel": "server"}), "rudderstack"),
        // Segment itself adds the channel
        (
            json!({"userId": "u", "context": node, "channel": "server", "receivedAt": received}),
            "segment",
        ),
        (
            json!({"userId": "u", "context": node, "channel": "server", "receivedAt": received,
                   "rudderId": "9f"}),
            "rudderstack",
        ),
        (json!({"userId": "u"}), "segment"),
        (
            json!({"userId": "u", "context": {"library": {"name": "RudderLabs JavaScript SDK"}}}),
            "rudderstack",
        ),
    ] {
        let call = call_with(&call);
        assert_eq!(from_file(&call.to_string(), &[])[0]["service"]["name"], service, "{call}");
    }
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

/// A discarded call whose ids every vendor would find, a refused RudderStack batch of two, and a call
/// that is passed on.
fn mixed() -> String {
    let rudder = [json!({"userId": "u1"}), json!({"userId": " "})].map(rudder_item);
    let discarded = call_with(&json!({"userId": null, "event": "Lost"}));
    let batch = json!({"batch": rudder});
    let good = call_with(&json!({"messageId": "m2"}));
    format!("{discarded}\n{batch}\n{good}\n")
}

fn check(args: &[&str]) -> (Option<i32>, String) {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("calls.ndjson"), mixed()).expect("written");
    let check = segscope(home.path(), &[&["check", "calls.ndjson"], args].concat()).assert();
    let output = check.get_output();
    (output.status.code(), String::from_utf8(output.stdout.clone()).expect("UTF-8"))
}

#[test]
fn check_says_in_every_format_first_what_the_service_discards_and_fails() {
    let planhat = ["--vendor", "planhat"];
    let (code, text) = check(&planhat);
    assert_eq!(code, Some(1), "{text}");
    let first = text.find("discarded by Segment: the call has neither").expect(&text);
    assert!(text.contains("refused by RudderStack: item 2 of the same request"), "{text}");
    assert!(text.find("PH-").is_none_or(|vendor| first < vendor), "{text}");
    assert!(text.contains("Planhat: 3 discarded, 1 "), "{text}");
    assert!(text.lines().last().expect("a line").contains("; 3 discarded before any vendor"));
    for (format, shows) in [
        ("junit", "type=\"no_user_anon_id\" message=\"discarded by Segment: "),
        ("sarif", "discarded by Segment: the call has neither"),
        ("github", "::error title=no_user_anon_id"),
        ("markdown", "**3 calls discarded by Segment or RudderStack before any vendor.**"),
        ("ndjson", "\"service\":{\"name\":\"segment\",\"verdict\":\"discarded\""),
    ] {
        let (code, text) = check(&[&planhat[..], &["--format", format]].concat());
        assert_eq!(code, Some(1), "{format}");
        assert!(text.contains(shows), "{format}: {text}");
    }
    // that no vendor misses an id does not make it a success
    assert_eq!(check(&["--vendor", "suprsend", "--fail-on", "missing"]).0, Some(1));
    assert_eq!(check(&["--vendor", "suprsend", "--fail-on", "never"]).0, Some(0));
}

#[test]
fn filters_find_what_the_service_discards() {
    for (filter, count) in [
        ("verdict.planhat = \"discarded\"", 3),
        ("verdict = \"discarded\"", 3),
        ("service.verdict = \"discarded\"", 3),
        ("service.verdict = \"passed\"", 1),
        ("service.name = \"rudderstack\"", 2),
        ("service.code = \"request_refused\"", 1),
        ("service.code = \"no_user_anon_id\"", 2),
        ("service.code in [\"request_refused\", \"no_user_anon_id\"]", 3),
        ("!bool(service.code)", 1),
        ("service.verdict = \"discarded\" and event = \"Lost\"", 1),
        ("verdict.planhat = \"delivered\" or verdict.planhat = \"degraded\"", 1),
        ("match(finding, \"request_*\")", 1),
    ] {
        let (_, text) = check(&["--format", "ndjson", "--filter", filter]);
        assert_eq!(text.lines().count(), count, "{filter}: {text}");
    }
}

#[test]
fn a_csv_export_names_the_service_and_its_code() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("calls.ndjson"), mixed()).expect("written");
    let export = segscope(home.path(), &["export", "calls.ndjson", "--format", "csv"]).assert();
    let text = String::from_utf8(export.get_output().stdout.clone()).expect("UTF-8");
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].ends_with(",service,service_verdict,service_code"), "{text}");
    assert!(lines[1].ends_with(",discarded,segment,discarded,no_user_anon_id"), "{text}");
    assert!(lines[2].ends_with(",rudderstack,discarded,request_refused"), "{text}");
    assert!(lines[4].ends_with(",segment,passed,"), "{text}");
}

#[test]
fn the_summary_counts_discarded_calls_apart_and_tail_ends_with_them() {
    let home = tempfile::tempdir().expect("a folder");
    let args = ["tail", "--listen", "127.0.0.1:0", "--vendor", "planhat", "--format", "text"];
    let mut program = Program::start(home.path(), &args);
    let mut http = Http::connect(&program.address).expect("it listens");
    for line in mixed().lines() {
        let path = if line.contains("\"batch\"") { "/v1/batch" } else { "/v1/track" };
        assert_eq!(http.post(path, line.as_bytes()).expect("it answers").status, 200);
    }
    let summary = wait_for("all calls", || {
        let answer = http.get("/_segscope/summary").expect("it answers");
        let summary: Value = serde_json::from_slice(&answer.body).expect("JSON");
        (summary["calls"] == 4).then_some(summary)
    });
    assert_eq!(summary["discarded"], 3);
    let planhat = &summary["vendors"]["planhat"];
    let taken = planhat["delivered"].as_u64().zip(planhat["degraded"].as_u64());
    assert_eq!(taken.map(|(delivered, degraded)| delivered + degraded), Some(1), "{planhat}");
    let events = summary["events"].as_array().expect("events");
    let lost = events.iter().find(|row| row["event"] == "Lost").expect("the event is there");
    assert_eq!(
        (&lost["discarded"], &lost["vendors"]["planhat"]["delivered"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(program.end(), Some(0));
    let words = program.last_words();
    assert!(
        words.contains("3 calls discarded by Segment or RudderStack before any vendor"),
        "{words}"
    );
}

#[test]
fn plain_mode_says_that_the_service_discards_a_call() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("calls.ndjson"), mixed()).expect("written");
    let mut plain =
        segscope(home.path(), &["open", "calls.ndjson", "--plain", "--vendor", "planhat"]);
    let done = plain.write_stdin("list\nshow 1\ncoverage\nquit\n").assert();
    let text = String::from_utf8(done.get_output().stdout.clone()).expect("UTF-8");
    assert!(text.contains("1: track Lost, discarded by Segment (no_user_anon_id)"), "{text}");
    assert!(text.contains("refused by RudderStack (request_refused)"), "{text}");
    assert!(text.contains("Planhat: discarded"), "{text}");
    assert!(text.contains("Planhat discarded 1"), "{text}");
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
    let in_use = InUse::unsaid(&vendors);
    let vendors = std::sync::Arc::new(vendors);
    let engine = Engine::start(recording, vendors, in_use, None).expect("readable");
    engine.settle();
    let before = engine.overview();
    assert_eq!((before.calls, before.discarded), (4, 3));
    let changes = engine.judge_again().expect("readable");
    assert!(changes.vendors.iter().all(|vendor| vendor.is_none()), "{changes:?}");
    assert_eq!(engine.overview(), before);
}
