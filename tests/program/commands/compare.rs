//! `segscope compare`: two sides of traffic.

use super::{segscope, stderr, stdout};
use crate::common::{Http, Program};
use serde_json::Value;
use std::path::Path;

const HOSTILE: &str = "\\u001b[31mRed|<b>";

/// Forty calls of twenty users, of whom `without` calls have no company.
fn calls(release: &str, without: usize, with_second_event: bool) -> String {
    let call = |n: usize| {
        let company = if n < without { "" } else { r#""company_id":"c","# };
        let event = if with_second_event && n % 2 == 1 { HOSTILE } else { "Order" };
        let plan = if n.is_multiple_of(3) { "pro" } else { "free" };
        format!(
            r#"{{"type":"track","event":"{event}","messageId":"{release}-{n}","userId":"u{}","properties":{{{company}"plan":"{plan}"}},"context":{{"app":{{"version":"{release}"}}}}}}{}"#,
            n % 20,
            "\n"
        )
    };
    (0..80).map(call).collect()
}

fn home(files: &[(&str, &str)]) -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(home.path().join(name), text).expect("written");
    }
    home
}

/// Exit code, standard output and standard error.
fn compare(home: &Path, args: &[&str]) -> (i32, String, String) {
    let done = segscope(home, &[&["compare", "--vendor", "planhat"], args].concat()).assert();
    (done.get_output().status.code().expect("it ended by itself"), stdout(&done), stderr(&done))
}

fn releases() -> tempfile::TempDir {
    home(&[("old.ndjson", &calls("1.0", 0, true)), ("new.ndjson", &calls("1.1", 60, false))])
}

#[test]
fn what_is_lost_is_printed_with_its_calls_and_fails_where_that_is_asked_for() {
    let home = releases();
    let (code, out, err) = compare(home.path(), &["old.ndjson", "new.ndjson"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    for line in [
        "before old.ndjson  80 calls by 20 users\n",
        "after  new.ndjson  80 calls by 20 users\n",
        "  track Order: account id in 100% before (40 of 40), 25% after (20 of 80)\n",
        "      call 1 before, call 1 after\n",
        "  track \\u{1b}[31mRed|<b>: gone: 40 calls before, none after\n",
        "To see call N before: segscope open old.ndjson --filter 'seq = N'\n",
        "To see call N after: segscope open new.ndjson --filter 'seq = N'\n",
    ] {
        assert!(out.contains(line), "{line}\n{out}");
    }
    assert!(!out.contains('\u{1b}'), "{out}");
    let (code, again, _) = compare(home.path(), &["old.ndjson", "new.ndjson", "--fail-on-loss"]);
    assert_eq!((code, again), (1, out));
    let (code, out, _) = compare(home.path(), &["old.ndjson", "old.ndjson", "--fail-on-loss"]);
    assert!(code == 0 && out.contains("\nno sure loss\n"), "{out}");
}

#[test]
fn one_recording_is_split_by_filters() {
    let home = home(&[("all.ndjson", &(calls("1.0", 0, true) + &calls("1.1", 60, false)))]);
    let filters =
        ["--before", "context.app.version = \"1.0\"", "--after", "context.app.version = \"1.1\""];
    let (code, out, err) = compare(home.path(), &[&["all.ndjson"], &filters[..]].concat());
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(
        out.starts_with("before context.app.version = \"1.0\"  80 calls by 20 users\n"),
        "{out}"
    );
    assert!(out.contains("account id in 100% before (40 of 40), 25% after (20 of 80)\n"), "{out}");
    assert!(out.contains("      call 1 before, call 81 after\n"), "{out}");
}

#[test]
fn every_line_of_ndjson_is_an_object_of_its_kind() {
    let home = releases();
    let (_, out, _) = compare(home.path(), &["old.ndjson", "new.ndjson", "--format", "ndjson"]);
    let lines: Vec<Value> =
        out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let kinds: Vec<&str> = lines.iter().filter_map(|line| line["kind"].as_str()).collect();
    assert_eq!(kinds[..5], ["side", "side", "event", "event", "event"], "{kinds:?}");
    assert_eq!(kinds.last(), Some(&"comparison"));
    assert_eq!(lines.last().map(|line| line["lost"].clone()), Some(true.into()));
    let lost = lines.iter().find(|line| line["what"] == "account_id" && line["event"] == "Order");
    let lost = lost.expect("a difference");
    assert_eq!((&lost["certainty"], &lost["impact"]), (&"sure".into(), &"loss".into()));
    assert_eq!(lost["before"], serde_json::json!({"part": 40, "calls": 40, "sample_seq": 1}));
    let event = lines.iter().find(|line| line["kind"] == "event" && line["event"] == "Order");
    let vendors = &event.expect("an event")["after"]["vendors"];
    assert_eq!(vendors["planhat"]["calls"], 80, "{vendors}");
}

#[test]
fn markdown_holds_captured_names_as_text() {
    let home = releases();
    let (_, out, _) = compare(home.path(), &["old.ndjson", "new.ndjson", "--format", "markdown"]);
    assert!(
        out.contains(r"| track \\u{1b}[31mRed\|&lt;b> | gone: 40 calls before, none after |"),
        "{out}"
    );
}

#[test]
fn chance_and_few_calls_are_counted_and_listed_on_demand() {
    let few: String =
        calls("1.2", 4, true).lines().take(20).map(|line| format!("{line}\n")).collect();
    let home = home(&[("old.ndjson", &calls("1.0", 0, true)), ("few.ndjson", &few)]);
    let (code, out, _) = compare(home.path(), &["old.ndjson", "few.ndjson", "--fail-on-loss"]);
    assert!(code == 0 && out.contains("no sure loss"), "{out}");
    assert!(out.contains("of too few calls to say; --all lists them."), "{out}");
    let (_, out, _) = compare(home.path(), &["old.ndjson", "few.ndjson", "--all"]);
    assert!(out.contains("differences of too few calls\n"), "{out}");
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let home = releases();
    std::fs::write(home.path().join("empty.ndjson"), "").expect("written");
    for (args, says) in [
        (&["old.ndjson"][..], "one file: give the file of each side, BEFORE and AFTER"),
        (&["old.ndjson", "new.ndjson", "old.ndjson"], "3 files: give BEFORE and AFTER"),
        (&["old.ndjson", "--before", "x"], "--after <EXPR>"),
        (&["old.ndjson", "--before", "x =", "--after", "y"], "--before: 1:4: expected"),
        (
            &["old.ndjson", "--before", "event = \"Order\"", "--after", "event = \"None\""],
            "event = \"None\": there are no calls to compare",
        ),
        (
            &["old.ndjson", "empty.ndjson"],
            "empty.ndjson:1: expected calls as JSON objects; found nothing",
        ),
        (&["old.ndjson", "absent"], "could not read absent"),
        (&["old.ndjson", "new.ndjson", "--format", "xml"], "invalid value 'xml'"),
    ] {
        let (code, out, err) = compare(home.path(), args);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}");
        assert!(err.contains(says), "{args:?}: {err}");
    }
}

#[test]
fn without_a_file_it_compares_what_a_running_segscope_has_recorded() {
    let home = releases();
    let args = ["tail", "--format", "quiet", "--listen", "127.0.0.1:0", "--keep", "1GB"];
    let mut program = Program::start(home.path(), &args);
    let mut http = Http::connect(&program.address).expect("it listens");
    for file in ["old.ndjson", "new.ndjson"] {
        let text = std::fs::read_to_string(home.path().join(file)).expect("readable");
        let body = format!("{{\"batch\":[{}]}}", text.trim().replace('\n', ","));
        assert_eq!(http.post("/v1/batch", body.as_bytes()).expect("an answer").status, 200);
    }
    let sides =
        ["--before", "context.app.version = \"1.0\"", "--after", "context.app.version = \"1.1\""];
    let url = format!("http://{}", program.address);
    let args = [&["compare", "--vendor", "planhat"][..], &sides].concat();
    let done = segscope(home.path(), &args).env("SEGSCOPE_URL", &url).assert();
    let out = stdout(&done);
    assert!(out.contains("account id in 100% before (40 of 40), 25% after (20 of 80)"), "{out}");
    program.end();
    let done = segscope(home.path(), &args).env("SEGSCOPE_URL", &url).assert();
    assert_eq!(done.get_output().status.code(), Some(3));
    assert!(stderr(&done).contains("give FILE, or start segscope"), "{}", stderr(&done));
}
