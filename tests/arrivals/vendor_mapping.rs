//! What a vendor file can say of requests: spreads, ids in addresses, Basic keys, objects that are
//! chosen once, conditions; and how an author tries it.

use crate::common::StandIn;
use crate::segscope;
use crate::vendor_files::{code, record, vendor};
use serde_json::{Value, json};
use std::path::Path;

/// An identify table with one request.
fn identify(user: &str, request: &str) -> String {
    format!(
        "[call.identify]\nbecomes = \"user\"\nsource = \"document\"\nuser = {{ from = [\"/userId\"], {user} }}\n[[call.identify.request]]\nmethod = \"POST\"\n{request}\n"
    )
}

const URL: &str = "url = \"https://api.acme.example/users\"\n";
const OPTIONAL: &str = "need = \"info\"";

fn call(traits: &str) -> String {
    format!(
        r#"{{"type":"identify","userId":"u1","traits":{traits},"timestamp":"2026-01-01T00:00:00Z"}}"#
    )
}

fn acme(record: &Value) -> &Value {
    &record["vendors"]["acme"]
}

/// The body of the only request, as it was written.
fn body(record: &Value) -> &Value {
    &acme(record)["requests"][0]["body"]
}

/// What `vendors check` prints, and how it ends.
fn check(home: &Path, file: &str) -> (Option<i32>, String) {
    std::fs::write(home.join("acme.toml"), file).expect("written");
    let output = segscope(home, &["vendors", "check", "acme.toml"]).output().expect("it runs");
    let both = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(both).expect("UTF-8"))
}

#[test]
fn a_spread_keeps_objects_and_lists_as_they_came() {
    let home = tempfile::tempdir().expect("a folder");
    let request = "spread = [{ to = \"/attributes\", from = [\"/traits\"] }]";
    let file = vendor(&identify(OPTIONAL, &(URL.to_owned() + request)), "");
    for traits in [
        r#"{"company":{"id":"c"}}"#,
        r#"{"tags":["a",2,null,false]}"#,
        r#"{"deep":{"list":[{"x":[1.5]}],"none":null}}"#,
        r#"{"empty":{},"none":[]}"#,
        r#"{"a":1,"b":"","c":0,"d":false,"company":{"id":12345678901}}"#,
        r#"{}"#,
    ] {
        let record = record(home.path(), &file, &call(traits));
        assert_eq!(body(&record)["attributes"].to_string(), traits);
        assert_eq!(acme(&record)["verdict"], "delivered");
    }
    let nulls = record(home.path(), &file, &call(r#"{"a":null,"b":1}"#));
    assert_eq!(body(&nulls)["attributes"], json!({"b": 1}));
    // numbers keep their text
    std::fs::write(
        home.path().join("c.ndjson"),
        call(r#"{"n":{"big":123456789012345678901,"f":1.50}}"#),
    )
    .expect("written");
    let args = ["check", "c.ndjson", "--vendor-file", "acme.toml", "--vendor", "acme"];
    let args = [&args[..], &["--format", "ndjson"]].concat();
    let output = segscope(home.path(), &args).output().expect("it runs");
    let line = String::from_utf8(output.stdout).expect("UTF-8");
    let sent = r#""body":{"attributes":{"n":{"big":123456789012345678901,"f":1.50}}}"#;
    assert!(line.contains(sent), "{line}");
    let (ended, said) = check(home.path(), &file);
    assert_eq!(ended, Some(0));
    assert!(said.contains("identify: /traits into /attributes leaves out null\n"), "{said}");
}

#[test]
fn a_spread_that_loses_values_says_so() {
    let home = tempfile::tempdir().expect("a folder");
    let call = call(r#"{"a":1,"o":{"x":1},"l":[1],"zero":0,"text":"","none":null}"#);
    let lost = code("AC-I-LOST", "warning", "").replace("no `{key}`", "`{key}` is lost");
    for (more, codes, sent, found, says) in [
        (
            "take = \"scalar\"",
            "",
            json!({"a": 1, "zero": 0, "text": ""}),
            json!([]),
            "leaves out null, objects and lists without a finding (`lost` gives one)",
        ),
        (
            "lost = \"LOST\"",
            &lost[..],
            json!({"a": 1, "zero": 0, "text": ""}),
            json!(["/traits/o", "/traits/l"]),
            "leaves out null, objects and lists, each but null with a finding",
        ),
        (
            "take = \"scalar\", lost = \"LOST\"",
            &lost,
            json!({"a": 1, "zero": 0, "text": ""}),
            json!(["/traits/o", "/traits/l"]),
            "leaves out null, objects and lists, each but null with a finding",
        ),
        (
            "take = \"any\", truthy = true, lost = \"LOST\"",
            &lost,
            json!({"a": 1, "o": {"x": 1}, "l": [1]}),
            json!(["/traits/zero", "/traits/text"]),
            "leaves out null, 0, false and empty texts, each but null with a finding",
        ),
        (
            "truthy = true",
            "",
            json!({"a": 1, "o": {"x": 1}, "l": [1]}),
            json!([]),
            "leaves out null, 0, false and empty texts without a finding",
        ),
        (
            "take = \"scalar\", truthy = true",
            "",
            json!({"a": 1}),
            json!([]),
            "leaves out null, objects, lists, 0, false and empty texts without a finding",
        ),
    ] {
        let spread = format!("spread = [{{ to = \"/m\", from = [\"/traits\"], {more} }}]");
        let file = vendor(&identify(OPTIONAL, &(URL.to_owned() + &spread)), codes);
        let record = record(home.path(), &file, &call);
        assert_eq!(body(&record)["m"], sent, "{more}");
        let paths =
            record["findings"].as_array().expect("a list").iter().map(|f| f["path"].clone());
        assert_eq!(Value::from_iter(paths), found, "{more}");
        let (_, said) = check(home.path(), &file);
        assert!(said.contains(says), "{more}: {said}");
    }
    let spread =
        "spread = [{ to = \"/m\", from = [\"/traits\"], take = \"any\", lost = \"LOST\" }]";
    let file = vendor(&identify(OPTIONAL, &(URL.to_owned() + spread)), &lost);
    let (ended, said) = check(home.path(), &file);
    assert_eq!(ended, Some(2));
    assert!(said.contains("line 15: `lost` tells of values that are left out"), "{said}");
}

#[test]
fn spreads_rename_members_and_share_an_object() {
    let home = tempfile::tempdir().expect("a folder");
    let traits = r#"{"createdAt":"c1","a":1,"created_at":"c2","b":2}"#;
    let call =
        call(traits).replace("\"traits\"", r#""context":{"traits":{"a":9,"z":[1]}},"traits""#);
    for (spread, sent) in [
        (
            r#"{ to = "/m", from = ["/traits"], rename = { createdAt = "created_at" } }"#,
            r#"{"m":{"created_at":"c2","a":1,"b":2}}"#,
        ),
        (
            r#"{ to = "/m", from = ["/traits"], rename = { a = "b" }, without = ["createdAt", "created_at"] }"#,
            r#"{"m":{"b":2}}"#,
        ),
        (
            r#"{ to = "/m", from = ["/traits"], without = ["createdAt", "created_at"] }, { to = "/m", from = ["/context/traits"] }"#,
            r#"{"m":{"a":9,"b":2,"z":[1]}}"#,
        ),
        (r#"{ to = "", from = ["/context/traits"] }"#, r#"{"a":9,"z":[1]}"#),
        (
            r#"{ to = "/x/y", from = ["/nothing"], always = true }, { to = "/x", from = ["/context/traits"] }"#,
            r#"{"x":{"y":{},"a":9,"z":[1]}}"#,
        ),
        (r#"{ to = "/m", from = ["/nothing", "/context/traits"] }"#, r#"{"m":{"a":9,"z":[1]}}"#),
    ] {
        let request = format!("{URL}spread = [{spread}]");
        let file = vendor(&identify(OPTIONAL, &request), "");
        let record = record(home.path(), &file, &call);
        assert_eq!(body(&record).to_string(), sent, "{spread}");
    }
}

#[test]
fn an_object_is_chosen_once_and_a_field_may_depend_on_another() {
    let home = tempfile::tempdir().expect("a folder");
    let table = identify(
        OPTIONAL,
        &(URL.to_owned()
            + r#"fields = [
  { to = "/name", from = ["@traits/name"] },
  { to = "/each", from = ["/context/traits/name", "/traits/name"] },
  { to = "/company", from = ["@traits/company"], only_with = "@traits/company/id" },
  { to = "/paid", value = true, only_with = "/traits/plan" },
]
spread = [{ to = "/m", from = ["@traits"], without = ["company"] }]"#),
    )
    .replace(
        "user = {",
        "choose = { traits = [\"/context/traits\", \"/traits\"] }\naccount = { from = [\"@traits/company/id\"], need = \"recommended\", missing = \"NO-COMPANY\" }\nuser = {",
    );
    let file = vendor(&table, &code("AC-I-NO-COMPANY", "warning", ""));
    let both = r#"{"type":"identify","userId":"u","context":{"traits":CONTEXT},"traits":TRAITS}"#;
    for (context, traits, account, place, sent) in [
        (
            r#"{"name":"A"}"#,
            r#"{"name":"B","plan":"p","company":{"id":"c"}}"#,
            Value::Null,
            "/context/traits/company/id",
            json!({"name": "A", "each": "A", "paid": true, "m": {"name": "A"}}),
        ),
        (
            r#"{"plan":"p"}"#,
            r#"{"name":"B"}"#,
            Value::Null,
            "/context/traits/company/id",
            json!({"each": "B", "m": {"plan": "p"}}),
        ),
        (
            "null",
            r#"{"name":"B","company":{"id":"c"}}"#,
            json!("c"),
            "",
            json!({"name": "B", "each": "B", "company": {"id": "c"}, "m": {"name": "B"}}),
        ),
        (
            "null",
            r#"{"company":{"name":"no id"}}"#,
            Value::Null,
            "/traits/company/id",
            json!({"m": {}}),
        ),
        (
            r#""text""#,
            r#"{"name":"B"}"#,
            Value::Null,
            "/context/traits/company/id",
            json!({"each": "B"}),
        ),
        (
            "{}",
            r#"{"company":{"id":"c"}}"#,
            Value::Null,
            "/context/traits/company/id",
            json!({"m": {}}),
        ),
    ] {
        let call = both.replace("CONTEXT", context).replace("TRAITS", traits);
        let record = record(home.path(), &file, &call);
        assert_eq!(body(&record), &sent, "{call}");
        assert_eq!(record["account_id"], account, "{call}");
        let path = record["findings"][0]["path"].as_str().unwrap_or_default();
        assert_eq!(path, place, "{call}: {record}");
    }
}

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
fn a_request_is_made_only_with_what_it_needs() {
    let home = tempfile::tempdir().expect("a folder");
    let table = identify(OPTIONAL, &(URL.to_owned() + "fields = [{ to = \"/a\", value = 1 }]"))
        .replace(
            "user = {",
            "account = { from = [\"/traits/org\"], need = \"recommended\", missing = \"ORG\" }\nuser = {",
        )
        + r#"
[[call.identify.request]]
method = "PUT"
url = "https://api.acme.example/orgs/{@account}"
fields = [{ to = "/b", value = 2 }]
[[call.identify.request]]
method = "PUT"
url = "https://api.acme.example/plans"
only_with = "/traits/plan"
fields = [{ to = "/c", from = ["/traits/plan"] }]
"#;
    let file = vendor(&table, &code("AC-I-ORG", "warning", ""));
    for (traits, requests) in [
        (r#"{"org":"o 1","plan":"p"}"#, json!(["/users", "/orgs/o%201", "/plans"])),
        (r#"{"plan":"p"}"#, json!(["/users", "/plans"])),
        (r#"{"org":"o","plan":null}"#, json!(["/users", "/orgs/o"])),
        (r#"{"org":true}"#, json!(["/users"])),
        (r#"{"plan":0}"#, json!(["/users", "/plans"])),
    ] {
        let record = record(home.path(), &file, &call(traits));
        let made = acme(&record)["requests"].as_array().expect("a list").iter();
        let made = made.map(|request| {
            json!(
                request["url"]
                    .as_str()
                    .expect("a text")
                    .trim_start_matches("https://api.acme.example")
            )
        });
        assert_eq!(Value::from_iter(made), requests, "{traits}");
    }
}

#[test]
fn what_an_address_or_header_may_not_hold_is_told_with_its_line() {
    let home = tempfile::tempdir().expect("a folder");
    let setting = "setting = [{ key = \"a\", type = \"secret\", doc = \"a\" }, { key = \"b\", type = \"secret\", doc = \"b\" }]\n";
    let missing = "need = \"required\", missing = \"NOBODY\"";
    for (user, url, headers, at, says) in [
        (missing, "https://{@user}.x.example/", "{}", "url =", "an id stands in the path"),
        (missing, "{@user}", "{}", "url =", "an id stands in the path"),
        (
            missing,
            "https://x.example/{@usr}",
            "{}",
            "url =",
            "`{@usr}`: an address may hold {@account}",
        ),
        (
            missing,
            "https://x.example/{/userId}",
            "{}",
            "url =",
            "`{/userId}` in an address or header is not a setting",
        ),
        (
            missing,
            "https://x.example/",
            "{ X-User = \"{@user}\" }",
            "X-User",
            "a header none of them",
        ),
        (
            missing,
            "https://x.example/",
            "{ Authorization = \"Basic {a:c:base64}\" }",
            "Authorization",
            "is not a setting of this vendor (`c`)",
        ),
        (
            missing,
            "https://x.example/",
            "{ Authorization = \"Basic {a:base46}\" }",
            "Authorization",
            "behind `:` stands lower, hmac-sha1 or base64",
        ),
        (
            missing,
            "https://x.example/",
            "{ Authorization = \"Basic {:base64}\" }",
            "Authorization",
            "`{:base64}` in an address or header is not a setting",
        ),
        (
            "need = \"info\"",
            "https://x.example/{@user}",
            "{}",
            "url =",
            "no request of a identify call is always made",
        ),
        (
            "need = \"info\", missing = \"WEAK\"",
            "https://x.example/{@user}",
            "{}",
            "url =",
            "no request of a identify call is always made",
        ),
        (
            missing,
            "https://x.example/\"\nonly_with = \"/traits",
            "{}",
            "url =",
            "no request of a identify call is always made",
        ),
        (
            missing,
            "https://x.example/\"\nonly_with = \"@traits/x",
            "{}",
            "only_with",
            "`@traits/x` is none of @account, @user, @session, @time",
        ),
        (
            missing,
            "https://x.example/\"\nfields = [{ to = \"/at\", value = 2026-01-01 }]\nbody = \"fields",
            "{}",
            "to = \"/at\"",
            "JSON has no dates",
        ),
    ] {
        let request = format!("url = \"{url}\"\nheaders = {headers}");
        let codes =
            code("AC-I-NOBODY", "error", "effect = \"drop\"") + &code("AC-I-WEAK", "warning", "");
        let file = vendor(&(setting.to_owned() + &identify(user, &request)), &codes);
        let (ended, said) = check(home.path(), &file);
        assert_eq!(ended, Some(2), "{url} {headers}: {said}");
        let line = file[..file.find(at).expect(at)].matches('\n').count() + 1;
        assert!(said.contains(&format!("acme.toml: line {line}: ")), "{url}: line {line}: {said}");
        assert!(said.contains(says), "{url} {headers}: {said}");
    }
}

#[test]
fn a_slip_in_a_file_is_told_with_its_line_its_key_and_what_was_expected() {
    let home = tempfile::tempdir().expect("a folder");
    let output = segscope(home.path(), &["vendors", "template"]).output().expect("it runs");
    let template = String::from_utf8(output.stdout).expect("UTF-8");
    for (from, to, says) in [
        (
            "from = [\"/event\"]",
            "from = \"/event\"",
            "`from`: expected another type, not string \"/event\", a list was expected",
        ),
        (
            "max = 60",
            "max = \"60\"",
            "`max`: expected another type, not string \"60\", a whole number was expected",
        ),
        (
            "title = \"Acme\"",
            "title = 3",
            "`title`: expected another type, not integer `3`, a string was expected",
        ),
        (
            "take = \"text\"",
            "take = \"txt\"",
            "`take`: unknown variant `txt`, expected one of `any`, `truthy`",
        ),
        (
            "need = \"required\", missing = \"ACCOUNT-MISSING\"",
            "need = \"must\", missing = \"ACCOUNT-MISSING\"",
            "`need`: unknown variant `must`, expected one of `required`",
        ),
        (
            "one_of = \"plans\"",
            "one_of = \"region\"",
            "the setting `region` is not a list of type texts or ids",
        ),
        (
            "one_of = \"plans\"",
            "default_setting = \"plans\"",
            "the setting `plans` is not a string",
        ),
        (
            "default = \"US\"",
            "default = \"UK\"",
            "the default of a setting is wrong: `region` must be one of US, EU",
        ),
        (
            "default = [\"free\", \"team\"]",
            "default = \"free\"",
            "the default of a setting is wrong: `plans` must be a list of texts, not a text",
        ),
        ("Bearer {token}", "Bearer {plans}", "the setting `plans` is not a string or a secret"),
        ("becomes = \"event\"\n", "", "missing field `becomes`"),
    ] {
        let at = template.find(from).unwrap_or_else(|| panic!("{from}"));
        let file = template.replacen(from, to, 1);
        let (ended, said) = check(home.path(), &file);
        assert_eq!(ended, Some(2), "{to}: {said}");
        assert!(said.contains(says), "{to}: {said}");
        let line = template[..at].matches('\n').count() + 1;
        if !to.is_empty() {
            assert!(said.contains(&format!("acme.toml: line {line}: ")), "{to}: {line}: {said}");
        }
    }
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
