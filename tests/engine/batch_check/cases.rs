//! Captured requests of real SDKs, and all cases of the vendors.

use super::{by_batch_check, by_pipeline, same, same_with, vendors};
use crate::captures::captures;
use crate::requests;
use segscope::call::Doc;
use segscope::call::Seq;
use segscope::call::time::{self, Millis};
use segscope::engine::{Engine, FileError, InUse, Recording, RowDetail, Shares};
use segscope::recording::{self, KeepLimit, RecordingFile};
use segscope::vendors::{VendorFile, Vendors};
use segscope::wire::RequestHead;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const BEGIN_MS: Millis = 1_795_341_600_000;
const MINUTE_MS: Millis = 60_000;

fn live(file: &Path) -> Engine {
    let (file, _) = RecordingFile::open(file, false).expect("a recording");
    let recording = Recording::from_file(file).expect("its reader");
    let vendors = vendors();
    let in_use = InUse::without_choice(&vendors);
    Engine::start(recording, vendors, in_use, Default::default()).expect("readable")
}

/// Sends all captures, a minute between each two, so that sessions end by idleness too.
fn record_captures(live: &Engine) {
    let mut now = BEGIN_MS;
    for capture in captures() {
        let head = RequestHead {
            method: &capture.method,
            path: &capture.path,
            query: &capture.query,
            headers: &capture.headers,
            received_at: now,
            is_tls: false,
        };
        live.take(&head, &capture.body, "here");
        live.settle();
        now += MINUTE_MS;
        live.tick(now);
    }
    live.mark(Seq(2), true, now).expect("recorded");
    live.note(Seq(1), "a note", now).expect("recorded");
}

#[test]
fn the_parts_that_are_left_of_a_recording() {
    let home = tempfile::tempdir().expect("a folder");
    let keep = KeepLimit::Bytes(300_000);
    let (file, earlier, _) =
        recording::open_parts(&home.path().join("r.ndjson"), keep, false).expect("a recording");
    assert!(earlier.is_empty());
    let recording = Recording::from_file(file).expect("its reader");
    let vendors = vendors();
    let in_use = InUse::without_choice(&vendors);
    let live = Engine::start(recording, vendors, in_use, Default::default()).expect("readable");
    record_captures(&live);
    let rows = live.rows();
    let shown = live.window(0..rows);
    let kept: Vec<u64> = (0..rows).filter(|row| !shown[*row as usize].deleted).collect();
    let first = *kept.first().expect("a row");
    assert!(first > 0 && kept.len() as u64 == rows - first, "{first} of {rows}");
    let last = Seq(shown.iter().filter_map(|row| row.seq).map(|seq| seq.0).max().expect("a call"));
    live.mark(last, true, BEGIN_MS).expect("recorded");
    live.settle();

    // judged again, what is left has the numbers that it had
    live.judge_again().expect("readable");
    let again = live.window(0..live.rows());
    assert_eq!(again.len(), kept.len());
    assert_eq!(again[0].seq, shown[first as usize].seq);
    assert!(again.iter().all(|row| row.marked == (row.seq == Some(last))));

    let parts: Vec<PathBuf> = (1..1000)
        .map(|part| home.path().join(format!("r.{part:04}.ndjson")))
        .filter(|path| path.exists())
        .collect();
    let parts: Vec<&Path> = parts.iter().map(PathBuf::as_path).collect();
    assert!(parts.len() > 3, "{parts:?}");
    let said = same(&parts).expect("a recording");
    assert!(said.details[0].contains("seq: Seq("), "{}", said.details[0]);
    same(&parts[parts.len() - 1..]).expect("one part");
    let calls = home.path().join("calls.ndjson");
    let call = "{\"type\":\"track\",\"event\":\"E\",\"userId\":\"u\"}\n";
    std::fs::write(&calls, call).expect("written");
    same(&[parts[1], &calls, parts[0]]).expect("out of order");
    same(&[parts[0], parts[0], parts[2]]).expect("one part twice, and a gap");
}

#[test]
fn what_sdks_sent_as_a_recording_and_as_bare_calls() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("r.ndjson");
    record_captures(&live(&file));
    let text = std::fs::read_to_string(&file).expect("text");
    assert!(text.contains("\"kind\":\"flush\""), "sessions ended");
    let said = same(&[&file]).expect("a recording");
    assert!(said.tally.calls > 3000 && said.tally.repeats > 50, "{:?}", said.tally);
    assert!(!said.tally.no_calls.is_empty() && said.problem.is_none(), "{:?}", said.tally);

    let mut recording = Recording::default();
    recording.add(&file).expect("readable");
    let mut calls: Vec<String> = Vec::new();
    let each = |call: &str, _: Option<i64>| {
        calls.push(call.to_owned());
        Ok::<(), FileError>(())
    };
    recording.each_call(each).expect("calls");
    let bare = home.path().join("calls.ndjson");
    std::fs::write(&bare, calls.join("\n")).expect("written");
    same(&[&bare]).expect("calls");
    // a recording comes first, whatever the order
    let both = same(&[&bare, &file, &bare]).expect("calls");
    let came = both.tally.calls + both.tally.repeats;
    assert_eq!(came as usize, 3 * calls.len());

    let vendors = vendors();
    let chosen = InUse::chosen(&vendors, vec![3, 1]);
    same_with(&[&file, &bare], &vendors, &chosen).expect("calls");
}

#[test]
fn a_clearing_is_left_to_the_pipeline() {
    let home = tempfile::tempdir().expect("a folder");
    for undone in [false, true] {
        let file = home.path().join(format!("{undone}.ndjson"));
        let live = live(&file);
        record_captures(&live);
        live.clear(BEGIN_MS).expect("recorded");
        assert!(!undone || live.undo_clear(BEGIN_MS).expect("recorded"));
        drop(live);
        let vendors = vendors();
        let in_use = InUse::without_choice(&vendors);
        let shares = Shares { threads: 3, block_bytes: 5000 };
        assert_eq!(by_batch_check(&[&file], &vendors, &in_use, shares), Ok(None));
        let calls = by_pipeline(&[&file], &vendors, &in_use).expect("readable").tally.calls;
        assert_eq!(calls > 0, undone);
    }
}

/// The part of a case that is played here (`tests/vendors/cases.rs` has the rest).
#[derive(Deserialize)]
struct Case {
    settings: Option<String>,
    #[serde(default)]
    prior_events: Vec<String>,
    event: String,
}

/// True if an object has a known type, or a member that only calls have.
fn is_call(text: &str) -> bool {
    let doc = Doc::parse(text).expect("JSON");
    let object = doc.root();
    let kinds = ["track", "identify", "group", "page", "screen", "alias"];
    let members = ["userId", "anonymousId", "event", "properties", "traits", "messageId", "batch"];
    let kind = object.get("type").and_then(|kind| kind.as_str()).unwrap_or_default().to_lowercase();
    kinds.contains(&&*kind) || members.iter().any(|name| object.get(name).is_some())
}

/// The calls of a vendor's cases, by the settings that they are for.
fn cases(vendor: &str) -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vendors").join(vendor);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("cases")
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        .collect();
    files.sort();
    let mut calls: BTreeMap<String, String> = BTreeMap::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a readable case");
        let case: Case = toml::from_str(&text).expect("a case");
        let of = calls.entry(case.settings.unwrap_or_else(|| "{}".to_owned())).or_default();
        for call in case.prior_events.iter().chain([&case.event]) {
            // some cases are about what is not a call at all
            if call.trim_start().starts_with('{') && is_call(call) {
                of.push_str(&call.replace('\n', " "));
                of.push('\n');
            }
        }
    }
    calls
}

#[test]
fn every_case_of_every_vendor() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("calls.ndjson");
    let built_in = vendors();
    let mut all = String::new();
    for vendor in built_in.names() {
        for (settings, calls) in cases(vendor) {
            let settings: Value = serde_json::from_str(&settings).expect("JSON");
            let settings = Map::from_iter([(vendor.to_owned(), settings)]);
            let vendors = Arc::new(Vendors::new(&settings, &[]).expect("valid settings"));
            std::fs::write(&file, &calls).expect("written");
            let in_use = InUse::chosen(&vendors, vec![vendors.index_of(vendor).expect("known")]);
            let said = same_with(&[&file], &vendors, &in_use).expect("calls");
            assert_eq!(said.tally.calls > 0, !calls.is_empty());
            all.push_str(&calls);
        }
    }
    std::fs::write(&file, &all).expect("written");
    assert!(same(&[&file]).expect("calls").groups.len() > 100, "most codes are found");
}

#[test]
fn a_vendor_of_the_user() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/vendors/webhook.toml");
    let text = std::fs::read_to_string(&path).expect("a vendor");
    let own = [VendorFile { name: "webhook.toml".to_owned(), text }];
    let vendors = Vendors::new(&Default::default(), &own);
    let vendors = Arc::new(vendors.unwrap_or_else(|error| panic!("{error}")));
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("calls.ndjson");
    let calls: String = cases("custify").into_values().collect();
    std::fs::write(&file, calls).expect("written");
    let said = same_with(&[&file], &vendors, &InUse::without_choice(&vendors)).expect("calls");
    assert_eq!(said.tally.verdicts.len(), 6);
    assert!(said.tally.verdicts[5].iter().sum::<u64>() > 0, "it judged");
}

#[test]
fn what_the_service_discards_is_counted_and_teaches_nothing_in_both_ways() {
    let home = tempfile::tempdir().expect("a folder");
    let rudder = r#""channel":"mobile","originalTimestamp":"2026-11-28T10:00:00.000Z","context":{"library":{"name":"rudder-sdk"}}"#;
    let calls = [
        r#"{"type":"track","event":"Discarded","properties":{"user_id":"u9","company_id":"a9"}}"#.to_owned(),
        r#"{"type":"identify","userId":"u9","traits":[]}"#.to_owned(),
        r#"{"type":"track","userId":"u9","event":"After"}"#.to_owned(),
        format!(r#"{{"batch":[{{"type":"track","event":"R","userId":"u1",{rudder}}},{{"type":"track","event":"R","userId":" ",{rudder}}}]}}"#),
        r#"{"type":"track","event":"Old","properties":[],"userId":"u9","receivedAt":"2026-11-28T10:00:00.000Z"}"#.to_owned(),
    ];
    // enough of them for several blocks
    let text: String = (0..40).flat_map(|_| calls.iter().map(|call| format!("{call}\n"))).collect();
    let file = home.path().join("calls.ndjson");
    std::fs::write(&file, text).expect("written");
    let said = same(&[&file]).expect("calls");
    assert_eq!((said.tally.calls, said.tally.discarded), (240, 160));
    assert_eq!(said.groups[0].event.as_deref(), Some("track \"Discarded\""));
    assert!(said.texts[0].contains("160 discarded before any vendor"), "{}", said.texts[0]);
}

/// Calls with one `messageId`: the time, the content, and whether the service takes the call as new,
/// as a repeat, or drops it.
const ONE_ID: [(&str, &str, &str); 7] = [
    ("2026-11-20T10:05:00Z", "A", "new"),
    ("2026-11-21T10:00:00Z", "A", "repeat"),
    ("2026-11-21T10:01:00Z", "B", "dropped"),
    ("2026-11-21T11:00:00Z", "B", "new"),
    ("2026-11-21T12:00:00Z", "A", "dropped"),
    ("2026-11-25T10:00:00Z", "A", "new"),
    ("2026-11-25T10:00:01Z", "A", "repeat"),
];

/// Returns for each call whether it is new, a repeat, or dropped by the service.
fn classify_calls(engine: &Engine) -> Vec<&'static str> {
    let rows = 0..engine.rows();
    let details = rows.map(|row| match engine.detail(row) {
        Ok(Some(RowDetail::Call(call))) => call,
        other => panic!("row {row} is {other:?}"),
    });
    let standing = details.map(|call| match (call.service.code, call.repeat) {
        (Some("MESSAGE-ID-REUSED"), false) => "dropped",
        (None, true) => "repeat",
        (None, false) => "new",
        other => panic!("{other:?}"),
    });
    standing.collect()
}

#[test]
fn a_message_id_is_free_after_a_day_live_in_files_and_checked_again() {
    let home = tempfile::tempdir().expect("a folder");
    let recorded = home.path().join("r.ndjson");
    let engine = live(&recorded);
    let wanted: Vec<&str> = ONE_ID.iter().map(|(.., standing)| *standing).collect();
    let call = |event: &str, times: &str| {
        format!(r#"{{"type":"track","messageId":"m","event":"{event}","userId":"u"{times}}}"#)
    };
    for (at, event, _) in ONE_ID {
        let at = time::parse(at).expect("a time");
        assert_eq!(requests::post(&engine, "/v1/track", &call(event, ""), at), 200);
    }
    engine.settle();
    assert_eq!(classify_calls(&engine), wanted, "live");
    engine.judge_again().expect("readable");
    assert_eq!(classify_calls(&engine), wanted, "checked again");
    drop(engine);
    let of_recording = same(&[&recorded]).expect("a recording").tally;

    let archive = home.path().join("calls.ndjson");
    let lines = |name: &str| {
        let line = |(at, event, _): &(&str, &str, &str)| {
            call(event, &format!(r#","timestamp":"2026-11-01T00:00:00Z","{name}":"{at}""#))
        };
        ONE_ID.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    for name in ["receivedAt", "sentAt"] {
        std::fs::write(&archive, lines(name)).expect("written");
        let of_archive = same(&[&archive]).expect("calls").tally;
        assert_eq!(
            (of_archive.calls, of_archive.repeats),
            (of_recording.calls, of_recording.repeats)
        );
        let mut recording = Recording::default();
        recording.add(&archive).expect("readable");
        let (vendors, in_use) = (vendors(), InUse::without_choice(&vendors()));
        let engine = Engine::start(recording, vendors, in_use, Default::default());
        let engine = engine.expect("readable");
        engine.settle();
        assert_eq!(classify_calls(&engine), wanted, "{name}");
    }

    // without a time of arrival, all are assumed to have come within a day, and the message says so
    for (times, wanted) in [("", (2, 5)), (r#","timestamp":"AT""#, (7, 0))] {
        let untimed = |(at, event, _): &(&str, &str, _)| call(event, &times.replace("AT", at));
        let untimed: Vec<String> = ONE_ID.iter().map(untimed).collect();
        std::fs::write(&archive, untimed.join("\n")).expect("written");
        let said = same(&[&archive]).expect("calls");
        assert_eq!((said.tally.calls, said.tally.repeats), wanted);
        let reused = said.groups.iter().find(|group| group.code == "MESSAGE-ID-REUSED");
        let message = &reused.expect("one is dropped").message;
        assert!(message.contains("when this one arrived is not known"), "{message}");
        assert!(!message.contains("as far as their times are known"), "{message}");
    }
}
