//! Vendors that a user describes in a file, end to end.

use super::segscope;
use crate::common::{Http, Program};
use serde_json::{Value, json};
use std::path::Path;

/// A vendor file around a call's table and codes.
pub fn vendor(call: &str, codes: &str) -> String {
    format!(
        r#"name = "acme"
title = "Acme"
short = "AC"
prefix = "AC"
document = "Acme, “Guide”"
fed_by = "any"
fidelity = "equivalent"
{call}
{codes}"#
    )
}

/// A track table that looks for both ids.
pub fn track(account: &str, user: &str) -> String {
    format!(
        r#"[call.track]
becomes = "event"
source = "document"
account = {{ from = ["/properties/org"], {account} }}
user = {{ from = ["/properties/who"], {user} }}
[[call.track.request]]
method = "POST"
url = "https://api.acme.example/events"
fields = [{{ to = "/org", from = ["@account"] }}, {{ to = "/who", from = ["@user"] }}]
"#
    )
}

/// An entry under `[code]`.
pub fn code(name: &str, severity: &str, more: &str) -> String {
    format!(
        "[code.{name}]\nseverity = \"{severity}\"\nmessage = \"`{{dotted}}` {{reason}}\"\nwhy = \"Acme needs it ({{document}}).\"\nfix = \"\"\nsource = \"document\"\n{more}\n"
    )
}

const TRACK: &str = r#"{"type":"track","event":"E","userId":"u","properties":{"who":"w"},"timestamp":"2026-01-01T00:00:00Z"}"#;

/// The record of a call, checked with a vendor file.
pub fn record(home: &Path, file: &str, call: &str) -> Value {
    std::fs::write(home.join("acme.toml"), file).expect("written");
    std::fs::write(home.join("c.ndjson"), call).expect("written");
    let records = super::check_records(
        home,
        &home.join("c.ndjson"),
        &["--vendor-file", "acme.toml", "--vendor", "acme"],
    );
    records.into_iter().next().expect("one call")
}

fn fail_on_missing(home: &Path) -> Option<i32> {
    let args = ["--vendor-file", "acme.toml", "--vendor", "acme", "--fail-on", "missing"];
    let args = [&["check", "c.ndjson"], &args[..]].concat();
    segscope(home, &args).output().expect("the program runs").status.code()
}

#[test]
fn the_rule_of_an_id_says_which_id_its_code_is_about() {
    let home = tempfile::tempdir().expect("a folder");
    let warning = |name: &str, more: &str| code(name, "warning", more);
    let recommended = "need = \"recommended\"";
    let org = format!("{recommended}, missing = \"ORG-MISSING\"");
    let who = format!("{recommended}, missing = \"NOBODY\"");
    for (table, codes, missing, fails) in [
        (track(&org, recommended), warning("AC-T-ORG-MISSING", ""), json!(["account_id"]), 1),
        // the name of a code says nothing: here the account's code is called after the user
        (
            track(&org.replace("ORG-MISSING", "USER-MISSING"), recommended),
            warning("AC-T-USER-MISSING", ""),
            json!(["account_id"]),
            1,
        ),
        (
            track(recommended, &who).replace("/properties/who", "/properties/nobody"),
            warning("AC-T-NOBODY", ""),
            json!(["user_id"]),
            1,
        ),
        (
            track(&org, &who).replace("/properties/who", "/properties/nobody"),
            warning("AC-T-ORG-MISSING", "") + &warning("AC-T-NOBODY", ""),
            json!(["account_id", "user_id"]),
            1,
        ),
        // weak, because the table says so or because it is an info
        (
            track(&org, recommended),
            warning("AC-T-ORG-MISSING", "headline = \"weak\""),
            json!([]),
            0,
        ),
        (track(&org, recommended), code("AC-T-ORG-MISSING", "info", ""), json!([]), 0),
        (
            track(&org, recommended),
            code("AC-T-ORG-MISSING", "info", "headline = \"strong\""),
            json!(["account_id"]),
            1,
        ),
        // a code that no id's rule names says it itself
        (
            track(recommended, recommended).replace(
                "[call.track]\n",
                "[call.track]\nrest = [{ of = \"/properties\", code = \"NO-TENANT\" }]\n",
            ),
            warning("AC-T-NO-TENANT", "about = \"account\""),
            json!(["account_id"]),
            1,
        ),
        // and one that has the old ending without any rule is about no id
        (
            track(recommended, recommended).replace(
                "[call.track]\n",
                "[call.track]\nrest = [{ of = \"/properties\", code = \"ACCOUNT-MISSING\" }]\n",
            ),
            warning("AC-T-ACCOUNT-MISSING", ""),
            json!([]),
            0,
        ),
    ] {
        let call = TRACK.replace("\"who\":\"w\"", "\"who\":\"w\",\"x\":1");
        let record = record(home.path(), &vendor(&table, &codes), &call);
        assert_eq!(record["missing"], missing, "{table}{codes}\n{record}");
        assert_eq!(fail_on_missing(home.path()), Some(fails), "{table}{codes}");
    }
}

#[test]
fn a_missing_id_of_a_file_vendor_is_missing_in_every_view() {
    let home = tempfile::tempdir().expect("a folder");
    let ids = "need = \"required\", missing = \"ORG-MISSING\"";
    let file = vendor(
        &track(ids, "need = \"required\", missing = \"WHO\""),
        &(code("AC-T-ORG-MISSING", "error", "effect = \"drop\"")
            + &code("AC-T-WHO", "error", "effect = \"drop\"")),
    );
    let library =
        r#""context":{"library":{"name":"@segment/analytics-node"}},"properties":{"Org":"o1","#;
    let call = TRACK.replace("\"properties\":{", library);
    let record = record(home.path(), &file, &call);
    assert_eq!(record["missing"], json!(["account_id"]));
    assert_eq!(record["vendors"]["acme"]["verdict"], "dropped");
    assert_eq!(record["user_id"], "w");
    let finding = &record["findings"][0];
    assert_eq!(finding["reason"], "absent");
    assert_eq!(finding["hints"], json!([{"path": "/properties/Org", "kind": "spelling"}]));
    assert_eq!(finding["fix"], "rename `Org` to `org` in properties");
    let check = |more: &[&str]| {
        let args = ["check", "c.ndjson", "--vendor-file", "acme.toml", "--vendor", "acme"];
        let output = segscope(home.path(), &[&args[..], more].concat()).output().expect("it runs");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    // the corrected call, the filter and the counts know the id too
    assert!(check(&["--format", "text"]).contains("org: 'o1'"), "{}", check(&[]));
    for (filter, count) in [
        ("missing(account_id)", 1),
        ("nearmiss(account_id)", 1),
        ("missing(user_id)", 0),
        ("nearmiss(user_id)", 0),
    ] {
        let found = check(&["--format", "ndjson", "--filter", filter]);
        assert_eq!(found.lines().count(), count, "{filter}: {found}");
    }

    let args = ["tail", "--listen", "127.0.0.1:0", "--no-record", "--vendor", "acme"];
    let args = [&args[..], &["--vendor-file", "acme.toml"]].concat();
    let program = Program::start(home.path(), &args);
    let mut http = Http::connect(&program.address).expect("it listens");
    http.post("/v1/track", call.as_bytes()).expect("taken");
    let good = call.replace("Org", "org");
    http.post("/v1/track", good.as_bytes()).expect("taken");
    http.get("/_segscope/wait?count=2&timeout_ms=20000").expect("both are there");
    let summary = http.get("/_segscope/summary").expect("an answer");
    let summary: Value = serde_json::from_slice(&summary.body).expect("JSON");
    let event = &summary["events"][0];
    assert_eq!(event["calls"], 2, "{summary}");
    assert_eq!(event["account"]["found"], 1, "{summary}");
    assert_eq!(event["account"]["missing"], 1, "{summary}");
    assert_eq!(event["user"]["found"], 2, "{summary}");
}

#[test]
fn a_code_that_could_be_about_either_id_is_refused() {
    let home = tempfile::tempdir().expect("a folder");
    let both = |account: &str, user: &str| {
        let id = |more: &str| format!("need = \"required\", {more}");
        track(&id(account), &id(user))
    };
    let one = code("AC-T-ID", "error", "");
    for (call, codes, line, says) in [
        (
            both("missing = \"ID\"", "missing = \"ID\""),
            one.clone(),
            "user = {",
            "code `AC-T-ID` is named twice, so it is unclear which id it is about",
        ),
        (
            both("missing = \"ID\"", "type = \"ID\""),
            one.clone(),
            "user = {",
            "code `AC-T-ID` is named twice",
        ),
        (
            both("missing = \"ID\"", "type = \"OTHER\""),
            one.clone() + &code("AC-T-OTHER", "error", "near_misses = false"),
            "[code.AC-T-OTHER]",
            "code `AC-T-OTHER` has `headline` or `near_misses`, and no id's rule names it",
        ),
        (
            both("missing = \"ID\"", "used = true"),
            code("AC-T-ID", "error", "about = \"user\""),
            "[code.AC-T-ID]",
            "code `AC-T-ID` says `about` one id, and the rule of the other id names it",
        ),
        (
            both("missing = \"ID\"", "used = true"),
            code("AC-T-ID", "error", "about = \"company\""),
            "about = \"company\"",
            "expected `account` or `user`",
        ),
    ] {
        let file = vendor(&call, &codes);
        std::fs::write(home.path().join("acme.toml"), &file).expect("written");
        let done = segscope(home.path(), &["vendors", "check", "acme.toml"]).assert().code(2);
        let err = String::from_utf8(done.get_output().stderr.clone()).expect("UTF-8");
        let line = file[..file.find(line).expect(line)].matches('\n').count() + 1;
        assert!(err.contains(&format!("acme.toml: line {line}: ")), "want line {line}: {err}");
        assert!(err.contains(says), "{err}");
    }
}
