//! A call that is only written gives what it would give if it came, and teaches nothing.

use segscope::journal::Journal;
use segscope::pipeline::{Detail, InUse, Pipeline, Recording};
use segscope::vendors::Vendors;
use segscope::wire::RequestHead;
use std::sync::Arc;

const NOW: i64 = 1_714_564_800_000;

fn pipeline() -> Pipeline {
    let vendors = Arc::new(Vendors::new(&Default::default(), &[]).expect("the built-in ones"));
    let recording = Recording::of_journal(Journal::nameless().expect("a file")).expect("readable");
    let in_use = InUse::unsaid(&vendors);
    Pipeline::new(recording, vendors, in_use, None).expect("readable").0
}

fn take(pipeline: &Pipeline, call: &str) {
    let head = RequestHead {
        method: "POST",
        path: "/v1/batch",
        query: "",
        headers: &[],
        received_at: NOW,
    };
    let body = format!("{{\"batch\":[{call}]}}");
    assert_eq!(pipeline.take(&head, body.as_bytes(), "here").status, 200);
    pipeline.settle();
}

#[test]
fn what_is_written_gives_what_it_would_give() {
    let pipeline = pipeline();
    let library = r#""context":{"library":{"name":"analytics-node","version":"1"}}"#;
    for (call, used) in [
        (format!(r#"{{"type":"identify","messageId":"1","userId":"u","timestamp":"2024-05-01T10:00:00Z","traits":{{"company_id":"c","email":"a@b.io"}},{library}}}"#), 4),
        (format!(r#"{{"type":"track","messageId":"2","event":"E","userId":"u","timestamp":"2024-05-01T10:00:00Z",{library}}}"#), 4),
        (r#"{"type":"group","messageId":"3","groupId":"g","userId":"u","timestamp":"2024-05-01T10:00:00Z","traits":{"n":1.50}}"#.to_owned(), 5),
        (r#"{"messageId":"4","properties":[]}"#.to_owned(), 5),
    ] {
        // twice: the first one teaches nothing
        pipeline.compose(&call, NOW).expect("a call");
        let composed = pipeline.compose(&call, NOW).expect("a call");
        let row = pipeline.rows();
        take(&pipeline, &call);
        let Ok(Some(Detail::Call(taken))) = pipeline.detail(row) else { panic!("a call") };
        for ((_, composed), (_, taken)) in composed.vendors.iter().zip(&taken.vendors) {
            assert_eq!(composed.verdict, taken.verdict, "{call}");
            assert_eq!(composed.requests, taken.requests, "{call}");
            // what depends on the order of arrival alone (sessions) is told of calls that came
            let of = |findings: &[segscope::findings::Finding]| {
                findings.iter().map(|finding| finding.code.to_string()).collect::<Vec<_>>()
            };
            assert_eq!(of(&composed.findings), of(&taken.findings), "{call}");
        }
        assert_eq!(composed.vendors.len(), 5);
        assert_eq!(composed.in_use, taken.in_use);
        assert_eq!(composed.in_use.len(), used, "{call}");
    }
}

#[test]
fn a_text_that_is_no_call_says_where() {
    let pipeline = pipeline();
    for (text, line, column, says) in [
        ("", 1, 1, "expected a JSON value"),
        ("{\n  \"type\": ,\n}", 2, 11, "expected a JSON value"),
        ("[]", 1, 1, "expected a call"),
        ("7", 1, 1, "expected"),
        ("{\"batch\":[]}", 1, 1, "expected a call"),
    ] {
        let error = pipeline.compose(text, NOW).expect_err(text);
        assert_eq!((error.line, error.column), (line, column), "{text}: {error}");
        assert!(error.message.contains(says), "{text}: {error}");
    }
    let batch = r#"{"batch":[{"type":"track"},{"type":"page"}]}"#;
    assert_eq!(pipeline.compose(batch, NOW).expect("two calls").calls, 2);
    assert_eq!(pipeline.calls(), 0);
}
