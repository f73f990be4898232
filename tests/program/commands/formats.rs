//! The forms of `check` that other programs read.

use super::{segscope, stdout};
use serde_json::Value;

/// A call whose texts try to break out of whatever they stand in.
const HOSTILE: &str = r#"{"type":"track","event":"a\"<b>&|%0A::error::\u001b[31m\n@you","userId":"null","timestamp":"2024-05-01T10:00:00Z","properties":{"account_id":"undefined","user_id":"\u0007<x>"}}"#;
const LACKS: &str =
    r#"{"type":"track","event":"E","userId":"u","timestamp":"2024-05-01T10:00:00Z"}"#;

/// One that lacks an id, with a text that would end a block of code.
const FENCED: &str = r#"{"type":"identify","userId":"u","traits":{"note":"```\u001b]0;x\u0007 ]]>"},"context":{"library":{"name":"analytics-ruby"}}}"#;

fn check(format: &str, more: &[&str]) -> String {
    let home = tempfile::tempdir().expect("a folder");
    let text = format!("{HOSTILE}\n{LACKS}\n{FENCED}\n");
    std::fs::write(home.path().join("c.ndjson"), text).expect("written");
    let args = [&["check", "c.ndjson", "--format", format][..], more].concat();
    let text = stdout(&segscope(home.path(), &args).assert().code(1));
    assert!(!text.contains(['\u{1b}', '\u{7}']), "{text:?}");
    text
}

#[test]
fn junit_has_a_suite_a_vendor_and_fails_what_must_not_be() {
    let text = check("junit", &["--vendor", "suprsend,planhat", "--fail-on", "warning"]);
    assert!(text.starts_with(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"segscope\" tests=\""
    ));
    let count = |needle: &str| text.matches(needle).count();
    assert_eq!((count("<testsuite "), count("</testsuite>")), (2, 2), "{text}");
    assert!(text.contains("<failure type=\"PH-T-COMPANY-MISSING\""), "{text}");
    let failures: usize = text
        .split("<testsuites ")
        .nth(1)
        .and_then(|rest| rest.split("failures=\"").nth(1)?.split('"').next()?.parse().ok())
        .expect("a number");
    assert_eq!(count("<failure "), failures);
    assert_eq!(count("<testcase "), count("</testcase>") + count("\"no findings\"/>"));
    assert!(text.contains("a&quot;&lt;b&gt;&amp;|%0A::error::"), "{text}");
    for tag in ["<b>", "<x>"] {
        assert!(!text.contains(tag), "{text}");
    }
    let never = check("junit", &["--vendor", "suprsend,planhat", "--fail-on", "error"]);
    assert!(never.matches("<failure ").count() < failures, "warnings pass then");
}

#[test]
fn sarif_names_rules_and_the_file() {
    let text = check("sarif", &["--vendor", "customersuccessbox"]);
    let report: Value = serde_json::from_str(&text).expect("JSON");
    let run = &report["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let results = run["results"].as_array().expect("results");
    assert!(rules.len() <= results.len());
    let ids: std::collections::HashSet<&str> =
        rules.iter().map(|rule| rule["id"].as_str().expect("a text")).collect();
    assert_eq!(ids.len(), rules.len(), "each once");
    assert!(ids.contains("customersuccessbox/CSB-T-ACCOUNT-MISSING"));
    for result in results {
        let at = result["ruleIndex"].as_u64().expect("a number") as usize;
        assert_eq!(result["ruleId"], rules[at]["id"]);
        assert!(["error", "warning", "note"].contains(&result["level"].as_str().expect("a text")));
        let place = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        assert_eq!(place, "c.ndjson");
    }
}

#[test]
fn github_gets_one_command_a_finding() {
    let text = check("github", &["--vendor", "customersuccessbox"]);
    let json: Value =
        serde_json::from_str(&check("sarif", &["--vendor", "customersuccessbox"])).expect("JSON");
    let findings = json["runs"][0]["results"].as_array().map(Vec::len);
    assert_eq!(Some(text.lines().count()), findings);
    for line in text.lines() {
        let level = ["::error title=", "::warning title=", "::notice title="];
        let rest = level.iter().find_map(|level| line.strip_prefix(level)).expect("a command");
        let (title, data) = rest.split_once("::").expect("a title and a text");
        assert!(title.contains("CSB-") || title.contains("ID-"), "{title}");
        assert!(!data.contains("%0A::") && data.contains("%0Afix"), "{data}");
    }
}

#[test]
fn markdown_tables_stay_whole() {
    let text = check("markdown", &["--vendor", "customersuccessbox,suprsend"]);
    assert!(text.starts_with("**3 calls: failed (--fail-on error)**\n\n| severity | code |"));
    for table in text.split("\n\n").filter(|part| part.starts_with('|')) {
        let columns = |line: &str| line.replace("\\|", "").matches('|').count();
        let mut lines = table.lines();
        let want = columns(lines.next().expect("a head"));
        assert!(lines.clone().count() >= 2, "{table}");
        assert!(lines.all(|line| columns(line) == want), "{table}");
    }
    // in a block of code nothing is acted on
    let mut inside = false;
    let outside: Vec<&str> = text
        .lines()
        .filter(|line| {
            inside ^= line.starts_with("```");
            !inside
        })
        .collect();
    let outside = outside.join("\n");
    assert!(!outside.contains("<b>") && !outside.contains("@you"), "{text}");
    assert!(text.contains("\n| CustomerSuccessBox | "), "{text}");
}

/// A finding about an id brings the call as it should have been, in every form.
#[test]
fn the_corrected_call_stands_in_every_form() {
    let vendor = ["--vendor", "customersuccessbox"];
    let ruby = "user_id: 'u'";
    for (format, before) in [
        ("text", "\n  corrected call (Ruby, analytics-ruby; `traits.account_id` set, "),
        ("junit", "\ncorrected call (Ruby, analytics-ruby; "),
        ("github", "%0Acorrected call (Ruby, analytics-ruby; "),
        ("markdown", "\n````ruby\nanalytics.identify(\n"),
        ("sarif", "\"fixLanguage\": \"Ruby, analytics-ruby\""),
        (
            "ndjson",
            "\"fix_language\":\"Ruby, analytics-ruby\",\"fix_snippet\":\"analytics.identify(",
        ),
    ] {
        let text = check(format, &vendor);
        let at = text.find(before).unwrap_or_else(|| panic!("{format}: {text}"));
        assert!(text[at..].contains(ruby), "{format}: {text}");
    }
    let block = check("markdown", &vendor);
    assert_eq!(block.matches("\n````").count(), 2, "the fence is longer than what it holds");
}

#[test]
fn a_call_without_a_finding_about_an_id_has_no_fix() {
    let home = tempfile::tempdir().expect("a folder");
    let call = r#"{"type":"track","event":"E","userId":"u","properties":{"account_id":"a","user_id":"u","module_id":"m"}}"#;
    std::fs::write(home.path().join("c.ndjson"), call).expect("written");
    let args = ["check", "c.ndjson", "--format", "ndjson", "--vendor", "customersuccessbox"];
    let record: Value =
        serde_json::from_str(&stdout(&segscope(home.path(), &args).assert().code(0)))
            .expect("JSON");
    assert!(!record["findings"].as_array().expect("a list").is_empty());
    assert_eq!(record.get("fix_snippet"), None);
}
