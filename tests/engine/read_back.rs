//! Calls that arrive faster than they can be judged are read back from the recording.

use segscope::engine::{Engine, InUse, Recording};
use segscope::recording::RecordingFile;
use segscope::vendors::Vendors;
use segscope::wire::RequestHead;
use std::fs;
use std::sync::Arc;

const HOUR_MS: i64 = 60 * 60 * 1_000;

#[test]
fn calls_and_idle_sessions_beyond_the_queue_are_judged_all_the_same() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("r.ndjson");
    let (recording, _) = RecordingFile::open(&file, false).expect("a recording");
    let vendors = Arc::new(Vendors::new(&Default::default(), &[]).expect("the built-in ones"));
    let in_use = InUse::unsaid(&vendors);
    let recording = Recording::of_journal(recording).expect("its reader");
    let engine = Engine::start(recording, vendors, in_use, Default::default()).expect("readable");
    let take = |nth: i64, text: &str| {
        let at = 1_795_341_600_000 + nth * HOUR_MS;
        let head = RequestHead {
            method: "POST",
            path: "/v1/track",
            query: "",
            headers: &[],
            received_at: at,
            is_tls: false,
        };
        let body = format!(
            r#"{{"event":"E{nth}","userId":"u","anonymousId":"s{nth}","properties":{{"text":"{text}"}}}}"#
        );
        assert_eq!(engine.take(&head, body.as_bytes(), "here").status, 200);
    };
    // more than the queue holds, each an hour after the other, so that sessions end between them
    let text = "x".repeat(30_000);
    (0..600).for_each(|nth| take(nth, &text));
    engine.settle();
    assert_eq!((engine.rows(), engine.stats().lag_bytes), (600, 0));
    let flushes = || {
        let text = fs::read_to_string(&file).expect("the recording");
        text.lines().filter(|line| line.contains(r#""flush""#)).count()
    };
    let before = flushes();
    take(1_000, "");
    engine.settle();
    take(2_000, "");
    engine.settle();
    assert!(flushes() > before, "sessions still end when nothing came for long");
}
