//! `--copies`: a proxy sends a copy of each request and discards the response.

use crate::rollout::{ending, tail};
use serde_json::Value;

const TRACK: &[u8] = br#"{"type":"track","event":"A","userId":"u","messageId":"m1"}"#;

#[test]
fn a_copy_is_marked_in_the_recording_and_in_what_reads_it() {
    let home = tempfile::tempdir().expect("a folder");
    let (mut program, mut http, file) = tail(home.path(), &["--copies"]);
    let file = file.to_str().expect("a name");
    let headers = [
        ("host", "api.example.com-shadow"),
        ("x-forwarded-for", "203.0.113.7, 10.0.0.1"),
        ("x-forwarded-proto", "https"),
    ];
    assert_eq!(http.request("POST", "/v1/track", &headers, TRACK).expect("an answer").status, 200);
    let lost = http.request("POST", "/v1/nothing", &headers, TRACK).expect("an answer");
    assert_eq!(lost.status, 404);
    program.end();

    let text = std::fs::read_to_string(file).expect("the recording");
    assert_eq!(text.lines().filter(|line| line.contains(r#","copy":true"#)).count(), 2, "{text}");
    let output = |args: &[&str]| {
        let ran = ending(home.path()).args(args).output().expect("it runs");
        String::from_utf8(ran.stdout).expect("text")
    };
    let har: Value =
        serde_json::from_str(&output(&["export", file, "--format", "har"])).expect("JSON");
    let url = &har["log"]["entries"][0]["request"]["url"];
    assert_eq!(url, "https://api.example.com/v1/track", "the address that the client used");
    let report = output(&["check", file, "--fail-on", "never", "--format", "junit"]);
    assert!(report.contains("it is a copy, whose response the proxy discarded"), "{report}");
    assert!(!report.contains("tries again") && !report.contains("try again"), "{report}");
    assert!(!report.contains("-shadow"), "{report}");
}
