//! The way of a call: answered by several threads, judged by another, and the same when it is read
//! again.

use crate::requests::post;
use proptest::prelude::*;
use segscope::call::Seq;
use segscope::call::time::Millis;
use segscope::engine::{Engine, ForwardRecord, InUse, Recording, RowView};
use segscope::recording::{AnsweredWith, RecordingFile, UpstreamAnswer};
use segscope::vendors::Vendors;
use segscope::wire::RequestHead;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const BEGIN_MS: Millis = 1_795_341_600_000;

fn recording_of(file: &Path) -> Recording {
    let (file, _) = RecordingFile::open(file, false).expect("a recording");
    Recording::from_file(file).expect("its reader")
}

fn start(recording: Recording) -> Engine {
    let vendors = Arc::new(Vendors::new(&Default::default(), &[]).expect("the built-in ones"));
    let in_use = InUse::without_choice(&vendors);
    Engine::start(recording, vendors, in_use, Default::default()).expect("readable")
}

fn reopened(path: &Path) -> Engine {
    let mut recording = Recording::default();
    recording.add(path).expect("readable");
    let engine = start(recording);
    engine.settle();
    engine
}

fn call(id: u64) -> String {
    format!(
        r#"{{"type":"track","event":"E{}","userId":"u{}","messageId":"m{id}","properties":{{"account_id":"a{}"}}}}"#,
        id % 7,
        id % 11,
        id % 3
    )
}

fn all(engine: &Engine) -> Vec<RowView> {
    engine.window(0..engine.rows())
}

/// A kind of request that is recorded.
fn send(engine: &Engine, kind: u64, id: u64) {
    let at = BEGIN_MS + id as Millis;
    match kind % 8 {
        0 => {
            let calls: Vec<String> = (0..5).map(|n| call(id * 10 + n)).collect();
            let body = format!("{{\"batch\":[\n{}\n]}}", calls.join(",\n"));
            assert_eq!(post(engine, "/v1/batch", &body, at), 200);
        }
        1 => assert_eq!(post(engine, "/v1/track", "{\"type\":", at), 400),
        2 => assert_eq!(post(engine, "/nowhere", "{}", at), 404),
        3 => assert_eq!(post(engine, "/v1/set", "{\"collection\":\"c\"}", at), 400),
        // the same message again
        4 => assert_eq!(post(engine, "/v1/track", &call(1), at), 200),
        _ => assert_eq!(post(engine, "/v1/track", &call(id * 10), at), 200),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn read_again_it_is_what_was_live(kinds in proptest::collection::vec(0u64..13, 1..200)) {
        let home = tempfile::tempdir().expect("a folder");
        let file = home.path().join("r.ndjson");
        let live = start(recording_of(&file));
        // an empty recording cannot be opened
        send(&live, 5, 1_000);
        for (id, kind) in kinds.iter().enumerate() {
            match kind {
                8 => live.clear(BEGIN_MS).expect("recorded"),
                9 => drop(live.undo_clear(BEGIN_MS).expect("recorded")),
                10 => live.mark(Seq(id as u64 / 2), id % 3 > 0, BEGIN_MS).expect("recorded"),
                11 => live.note(Seq(id as u64 / 2), "a note", BEGIN_MS).expect("recorded"),
                12 => {
                    let seq = id as u64 + 1;
                    let calls = [(seq / 2 + 1, seq), (seq + 2, seq + 2)];
                    live.clear_calls("a filter", &calls, BEGIN_MS).expect("recorded");
                }
                kind => send(&live, *kind, id as u64),
            }
        }
        live.settle();
        let again = reopened(&file);
        prop_assert_eq!(all(&live), all(&again));
        prop_assert_eq!(live.overview(), again.overview());
        prop_assert_eq!(live.sync(|objects| objects.requests()), again.sync(|objects| objects.requests()));
        let stats = |engine: &Engine| {
            let stats = engine.stats();
            (stats.calls, stats.repeats, stats.requests, stats.refused, stats.missing)
        };
        prop_assert_eq!(stats(&live), stats(&again));
        prop_assert_eq!(live.stats().cleared, again.stats().cleared);
        live.judge_again().expect("readable");
        prop_assert_eq!(all(&live), all(&again));
    }
}

#[test]
fn a_clearing_that_is_taken_back_leaves_nothing_behind() {
    let home = tempfile::tempdir().expect("a folder");
    let (never, undone) = (home.path().join("never.ndjson"), home.path().join("undone.ndjson"));
    let (never, undone) = (start(recording_of(&never)), start(recording_of(&undone)));
    assert!(!undone.undo_clear(BEGIN_MS).expect("nothing to record"), "nothing was cleared");
    for id in 0..60 {
        for engine in [&never, &undone] {
            send(engine, id, id);
        }
        if id == 30 {
            undone.mark(Seq(3), true, BEGIN_MS).expect("recorded");
            undone.note(Seq(4), "note \"it\"\n", BEGIN_MS).expect("recorded");
            undone.clear(BEGIN_MS).expect("recorded");
            undone.settle();
            assert_eq!((undone.rows(), undone.calls()), (0, 0));
            assert!(undone.stats().cleared.is_some_and(|calls| calls > 30));
        }
    }
    undone.settle();
    let first = undone.window(0..1)[0].seq.expect("a call").0;
    assert!(first > 30, "numbers go on: {first}");
    assert!(undone.undo_clear(BEGIN_MS).expect("recorded"));
    assert!(!undone.undo_clear(BEGIN_MS).expect("nothing to record"), "only once");
    undone.settle();
    never.settle();
    let strip = |rows: Vec<RowView>| -> Vec<RowView> {
        rows.into_iter().map(|row| RowView { marked: false, note: None, ..row }).collect()
    };
    let rows = all(&undone);
    let of = |seq: u64| rows.iter().find(|row| row.seq == Some(Seq(seq))).expect("it is there");
    assert!(of(3).marked && of(3).note.is_none());
    assert!(!of(4).marked && of(4).note.as_deref() == Some("note \"it\"\n"));
    assert_eq!(strip(rows), strip(all(&never)));
    let objects = |engine: &Engine| engine.sync(|objects| objects.requests());
    assert_eq!(objects(&undone), objects(&never));
    assert_eq!(undone.overview(), never.overview());
}

#[test]
fn a_file_that_is_only_read_takes_no_marks_and_says_so_without_a_banner() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("r.ndjson");
    let live = start(recording_of(&file));
    send(&live, 5, 1);
    drop(live);
    let opened = reopened(&file);
    for done in [opened.mark(Seq(1), true, 0), opened.clear(0), opened.note(Seq(1), "x", 0)] {
        assert!(done.expect_err("it is only read").to_string().contains("only read"));
    }
    assert_eq!(opened.stats().problem, None);
}

/// One sender less, even if it panics.
struct Left<'l>(&'l AtomicU64);

impl Drop for Left<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[test]
fn many_senders_at_once_while_all_is_judged_again() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("r.ndjson");
    let live = start(recording_of(&file));
    let left = AtomicU64::new(3);
    std::thread::scope(|scope| {
        let senders: Vec<_> = (0..3)
            .map(|sender| {
                let (live, left) = (&live, &left);
                scope.spawn(move || {
                    let _left = Left(left);
                    (0..400).for_each(|n| send(live, n, 100_000 * sender + n));
                })
            })
            .collect();
        while left.load(Ordering::Relaxed) > 0 {
            live.judge_again().expect("readable");
        }
        senders.into_iter().for_each(|sender| sender.join().expect("no panic"));
    });
    live.settle();
    assert_eq!(live.rows(), 3 * (50 * 5 + 50 + 50 + 50 + 150));
    assert_eq!(all(&live), all(&reopened(&file)));
}

#[test]
fn a_recording_that_is_still_being_read_takes_calls_behind_it() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("r.ndjson");
    // large enough to be read in blocks by other threads, one of its lines larger than a block
    let first = start(recording_of(&file));
    for id in 0..6_000 {
        assert_eq!(post(&first, "/v1/track", &call(id), BEGIN_MS), 200);
    }
    // not more than Segment takes of one batch
    let calls: Vec<String> = (6_000..8_400).map(call).collect();
    let batch = format!("{{\"batch\":[{}]}}", calls.join(","));
    assert_eq!(post(&first, "/v1/batch", &batch, BEGIN_MS), 200);
    drop(first);

    let live = start(recording_of(&file));
    // repeats of what is still being read are known for what they are
    for id in 8_300..8_500 {
        assert_eq!(post(&live, "/v1/track", &call(id), BEGIN_MS + 1), 200);
    }
    live.settle();
    let stats = live.stats();
    assert_eq!((stats.calls, stats.repeats, stats.reading), (8_500, 100, None));
    let text = std::fs::read_to_string(&file).expect("text");
    let last = text.lines().last().expect("a line");
    assert!(last.starts_with(r#"{"v":1,"request":6201,"#), "{}", &last[..40]);
    assert_eq!(all(&live), all(&reopened(&file)));
}

#[test]
fn a_push_that_cannot_be_recorded_while_the_recording_is_read_counts_as_not_recorded() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("r.ndjson");
    let first = start(recording_of(&file));
    let calls: Vec<String> = (0..2_400).map(call).collect();
    let batch = format!("{{\"batch\":[{}]}}", calls.join(","));
    assert_eq!(post(&first, "/v1/batch", &batch, BEGIN_MS), 200);
    drop(first);
    let head = RequestHead {
        method: "POST",
        path: "/v1/set",
        query: "",
        headers: &[],
        received_at: BEGIN_MS,
        is_tls: false,
    };
    let body = br#"{"collection":"c","id":"1","properties":{}}"#;
    let answered =
        AnsweredWith { status: 200, headers: Vec::new(), body: Vec::new(), body_bytes: 0 };
    let answer =
        UpstreamAnswer { at: BEGIN_MS, first_byte_us: Some(1), took_us: 1, outcome: Ok(answered) };
    let deadline = Instant::now() + Duration::from_secs(60);
    let record = loop {
        assert!(Instant::now() < deadline, "the recording was always read first");
        let live = start(recording_of(&file));
        // the recording is not read on while the objects are in use
        let record = std::thread::scope(|scope| {
            let recording = live.sync(|_| {
                while live.stats().reading.is_none() && live.rows() == 0 {
                    std::thread::yield_now();
                }
                let record = || live.record_forwarded(&head, (body, None), 200, &answer, None);
                let recording = scope.spawn(record);
                // if all is read by now, the push waits for the objects and is recorded
                while live.stats().reading.is_some() && !recording.is_finished() {
                    std::thread::yield_now();
                }
                recording
            });
            recording.join().expect("no panic")
        });
        if !matches!(record, ForwardRecord::Written) {
            assert_eq!(live.stats().unrecorded, 1);
            break record;
        }
    };
    assert!(matches!(record, ForwardRecord::Failed), "{record:?}");
}

#[test]
fn a_bad_line_is_told_with_its_number_and_passed_over() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("r.ndjson");
    let first = start(recording_of(&file));
    for id in 0..3_000 {
        assert_eq!(post(&first, "/v1/track", &call(id), BEGIN_MS), 200);
    }
    drop(first);
    let text = std::fs::read_to_string(&file).expect("text");
    let mut lines: Vec<&str> = text.lines().collect();
    lines[2_499] = "{\"v\":1}";
    lines[2_700] = "nonsense";
    std::fs::write(&file, lines.join("\n") + "\n").expect("written");
    let again = reopened(&file);
    let problem = again.stats().problem.expect("a notice");
    assert!(problem.starts_with("2 line(s) of the recording could not be read"), "{problem}");
    assert!(problem.contains("the first is line 2500: expected `received_at`"), "{problem}");
    assert_eq!(again.stats().calls, 2_998);
}

#[test]
fn who_looks_is_let_in_while_a_large_batch_is_judged() {
    const CALLS: u64 = 2_500;
    let home = tempfile::tempdir().expect("a folder");
    let engine = start(recording_of(&home.path().join("r.ndjson")));
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    // the first look may come too late or too early, but not every time
    for round in 0.. {
        assert!(std::time::Instant::now() < deadline, "nobody was let in while it was judged");
        let calls: Vec<String> = (0..CALLS).map(|n| call(round * CALLS + n)).collect();
        let body = format!("{{\"batch\":[{}]}}", calls.join(","));
        assert_eq!(post(&engine, "/v1/batch", &body, BEGIN_MS), 200);
        let (before, after) = (round * CALLS, (round + 1) * CALLS);
        let mut seen = before;
        while seen < after {
            seen = engine.rows();
            if seen > before && seen < after {
                engine.settle();
                assert_eq!(engine.rows(), after);
                return;
            }
        }
    }
}

#[test]
fn large_batches_are_whole_however_often_all_is_judged_again() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("r.ndjson");
    let engine = start(recording_of(&file));
    std::thread::scope(|scope| {
        let sender = scope.spawn(|| {
            for round in 0..20 {
                let calls: Vec<String> = (0..300).map(|n| call(round * 300 + n)).collect();
                let body = format!("{{\"batch\":[{}]}}", calls.join(","));
                assert_eq!(post(&engine, "/v1/batch", &body, BEGIN_MS), 200);
            }
        });
        while !sender.is_finished() {
            engine.judge_again().expect("judged again");
        }
    });
    engine.settle();
    assert_eq!(engine.rows(), 6_000);
    assert!(all(&engine) == all(&reopened(&file)));
}
