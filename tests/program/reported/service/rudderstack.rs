//! The refusals of RudderStack's gateway, and the service that a call of a file went through.

use super::{assert_discarded, assert_passed, call_with, from_file, live, rudder_item, said};
use crate::reported::{case, check_records};
use serde_json::json;

#[test]
fn rudderstack_refuses_the_whole_request_for_one_call_without_an_id() {
    let home = tempfile::tempdir().expect("a folder");
    let file = case("57-rudder-batch-one-item-without-ids.json");
    let records = check_records(home.path(), &file, &[]);
    assert_discarded(&records[0], "rudderstack", "request_refused");
    assert_discarded(&records[1], "rudderstack", "no_user_anon_id");
    let message = records[0]["findings"][0]["message"].as_str().expect("a text");
    assert!(message.starts_with("refused by RudderStack: item 2 of the same request"), "{message}");
    let body = std::fs::read_to_string(file).expect("a case");
    let live = live(home.path(), &[], &[("/v1/batch", body)], 2);
    assert_eq!(said(&live[0]), said(&records[0]));
    assert_eq!(said(&live[1]), said(&records[1]));

    for bad in [
        json!({}),
        json!({"userId": null, "anonymousId": null}),
        json!({"userId": " \t", "anonymousId": "\u{a0}"}),
        json!({"userId": "\u{200b}"}),
        json!({"userId": "", "anonymousId": null, "event": null}),
    ] {
        let items = [json!({"userId": "u1"}), bad.clone(), json!({"anonymousId": "an-1"})];
        let body = json!({"batch": items.map(rudder_item)}).to_string();
        let records = from_file(&body, &[]);
        let codes = ["request_refused", "no_user_anon_id", "request_refused"];
        for (record, code) in records.iter().zip(codes) {
            assert_discarded(record, "rudderstack", code);
        }
        assert_eq!(records.len(), 3, "{bad}");
    }
    // what is not a call at all has the same effect
    let body = json!({"batch": [rudder_item(json!({"userId": "u1"})), 7]}).to_string();
    assert_discarded(&from_file(&body, &[])[0], "rudderstack", "request_refused");
}

#[test]
fn rudderstack_checks_nothing_but_the_ids() {
    for good in [
        json!({"userId": "u1"}),
        json!({"userId": 42}),
        json!({"anonymousId": "an-1", "userId": ""}),
        json!({"userId": "u1", "anonymousId": null}),
        json!({"userId": "u1", "event": 7, "properties": []}),
        json!({"userId": "u1", "messageId": "m".repeat(200)}),
        json!({"userId": "u1", "context": {"library": {"name": "analytics-python"}},
               "channel": "server", "anonymousId": null}),
    ] {
        let body = json!({"batch": [rudder_item(good)]}).to_string();
        assert_passed(&from_file(&body, &[])[0], "rudderstack");
    }
    // the same call of Segment's library is discarded
    let segment = json!({"type": "track", "event": 7, "userId": "u1",
        "context": {"library": {"name": "analytics-python"}}});
    assert_discarded(&from_file(&segment.to_string(), &[])[0], "segment", "event_not_string");
}

#[test]
fn which_service_a_call_of_a_file_went_through_follows_from_its_sender() {
    let node = json!({"library": {"name": "analytics-node"}});
    let received = "2026-11-28T10:00:00.200Z";
    for (call, service) in [
        (json!({"userId": "u", "context": node}), "segment"),
        (json!({"userId": "u", "context": node, "channel": "server"}), "rudderstack"),
        // Segment itself adds the channel
        (
            json!({"userId": "u", "context": node, "channel": "server", "receivedAt": received}),
            "segment",
        ),
        (
            json!({"userId": "u", "context": node, "channel": "server", "receivedAt": received,
                   "rudderId": "9f"}),
            "rudderstack",
        ),
        (json!({"userId": "u"}), "segment"),
        // Segment adds the original time to what it stores; the library decides, not this shape
        (json!({"userId": "u", "timestamp": null, "originalTimestamp": received}), "segment"),
        (
            json!({"userId": "u", "timestamp": null, "originalTimestamp": received,
                   "channel": "server",
                   "context": {"library": {"name": "@segment/analytics-node"}}}),
            "segment",
        ),
        (
            json!({"userId": "u", "context": {"library": {"name": "RudderLabs JavaScript SDK"}}}),
            "rudderstack",
        ),
    ] {
        let call = call_with(&call);
        assert_eq!(from_file(&call.to_string(), &[])[0]["service"]["name"], service, "{call}");
    }
}

/// RudderStack keeps the `timestamp` of a call, so a `sentAt` that is days before it moves nothing.
#[test]
fn a_time_that_rudderstack_keeps_is_not_reported_as_moved() {
    let times = |of: serde_json::Value| {
        let mut item = rudder_item(json!({"userId": "u1", "sentAt": "2026-11-20T10:00:00.000Z"}));
        item.as_object_mut().expect("an object").extend(of.as_object().expect("one").clone());
        item
    };
    let event = "2026-11-28T10:00:00.000Z";
    let (arrival, moved) = ("2026-11-29T10:00:00.000Z", "2026-12-07T10:00:00.000Z");
    let found = |record: &serde_json::Value| -> Vec<(String, String)> {
        let findings = record["findings"].as_array().expect("findings").iter();
        let times = findings.filter(|it| it["code"] == "EVT-TIME-IMPLAUSIBLE");
        times.map(|it| (it["path"].to_string(), it["message"].to_string())).collect()
    };
    let segment = json!({"type": "track", "event": "E", "userId": "u1", "timestamp": event,
        "originalTimestamp": arrival});
    for (call, want) in [
        (times(json!({"timestamp": event})), None),
        (times(json!({"timestamp": event, "originalTimestamp": null})), None),
        (times(json!({})), Some("8 days before `originalTimestamp`")),
        (segment.clone(), Some("8 days before `timestamp`")),
    ] {
        // of a batch, only Segment takes the time of sending
        let body = json!({"batch": [call], "sentAt": "2026-11-20T10:00:00.000Z"}).to_string();
        let home = tempfile::tempdir().expect("a folder");
        let live = &live(home.path(), &[], &[("/v1/batch", body.clone())], 1)[0];
        let of_file = &from_file(&body, &[])[0];
        for record in [live, of_file] {
            let found = found(record);
            assert_eq!(found.len(), usize::from(want.is_some()), "{record}");
            let says = |words: &str| found.iter().any(|(_, message)| message.contains(words));
            assert!(want.is_none_or(says), "{found:?}");
        }
    }
    // what RudderStack has stored says itself whether its `timestamp` was moved
    for (timestamp, want) in [(event, 0), (moved, 1)] {
        let stored = times(json!({"timestamp": timestamp, "receivedAt": arrival}));
        let sent_at = |found: &[(String, String)]| {
            found.iter().filter(|(path, _)| path == "\"/sentAt\"").count()
        };
        let record = &from_file(&stored.to_string(), &[])[0];
        assert_eq!(sent_at(&found(record)), want, "{record}");
    }
}
