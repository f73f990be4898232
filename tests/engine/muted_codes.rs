//! Findings that are muted: no marks in the log, and counted all the same.

use crate::requests;
use segscope::engine::{Engine, IdCell, InUse, NextRow, Recording, Search, What};
use segscope::recording::RecordingFile;
use segscope::vendors::Vendors;
use std::sync::Arc;

const CODE: &str = "CSB-T-ACCOUNT-MISSING";
/// Another one that such a call has.
const OTHER: &str = "CSB-T-PRODUCT-DEFAULT";

fn engine() -> Arc<Engine> {
    let vendors = Arc::new(Vendors::new(&Default::default(), &[]).expect("the built-in ones"));
    let in_use =
        InUse::chosen(&vendors, vec![vendors.index_of("customersuccessbox").expect("one")]);
    let recording =
        Recording::from_file(RecordingFile::nameless().expect("a file")).expect("a reader");
    Arc::new(Engine::new(recording, vendors, in_use, Default::default()).expect("an empty one").0)
}

fn post(engine: &Engine, properties: &str) {
    let body = format!(r#"{{"event":"E","userId":"u","properties":{properties}}}"#);
    assert_eq!(requests::post(engine, "/v1/track", &body, 1_795_341_600_000), 200);
    engine.settle();
}

#[test]
fn the_log_has_no_marks_of_it_and_it_is_counted() {
    let engine = engine();
    let search = Search::new(Arc::clone(&engine));
    post(&engine, r#"{"user_id":"u","module_id":"m"}"#);
    post(&engine, r#"{"account_id":"a","user_id":"u","module_id":"m"}"#);
    let row = || engine.window(0..1).remove(0);
    assert!(matches!(row().account, IdCell::Missing { .. }) && row().marks[0].misses);
    assert_eq!(search.find(5, false, &What::Missing), NextRow::Row(0));
    let before = engine.overview();

    engine.set_muted(&[CODE, OTHER, "NO-SUCH-CODE"].map(str::to_owned));
    assert_eq!(engine.muted(), [CODE, OTHER]);
    let quiet = row();
    assert!(matches!(quiet.account, IdCell::Muted) && !quiet.marks[0].misses);
    assert!(quiet.marks[0].folded, "the verdict is there, and quiet");
    assert!(quiet.worst > Some(segscope::findings::Severity::Error), "what else there is");
    assert_eq!(quiet.marks[0].verdict.name(), "dropped");
    assert_eq!(search.find(5, false, &What::Missing), NextRow::None);
    assert_eq!(engine.overview(), before, "counted all the same");
    assert_eq!((engine.stats().missing, engine.calls_with(&[CODE.to_owned()])), (1, vec![1]));
    assert!(matches!(&engine.detail(0), Ok(Some(segscope::engine::RowDetail::Call(call)))
        if call.vendors.iter().any(|(_, out)| out.findings.iter().any(|f| f.code == CODE))));

    // it holds for what comes, after a clearing and its undo, and when all is judged again
    post(&engine, r#"{"user_id":"u","module_id":"m"}"#);
    let quiet = |engine: &Engine| engine.window(2..3).iter().all(|row| !row.marks[0].misses);
    assert!(quiet(&engine));
    engine.clear(0).expect("recorded");
    assert!(engine.undo_clear(0).expect("recorded"));
    engine.settle();
    assert!(quiet(&engine) && engine.rows() == 3);
    engine.judge_again().expect("readable");
    assert!(quiet(&engine));

    engine.set_muted(&[]);
    assert!(matches!(row().account, IdCell::Missing { .. }) && row().marks[0].misses);
}
