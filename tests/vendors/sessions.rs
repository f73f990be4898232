//! Session and module time (`docs/specs/vendors.md` B.2.7) against a plain reading of its six steps, and
//! the same whenever someone looks.

use proptest::prelude::*;
use segscope::call::{Doc, Event, Seq, time};
use segscope::vendors::{Judgement, Memory, RenderedCall, Vendors};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::LazyLock;

const MINUTE: i64 = 60_000;
const TIMEOUT: i64 = 30 * MINUTE;

static FRESHSUCCESS: LazyLock<Vendors> = LazyLock::new(|| {
    Vendors::only(&["freshsuccess"], &Map::new(), &[]).expect("a built-in vendor")
});

/// The next step: a call, or a look at the clock.
#[derive(Debug, Clone)]
enum Next {
    Call { session: &'static str, at: i64, module: Option<&'static str>, lost: bool },
    Clock(i64),
}

/// Mostly on whole minutes, so that gaps of exactly 30 happen; clocks may run backwards.
fn next() -> impl Strategy<Value = Next> {
    let at = (0..150i64, prop_oneof![3 => Just(0i64), 1 => -1..2i64]);
    let at = at.prop_map(|(minutes, millis)| minutes * MINUTE + millis);
    let session = prop::sample::select(vec!["a", "B", "é"]);
    let module = prop::sample::select(vec![None, None, Some("M"), Some("N"), Some(" ")]);
    prop_oneof![
        5 => (session, at.clone(), module, prop::bool::weighted(0.1))
            .prop_map(|(session, at, module, lost)| Next::Call { session, at, module, lost }),
        1 => at.prop_map(Next::Clock),
    ]
}

fn call(session: &str, at: i64, module: Option<&str>, lost: bool) -> String {
    json!({
        "type": "track", "event": if lost { "" } else { "E" }, "userId": "u", "groupId": "g",
        "anonymousId": session, "originalTimestamp": time::format(at),
        "properties": { "module": module },
    })
    .to_string()
}

/// The steps as they are written down.
#[derive(Default)]
struct Model(BTreeMap<String, Session>);

/// Start, last, and the current module with its start.
type Session = (i64, i64, Option<(String, i64)>);

impl Model {
    fn close(&mut self, id: &str, out: &mut Vec<Value>) {
        let (start, last, module) = self.0.remove(id).expect("an open session");
        if let Some((name, since)) = module {
            out.push(record("module_time", id, Some(&name), since, last));
        }
        out.push(record("session_time", id, None, start, last));
    }

    fn call(&mut self, id: &str, at: i64, module: Option<&str>) -> (bool, Vec<Value>) {
        let mut out = Vec::new();
        if self.0.get(id).is_some_and(|(_, last, _)| at - last >= TIMEOUT) {
            self.close(id, &mut out);
        }
        let (start, last, current) = self.0.entry(id.to_owned()).or_insert((at, at, None));
        if at < *last {
            if at < *start && *start - at < TIMEOUT {
                *start = at;
            }
            return (true, out);
        }
        *last = at;
        if let Some(name) = module.filter(|name| !name.trim().is_empty())
            && current.as_ref().is_none_or(|(current, _)| current != name)
            && let Some((before, since)) = current.replace((name.to_owned(), at))
        {
            out.push(record("module_time", id, Some(&before), since, at));
        }
        (false, out)
    }

    fn flush(&mut self, now: i64) -> Vec<Value> {
        let idle = self.0.iter().filter(|(_, (_, last, _))| now - last >= TIMEOUT);
        let ids: Vec<String> = idle.map(|(id, _)| id.clone()).collect();
        let mut out = Vec::new();
        ids.iter().for_each(|id| self.close(id, &mut out));
        out
    }
}

fn record(kind: &str, id: &str, module: Option<&str>, start: i64, end: i64) -> Value {
    let mut record = json!({ "kind": kind, "session_id": id, "start": time::format(start),
        "end": time::format(end), "millis": end - start });
    if let Some(module) = module {
        record["module"] = module.into();
    }
    record
}

fn render(text: &str, seq: u64, memory: &Memory) -> RenderedCall {
    let doc = Doc::parse(text).expect("JSON");
    FRESHSUCCESS.render(0, &Event::bare(doc.root()), Seq(seq), memory)
}

/// Returns whether a rendered call is out of order, and its session records.
fn shown(rendered: &RenderedCall) -> (bool, Vec<Value>) {
    let late = rendered.findings.iter().any(|finding| finding.code.ends_with("-OUT-OF-ORDER"));
    let derived = rendered.extras.iter().find(|(name, _)| *name == "derived");
    let derived = derived.map_or("[]".to_owned(), |(_, out)| out.to_json());
    (late, serde_json::from_str(&derived).expect("a list"))
}

/// Plays everything; what each call showed at once, what each clock closed, and the memory.
fn play(all: &[Next]) -> (Vec<(String, RenderedCall)>, Vec<Vec<Value>>, Memory) {
    let mut memory = FRESHSUCCESS.memory();
    let mut judgement = Judgement::default();
    let (mut calls, mut flushes) = (Vec::new(), Vec::new());
    for next in all {
        match next {
            Next::Call { session, at, module, lost } => {
                let text = call(session, *at, *module, *lost);
                let seq = calls.len() as u64 + 1;
                let doc = Doc::parse(text.as_str()).expect("JSON");
                let event = Event::bare(doc.root());
                FRESHSUCCESS.judge(&event, Seq(seq), &mut memory, &mut judgement);
                let rendered = render(&text, seq, &memory);
                calls.push((text, rendered));
            }
            Next::Clock(now) => {
                let closed = FRESHSUCCESS.idle_flush(*now, &mut memory).into_iter();
                let closed = closed.map(|flushed| flushed.record.json());
                flushes.push(
                    closed.map(|json| serde_json::from_str(&json).expect("a record")).collect(),
                );
            }
        }
    }
    (calls, flushes, memory)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn sessions_follow_the_six_steps(all in prop::collection::vec(next(), 1..40)) {
        let (calls, flushes, memory) = play(&all);
        let (mut model, mut call, mut flush) = (Model::default(), calls.iter(), flushes.iter());
        for next in &all {
            match next {
                Next::Call { lost: true, .. } => {
                    let (_, rendered) = call.next().expect("a call");
                    prop_assert_eq!(shown(rendered), (false, vec![]));
                }
                Next::Call { session, at, module, .. } => {
                    let (_, rendered) = call.next().expect("a call");
                    prop_assert_eq!(shown(rendered), model.call(session, *at, *module));
                }
                Next::Clock(now) => {
                    prop_assert_eq!(flush.next().expect("a flush"), &model.flush(*now));
                }
            }
        }
        // the same when someone looks later, and when all is played again
        for (at, (text, rendered)) in calls.iter().enumerate() {
            prop_assert_eq!(rendered, &render(text, at as u64 + 1, &memory));
        }
        let (again, flushed_again, _) = play(&all);
        prop_assert_eq!(&calls, &again);
        prop_assert_eq!(flushes, flushed_again);
    }
}
