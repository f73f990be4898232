//! Reports, filters and exports of calls that the service discards.

use super::mixed;
use crate::common::{Http, Program, wait_for};
use crate::reported::segscope;
use serde_json::{Value, json};

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
