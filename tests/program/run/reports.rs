//! The reports of `run`: several at a time, GitHub's, what is expected, which vendors.

use super::{ended, run, run_command};

#[test]
fn several_reports_go_to_their_files_and_text_to_the_terminal() {
    let home = tempfile::tempdir().expect("a folder");
    let args = [
        "--no-record",
        "--vendor",
        "planhat",
        "--format",
        "text",
        "--format",
        "junit",
        "--output",
        "junit.xml",
        "--format",
        "sarif",
        "--output",
        "out.sarif",
        "--format",
        "ndjson",
        "--output",
        "calls.ndjson",
        "--format",
        "markdown",
        "--output",
        "out.md",
    ];
    let (code, stdout, stderr) = run(home.path(), &args, "send A; echo own output");
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stdout.starts_with("own output\n") && stdout.contains("PH-"), "{stdout}");
    let file = |name: &str| std::fs::read_to_string(home.path().join(name)).expect("written");
    assert!(file("junit.xml").starts_with("<?xml") && file("junit.xml").contains("<failure"));
    let sarif: serde_json::Value = serde_json::from_str(&file("out.sarif")).expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");
    let record: serde_json::Value = serde_json::from_str(&file("calls.ndjson")).expect("one call");
    assert_eq!(record["name"], "A");
    assert!(file("out.md").starts_with("**1 call: failed"), "{}", file("out.md"));
}

#[test]
fn the_first_line_says_that_no_vendor_was_chosen() {
    let home = tempfile::tempdir().expect("a folder");
    let (code, stdout, _) = run(home.path(), &["--no-record"], "send A");
    let first = stdout.lines().next().expect("a line");
    assert!(first.starts_with("Checking all 5 vendors, each call for those that its service feeds. Choose yours with --vendor "), "{first}");
    assert_eq!(code, Some(1));
    let (_, stdout, _) =
        run(home.path(), &["--no-record", "--vendor", "customersuccessbox"], "send A");
    assert!(!stdout.contains("Checking all"), "{stdout}");
}

#[test]
fn on_github_there_are_annotations_and_a_summary_of_the_step() {
    let home = tempfile::tempdir().expect("a folder");
    let summary = home.path().join("summary.md");
    std::fs::write(&summary, "earlier step output\n").expect("written");
    let events: Vec<String> = (0..14).map(|nth| format!("send E{nth}")).collect();
    let mut command = run_command(home.path(), &["--no-record"], &events.join("; "));
    command.env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", &summary);
    let (code, stdout, stderr) = ended(command);
    assert_eq!(code, Some(1), "{stderr}");
    let count = |begin: &str| stdout.lines().filter(|line| line.starts_with(begin)).count();
    assert!((1..=10).contains(&count("::error title=")), "{stdout}");
    assert!(count("::warning title=") <= 10 && stdout.starts_with("Checking all"), "{stdout}");
    assert_eq!(count("::notice title=No vendors are chosen::"), 1);
    let text = std::fs::read_to_string(&summary).expect("written");
    assert!(text.starts_with("earlier step output\nChecking all 5 vendors, each call for those that its service feeds."), "{text}");
    assert!(text.contains("**14 calls: failed"), "{text}");

    let mut command =
        run_command(home.path(), &["--no-record", "--vendor", "customersuccessbox"], "send A");
    command.env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", "/nosuch/folder/file");
    let (code, _, stderr) = ended(command);
    assert_eq!(code, Some(0), "a summary that cannot be written is no verdict: {stderr}");
    assert!(stderr.contains("could not write /nosuch/folder/file"), "{stderr}");
}

#[test]
fn what_is_expected_and_a_filter_decide_as_they_do_for_check() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(
        home.path().join("plan.toml"),
        "[[event]]\nname = \"A\"\n\n[[event]]\nname = \"B\"\n",
    )
    .expect("written");
    let args = ["--no-record", "--vendor", "customersuccessbox", "--expect", "plan.toml"];
    let (code, stdout, stderr) = run(home.path(), &args, "send A");
    assert_eq!(code, Some(1), "{stdout} {stderr}");
    assert!(stdout.contains("B"), "{stdout}");
    assert_eq!(run(home.path(), &args, "send A; send B").0, Some(0));
    let args = ["--no-record", "--vendor", "planhat", "--filter", "event = \"Z\""];
    let (code, stdout, stderr) = run(home.path(), &args, "send A");
    assert_eq!(code, Some(0), "{stdout} {stderr}");
    assert!(stdout.contains("0 calls"), "{stdout}");
}

#[test]
fn a_request_without_a_call_fails_and_no_request_at_all_is_pointed_out() {
    let home = tempfile::tempdir().expect("a folder");
    let script = r#"curl -s -u k: -d '{"batch":[]}' "$SEGSCOPE_URL/v1/batch" >/dev/null"#;
    let (code, _, stderr) = run(home.path(), &["--no-record"], script);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("1 request arrived, and no call was accepted"), "{stderr}");
    let (code, _, stderr) = run(home.path(), &["--no-record"], "true");
    assert_eq!(code, Some(0));
    assert!(
        stderr.contains(
            "no request arrived; the command's SDK must send to SEGSCOPE_URL (http://127.0.0.1:"
        ),
        "{stderr}"
    );
}
