//! Sessions that idleness closes: a recording read again gives what was live.

use proptest::prelude::*;
use segscope::call::time::{self, Millis};
use segscope::engine::{ClosedSession, Engine, InUse, Recording, RowDetail};
use segscope::recording::RecordingFile;
use segscope::report::call_record;
use segscope::vendors::Vendors;
use segscope::wire::RequestHead;
use std::path::Path;
use std::sync::Arc;

const NOON: Millis = 1_714_564_800_000;
const MINUTE: Millis = 60_000;

fn engine(recording: Recording) -> Engine {
    let vendors = Arc::new(Vendors::new(&Default::default(), &[]).expect("the built-in ones"));
    let in_use = InUse::without_choice(&vendors);
    let (engine, opened) =
        Engine::new(recording, vendors, in_use, Default::default()).expect("readable");
    assert_eq!(opened.bad_lines, 0, "{:?}", opened.first_bad);
    engine
}

fn live(file: &Path) -> Engine {
    let (file, _) = RecordingFile::open(file, false).expect("a new file");
    engine(Recording::from_file(file).expect("its reader"))
}

fn reopened(path: &Path) -> Engine {
    let mut recording = Recording::default();
    recording.add(path).expect("readable");
    engine(recording)
}

/// A track call of a session, sent `ago` before it arrives.
fn track(engine: &Engine, at: Millis, ago: Millis, session: u8, module: Option<u8>) {
    let module = module.map(|module| format!(",\"module\":\"m{module}\"")).unwrap_or_default();
    let body = format!(
        r#"{{"type":"track","event":"E","userId":"u","anonymousId":"s{session}","context":{{"groupId":"g"}},"timestamp":"{}","properties":{{"x":1{module}}}}}"#,
        time::format(at - ago)
    );
    let head = RequestHead {
        method: "POST",
        path: "/v1/track",
        query: "",
        headers: &[],
        received_at: at,
        is_tls: false,
    };
    assert_eq!(engine.take(&head, body.as_bytes(), "here").status, 200);
    engine.settle();
}

fn records(engine: &Engine) -> Vec<String> {
    let all = engine.in_use().shown();
    (0..engine.rows())
        .map(|row| match engine.detail(row) {
            Ok(Some(RowDetail::Call(call))) => call_record(&call, &engine.vendors(), &all),
            other => panic!("{other:?}"),
        })
        .collect()
}

fn derived(record: &str) -> String {
    let record: serde_json::Value = serde_json::from_str(record).expect("JSON");
    record["vendors"]["freshsuccess"]["derived"].to_string()
}

#[test]
fn a_session_is_closed_before_the_next_request_and_by_the_clock() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("r.ndjson");
    let live = live(&file);
    track(&live, NOON, 0, 1, Some(1));
    live.tick(NOON + 30 * MINUTE - 1);
    assert_eq!(live.closed(), []);
    // another session's call lets the clock go on
    track(&live, NOON + 30 * MINUTE, 0, 2, None);
    let kinds = |closed: Vec<ClosedSession>| -> Vec<String> {
        let kind = |closed: &ClosedSession| {
            let record: serde_json::Value =
                serde_json::from_str(&closed.record.json()).expect("JSON");
            format!("{} {} after {}", record["kind"], record["session_id"], closed.after.0)
        };
        closed.iter().map(kind).collect()
    };
    assert_eq!(
        kinds(live.closed()),
        [r#""module_time" "s1" after 1"#, r#""session_time" "s1" after 1"#]
    );
    // so a late call of the first session opens a new one, and closes none
    track(&live, NOON + 31 * MINUTE, 0, 1, None);
    assert_eq!(derived(&records(&live)[2]), "[]");
    live.tick(NOON + 70 * MINUTE);
    live.settle();
    live.tick(NOON + 71 * MINUTE);
    assert_eq!(live.closed().len(), 4);
    let text = std::fs::read_to_string(&file).expect("text");
    let flushes: Vec<&str> = text.lines().filter(|line| line.contains("\"kind\"")).collect();
    assert_eq!(
        flushes,
        [
            r#"{"v":1,"kind":"flush","at":"2024-05-01T12:30:00.000Z"}"#,
            r#"{"v":1,"kind":"flush","at":"2024-05-01T13:10:00.000Z"}"#
        ]
    );

    let again = reopened(&file);
    assert_eq!((again.closed(), records(&again)), (live.closed(), records(&live)));
    // without these lines it would be another story
    let without: String = text
        .lines()
        .filter(|line| !line.contains("\"kind\""))
        .map(|line| format!("{line}\n"))
        .collect();
    std::fs::write(&file, without).expect("written");
    assert_ne!(derived(&records(&reopened(&file))[2]), "[]");
}

#[derive(Debug, Clone)]
enum Step {
    Track { wait: Millis, ago: Millis, session: u8, module: Option<u8> },
    Tick { wait: Millis },
    Clear,
    JudgeAgain,
}

fn step() -> impl Strategy<Value = Step> {
    let wait = || prop_oneof![Just(0), 0..MINUTE, 20 * MINUTE..40 * MINUTE, Just(30 * MINUTE)];
    let ago = prop_oneof![4 => Just(0), 1 => 0..2 * MINUTE, 1 => 0..90 * MINUTE];
    prop_oneof![
        8 => (wait(), ago, 0u8..3, proptest::option::of(0u8..2))
            .prop_map(|(wait, ago, session, module)| Step::Track { wait, ago, session, module }),
        2 => wait().prop_map(|wait| Step::Tick { wait }),
        1 => Just(Step::Clear),
        1 => Just(Step::JudgeAgain),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn replay_gives_the_live_results(steps in proptest::collection::vec(step(), 1..24)) {
        let home = tempfile::tempdir().expect("a folder");
        let file = home.path().join("r.ndjson");
        let live = live(&file);
        let mut now = NOON;
        for step in &steps {
            match *step {
                Step::Track { wait, ago, session, module } => {
                    now += wait;
                    track(&live, now, ago, session, module);
                }
                Step::Tick { wait } => {
                    now += wait;
                    live.tick(now);
                    live.settle();
                }
                Step::Clear => {
                    live.clear(now).expect("recorded");
                    live.settle();
                }
                Step::JudgeAgain => {
                    let before = (live.closed(), records(&live), live.clears());
                    live.judge_again().expect("readable");
                    prop_assert_eq!(before, (live.closed(), records(&live), live.clears()));
                }
            }
        }
        if live.stats().recorded_bytes > 0 {
            let again = reopened(&file);
            prop_assert_eq!(again.closed(), live.closed());
            prop_assert_eq!(records(&again), records(&live));
        }
    }
}
