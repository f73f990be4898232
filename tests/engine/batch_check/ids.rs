//! Ids that several vendors, or several calls, decide together.

use super::{same_with, vendors};
use segscope::engine::InUse;
use serde_json::{Value, json};

fn track(user: &str, more: Value) -> Value {
    let mut call = json!({"type": "track", "event": "Order Received", "userId": user});
    let members = more.as_object().expect("an object").clone();
    call.as_object_mut().expect("an object").extend(members);
    call
}

/// Returns the report of `check` about these calls, and how they stand to the plan. Vendors are in
/// use in this order.
fn said(calls: &[Value], in_use: &[&str]) -> (String, String) {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("calls.ndjson");
    let lines: Vec<String> = calls.iter().map(|call| format!("{call}\n")).collect();
    std::fs::write(&path, lines.concat()).expect("a file");
    let vendors = vendors();
    let chosen = in_use.iter().map(|name| vendors.index_of(name).expect("known")).collect();
    let said = same_with(&[&path], &vendors, &InUse::chosen(&vendors, chosen)).expect("calls");
    (said.texts[0].clone(), said.expected)
}

#[test]
fn whether_an_id_is_doubtful_does_not_depend_on_the_order_of_the_vendors() {
    for account in [json!("undefined"), json!("acme "), json!(7)] {
        let properties = json!({
            "account_id": account, "user_id": "u1", "company_id": "acme", "total": 1,
        });
        let calls = [track("u1", json!({"properties": properties}))];
        for order in [["planhat", "customersuccessbox"], ["customersuccessbox", "planhat"]] {
            let (_, expected) = said(&calls, &order);
            assert!(expected.contains("1 with doubtful account_id"), "{order:?}: {expected}");
        }
    }
}

#[test]
fn ids_that_alias_calls_connect_count_as_one_person_however_files_are_checked() {
    let with = |user: &str, n: usize| track(user, json!({"anonymousId": format!("B{n}")}));
    let alias = |from: &str, to: &str| json!({"type": "alias", "previousId": from, "userId": to});
    let refused = json!({"type": "alias", "previousId": "old-0", "userId": ""});
    let mut calls = vec![with("kim-0", 0), refused, with("old-0", 0)];
    // the alias call comes before the second id, or after it, in blocks of any size
    for n in 1..40 {
        let [old, new] = ["old", "kim"].map(|name| format!("{name}-{n}"));
        calls.extend(match n % 3 {
            0 => [with(&old, n), alias(&old, &new), with(&new, n)],
            1 => [with(&old, n), with(&new, n), alias(&old, &new)],
            _ => [alias(&old, &new), with(&new, n), with(&old, n)],
        });
    }
    let (text, _) = said(&calls, &["planhat"]);
    assert_eq!(text.matches("ID-SHARED").count(), 1, "{text}");
    assert!(text.contains("`B0` is used with 2 different users: `kim-0` and `old-0`"), "{text}");
    calls.push(alias("old-0", "kim-0"));
    let (text, _) = said(&calls, &["planhat"]);
    assert!(!text.contains("ID-SHARED"), "{text}");
}
