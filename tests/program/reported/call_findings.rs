//! Findings of a call that are no vendor's: its times, names in `integrations`, a `messageId` that a
//! different call had, repeated JSON keys, and write keys that stand for one.

mod id_remarks;

use super::{case, check_records, segscope};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A folder with a file of calls, one a line.
fn file(lines: &[&str]) -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("calls.ndjson");
    std::fs::write(&path, lines.join("\n") + "\n").expect("a file");
    (home, path)
}

/// The records of calls in a file.
fn records(lines: &[&str]) -> Vec<Value> {
    let (home, path) = file(lines);
    check_records(home.path(), &path, &[])
}

/// The findings of a record whose codes begin so: code and path. None belongs to a vendor.
fn found<'r>(record: &'r Value, prefix: &str) -> Vec<(&'r str, &'r str)> {
    let findings = record["findings"].as_array().expect("a record has findings");
    let own = findings.iter().filter(|finding| text(finding, "code").starts_with(prefix));
    own.filter(|finding| finding["vendor"].is_null())
        .map(|finding| (text(finding, "code"), text(finding, "path")))
        .collect()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

fn finding<'r>(record: &'r Value, code: &str) -> &'r Value {
    let findings = record["findings"].as_array().expect("a record has findings");
    findings.iter().find(|finding| finding["code"] == code).expect("the finding is there")
}

fn run(home: &Path, args: &[&str], file: &Path) -> (String, Option<i32>) {
    let output = segscope(home, args).arg(file).output().expect("the program runs");
    (String::from_utf8(output.stdout).expect("UTF-8"), output.status.code())
}

#[test]
fn times_that_are_none_are_findings_of_no_vendor_that_quote_the_value() {
    let home = tempfile::tempdir().expect("a folder");
    let malformed = check_records(home.path(), &case("30-timestamp-colon-before-z.ndjson"), &[]);
    let times = [("EVT-TIME-INVALID", "/timestamp"), ("EVT-TIME-INVALID", "/sentAt")];
    assert_eq!(found(&malformed[0], "EVT-TIME"), times);
    let message = text(finding(&malformed[0], "EVT-TIME-INVALID"), "message");
    assert!(message.contains("2021-10-16T16:00:27.029:Z"), "{message}");
    // a week date is valid ISO 8601, so the message says only what segscope reads
    assert!(message.contains("segscope cannot read as a time like 2026-"), "{message}");
    assert!(!message.contains("ISO"), "{message}");
    let epochs = check_records(home.path(), &case("33-timestamp-epoch-number.ndjson"), &[]);
    assert_eq!(epochs.len(), 3);
    let fixes =
        ["2024-11-20T10:53:20.000Z", "2024-11-20T10:53:20.123Z", "2026-11-28T10:00:00.000Z"];
    for (record, fix) in epochs.iter().zip(fixes) {
        let own = found(record, "EVT-TIME");
        assert_eq!(own, [("EVT-TIME-INVALID", "/timestamp")], "{record}");
        let invalid = finding(record, "EVT-TIME-INVALID");
        assert_eq!((text(invalid, "severity"), text(invalid, "effect")), ("warning", "none"));
        assert!(text(invalid, "fix").contains(fix), "{invalid}");
    }
}

#[test]
fn each_time_of_a_call_is_looked_at() {
    const SENT: &str = "\"sentAt\":\"2026-11-28T10:00:00Z\"";
    let after = ",\"receivedAt\":\"2026-11-28T10:00:01Z\"";
    let (invalid, implausible) = ("EVT-TIME-INVALID", "EVT-TIME-IMPLAUSIBLE");
    let call = |times: &str| format!(r#"{{"type":"track","event":"E","userId":"u",{times}}}"#);
    let at = |name: &str, value: &str| format!("\"{name}\":{value},{SENT}");
    let cases: Vec<(String, Vec<(&str, &str)>)> = vec![
        (at("timestamp", "\"2026-11-28T09:59:59.5+00:00\""), vec![]),
        (at("timestamp", "\"2026-11-28T14:59:59+05\""), vec![]),
        (at("timestamp", "\"20261128T095959,5Z\""), vec![]),
        (at("originalTimestamp", "\"20261128T152959+0530\""), vec![]),
        (at("timestamp", "\"2026-W48-6T10:00:00Z\""), vec![(invalid, "/timestamp")]),
        (at("timestamp", "\"2026-332T10:00:00Z\""), vec![(invalid, "/timestamp")]),
        (at("timestamp", "null"), vec![]),
        (at("timestamp", "\"\""), vec![(invalid, "/timestamp")]),
        (at("timestamp", "\"28/11/2026\""), vec![(invalid, "/timestamp")]),
        (at("timestamp", "\"2026-11-28 10:00:00\""), vec![(invalid, "/timestamp")]),
        (at("timestamp", "\"2026-02-30T10:00:00Z\""), vec![(invalid, "/timestamp")]),
        (at("timestamp", "{\"$date\":1}"), vec![(invalid, "/timestamp")]),
        (at("timestamp", "1732100000.25"), vec![(invalid, "/timestamp")]),
        (at("originalTimestamp", "\"now\""), vec![(invalid, "/originalTimestamp")]),
        (
            r#""timestamp":"x","originalTimestamp":"x","sentAt":true"#.to_owned(),
            vec![(invalid, "/timestamp"), (invalid, "/sentAt")],
        ),
        (at("timestamp", "\"1970-01-21T01:08:20Z\""), vec![(implausible, "/timestamp")]),
        (at("timestamp", "\"0001-01-01T00:00:00Z\""), vec![(implausible, "/timestamp")]),
        (at("timestamp", "\"1999-12-31T23:59:59Z\""), vec![(implausible, "/timestamp")]),
        (at("timestamp", "\"2000-01-01T00:00:00Z\""), vec![]),
        // arrival is not known: only how long before the event it was sent is said
        (at("timestamp", "\"2031-01-01T00:00:00Z\""), vec![(implausible, "/sentAt")]),
        (at("timestamp", "\"2026-11-29T09:59:59Z\""), vec![]),
        (
            at("timestamp", "\"2031-01-01T00:00:00Z\"") + after,
            vec![(implausible, "/timestamp"), (implausible, "/sentAt")],
        ),
        (
            r#""timestamp":"2026-11-28T10:00:00Z","sentAt":"2027-11-28T10:00:00Z""#.to_owned()
                + after,
            vec![(implausible, "/sentAt")],
        ),
    ];
    let lines: Vec<String> = cases.iter().map(|(times, _)| call(times)).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    for (record, (times, want)) in records(&lines).iter().zip(&cases) {
        assert_eq!(&found(record, "EVT-TIME"), want, "{times}");
    }
}

#[test]
fn a_wrong_sent_at_has_one_fix_whatever_is_wrong_with_it() {
    let calls = ["1970-01-01T00:00:00Z", "2027-01-01T00:00:00Z"].map(|sent_at| {
        format!(
            r#"{{"type":"track","event":"E","userId":"u","timestamp":"2026-11-30T10:00:00Z","sentAt":"{sent_at}","receivedAt":"2026-11-30T10:00:00Z"}}"#
        )
    });
    let lines: Vec<&str> = calls.iter().map(String::as_str).collect();
    for record in records(&lines) {
        let all = record["findings"].as_array().expect("findings");
        let fixes: Vec<&str> = all
            .iter()
            .filter(|finding| text(finding, "code") == "EVT-TIME-IMPLAUSIBLE")
            .map(|finding| text(finding, "fix"))
            .collect();
        assert!(!fixes.is_empty(), "{record}");
        for fix in fixes {
            assert_eq!(fix, "set `sentAt` to the time when the request is sent", "{record}");
        }
    }
}

#[test]
fn a_clock_that_is_behind_moves_the_event_into_the_future_and_the_finding_says_to_when() {
    let calls = [
        r#"{"type":"track","event":"E","userId":"u","originalTimestamp":"2026-11-28T10:00:00Z","sentAt":"2026-11-20T10:00:00Z","receivedAt":"2026-11-28T10:00:00Z"}"#,
        r#"{"type":"track","event":"E","userId":"u","timestamp":"2026-11-28T10:00:00Z","sentAt":"2020-11-28T10:00:00Z"}"#,
    ];
    let records = records(&calls);
    let message = text(finding(&records[0], "EVT-TIME-IMPLAUSIBLE"), "message");
    assert!(message.contains("8 days before `originalTimestamp`"), "{message}");
    assert!(message.contains("moves the event to 2026-12-06T10:00:00.000Z"), "{message}");
    let message = text(finding(&records[1], "EVT-TIME-IMPLAUSIBLE"), "message");
    assert!(message.contains("moves the event 6 years past its arrival"), "{message}");
}

#[test]
fn a_wrong_time_fails_a_check_on_warnings_and_can_be_filtered() {
    let home = tempfile::tempdir().expect("a folder");
    let input = case("33-timestamp-epoch-number.ndjson");
    for vendor in ["planhat", "custify", "suprsend"] {
        let (out, code) =
            run(home.path(), &["check", "--vendor", vendor, "--fail-on", "warning"], &input);
        assert_eq!(code, Some(1), "{out}");
        assert_eq!(out.matches("warning EVT-TIME-INVALID (track ").count(), 3, "{out}");
    }
    let filter = "match(finding, \"EVT-TIME-*\")";
    let found = check_records(home.path(), &input, &["--filter", filter]);
    assert_eq!(found.len(), 3);
    let other = check_records(
        home.path(),
        &case("43-integrations-wrong-case.ndjson"),
        &["--filter", filter],
    );
    assert_eq!(other.len(), 0);
    for format in ["junit", "sarif", "github", "markdown"] {
        let (out, _) = run(home.path(), &["check", "--format", format], &input);
        assert!(out.contains("EVT-TIME-INVALID"), "{format}: {out}");
    }
}

#[test]
fn a_name_in_integrations_that_is_nearly_right_is_pointed_out() {
    let home = tempfile::tempdir().expect("a folder");
    let records = check_records(home.path(), &case("43-integrations-wrong-case.ndjson"), &[]);
    let paths: Vec<&str> =
        found(&records[0], "EVT-INTEGRATION-NAME").iter().map(|(_, path)| *path).collect();
    let names = ["planhat", "Customer Success Box", "Freshsuccess", "SuprSend"];
    assert_eq!(paths, names.map(|name| format!("/integrations/{name}")));
    let off =
        records[0]["findings"].as_array().expect("findings").iter().find(|finding| {
            finding["code"] == "EVT-INTEGRATION-OFF" && finding["vendor"] == "planhat"
        });
    let off = off.expect("Planhat is off");
    assert_eq!(off["hints"], json!([{"path": "/integrations/planhat", "kind": "spelling"}]));
    assert_eq!(text(off, "fix"), "rename `planhat` to `Planhat` in `integrations`");
    assert_eq!(records[0]["vendors"]["planhat"]["verdict"], "ignored");
}

#[test]
fn names_in_integrations_are_compared_without_case_blanks_and_signs() {
    for (key, near) in [
        ("Planhat", None),
        ("planHat", Some("Planhat")),
        ("PLANHAT", Some("Planhat")),
        ("plan-hat", Some("Planhat")),
        ("Plannhat", Some("Planhat")),
        ("Natero", None),
        ("natero", Some("Natero")),
        ("fresh success", Some("Natero")),
        ("custify", None),
        ("Cus-tify", Some("Custify")),
        ("CUSTIFY", None),
        ("Custify ", Some("Custify")),
        ("customersuccessbox", Some("CustomerSuccessBox")),
        ("SuprSend", Some("Webhooks")),
        ("webhooks", Some("Webhooks")),
        ("Webhook", None),
        ("Webhooks (Actions)", None),
        ("webhook", Some("Webhook")),
        ("Webhook (Actions)", Some("Webhooks (Actions)")),
        ("webhooks-actions", Some("Webhooks (Actions)")),
        ("All", None),
        ("Segment.io", None),
        ("Amplitude", None),
        ("Mixpanel", None),
    ] {
        let call =
            json!({"type": "track", "event": "E", "userId": "u", "integrations": {key: true}});
        let records = records(&[&call.to_string()]);
        let own = found(&records[0], "EVT-INTEGRATION-NAME");
        assert_eq!(own.len(), usize::from(near.is_some()), "{key}");
        if let Some(name) = near {
            let message = text(finding(&records[0], "EVT-INTEGRATION-NAME"), "message");
            assert!(message.contains(&format!("is `{name}`")), "{key}: {message}");
        }
    }
}

#[test]
fn a_different_call_with_a_known_message_id_is_no_repeat() {
    let home = tempfile::tempdir().expect("a folder");
    let input = case("52-constant-messageid.ndjson");
    let records = check_records(home.path(), &input, &[]);
    let repeats: Vec<&Value> = records.iter().map(|record| &record["repeat"]).collect();
    assert_eq!(repeats, [&json!(false), &json!(false), &json!(false)]);
    for (record, lost) in records.iter().zip([false, true, true]) {
        let own = found(record, "MESSAGE-ID-REUSED");
        assert_eq!(own.len(), usize::from(lost), "{record}");
    }
    let message = text(finding(&records[1], "MESSAGE-ID-REUSED"), "message");
    assert!(message.contains("`const-1`"), "{message}");
    let (out, code) = run(home.path(), &["check"], &input);
    assert_eq!(code, Some(1));
    assert!(out.contains("error MESSAGE-ID-REUSED (2 calls"), "{out}");
    assert!(out.contains("\n3 calls"), "{out}");
    for (record, verdict) in records.iter().zip(["passed", "discarded", "discarded"]) {
        assert_eq!(record["service"]["verdict"], verdict, "{record}");
    }
    assert_eq!(records[1]["service"]["code"], "MESSAGE-ID-REUSED");
    assert_eq!(records[1]["vendors"]["planhat"]["verdict"], "discarded");
    assert_eq!(records[1]["vendors"]["planhat"]["requests"], json!([]));
}

#[test]
fn a_repeat_is_the_same_call_again_whatever_was_done_to_send_it() {
    let first = r#"{"type":"track","messageId":"m","event":"E","userId":"u","timestamp":"2026-11-28T10:00:00Z","sentAt":"2026-11-28T10:00:01Z","properties":{"a":1,"b":"x"},"_metadata":{"retryCount":0}}"#;
    let same = [
        r#"{"type":"track","messageId":"m","event":"E","userId":"u","timestamp":"2026-11-28T10:00:00Z","sentAt":"2026-11-28T10:00:09Z","properties":{"a":1,"b":"x"},"_metadata":{"retryCount":1}}"#,
        r#"{"sentAt":"2026-11-28T10:00:01Z","properties":{"b":"x","a":1},"messageId":"m","timestamp":"2026-11-28T10:00:00Z","userId":"u","event":"E","type":"track"}"#,
        r#"{"type":"track","messageId":"m","event":"\u0045","userId":"u","timestamp":"2026-11-28T10:00:00Z","properties":{"a":1, "b":"x"},"receivedAt":"2026-11-28T10:00:10Z","context":null}"#,
    ];
    let different = [
        r#"{"type":"track","messageId":"m","event":"F","userId":"u","timestamp":"2026-11-28T10:00:00Z","properties":{"a":1,"b":"x"}}"#,
        r#"{"type":"track","messageId":"m","event":"E","userId":"v","timestamp":"2026-11-28T10:00:00Z","properties":{"a":1,"b":"x"}}"#,
        r#"{"type":"track","messageId":"m","event":"E","userId":"u","timestamp":"2026-11-28T10:00:02Z","properties":{"a":1,"b":"x"}}"#,
        r#"{"type":"track","messageId":"m","event":"E","userId":"u","timestamp":"2026-11-28T10:00:00Z","properties":{"a":2,"b":"x"}}"#,
        r#"{"type":"page","messageId":"m","event":"E","userId":"u","timestamp":"2026-11-28T10:00:00Z","properties":{"a":1,"b":"x"}}"#,
        r#"{"type":"track","messageId":"m","event":"E","userId":"u","timestamp":"2026-11-28T10:00:00Z","properties":{"a":1,"b":"x"},"context":{"groupId":"g"}}"#,
    ];
    let again = different[0];
    let lines: Vec<&str> =
        [first].into_iter().chain(same).chain(different).chain([again, first]).collect();
    let records = records(&lines);
    let repeats: Vec<bool> = records.iter().map(|record| record["repeat"] == true).collect();
    let (no, yes) = (false, true);
    assert_eq!(repeats, [no, yes, yes, yes, no, no, no, no, no, no, yes, yes]);
    let reused: Vec<bool> =
        records.iter().map(|record| !found(record, "MESSAGE-ID-REUSED").is_empty()).collect();
    assert_eq!(reused, [no, no, no, no, yes, yes, yes, yes, yes, yes, yes, no]);
}

#[test]
fn calls_without_a_message_id_of_their_own_are_never_repeats() {
    let call = r#"{"type":"track","event":"E","userId":"u"}"#;
    let blank = r#"{"type":"track","event":"E","userId":"u","messageId":" "}"#;
    let records = records(&[call, call, blank, blank]);
    for record in &records {
        assert_eq!(record["repeat"], false);
        assert!(found(record, "MESSAGE-ID-REUSED").is_empty());
    }
}

#[test]
fn a_repeated_key_is_named_with_what_it_loses() {
    let calls = [
        r#"{"type":"track","messageId":"m1","userId":"first","userId":"second","event":"E","properties":{"account_id":"a1","account_id":"a2"}}"#,
        r#"{"type":"track","messageId":"m2","userId":"u","userId":null,"event":"E"}"#,
        r#"{"type":"track","messageId":"m3","userId":"u","user\u0049d":"v","event":"E"}"#,
        r#"{"type":"track","messageId":"m4","userId":"u","event":"E","properties":{"account_id":"a"},"properties":{}}"#,
        r#"{"type":"identify","messageId":"m5","userId":"u","traits":{"company":{"id":"c"},"company":{"name":"C"}}}"#,
        r#"{"type":"track","messageId":"m6","userId":"u","event":"E","properties":{"items":[{"sku":1},{"sku":1}]}}"#,
        r#"{"type":"track","messageId":"m7","userId":"u","event":"E","context":{"groupId":"g"},"context":{"ip":"1"},"context":[]}"#,
        r#"{"type":"track","messageId":"m8","userId":"u","event":"E","event":""}"#,
    ];
    let want: [&[(&str, &str)]; 8] = [
        &[("EVT-KEY-REPEATED", "/userId"), ("EVT-KEY-REPEATED", "/properties/account_id")],
        &[("EVT-KEY-LOST", "/userId")],
        &[("EVT-KEY-REPEATED", "/userId")],
        &[("EVT-KEY-LOST", "/properties")],
        &[("EVT-KEY-LOST", "/traits/company")],
        &[],
        &[("EVT-KEY-LOST", "/context")],
        &[("EVT-KEY-REPEATED", "/event")],
    ];
    let records = records(&calls);
    for (record, want) in records.iter().zip(want) {
        assert_eq!(found(record, "EVT-KEY"), want, "{record}");
    }
    assert_eq!(records[0]["vendors"]["suprsend"]["user_id"], "second");
    let message = text(finding(&records[3], "EVT-KEY-LOST"), "message");
    assert!(message.contains("the id `a` at `properties.account_id` is lost"), "{message}");
}

#[test]
fn a_batch_that_is_there_twice_says_that_calls_are_lost() {
    let call = |id: &str| format!(r#"{{"type":"track","event":"E","userId":"{id}"}}"#);
    let line = format!(r#"{{"batch":[{},{}],"batch":[{}]}}"#, call("a"), call("b"), call("c"));
    let records = records(&[&line]);
    assert_eq!(records.len(), 1);
    assert_eq!(found(&records[0], "EVT-KEY"), [("EVT-KEY-LOST", "/batch")]);
    let message = text(finding(&records[0], "EVT-KEY-LOST"), "message");
    assert!(message.contains("each of 2 calls is lost"), "{message}");
}

#[test]
fn a_write_key_that_stands_for_one_is_a_warning() {
    for (key, stands) in [
        ("undefined", true),
        ("null", true),
        ("YOUR_WRITE_KEY", true),
        ("<write key>", true),
        ("{{ segment_write_key }}", true),
        ("$SEGMENT_KEY", true),
        ("wk_test", false),
        ("aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW", false),
    ] {
        let line = json!({
            "v": 1, "request": 1, "received_at": "2026-11-28T10:00:00.000Z", "method": "POST",
            "path": "/v1/track", "query": "", "headers": {}, "status": 200,
            "body": {"writeKey": key, "event": "E", "userId": "u"},
        });
        let records = records(&[&line.to_string()]);
        assert_eq!(found(&records[0], "EVT-WRITE-KEY").len(), usize::from(stands), "{key}");
    }
}

#[test]
fn a_missing_or_unknown_type_is_told_once_a_call() {
    for (call, code) in [
        (r#"{"event":"E","userId":"u","receivedAt":"2026-11-28T10:00:00Z"}"#, "EVT-TYPE-MISSING"),
        (
            r#"{"type":"trck","event":"E","userId":"u","receivedAt":"2026-11-28T10:00:00Z"}"#,
            "EVT-TYPE-UNKNOWN",
        ),
    ] {
        let (home, path) = file(&[call]);
        let (out, _) = run(home.path(), &["check"], &path);
        assert_eq!(out.matches(&format!("error {code} (")).count(), 1, "{out}");
        assert_eq!(out.matches(code).count(), 1, "{out}");
        let mut open = segscope(home.path(), &["open", "calls.ndjson", "--plain"]);
        let open = open.env("TERM", "dumb").write_stdin("show 1 findings\nfindings\n");
        let out = String::from_utf8(open.output().expect("it runs").stdout).expect("UTF-8");
        assert_eq!(out.matches(code).count(), 2, "{out}");
        // the record keeps what each vendor says
        let records = check_records(home.path(), &path, &[]);
        let all = records[0]["findings"].as_array().expect("findings").iter();
        assert_eq!(all.filter(|finding| finding["code"] == code).count(), 5);
    }
}
