//! Copies that a proxy makes: the first line and the request tab say what becomes of the responses.

use crate::app::TestApp;
use crate::fixture::{BEGIN_MS, Given};
use segscope::recording::RefusalRecord;
use segscope::wire::RequestHead;
use serde_json::json;

#[test]
fn says_that_responses_to_copies_are_discarded_and_where_the_client_is() {
    let fixture = Given::vendors(1).setting("copies", json!(true)).begin();
    let from = [("x-forwarded-for", "203.0.113.7, 10.0.0.1"), ("host", "api.example.com-shadow")];
    let call = br#"{"type":"track","event":"A","userId":"u","messageId":"m1"}"#;
    assert_eq!(fixture.request_with(&from, 0, "/v1/track", call), 200);
    let mut app = TestApp::new(fixture, 140, 40);
    assert!(app.line(0).contains("copies: responses are discarded"), "{}", app.line(0));
    app.press("k enter [");
    let picture = app.picture();
    assert!(picture.contains("client   203.0.113.7 (X-Forwarded-For)"), "{picture}");
    assert!(picture.contains("this request is a copy"), "{picture}");
}

#[test]
fn does_not_say_that_a_lost_copy_is_sent_again() {
    let fixture = Given::vendors(1).setting("copies", json!(true)).begin();
    let head = RequestHead {
        method: "POST",
        path: "/v1/track",
        query: "",
        headers: &[],
        received_at: BEGIN_MS,
    };
    let message = "too many requests at once";
    let refused = RefusalRecord { code: "too_many_requests", message, kind: "", body_bytes: None };
    fixture.engine().record_refused(&head, b"{}", 429, refused);
    let mut app = TestApp::new(fixture, 140, 40);
    app.press("k enter");
    let picture = app.picture();
    assert!(picture.contains("copy a share of the traffic"), "{picture}");
    assert!(!picture.contains("sends it again"), "{picture}");
}
