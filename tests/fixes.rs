//! The fix of a call as the pipeline gives it, live and after all calls are read again.

use segscope::call::time;
use segscope::journal::Journal;
use segscope::pipeline::{CallDetail, Detail, InUse, Pipeline, Recording};
use segscope::vendors::Vendors;
use segscope::wire::RequestHead;
use std::sync::Arc;

fn pipeline() -> Pipeline {
    let vendors = Arc::new(Vendors::new(&serde_json::Map::new(), &[]).expect("the defaults"));
    let recording = Recording::of_journal(Journal::nameless().expect("a file")).expect("empty");
    let in_use = InUse::unsaid(&vendors);
    Pipeline::new(recording, vendors, in_use, None).expect("nothing to read").0
}

fn take(pipeline: &Pipeline, at: &str, path: &str, body: &str) {
    let head = RequestHead {
        method: "POST",
        path,
        query: "",
        headers: &[("content-type".to_owned(), "application/json".to_owned())],
        received_at: time::parse(at).expect("a time"),
    };
    assert_eq!(pipeline.take(&head, body.as_bytes(), "").status, 200);
    pipeline.settle();
}

fn call(pipeline: &Pipeline, row: u64) -> CallDetail {
    match pipeline.detail(row) {
        Ok(Some(Detail::Call(call))) => *call,
        other => panic!("row {row} is {other:?}"),
    }
}

#[test]
fn an_earlier_group_call_says_why_there_is_no_account() {
    let pipeline = pipeline();
    let library = r#""context":{"library":{"name":"@segment/analytics-node"}}"#;
    let track = format!(r#"{{"userId":"u","event":"E","properties":{{}},{library}}}"#);
    take(&pipeline, "2026-11-22T10:00:00Z", "/v1/track", &track);
    take(&pipeline, "2026-11-22T10:00:01Z", "/v1/group", r#"{"userId":"u","groupId":"acct_42"}"#);
    take(&pipeline, "2026-11-22T10:00:05Z", "/v1/track", &track);
    take(&pipeline, "2026-11-22T10:00:06Z", "/v1/group", r#"{"userId":"u","groupId":"acct_43"}"#);
    let seen = || (0..3).map(|row| call(&pipeline, row).why_no_account()).collect::<Vec<_>>();
    let live = seen();
    assert_eq!(live[0], None, "nothing was known yet");
    assert_eq!(
        live[2].as_deref(),
        Some(
            "group `acct_42` was called 4 s earlier (call 2); SDKs do not attach it to track calls"
        )
    );
    let fix = call(&pipeline, 2).fix().expect("a track call");
    assert_eq!(fix.snippet.language, "Node, @segment/analytics-node");
    assert!(fix.snippet.code.contains("account_id: 'acct_42'"), "{}", fix.snippet.code);
    assert!(call(&pipeline, 0).fix().expect("a track call").snippet.code.contains("ACCOUNT_ID"));
    // a call that lacks nothing has nothing to explain
    pipeline.set_in_use(InUse::chosen(&pipeline.vendors(), vec![3])).expect("read again");
    assert!(seen().iter().all(Option::is_none));
    assert!(call(&pipeline, 2).fix().expect("a track call").edits.is_empty());
    pipeline.set_in_use(InUse::unsaid(&pipeline.vendors())).expect("read again");
    assert_eq!(seen(), live);
}

#[test]
fn what_a_vendor_in_use_reads_is_copied_and_not_renamed() {
    let pipeline = pipeline();
    let body = r#"{"anonymousId":"a","event":"E","properties":{"userId":"u7","account_id":"c1"}}"#;
    take(&pipeline, "2026-11-22T10:00:00Z", "/v1/track", body);
    let edits = |names: &[&str]| {
        let places = names.iter().filter_map(|name| pipeline.vendors().index_of(name)).collect();
        let in_use = InUse::chosen(&pipeline.vendors(), places);
        pipeline.set_in_use(in_use).expect("read again");
        let fix = call(&pipeline, 0).fix().expect("a track call");
        fix.edits.iter().map(|edit| edit.words()).collect::<Vec<_>>()
    };
    let renamed = "`properties.userId` renamed to `properties.user_id`";
    assert_eq!(edits(&["customersuccessbox"]), [renamed]);
    let both = edits(&["customersuccessbox", "planhat"]);
    assert!(
        both.contains(&"`properties.userId` copied to `properties.user_id`".to_owned()),
        "{both:?}"
    );
}
