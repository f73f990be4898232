//! The transcript of an agent, made by hand: it finds why calls miss an account id, mends the app,
//! and sees that they no longer do.

use super::{Client, Era};
use crate::common::command;
use serde_json::json;
use std::path::Path;

/// The code of the app of the transcript, which sends a call.
const APP: &str = r#"curl -s "$SEGSCOPE_URL/v1/track" -u K: -H 'Content-Type: application/json' -d '{"event":"Report Exported","userId":"u1","properties":{"accountId":"acct_42","format":"pdf"}}'"#;

/// Runs the app against the listener.
fn run_app(home: &Path, url: &str) {
    let app = std::fs::read_to_string(home.join("app.sh")).expect("readable");
    let mut shell = std::process::Command::new("sh");
    let done = shell.args(["-c", &app]).env("SEGSCOPE_URL", url).output().expect("sh runs");
    assert!(done.status.success(), "{done:?}");
}

#[test]
fn an_agent_finds_and_mends_a_missing_account_id_in_six_calls() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("app.sh"), APP).expect("written");
    let mut started = command(home.path());
    started.args(["mcp", "--listen", "127.0.0.1:0", "--no-record", "--vendor", "planhat"]);
    let mut client = Client::spawn(started, Era::Stateless);

    // 1: where to send to, and what is there
    let status = client.call("status", json!({}));
    let url = status["url"].as_str().expect("a URL").to_owned();
    run_app(home.path(), &url);
    // 2: what did the app send?
    let waited = client.call("wait_for_calls", json!({ "cursor": status["cursor"] }));
    let call = &waited["calls"][0];
    assert_eq!(
        (&call["name"], &call["missing"]),
        (&json!("Report Exported"), &json!(["account_id"]))
    );
    // 3: why, and what must change?
    let explained = client.call("explain", json!({ "seq": call["seq"] }));
    let is_about_id = |finding: &&serde_json::Value| finding["severity"] == "error";
    let findings = explained["findings"].as_array().expect("findings");
    let finding = findings.iter().find(is_about_id).expect("an error");
    let fix = finding["fix"].as_str().expect("a fix");
    assert!(fix.contains("company_id") && fix.contains("accountId"), "{fix}");
    let corrected = explained["corrected_call"]["code"].as_str().expect("code");
    assert!(corrected.contains("\"company_id\": \"acct_42\""), "{corrected}");
    // 4: would the change help?
    let draft = json!({
        "type": "track", "event": "Report Exported", "userId": "u1",
        "properties": { "company_id": "acct_42", "format": "pdf" },
    });
    let judged = client.call("judge_call", json!({ "call": draft, "pointer": "/missing" }));
    assert_eq!(judged["value"], json!([]), "{judged}");
    // the agent changes the app and runs it again
    let mended = APP.replace("accountId", "company_id");
    std::fs::write(home.path().join("app.sh"), mended).expect("written");
    run_app(home.path(), &url);
    // 5: do all new calls have their ids?
    let all = json!({ "cursor": waited["next_cursor"], "all": "!missing(account_id)" });
    let waited = client.call("wait_for_calls", all);
    assert_eq!((&waited["met"], &waited["outcome"]), (&json!(true), &json!("arrived")), "{waited}");
    assert_eq!(waited["calls"][0]["verdicts"]["planhat"], "delivered", "{waited}");
}
