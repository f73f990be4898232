//! Objects and fields at the top level that have nearly the right name.

use super::check_records;
use serde_json::{Value, json};

/// The record of a call at a vendor.
fn record(call: &Value, vendor: &str) -> Value {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("calls.ndjson");
    std::fs::write(&path, format!("{call}\n")).expect("the file can be written");
    check_records(home.path(), &path, &["--vendor", vendor]).remove(0)
}

fn finding<'r>(record: &'r Value, code: &str) -> &'r Value {
    let findings = record["findings"].as_array().expect("a record has findings");
    let found = findings.iter().find(|finding| finding["code"] == code);
    found.unwrap_or_else(|| panic!("no {code} in {findings:?}"))
}

/// The corrected call that a record has.
fn corrected(record: &Value) -> Value {
    let snippet = record["fix_snippet"].as_str().expect("a corrected call");
    let (_, body) = snippet.split_once("-d '").expect("a curl command");
    let mut call: Value =
        serde_json::from_str(body.strip_suffix('\'').expect("an end")).expect("JSON");
    call["type"] = record["call"]["type"].clone();
    call
}

#[test]
fn an_object_of_nearly_the_right_name_is_renamed() {
    for (call, vendor, from, to, code) in [
        (
            json!({"type": "track", "userId": "u1", "event": "E",
                "Properties": {"account_id": "a", "user_id": "u1"}}),
            "customersuccessbox",
            "Properties",
            "properties",
            "CSB-T-ACCOUNT-MISSING",
        ),
        (
            json!({"type": "track", "userId": "u1", "event": "E", "props": {"company_id": "a"}}),
            "planhat",
            "props",
            "properties",
            "PH-T-COMPANY-MISSING",
        ),
        (
            json!({"type": "identify", "userId": "u1", "attributes": {"company_id": "a"}}),
            "planhat",
            "attributes",
            "traits",
            "PH-I-COMPANY-MISSING",
        ),
    ] {
        let before = record(&call, vendor);
        let found = finding(&before, code);
        let rename = format!("rename `{from}` to `{to}`");
        assert_eq!(found["fix"], format!("{rename} at the top level"));
        let message = found["message"].as_str().expect("a message");
        assert!(message.ends_with(&rename), "{message}");
        let fixed = corrected(&before);
        assert_eq!((fixed.get(from), &fixed[to]), (None, &call[from]));
        let after = record(&fixed, vendor);
        assert!(!super::codes(&after).contains(&code), "{after}");
    }
}

#[test]
fn a_field_that_the_service_needs_is_renamed() {
    let properties = json!({"account_id": "a", "user_id": "u1"});
    for (name, value, code, to) in [
        ("user_id", "u1", "no_user_anon_id", "userId"),
        ("UserID", "u1", "no_user_anon_id", "userId"),
        ("anonymous_id", "s1", "no_user_anon_id", "anonymousId"),
        ("event_name", "E", "event_not_defined", "event"),
        ("Event", "E", "event_not_defined", "event"),
        ("name", "E", "event_not_defined", "event"),
    ] {
        let mut call = json!({"type": "track", "properties": properties});
        match code {
            "event_not_defined" => call["userId"] = json!("u1"),
            _ => call["event"] = json!("E"),
        }
        call[name] = json!(value);
        let before = record(&call, "customersuccessbox");
        let fix = &finding(&before, code)["fix"];
        assert_eq!(fix, &json!(format!("rename `{name}` to `{to}` at the top level")));
        let fixed = corrected(&before);
        assert_eq!((fixed.get(name), &fixed[to]), (None, &json!(value)), "{name}");
        let after = record(&fixed, "customersuccessbox");
        assert!(!super::codes(&after).contains(&code), "{after}");
    }
    // a text that is no id, and a call that has what it needs, keep the general fix or have none
    let call = json!({"type": "track", "event": "E", "user_id": "null", "properties": properties});
    let general = &record(&call, "customersuccessbox");
    let fix = finding(general, "no_user_anon_id")["fix"].as_str().expect("a fix");
    assert!(fix.starts_with("send `userId`"), "{fix}");
}

#[test]
fn a_value_of_another_object_is_moved_and_not_renamed_to_its_own_name() {
    let call = json!({"type": "group", "userId": "u", "group_id": "g7",
        "traits": {"groupId": "g7", "seats": 3}});
    let record = record(&call, "freshsuccess,custify");
    let fix = finding(&record, "FS-G-ACCOUNT-MISSING")["fix"].as_str().expect("a fix");
    assert_eq!(fix, "move `traits.groupId` to `groupId` at the top level");
}
