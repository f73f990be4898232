//! Agreement with Segment's own evaluator on the part of the language that it knows. The cases
//! beside this file were made by it (`agree/generate.mjs`); `agree/run.sh` makes many more.

use segscope::fql::parse;
use serde_json::Value as Json;

use super::test_call::TestCall;

#[test]
fn segments_own_evaluator_says_the_same() {
    let kept = include_str!("segment_evaluator/cases.ndjson").to_owned();
    let cases = match std::env::var("SEGSCOPE_AGREE_CASES") {
        Ok(file) => std::fs::read_to_string(file).unwrap(),
        Err(_) => kept,
    };
    let (mut calls, mut compared, mut passed, mut wrong) = (Vec::new(), 0, 0, Vec::new());
    for line in cases.lines() {
        let row: Json = serde_json::from_str(line).unwrap();
        if let Some(call) = row.get("call") {
            calls.push(TestCall::new(&call.to_string(), "{}"));
            continue;
        }
        let Some(text) = row["expression"].as_str() else {
            continue;
        };
        let filter = parse(text).unwrap_or_else(|error| panic!("{}", error.render()));
        let results = row["results"].as_array().unwrap();
        assert_eq!(results.len(), calls.len());
        for (call, result) in calls.iter().zip(results) {
            // Null: Segment's evaluator is known to differ from the language's reference here.
            let Some(theirs) = result.as_bool() else {
                continue;
            };
            compared += 1;
            passed += usize::from(theirs);
            if filter.matches(call) != theirs {
                wrong.push(format!("{text} is {theirs} there for {}", call.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {compared}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 2000 && passed > 400, "{compared} compared, {passed} of them true");
}
