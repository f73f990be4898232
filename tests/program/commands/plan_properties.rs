//! Plans with rules about properties: each folder of `tests/plans` is a case with a plan, calls, and
//! the findings of `check`.

use super::{segscope, stderr, stdout};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

const PLAN_NAMES: [&str; 3] = ["plan.toml", "plan.json", "plan"];

fn folders(of: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans").join(of);
    let entries = std::fs::read_dir(root).expect("a folder of cases");
    let mut all: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    all.retain(|path| path.is_dir() && !path.ends_with("wrong") && !path.ends_with("ajv"));
    all.sort();
    assert!(!all.is_empty(), "cases of {of}");
    all
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let to = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            std::fs::copy(&path, &to).expect("copied");
        }
    }
}

/// Copies a case into a folder of its own, and returns the name of its plan.
fn case(folder: &Path) -> (tempfile::TempDir, &'static str) {
    let home = tempfile::tempdir().expect("a folder");
    copy(folder, home.path());
    let plan = PLAN_NAMES.into_iter().find(|name| home.path().join(name).exists());
    (home, plan.unwrap_or_else(|| panic!("{} has a plan", folder.display())))
}

/// Returns the findings of `check` with a plan, one per line.
fn found(home: &Path, plan: &str) -> String {
    let args =
        ["check", "calls.ndjson", "--format", "ndjson", "--vendor", "custify", "--expect", plan];
    let done = segscope(home, &args).assert();
    let (text, errors) = (stdout(&done), stderr(&done));
    let mut out = String::new();
    for line in text.lines() {
        let call: Value = serde_json::from_str(line).expect("a record");
        let findings = call["findings"].as_array().expect("a list");
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        for finding in findings.iter().filter(|one| word(&one["code"]).starts_with("PLAN-")) {
            let [code, path, message, source] =
                ["code", "path", "message", "source"].map(|key| word(&finding[key]));
            writeln!(out, "{} {code} {path}: {message} ({source})", call["seq"]).expect("a string");
        }
    }
    assert!(!text.is_empty(), "{}: {errors}", home.display());
    out
}

#[test]
fn reports_the_findings_of_each_case() {
    for folder in folders("") {
        let (home, plan) = case(&folder);
        let wanted = std::fs::read_to_string(folder.join("findings.txt")).expect("a text");
        assert_eq!(found(home.path(), plan), wanted, "{}", folder.display());
    }
}

/// Returns the calls and codes of findings, each once. If an object is missing, a converted plan may
/// name the required property in it, and the plan itself the object.
fn codes(found: &str) -> BTreeSet<String> {
    found.lines().map(|line| line.splitn(3, ' ').take(2).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn a_converted_plan_has_the_same_findings() {
    for folder in folders("") {
        let (home, plan) = case(&folder);
        let done = segscope(home.path(), &["plan", "convert", plan]).assert().success();
        std::fs::write(home.path().join("converted.toml"), stdout(&done)).expect("written");
        let (was, is) = (found(home.path(), plan), found(home.path(), "converted.toml"));
        let (was, is) = (codes(&was), codes(&is));
        assert_eq!(was, is, "{}: {}", folder.display(), stdout(&done));
        assert!(!was.is_empty(), "{}", folder.display());
    }
}

/// Returns good calls: three properties are always present, one of them has two values, and one call
/// has an object.
fn good() -> String {
    let call = |at: usize| {
        let plan = ["free", "paid"][at % 2];
        let coupon = if at == 3 { ",\"coupon\":null,\"address\":{\"city\":\"X\"}" } else { "" };
        format!(
            "{{\"type\":\"track\",\"event\":\"Order\",\"userId\":\"u{at}\",\"messageId\":\"m{at}\",\"timestamp\":\"2026-11-22T10:00:00Z\",\"properties\":{{\"total\":{at}.5,\"plan\":\"{plan}\",\"id\":\"o{at}\"{coupon}}}}}\n"
        )
    };
    (0..10).map(call).collect()
}

#[test]
fn learns_the_properties_of_a_good_recording() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("calls.ndjson"), good()).expect("written");
    let args = ["plan", "learn", "--properties", "calls.ndjson", "--vendor", "custify"];
    let plan = stdout(&segscope(home.path(), &args).assert().success());
    let wanted = "required = [\"id\", \"plan\", \"total\"]\nproperties = { total = \"number\", plan = [\"free\", \"paid\"], id = \"string\", coupon = \"null\", address = { city = \"string\" } }\n";
    assert!(plan.contains(wanted), "{plan}");
    std::fs::write(home.path().join("plan.toml"), &plan).expect("written");
    assert_eq!(found(home.path(), "plan.toml"), "");
    let other = good().replace("\"paid\"", "\"gold\"");
    std::fs::write(home.path().join("calls.ndjson"), other).expect("written");
    assert!(found(home.path(), "plan.toml").contains("PLAN-VALUE /properties/plan"));
}

#[test]
fn reports_the_place_of_a_mistake_in_a_plan() {
    for folder in folders("wrong") {
        let (home, plan) = case(&folder);
        let done =
            segscope(home.path(), &["plan", "check", plan, "-"]).write_stdin("").assert().code(2);
        let wanted = std::fs::read_to_string(folder.join("error.txt")).expect("a text");
        assert_eq!(stderr(&done), wanted, "{}", folder.display());
    }
}

#[test]
fn junit_has_a_suite_for_the_plan() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("calls.ndjson"), good()).expect("written");
    let plan = "[[event]]\nname = \"Order\"\nids = []\nrequired = [\"sku\"]\n";
    std::fs::write(home.path().join("plan.toml"), plan).expect("written");
    let args = ["check", "calls.ndjson", "--expect", "plan.toml", "--format", "junit"];
    let text = stdout(&segscope(home.path(), &args).assert().code(1));
    let suite = "<testsuite name=\"the plan\" tests=\"1\" failures=\"1\" skipped=\"0\">";
    assert!(text.contains(suite), "{text}");
    assert!(!text.contains("the service itself"), "{text}");
}

#[test]
fn an_expectation_says_how_many_of_its_calls_are_discarded() {
    let (home, plan) = case(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans/toml"));
    let done = segscope(home.path(), &["plan", "check", plan, "calls.ndjson"]).assert().code(1);
    let text = stdout(&done);
    let line = "lacking  track Order Received: 4 calls, 1 discarded before any vendor\n";
    assert!(text.contains(line), "{text}");
}
