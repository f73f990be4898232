//! The output of a call is the same at once, after 10,000 more calls, and when the file is opened
//! again: what vendors remember has grown meanwhile, and must not show.

use crate::requests;
use proptest::prelude::*;
use segscope::call::time::Millis;
use segscope::engine::{Engine, InUse, Recording, RowDetail};
use segscope::recording::RecordingFile;
use segscope::report::call_record;
use segscope::vendors::Vendors;
use serde_json::{Value, json};
use std::sync::Arc;

const NOON: Millis = 1_714_564_800_000;
/// Calls that come later, and how many of them in one request.
const LATER: usize = 10_000;
const BATCH: usize = 250;

fn engine(recording: Recording) -> Engine {
    let settings = json!({
        "planhat": {"metrics": ["m"], "known_companies": ["c0", "c1"], "known_endusers": [{"externalId": "u0"}]},
        "freshsuccess": {"custom_dimensions": [{"trait": "m", "type": "number"}]},
    });
    let settings = settings.as_object().expect("a table");
    let vendors = Arc::new(Vendors::new(settings, &[]).expect("valid"));
    let in_use = InUse::without_choice(&vendors);
    Engine::new(recording, vendors, in_use, Default::default()).expect("readable").0
}

/// Few ids, so that calls have to do with each other.
fn id(prefix: &'static str) -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => (0..3u8).prop_map(move |n| json!(format!("{prefix}{n}"))),
        1 => (0..3u8).prop_map(|n| json!(n)),
        1 => Just(Value::Null),
    ]
}

fn call() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(vec!["track", "identify", "group", "page", "Track"]);
    let ids = (id("u"), id("s"), id("c"), id("c"), id("u"), id("c"));
    (kind, ids, 0..120i64, 0..3u8).prop_map(
        |(kind, (user, session, group, company, inner, account), minutes, module)| {
            let at = segscope::call::time::format(NOON + minutes * 60_000);
            let fields = json!({
                "account_id": account, "user_id": inner, "company_id": company, "m": module,
                "email": format!("{module}@x.io"), "module": format!("m{module}"), "name": "N",
                "phone": format!("+4912345678{module}"), "createdAt": "2024-01-01",
            });
            json!({
                "type": kind, "event": "E", "userId": user, "anonymousId": session,
                "groupId": group, "timestamp": at, "properties": fields, "traits": fields,
            })
        },
    )
}

fn take(engine: &Engine, at: Millis, calls: &[Value]) {
    let body = json!({ "batch": calls }).to_string();
    assert_eq!(requests::post(engine, "/v1/batch", &body, at), 200);
    engine.settle();
}

fn records(engine: &Engine, rows: std::ops::Range<u64>) -> Vec<String> {
    let all: Vec<usize> = (0..engine.vendors().len()).collect();
    rows.map(|row| match engine.detail(row) {
        Ok(Some(RowDetail::Call(call))) => call_record(&call, &engine.vendors(), &all),
        other => panic!("{other:?}"),
    })
    .collect()
}

proptest! {
    // one is 20,000 calls; each run has others
    #![proptest_config(ProptestConfig { cases: 1, max_shrink_iters: 30, ..ProptestConfig::default() })]

    #[test]
    fn an_output_does_not_change_with_what_comes_later(
        calls in prop::collection::vec(call(), 12..40),
        more in prop::collection::vec(call(), BATCH..BATCH + 1),
    ) {
        let home = tempfile::tempdir().expect("a folder");
        let file = home.path().join("r.ndjson");
        let (opened, _) = RecordingFile::open(&file, false).expect("a new file");
        let live = engine(Recording::from_file(opened).expect("its reader"));
        let mut at_once = Vec::new();
        for (nth, call) in calls.iter().enumerate() {
            take(&live, NOON + nth as Millis, std::slice::from_ref(call));
            at_once.extend(records(&live, nth as u64..nth as u64 + 1));
        }
        for nth in 0..LATER / BATCH {
            take(&live, NOON + (1000 * nth) as Millis, &more);
        }
        prop_assert_eq!(live.calls(), (calls.len() + LATER) as u64);
        prop_assert_eq!(&at_once, &records(&live, 0..calls.len() as u64));

        let mut recording = Recording::default();
        recording.add(&file).expect("readable");
        let again = engine(recording);
        prop_assert_eq!(again.calls(), live.calls());
        prop_assert_eq!(&at_once, &records(&again, 0..calls.len() as u64));
        let last = live.rows() - BATCH as u64..live.rows();
        prop_assert_eq!(records(&again, last.clone()), records(&live, last));
    }
}
