//! Properties of judging and rendering that hold for any calls.

use proptest::prelude::*;
use segscope::call::{Doc, Event, Seq};
use segscope::vendors::{Judgement, Memory, RenderedCall, Vendors, map_line};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

static ALL: LazyLock<Vendors> =
    LazyLock::new(|| Vendors::new(&Map::new(), &[]).expect("the built-in vendors are valid"));

/// Every key that a vendor's table names, so that random calls hit the rules.
static KEYS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut keys: Vec<String> =
        ["accountId", "company", "id", "groupId", "context", "x", ""].map(str::to_owned).to_vec();
    for vendor in 0..ALL.len() {
        for call in &ALL.info(vendor).calls {
            let ids = [&call.account, &call.user].into_iter().flatten().flat_map(|id| &id.from);
            for path in call.fields.iter().flat_map(|field| &field.from).chain(ids) {
                keys.extend(path.rsplit('/').next().map(str::to_owned));
            }
        }
    }
    keys.sort();
    keys.dedup();
    keys
});

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => prop::sample::select(vec!["a", "b", "", " ", "undefined", "2024-05-01T10:00:00Z", "2024-06-01", "true", "12", "x@y.z", "+15555555555", "en"]).prop_map(Value::from),
        1 => any::<String>().prop_map(Value::from),
        1 => prop::sample::select(vec![json!(0), json!(1), json!(-2), json!(1.5), json!(true), json!(false), json!(null), json!([1]), json!({}), json!({"id": "c"})]),
    ]
}

fn object() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(KEYS.clone());
    let member = (
        key,
        prop_oneof![9 => scalar(), 1 => scalar().prop_map(|v| json!({ "city": v, "id": "c", "zip": [] }))],
    );
    prop::collection::vec(member, 0..14)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

/// A call that looks like one, more or less.
fn call() -> impl Strategy<Value = String> {
    let kind = prop::sample::select(vec![
        "track", "identify", "group", "Track", "page", "alias", "nonsense", "",
    ]);
    let part = || prop_oneof![9 => object(), 1 => scalar()];
    (kind, part(), part(), part(), object(), prop_oneof![Just(json!({})), scalar()]).prop_map(
        |(kind, properties, traits, context_traits, top, integrations)| {
            let mut call = json!({"type": kind, "event": "Exported", "userId": "a", "anonymousId": "s",
                "originalTimestamp": "2024-05-01T10:00:00Z",
                "properties": properties, "traits": traits,
                "context": {"traits": context_traits, "groupId": "g"}, "integrations": integrations});
            for (key, value) in top.as_object().into_iter().flatten() {
                call[key] = value.clone();
            }
            call.to_string()
        },
    )
}

/// Judges calls in order; hands each result on.
fn judge(
    vendors: &Vendors,
    calls: &[String],
    mut each: impl FnMut(usize, &Judgement, &Memory),
) -> Memory {
    let mut memory = vendors.memory();
    let mut judgement = Judgement::default();
    for (at, call) in calls.iter().enumerate() {
        let doc = Doc::parse(call.as_str()).expect("JSON");
        vendors.judge(&Event::bare(doc.root()), Seq(at as u64 + 1), &mut memory, &mut judgement);
        each(at, &judgement, &memory);
    }
    memory
}

fn render(
    vendors: &Vendors,
    vendor: usize,
    call: &str,
    at: usize,
    memory: &Memory,
) -> RenderedCall {
    let doc = Doc::parse(call).expect("JSON");
    vendors.render(vendor, &Event::bare(doc.root()), Seq(at as u64 + 1), memory)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn an_output_is_the_same_whenever_it_is_made(calls in prop::collection::vec(call(), 1..24)) {
        let vendors = &*ALL;
        let mut at_once: Vec<Vec<RenderedCall>> = Vec::new();
        let memory = judge(vendors, &calls, |at, judgement, memory| {
            let all: Vec<RenderedCall> = (0..vendors.len())
                .map(|vendor| render(vendors, vendor, &calls[at], at, memory))
                .collect();
            for (vendor, rendered) in all.iter().enumerate() {
                assert_eq!(judgement.vendors[vendor].verdict, rendered.verdict);
                assert_eq!(judgement.account(vendor), rendered.account_id.as_deref());
                assert_eq!(judgement.user(vendor), rendered.user_id.as_deref());
                let mut codes: Vec<_> = rendered
                    .findings
                    .iter()
                    .map(|f| vendors.codes().find(Some(vendor), &f.code).expect("a known code"))
                    .collect();
                codes.sort();
                codes.dedup();
                let judged = judgement.codes.iter().copied();
                let own = judged.filter(|code| vendors.codes().entry(*code).vendor == Some(vendor));
                assert_eq!(own.collect::<Vec<_>>(), codes);
            }
            at_once.push(all);
        });
        for (at, before) in at_once.iter().enumerate() {
            for (vendor, before) in before.iter().enumerate() {
                prop_assert_eq!(before, &render(vendors, vendor, &calls[at], at, &memory));
            }
        }
    }

    #[test]
    fn a_vendor_does_not_see_the_others(calls in prop::collection::vec(call(), 1..12)) {
        let all = judge(&ALL, &calls, |_, _, _| {});
        for (vendor, name) in ALL.names().enumerate() {
            let alone = Vendors::only(&[name], &Map::new(), &[]).expect("a built-in vendor");
            let memory = judge(&alone, &calls, |_, _, _| {});
            for (at, call) in calls.iter().enumerate() {
                prop_assert_eq!(
                    render(&ALL, vendor, call, at, &all),
                    render(&alone, 0, call, at, &memory)
                );
            }
        }
    }

    #[test]
    fn mapping_never_panics(event in prop_oneof![call(), scalar().prop_map(|v| v.to_string()), any::<String>()]) {
        for name in ALL.names() {
            let line = format!(r#"{{"vendor":"{name}","event":{event},"flush_at":"2024-05-01T12:00:00Z"}}"#);
            let answer = map_line(&line);
            let answer: Value = serde_json::from_str(&answer).expect("an answer is JSON");
            prop_assert!(answer.get("verdict").is_some() || answer.get("error").is_some());
            prop_assert_eq!(map_line(&line), answer.to_string());
        }
    }
}
