//! A filter prints as one that is equal and decides the same; a mistake has its place.

#[path = "../../engine/filter/test_call.rs"]
mod test_call;

use crate::input::assert_harmless;
use segscope::fql::{complete, parse, tones};
use std::sync::LazyLock;
use test_call::{NoNames, TestCall};

/// A call and its record.
const CALLS: [(&str, &str); 3] = [
    (r#"{"type":"track","properties":{"x":[1,"a"]}}"#, "{}"),
    (
        r#"{"type":"track","event":"Paid","userId":"u1","properties":{"account_id":"a","total":5.5}}"#,
        r#"{"seq":4,"status":200,"missing":["account_id"],"nearmiss":["account_id"],"verdict":{"":"dropped"},"finding":["EVT-A"],"severity":"error","marked":true}"#,
    ),
    (r#"{"type":"identify","traits":{"email":"a@b.test","n":null},"context":{}}"#, r#"{"seq":9}"#),
];

static ALL: LazyLock<Vec<TestCall>> =
    LazyLock::new(|| CALLS.iter().map(|(call, record)| TestCall::new(call, record)).collect());

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    complete(text, text.len() / 2, &NoNames);
    complete(text, text.len(), &NoNames);
    for (span, _) in tones(text) {
        assert!(text.get(span.clone()).is_some(), "{span:?} of {text:?}");
    }
    let filter = match parse(text) {
        Ok(filter) => filter,
        Err(error) => {
            assert!(error.line >= 1 && error.column >= 1 && text.get(error.span()).is_some());
            return assert_harmless("a filter's error", &error.render());
        }
    };
    let printed = filter.to_string();
    let again = parse(&printed).unwrap_or_else(|error| panic!("{text:?} as {printed:?}: {error}"));
    assert!(again == filter, "{text:?} prints as another filter: {printed:?}");
    assert_eq!(again.to_string(), printed, "{text:?} prints in two ways");
    for call in &*ALL {
        assert_eq!(filter.matches(call), again.matches(call), "{text:?} as {printed:?}");
    }
}
