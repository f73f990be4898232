//! Copies that a proxy makes: the first line and the request tab say what becomes of the responses.

use crate::app::TestApp;
use crate::fixture::{BASE, BEGIN_MS, Fixture, Given};
use segscope::recording::RefusalRecord;
use segscope::wire::RequestHead;
use serde_json::json;

fn taking_copies() -> Fixture {
    Given::vendors(1).setting("copies", json!(true)).begin()
}

fn head<'a>(headers: &'a [(String, String)]) -> RequestHead<'a> {
    RequestHead {
        method: "POST",
        path: "/v1/track",
        query: "",
        headers,
        received_at: BEGIN_MS,
        is_tls: false,
    }
}

#[test]
fn the_start_page_does_not_point_sdks_here() {
    let picture = TestApp::new(taking_copies(), 100, 30).picture();
    assert!(picture.contains("Let your proxy send copies here"), "{picture}");
    assert!(!picture.contains("Point your SDK"), "{picture}");
}

#[test]
fn says_that_responses_to_copies_are_discarded_and_where_the_client_is() {
    let fixture = taking_copies();
    let headers = [("x-forwarded-for", "203.0.113.7, 10.0.0.1"), ("host", "api.example-shadow")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let call = br#"{"type":"track","event":"A","userId":"u","messageId":"m1"}"#;
    assert_eq!(fixture.engine().take(&head(&headers), call, BASE).status, 200);
    let mut app = TestApp::new(fixture, 140, 40);
    assert!(app.line(0).contains("copies: responses are discarded"), "{}", app.line(0));
    app.press("k enter [");
    let picture = app.picture();
    assert!(picture.contains("client   203.0.113.7 (X-Forwarded-For)"), "{picture}");
    assert!(picture.contains("this request is a copy"), "{picture}");
}

#[test]
fn does_not_say_that_a_lost_copy_is_sent_again() {
    let fixture = taking_copies();
    let message = "too many requests at once";
    let refused = RefusalRecord { code: "too_many_requests", message, kind: "", body_bytes: None };
    fixture.engine().record_refused(&head(&[]), b"{}", 429, None, refused);
    let mut app = TestApp::new(fixture, 140, 40);
    app.press("k enter");
    let picture = app.picture();
    assert!(picture.contains("copy a share of the traffic"), "{picture}");
    assert!(!picture.contains("sends it again"), "{picture}");
}
