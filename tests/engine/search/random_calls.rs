//! Random calls and filters that have to do with each other.

use proptest::prelude::*;
use segscope::fql::parse;
use serde_json::{Value, json};

/// A request: path, test key, body.
#[derive(Debug, Clone)]
pub struct SentCalls {
    pub path: String,
    pub test: Option<&'static str>,
    pub body: String,
}

fn text() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!("a"),
        json!("Order Received"),
        json!("acme-42"),
        json!("grüße"),
        json!("<b>"),
        json!("say \"hi\""),
        json!(""),
        json!("7"),
        json!("null"),
        json!(7),
        json!(7.5),
        json!(-1),
        json!(true),
        json!(null),
        json!(["a", 7]),
        json!({"id": "a", "x": 7}),
    ])
}

fn call() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(vec![
        json!("track"),
        json!("track"),
        json!("identify"),
        json!("group"),
        json!("page"),
        json!("screen"),
        json!("alias"),
        json!("Track"),
        json!(7),
        json!(null),
    ]);
    let keys = || {
        prop::sample::select(vec![
            "event",
            "name",
            "userId",
            "anonymousId",
            "groupId",
            "previousId",
            "messageId",
            "x",
            "status",
            "path",
            "library",
            "seq",
            "repeat",
            "test",
            "timestamp",
            "account_id",
        ])
    };
    let inner = || {
        prop::sample::select(vec![
            "account_id",
            "user_id",
            "accountId",
            "x",
            "total",
            "name",
            "id",
            "email",
            "module",
        ])
    };
    let members = prop::collection::vec((keys(), text()), 0..7);
    let properties = prop::collection::vec((inner(), text()), 0..6);
    let library = prop::sample::select(vec![
        None,
        Some(json!({"name": "analytics-node", "version": "2.1.0"})),
        Some(json!({"name": "RudderLabs JavaScript SDK", "version": "1"})),
        Some(json!({"name": 7})),
    ]);
    (kind, members, properties, library, any::<bool>()).prop_map(
        |(kind, members, properties, library, traits)| {
            let mut call = json!({"type": kind, "event": "Order Received", "userId": "u"});
            for (key, value) in members {
                call[key] = value;
            }
            let inner: serde_json::Map<String, Value> =
                properties.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
            call[if traits { "traits" } else { "properties" }] = inner.into();
            if let Some(library) = library {
                let app = json!({"version": if traits { "1.0" } else { "1.1" }});
                call["context"] = json!({"library": library, "groupId": "acme-42", "app": app});
            }
            call
        },
    )
}

/// Text as other writers write it: what is not ASCII, and what may end a script, as `\uXXXX`.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '<' | '>' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c if c.is_ascii() => out.push(c),
            c => out.extend(c.encode_utf16(&mut [0; 2]).iter().map(|u| format!("\\u{u:04X}"))),
        }
    }
    out
}

pub fn sent() -> impl Strategy<Value = SentCalls> {
    let test = prop::sample::select(vec![None, None, Some("one"), Some("two")]);
    let shape = 0..12_u8;
    (prop::collection::vec(call(), 1..6), test, shape, any::<bool>()).prop_map(
        |(calls, test, shape, escapes)| {
            let (path, body) = match shape {
                0 => ("/v1/track", "{\"type\": \"track\" \"event\"".to_owned()),
                1 => ("/v1/import", json!({"batch": calls, "writeKey": "wk_b"}).to_string()),
                2..=6 => ("/v1/batch", json!({"batch": calls, "writeKey": "wk_a"}).to_string()),
                7 => ("/v1/page", calls[0].to_string()),
                8 => ("/v1/identify", calls[0].to_string()),
                _ => ("/v1/track", calls[0].to_string()),
            };
            let body = if escapes { escaped(&body) } else { body };
            SentCalls { path: path.to_owned(), test, body }
        },
    )
}

/// One condition.
fn term() -> impl Strategy<Value = String> {
    let paths = prop::sample::select(vec![
        "type",
        "event",
        "name",
        "userId",
        "anonymousId",
        "groupId",
        "messageId",
        "previousId",
        "properties.x",
        "properties.total",
        "properties.account_id",
        "traits.name",
        "traits.x",
        "context.library.name",
        "context.groupId",
        "properties.x.id",
        "properties.x.1",
        "account_id",
        "user_id",
        "seq",
        "write_key",
        "library.name",
        "library.version",
        "path",
        "status",
        "repeat",
        "test",
        "severity",
        "verdict",
        "verdict.planhat",
        "verdict.custify",
        "receivedAt",
        "timestamp",
        "properties",
        "finding",
        "x",
        "library",
    ]);
    let values = prop::sample::select(vec![
        "\"a\"",
        "\"Order Received\"",
        "\"acme-42\"",
        "\"grüße\"",
        "\"7\"",
        "7",
        "7.5",
        "null",
        "true",
        "\"track\"",
        "\"\"",
        "200",
        "400",
        "\"one\"",
        "\"wk_a\"",
        "\"analytics-node\"",
        "\"dropped\"",
        "\"delivered\"",
        "\"/v1/batch\"",
        "\"error\"",
        "3",
        "[\"a\", 7]",
        "\"u\"",
    ]);
    let signs = prop::sample::select(vec!["=", "!=", ">", ">=", "<", "<="]);
    let whole = prop::sample::select(vec![
        "missing(account_id)",
        "missing(user_id)",
        "missing()",
        "nearmiss(account_id)",
        "nearmiss()",
        "match(finding, \"CSB-*\")",
        "\"PH-T-COMPANY-MISSING\" in finding",
        "contains(finding, \"MISSING\")",
        "repeat",
        "marked",
        "grüße",
        "order",
        "\"<b>\"",
        "\"say \\\"hi\\\"\"",
        "~gr..e~",
        "~ORDER~i",
        "length(event) > 3",
        "typeof(properties.x) = \"list\"",
        "match(event, \"Order*\")",
        "contains(userId, \"a\")",
        "event in [\"a\", \"Order Received\"]",
        "lowercase(event) = \"order received\"",
        "userId = properties.x",
        "account_id = properties.account_id",
        "time >= \"2026-11-22T10:00Z\"",
        "time < \"2026-11-22T10:00:00.020Z\"",
        "age > \"5m\"",
        "status = 400",
        "acme",
    ]);
    let compared = (paths.clone(), signs, values)
        .prop_map(|(path, sign, value)| format!("{path} {sign} {value}"))
        // a text that a field such as `severity` never has is refused
        .prop_filter("a value that the field can have", |text| parse(text).is_ok());
    prop_oneof![
        4 => compared,
        3 => whole.prop_map(str::to_owned),
        1 => (paths.clone(), paths).prop_map(|(left, right)| format!("{left} = {right}")),
    ]
}

/// An expression of up to a few conditions.
pub fn filter() -> impl Strategy<Value = String> {
    term().prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} and {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
            inner.prop_map(|a| format!("!({a})")),
        ]
    })
}
