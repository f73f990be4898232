//! Calls of files without times: no output states a time for them.

use super::{check_records, segscope};

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
    assert_eq!(records[1]["received_at"], serde_json::Value::Null);
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
