//! `segscope deliver`, against a server that stands in for the vendor.

use super::{segscope, stderr, stdout};
use crate::common::StandIn;
use std::path::Path;

const KEY: &str = "s3cret-k3y";
const CALLS: &str = concat!(
    r#"{"type":"track","event":"Order Received","userId":"u1","properties":{"account_id":"a1","user_id":"u1","module_id":"m"}}"#,
    "\n",
    r#"{"type":"track","event":"No Ids"}"#,
    "\n",
    r#"{"type":"track","event":"Seat \u001b[2J","userId":"u1","properties":{"account_id":"a1","user_id":"u1","module_id":"m"}}"#,
    "\n",
);

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("calls.ndjson"), CALLS).expect("written");
    home
}

/// `deliver` to the stand-in, with further arguments.
fn deliver(home: &Path, vendor: &StandIn, more: &[&str]) -> assert_cmd::Command {
    let to = format!("deliver.customersuccessbox=http://{}", vendor.address);
    let mut args =
        vec!["deliver", "calls.ndjson", "--vendor", "customersuccessbox", "--setting", &to];
    args.extend(["--setting", "vendors.customersuccessbox.domain=acme"]);
    args.extend(more);
    segscope(home, &args)
}

#[test]
fn the_outputs_reach_the_vendor_with_the_key_and_nobody_else_sees_it() {
    let (home, vendor) = (home(), StandIn::start());
    let mut command = deliver(home.path(), &vendor, &["--yes"]);
    command.env("SEGSCOPE_VENDORS_CUSTOMERSUCCESSBOX_API_KEY", KEY);
    let done = command.assert().code(0);
    let sent = vendor.requests();
    assert_eq!(sent.len(), 2, "the call without ids gives no request");
    assert!(sent[0].starts_with("POST /api/v1_1/feature HTTP/1.1\r\n"), "{}", sent[0]);
    assert!(sent[0].to_lowercase().contains(&format!("authorization: bearer {KEY}\r\n")));
    assert!(sent[0].ends_with('}') && sent[0].contains(r#""account_id":"a1""#), "{}", sent[0]);
    let (out, err) = (stdout(&done), stderr(&done));
    assert!(
        out.contains("call 1 (Order Received), to CustomerSuccessBox: POST http://127"),
        "{out}"
    );
    assert!(
        out.contains(" answered 200 in ") && out.contains("{\"you\": \"Bearer ***\"}"),
        "{out}"
    );
    assert!(err.contains("sent 2 requests, 2 accepted"), "{err}");
    assert!(!out.contains(KEY) && !err.contains(KEY), "{out}{err}");
    assert!(!out.contains('\u{1b}'), "{out}");
}

#[test]
fn a_dry_run_sends_nothing_and_prints_what_a_shell_can_run() {
    let (home, vendor) = (home(), StandIn::start());
    let mut command = deliver(home.path(), &vendor, &["--dry-run"]);
    command.env("SEGSCOPE_VENDORS_CUSTOMERSUCCESSBOX_API_KEY", KEY);
    let out = stdout(&command.assert().code(0));
    assert!(vendor.requests().is_empty());
    assert!(!out.contains(KEY) && !out.contains('\u{1b}'), "{out}");
    assert_eq!(out.matches("curl -X POST").count(), 2, "{out}");
    // and it does the same as `deliver`
    let curl = std::process::Command::new("sh")
        .args(["-c", &format!("{out}\n")])
        .env("SEGSCOPE_VENDORS_CUSTOMERSUCCESSBOX_API_KEY", KEY)
        .output();
    if curl.is_ok_and(|curl| curl.status.success()) {
        let by_curl = vendor.requests();
        let mut command = deliver(home.path(), &vendor, &["--yes"]);
        command.env("SEGSCOPE_VENDORS_CUSTOMERSUCCESSBOX_API_KEY", KEY).assert().code(0);
        let body = |request: &String| request.rsplit("\r\n").next().map(str::to_owned);
        let by_us: Vec<_> = vendor.requests()[2..].iter().map(body).collect();
        assert_eq!(by_us, by_curl.iter().map(body).collect::<Vec<_>>());
    }
}

#[test]
fn what_is_missing_or_not_trusted_is_told_before_anything_is_sent() {
    let (home, vendor) = (home(), StandIn::start());
    let told = |more: &[&str]| stderr(&deliver(home.path(), &vendor, more).assert().code(2));
    let said = told(&["--yes"]);
    assert!(said.contains("call 1 (Order Received): customersuccessbox needs the setting vendors.customersuccessbox.api_key: "), "{said}");
    let key = format!("vendors.customersuccessbox.api_key={KEY}");
    let said = told(&["--setting", &key]);
    assert!(said.contains("pass --yes if there is no terminal to ask"), "{said}");
    let said = told(&["--setting", &key, "--setting", "deliver.planhot=http://x", "--yes"]);
    assert!(said.contains("`planhot` is not a vendor") && said.contains("planhat"), "{said}");
    let said =
        told(&["--setting", &key, "--yes", "--setting", "vendors.customersuccessbox.domain=a/b"]);
    assert!(
        said.contains("customersuccessbox: `domain` must be one part of a host's name"),
        "{said}"
    );
    let none = segscope(home.path(), &["deliver", "calls.ndjson"]).assert().code(2);
    assert!(stderr(&none).contains("choose the vendors with --vendor"), "{}", stderr(&none));
    // others write a project's file
    let file = home.path().join("segscope.toml");
    std::fs::write(&file, format!("[vendors.customersuccessbox]\napi_key = \"{KEY}\"\n"))
        .expect("written");
    let said = told(&["--yes"]);
    assert!(
        said.contains(
            "segscope.toml:2: `vendors.customersuccessbox.api_key` is set in the project's file"
        ),
        "{said}"
    );
    std::fs::write(&file, "[deliver]\ncustomersuccessbox = \"http://evil.test\"\n")
        .expect("written");
    let said = told(&["--yes", "--setting", &key]);
    assert!(said.contains("not from a project's file"), "{said}");
    assert!(vendor.requests().is_empty());
}

#[test]
fn the_first_refusal_ends_it_and_nothing_is_sent_twice() {
    let (home, vendor) = (home(), StandIn::start());
    vendor.answer_with(401);
    let key = format!("vendors.customersuccessbox.api_key={KEY}");
    let done = deliver(home.path(), &vendor, &["--yes", "--setting", &key]).assert().code(3);
    assert!(stdout(&done).contains("answered 401"), "{}", stdout(&done));
    assert!(stderr(&done).contains("not accepted; 1 request not sent"), "{}", stderr(&done));
    assert_eq!(vendor.requests().len(), 1);
    let all = ["--yes", "--keep-going", "--setting", &key];
    let done = deliver(home.path(), &vendor, &all).assert().code(3);
    assert!(stderr(&done).contains("2 of 2 not accepted"), "{}", stderr(&done));
    assert_eq!(vendor.requests().len(), 3);
    // nobody there
    let none =
        ["--yes", "--setting", &key, "--setting", "deliver.customersuccessbox=http://127.0.0.1:1"];
    let done = deliver(home.path(), &vendor, &none).assert().code(3);
    assert!(
        stderr(&done).contains("could not send to http://127.0.0.1:1/api/v1_1/feature"),
        "{}",
        stderr(&done)
    );
}

#[test]
fn nothing_to_deliver_says_why() {
    let (home, vendor) = (home(), StandIn::start());
    let said = |filter: &str| {
        stderr(&deliver(home.path(), &vendor, &["--yes", "--filter", filter]).assert().code(0))
    };
    assert!(
        said("event = \"No Ids\"")
            .contains("CustomerSuccessBox would receive nothing (call 2 (No Ids): discarded by Segment (no_user_anon_id))")
    );
    assert!(said("event = \"zebra\"").contains("no call passes the filter"));
}

#[test]
fn the_transport_carries_the_call_itself() {
    let (home, vendor) = (home(), StandIn::start());
    let to = format!("deliver.suprsend=http://{}", vendor.address);
    let args = ["deliver", "calls.ndjson", "--vendor", "suprsend", "--transport", "--yes"];
    let mut command = segscope(home.path(), &[&args[..], &["--setting", &to]].concat());
    command.env("SEGSCOPE_VENDORS_SUPRSEND_API_KEY", KEY);
    command.assert().code(0);
    let sent = vendor.requests();
    assert_eq!(sent.len(), 2, "the service discards a call without any id");
    assert!(sent[0].starts_with("POST /connector/segment/ HTTP/1.1\r\n"), "{}", sent[0]);
    assert!(sent[0].to_lowercase().contains(&format!("authorization: bearer {KEY}\r\n")));
    let body = &sent[0][sent[0].find('{').expect("a body")..];
    let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(body["properties"]["module_id"], "m");
    assert!(body["receivedAt"].is_string() || body["messageId"].is_string(), "{body}");

    let args = ["deliver", "calls.ndjson", "--vendor", "webhook", "--vendor-file", "hook.toml"];
    let table = include_str!("../../../assets/vendors/webhook.toml");
    std::fs::write(home.path().join("hook.toml"), table).expect("written");
    let done = segscope(home.path(), &[&args[..], &["--transport", "--dry-run"]].concat()).assert();
    assert!(
        stderr(&done).contains("has no address that receives calls as they are"),
        "{}",
        stderr(&done)
    );
}
