use super::*;
use crate::call::{Doc, Event, ObjectShape, Seq};
use crate::findings::Verdict;
use crate::vendors::engine::evaluation::Evaluation;
use crate::vendors::engine::run_rules::run;
use crate::vendors::look_plan::Scratch;
use crate::vendors::memory::facts::Facts;
use crate::vendors::{EXAMPLES, VendorFile, Vendors};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::sync::Arc;

impl ShapeRules {
    /// Returns all rules, including those that report nothing.
    fn all(vendor: &Vendor, kind: CallType, view: &CallView<'_>) -> ShapeRules {
        let is_off = is_switched_off(vendor, view);
        let Some(call) = vendor.calls[slot(kind)].as_ref() else {
            return ShapeRules { is_off, ..ShapeRules::default() };
        };
        let to_run = |count: usize| {
            (0..count as u16).map(|number| RuleToRun { number, codes: None }).collect::<Vec<_>>()
        };
        let ids = |rule: &Option<IdRule>| {
            let Some(rule) = rule else { return Vec::new() };
            let guards = rule.guards.iter().copied().chain(std::iter::repeat(None));
            let places = rule.from.iter().copied().zip(guards);
            places
                .filter(|(_, guard)| guard.is_none_or(|guard| is_chosen(guard, call, view)))
                .map(|(slot, _)| slot)
                .collect()
        };
        let of_request = |request: &Request| RequestRules {
            spreads: to_run(request.spreads.len()),
            rows: (0..request.rows.len() as u8)
                .map(|row| RowToRun { row, unless_within: None })
                .collect(),
        };
        ShapeRules {
            is_off,
            account: ids(&call.account),
            user: ids(&call.user),
            session: ids(&call.session),
            made_up: (0..call.made_up.len() as u16).collect(),
            requests: call.requests.iter().map(of_request).collect(),
            rests: to_run(call.rests.len()),
        }
    }
}

fn vendors() -> Vendors {
    let settings = json!({
        "customersuccessbox": { "user_custom_attributes": ["plan", "id", "account_name"] },
        "custify": { "send_anonymous_id": true },
    });
    let settings: Map<String, Value> = settings.as_object().cloned().expect("an object");
    let file =
        |(name, text): &(&str, &str)| VendorFile { name: (*name).into(), text: (*text).into() };
    let files: Vec<VendorFile> = EXAMPLES.iter().map(file).collect();
    Vendors::new(&settings, &files).expect("valid vendors")
}

/// The findings of each vendor: a code for each, the verdict, and the ids.
type Found = Vec<(Vec<CodeId>, Verdict, [Option<String>; 3])>;

fn judge(vendors: &Vendors, view: &CallView<'_>) -> Found {
    let facts = Facts::default();
    let find = |vendor| {
        let mut evaluation = Evaluation::new(view, vendor, &vendors.codes, &facts, Seq(1));
        run(&mut evaluation);
        evaluation.found.sort_unstable();
        let ids = [&evaluation.account, &evaluation.user, &evaluation.session];
        let ids = ids.map(|id| id.as_ref().map(|id| id.text.clone().into_owned()));
        (evaluation.found.clone(), evaluation.verdict(), ids)
    };
    vendors.vendors.iter().map(find).collect()
}

/// Judges a call with the rules for its shape, and with all rules.
fn judge_both(
    vendors: &Vendors,
    kind: CallType,
    call: &str,
    (derived, discarded): (&str, bool),
) -> [Found; 2] {
    let doc = Doc::parse(call).expect("JSON");
    let derived = Doc::parse(derived).expect("JSON");
    let shapes = ObjectShape::new(doc.root()).zip(ObjectShape::new(derived.root()));
    let shape = shapes.map(|(own, derived)| own.with(derived));
    [shape, None].map(|shape| {
        let derived = Some(derived.root());
        let event = Event { derived, discarded, shape, ..Event::bare(doc.root()) };
        let mut scratch = Scratch::default();
        scratch.read(&vendors.keys, &event);
        let view = CallView::new(&event, (vendors.len(), &vendors.keys), &scratch, vendors.basics);
        if shape.is_none() {
            for vendor in &vendors.vendors {
                let all = Arc::new(ShapeRules::all(vendor, kind, &view));
                view.rules(vendor.index, kind).set(all).expect("a plan of this call alone");
            }
        }
        judge(vendors, &view)
    })
}

fn value() -> impl Strategy<Value = Value> {
    let values = [
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(7),
        json!(-2.5),
        json!(""),
        json!("  "),
        json!("u1"),
        json!("12"),
        json!("undefined"),
        json!("é"),
        json!("2026-11-28T10:00:00.000Z"),
        json!("x".repeat(300)),
        json!([]),
        json!(["a", 1]),
        json!({}),
        json!({ "id": "n1", "name": "N" }),
    ];
    proptest::sample::select(values.to_vec())
}

/// Puts a value at a pointer, if there is no value in the way.
fn put(call: &mut Value, pointer: &str, value: Value) {
    let mut at = call;
    let names: Vec<&str> = pointer.split('/').skip(1).collect();
    let Some((last, path)) = names.split_last() else { return };
    for name in path {
        let Some(object) = at.as_object_mut() else { return };
        at = object.entry(*name).or_insert_with(|| json!({}));
    }
    if let Some(object) = at.as_object_mut() {
        object.insert((*last).to_owned(), value);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn the_rules_for_a_shape_find_what_all_rules_find(
        kind in proptest::sample::select(CallType::ALL.to_vec()),
        members in proptest::collection::vec((0.0..1.0, value()), 0..30),
        others in proptest::collection::vec((0usize..6, value()), 0..4),
        values in proptest::collection::vec(value(), 30),
        (context, discarded) in (value(), any::<bool>()),
    ) {
        let vendors = vendors();
        let pointers: Vec<&str> = vendors.keys.slots().map(|slot| vendors.keys.pointer(slot)).collect();
        let place = |at: &f64| pointers[(at * pointers.len() as f64) as usize];
        let unread = ["/other", "/properties/coupon", "/properties/deep/er", "/traits/color",
            "/context/x", "/traits/company/size"];
        let mut call = json!({ "type": kind.name() });
        let mut again = call.clone();
        for ((at, value), new) in members.iter().zip(values) {
            put(&mut call, place(at), value.clone());
            // other values of the same kinds lead to other findings
            put(&mut again, place(at), if same_kind(value, &new) { new } else { value.clone() });
        }
        for (at, value) in &others {
            for call in [&mut call, &mut again] {
                put(call, unread[*at], value.clone());
            }
        }
        for call in [&mut call, &mut again] {
            put(call, "/type", json!(kind.name()));
        }
        for call in [call, again] {
            // the last of repeated members counts
            let call = call.to_string().replacen('{', r#"{"userId":"first","traits":{"id":1},"#, 1);
            let derived = json!({ "timestamp": "2026-11-28T10:00:00.000Z", "context": context });
            let added = (&*derived.to_string(), discarded);
            let [by_shape, by_all] = judge_both(&vendors, kind, &call, added);
            prop_assert_eq!(by_shape, by_all, "{}", call);
        }
    }
}

fn same_kind(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => {
            let is_plain = |text: &str| text.starts_with(|c: char| c.is_ascii_graphic());
            is_plain(a) == is_plain(b)
        }
        (Value::Number(_), Value::Number(_)) => true,
        _ => false,
    }
}
