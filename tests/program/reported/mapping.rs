//! segscope reports as unknown the behavior of a vendor that it does not know, and names its own
//! readings as such.

use super::{check_records, codes, segscope};
use serde_json::{Value, json};
use std::path::Path;

const AT: &str = "2026-11-28T10:00:00Z";

/// Writes calls as a file of lines.
fn file_of(home: &Path, calls: &[Value]) -> std::path::PathBuf {
    let path = home.join("calls.ndjson");
    let lines: String = calls.iter().map(|call| format!("{call}\n")).collect();
    std::fs::write(&path, lines).expect("the file can be written");
    path
}

/// The records of calls at one vendor.
fn records(vendor: &str, calls: &[Value]) -> Vec<Value> {
    let home = tempfile::tempdir().expect("a folder");
    let file = file_of(home.path(), calls);
    check_records(home.path(), &file, &["--vendor", vendor])
}

fn finding<'r>(record: &'r Value, code: &str) -> &'r Value {
    let findings = record["findings"].as_array().expect("a record has findings");
    let found = findings.iter().find(|finding| finding["code"] == code);
    found.unwrap_or_else(|| panic!("no {code} in {findings:?}"))
}

fn group(traits: Value) -> Value {
    json!({"type": "group", "userId": "u1", "groupId": "ABCDE", "traits": traits, "timestamp": AT})
}

/// Runs `check` on calls; what it printed and its exit code.
fn check(vendor: &str, calls: &[Value], more: &[&str]) -> (String, Option<i32>) {
    let home = tempfile::tempdir().expect("a folder");
    let file = file_of(home.path(), calls);
    let mut command = segscope(home.path(), &["check", "--vendor", vendor]);
    let output = command.args(more).arg(&file).output().expect("the program runs");
    (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code())
}

#[test]
fn a_first_planhat_group_call_with_numbers_passes() {
    for traits in [
        json!({"seats": 12}),
        json!({"seats": 0, "name": "Initech"}),
        json!({"nps": -4.5}),
        json!({"a": 1, "b": 2, "c": 3}),
        json!({"mrr": 1e6, "plan": "pro", "active": true}),
        json!({"seats": 12, "tags": ["x"], "owner": {"id": 1}}),
    ] {
        let (text, code) = check("planhat", &[group(traits.clone())], &[]);
        assert_eq!(code, Some(0), "{traits}: {text}");
        let record = &records("planhat", &[group(traits)])[0];
        assert_eq!(record["vendors"]["planhat"]["verdict"], "delivered");
        assert!(codes(record).contains(&"PH-G-METRIC-UNCHECKED"));
    }
}

#[test]
fn a_number_sent_as_a_text_is_told_with_and_without_a_list_of_metrics() {
    for (setting, text) in [(None, "12"), (None, "-1.5"), (Some("[\"seats\"]"), "12"), (None, "0")]
    {
        let home = tempfile::tempdir().expect("a folder");
        let file = file_of(home.path(), &[group(json!({"seats": text, "other": 1}))]);
        let given = setting.map(|list| format!("vendors.planhat.metrics={list}"));
        let mut args = vec!["--vendor", "planhat"];
        args.extend(given.iter().flat_map(|setting| ["--setting", setting.as_str()]));
        let records = check_records(home.path(), &file, &args);
        let found = finding(&records[0], "PH-G-METRIC-TYPE");
        let message = found["message"].as_str().unwrap_or_default();
        assert!(
            message.contains(&format!("is the string `\"{text}\"`, not a number")),
            "{message}"
        );
        assert_eq!(found["fix"], format!("send `traits.seats` as a number: {text}"));
    }
}

#[test]
fn a_text_that_one_vendor_takes_stays_a_text_in_the_fix_of_another() {
    let home = tempfile::tempdir().expect("a folder");
    // an unknown trait makes the call degraded at Freshsuccess already
    let call = json!({"type": "group", "userId": "u1", "anonymousId": "s1", "groupId": "A",
        "timestamp": AT, "traits": {"name": "n", "createdAt": AT, "tier": "5", "employees": "12",
        "extra": "x"}});
    let file = file_of(home.path(), &[call]);
    let args = [
        "--vendor",
        "planhat,freshsuccess",
        "--setting",
        "vendors.planhat.metrics=[\"tier\", \"employees\"]",
    ];
    let record = &check_records(home.path(), &file, &args)[0];
    let all = record["findings"].as_array().expect("findings");
    let found =
        all.iter().find(|it| it["code"] == "PH-G-METRIC-TYPE" && it["path"] == "/traits/tier");
    assert_eq!(
        found.expect("a finding")["fix"],
        "send two fields: Freshsuccess takes `traits.tier` as it is, and Planhat needs a number"
    );
    let snippet = record["fix_snippet"].as_str().expect("`employees` is corrected");
    assert!(snippet.contains("\"employees\": 12"), "{snippet}");
    assert!(snippet.contains("\"tier\": \"5\""), "{snippet}");
}

#[test]
fn no_near_miss_is_shown_for_an_id_that_does_not_help() {
    let home = tempfile::tempdir().expect("a folder");
    let call = json!({"type": "track", "userId": "u", "event": "E", "timestamp": AT,
        "properties": {"accountId": "a1"}});
    let file = file_of(home.path(), &[call]);
    for (creates, near) in [("true", 1), ("false", 0)] {
        let setting = format!("vendors.planhat.create_endusers={creates}");
        let args = ["--vendor", "planhat", "--setting", &setting];
        let found = check_records(home.path(), &file, &args);
        let finding = finding(&found[0], "PH-T-COMPANY-MISSING");
        assert_eq!(finding["hints"].as_array().map_or(0, Vec::len), near, "{finding}");
        let args = [&args[..], &["--filter", "nearmiss(account_id)"]].concat();
        assert_eq!(check_records(home.path(), &file, &args).len(), near);
    }
}

#[test]
fn no_sentence_says_that_a_vendor_does_not_know_what_no_call_has_told_it() {
    let track = json!({"type": "track", "userId": "u1", "event": "Logged In", "properties": {}, "timestamp": AT});
    let record = &records("planhat", std::slice::from_ref(&track))[0];
    let message = finding(record, "PH-T-COMPANY-MISSING")["message"].as_str().unwrap_or_default();
    assert!(message.contains("no earlier call created this enduser"), "{message}");
    assert!(message.contains("vendors.planhat.known_endusers"), "{message}");
    let end = "so Planhat drops the call without an error, unless Planhat already has this user";
    assert!(message.ends_with(end), "{message}");

    let record = &records("custify", &[track])[0];
    assert_eq!(record["vendors"]["custify"]["verdict"], "degraded");
    let found = finding(record, "CUS-T-UNKNOWN-USER");
    assert_eq!(found["severity"], "warning");
    let message = found["message"].as_str().unwrap_or_default();
    assert!(
        message.contains("no accepted identify or group call before this one names the user `u1`"),
        "{message}"
    );

    for (vendor, code, setting) in [
        ("customersuccessbox", "CSB-G-TRAIT-UNMAPPED", "account_custom_attributes"),
        ("freshsuccess", "FS-G-TRAIT-IGNORED", "custom_dimensions"),
    ] {
        let mut call = group(json!({"account_id": "a", "name": "n", "renewal_risk": 3}));
        call["anonymousId"] = json!("s");
        let record = &records(vendor, &[call])[0];
        let message = finding(record, code)["message"].as_str().unwrap_or_default();
        let unknown = format!("`{setting}` is not set, so segscope cannot tell whether it is used");
        assert!(message.contains(&unknown), "{message}");
    }
}

#[test]
fn every_finding_names_the_source_of_its_rule() {
    let calls = [
        group(json!({"account_id": 7, "seats": "x", "billing_city": "Rome"})),
        json!({"type": "track", "userId": 5, "event": "SS_x", "properties": {"companyId": "c"}, "timestamp": AT}),
        json!({"type": "identify", "userId": "u", "traits": {"firstName": "A", "phone": "1"}, "timestamp": AT}),
    ];
    let mut sources = Vec::new();
    for vendor in ["customersuccessbox", "freshsuccess", "planhat", "suprsend", "custify"] {
        for record in records(vendor, &calls) {
            for found in record["findings"].as_array().expect("findings") {
                let source = found["source"].as_str().unwrap_or_else(|| panic!("{found}"));
                assert!(
                    ["document", "public: ", "ours", "reading: "]
                        .iter()
                        .any(|s| source.starts_with(s)),
                    "{source}"
                );
                sources.push(source.to_owned());
            }
        }
    }
    assert!(sources.iter().any(|source| source == "ours"), "{sources:?}");
}

#[test]
fn custify_counts_for_calls_of_both_services_and_is_exact_for_one() {
    let call = |library: &str| {
        json!({"type": "track", "userId": "u1", "event": "E", "properties": {"company_id": "c"},
            "timestamp": AT, "context": {"library": {"name": library, "version": "1.0.0"}}})
    };
    let fidelity = |library: &str| {
        let record = &records("custify", &[call(library)])[0];
        let custify = &record["vendors"]["custify"];
        (custify["fidelity"].as_str().unwrap_or_default().to_owned(), custify["caveats"].clone())
    };
    for library in ["@segment/analytics-node", "analytics-python", "analytics.js", "my-script"] {
        let (word, caveats) = fidelity(library);
        assert_eq!(word, "equivalent", "{library}");
        assert!(caveats.to_string().contains("RudderStack makes this request"), "{caveats}");
    }
    for library in ["RudderLabs JavaScript SDK", "@rudderstack/rudder-sdk-node"] {
        assert_eq!(fidelity(library), ("wire".to_owned(), Value::Null), "{library}");
    }
    let home = tempfile::tempdir().expect("a folder");
    let file = file_of(home.path(), &[call("@segment/analytics-node")]);
    let output = segscope(home.path(), &["check"]).arg(&file).output().expect("the program runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("Custify:"), "{text}");
}

#[test]
fn requests_that_a_public_api_would_refuse_say_so_before_they_are_sent() {
    for (vendor, call, doubt) in [
        (
            "customersuccessbox",
            json!({"type": "track", "userId": "u", "event": "Used", "properties": {"account_id": "a", "user_id": "u"}, "timestamp": AT}),
            "refuses feature usage without a product",
        ),
        (
            "freshsuccess",
            json!({"type": "track", "userId": "u", "anonymousId": "s", "event": "Used", "properties": {"module": "M"}, "timestamp": AT}),
            "refuses events without an account",
        ),
        (
            "planhat",
            json!({"type": "identify", "userId": "u", "traits": {"company_id": "c", "title": "CEO"}, "timestamp": AT}),
            "calls this field `position`",
        ),
        (
            "planhat",
            json!({"type": "identify", "userId": "u", "traits": {"company_id": "c"}, "timestamp": AT}),
            "marks the email of an enduser as required",
        ),
        (
            "suprsend",
            json!({"type": "track", "userId": "u", "event": "E", "timestamp": AT}),
            "fewer than 2 characters",
        ),
    ] {
        let home = tempfile::tempdir().expect("a folder");
        let file = file_of(home.path(), &[call]);
        let mut command = segscope(home.path(), &["deliver", "--dry-run", "--vendor", vendor]);
        let output = command.arg(&file).output().expect("the program runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let said = text.lines().any(|line| line.starts_with("# caveat: ") && line.contains(doubt));
        assert!(said, "{vendor}: {text}");
    }
}

#[test]
fn a_plain_call_of_customersuccessbox_is_delivered_and_not_a_warning() {
    for properties in [
        json!({"account_id": "a", "user_id": "u"}),
        json!({"account_id": "a", "user_id": "u", "module_id": "Order"}),
        json!({"account_id": "a", "user_id": "u", "product_id": "P"}),
        json!({"account_id": "a", "user_id": "u", "module_id": "", "product_id": null}),
        json!({"account_id": "a", "user_id": "u", "cost": "$120.00", "total": 100}),
    ] {
        let call = json!({"type": "track", "userId": "u", "event": "Order Received", "properties": properties, "timestamp": AT});
        let (text, code) = check("customersuccessbox", &[call], &["--fail-on", "warning"]);
        assert_eq!(code, Some(0), "{text}");
    }
}
