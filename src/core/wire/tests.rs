//! Parsing of whole requests: envelopes and derived fields.

mod dropped;

use super::*;
use crate::call::CallType;
use proptest::prelude::*;

fn head<'a>(path: &'a str, headers: &'a [(String, String)]) -> RequestHead<'a> {
    test_head("POST", path, headers)
}

/// Returns the derived fields of each call.
fn derived(path: &str, body: &str) -> Vec<String> {
    let mut scratch = ParseScratch::default();
    let reading = read(&head(path, &[]), 7, body, &mut scratch).expect("readable");
    reading.calls.iter().map(|call| reading.derived_text(call).to_owned()).collect()
}

// the request of every test was received at this time
const AT: &str = r#""receivedAt":"2024-05-01T10:00:00.000Z""#;

#[test]
fn times_are_corrected_by_the_senders_skew() {
    for (call, want) in [
        // the sender's clock is an hour behind; the call was made five seconds before it was sent
        (
            r#"{"messageId":"m","timestamp":"2024-05-01T08:59:55Z","sentAt":"2024-05-01T09:00:00.000Z"}"#,
            r#""originalTimestamp":"2024-05-01T08:59:55Z","timestamp":"2024-05-01T09:59:55.000Z""#,
        ),
        // offsets and long fractions
        (
            r#"{"messageId":"m","timestamp":"2024-05-01T11:59:59.1234567+02:00","sentAt":"2024-05-01T10:00:00.5Z"}"#,
            r#""originalTimestamp":"2024-05-01T11:59:59.1234567+02:00","timestamp":"2024-05-01T09:59:58.623Z""#,
        ),
        // a clock that is ahead would put the time into the future
        (
            r#"{"messageId":"m","timestamp":"2024-05-01T10:00:09Z","sentAt":"2024-05-01T10:00:08Z"}"#,
            r#""originalTimestamp":"2024-05-01T10:00:09Z","timestamp":"2024-05-01T10:00:01.000Z""#,
        ),
        // without both times the skew is unknown, and the time is kept
        (
            r#"{"messageId":"m","timestamp":"2024-05-01T08:00:00.1234+02:00"}"#,
            r#""originalTimestamp":"2024-05-01T08:00:00.1234+02:00","timestamp":"2024-05-01T08:00:00.1234+02:00""#,
        ),
        (
            r#"{"messageId":"m","sentAt":"2024-05-01T08:00:00Z"}"#,
            r#""timestamp":"2024-05-01T10:00:00.000Z""#,
        ),
        (
            r#"{"messageId":"m","timestamp":"soon","sentAt":"2024-05-01T08:00:00Z"}"#,
            r#""originalTimestamp":"soon","timestamp":"soon""#,
        ),
        (
            r#"{"messageId":"m","timestamp":null,"sentAt":null}"#,
            r#""timestamp":"2024-05-01T10:00:00.000Z""#,
        ),
        // a time of arrival from the sender is replaced
        (
            r#"{"messageId":"m","receivedAt":"2020-01-01","timestamp":17}"#,
            r#""originalTimestamp":17,"timestamp":17"#,
        ),
    ] {
        let call = call.replacen('{', r#"{"type":"track","#, 1);
        assert_eq!(derived("/v1/track", &call), [format!("{{{AT},{want}}}")], "{call}");
    }
}

#[test]
fn rudderstack_keeps_the_senders_time() {
    for (call, want) in [
        (
            r#"{"originalTimestamp":"2024-05-01T09:59:50Z","sentAt":"2024-05-01T09:59:51Z"}"#,
            r#""originalTimestamp":"2024-05-01T09:59:50Z","timestamp":"2024-05-01T09:59:59.000Z""#,
        ),
        (
            r#"{"timestamp":"2024-05-01T09:00:00+00:00","sentAt":"2024-05-01T09:30:00Z"}"#,
            r#""originalTimestamp":"2024-05-01T10:00:00.000Z","timestamp":"2024-05-01T09:00:00+00:00""#,
        ),
        (
            r#"{"originalTimestamp":"2024-05-01T09:59:50Z"}"#,
            r#""originalTimestamp":"2024-05-01T09:59:50Z","timestamp":"2024-05-01T09:59:50Z","sentAt":"2024-05-01T10:00:00.000Z""#,
        ),
    ] {
        let call = call.replacen('{', r#"{"type":"track","messageId":"m","channel":"web","#, 1);
        assert_eq!(derived("/v1/track", &call), [format!("{{{AT},{want}}}")], "{call}");
    }
    let own = r#"{"type":"track","messageId":"m","channel":"web","receivedAt":"2020-01-01","originalTimestamp":"2019-01-01","timestamp":"2018-01-01","sentAt":"2017-01-01"}"#;
    let want =
        r#"{"receivedAt":"2020-01-01","originalTimestamp":"2019-01-01","timestamp":"2018-01-01"}"#;
    assert_eq!(derived("/v1/track", own), [want]);
}

#[test]
fn adds_a_missing_type_and_message_id() {
    let times = format!(r#"{AT},"timestamp":"2024-05-01T10:00:00.000Z""#);
    let made = r#""messageId":"segscope-7-0""#;
    for (path, call, want) in [
        ("/v1/track", r#"{"messageId":"m"}"#, r#""type":"track","#.to_owned()),
        ("/v1/p/", r#"{"messageId":null,"type":null}"#, format!(r#""type":"page",{made},"#)),
        ("/v1/page", r#"{"messageId":"m","type":""}"#, r#""type":"page","#.to_owned()),
        // the path of a single call decides
        ("/v1/page", r#"{"messageId":" ","type":"Track"}"#, format!(r#""type":"page",{made},"#)),
        ("/v1/page", r#"{"messageId":3,"type":"track"}"#, r#""type":"page","#.to_owned()),
        ("/v1/page", r#"{"messageId":3,"type":"page"}"#, String::new()),
    ] {
        assert_eq!(derived(path, call), [format!("{{{want}{times}}}")], "{path} {call}");
    }
    // RudderStack takes the type from the path
    let rudder = r#"{"messageId":"m","channel":"web","type":"track"}"#;
    assert!(derived("/v1/page", rudder)[0].starts_with(r#"{"type":"page","receivedAt""#));
    let reading =
        read(&head("/v1/page", &[]), 1, rudder, &mut ParseScratch::default()).expect("JSON");
    assert_eq!(reading.calls[0].kind, Some(CallType::Page));
    // in a batch the position counts, also after an item that is not a call
    let batch = r#"{"batch":[1,{"messageId":"a"},{"type":"track"}]}"#;
    let all = derived("/v1/batch", batch);
    assert!(!all[0].contains("messageId") && !all[0].contains("\"type\""), "{}", all[0]);
    assert!(all[1].contains(r#""messageId":"segscope-7-2""#), "{}", all[1]);
}

#[test]
fn the_number_of_a_request_is_asked_for_only_by_calls_without_an_id() {
    for (calls, want) in [
        (r#"{"messageId":"a"},1,{"messageId":3}"#, 0),
        (r#"{"messageId":"a"},{},{"messageId":" "}"#, 2),
    ] {
        let asked = std::cell::Cell::new(0);
        let number = || {
            asked.set(asked.get() + 1);
            7
        };
        let body = format!("{{\"batch\":[{calls}]}}");
        let mut scratch = ParseScratch::default();
        read_numbered(&head("/v1/batch", &[]), &number, &body, &mut scratch).expect("readable");
        assert_eq!(asked.get(), want, "{calls}");
    }
}

#[test]
fn a_call_inherits_the_context_and_sent_at_of_its_batch() {
    let batch = r#"{"sentAt":"2024-05-01T09:59:00Z","timestamp":"1999-01-01","context":{"ip":"b","library":{"name":"analytics-go","version":"3"}},
      "integrations":{"All":false,"Amplitude":true},"batch":[
      {"messageId":"1","timestamp":"2024-05-01T09:58:59Z"},
      {"messageId":"2","context":{"ip":"i"},"integrations":{"All":true,"Mixpanel":false},"sentAt":"2024-05-01T09:00:00Z"},
      {"messageId":"3","context":null,"integrations":7}]}"#;
    let library = r#""library":{"name":"analytics-go","version":"3"}"#;
    let sent = r#""sentAt":"2024-05-01T09:59:00Z""#;
    let now = r#""timestamp":"2024-05-01T10:00:00.000Z""#;
    assert_eq!(
        derived("/v1/import", batch),
        [
            format!(
                r#"{{{AT},"originalTimestamp":"2024-05-01T09:58:59Z","timestamp":"2024-05-01T09:59:59.000Z",{sent},"context":{{"ip":"b",{library}}},"integrations":{{"All":false,"Amplitude":true}}}}"#
            ),
            format!(
                r#"{{{AT},{now},"context":{{"ip":"i",{library}}},"integrations":{{"All":true,"Mixpanel":false,"Amplitude":true}}}}"#
            ),
            format!(r#"{{{AT},{now},{sent},"context":{{"ip":"b",{library}}}}}"#),
        ]
    );
    let reading = read(&head("/v1/b", &[]), 1, batch, &mut ParseScratch::default()).expect("JSON");
    assert_eq!(reading.platform, Platform::Segment);
    for call in &reading.calls {
        let library = reading.library(call).expect("the batch names it");
        assert_eq!((&*library.name, library.version.as_deref()), ("analytics-go", Some("3")));
    }
    let event = reading.event(&reading.calls[1]);
    assert_eq!(event.pointer("/context/ip").and_then(|ip| ip.as_str()).as_deref(), Some("i"));
    assert_eq!(event.pointer("/context/library/version").map(|v| v.raw()), Some("\"3\""));
}

#[test]
fn a_forwarded_call_is_not_corrected_again() {
    let whole = r#"{"type":"track","messageId":"m","originalTimestamp":"2024-05-01T09:00:00Z","sentAt":"2024-05-01T09:00:01Z","receivedAt":"2024-05-01T09:30:00Z","timestamp":"2024-05-01T09:29:59Z"}"#;
    assert_eq!(derived("/webhook", whole), ["{}"]);
    let deletion = r#"{"type":"delete","messageId":"m","timestamp":"2012-12-02T00:30:08.276Z"}"#;
    let original = r#""originalTimestamp":"2012-12-02T00:30:08.276Z""#;
    assert_eq!(derived("/webhook", deletion), [format!("{{{AT},{original}}}")]);
    let (request, calls) = dropped::discards("/webhook", &format!("[{whole},3,{deletion}]"));
    assert_eq!(request, ["bad_request /1"]);
    assert_eq!(calls, [Vec::<String>::new(), Vec::new()], "what is forwarded was not dropped");
}

#[test]
fn calls_from_a_file_never_have_the_current_time() {
    let head = RequestHead { method: "", path: "", ..head("", &[]) };
    let read = |body: &str| {
        let reading = read(&head, 1, body, &mut ParseScratch::default()).expect("readable");
        reading.calls.iter().map(|call| reading.derived_text(call).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        read(r#"{"messageId":"m","timestamp":"2024-04-01T00:00:00Z","sentAt":"2024-04-02"}"#),
        [r#"{"receivedAt":"2024-04-02T00:00:00.000Z","originalTimestamp":"2024-04-01T00:00:00Z"}"#]
    );
    let received = r#"{"messageId":"m","receivedAt":"2024-04-03"}"#;
    let want = r#"{"timestamp":"2024-04-03T00:00:00.000Z"}"#;
    for body in
        [received.to_owned(), format!("[{received}]"), format!("{{\"batch\":[{received}]}}")]
    {
        assert_eq!(read(&body), [want], "{body}");
    }
    let batch = format!(
        r#"{{"context":{{"a":1}},"batch":[{},{{}}]}}"#,
        r#"{"messageId":"m","receivedAt":"2024-04-03","timestamp":"2024-04-03","originalTimestamp":"2024-04-03"}"#
    );
    assert_eq!(read(&batch)[0], r#"{"context":{"a":1}}"#);
}

#[test]
fn a_key_on_each_item_belongs_to_its_call() {
    let body = r#"{"batch":[{"writeKey":"a"},{"writeKey":"b"},{}]}"#;
    let reading = read(&head("/v1/b", &[]), 1, body, &mut ParseScratch::default()).expect("JSON");
    let keys: Vec<_> = reading.calls.iter().map(|call| reading.key_of(call)).collect();
    assert_eq!(keys, [Some("a".into()), Some("b".into()), None]);
    assert_eq!(reading.write_key.as_ref().map(|key| key.place), Some(WriteKeyPlace::Item));
}

#[test]
fn pixels_are_never_refused() {
    for path in ["/v1/pixel/track?data=%%%", "/v1/pixel/page?data=", "/pixel/v1/track"] {
        let head = test_head("GET", path, &[]);
        for body in [query_body(&head).unwrap_or_default(), "{".to_owned()] {
            let reading =
                read(&head, 1, &body, &mut ParseScratch::default()).expect("never refused");
            let ok = reading.calls.len() == 1 || reading.discards[0].code == "bad_request";
            assert!(ok, "{path} {body}");
        }
    }
}

#[test]
fn reuses_the_memory() {
    let mut scratch = ParseScratch::default();
    let (long, short) = (r#"{"batch":[{"a":"é"},{"b":2}]}"#, r#"{"event":"E"}"#);
    for (path, body, count) in
        [("/v1/batch", long, 2), ("/v1/track", short, 1), ("/v1/batch", long, 2)]
    {
        let reading = read(&head(path, &[]), 1, body, &mut scratch).expect("readable");
        assert_eq!(reading.calls.len(), count);
        let fresh =
            read(&head(path, &[]), 1, body, &mut ParseScratch::default()).expect("readable");
        for (call, other) in reading.calls.iter().zip(&fresh.calls) {
            assert_eq!(reading.derived_text(call), fresh.derived_text(other));
        }
        reading.recycle(&mut scratch);
    }
}

const PATHS: [&str; 7] = [
    "/v1/track",
    "/v1/batch",
    "/v1/b",
    "/webhook",
    "/beacon/v1/batch",
    "/v1/pixel/page",
    "/v1/merge",
];

proptest! {
    #[test]
    fn never_panics(path in 0..PATHS.len(), get: bool, query: String, encoding in "(gzip|br||identity)", raw: Vec<u8>) {
        let headers = [("content-encoding".to_owned(), encoding), ("authorization".to_owned(), format!("Basic {query}"))];
        let method = if get { "GET" } else { "POST" };
        let head = RequestHead { method, query: &query, ..head(PATHS[path], &headers) };
        let made = query_body(&head);
        if let Ok(bytes) = decode(&head, &raw) && let Ok(text) = text(&bytes) {
            let body = made.as_deref().unwrap_or(text);
            let _ = read(&head, 1, body, &mut ParseScratch::default());
        }
        let _ = reply::for_request(&head, "here");
    }

    #[test]
    fn never_panics_on_json(path in 0..PATHS.len(), body in r#"(\{("(batch|type|context|timestamp|sentAt|userId|messageId|library|writeKey)":(\[|"[a-z0-9:T-]{0,12}"|\{|1|null)[,:}\]]){0,8}|[\]}{]){0,6}"#) {
        let closed = [body.clone(), format!("{{\"batch\":[{body}]}}")];
        for body in closed {
            if let Ok(reading) = read(&head(PATHS[path], &[]), 1, &body, &mut ParseScratch::default()) {
                for call in &reading.calls {
                    prop_assert!(reading.event(call).get("receivedAt").is_some());
                }
            }
        }
    }
}
