//! A listener that mirrors: the counts of the first line, and where requests go.

use crate::app::TestApp;
use crate::fixture::{Fixture, Given};
use serde_json::json;

fn mirroring() -> Fixture {
    Given::vendors(1).setting("mirror", json!("segment")).begin()
}

#[test]
fn the_first_line_always_counts_what_was_sent() {
    for (width, want) in [
        (80, "0 sent  0 again  0 given up  0 not mirr  0 B lag"),
        (200, "0 sent  0 sent again  0 given up  0 not mirrored  0 B not sent yet"),
    ] {
        let mut app = TestApp::new(mirroring(), width, 24);
        for keys in ["", "2", "3"] {
            app.press(keys);
            assert!(app.line(0).contains(want), "{width}, {keys}: {}", app.line(0));
        }
    }
}

#[test]
fn the_start_page_says_where_requests_go() {
    let app = TestApp::new(mirroring(), 100, 30);
    let want = "Each request is also sent to https://api.segment.io";
    assert!(app.picture().contains(want), "{}", app.picture());
}

#[test]
fn a_call_is_not_sent_on_by_accident() {
    let fixture = mirroring();
    let error = fixture.send(None, r#"{"type":"track"}"#, None).expect_err("it would be real data");
    assert!(error.contains("choose where to send"), "{error}");
}
