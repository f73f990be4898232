use super::*;
use crate::call::Builder;
use proptest::prelude::*;

#[test]
fn keeps_the_text_unchanged() {
    let doc = Doc::parse(
        r#" {"a":12.0,"b":[1e-7,{"\u0063":"\ud83d\ude00\ud800x"}],"a":9007199254740993} "#,
    )
    .expect("valid");
    let root = doc.root();
    assert_eq!(root.get("a").and_then(|v| v.as_number()), Some("9007199254740993"));
    assert_eq!(root.children().next().map(|v| v.raw()), Some("12.0"));
    assert_eq!(root.pointer("/b/1/c").and_then(|v| v.as_str()).as_deref(), Some("😀\u{fffd}x"));
    assert_eq!(root.size(), 7);
}

#[test]
fn nesting_has_no_limit() {
    let deep = "[".repeat(300_000) + &"]".repeat(300_000);
    assert_eq!(Doc::parse(deep.as_str()).expect("valid").root().size(), 300_000);
}

#[test]
fn an_error_names_the_place() {
    let error = Doc::parse("{\"a\": 1,\n  b}").expect_err("no name");
    assert_eq!(
        error.to_string(),
        "line 2, column 3: expected a member name in double quotes, found `b`"
    );
    let error = Doc::parse("{\"event\": ").expect_err("cut off");
    assert_eq!(
        error.to_string(),
        "line 1, column 11: expected a JSON value, found the end of the text"
    );
}

fn same(ours: Val<'_>, theirs: &serde_json::Value) -> bool {
    use serde_json::Value;
    match theirs {
        Value::Null => ours.is_null(),
        Value::Bool(b) => ours.as_bool() == Some(*b),
        Value::Number(n) => ours.as_f64() == n.as_f64(),
        Value::String(s) => ours.as_str().as_deref() == Some(s),
        Value::Array(a) => {
            ours.is_array()
                && ours.children().count() == a.len()
                && ours.children().zip(a).all(|(o, t)| same(o, t))
        }
        Value::Object(m) => {
            ours.is_object() && m.iter().all(|(k, t)| ours.get(k).is_some_and(|o| same(o, t)))
        }
    }
}

proptest! {
    #[test]
    fn agrees_with_serde_json(text in r#"([\[\]{}:,"\\u0dtrefalsn1.eE+ \-]|"[a-z\\"]{0,4}"|true|null|-?[0-9]{1,3}){0,12}"#) {
        match (Doc::parse(text.as_str()), serde_json::from_str::<serde_json::Value>(&text)) {
            (Ok(doc), Ok(value)) => prop_assert!(same(doc.root(), &value), "{text}"),
            (Err(_), Err(_)) => {}
            (Ok(_), Err(error)) => prop_assert!(error.to_string().contains("surrogate") || error.to_string().contains("out of range") || error.to_string().contains("hex escape"), "{text}: {error}"),
            (Err(error), Ok(_)) => prop_assert!(false, "{text}: {error}"),
        }
    }

    #[test]
    fn never_panics(text in any::<String>()) {
        if let Ok(doc) = Doc::parse(text.as_str()) {
            let _ = (doc.root().as_str(), doc.root().pointer("/a/0"));
        }
    }
}

#[test]
fn finds_a_special_byte_anywhere_in_a_string() {
    for length in 0..100 {
        for at in 0..length {
            for odd in ["\"", "\\", "\\n", "\n", "\u{1f}", "é", "\u{7f}"] {
                let text = format!("[\"{}{odd}{}\"]", "x".repeat(at), "y".repeat(length - at));
                let ours = Doc::parse(text.as_str());
                let theirs = serde_json::from_str::<serde_json::Value>(&text);
                match (&ours, &theirs) {
                    (Ok(doc), Ok(value)) => assert!(same(doc.root(), value), "{text}"),
                    (ours, theirs) => assert_eq!(ours.is_ok(), theirs.is_ok(), "{text}"),
                }
            }
        }
    }
}

/// Every finished builder asserts that its table is equal to the table of the parsed text.
#[test]
fn builds_a_document_from_values_of_others() {
    let doc = Doc::parse(
        r#"{"a" : {"k\n": [1, {"": "\u00e9"}, [], "z"], "b": {} } , "\u0062": [[true]], "e": {}}"#,
    )
    .expect("valid");
    let root = doc.root();
    let mut out = Builder::new(String::new(), &mut Spare::default());
    out.list();
    out.object();
    out.close();
    out.object();
    out.copy("list", root.pointer("/b").expect("there"));
    out.reopen("a", root.pointer("/a").expect("there"));
    root.children().for_each(|member| out.copy_member(member));
    out.member("text", "t");
    out.close();
    out.time("at", 0);
    out.close();
    out.close();
    let out = out.finish();
    assert_eq!(
        out.text(),
        r#"[{},{"list":[[true]],"a":{"k\n": [1, {"": "\u00e9"}, [], "z"], "b": {},"a":{"k\n": [1, {"": "\u00e9"}, [], "z"], "b": {} },"\u0062":[[true]],"e":{},"text":"t"},"at":"1970-01-01T00:00:00.000Z"}]"#
    );
    assert_eq!(out.root().pointer("/1/a/a/k\n/1/").map(|value| value.raw()), Some(r#""\u00e9""#));
}
