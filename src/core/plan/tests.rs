use super::*;
use crate::call::{Doc, Event};
use std::time::{Duration, Instant};

fn plan(schema: &str) -> Plan {
    let text = format!("[[event]]\nname = \"A\"\nids = []\nschema = '''{schema}'''\n");
    Plan::read(&text).expect("a plan")
}

/// Returns the codes of a track call `A` with these properties, and checks that the findings have
/// the same codes.
fn codes(plan: &Plan, properties: &str) -> Vec<&'static str> {
    let call = format!("{{\"type\":\"track\",\"event\":\"A\",\"properties\":{properties}}}");
    let doc = Doc::parse(call.as_str()).expect("JSON");
    let event = Event::bare(doc.root());
    let codes: Vec<&str> = plan.check(&event).codes().map(PlanCode::name).collect();
    let mut reported: Vec<String> =
        plan.findings(&event).into_iter().map(|finding| finding.code.into_owned()).collect();
    reported.sort();
    reported.dedup();
    assert_eq!(codes, reported, "{call}");
    codes
}

#[test]
fn stops_a_pattern_that_backtracks_forever() {
    let plan = plan(r#"{"properties": {"a": {"pattern": "^(?=(a+)+$)(a|a)*\\1b$"}}}"#);
    let start = Instant::now();
    let found = codes(&plan, &format!("{{\"a\":\"{}\"}}", "a".repeat(40)));
    assert_eq!(found, ["PLAN-UNCHECKED"]);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn does_not_check_a_call_that_nests_too_deep() {
    let plan = plan(r##"{"properties": {"a": {"$ref": "#"}}, "additionalProperties": false}"##);
    let nested = |levels: usize| format!("{}{{}}{}", "{\"a\":".repeat(levels), "}".repeat(levels));
    assert_eq!(codes(&plan, &nested(50)), [""; 0]);
    assert_eq!(codes(&plan, &nested(200)), ["PLAN-UNCHECKED"]);
    assert_eq!(codes(&plan, &nested(200_000)), ["PLAN-UNCHECKED"]);
}

#[test]
fn counts_the_last_of_a_repeated_key() {
    let schema = r#"{"properties": {"a": {"type": "number"}}, "maxProperties": 1}"#;
    let plan = plan(schema);
    assert_eq!(codes(&plan, r#"{"a":"x","a":1}"#), [""; 0]);
    assert_eq!(codes(&plan, r#"{"a":1,"\u0061":"x"}"#), ["PLAN-TYPE"]);
    assert_eq!(codes(&plan, r#"{"a":1,"b":1}"#), ["PLAN-VALUE"]);
}

#[test]
fn reads_numbers_as_javascript_does() {
    let plan = plan(
        r#"{"properties": {"i": {"type": "integer"}, "n": {"type": "number", "maximum": 5}, "e": {"enum": [1, "1", null, [2]]}}}"#,
    );
    for good in [
        "{\"i\":1.0}",
        "{\"i\":1e2}",
        "{\"i\":-0}",
        "{\"e\":1.0}",
        "{\"e\":[2.0]}",
        "{\"n\":-1e999}",
    ] {
        assert_eq!(codes(&plan, good), [""; 0], "{good}");
    }
    for (bad, code) in [
        ("{\"i\":1.5}", "PLAN-TYPE"),
        ("{\"i\":\"1\"}", "PLAN-TYPE"),
        ("{\"n\":1e999}", "PLAN-VALUE"),
        ("{\"e\":2}", "PLAN-VALUE"),
        ("{\"e\":true}", "PLAN-VALUE"),
    ] {
        assert_eq!(codes(&plan, bad), [code], "{bad}");
    }
}

#[test]
fn distinguishes_calls_with_different_violations() {
    let plan = plan(r#"{"properties": {"a": {"enum": [1]}, "b": {"enum": [1]}}}"#);
    let outcome = |properties: &str| {
        let call = format!("{{\"type\":\"track\",\"event\":\"A\",\"properties\":{properties}}}");
        plan.check(&Event::bare(Doc::parse(call.as_str()).expect("JSON").root())).fingerprint
    };
    assert_eq!(outcome("{\"a\":2,\"b\":1}"), outcome("{\"a\":3,\"b\":1}"));
    assert_ne!(outcome("{\"a\":2,\"b\":1}"), outcome("{\"a\":1,\"b\":2}"));
    assert_eq!(outcome("{\"a\":1,\"b\":1}"), 0);
}
