//! A vendor that a user describes in a file, without code.

use segscope::call::{CallType, Doc, Event, Seq};
use segscope::findings::{Id, Verdict};
use segscope::vendors::{Judgement, RenderedCall, VendorFile, Vendors};
use serde_json::{Map, Value, json};

const TABLE: &str = r#"
name = "acme"
title = "Acme"
short = "AC"
prefix = "AC"
document = "Acme, “Events”"
fed_by = "any"
integrations = ["Acme"]
fidelity = "equivalent"
headers = { Authorization = "Bearer {token}" }
setting = [
  { key = "token", type = "secret", doc = "the token" },
  { key = "region", type = "text", default = "US", one_of = ["US", "EU"], doc = "the region" },
  { key = "plans", type = "texts", default = [], doc = "the plans that exist" },
]

[transport]
method = "POST"
url = "https://in-{region:lower}.acme.test/{token}"
source = "document"

[call.track]
becomes = "event"
source = "document"
account = { from = ["/properties/tenant", "/context/groupId"], need = "required", missing = "ACCOUNT-MISSING", type = "ACCOUNT-TYPE" }
user = { from = ["/userId", "/anonymousId"], need = "info" }
rest = [{ of = "/properties", code = "REST", each = true, silent = ["/properties/internal"] }]

[[call.track.request]]
method = "PUT"
url = "https://api.acme.test/{region}/events"
fields = [
  { to = "/who/tenant", from = ["@account"] },
  { to = "/who/user", from = ["@user"] },
  { to = "/name", from = ["/event"], take = "text", missing = "NAME" },
  { to = "/plan", from = ["/properties/plan"], take = "string", type = "STRING", one_of = "plans", unknown = "PLAN" },
  { to = "/seats", from = ["/properties/seats"], take = "numeric", type = "SEATS" },
  { to = "/paid", from = ["/properties/paid"], take = "bool", type = "PAID" },
  { to = "/since", from = ["/properties/since"], take = "date", invalid = "SINCE" },
  { to = "/extra", from = ["/properties/extra", "/properties/more"], take = "object", type = "EXTRA", default = {} },
  { to = "/mail", from = ["/properties/mail"], take = "string", recommended = "MAIL" },
]

[[call.track.request]]
method = "POST"
url = "https://api.acme.test/raw"
headers = {}
body = "call"

[code.AC-T-ACCOUNT-MISSING]
severity = "error"
effect = "reject"
message = "`{dotted}` {reason}"
why = "Acme files everything under a tenant ({document})."
fix = ""
source = "document"

[code."AC-{T}-ACCOUNT-TYPE"]
severity = "warning"
message = "a number"
why = "Texts only ({document})."
fix = "send a text"
source = "ours"

[code."AC-T-NAME"]
severity = "warning"
message = "no name"
why = "Names are good ({document})."
fix = "send one"
source = "ours"
"#;

const REST: &[&str] = &["REST", "STRING", "PLAN", "SEATS", "PAID", "SINCE", "EXTRA", "MAIL"];

fn table() -> String {
    let more = REST.iter().map(|code| {
        format!("\n[code.AC-T-{code}]\nseverity = \"warning\"\nmessage = \"{code} {{key}}\"\nwhy = \"w\"\nfix = \"f\"\nsource = \"ours\"\n")
    });
    TABLE.to_owned() + &more.collect::<String>()
}

fn vendors(text: &str, settings: Value) -> Result<Vendors, String> {
    let file = VendorFile { name: "my/acme.toml".to_owned(), text: text.to_owned() };
    let settings: Map<String, Value> = [("acme".to_owned(), settings)].into_iter().collect();
    Vendors::new(&settings, &[file]).map_err(|error| error.to_string())
}

fn map(settings: Value, call: &str) -> RenderedCall {
    let vendors = vendors(&table(), settings).expect("a valid file");
    let doc = Doc::parse(call).expect("JSON");
    let event = Event::bare(doc.root());
    let (mut memory, mut judgement) = (vendors.memory(), Judgement::default());
    vendors.judge(&event, Seq(1), &mut memory, &mut judgement);
    let index = vendors.index_of("acme").expect("the file's vendor");
    let rendered = vendors.render(index, &event, Seq(1), &memory);
    assert_eq!(judgement.vendors[index].verdict, rendered.verdict);
    rendered
}

fn body(rendered: &RenderedCall, at: usize) -> Value {
    let body = rendered.requests[at].body.as_ref().expect("a body");
    serde_json::from_str(&body.to_json()).expect("JSON")
}

fn found(rendered: &RenderedCall) -> Vec<String> {
    rendered.findings.iter().map(|f| format!("{} {}", f.code, f.path)).collect()
}

#[test]
fn a_table_alone_is_a_vendor() {
    let call = r#"{"type":"track","event":"E","userId":"u","context":{"groupId":"g"},"properties":{"tenant":"","plan":"gold",
        "seats":7,"paid":true,"since":"2024-05-01","more":{"a":[1.0]},"mail":"m","internal":1}}"#;
    let rendered = map(json!({"token": "s3cret", "region": "EU", "plans": ["gold"]}), call);
    assert_eq!(found(&rendered), Vec::<String>::new());
    assert_eq!(rendered.verdict, Verdict::Delivered);
    assert_eq!(
        body(&rendered, 0),
        json!({"who": {"tenant": "g", "user": "u"}, "name": "E", "plan": "gold", "seats": 7, "paid": true,
               "since": "2024-05-01", "extra": {"a": [1.0]}, "mail": "m"})
    );
    assert_eq!(body(&rendered, 1), serde_json::from_str::<Value>(call).expect("JSON"));
    assert_eq!(
        rendered.requests[0].headers,
        [("Authorization".to_owned(), "Bearer ***".to_owned())]
    );
    assert_eq!(rendered.requests[0].url, "https://api.acme.test/EU/events");
    let from = rendered.requests[0].from_json();
    assert_eq!(from["/who/tenant"], json!({"input": "/context/groupId"}));
    assert_eq!(from["/extra"], json!({"input": "/properties/more"}));
    let transport = rendered.transport.expect("a carrier");
    assert_eq!(transport.url, "https://in-eu.acme.test/***");
}

#[test]
fn each_kind_of_value_is_judged() {
    let call = r#"{"type":"track","event":" ","anonymousId":"an","properties":{"tenant":7,"plan":5,"seats":"007","paid":"0",
        "since":"May","extra":[],"mail":" ","color":"red","nothing":null}}"#;
    let rendered = map(json!({"plans": ["gold"]}), call);
    assert_eq!(rendered.verdict, Verdict::Degraded);
    assert_eq!(
        body(&rendered, 0),
        json!({"who": {"tenant": "7", "user": "an"}, "plan": "5", "seats": 7, "paid": false, "extra": {}, "mail": " "})
    );
    assert_eq!(
        found(&rendered),
        [
            "AC-T-ACCOUNT-TYPE /properties/tenant",
            "AC-T-NAME /event",
            "AC-T-STRING /properties/plan",
            "AC-T-PLAN /properties/plan",
            "AC-T-SEATS /properties/seats",
            "AC-T-PAID /properties/paid",
            "AC-T-SINCE /properties/since",
            "AC-T-EXTRA /properties/extra",
            "AC-T-MAIL /properties/mail",
            "AC-T-REST /properties/color"
        ]
    );
    let rendered = map(
        json!({}),
        r#"{"type":"track","event":"E","context":{"groupId":"g"},"properties":{"seats":true,"paid":"-2","plan":{},"extra":null}}"#,
    );
    assert_eq!(
        body(&rendered, 0),
        json!({"who": {"tenant": "g"}, "name": "E", "paid": true, "extra": {}})
    );
}

#[test]
fn the_first_place_is_where_an_id_is_expected() {
    let rendered = map(
        json!({}),
        r#"{"type":"track","event":"E","properties":{"Tenant":"t"},"context":{"groupId":null}}"#,
    );
    assert_eq!(rendered.verdict, Verdict::Rejected);
    assert!(rendered.requests.is_empty() && rendered.transport.is_some());
    assert_eq!(rendered.findings[0].fix, "rename `Tenant` to `tenant` in properties");
    let rendered = map(json!({}), r#"{"type":"group"}"#);
    assert_eq!(found(&rendered), ["AC-G-UNSUPPORTED /type"]);
}

#[test]
fn what_a_file_says_can_be_shown() {
    let vendors = vendors(&table(), json!({})).expect("a valid file");
    let info = vendors.info(vendors.index_of("acme").expect("there"));
    let looks = info.looks_for(CallType::Track, Id::Account).expect("looked for");
    assert_eq!(looks.from, ["/properties/tenant", "/context/groupId"]);
    assert!(info.looks_for(CallType::Group, Id::Account).is_none());
    assert_eq!(info.calls[0].fields.len(), 9);
}

#[test]
fn an_error_names_line_and_key() {
    let line_of = |needle: &str| {
        let table = table();
        table[..table.find(needle).expect("in the table")].matches('\n').count() + 1
    };
    for (from, to, line, says) in [
        (
            "take = \"text\", missing = \"NAME\"",
            "tkae = \"text\", missing = \"NAME\"",
            "to = \"/name\"",
            "unknown field `tkae`",
        ),
        (
            "missing = \"NAME\"",
            "missing = \"NAMES\"",
            "to = \"/name\"",
            "code `AC-T-NAMES` has no entry under [code], did you mean `AC-T-NAME`?",
        ),
        (
            "from = [\"/event\"]",
            "from = [\"event\"]",
            "to = \"/name\"",
            "`event` is not a JSON pointer",
        ),
        (
            "from = [\"@user\"]",
            "from = [\"@usr\"]",
            "to = \"/who/user\"",
            "`@usr` is none of @account, @user, @session, @time",
        ),
        (
            "\"/context/groupId\"]",
            "\"@account\"]",
            "account = { from",
            "`@account` may stand in the `from` and `only_with` of a field; here, a place of the call is expected: a pointer",
        ),
        (
            "\"/context/groupId\"]",
            "\"@group\"]",
            "account = { from",
            "`@group` is not a place of the call: a pointer",
        ),
        (
            "{ to = \"/plan\", from",
            "{ to = \"/name\", from",
            "to = \"/plan\"",
            "`to = \"/name\"` replaces the field of line 35: list the sources of both in one `from`, in order, or give this field `only_with`",
        ),
        (
            "{ to = \"/plan\", from",
            "{ to = \"/who\", value = {} }, { to = \"/plan\", from",
            "to = \"/plan\"",
            "`to = \"/who\"` replaces `/who/tenant` of line 33: put it before that field",
        ),
        (
            "{ to = \"/plan\", from",
            "{ to = \"/p\", value = 5 }, { to = \"/p/q\", from",
            "to = \"/plan\"",
            "`to = \"/p/q\"` replaces `/p` of line 36, whose value is not an object",
        ),
        (
            "body = \"call\"",
            "fields = [{ to = \"/o\", value = {} }]\nspread = [{ to = \"/o/x\", from = [\"/properties/o\"] }]",
            "body = \"call\"",
            "`to = \"/o\"` replaces the members that the spread of line 49 copies to `/o/x`",
        ),
        (
            "prefix = \"AC\"",
            "prefix = \"CUS\"",
            "prefix = \"AC\"",
            "the codes of custify have the prefix `CUS`",
        ),
        (
            "prefix = \"AC\"",
            "prefix = \"ID\"",
            "prefix = \"AC\"",
            "the prefix `ID` is that of codes that do not belong to one vendor",
        ),
        (
            "short = \"AC\"",
            "short = \"CUS\"",
            "short = \"AC\"",
            "the column of custify has the head `CUS`",
        ),
        (
            "one_of = \"plans\"",
            "one_of = \"plan\"",
            "to = \"/plan\"",
            "`plan` is not a setting of this vendor",
        ),
        ("to = \"/seats\"", "to = \"seats\"", "\"/seats\"", "`to` is a pointer"),
        ("call.track", "call.trak", "[call.track]", "unknown field `trak`"),
        (
            "/{region}/events",
            "/{place}/events",
            "/{region}/events",
            "`{place}` in an address or header is not a setting",
        ),
        (
            "[code.\"AC-T-NAME\"]",
            "[code.\"XX-T-NAME\"]",
            "[code.\"AC-T-NAME\"]",
            "code `XX-T-NAME` does not begin with `AC-`",
        ),
        (
            "name = \"acme\"",
            "name = \"customersuccessbox\"",
            "name = \"acme\"",
            "a vendor named `customersuccessbox` already exists",
        ),
        (
            "effect = \"reject\"",
            "effect = \"explode\"",
            "effect = \"reject\"",
            "unknown variant `explode`",
        ),
    ] {
        let line = line_of(line);
        let error = vendors(&table().replace(from, to), json!({})).expect_err(says);
        assert!(
            error.starts_with(&format!("my/acme.toml: line {line}: ")),
            "{error} (want line {line})"
        );
        assert!(error.contains(says), "{error} (want {says})");
    }
    assert_eq!(
        vendors(&table(), json!({"tokn": "x"})).expect_err("no such setting"),
        "acme: `tokn` is not a setting, did you mean `token`?"
    );
}

#[test]
fn a_field_may_replace_another_where_a_condition_says_so() {
    let text = table().replace(
        "{ to = \"/plan\", from",
        "{ to = \"/name\", value = \"paid\", only_with = \"/properties/paid\" },\n  { to = \"/plan\", from",
    );
    assert!(vendors(&text, json!({})).is_ok());
    // nothing of a request that is the call itself is replaced
    let text = table().replace(
        "body = \"call\"",
        "body = \"call\"\nfields = [{ to = \"/a\", from = [\"/a\"] }, { to = \"/a\", from = [\"/b\"] }]",
    );
    assert!(vendors(&text, json!({})).is_ok());
}
