//! A listener that forwards: the counts of the first line, and the upstream's answer in the detail.

use crate::app::TestApp;
use crate::fixture::{BEGIN_MS, Fixture, Given};
use segscope::engine::{ForwardEnd, ForwardRecord};
use segscope::recording::{AnsweredWith, UpstreamAnswer};
use segscope::wire::RequestHead;
use serde_json::json;

const TRACK: &[u8] = br#"{"type":"track","event":"A","userId":"u","messageId":"m1"}"#;

fn forwarding() -> Fixture {
    Given::vendors(1).setting("forward", json!("http://127.0.0.1:9")).begin()
}

/// Records a request as if it had been forwarded and answered so.
fn forwarded(fixture: &Fixture, outcome: Result<(u16, &str), &str>) {
    let engine = fixture.engine();
    assert!(engine.forwarding().begin(9));
    let head = RequestHead {
        method: "POST",
        path: "/v1/track",
        query: "",
        headers: &[],
        received_at: BEGIN_MS,
        is_tls: false,
    };
    let (status, end) = match outcome {
        Ok((status, _)) => (status, ForwardEnd::from_status("POST", "/v1/track", status)),
        Err(_) => (502, ForwardEnd::Lost),
    };
    let outcome = outcome.map_err(str::to_owned).map(|(status, body)| AnsweredWith {
        status,
        headers: vec![("x-upstream".to_owned(), "\u{1b}[31m1".to_owned())],
        body: body.as_bytes().to_vec(),
        body_bytes: body.len() as u64,
    });
    let answer = UpstreamAnswer {
        at: BEGIN_MS + 50,
        first_byte_us: outcome.is_ok().then_some(41_200),
        took_us: 43_750,
        outcome,
    };
    if let ForwardRecord::Held(held) =
        engine.record_forwarded(&head, (TRACK, None), status, &answer, None)
    {
        assert_eq!(engine.written(&held), None);
    }
    engine.forwarding().end(end);
}

#[test]
fn a_request_that_begins_to_wait_is_drawn_without_a_key() {
    let mut app = TestApp::new(forwarding(), 120, 24);
    app.draw();
    assert!(!app.is_dirty(), "nothing changed");
    assert!(app.inspector.engine().forwarding().begin(9));
    assert!(app.is_dirty());
    app.draw();
    assert!(app.line(0).contains("1 recv") && app.line(0).contains("1 waiting"), "{}", app.line(0));
    assert!(!app.is_dirty(), "nothing changed since");
}

#[test]
fn the_first_line_always_counts_what_was_forwarded() {
    for (width, want) in [
        (80, "2 recv  2 fwd  1 ack  1 fail  0 unrec  0 B lag"),
        (120, "2 recv  2 fwd  1 ack  1 fail  0 unrec  0 B lag"),
        (200, "2 received  2 forwarded  1 acknowledged  1 failed  0 not recorded  0 B lag"),
    ] {
        let fixture = forwarding();
        forwarded(&fixture, Ok((200, "{}")));
        forwarded(&fixture, Err("the upstream could not be reached: refused"));
        let mut app = TestApp::new(fixture, width, 24);
        for keys in ["", "2", "3", "1 k enter"] {
            app.press(keys);
            assert!(app.line(0).contains(want), "{width}, {keys}: {}", app.line(0));
        }
    }
}

#[test]
fn the_start_page_says_where_requests_go() {
    let app = TestApp::new(forwarding(), 100, 30);
    let want = "Each request is forwarded to http://127.0.0.1:9";
    assert!(app.picture().contains(want), "{}", app.picture());
    let only = Given::vendors(1)
        .setting("forward", json!("http://127.0.0.1:9"))
        .setting("forward_only", json!("type = \"track\""))
        .begin();
    let app = TestApp::new(only, 100, 30);
    let want = "Requests that match --forward-only are forwarded to http://127.0.0.1:9";
    assert!(app.picture().contains(want), "{}", app.picture());
}

#[test]
fn the_detail_shows_what_the_upstream_answered_and_when() {
    let fixture = forwarding();
    forwarded(&fixture, Ok((200, r#"{"from":"upstream"}"#)));
    let mut app = TestApp::new(fixture, 140, 40);
    app.press("k enter [");
    let picture = app.picture();
    for want in [
        "answer  200",
        "the upstream answered in 43.7 ms",
        "after 41.2 ms",
        "x-upstream: ",
        r#"{"from":"upstream"}"#,
    ] {
        assert!(picture.contains(want), "{want}: {picture}");
    }
    app.assert_well_formed();
}

#[test]
fn a_request_without_an_answer_is_a_row_with_the_reason_and_the_fix() {
    let fixture = forwarding();
    forwarded(&fixture, Err("the upstream could not be reached: connection refused"));
    let mut app = TestApp::new(fixture, 140, 40);
    assert!(app.picture().contains("502      refused the upstream could not be reached"));
    app.press("k enter");
    let picture = app.picture();
    assert!(picture.contains("check the upstream and the way to it"), "{picture}");
    assert!(picture.contains("after 43.7 ms: the upstream could not be reached"), "{picture}");
}

#[test]
fn a_call_is_not_sent_on_by_accident() {
    let fixture = forwarding();
    forwarded(&fixture, Ok((200, "{}")));
    let error = fixture.send(None, r#"{"type":"track"}"#, None).expect_err("it would be real data");
    assert!(error.contains("choose where to send"), "{error}");
    let mut app = TestApp::new(fixture, 120, 40);
    app.press("k r");
    assert!(app.picture().contains("this listener, which forwards it"), "{}", app.picture());
    app.press("enter");
    assert!(app.picture().contains("Create real data there?"), "{}", app.picture());
    assert!(app.effects.is_empty(), "nothing is sent yet");
}
