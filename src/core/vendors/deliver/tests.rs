use super::*;
use crate::call::{Doc, Event, Seq};
use crate::vendors::{Judgement, VendorFile};
use serde_json::{Map, Value, json};

const TABLE: &str = r#"
name = "acme"
title = "Acme"
short = "AC"
prefix = "AC"
document = "Acme"
fed_by = "any"
fidelity = "wire"
headers = { Authorization = "Bearer {token}", X-Signature = "{secret:hmac-sha1}" }
setting = [
  { key = "token", type = "secret", doc = "the token" },
  { key = "secret", type = "secret", doc = "signs" },
  { key = "domain", type = "text", doc = "the first part of the address" },
]
[call.track]
becomes = "event"
source = "document"
[[call.track.request]]
method = "POST"
url = "https://{domain:lower}.acme.test/v1/{token}"
fields = [{ to = "/name", from = ["/event"] }]
[call.page]
becomes = "event"
source = "document"
[[call.page.request]]
method = "POST"
url = "https://acme.test/pages"
headers = { Authorization = "Bearer ***" }
fields = [{ to = "/name", from = ["/name"] }]
"#;

fn vendors(settings: Value) -> Vendors {
    let file = VendorFile { name: "acme.toml".to_owned(), text: TABLE.to_owned() };
    let mut all = Map::new();
    all.insert("acme".to_owned(), settings);
    Vendors::new(&all, &[file]).expect("a vendor")
}

fn output(vendors: &Vendors, call: &str) -> (usize, Output) {
    let acme = vendors.index_of("acme").expect("it is there");
    let doc = Doc::parse(call).expect("JSON");
    let rendered = vendors.render(acme, &Event::bare(doc.root()), Seq(1), &vendors.memory());
    (acme, rendered.requests.into_iter().next().expect("a request"))
}

const TRACK: &str = r#"{"type":"track","event":"Order's \"best\""}"#;

fn deliver(settings: Value, base: Option<&str>) -> Result<Delivery, String> {
    let vendors = vendors(settings);
    let (acme, output) = output(&vendors, TRACK);
    let body = output.body.as_ref().expect("a body").to_json();
    vendors.delivery(acme, &output, &body, base, &|_| Ok(())).map_err(|error| error.to_string())
}

#[test]
fn keys_are_filled_in_and_never_shown() {
    let set = json!({"token": "t0ken-1", "secret": "s3cret", "domain": "EU-one"});
    let delivery = deliver(set, None).expect("all is set");
    assert_eq!(delivery.url, "https://eu-one.acme.test/v1/t0ken-1");
    assert_eq!(delivery.shown_url, "https://eu-one.acme.test/v1/***");
    let signature = signature::sign(delivery.body.as_bytes(), "s3cret");
    assert_eq!(signature.len(), 40);
    let want = [("Authorization", "Bearer t0ken-1"), ("X-Signature", signature.as_str())];
    assert_eq!(delivery.headers, want.map(|(k, v)| (k.to_owned(), v.to_owned())));
    assert!(delivery.shown_headers.iter().all(|(_, value)| value.contains("***")));
    let shown = format!("{delivery:?} {:?}", delivery.shown_headers);
    assert!(!shown.contains("t0ken") && !shown.contains(&signature), "{shown}");
    assert_eq!(delivery.masked("bad token t0ken-1"), "bad token ***");
}

#[test]
fn another_address_keeps_the_path() {
    let set = json!({"token": "t", "domain": "x"});
    let delivery = deliver(set, Some("http://127.0.0.1:9/")).expect("all is set");
    assert_eq!(delivery.url, "http://127.0.0.1:9/v1/t");
    let names: Vec<&str> = delivery.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Authorization"], "without its secret nothing is signed");
}

#[test]
fn what_cannot_be_sent_says_why() {
    for (settings, want) in [
        (json!({"domain": "x"}), "acme needs the setting vendors.acme.token: the token"),
        (json!({"token": "t"}), "vendors.acme.domain: the first part of the address"),
        (json!({"token": "a\nb", "domain": "x"}), "vendors.acme.token does not fit"),
    ] {
        let error = deliver(settings, None).expect_err(want);
        assert!(error.contains(want), "{error}");
        assert!(!error.contains("a\nb"), "{error}");
    }
    for domain in ["evil.test/", "ü", "a.b"] {
        let file = VendorFile { name: "acme.toml".to_owned(), text: TABLE.to_owned() };
        let all = json!({"acme": {"token": "t", "domain": domain}});
        let all = all.as_object().cloned().unwrap_or_default();
        let error = Vendors::new(&all, &[file]).expect_err("no domain").to_string();
        let want = "acme: `domain` must be one part of a host's name";
        assert!(error.starts_with(want) && !error.contains(domain), "{error}");
    }
    let vendors = vendors(json!({"token": "t", "domain": "x"}));
    let (acme, output) = output(&vendors, r#"{"type":"page","name":"p"}"#);
    let error = vendors.delivery(acme, &output, "{}", None, &|_| Ok(())).expect_err("no key");
    assert!(error.to_string().contains("names no setting for the key"), "{error}");
}

#[test]
fn every_setting_is_asked_about() {
    let vendors = vendors(json!({"token": "t", "domain": "x", "secret": "s"}));
    let (acme, output) = output(&vendors, TRACK);
    let asked = std::cell::RefCell::new(Vec::new());
    let trust = |key: &str| {
        asked.borrow_mut().push(key.to_owned());
        Ok(())
    };
    vendors.delivery(acme, &output, "{}", None, &trust).expect("all is set");
    assert_eq!(
        *asked.borrow(),
        ["domain", "token", "token", "secret"].map(|key| format!("vendors.acme.{key}"))
    );
    let refuse = |_: &str| Err("not from there".to_owned());
    let error = vendors.delivery(acme, &output, "{}", None, &refuse).expect_err("refused");
    assert_eq!(error.to_string(), "not from there");
}

#[test]
fn a_curl_line_names_variables_for_keys() {
    let vendors = vendors(json!({"token": "t0ken", "domain": "EU"}));
    let (acme, output) = output(&vendors, TRACK);
    let body = output.body.as_ref().expect("a body").to_json();
    let refuse = |_: &str| Err("not from there".to_owned());
    let error = vendors.delivery_as_curl(acme, &output, &body, None, &refuse);
    assert_eq!(error, Err(NoDelivery::NotTrusted("not from there".to_owned())));
    let curl = vendors.delivery_as_curl(acme, &output, &body, None, &|_| Ok(())).expect("fits");
    assert_eq!(
        curl,
        "# X-Signature is left out: it is the HMAC-SHA1 of the body\n\
         curl -X POST \"https://eu.acme.test/v1/${SEGSCOPE_VENDORS_ACME_TOKEN}\" \
         -H \"Authorization: Bearer ${SEGSCOPE_VENDORS_ACME_TOKEN}\" \
         --data-binary '{\"name\":\"Order'\\''s \\\"best\\\"\"}'"
    );
}

#[test]
fn a_curl_line_says_where_the_table_names_no_setting_for_a_key() {
    let vendors = vendors(json!({"token": "t0ken", "domain": "EU"}));
    let (acme, output) = output(&vendors, r#"{"type":"page","name":"p"}"#);
    let curl = vendors.delivery_as_curl(acme, &output, "{}", None, &|_| Ok(())).expect("fits");
    assert_eq!(
        curl,
        "# replace *** in Authorization by the key: acme's table names no setting for it\n\
         curl -X POST \"https://acme.test/pages\" -H \"Authorization: Bearer ***\" \
         --data-binary '{}'"
    );
}

/// Checks that each request of a built-in vendor names the setting of its key, or needs none.
#[test]
fn all_that_built_in_vendors_show_can_be_sent_with_keys() {
    let mut all = Map::new();
    let bare = Vendors::new(&all, &[]).expect("the built-in ones");
    for at in 0..bare.len() {
        let info = bare.info(at);
        let keys = info.settings.iter().filter(|s| s.kind == SettingKind::Secret);
        let mut set: Map<String, Value> = keys.map(|s| (s.key.clone(), json!("k3y"))).collect();
        if info.settings.iter().any(|s| s.key == "domain") {
            set.insert("domain".to_owned(), json!("acme"));
        }
        all.insert(info.name.clone(), Value::Object(set));
    }
    let vendors = Vendors::new(&all, &[]).expect("the built-in ones");
    let mut sent = vec![0; vendors.len()];
    let demo = include_str!("../../../../assets/demo/traffic.ndjson");
    let mut memory = vendors.memory();
    let bodies = demo.lines().filter_map(|line| {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let body = line["body"].clone();
        body["batch"].as_array().cloned().or(Some(vec![body]))
    });
    for (nth, mut call) in bodies.flatten().enumerate() {
        call["timestamp"] = json!("2026-11-22T10:00:00Z");
        let doc = Doc::parse(call.to_string()).expect("JSON");
        let event = Event::bare(doc.root());
        let seq = Seq(nth as u64 + 1);
        for (at, sent) in sent.iter_mut().enumerate() {
            for output in vendors.render(at, &event, seq, &memory).requests {
                let body = output.body.as_ref().expect("a body").to_json();
                let delivery = vendors.delivery(at, &output, &body, None, &|_| Ok(()));
                let delivery = delivery.unwrap_or_else(|error| panic!("{error}"));
                assert!(!delivery.shown_url.contains("k3y") && !delivery.url.contains('{'));
                *sent += 1;
            }
        }
        vendors.judge(&event, seq, &mut memory, &mut Judgement::default());
    }
    assert!(sent.iter().all(|sent| *sent > 0), "{sent:?}");
}
