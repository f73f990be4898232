//! Every captured request, sent to a listener in order on one connection.

use super::client::start;
use crate::captures::{Capture, captures};
use flate2::read::GzDecoder;
use segscope::recording::RequestLine;
use segscope::server::Limits;
use segscope::wire::{self, Route};
use std::io::Read;

const SUCCESS: &[u8] = br#"{"success": true}"#;

#[test]
fn each_gets_the_answer_that_its_sdk_needs() {
    let running = start(Limits::default());
    let mut client = running.client();
    let mut seen = 0;
    for capture in captures() {
        let name = format!("{} {}", capture.name, capture.note);
        let target = match capture.query.as_str() {
            "" => capture.path.clone(),
            query => format!("{}?{query}", capture.path),
        };
        let own = ["host", "connection", "transfer-encoding", "content-length"];
        let headers: Vec<(&str, &str)> = capture
            .headers
            .iter()
            .filter(|(name, _)| !own.contains(&name.as_str()))
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let answer = client.ask(&capture.method, &target, &headers, &capture.body);
        check_answer(&capture, &answer, &name);
        check_cors(&capture, &answer, &name);
        if capture.method != "OPTIONS" {
            seen += 1;
            let (recorded, line) = running.last_with_line();
            check_body(&capture, &recorded, &line, &name);
            assert_eq!((recorded.method, recorded.path), (capture.method, capture.path), "{name}");
        }
    }
    assert_eq!(
        running.requests().len(),
        seen,
        "preflights are no requests, all others are there once"
    );
    // the sum of what the files hold, counted without this crate and without a deletion request
    assert_eq!(running.calls(), 3220);
    assert_eq!(running.listener.counts().connections, 1, "kept alive from first to last");
}

/// The body is recorded as it was before it was compressed; that of a refused request as it came.
fn check_body(capture: &Capture, recorded: &RequestLine, line: &str, name: &str) {
    if capture.body.is_empty() {
        // what a pixel says is in its query
        return;
    }
    let mut sent = capture.body.clone();
    if sent.starts_with(b"\x1f\x8b") && recorded.refused.is_none() {
        sent.clear();
        GzDecoder::new(&capture.body[..]).read_to_end(&mut sent).expect("gzip");
    }
    let sent = sent.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&sent);
    let kept = match (&recorded.body, &recorded.other_body) {
        (Some(range), None) => line[range.clone()].as_bytes(),
        (None, other) => other.as_deref().unwrap_or_default(),
        both => panic!("{both:?}: {name}"),
    };
    // a line end between tokens would end the line of the recording
    let one_line = |bytes: &[u8]| -> Vec<u8> {
        bytes.iter().map(|byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte }).collect()
    };
    let (kept, sent) = (one_line(kept), one_line(sent));
    assert!(
        kept == sent,
        "{name}: kept {} of {} bytes: {}",
        kept.len(),
        sent.len(),
        String::from_utf8_lossy(&kept)
    );
}

fn check_answer(capture: &Capture, answer: &super::client::Answer, name: &str) {
    let bad = capture.note == "bad json"
        || capture.note == "single over 32 KB"
        || capture.note.starts_with("40 KB event");
    let kind = answer.header("content-type");
    match wire::route(&capture.method, &capture.path) {
        Route::Preflight => {
            assert_eq!((answer.status, answer.body.len()), (204, 0), "{name}");
        }
        route if route.is_pixel() => {
            assert_eq!((answer.status, kind), (200, Some("image/gif")), "{name}");
            assert!(answer.body.starts_with(b"GIF89a") && answer.body.len() == 43, "{name}");
        }
        Route::Settings { .. } => {
            let want = r#"{"integrations":{"Segment.io":{"apiKey":"wk_test","apiHost":"127.0.0.1/v1","protocol":"http"}},"plan":{},"metrics":{"sampleRate":0}}"#;
            assert_eq!((answer.status, answer.text()), (200, want), "{name}");
        }
        Route::SourceConfig => {
            let value: serde_json::Value = serde_json::from_str(answer.text()).expect("JSON");
            assert_eq!(value["source"]["writeKey"], "wk_test", "{name}");
            assert_eq!(value["source"]["enabled"], true, "{name}");
            assert_eq!(value["source"]["dataplanes"], serde_json::json!({}), "{name}");
        }
        _ if bad => {
            assert_eq!((answer.status, kind), (400, Some("application/json")), "{name}");
            let value: serde_json::Value = serde_json::from_str(answer.text()).expect("JSON");
            assert_eq!(value["code"], "invalid_request", "{name}");
            let message = value["message"].as_str().expect("a message");
            assert!(message.starts_with("the body") || message.starts_with("call"), "{name}");
            assert_eq!(value["error"], value["message"], "{name}");
            assert_eq!(value["success"], false, "{name}");
        }
        _ => {
            assert_eq!((answer.status, kind), (200, Some("application/json")), "{name}");
            assert_eq!(answer.body, SUCCESS, "{name}");
        }
    }
}

fn check_cors(capture: &Capture, answer: &super::client::Answer, name: &str) {
    let sent = |wanted: &str| {
        capture.headers.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.as_str())
    };
    let origin = sent("origin");
    assert_eq!(answer.header("access-control-allow-origin"), origin, "{name}");
    if origin.is_some() {
        assert_eq!(answer.header("access-control-allow-credentials"), Some("true"), "{name}");
        assert_eq!(answer.header("access-control-expose-headers"), Some("Retry-After"), "{name}");
        assert!(answer.header("vary").is_some_and(|vary| vary.contains("Origin")), "{name}");
    }
    if capture.method == "OPTIONS" {
        let asked = sent("access-control-request-headers");
        assert_eq!(answer.header("access-control-allow-headers"), asked, "{name}");
        let methods = answer.header("access-control-allow-methods");
        assert_eq!(methods, Some("GET, POST, OPTIONS"), "{name}");
        assert_eq!(answer.header("access-control-max-age"), Some("900"), "{name}");
    }
}
