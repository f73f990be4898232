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
