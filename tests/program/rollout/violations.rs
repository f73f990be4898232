//! Violations of a tracking plan that Segment forwards are findings of the calls that they name.

use crate::rollout::{ending, tail};
use serde_json::{Value, json};

fn violation(of: &str, field: &str, description: &str) -> String {
    // as Segment documents it
    json!({
        "context": {"app": null, "library": {"name": "analytics-node", "version": "2.1.0"}},
        "event": "Violation Generated",
        "messageId": format!("sch-{of}-{field}"),
        "properties": {
            "eventMessageID": of, "eventName": "Order Completed", "eventType": "track",
            "sourceName": "Acme Store", "trackingPlanName": "Acme Ecommerce TP",
            "violationDescription": description, "violationField": field,
            "violationType": "Required",
        },
        "receivedAt": "2026-11-29T10:00:00.000Z", "timestamp": "2026-11-29T10:00:00.000Z",
        "type": "track", "userId": "schema-violations",
    })
    .to_string()
}

fn findings<'r>(record: &'r Value, code: &str) -> Vec<&'r Value> {
    let findings = record["findings"].as_array().expect("a record has findings");
    findings.iter().filter(|finding| finding["code"] == code).collect()
}

#[test]
fn a_forwarded_violation_is_a_finding_of_the_call_that_it_names() {
    let home = tempfile::tempdir().expect("a folder");
    let (mut program, mut http, file) = tail(home.path(), &[]);
    let call = |id: &str| {
        format!(r#"{{"type":"track","event":"Order Completed","userId":"u","messageId":"{id}"}}"#)
    };
    let products = "properties.products is required";
    let early = violation("m3", "properties.total", "\u{1b}[31mtotal is a string");
    for (path, body) in [
        ("/v1/track", call("m1")),
        ("/v1/track", call("m2")),
        ("/webhook", violation("m1", "properties.products", products)),
        // one that comes before its call
        ("/webhook", early),
        ("/v1/track", call("m3")),
    ] {
        assert_eq!(http.post(path, body.as_bytes()).expect("an answer").status, 200);
    }
    let calls = http.get("/_segscope/calls").expect("an answer");
    let calls: Value = serde_json::from_slice(&calls.body).expect("JSON");
    let records = calls["calls"].as_array().expect("calls");
    let found = |nth: usize| findings(&records[nth], "EVT-VIOLATION");
    assert_eq!(found(0).len(), 1, "{}", records[0]);
    assert_eq!(found(0)[0]["path"], "/properties/products");
    assert_eq!(
        found(0)[0]["message"],
        format!("Segment found a violation of the tracking plan Acme Ecommerce TP: {products}")
    );
    assert!(found(1).is_empty() && found(2).is_empty(), "the others have none");
    let early = found(4)[0]["message"].as_str().expect("text");
    assert!(early.ends_with(r": \u{1b}[31mtotal is a string"), "{early}");
    let reported = findings(&records[2], "EVT-VIOLATION-REPORTED");
    assert!(
        reported[0]["message"].as_str().is_some_and(|text| text.contains("`messageId` m1 (Order")),
        "{reported:?}"
    );
    program.end();
    // the report counts in CI, in both paths of `check`
    for more in [&[][..], &["--filter", "type = \"track\""]] {
        let file = file.to_str().expect("a name");
        let args = ["check", file, "--fail-on", "never", "--format", "text"];
        let ran = ending(home.path()).args(args).args(more).output().expect("it runs");
        let text = String::from_utf8_lossy(&ran.stdout);
        assert!(text.contains("EVT-VIOLATION-REPORTED"), "{more:?}: {text}");
    }
}
