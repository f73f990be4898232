//! Requests in a vendor file: spreads, ids in addresses, Basic keys, objects that are chosen once,
//! conditions; and the commands with which an author tries it.

mod addresses;
mod errors;

use super::segscope;
use super::vendor_files::{code, record, vendor};
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

/// Returns the exit code of `vendors check` and the text that it prints.
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
    let spread = "spread = [{ to = \"\", from = [\"/traits\"], rename = { a = \"b\" } }]";
    let (ended, said) =
        check(home.path(), &vendor(&identify(OPTIONAL, &(URL.to_owned() + spread)), ""));
    assert_eq!(ended, Some(0));
    let later = "identify: of `a` and `b` in /traits, only the later one goes into the body\n";
    assert!(said.contains(later), "{said}");
}

#[test]
fn a_spread_that_loses_values_says_so() {
    let home = tempfile::tempdir().expect("a folder");
    let call = call(r#"{"a":1,"o":{"x":1},"l":[1],"zero":0,"text":"","none":null}"#);
    let lost = code("AC-I-LOST", "warning", "").replace("`{dotted}` {reason}", "`{key}` is lost");
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
            "leaves out null, 0, false and empty strings, each but null with a finding",
        ),
        (
            "truthy = true",
            "",
            json!({"a": 1, "o": {"x": 1}, "l": [1]}),
            json!([]),
            "leaves out null, 0, false and empty strings without a finding",
        ),
        (
            "take = \"scalar\", truthy = true",
            "",
            json!({"a": 1}),
            json!([]),
            "leaves out null, objects, lists, 0, false and empty strings without a finding",
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
    assert!(said.contains("line 15: `lost` names values that are left out"), "{said}");
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
