use super::*;
use crate::call::redacted::is_redacted;
use crate::call::{Doc, Val};
use crate::findings::names_an_id;
use crate::wire::test_head;
use std::borrow::Cow;

fn redaction(entries: &str) -> Redaction {
    Redaction::parse([entries], names_an_id).expect("usable").expect("not empty")
}

fn text_at(json: &str, pointer: &str) -> String {
    let doc = Doc::parse(json).expect("still JSON");
    let value = doc.root().pointer(pointer).map(|value: Val<'_>| value.raw().to_owned());
    value.unwrap_or_default()
}

#[test]
fn replaces_values_by_key_and_by_pointer() {
    let redaction = redaction("email, phone=remove,/properties/ssn,/context/device/0/id");
    let single = r#"{ "userId":"u1", "traits":{"email":"jo@corp.example","Phone":"+1 555","age":3},
        "properties":{"ssn":123456789,"list":[{"EMAIL":"a@b.example"}],"ssn":"again"},"context":{"device":[{"id":"d"}]}}"#;
    let kept = redaction.redact_json(single).expect("JSON");
    for secret in ["jo@corp", "+1 555", "123456789", "again", "a@b", "\"d\""] {
        assert!(!kept.contains(secret), "{secret}: {kept}");
    }
    assert!(text_at(&kept, "/traits/email").ends_with("@redacted.invalid\""), "{kept}");
    assert_eq!(text_at(&kept, "/traits/Phone"), "\"redacted\"");
    assert_eq!(text_at(&kept, "/traits/age"), "3");
    assert_eq!(text_at(&kept, "/userId"), "\"u1\"");

    let batch = format!(r#"{{"batch":[{single},{single}],"context":{{"device":[{{"id":"d"}}]}}}}"#);
    let kept = redaction.redact_json(&batch).expect("JSON");
    assert!(!kept.contains("123456789") && !kept.contains("\"d\""), "{kept}");
    let at = |index: u8| text_at(&kept, &format!("/batch/{index}/properties/ssn"));
    assert_eq!(at(0), at(1), "equal values stay equal");
}

#[test]
fn keeps_values_that_reveal_nothing() {
    let redaction = redaction("email,phone=remove");
    for text in [
        r#"{"traits":{"email":"","phone":null}}"#,
        r#"{"traits":{"email":"  ","phone":"redacted"}}"#,
        r#"{"traits":{"email":"redacted-0123456789abcdef@redacted.invalid"}}"#,
        r#"{"url":"https://app.example/?q=1"}"#,
        "[]",
    ] {
        let kept = redaction.redact_json(text).expect("JSON");
        assert!(matches!(kept, Cow::Borrowed(_)), "{kept}");
    }
    assert_eq!(redaction.redact_json("{\"email\":\"jo@corp.example\""), None, "not JSON");
}

#[test]
fn hashes_of_two_runs_differ() {
    let text = r#"{"email":"jo@corp.example"}"#;
    assert_ne!(redaction("email").redact_json(text), redaction("email").redact_json(text));
}

#[test]
fn addresses_in_values_have_no_redacted_parameters() {
    let redaction = redaction("email");
    let text = r#"{"context":{"page":{"url":"https://app.example/?a=1&email=jo%40corp.example#x","search":"?e\u006dail=jo@corp.example"}}}"#;
    let kept = redaction.redact_json(text).expect("JSON");
    assert!(!kept.contains("jo") && kept.contains("/?a=1&email=redacted-"), "{kept}");
}

#[test]
fn redacts_a_deep_text_without_recursion() {
    let redaction = redaction("email,/a/b");
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    assert!(redaction.redact_json(&deep).is_some());
}

#[test]
fn many_values_at_a_pointer_are_found_in_one_pass() {
    let items = vec![r#"{"a":1}"#; 200_000].join(",");
    let kept = redaction("/a=remove")
        .redact_json(&format!("{{\"batch\":[{items}]}}"))
        .map(Cow::into_owned);
    assert_eq!(kept.expect("JSON").matches("\"redacted\"").count(), 200_000);
}

#[test]
fn redacts_queries_and_headers() {
    let redaction = redaction("email,/properties/ssn,x-user");
    let data =
        |call: &str| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, call);
    let headers = [
        ("x-user".to_owned(), "Jo".to_owned()),
        ("x-original-url".to_owned(), "/v1/t?email=jo@corp.example".to_owned()),
        ("host".to_owned(), "localhost".to_owned()),
    ];
    let with = |path: &str, query: &str| {
        let head = RequestHead { query, ..test_head("GET", path, &headers) };
        let kept = redaction.redact_head(&head);
        let after = kept.apply_to(&head);
        assert_eq!(after.headers[2].1, "localhost");
        assert!(is_redacted(&after.headers[0].1), "{:?}", after.headers);
        assert!(after.headers[1].1.starts_with("/v1/t?email=redacted-"), "{:?}", after.headers);
        after.query.to_owned()
    };
    let query = "a=b&traits.email=jo%40corp.example&traits%5Bemail%5D=jo&properties.ssn=123&next=%2Fx%3Femail%3Djo";
    let kept = with("/pixel/v1/track", query);
    assert!(!kept.contains("jo") && !kept.contains("123") && kept.starts_with("a=b&"), "{kept}");

    let call = data(r#"{"userId":"u","traits":{"email":"jo@corp.example"}}"#);
    let kept = with("/v1/pixel/identify", &format!("writeKey=wk&data={call}"));
    let value = crate::wire::query_value(&kept, "data").expect("data");
    let call = crate::wire::pixel_call(&value).expect("a call");
    assert!(
        !call.contains("jo@") && call.contains("redacted-") && call.contains("\"u\""),
        "{call}"
    );
    assert_eq!(with("/v1/pixel/identify", "data=%%%"), "data=redacted");
}

#[test]
fn refuses_unusable_entries() {
    let error =
        |text: &str| Redaction::parse([text], names_an_id).expect_err("unusable").to_string();
    assert!(error("email=mask").contains("=hash") && error("email=mask").contains("email=mask"));
    assert!(error("type").contains("needs `type`") && error("/context").contains("/context"));
    assert!(error("/").contains("/properties/ssn"));
    assert!(error("properties.ssn").ends_with("write `/properties/ssn`"));
    assert!(error("context.traits.email=remove").ends_with("write `/context/traits/email`"));
    assert!(error("/properties").ends_with("such as /properties/email"));
    assert!(error("type").ends_with("such as /properties/type"));
    assert!(Redaction::parse(["", " , "], names_an_id).expect("nothing").is_none());
    for fine in ["/properties/type", "/context/ip", "email=hash", "userId", "/a.b"] {
        assert!(Redaction::parse([fine], names_an_id).is_ok(), "{fine}");
    }
}

#[test]
fn ids_become_hashes_and_the_summary_says_so() {
    let redaction = redaction("userId=remove,accountId,phone=remove,ssn");
    let kept = redaction.redact_json(r#"{"userId":"u1","accountId":7}"#).expect("JSON");
    assert!(kept.contains("\"userId\":\"redacted-") && kept.contains("\"accountId\":\"redacted-"));
    let summary = redaction.summary();
    for part in [
        "accountId: an id becomes a hash,",
        "userId: an id becomes a hash although",
        "ssn: recorded as a hash",
        "phone: recorded as `redacted`",
    ] {
        assert!(summary.contains(part), "{summary}");
    }
}
