//! Parsing of whole requests: refused ones, and accepted ones that are then dropped.

use super::*;

/// Returns the discards: the request's own, then those of each call. The body is in a file if there is
/// no path.
pub(crate) fn discards(path: &str, body: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut scratch = ParseScratch::default();
    let head = if path.is_empty() { test_head("", "", &[]) } else { head(path, &[]) };
    let reading = read(&head, 7, body, &mut scratch).expect("readable");
    let show = |all: &[Discard]| -> Vec<String> {
        all.iter().map(|discard| format!("{} {}", discard.code, discard.path)).collect()
    };
    (show(&reading.discards), reading.calls.iter().map(|call| show(&call.discards)).collect())
}

fn refused(path: &str, body: &str) -> String {
    let refusal =
        read(&head(path, &[]), 7, body, &mut ParseScratch::default()).expect_err("refused");
    assert_eq!((refusal.status, refusal.code), (400, "invalid_request"));
    refusal.to_string()
}

/// A call of this size, with more members.
fn call(size: usize, more: &str) -> String {
    let start = format!(r#"{{"type":"track","userId":"u","event":"E"{more},"x":""#);
    format!("{start}{}\"}}", "x".repeat(size - start.len() - 2))
}

#[test]
fn calls_of_files_have_the_limits_of_requests() {
    let codes = |body: &str| discards("", body).1.concat().join(", ");
    let large = "call_too_large ";
    assert_eq!(codes(&call(CALL_LIMIT, "")), "");
    assert_eq!(codes(&call(CALL_LIMIT + 1, "")), large);
    assert_eq!(codes(&call(CALL_LIMIT, "").replacen(',', " ,\n", 9)), "");
    for passed in [r#","channel":"web""#, r#","receivedAt":"2024-05-01T10:00:00.000Z""#] {
        assert_eq!(codes(&call(CALL_LIMIT + 1, passed)), "", "{passed}");
    }
    assert_eq!(codes(&call(RUDDERSTACK_LIMIT + 1, r#","channel":"web""#)), large);

    let batch = |items: Vec<String>| format!("{{\"batch\":[{}]}}", items.join(","));
    assert_eq!(codes(&batch(vec![call(CALL_LIMIT, ""); 15])), "");
    assert_eq!(
        codes(&batch(vec![call(CALL_LIMIT, ""); 16])),
        vec!["batch_too_large "; 16].join(", ")
    );
    let items = vec![call(100, ""), call(CALL_LIMIT + 1, ""), "{}".to_owned()];
    assert_eq!(
        discards("", &batch(items)),
        (
            vec![],
            vec![
                vec!["request_refused /batch/1".to_owned()],
                vec![large.to_owned()],
                vec!["no_user_anon_id /userId".to_owned(), "type_missing /type".to_owned()]
            ]
        )
    );
}

#[test]
fn a_batch_in_a_batch_is_no_call() {
    let call = r#"{"type":"track","userId":"u","event":"E"}"#;
    for path in ["/v1/batch", ""] {
        let body = format!(r#"{{"writeKey":"k","batch":[{{"batch":[{call}]}},{call}]}}"#);
        let wrong = (vec!["bad_request /batch/0".to_owned()], vec![Vec::<String>::new()]);
        assert_eq!(discards(path, &body), wrong, "{path}");
        let body = format!(r#"{{"writeKey":"k","batch":{call}}}"#);
        assert_eq!(discards(path, &body), (vec!["bad_request /batch".to_owned()], vec![]));
    }
    // a call with a property of this name
    let body = r#"{"type":"group","groupId":"g","anonymousId":"a","batch":{"type":"track"}}"#;
    assert_eq!(discards("", body), (vec![], vec![vec![]]));
}

#[test]
fn limits_go_by_the_senders_platform() {
    let ok = |path: &str, body: &str| {
        read(&head(path, &[]), 1, body, &mut ParseScratch::default()).expect("taken").calls.len()
    };
    let rudder = r#","channel":"web""#;
    assert_eq!(ok("/v1/track", &call(CALL_LIMIT, "")), 1);
    assert!(refused("/v1/track", &call(CALL_LIMIT + 1, "")).contains("one call may have 32768"));
    assert_eq!(ok("/v1/track", &call(CALL_LIMIT + 1, rudder)), 1);

    let batch = |items: Vec<String>| format!("{{\"batch\":[{}]}}", items.join(","));
    assert_eq!(ok("/v1/batch", &batch(vec![call(CALL_LIMIT, ""); 15])), 15);
    let large = refused("/v1/batch", &batch(vec![call(100, ""), call(CALL_LIMIT + 1, "")]));
    assert_eq!(
        large,
        "call 2 of the batch has 32769 bytes; one call may have 32768; 1 good call was refused with it"
    );
    assert_eq!(ok("/v1/batch", &batch(vec![call(CALL_LIMIT + 1, rudder)])), 1);
    let body = batch(vec![call(CALL_LIMIT, ""); 16]);
    assert!(refused("/v1/batch", &body).ends_with("a batch may have 512000"));
    assert_eq!(ok("/v1/batch", &batch(vec![call(CALL_LIMIT, rudder); 16])), 16);
    assert_eq!(ok("/webhook", &call(CALL_LIMIT + 1, "")), 1);
    let body = batch(vec![call(1 << 20, rudder); 4]);
    assert!(refused("/v1/batch", &body).ends_with("a RudderStack request may have 4096000"));
}

#[test]
fn only_what_cannot_be_read_is_refused() {
    assert_eq!(refused("/v1/track", ""), "the body is empty");
    assert_eq!(refused("/v1/batch", " \n"), "the body is empty");
    assert!(refused("/v1/track", "{\"event\": ").starts_with("the body is not JSON: line 1"));
    assert!(refused("/v1/merge", "{").starts_with("the body is not JSON"));
    let none = Vec::<Vec<String>>::new();
    let no_key = "unknown_source /writeKey".to_owned();
    for (path, body, code) in [
        ("/v1/track", "[1]", "bad_request "),
        ("/v1/track", "\"x\"", "bad_request "),
        ("/v1/batch", "[{}]", "empty_batch /batch"),
        ("/v1/batch", "{}", "empty_batch /batch"),
        ("/v1/batch", "{\"batch\":[]}", "empty_batch /batch"),
        ("/v1/batch", "{\"batch\":null}", "empty_batch /batch"),
        ("/v1/batch", "{\"batch\":{\"a\":1}}", "bad_request /batch"),
    ] {
        assert_eq!(discards(path, body), (vec![code.to_owned(), no_key.clone()], none.clone()));
    }
    assert_eq!(discards("/v1/m", "{"), (vec![], none.clone()));
    assert_eq!(discards("/v1/webhook", "a=b"), (vec![], none));
}

#[test]
fn finds_each_reason_for_a_discard() {
    let long = format!(r#""type":"track","event":"E","messageId":"{}""#, "é".repeat(100));
    let just = format!(r#""type":"track","event":"E","messageId":"{}""#, "é".repeat(99));
    for (members, want) in [
        (r#""type":"track","event":"E""#, vec![]),
        (r#""type":"TRACK","event":"E""#, vec![]),
        (r#""type":"track""#, vec!["event_not_defined /event"]),
        (r#""type":"track","event":null"#, vec!["event_not_defined /event"]),
        (r#""type":"track","event":7"#, vec!["event_not_string /event"]),
        (
            r#""type":"track","event":{},"properties":[]"#,
            vec!["event_not_string /event", "properties_not_object /properties"],
        ),
        (r#""type":"track","event":"E","properties":null"#, vec![]),
        (r#""type":"identify","traits":"x""#, vec!["traits_not_object /traits"]),
        (r#""type":"group","traits":[]"#, vec!["traits_not_object /traits"]),
        (r#""type":"identify","properties":1,"event":1"#, vec![]),
        (
            r#""type":"page","name":"","category":1"#,
            vec!["name_not_string /name", "category_not_string /category"],
        ),
        (
            r#""type":"screen","name":null,"properties":1"#,
            vec!["properties_not_object /properties"],
        ),
        (r#""type":"alias""#, vec![]),
        (r#""event":"E""#, vec!["type_missing /type"]),
        (r#""type":3"#, vec!["type_missing /type"]),
        (r#""type":"delete""#, vec!["type_unknown /type"]),
        (long.as_str(), vec!["message_id_too_long /messageId"]),
        (just.as_str(), vec![]),
    ] {
        let body = format!(r#"{{"batch":[{{"userId":"u",{members}}}]}}"#);
        assert_eq!(discards("/v1/batch", &body).1, [want], "{members}");
    }
    for (ids, want) in [
        (r#""a":1"#, vec!["no_user_anon_id /userId"]),
        (r#""userId":null,"anonymousId":null"#, vec!["no_user_anon_id /userId"]),
        (r#""userId":null,"anonymousId":"a""#, vec![]),
        (
            r#""userId":12,"anonymousId":"""#,
            vec!["id_not_string /userId", "id_not_string /anonymousId"],
        ),
    ] {
        let body = format!(r#"{{"event":"E",{ids}}}"#);
        assert_eq!(discards("/v1/track", &body).1, [want], "{ids}");
    }
    // RudderStack requires an id and nothing else
    let rudder = r#"{"channel":"web","event":7}"#;
    assert_eq!(discards("/v1/track", rudder).1, [["no_user_anon_id /userId"]]);
}

#[test]
fn finds_the_discards_of_a_batch() {
    let good = r#"{"type":"track","userId":"u","event":"E"}"#;
    let said =
        |items: &str| discards("/v1/batch", &format!(r#"{{"writeKey":"k","batch":[{items}]}}"#));
    assert_eq!(said(good).0, Vec::<String>::new());
    assert_eq!(said(&format!("{good},{{}}")).0, ["multi_user_error /batch"]);
    assert_eq!(said("{},{}").0, ["empty_batch_result /batch"]);
    let (request, calls) = said(&format!("{good},[],null"));
    assert_eq!((request.len(), calls.len()), (2, 1));
    assert_eq!(request, ["bad_request /batch/1", "bad_request /batch/2"]);
    let many = vec![good; 2_501].join(",");
    let (request, calls) = said(&many);
    assert_eq!(request, ["too_many_events /batch", "empty_batch_result /batch"]);
    assert!(calls.iter().all(|call| call == &["too_many_events "]));
}

#[test]
fn every_code_is_known_once() {
    let mut codes: Vec<&str> = discard::CODES.iter().map(|code| code.code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), discard::CODES.len());
    assert!(discard::CODES.iter().all(|code| discard::find(code.code).is_some()));
}
