use super::*;
use proptest::prelude::*;

#[test]
fn keeps_what_came() {
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
