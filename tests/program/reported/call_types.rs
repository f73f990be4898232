//! The type of a single call is that of the path to which it was sent.

use super::service::live;
use super::{check_records, codes, segscope};
use serde_json::Value;

/// Returns the message and the fix of the finding about the type.
fn found(record: &Value) -> Option<(&str, &str)> {
    let mut findings = record["findings"].as_array().expect("findings").iter();
    let found = findings.find(|finding| finding["code"] == "EVT-TYPE-PATH")?;
    Some((found["message"].as_str().expect("a text"), found["fix"].as_str().expect("a text")))
}

#[test]
fn the_path_of_a_single_call_decides_its_type() {
    let home = tempfile::tempdir().expect("a folder");
    let rudder = r#","context":{"library":{"name":"RudderLabs JavaScript SDK"}}"#;
    let call = |kind: &str, rest: &str| {
        format!(r#"{{"type":"{kind}","event":"E","userId":"u1","writeKey":"k"{rest}}}"#)
    };
    let batch = format!(r#"{{"batch":[{}]}}"#, call("identify", ""));
    let bodies = [
        ("/v1/track", call("identify", "")),
        ("/v1/track", call("identify", rudder)),
        ("/v1/t", call("event", "")),
        ("/v1/track", call("track", "")),
        ("/v1/track", call("Track", "")),
        ("/v1/batch", batch),
    ];
    let recording = home.path().join("r.ndjson");
    let record = ["--record", recording.to_str().expect("UTF-8")];
    let live = live(home.path(), &record, &bodies, bodies.len());
    let of_recording = check_records(home.path(), &recording, &[]);
    for records in [&live, &of_recording] {
        for (nth, own) in [(0, "identify"), (1, "identify"), (2, "event")] {
            let (message, fix) = found(&records[nth]).expect("the finding");
            let want = format!(
                "`type` is not the type of the request's path (track, which counts): it is `{own}`"
            );
            assert_eq!(message, want);
            assert_eq!(fix, "send the call to the path of its type, or set `type` to track");
        }
        for (nth, record) in records.iter().enumerate() {
            let is_batch = nth == 5;
            assert_eq!(record["type"], if is_batch { "identify" } else { "track" }, "{nth}");
            assert_eq!(found(record).is_some(), nth < 3, "{nth}: {record}");
            assert_eq!(record["service"]["code"], Value::Null, "{nth}");
            let is_track = |code: &&str| code.contains("-T-");
            assert_eq!(codes(record).iter().any(is_track), !is_batch, "{nth}: {record}");
        }
    }
}

#[test]
fn a_plan_learns_the_type_that_counts() {
    let home = tempfile::tempdir().expect("a folder");
    let recording = home.path().join("r.ndjson");
    let record = ["--record", recording.to_str().expect("UTF-8")];
    let body = r#"{"event":"E","type":"identify","userId":"u1"}"#.to_owned();
    live(home.path(), &record, &[("/v1/track", body)], 1);
    let output = segscope(home.path(), &["plan", "learn"]).arg(&recording).output();
    let plan = String::from_utf8(output.expect("it runs").stdout).expect("stdout is UTF-8");
    assert!(plan.contains("type = \"track\"\nname = \"E\""), "{plan}");
}

#[test]
fn a_curl_line_gives_its_type_to_a_call_with_a_property_of_that_name() {
    let home = tempfile::tempdir().expect("a folder");
    let script = home.path().join("calls.sh");
    let body = r#"{"userId":"u1","event":"E","properties":{"type":"report"}}"#;
    std::fs::write(&script, format!("curl \"$U/v1/track\" -d '{body}'\n")).expect("written");
    let record = &check_records(home.path(), &script, &[])[0];
    assert_eq!(record["type"], "track");
    assert_eq!(record["service"]["verdict"], "passed", "{record}");
}
