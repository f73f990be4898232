//! Ids in addresses, and Basic keys.

use super::{OPTIONAL, URL, acme, call, identify};
use crate::common::StandIn;
use crate::reported::segscope;
use crate::reported::vendor_files::{code, record, vendor};
use serde_json::json;

#[test]
fn an_id_in_an_address_is_percent_encoded() {
    let home = tempfile::tempdir().expect("a folder");
    let request = "url = \"https://api.acme.example/users/{@user}/events?of={@user}\"\nfields = [{ to = \"/id\", from = [\"@user\"] }]";
    let missing = "need = \"required\", missing = \"NOBODY\"";
    let file =
        vendor(&identify(missing, request), &code("AC-I-NOBODY", "error", "effect = \"reject\""));
    for (id, encoded) in [
        ("\"u1\"", "u1"),
        ("\"a/b?c#d\"", "a%2Fb%3Fc%23d"),
        ("\"jane doe@x.example\"", "jane%20doe%40x.example"),
        ("\"50%\"", "50%25"),
        ("\"Zoë ✓\"", "Zo%C3%AB%20%E2%9C%93"),
        ("42", "42"),
        ("\"{@user}\"", "%7B%40user%7D"),
        ("\"..\"", ".."),
    ] {
        // a call that the service has seen: it would discard an id that is a number
        let received = "Z\",\"receivedAt\":\"2026-01-01T00:00:00Z\"}";
        let call = call("{}").replace("\"u1\"", id).replace("Z\"}", received);
        let record = record(home.path(), &file, &call);
        let want = format!("https://api.acme.example/users/{encoded}/events?of={encoded}");
        assert_eq!(acme(&record)["requests"][0]["url"], want);
    }
    let nobody = record(home.path(), &file, &call("{}").replace("\"u1\"", "\" \""));
    assert_eq!(acme(&nobody)["requests"], json!([]));
    assert_eq!(
        (&acme(&nobody)["verdict"], &nobody["missing"]),
        (&json!("rejected"), &json!(["user_id"]))
    );
}

#[test]
fn basic_keys_are_made_of_settings_and_never_shown() {
    let home = tempfile::tempdir().expect("a folder");
    let vendor_server = StandIn::start();
    for (template, key) in [
        // base64 of site:k3y-s3cret, k3y-s3cret:, k3y-s3cret, :k3y-s3cret, site:k3y-s3cret:site
        ("{site:key:base64}", "c2l0ZTprM3ktczNjcmV0"),
        ("{key::base64}", "azN5LXMzY3JldDo="),
        ("{key:base64}", "azN5LXMzY3JldA=="),
        ("{:key:base64}", "OmszeS1zM2NyZXQ="),
        ("{site:key:site:base64}", "c2l0ZTprM3ktczNjcmV0OnNpdGU="),
    ] {
        let top = "setting = [{ key = \"site\", type = \"text\", doc = \"s\" }, { key = \"key\", type = \"secret\", doc = \"k\" }]\n";
        let headers = format!("headers = {{ Authorization = \"Basic {template}\" }}\n");
        let table = identify(OPTIONAL, &format!("{URL}{headers}"));
        let file = vendor(&(top.to_owned() + &table), "");
        let record = record(home.path(), &file, &call("{}"));
        assert_eq!(acme(&record)["requests"][0]["headers"]["Authorization"], "Basic ***");
        let deliver = |more: &str| {
            let to = format!("deliver.acme=http://{}", vendor_server.address);
            let args = ["deliver", "c.ndjson", "--vendor-file", "acme.toml", "--vendor", "acme"];
            let more = [more, "--setting", &to, "--setting", "vendors.acme.site=site"];
            let mut command = segscope(home.path(), &[&args[..], &more].concat());
            let output = command.env("SEGSCOPE_VENDORS_ACME_KEY", "k3y-s3cret").output();
            let output = output.expect("it runs");
            assert_eq!(output.status.code(), Some(0), "{output:?}");
            String::from_utf8([output.stdout, output.stderr].concat()).expect("UTF-8")
        };
        let said = deliver("--yes");
        let sent = vendor_server.requests().pop().expect("it was sent");
        assert!(sent.to_lowercase().contains("authorization: basic"), "{sent}");
        assert!(sent.contains(&format!("Basic {key}\r\n")), "{template}: {sent}");
        // the server answers with the key that it got
        assert!(said.contains("Basic ***"), "{said}");
        let line = deliver("--dry-run");
        for text in [&said, &line] {
            assert!(!text.contains(key) && !text.contains("s3cret"), "{text}");
        }
        let before = vendor_server.requests().len();
        let curl = std::process::Command::new("sh")
            .args(["-c", &line])
            .env("SEGSCOPE_VENDORS_ACME_KEY", "k3y-s3cret")
            .output()
            .expect("sh runs");
        assert_eq!(vendor_server.requests().len(), before + 1, "{curl:?}");
        let sent = vendor_server.requests().pop().expect("curl sent it");
        assert!(sent.contains(&format!("Basic {key}\r\n")), "{line}: {sent}");
    }
}

#[test]
fn an_id_of_dots_is_shown_and_not_sent() {
    let home = tempfile::tempdir().expect("a folder");
    let missing = "need = \"required\", missing = \"NOBODY\"";
    let request = "url = \"https://api.acme.example/users/{@user}/events\"";
    let codes = code("AC-I-NOBODY", "error", "effect = \"reject\"");
    let file = vendor(&identify(missing, request), &codes);
    let vendor_server = StandIn::start();
    // all before the path may be a setting
    let table = identify(missing, "url = \"{base}/users/{@user}\"");
    let top = "setting = [{ key = \"base\", type = \"text\", doc = \"b\" }]\n";
    record(home.path(), &vendor(&(top.to_owned() + &table), &codes), &call("{}"));
    let base = format!("vendors.acme.base=http://{}/v1", vendor_server.address);
    let args = ["deliver", "c.ndjson", "--vendor-file", "acme.toml", "--vendor", "acme", "--yes"];
    segscope(home.path(), &[&args[..], &["--setting", &base]].concat()).assert().code(0);
    let sent = vendor_server.requests().pop().expect("it was sent");
    assert!(sent.starts_with("POST /v1/users/u1 HTTP/1.1"), "{sent}");
    for (id, sends) in [("..", false), (".", false), ("...", true), ("a/..", true)] {
        record(home.path(), &file, &call("{}").replace("u1", id));
        let to = format!("deliver.acme=http://{}", vendor_server.address);
        let args = ["deliver", "c.ndjson", "--vendor-file", "acme.toml", "--vendor", "acme"];
        let args = [&args[..], &["--yes", "--setting", &to]].concat();
        let before = vendor_server.requests().len();
        let output = segscope(home.path(), &args).output().expect("it runs");
        let sent = vendor_server.requests().len() > before;
        assert_eq!(sent, sends, "{id}: {output:?}");
        let said = String::from_utf8([output.stdout, output.stderr].concat()).expect("UTF-8");
        assert_eq!(said.contains("an id of this call is `.` or `..`"), !sends, "{id}: {said}");
    }
}
