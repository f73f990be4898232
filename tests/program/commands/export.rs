//! `segscope export`, over a recording with a batch, a refused request and hostile texts.

use super::{segscope, stderr, stdout};
use crate::common::{Http, Program};
use serde_json::Value;
use std::path::Path;

const KEY: &str = "wk_live_abcd1234";

/// A recording with two calls of one batch, one of another request, and a refused one.
fn record(home: &Path) {
    let args = ["tail", "--listen", "127.0.0.1:0", "--record", "r.ndjson", "--format", "quiet"];
    let mut program = Program::start(home, &args);
    let mut http = Http::connect(&program.address).expect("it listens");
    use base64::Engine;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{KEY}:"));
    let headers = [("authorization", format!("Basic {basic}"))];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let batch = format!(
        r#"{{"writeKey":"{KEY}","batch":[{{"type":"track","event":"=cmd|' /C calc'!A0","userId":"u,1"}},{{"type":"identify","userId":"it's"}}]}}"#
    );
    for (path, body, status) in [
        ("/v1/batch", batch.as_str(), 200),
        ("/v1/track", "{not json", 400),
        (
            "/v1/track",
            r#"{"event":"Order \u001b[2J","userId":"u2","properties":{"account_id":"a1"}}"#,
            200,
        ),
    ] {
        let answer = http.request("POST", path, &headers, body.as_bytes()).expect("an answer");
        assert_eq!(answer.status, status, "{path}");
    }
    assert_eq!(program.end(), Some(0));
}

fn export(home: &Path, args: &[&str]) -> String {
    let all: Vec<&str> = ["export", "r.ndjson"].iter().chain(args).copied().collect();
    stdout(&segscope(home, &all).assert().code(0))
}

#[test]
fn each_form_holds_the_calls_and_no_key() {
    let home = tempfile::tempdir().expect("a folder");
    record(home.path());
    let basic = "d2tfbGl2ZV9hYmNkMTIzNDo=";
    for form in ["ndjson", "har", "curl", "csv"] {
        let out = export(home.path(), &["--format", form]);
        assert!(!out.contains(KEY) && !out.contains(basic), "{form}: {out}");
        assert!(!out.contains('\u{1b}'), "{form}: {out}");
        let whole = export(home.path(), &["--format", form, "--with-secrets"]);
        assert!(whole.contains(KEY), "{form} with secrets: {whole}");
    }

    let records = export(home.path(), &[]);
    let names: Vec<Value> = records
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["name"].clone())
        .collect();
    assert_eq!(names.len(), 3, "{records}");

    let har: Value =
        serde_json::from_str(&export(home.path(), &["--format", "har"])).expect("JSON");
    let entries = har["log"]["entries"].as_array().expect("entries");
    assert_eq!(entries.len(), 2, "the batch is one request");
    assert_eq!(
        entries[0]["request"]["url"].as_str().map(|url| url.ends_with("/v1/batch")),
        Some(true)
    );
    assert!(
        entries[0]["request"]["postData"]["text"].as_str().is_some_and(|t| t.contains("***1234"))
    );
    for field in ["startedDateTime", "time", "request", "response", "cache", "timings"] {
        assert!(!entries[1][field].is_null(), "HAR 1.2 wants {field}");
    }

    let csv = export(home.path(), &["--format", "csv", "--vendor", "planhat,custify"]);
    let mut lines = csv.lines();
    let head = lines.next().expect("a head");
    assert!(
        head.starts_with("seq,received_at,type,name,")
            && head.ends_with(",repeat,planhat,custify,service,service_verdict,service_code"),
        "{head}"
    );
    let first = lines.next().expect("a line");
    assert!(first.contains(",track,'=cmd|' /C calc'!A0,"), "no formula: {first}");
    assert!(first.contains("\"u,1\""), "{first}");
    assert_eq!(lines.count(), 2);
}

#[test]
fn a_bare_call_becomes_the_request_that_would_carry_it() {
    let home = tempfile::tempdir().expect("a folder");
    let calls = [
        r#"{"type":"track","event":"A","userId":"u","receivedAt":"2026-11-24T10:00:00Z"}"#,
        r#"{"type":"identify","userId":"u"}"#,
        r#"{"type":"nothing","userId":"u"}"#,
    ];
    std::fs::write(home.path().join("calls.ndjson"), calls.join("\n")).expect("written");
    let done = segscope(home.path(), &["export", "--format", "har", "calls.ndjson"]).assert();
    let text = stdout(&done.code(0));
    let har: Value = serde_json::from_str(&text).expect("JSON");
    let entries = har["log"]["entries"].as_array().expect("entries");
    let wanted = [("/v1/track", true), ("/v1/identify", false), ("/v1/batch", false)];
    assert_eq!(entries.len(), wanted.len(), "{text}");
    for (entry, (path, has_time)) in entries.iter().zip(wanted) {
        let request = &entry["request"];
        assert_eq!(request["method"], "POST");
        assert_eq!(request["url"], format!("http://127.0.0.1:7357{path}"));
        assert_eq!(entry.get("startedDateTime").is_some(), has_time, "{entry}");
        assert_eq!(entry["response"]["status"], 0, "nobody answered it");
    }
    // and it is read again as it was
    std::fs::write(home.path().join("calls.har"), &text).expect("written");
    let done = segscope(home.path(), &["export", "calls.har"]).assert().code(0);
    let records = stdout(&done);
    let kinds: Vec<Value> = records
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["type"].clone())
        .collect();
    assert_eq!(kinds, ["track", "identify", "nothing"], "{records}");
}

#[test]
fn curl_lines_are_good_for_a_shell_and_send_the_same() {
    let home = tempfile::tempdir().expect("a folder");
    record(home.path());
    let lines =
        export(home.path(), &["--format", "curl", "--filter", "!contains(event, \"Order\")"]);
    assert_eq!(lines.matches("curl ").count(), 2, "{lines}");
    let checked = std::process::Command::new("sh").args(["-n", "-c", &lines]).output().expect("sh");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    assert!(lines.contains(r#""userId":"it'\''s""#), "{lines}");
}

#[test]
fn what_cannot_be_read_or_is_no_form_is_told() {
    let home = tempfile::tempdir().expect("a folder");
    let said = |args: &[&str]| stderr(&segscope(home.path(), args).assert().code(2));
    assert!(said(&["export", "none.ndjson"]).contains("none.ndjson"));
    assert!(said(&["export", "x", "--format", "xml"]).contains("ndjson, har, curl, csv"));
    assert!(said(&["export", "x", "--filter", "type ="]).contains("expected"));
}
