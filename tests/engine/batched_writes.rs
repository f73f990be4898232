//! Requests that are ready together are written together, and answered when they are.

use segscope::engine::{AcceptedRequest, Engine, InUse, Recording, WriteTicket};
use segscope::recording::RecordingFile;
use segscope::vendors::Vendors;
use segscope::wire::RequestHead;
use std::fs;
use std::path::Path;
use std::sync::Arc;

fn start(file: &Path) -> Engine {
    let (file, _) = RecordingFile::open(file, false).expect("a recording");
    let vendors = Arc::new(Vendors::new(&Default::default(), &[]).expect("the built-in ones"));
    let in_use = InUse::without_choice(&vendors);
    let recording = Recording::from_file(file).expect("its reader");
    Engine::start(recording, vendors, in_use, Default::default()).expect("readable")
}

fn head(path: &str) -> RequestHead<'_> {
    RequestHead {
        method: "POST",
        path,
        query: "",
        headers: &[],
        received_at: 1_795_341_600_000,
        is_tls: false,
    }
}

fn take(engine: &Engine, id: u64) -> WriteTicket {
    let body = format!(r#"{{"type":"track","event":"E","userId":"u","messageId":"m{id}"}}"#);
    match engine.take_in(&head("/v1/track"), body.as_bytes(), "here", None) {
        AcceptedRequest::Pending(reply, pending) => {
            assert_eq!(reply.status, 200);
            pending
        }
        AcceptedRequest::Answered(reply) => {
            panic!("answered {} before it was written", reply.status)
        }
    }
}

fn numbers(file: &Path) -> Vec<u64> {
    let text = fs::read_to_string(file).expect("the recording");
    let number = |line| {
        let line: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        line["request"].as_u64().expect("a number")
    };
    text.lines().map(number).collect()
}

#[test]
fn who_asks_first_has_all_of_them_written() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("r.ndjson");
    let engine = start(&file);
    let pending: Vec<WriteTicket> = (0..3).map(|id| take(&engine, id)).collect();
    assert_eq!(numbers(&file), [0; 0], "nothing is written yet");
    assert!(engine.written(&pending[1]).is_none());
    assert_eq!(numbers(&file), [1, 2, 3]);
    assert!(pending.iter().all(|pending| engine.written(pending).is_none()));
    assert_eq!(numbers(&file), [1, 2, 3], "each once");
    engine.settle();
    assert_eq!(engine.rows(), 3);
}

#[test]
fn what_is_recorded_at_once_comes_behind_what_waits() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("r.ndjson");
    let engine = start(&file);
    let pending = take(&engine, 1);
    assert_eq!(engine.take(&head("/v1/track"), b"no JSON", "here").status, 400);
    assert_eq!(numbers(&file), [1, 2]);
    assert!(engine.written(&pending).is_none());
    engine.settle();
    assert!(!engine.is_no_call(0) && engine.is_no_call(1));
}

#[test]
fn a_sender_that_goes_away_leaves_nothing_unwritten() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("r.ndjson");
    let engine = start(&file);
    take(&engine, 1);
    engine.tick(1_795_341_601_000);
    assert_eq!(numbers(&file), [1]);
    take(&engine, 2);
    engine.settle();
    assert_eq!((numbers(&file), engine.rows()), (vec![1, 2], 2));
    take(&engine, 3);
    drop(engine);
    assert_eq!(numbers(&file), [1, 2, 3]);
}

#[test]
fn many_large_ones_do_not_wait_for_each_other() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("r.ndjson");
    let engine = start(&file);
    let body = format!(
        r#"{{"type":"track","event":"E","userId":"u","properties":{{"x":"{}"}}}}"#,
        "x".repeat(30_000)
    );
    for _ in 0..20 {
        engine.take_in(&head("/v1/track"), body.as_bytes(), "here", None);
    }
    let len = fs::metadata(&file).expect("there").len();
    assert!((300_000..600_000).contains(&len), "{len} bytes are written of 600,000");
}

#[test]
fn if_they_cannot_be_written_none_is_acknowledged_and_their_numbers_are_free_again() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("folder");
    fs::create_dir(&folder).expect("a folder");
    let file = folder.join("r.ndjson");
    let engine = start(&file);
    let pending = [take(&engine, 1), take(&engine, 2)];
    fs::remove_dir_all(&folder).expect("removed");
    fs::write(&folder, "in the way").expect("a file in its place");
    for pending in &pending {
        let reply = engine.written(pending).expect("another answer");
        assert_eq!(reply.status, 503);
    }
    let later = take(&engine, 3);
    assert_eq!(engine.written(&later).map(|reply| reply.status), Some(503));
    assert_eq!(engine.stats().unrecorded, 3);
    assert_eq!(engine.rows(), 0);
    fs::remove_file(&folder).expect("out of the way");
    let pending = [take(&engine, 1), take(&engine, 2)];
    assert!(pending.iter().all(|pending| engine.written(pending).is_none()));
    assert_eq!(numbers(&file), [1, 2]);
    engine.settle();
    assert_eq!((engine.rows(), engine.stats().repeats), (2, 0));
}
