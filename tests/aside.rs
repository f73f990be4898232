//! Findings that are set aside: no marks in the log, and counted all the same.

use segscope::engine::{Cell, Found, InUse, Pipeline, Recording, Sieve, What};
use segscope::recording::Journal;
use segscope::vendors::Vendors;
use segscope::wire::RequestHead;
use std::sync::Arc;

const CODE: &str = "CSB-T-ACCOUNT-MISSING";
/// Another one that such a call has.
const OTHER: &str = "CSB-T-PRODUCT-DEFAULT";

fn pipeline() -> Arc<Pipeline> {
    let vendors = Arc::new(Vendors::new(&Default::default(), &[]).expect("the built-in ones"));
    let in_use =
        InUse::chosen(&vendors, vec![vendors.index_of("customersuccessbox").expect("one")]);
    let recording = Recording::of_journal(Journal::nameless().expect("a file")).expect("a reader");
    Arc::new(Pipeline::new(recording, vendors, in_use, None).expect("an empty one").0)
}

fn post(pipeline: &Pipeline, properties: &str) {
    let body = format!(r#"{{"event":"E","userId":"u","properties":{properties}}}"#);
    let head = RequestHead {
        method: "POST",
        path: "/v1/track",
        query: "",
        headers: &[],
        received_at: 1_795_341_600_000,
    };
    assert_eq!(pipeline.take(&head, body.as_bytes(), "here").status, 200);
    pipeline.settle();
}

#[test]
fn the_log_has_no_marks_of_it_and_it_is_counted() {
    let pipeline = pipeline();
    let sieve = Sieve::new(Arc::clone(&pipeline));
    post(&pipeline, r#"{"user_id":"u","module_id":"m"}"#);
    post(&pipeline, r#"{"account_id":"a","user_id":"u","module_id":"m"}"#);
    let row = || pipeline.window(0..1).remove(0);
    assert!(matches!(row().account, Cell::Missing { .. }) && row().marks[0].misses);
    assert_eq!(sieve.find(5, false, &What::Missing), Found::Row(0));
    let before = pipeline.overview();

    pipeline.set_aside(&[CODE, OTHER, "NO-SUCH-CODE"].map(str::to_owned));
    assert_eq!(pipeline.aside(), [CODE, OTHER]);
    let quiet = row();
    assert!(matches!(quiet.account, Cell::Muted) && !quiet.marks[0].misses);
    assert!(quiet.marks[0].folded, "the verdict is there, and quiet");
    assert!(quiet.worst > Some(segscope::findings::Severity::Error), "what else there is");
    assert_eq!(quiet.marks[0].verdict.name(), "dropped");
    assert_eq!(sieve.find(5, false, &What::Missing), Found::None);
    assert_eq!(pipeline.overview(), before, "counted all the same");
    assert_eq!((pipeline.stats().missing, pipeline.calls_with(&[CODE.to_owned()])), (1, vec![1]));
    assert!(matches!(&pipeline.detail(0), Ok(Some(segscope::engine::Detail::Call(call)))
        if call.vendors.iter().any(|(_, out)| out.findings.iter().any(|f| f.code == CODE))));

    // it holds for what comes, after a clearing and its undo, and when all is judged again
    post(&pipeline, r#"{"user_id":"u","module_id":"m"}"#);
    let quiet = |pipeline: &Pipeline| pipeline.window(2..3).iter().all(|row| !row.marks[0].misses);
    assert!(quiet(&pipeline));
    pipeline.clear(0).expect("recorded");
    assert!(pipeline.undo_clear(0).expect("recorded"));
    pipeline.settle();
    assert!(quiet(&pipeline) && pipeline.rows() == 3);
    pipeline.judge_again().expect("readable");
    assert!(quiet(&pipeline));

    pipeline.set_aside(&[]);
    assert!(matches!(row().account, Cell::Missing { .. }) && row().marks[0].misses);
}
