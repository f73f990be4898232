//! Completion offers the names that a recording has while a filter is typed.

use super::{engine, send};
use segscope::fql::{NameSource, complete};

fn offers(names: &dyn NameSource, text: &str) -> Vec<String> {
    complete(text, text.len(), names).into_iter().map(|offer| offer.text).collect()
}

#[test]
fn names_and_values_are_those_of_the_recording() {
    let engine = engine();
    let call = r#"{"userId":"u-1","event":"Order Received","properties":{"total":7,"to\u0074e":"x"},
        "context":{"library":{"name":"analytics-node","version":"2.1.0"}}}"#;
    send(&engine, "/v1/track", None, 0, call);
    send(&engine, "/v1/identify", None, 1, r#"{"userId":"u-2","traits":{"plan":"gold"}}"#);
    engine.settle();
    let names = engine.names();
    assert_eq!(offers(&names, "properties.to"), ["properties.total", "properties.tote"]);
    assert_eq!(offers(&names, "traits."), ["traits.plan"]);
    assert_eq!(offers(&names, "event = \"O"), ["\"Order Received\""]);
    assert_eq!(offers(&names, "userId in [\""), ["\"u-1\"", "\"u-2\""]);
    assert_eq!(offers(&names, "library.name = \""), ["\"analytics-node\""]);
    assert_eq!(offers(&names, "verdict.pl"), ["verdict.planhat"]);
    assert_eq!(offers(&names, "path = \"/v1/t"), ["\"/v1/track\""]);
    let codes = offers(&names, "\"CSB-T-ACCOUNT");
    assert!(codes.is_empty(), "nothing says that it is a finding yet: {codes:?}");
    let codes = offers(&names, "match(finding, \"CSB-T-ACCOUNT");
    assert_eq!(codes, ["\"CSB-T-ACCOUNT-MISSING\""]);
}
