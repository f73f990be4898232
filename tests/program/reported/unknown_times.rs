//! Calls of files without times: no output states a time for them.

use super::service::live;
use super::{check_records, codes, segscope};
use serde_json::Value;

const CALLS: &str = r#"{"type":"group","userId":"u1","groupId":"g1"}
{"type":"track","event":"A","userId":"u1","properties":{}}
{"type":"track","event":"B","userId":"u1","properties":{},"receivedAt":"2026-11-20T10:00:00Z"}
"#;

#[test]
fn no_output_states_a_time_that_is_not_known() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("calls.ndjson");
    std::fs::write(&file, CALLS).expect("written");
    let records = check_records(home.path(), &file, &["--vendor", "planhat"]);
    assert_eq!(records[1]["received_at"], Value::Null);
    assert_eq!(records[2]["received_at"], "2026-11-20T10:00:00.000Z");
    for record in &records[1..] {
        // the group call has no time, so nothing states how much earlier it was
        assert!(record["seen_group"]["ms_before"].is_null(), "{record}");
        let findings = record["findings"].as_array().expect("findings");
        let history = findings.iter().find_map(|finding| finding["history"].as_str());
        assert!(history.is_some_and(|it| it.contains("was called earlier (call 1)")), "{record}");
    }

    let file = file.to_str().expect("UTF-8");
    let run = segscope(home.path(), &["export", file, "--format", "csv"]).assert().success();
    let csv = String::from_utf8_lossy(&run.get_output().stdout).into_owned();
    assert!(csv.lines().nth(1).is_some_and(|line| line.starts_with("1,,group,")), "{csv}");

    let mut plain = segscope(home.path(), &["open", file, "--plain", "--vendor", "planhat"]);
    let run = plain.write_stdin("list\nfindings\nquit\n").assert().success();
    let text = String::from_utf8_lossy(&run.get_output().stdout).into_owned();
    assert!(text.contains("last at 2026-11-20T10:00:00.000Z"), "{text}");
    assert!(!text.contains("1970") && !text.contains("00:00:00.000"), "{text}");
}

/// Calls as an application sends them, without any time, which the service adds.
const TIMELESS: [&str; 3] = [
    r#"{"type":"track","event":"Seen","userId":"u1","anonymousId":"a1","groupId":"g1","properties":{"module":"m"}}"#,
    r#"{"type":"identify","userId":"u1","anonymousId":"a1","groupId":"g1","traits":{"email":"a@example.com"}}"#,
    r#"{"type":"track","event":"Seen","userId":"u1","anonymousId":"a1","sentAt":null,"context":{"library":{"name":"RudderLabs JavaScript SDK"}}}"#,
];

#[test]
fn a_call_without_a_time_lacks_nothing_that_the_service_adds() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("calls.ndjson");
    std::fs::write(&file, TIMELESS.join("\n")).expect("written");
    let mut tail = segscope(home.path(), &["tail", "-"]);
    let output = tail.write_stdin(TIMELESS.join("\n")).output().expect("it runs");
    let stream = String::from_utf8(output.stdout).expect("stdout is UTF-8");
    let stream = stream.lines().map(|line| serde_json::from_str::<Value>(line).expect("a record"));
    let bodies: Vec<(&str, String)> =
        TIMELESS.iter().map(|call| ("/v1/batch", format!("{{\"batch\":[{call}]}}"))).collect();
    let live = live(home.path(), &[], &bodies, TIMELESS.len());
    let of_file = check_records(home.path(), &file, &[]);
    assert_eq!(of_file.len(), TIMELESS.len());
    for (nth, (of_stream, of_file)) in stream.zip(&of_file).enumerate() {
        let live = &live[nth];
        let own = |record: &Value| -> Vec<String> {
            let codes = codes(record).into_iter().filter(|code| *code != "unknown_source");
            codes.map(str::to_owned).collect()
        };
        assert_eq!(own(of_file), own(live), "{nth}");
        assert_eq!(own(&of_stream), own(live), "{nth}");
        assert!(!codes(of_file).iter().any(|code| code.ends_with("TIME-MISSING")), "{nth}");
        for (vendor, outcome) in of_file["vendors"].as_object().expect("vendors") {
            assert_eq!(outcome["verdict"], live["vendors"][vendor]["verdict"], "{nth} {vendor}");
        }
        // the time itself stays unknown, except where it was read as it came
        assert_eq!(of_file["received_at"], Value::Null, "{nth}");
        assert_eq!(of_file["derived"].get("timestamp"), None, "{nth}");
        assert_eq!(of_stream["derived"]["timestamp"], of_stream["received_at"], "{nth}");
    }
    let custify = &of_file[0]["vendors"]["custify"];
    assert_eq!(custify["requests"][0]["body"].get("created_at"), None);
    let caveat = custify["caveats"][0][0].as_str().expect("a caveat");
    assert!(caveat.starts_with("`created_at` is left out here"), "{caveat}");
    assert_eq!(of_file[0]["vendors"]["freshsuccess"]["caveats"][0][0], caveat);
    // a session needs a time
    assert_eq!(of_file[0]["vendors"]["freshsuccess"]["derived"], serde_json::json!([]));
}

#[test]
fn a_time_that_nothing_can_read_is_still_missing() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("calls.ndjson");
    let call = TIMELESS[0].replace("\"groupId\"", "\"timestamp\":\"\",\"groupId\"");
    std::fs::write(&file, call).expect("written");
    let record = &check_records(home.path(), &file, &[])[0];
    assert!(codes(record).contains(&"CUS-T-TIME-MISSING"), "{record}");
    assert!(codes(record).contains(&"FS-T-TIME-MISSING"), "{record}");
}

#[test]
fn the_corrected_call_and_the_exported_one_have_no_error_that_the_call_has_not() {
    let home = tempfile::tempdir().expect("a folder");
    let stored = TIMELESS[0]
        .replace("\"groupId\"", "\"originalTimestamp\":\"2026-11-30T10:00:00.000Z\",\"groupId\"");
    let calls = [TIMELESS[0], TIMELESS[1], &stored].join("\n");
    let file = home.path().join("calls.ndjson");
    std::fs::write(&file, &calls).expect("written");
    let before = check_records(home.path(), &file, &[]);

    let output = segscope(home.path(), &["export", "--format", "curl"]).arg(&file).output();
    let exported = home.path().join("calls.sh");
    std::fs::write(&exported, output.expect("it runs").stdout).expect("written");
    let again = check_records(home.path(), &exported, &[]);
    assert_eq!(again.len(), before.len());
    for (again, before) in again.iter().zip(&before) {
        assert_eq!(codes(again), codes(before));
    }

    // the corrected call of the stored one keeps its time
    std::fs::write(&file, &stored).expect("written");
    let run = segscope(home.path(), &["check"]).arg(&file).output().expect("it runs");
    let text = String::from_utf8(run.stdout).expect("stdout is UTF-8");
    let script = text.lines().skip_while(|line| !line.starts_with("    curl "));
    let mut script: Vec<&str> = script.take_while(|line| !line.trim().is_empty()).collect();
    script.truncate(1 + script.iter().position(|line| line.ends_with("}'")).expect("its end"));
    std::fs::write(&exported, script.join("\n")).expect("written");
    let corrected = &check_records(home.path(), &exported, &[])[0];
    assert_eq!(corrected["timestamp"], "2026-11-30T10:00:00.000Z", "{text}");
    let errors = |record: &Value| -> Vec<String> {
        let findings = record["findings"].as_array().expect("findings").iter();
        let errors = findings.filter(|finding| finding["severity"] == "error");
        errors.map(|finding| finding["code"].to_string()).collect()
    };
    assert_eq!(errors(corrected), Vec::<String>::new(), "{text}");
}

#[test]
fn no_change_of_the_call_claims_to_add_a_time() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("calls.ndjson");
    let call = TIMELESS[0].replace("properties", "Properties");
    std::fs::write(&file, call).expect("written");
    let record = &check_records(home.path(), &file, &["--vendor", "freshsuccess"])[0];
    let findings = record["findings"].as_array().expect("findings");
    let fix = |code: &str| {
        let found = findings.iter().find(|finding| finding["code"] == code);
        found.and_then(|finding| finding["fix"].as_str()).expect(code)
    };
    assert!(fix("FS-T-MODULE-MISSING").contains("rename `Properties` to `properties`"), "{record}");
    assert!(fix("FS-T-TIME-FALLBACK").starts_with("nothing needs to change"), "{record}");
}
