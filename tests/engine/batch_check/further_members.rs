//! Calls of one event with further members. The batch check evaluates one of those that differ only in
//! members that matter to no fix; the engine evaluates all of them. Their reports are equal.

use super::cases::cases;
use super::{by_batch_check, by_pipeline, recording, vendors};
use segscope::engine::{Engine, InUse, Shares, check_files};
use segscope::vendors::Vendors;
use serde_json::{Map, Value, json};
use std::path::Path;
use std::sync::Arc;

/// Names that no vendor reads, that a vendor reads somewhere, or that are close to either.
const NAMES: [&str; 44] = [
    "color",
    "rows",
    "price",
    "seats",
    "status",
    "Farbe",
    "größe",
    "a",
    "x1",
    "report",
    "companyId",
    "company",
    "acount_id",
    "accountID",
    "account",
    "teamId",
    "group",
    "org",
    "useridd",
    "user",
    "uid",
    "id",
    "externalId",
    "customer-id",
    "member",
    "ussr_id",
    "module",
    "modul",
    "Module",
    "product",
    "first_name",
    "firstname",
    "e_mail",
    "phone",
    "phone_number",
    "whatsapp",
    "language",
    "createdat",
    "signup_date",
    "stage",
    "$set",
    "ss_x",
    "mrr",
    "total",
];

/// A sequence of numbers, the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) as usize % end
    }
}

fn value(numbers: &mut Numbers) -> Value {
    let values = [
        json!(12),
        json!("x"),
        json!("acct-1"),
        json!(0),
        json!(""),
        json!(true),
        json!(false),
        json!(null),
        json!({"id": "g1"}),
        json!([1]),
    ];
    values[numbers.below(values.len())].clone()
}

/// Returns a call with members added to its traits and properties, or removed from them.
fn varied(call: &str, numbers: &mut Numbers) -> Option<String> {
    let mut call: Value = serde_json::from_str(call).ok()?;
    for pointer in ["/properties", "/traits", "/context/traits", "/properties/filters"] {
        let Some(Value::Object(object)) = call.pointer_mut(pointer) else { continue };
        for _ in 0..numbers.below(4) {
            object.insert(NAMES[numbers.below(NAMES.len())].to_owned(), value(numbers));
        }
        if numbers.below(4) == 0 && !object.is_empty() {
            let key = object.keys().nth(numbers.below(object.len())).cloned()?;
            object.shift_remove(&key);
        }
    }
    Some(call.to_string())
}

#[test]
fn further_members_change_no_report() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("calls.ndjson");
    let mut numbers = Numbers(7);
    let mut all = String::new();
    for vendor in vendors().names() {
        for (settings, calls) in cases(vendor) {
            let settings: Value = serde_json::from_str(&settings).expect("JSON");
            let settings = Map::from_iter([(vendor.to_owned(), settings)]);
            let vendors = Arc::new(Vendors::new(&settings, &[]).expect("valid settings"));
            let mut text = String::new();
            for call in calls.lines() {
                let further = (0..4).filter_map(|_| varied(call, &mut numbers));
                [call.to_owned()].into_iter().chain(further).for_each(|call| {
                    text.push_str(&call);
                    text.push('\n');
                });
            }
            std::fs::write(&file, &text).expect("written");
            let in_use = InUse::chosen(&vendors, vec![vendors.index_of(vendor).expect("known")]);
            compare(&file, &vendors, &in_use);
            all.push_str(&text);
        }
    }
    std::fs::write(&file, &all).expect("written");
    let vendors = Arc::new(Vendors::new(&Map::new(), &[]).expect("the built-in ones"));
    compare(&file, &vendors, &InUse::without_choice(&vendors));
}

/// Compares the groups of findings one by one, because a whole report is too long for a message.
fn compare(file: &Path, vendors: &Arc<Vendors>, in_use: &InUse) {
    let by_engine = by_pipeline(&[file], vendors, in_use).expect("calls").groups;
    let in_blocks = by_batch_check(&[file], vendors, in_use, Shares::default());
    let in_blocks = in_blocks.expect("calls").expect("a result").groups;
    for (found, want) in in_blocks.iter().zip(&by_engine) {
        assert_eq!(found, want);
    }
    assert_eq!(in_blocks.len(), by_engine.len());
}

/// Returns the number of groups of calls of the engine and of the batch check.
fn groups(file: &Path) -> (usize, usize) {
    let vendors = Arc::new(Vendors::new(&Map::new(), &[]).expect("the built-in ones"));
    let in_use = InUse::without_choice(&vendors);
    let recording = recording(&[file]).expect("readable");
    let checked = check_files(&recording, &vendors, &in_use, Shares::default());
    let in_blocks = checked.expect("readable").expect("a result").tally().groups.len();
    let engine = Engine::start(recording, vendors, in_use, Default::default()).expect("readable");
    engine.settle();
    (engine.tally(0..engine.rows()).groups.len(), in_blocks)
}

#[test]
fn members_that_matter_to_no_fix_make_no_group() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("calls.ndjson");
    let call = |members: &str| {
        format!(
            r#"{{"type":"track","event":"E","userId":"u1","properties":{{"plan":"x"{members}}}}}"#
        )
    };
    for (members, in_blocks) in [
        (["", r#","color":"red""#, r#","rows":1,"color":"red""#], 1),
        // close to the name of an id
        (["", r#","companyId":"a1""#, r#","acount_id":"a1""#], 3),
        // read by a vendor, or not scalar
        (["", r#","module_id":"m1""#, r#","color":{"red":1}"#], 3),
    ] {
        std::fs::write(&file, members.map(call).join("\n")).expect("written");
        assert_eq!(groups(&file), (3, in_blocks), "{members:?}");
    }
}
