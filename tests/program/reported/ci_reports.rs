//! Reports for CI: JUnit says what passed, SARIF shows places in the source, and GitHub gets no more
//! annotations than it shows.

use super::segscope;
use crate::common::command;
use serde_json::Value;
use std::path::Path;

const CALLS: &str = r#"{"type":"track","event":"Order <1>","userId":"u1","receivedAt":"2026-11-20T10:00:00Z","properties":{"account_id":"a1","user_id":"u1"}}
{"type":"track","event":"Order <1>","userId":"u1","receivedAt":"2026-11-20T10:00:01.500Z","properties":{"account_id":"a1","user_id":"u1"}}
{"type":"track","event":"Bad","userId":"u1","receivedAt":"2026-11-20T10:00:02Z","properties":{}}
{"type":"identify","userId":"u1","traits":{"account_id":"a1","user_id":"u1"}}
"#;

const PLAN: &str = "[[event]]\nname = \"Order <1>\"\n\n[[event]]\nname = \"Perhaps\"\ncount = { min = 0 }\n\n[[event]]\nname = \"Gone\"\n";

fn write(home: &Path, name: &str, text: &str) {
    std::fs::write(home.join(name), text).expect("written");
}

/// Checks the calls for one vendor.
fn check(home: &Path, args: &[&str], code: i32) -> String {
    let base = ["check", "calls.ndjson", "--vendor", "customersuccessbox"];
    let done = segscope(home, &[&base[..], args].concat()).assert().code(code);
    String::from_utf8(done.get_output().stdout.clone()).expect("UTF-8")
}

/// A test case of a JUnit report, from its name to its end.
fn case<'t>(text: &'t str, suite: &str, name: &str) -> Option<&'t str> {
    let begin = format!("<testcase classname=\"{suite}\" name=\"{name}\"");
    let from = &text[text.find(&begin)?..];
    from.split("</testcase>").next()
}

#[test]
fn junit_has_a_case_for_each_expectation_and_each_event_that_passed() {
    let home = tempfile::tempdir().expect("a folder");
    write(home.path(), "calls.ndjson", CALLS);
    write(home.path(), "plan.toml", PLAN);
    let text = check(home.path(), &["--expect", "plan.toml", "--format", "junit"], 1);
    for suite in ["expected", "events"] {
        let name = match suite {
            "expected" => "track Order &lt;1&gt;",
            _ => "track &quot;Order &lt;1&gt;&quot;",
        };
        let met = case(&text, suite, name).unwrap_or_else(|| panic!("{suite}: {text}"));
        for part in [
            "time=\"1.500\"",
            "<property name=\"calls\" value=\"2\"/>",
            "<property name=\"account_id\" value=\"2 of 2\"/>",
            "<property name=\"first_seen\" value=\"2026-11-20T10:00:00.000Z\"/>",
            "<property name=\"customersuccessbox\" value=\"2 delivered\"/>",
        ] {
            assert!(met.contains(part), "{suite} {part}: {met}");
        }
        assert!(!met.contains("<failure"), "{met}");
    }
    let optional = case(&text, "expected", "track Perhaps").expect("a case");
    assert!(optional.contains("<skipped message=\"not seen (optional)\"/>"), "{optional}");
    let gone = case(&text, "expected", "track Gone").expect("a case");
    assert!(gone.contains("<failure") && !gone.contains(" time="), "{gone}");
    // an event with a failing finding did not pass
    assert_eq!(case(&text, "events", "track &quot;Bad&quot;"), None, "{text}");
    // a call of a file that has no time
    let identify = case(&text, "events", "identify").expect("a case");
    assert!(!identify.contains("1970") && !identify.contains(" time="), "{identify}");
    let events = "<testsuite name=\"events\" tests=\"2\" failures=\"0\" skipped=\"0\">";
    assert!(text.contains(events), "{text}");
    // a report of other calls has other events
    let some = ["--format", "junit", "--filter", "type = \"identify\""];
    let text = check(home.path(), &some, 0);
    assert!(case(&text, "events", "identify").is_some(), "{text}");
    assert_eq!(text.matches("classname=\"events\"").count(), 1, "{text}");
}

#[test]
fn sarif_shows_where_the_name_of_an_event_occurs_in_the_source_as_a_guess() {
    let home = tempfile::tempdir().expect("a folder");
    write(home.path(), "calls.ndjson", CALLS);
    std::fs::create_dir(home.path().join("my app")).expect("made");
    write(home.path(), "my app/names.ts", "const names = [\"Bad\"]\n");
    write(home.path(), "my app/shop.ts", "\nanalytics.track(\n  'Bad')\n");
    let results = |args: &[&str]| -> Vec<Value> {
        let text = check(home.path(), &[&["--format", "sarif"], args].concat(), 1);
        let report: Value = serde_json::from_str(&text).expect("JSON");
        let driver = &report["runs"][0]["tool"]["driver"];
        let uri = driver["informationUri"].as_str().expect("a URI");
        assert!(uri.contains(':') && uri.ends_with(env!("CARGO_PKG_VERSION")), "{uri}");
        report["runs"][0]["results"].as_array().expect("results").clone()
    };
    let guessed = |results: &[Value], id: &str| -> Value {
        results.iter().find(|result| result["ruleId"] == id).expect("a result").clone()
    };
    let with = results(&["--source-root", "my app"]);
    let bad = guessed(&with, "customersuccessbox/CSB-T-ACCOUNT-MISSING");
    let place = &bad["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "my%20app/shop.ts");
    assert_eq!(place["region"]["startLine"], 3);
    let words = "A guess: the name of the event occurs here; it occurs in 1 other place.";
    assert_eq!(bad["locations"][0]["message"]["text"], words);
    assert_eq!(bad["properties"]["placeIsGuess"], true);
    let file = &bad["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(file, "calls.ndjson");
    // what is not in the source has the place that it has without --source-root
    let other = guessed(&with, "customersuccessbox/CSB-I-NO-GROUP-YET");
    let place = &other["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "calls.ndjson");
    let without = results(&[]);
    let bad = guessed(&without, "customersuccessbox/CSB-T-ACCOUNT-MISSING");
    let place = &bad["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "calls.ndjson");

    let wrong = ["--format", "sarif", "--source-root", "calls.ndjson"];
    let base = ["check", "calls.ndjson"];
    let done = segscope(home.path(), &[&base[..], &wrong].concat()).assert().code(2);
    let error = String::from_utf8(done.get_output().stderr.clone()).expect("UTF-8");
    assert!(error.contains("--source-root calls.ndjson: not a folder"), "{error}");
}

#[test]
fn github_gets_ten_annotations_of_a_level_and_a_summary_of_all() {
    let home = tempfile::tempdir().expect("a folder");
    let call = |nth: usize| {
        format!(
            "{{\"type\":\"track\",\"event\":\"E{nth}\",\"userId\":\"u\",\"properties\":{{}}}}\n"
        )
    };
    write(home.path(), "calls.ndjson", &(0..14).map(call).collect::<String>());
    let github = |summary: Option<&Path>, is_github: &str| {
        let mut check = command(home.path());
        check.args(["check", "calls.ndjson", "--format", "github"]);
        check.env("GITHUB_ACTIONS", is_github);
        if let Some(file) = summary {
            check.env("GITHUB_STEP_SUMMARY", file);
        }
        let output = check.output().expect("it runs");
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let count = |text: &str, level: &str| {
        text.lines().filter(|line| line.starts_with(&format!("::{level} "))).count()
    };
    let all = github(None, "false");
    assert!(count(&all, "error") > 10 && count(&all, "notice") > 10, "{all}");
    let found = count(&all, "error") + count(&all, "warning") + count(&all, "notice");

    let summary = home.path().join("summary.md");
    let limited = github(Some(&summary), "true");
    assert_eq!(count(&limited, "error"), 10, "{limited}");
    // the notice that all vendors are checked is one of the ten
    assert_eq!(count(&limited, "notice"), 10, "{limited}");
    let shown = 10 + count(&limited, "warning") + 9;
    let rest = format!("{} more findings in the summary of this step\n", found - shown);
    assert!(limited.ends_with(&rest), "{rest}: {limited}");
    let summary = std::fs::read_to_string(summary).expect("written");
    let rows = summary.lines().filter(|line| {
        ["| error |", "| warning |", "| info |"].iter().any(|begin| line.starts_with(begin))
    });
    assert_eq!(rows.count(), found, "{summary}");

    let limited = github(None, "true");
    assert!(limited.contains("not shown: GitHub shows 10 annotations of each level"), "{limited}");
}
