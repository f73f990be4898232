//! Every captured request of the real SDKs, read by the wire room as the listener and a reopened
//! recording do.

use crate::captures::{Capture, captures};
use segscope::wire::{self, ParseScratch, Platform, RequestHead, Route, WriteKeyPlace};
use serde_json::Value;
use std::collections::BTreeMap;

struct Outcome {
    status: u16,
    /// `type messageId` of each call.
    calls: Vec<String>,
    key: Option<(String, WriteKeyPlace)>,
    platform: Option<Platform>,
    discards: Vec<String>,
}

fn read(capture: &Capture, scratch: &mut ParseScratch) -> Outcome {
    let head = RequestHead {
        method: &capture.method,
        path: &capture.path,
        query: &capture.query,
        headers: &capture.headers,
        received_at: 1_800_000_000_000,
        is_tls: false,
    };
    let fixed = wire::reply::for_request(&head, "127.0.0.1:1").status;
    let run = |scratch: &mut ParseScratch| -> Result<Outcome, wire::Refusal> {
        let made = wire::query_body(&head);
        let decoded = wire::decode(&head, &capture.body)?;
        let body = match &made {
            Some(made) => made.as_str(),
            None => wire::text(&decoded)?,
        };
        let reading = wire::read(&head, 1, body, scratch)?;
        let outcome = Outcome {
            status: fixed,
            calls: reading
                .calls
                .iter()
                .map(|call| {
                    let event = reading.event(call);
                    let text = |name: &str| {
                        event.get(name).and_then(|v| v.as_str()).unwrap_or_default().into_owned()
                    };
                    assert!(!text("messageId").is_empty() && !text("timestamp").is_empty());
                    format!("{} {}", text("type"), text("messageId"))
                })
                .collect(),
            key: reading.write_key.clone().map(|found| (found.key, found.place)),
            platform: Some(reading.platform),
            discards: reading
                .calls
                .iter()
                .flat_map(|call| &call.discards)
                .chain(&reading.discards)
                .map(|discard| discard.code.to_owned())
                .collect(),
        };
        reading.recycle(scratch);
        Ok(outcome)
    };
    run(scratch).unwrap_or_else(|refusal| Outcome {
        status: refusal.status,
        calls: Vec::new(),
        key: None,
        platform: None,
        discards: Vec::new(),
    })
}

/// Returns the calls that serde_json finds in a body: the items of its batch, or the body itself.
fn plain_count(capture: &Capture) -> Option<Vec<String>> {
    let mut body = capture.body.clone();
    if body.starts_with(b"\x1f\x8b") {
        let mut text = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&body[..]), &mut text).ok()?;
        body = text;
    }
    let value: Value =
        serde_json::from_slice(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&body)).ok()?;
    let items = match (&value, value.get("batch")) {
        (_, Some(Value::Array(items))) => items.clone(),
        (Value::Array(items), _) => items.clone(),
        _ => vec![value.clone()],
    };
    Some(
        items
            .iter()
            .map(|item| item["messageId"].as_str().unwrap_or_default().to_owned())
            .collect(),
    )
}

#[test]
fn every_call_is_read_once() {
    let mut scratch = ParseScratch::default();
    let mut counts = BTreeMap::new();
    for capture in captures() {
        let name = format!("{} {} {}", capture.name, capture.path, capture.note);
        let outcome = read(&capture, &mut scratch);
        let refused = matches!(capture.note.as_str(), "bad json" | "single over 32 KB")
            || capture.note.starts_with("40 KB event");
        let want = match (capture.method.as_str(), refused) {
            ("OPTIONS", _) => 204,
            (_, true) => 400,
            (_, false) => 200,
        };
        assert_eq!(outcome.status, want, "{name}");
        // a webhook also gets requests to delete users
        let no_calls = refused
            || capture.method == "OPTIONS"
            || capture.note == "webhook delete"
            || ["/v1/m", "/v1/merge"].contains(&capture.path.as_str());
        if no_calls {
            assert_eq!(outcome.calls, Vec::<String>::new(), "{name}");
        } else if capture.method == "POST" {
            let plain = plain_count(&capture).expect("a readable body");
            assert_eq!(outcome.calls.len(), plain.len(), "{name}");
            for (call, id) in outcome.calls.iter().zip(plain) {
                assert!(call.ends_with(&id), "{name}: {call}");
            }
        }
        *counts.entry(capture.sdk).or_insert(0) += outcome.calls.len();
    }
    // counted from the files without this crate
    let want = [
        ("raw-http", 2531),
        ("rudder-browser", 22),
        ("rudder-node", 70),
        ("rudder-python", 165),
        ("segment-browser", 41),
        ("segment-go", 15),
        ("segment-node", 67),
        ("segment-node-legacy", 80),
        ("segment-php", 5),
        ("segment-python", 175),
        ("segment-ruby", 30),
        ("segment-rust", 19),
    ];
    assert_eq!(counts, want.into_iter().map(|(sdk, count)| (sdk.to_owned(), count)).collect());
}

#[test]
fn the_write_key_is_found_where_each_sdk_puts_it() {
    let mut scratch = ParseScratch::default();
    for capture in captures() {
        let outcome = read(&capture, &mut scratch);
        if outcome.status != 200 || capture.path == "/v1/m" {
            continue;
        }
        let basic = capture.headers.iter().any(|(name, _)| name == "authorization");
        let place = match (basic, capture.note.as_str()) {
            (true, "single screen basic no colon") => Some(WriteKeyPlace::BasicNoColon),
            (true, _) => Some(WriteKeyPlace::Basic),
            (_, note) if note.starts_with("webhook") || note.contains("broken data") => None,
            _ if capture.path.ends_with("/settings") => Some(WriteKeyPlace::Path),
            _ if capture.query.contains("writeKey=") => Some(WriteKeyPlace::Query),
            _ => Some(WriteKeyPlace::Body),
        };
        let found = outcome.key.as_ref();
        assert_eq!(found.map(|(_, place)| *place), place, "{} {}", capture.name, capture.note);
        if let Some((key, _)) = found {
            assert!(["wk_test", "wk_other"].contains(&key.as_str()), "{}: {key}", capture.name);
        }
    }
}

#[test]
fn each_sdk_is_known_for_what_it_is() {
    let mut scratch = ParseScratch::default();
    for capture in captures() {
        let outcome = read(&capture, &mut scratch);
        let want = match capture.sdk.as_str() {
            "raw-http" | "segment-rust" => continue, // by hand, and a library that does not name itself
            sdk if sdk.starts_with("rudder") => Platform::RudderStack,
            _ => Platform::Segment,
        };
        if !outcome.calls.is_empty() {
            assert_eq!(outcome.platform, Some(want), "{} {}", capture.name, capture.note);
            assert_eq!(outcome.discards, Vec::<String>::new(), "{} {}", capture.name, capture.note);
        }
    }
}

#[test]
fn what_is_wrong_by_hand_is_taken_and_told() {
    let mut scratch = ParseScratch::default();
    let mut told = BTreeMap::new();
    for capture in captures().into_iter().filter(|capture| capture.sdk == "raw-http") {
        let outcome = read(&capture, &mut scratch);
        if !outcome.discards.is_empty() {
            told.insert(capture.note, outcome.discards.join(" "));
        }
    }
    let want = [
        ("empty batch", "empty_batch"),
        ("no user and no anonymous id", "no_user_anon_id"),
        ("batch item without type", "type_missing empty_batch_result"),
        ("pixel broken data still a gif", "bad_request"),
    ];
    assert_eq!(told, want.map(|(note, codes)| (note.to_owned(), codes.to_owned())).into());
}

#[test]
fn the_routes_of_all_captures_are_known() {
    for capture in captures() {
        let route = wire::route(&capture.method, &capture.path);
        assert!(!matches!(route, Route::Unknown | Route::WrongMethod(_)), "{}", capture.name);
    }
}
