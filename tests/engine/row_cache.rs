//! The bytes that visible rows need from the recording are read once for as long as the rows are
//! visible.

use crate::requests;
use segscope::engine::{Engine, IdCell, InUse, Recording, RowView};
use segscope::fql::Field;
use segscope::recording::RecordingFile;
use segscope::vendors::Vendors;
use std::path::Path;
use std::sync::Arc;

fn engine(file: &Path, used: &[&str]) -> Engine {
    let vendors = Arc::new(Vendors::new(&Default::default(), &[]).expect("the built-in ones"));
    let used = used.iter().map(|name| vendors.index_of(name).expect("built in")).collect();
    let in_use = InUse::chosen(&vendors, used);
    let (file, _) = RecordingFile::open(file, false).expect("a recording");
    let recording = Recording::from_file(file).expect("a reader");
    Engine::new(recording, vendors, in_use, Default::default()).expect("readable").0
}

fn post(engine: &Engine, body: &str, status: u16) {
    assert_eq!(requests::post(engine, "/v1/track", body, 1_795_341_600_000), status);
    engine.settle();
}

/// Returns rows as a screen has them when all are read: a frame whose time is over leaves rows to the
/// next frame.
fn complete_view(engine: &Engine, rows: &[u64], fields: &[Arc<Field>]) -> Vec<RowView> {
    loop {
        let view = engine.in_view(rows.iter().copied(), fields);
        if view.iter().all(|row| !row.unread) {
            return view;
        }
    }
}

/// Returns the text beside the account of each row, or the reason why a request was refused.
fn beside(rows: &[RowView]) -> Vec<String> {
    let near = |row: &RowView| match (&row.account, &row.no_call) {
        (_, Some(refused)) => format!("{} {}", refused.path, refused.reason),
        (IdCell::Missing { near }, _) => near.clone().unwrap_or_default(),
        (other, _) => panic!("{other:?}"),
    };
    rows.iter().map(near).collect()
}

#[test]
fn rows_have_the_values_of_the_fields_that_are_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("calls.ndjson");
    let engine = engine(&file, &["planhat"]);
    let long = "漢".repeat(200);
    for value in ["\"pro\"", "12.50", "null", "[1, {\"a\": 2}]", "true", &format!("\"{long}\"")] {
        let call = format!(
            r#"{{"event":"E","userId":"u","properties":{{"company_id":"c","plan":{value}}},
                "context":{{"library":{{"name":"analytics-go","version":"3"}}}}}}"#
        );
        post(&engine, &call, 200);
    }
    post(&engine, "no JSON", 400);
    let field = |name: &str| Arc::new(Field::parse(name).expect("a field"));
    let fields =
        [field("properties.plan"), field("library.name"), field("write_key"), field("userId")];
    let rows = complete_view(&engine, &[0, 1, 2, 3, 4, 5, 6], &fields);
    let plan = |row: usize| rows[row].fields[0].as_deref();
    let plans: Vec<_> = (0..5).map(plan).collect();
    assert_eq!(plans, [Some("pro"), Some("12.50"), None, Some("[1,{\"a\":2}]"), Some("true")]);
    assert!(plan(5).is_some_and(|cut| cut.len() <= 256 && long.starts_with(cut)));
    for row in &rows[..6] {
        assert_eq!(row.fields[1..], [Some("analytics-go".to_owned()), None, Some("u".to_owned())]);
    }
    assert_eq!(rows[6].fields, [] as [Option<String>; 0], "a request without a call has no fields");
    // other fields are read anew, and no fields leave the rows as they are without them
    assert_eq!(engine.in_view([0], &fields[3..])[0].fields, [Some("u".to_owned())]);
    assert_eq!(complete_view(&engine, &[0, 1, 2, 3, 4, 5, 6], &[]), engine.window(0..7));
}

#[test]
fn it_is_not_read_again_while_it_is_in_view() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("calls.ndjson");
    let engine = engine(&file, &["customersuccessbox"]);
    for name in ["accountId", "companyId", "account"] {
        let call = format!(r#"{{"event":"E","userId":"u","properties":{{"{name}":"a"}}}}"#);
        post(&engine, &call, 200);
    }
    post(&engine, "no JSON", 400);
    let seen = beside(&complete_view(&engine, &[0, 3], &[]));
    assert!(seen[0] == "accountId" && seen[1].starts_with("/v1/track "), "{seen:?}");
    // a recording that can no longer be read shows what is read anew
    let whole = std::fs::read(&file).expect("a recording");
    let blank = whole.iter().map(|byte| if *byte == b'\n' { b'\n' } else { b' ' });
    std::fs::write(&file, blank.collect::<Vec<u8>>()).expect("written");
    assert_eq!(
        beside(&complete_view(&engine, &[0, 1, 3], &[])),
        [seen[0].as_str(), "", seen[1].as_str()]
    );
    assert_eq!(beside(&engine.window_of([0])), [""], "who is no screen reads anew");
    // it is forgotten with the view
    assert_eq!(beside(&complete_view(&engine, &[1, 2], &[])), ["", ""]);
    assert_eq!(beside(&engine.in_view([0], &[])), [""]);
    // and read when it can be
    std::fs::write(&file, whole).expect("written");
    assert_eq!(beside(&complete_view(&engine, &[0, 1], &[])), ["accountId", "companyId"]);
}

#[test]
fn other_vendors_are_asked_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let calls = |engine: &Engine| {
        for account in [r#""accountId":"a""#, r#""account_id":"a""#, r#""account":{"id":"a"}"#] {
            let call = format!(r#"{{"event":"E","properties":{{{account},"userID":"u"}}}}"#);
            post(engine, &call, 200);
        }
    };
    let changing = engine(&folder.path().join("calls.ndjson"), &["customersuccessbox"]);
    calls(&changing);
    let mut seen = Vec::new();
    for name in ["customersuccessbox", "freshsuccess", "planhat", "suprsend", "custify"] {
        let vendors = changing.vendors();
        let at = vendors.index_of(name).expect("built in");
        changing.set_in_use(InUse::chosen(&vendors, vec![at])).expect("readable");
        changing.settle();
        let fresh = engine(&folder.path().join(name), &[name]);
        calls(&fresh);
        let rows = complete_view(&changing, &[0, 1, 2], &[]);
        assert_eq!(rows, fresh.window(0..3), "{name}");
        seen.push(rows.iter().map(|row| format!("{:?}", row.account)).collect::<Vec<_>>());
    }
    seen.dedup();
    assert!(seen.len() > 2, "{seen:?}");
}

#[test]
fn what_there_is_no_time_for_is_read_for_the_next_frames() {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = engine(&folder.path().join("calls.ndjson"), &["customersuccessbox"]);
    let call = r#"{"type":"track","event":"E","userId":"u","properties":{"accountId":"a"}}"#;
    let batch = format!(r#"{{"batch":[{}]}}"#, [call; 100].join(","));
    for _ in 0..300 {
        assert_eq!(requests::post(&engine, "/v1/batch", &batch, 1_795_341_600_000), 200);
    }
    engine.settle();
    let one_of_each = || (0..300).map(|batch| batch * 100);
    let mut left = Vec::new();
    loop {
        let rows = engine.in_view(one_of_each(), &[]);
        left.push(rows.iter().filter(|row| row.unread).count());
        if left.last() == Some(&0) {
            break assert_eq!(rows, engine.window_of(one_of_each()));
        }
    }
    assert!(left[0] > 0 && left.is_sorted_by(|a, b| a > b), "each frame goes on: {left:?}");
}

#[test]
fn rows_that_are_cleared_while_they_are_read_are_read_as_they_were() {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = engine(&folder.path().join("r.ndjson"), &["planhat"]);
    let (clear, clears) = std::sync::mpsc::sync_channel::<()>(0);
    let engine = &engine;
    let clear_when_asked =
        move || clears.into_iter().for_each(|()| engine.clear(1_795_341_600_000).expect("done"));
    std::thread::scope(|scope| {
        scope.spawn(clear_when_asked);
        for round in 0..100 {
            for nth in 0..8 {
                let call =
                    format!(r#"{{"event":"E","anonymousId":"a","messageId":"{round} {nth}"}}"#);
                post(engine, &call, 200);
            }
            clear.send(()).expect("it waits for this");
            for detail in engine.details(0..8) {
                detail.expect("readable");
            }
            engine.settle();
        }
        drop(clear);
    });
}
