//! Reports over many events: each finding is told for the event and the fix that it is true for.

use super::segscope;
use serde_json::Value;
use std::fmt::Write;

fn call(event: &str, properties: &str) -> String {
    format!(
        r#"{{"type":"track","event":"{event}","userId":"u1","timestamp":"2026-11-20T10:00:00Z","receivedAt":"2026-11-20T10:00:00Z","properties":{properties}}}"#
    )
}

/// Checks calls for Planhat in one format; the exit code is 1, as each has an error.
fn check(calls: &[String], format: &str, more: &[&str]) -> String {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("calls.ndjson"), calls.join("\n")).expect("written");
    let args = ["check", "calls.ndjson", "--vendor", "planhat", "--format", format];
    let done = segscope(home.path(), &[&args[..], more].concat()).assert().code(1);
    String::from_utf8(done.get_output().stdout.clone()).expect("stdout is UTF-8")
}

/// Three events with two mistakes between them; one event has both.
fn three_events() -> Vec<String> {
    vec![
        call("Signed Up", r#"{"companyID":null,"accountId":"a1"}"#),
        call("Signed Up", r#"{"companyID":null,"accountId":"a2"}"#),
        call("Signed Up", "{}"),
        call("Report Run", r#"{"companyID":null,"accountId":"a1"}"#),
        call("Logged In", "{}"),
    ]
}

/// The paragraphs of the text format that are about a missing company.
fn company_entries(text: &str) -> Vec<&str> {
    text.split("\n\n").filter(|entry| entry.contains("PH-T-COMPANY-MISSING")).collect()
}

#[test]
fn text_names_each_event_below_the_fix_that_it_needs() {
    let text = check(&three_events(), "text", &[]);
    let entries = company_entries(&text);
    assert_eq!(entries.len(), 2, "{text}");
    let with_account = entries.iter().find(|entry| entry.contains("accountId")).expect("an entry");
    assert!(with_account.contains("(Planhat, 3 calls in 2 events)"), "{with_account}");
    assert!(
        with_account.contains("events: track \"Signed Up\" 2, track \"Report Run\" 1"),
        "{with_account}"
    );
    let without = entries.iter().find(|entry| !entry.contains("accountId")).expect("an entry");
    assert!(without.contains("(Planhat, 2 calls in 2 events)"), "{without}");
    assert!(without.contains("track \"Logged In\" 1"), "{without}");
}

#[test]
fn a_report_of_a_filter_groups_as_the_report_of_all_calls() {
    let all = check(&three_events(), "text", &[]);
    let filtered = check(&three_events(), "text", &["--filter", "type = \"track\""]);
    assert_eq!(all, filtered);
    let some = check(&three_events(), "text", &["--filter", "event = \"Signed Up\""]);
    assert!(some.contains("track \"Signed Up\", 2 calls"), "{some}");
    assert!(!some.contains("Report Run") && !some.contains("Logged In"), "{some}");
}

#[test]
fn machine_formats_have_an_entry_for_each_event_and_fix() {
    let calls = three_events();
    let junit = check(&calls, "junit", &[]);
    for (name, count) in [
        ("PH-T-COMPANY-MISSING track &quot;Signed Up&quot; (error, 2 calls)", 1),
        ("PH-T-COMPANY-MISSING track &quot;Signed Up&quot; (error, 1 call)", 1),
        ("PH-T-COMPANY-MISSING track &quot;Report Run&quot; (error, 1 call)", 1),
        ("PH-T-COMPANY-MISSING track &quot;Logged In&quot; (error, 1 call)", 1),
    ] {
        assert_eq!(junit.matches(&format!("name=\"{name}\"")).count(), count, "{junit}");
    }
    let sarif: Value = serde_json::from_str(&check(&calls, "sarif", &[])).expect("JSON");
    let run = &sarif["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let of = |id: &str| rules.iter().filter(|rule| rule["id"] == id).count();
    assert_eq!(of("planhat/PH-T-COMPANY-MISSING"), 1, "a rule is listed once");
    let results = run["results"].as_array().expect("results");
    let missing: Vec<&Value> =
        results.iter().filter(|r| r["ruleId"] == "planhat/PH-T-COMPANY-MISSING").collect();
    assert_eq!(missing.len(), 4);
    for result in &missing {
        let rule = &rules[result["ruleIndex"].as_u64().expect("a number") as usize];
        assert_eq!(rule["id"], result["ruleId"]);
    }
    let calls_of = |r: &&&Value| r["occurrenceCount"].as_u64().expect("a number");
    assert_eq!(missing.iter().map(|r| calls_of(&r)).sum::<u64>(), 5);
    let github = check(&calls, "github", &[]);
    assert_eq!(github.matches("PH-T-COMPANY-MISSING (Planhat%2C track \"").count(), 4, "{github}");
    let markdown = check(&calls, "markdown", &[]);
    assert_eq!(markdown.matches("| `PH-T-COMPANY-MISSING` | Planhat | track \"").count(), 4);
}

#[test]
fn thirty_three_events_with_thirty_three_mistakes_have_thirty_three_fixes() {
    let names = ["accountId", "account_ID", "companyIds", "organizationId", "tenantId", "orgId"];
    let calls: Vec<String> = (0..33)
        .map(|n| {
            let key = names[n % names.len()];
            call(&format!("Event {n}"), &format!(r#"{{"extra_{n}":1,"{key}":"a{n}"}}"#))
        })
        .collect();
    let github = check(&calls, "github", &[]);
    for n in 0..33 {
        let line = github
            .lines()
            .find(|line| {
                line.contains("PH-T-COMPANY-MISSING") && line.contains(&format!("\"Event {n}\""))
            })
            .unwrap_or_else(|| panic!("no annotation for event {n}"));
        let key = names[n % names.len()];
        // `companyIds` is near enough to the name to be a near miss or none at all; the others
        // must be named with the event that has them
        if key != "companyIds" {
            assert!(line.contains(key), "{line}");
        }
    }
}

#[test]
fn of_many_events_ten_are_named() {
    let calls: Vec<String> = (0..14).map(|n| call(&format!("Event {n}"), "{}")).collect();
    let text = check(&calls, "text", &[]);
    let [entry] = company_entries(&text)[..] else { panic!("{text}") };
    assert!(entry.contains("(Planhat, 14 calls in 14 events)"), "{entry}");
    assert!(entry.contains("track \"Event 9\" 1 and 4 more"), "{entry}");
}

/// The account that one user's earlier call named is not another user's account.
#[test]
fn a_fix_for_several_users_names_nobodys_account() {
    let mut calls = Vec::new();
    for user in ["u1", "u2"] {
        calls.push(format!(
            r#"{{"type":"group","userId":"{user}","groupId":"account-of-{user}","traits":{{}},"timestamp":"2026-11-20T10:00:00Z","receivedAt":"2026-11-20T10:00:00Z"}}"#
        ));
        calls.push(call("Signed Up", "{}").replace("u1", user));
    }
    let text = check(&calls, "text", &[]);
    let [entry] = company_entries(&text)[..] else { panic!("{text}") };
    assert!(entry.contains("2 calls"), "{entry}");
    let fix = entry.lines().find(|line| line.trim_start().starts_with("fix:")).expect("a fix");
    assert!(!fix.contains("account-of-"), "{fix}");
    assert!(entry.contains("seen: ") && entry.contains("account-of-u1"), "{entry}");
}

#[test]
fn calls_that_differ_in_values_alone_are_one_group() {
    let mut properties = String::new();
    let calls: Vec<String> = (0..20)
        .map(|n| {
            properties.clear();
            write!(properties, r#"{{"accountId":"a{n}","total":{n},"items":["#).expect("a String");
            properties.push_str(&vec![r#"{"sku":"x"}"#; n % 3 + 1].join(","));
            properties.push_str("]}");
            call("Order Received", &properties)
        })
        .collect();
    let text = check(&calls, "text", &[]);
    let [entry] = company_entries(&text)[..] else { panic!("{text}") };
    assert!(entry.contains("(Planhat, track \"Order Received\", 20 calls)"), "{entry}");
}

#[test]
fn the_first_line_says_that_all_vendors_are_checked_unless_some_were_chosen() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("calls.ndjson"), call("E", "{}")).expect("written");
    let first_line = |args: &[&str]| {
        let args = [&["check", "calls.ndjson"], args].concat();
        let done = segscope(home.path(), &args).assert();
        let text = String::from_utf8(done.get_output().stdout.clone()).expect("stdout is UTF-8");
        text.lines().next().expect("a line").to_owned()
    };
    let unchosen = first_line(&[]);
    assert!(
        unchosen.starts_with("Checking all 5 vendors, each call for those that its service feeds."),
        "{unchosen}"
    );
    assert!(unchosen.contains("--vendor") && unchosen.contains("segscope.toml"), "{unchosen}");
    assert!(
        first_line(&["--format", "markdown"])
            .starts_with("Checking all 5 vendors, each call for those that its service feeds.")
    );
    assert!(!first_line(&["--vendor", "planhat"]).contains("Checking all"));
    std::fs::write(home.path().join("segscope.toml"), "vendors = [\"planhat\"]\n")
        .expect("written");
    assert!(!first_line(&[]).contains("Checking all"));
}

#[test]
fn records_mark_vendors_that_the_service_of_the_call_does_not_feed() {
    let home = tempfile::tempdir().expect("a folder");
    let call = r#"{"type":"track","event":"E","userId":"u1","messageId":"m1","originalTimestamp":"2026-11-20T10:00:00Z","context":{"library":{"name":"@rudderstack/rudder-sdk-node","version":"2"}}}"#;
    std::fs::write(home.path().join("calls.ndjson"), call).expect("written");
    let check = |format: &str| {
        let done = segscope(home.path(), &["check", "calls.ndjson", "--format", format]).assert();
        String::from_utf8(done.get_output().stdout.clone()).expect("stdout is UTF-8")
    };
    let record: Value = serde_json::from_str(&check("ndjson")).expect("one record");
    let vendors = record["vendors"].as_object().expect("the vendors");
    let in_use = vendors.iter().filter(|(_, outcome)| outcome["in_use"] == true);
    assert_eq!(in_use.map(|(name, _)| name).collect::<Vec<_>>(), ["custify"]);
    assert_eq!(vendors["planhat"]["in_use"], false);
    let findings = record["findings"].as_array().expect("the findings");
    assert!(findings.iter().any(|finding| finding["vendor"] == "planhat"), "{record}");
    for finding in findings {
        let marked = finding.get("in_use") == Some(&Value::Bool(false));
        assert_eq!(marked, finding["vendor"] != "custify", "{finding}");
    }
    assert!(check("text").contains("1 call: 0 errors"), "{}", check("text"));
}

#[test]
fn plan_learn_tells_which_ids_the_plan_does_not_ask_for() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("calls.ndjson"), three_events().join("\n")).expect("written");
    let learn = |vendor: &str| {
        let args = ["plan", "learn", "calls.ndjson", "--vendor", vendor];
        let done = segscope(home.path(), &args).assert().success();
        String::from_utf8(done.get_output().stderr.clone()).expect("stderr is UTF-8")
    };
    let told = learn("planhat");
    assert!(told.contains("3 events arrived without an `account_id`"), "{told}");
    assert!(!told.contains("`user_id`"), "{told}");
    assert_eq!(learn("suprsend"), "", "it looks for no account and finds the user");
}
