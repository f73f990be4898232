//! A call that is changed as its header says is accepted and used by every vendor in use.

use crate::common::wait_for;
use crate::terminal::Terminal;
use serde_json::{Value, json};

/// The first call of the README.
fn first_call() -> Value {
    let readme = include_str!("../../../README.md");
    let data = readme.split("-d '").nth(1).and_then(|rest| rest.split('\'').next());
    serde_json::from_str(data.expect("the README has a curl line")).expect("its data is JSON")
}

/// The changes that the header of the open call names: `properties.user_id (copy userId)`.
fn changes(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for line in text.lines() {
        let rest = [" needs ", " need "].iter().find_map(|verb| line.split_once(verb));
        let Some((vendors, rest)) = rest else { continue };
        let names_vendors = vendors.chars().next_back().is_some_and(|c| c.is_ascii_uppercase());
        if !names_vendors {
            continue;
        }
        let rest = rest.trim_end_matches(['│', ' ']).trim();
        // the key that copies the call may stand behind
        let rest = rest.split_once("  ").map_or(rest, |(needs, _)| needs);
        all.extend(rest.split(", ").flat_map(|part| part.split(" and ")).map(str::to_owned));
    }
    all
}

fn put(call: &mut Value, path: &str, value: Value) {
    let mut at = call;
    for key in path.split('.') {
        at = &mut at[key];
    }
    *at = value;
}

/// The call changed as the words say, by someone who knows who the user and the account are.
fn apply(call: &mut Value, change: &str) {
    let (path, how) = change.split_once(" (").unwrap_or((change, ""));
    let how = how.trim_end_matches(')');
    let value = if let Some(name) = how.strip_prefix("you sent ") {
        let object = path.rsplit_once('.').map_or(String::new(), |(at, _)| format!("/{at}"));
        call.pointer(&format!("{object}/{name}").replace('.', "/")).cloned()
    } else if let Some(from) = how.strip_prefix("copy ") {
        call.pointer(&format!("/{}", from.replace('.', "/"))).cloned()
    } else {
        Some(json!("real-1"))
    };
    put(call, path, value.unwrap_or_else(|| panic!("{change}: not in {call}")));
}

/// Sends a call, changes it as the header says, sends that, and returns its record.
fn follow(call: &Value, args: &[&str], size: (u16, u16)) -> Value {
    let (mut terminal, mut http) = Terminal::listening(size.0, size.1, args);
    let path = format!("/v1/{}", call["type"].as_str().unwrap_or("track"));
    http.post(&path, call.to_string().as_bytes()).expect("an answer");
    terminal.sees("1 call ");
    terminal.press("\r");
    terminal.sees("copies ");
    let changes = changes(&terminal.text());
    assert!(!changes.is_empty(), "{}", terminal.text());
    let mut call = call.clone();
    for change in &changes {
        apply(&mut call, change);
    }
    http.post(&path, call.to_string().as_bytes()).expect("an answer");
    let record = wait_for("the second call", || {
        let answer = http.get("/_segscope/calls").ok()?;
        let body = String::from_utf8(answer.body).ok()?;
        let all: Value = serde_json::from_str(&body).ok()?;
        let calls = all.as_array().or_else(|| all["calls"].as_array())?;
        calls.get(1).cloned()
    });
    assert_eq!(terminal.quit(), 0);
    assert_eq!(record["missing"], json!([]), "{changes:?}: {record}");
    for (vendor, outcome) in record["vendors"].as_object().expect("vendors") {
        let verdict = outcome["verdict"].as_str().expect("a verdict");
        assert!(["delivered", "degraded"].contains(&verdict), "{vendor} {verdict}: {changes:?}");
    }
    record
}

#[test]
fn the_first_call_changed_as_the_header_says_is_used_by_every_vendor() {
    let call = first_call();
    let record = follow(&call, &[], (200, 60));
    assert_eq!(record["vendors"].as_object().map(|all| all.len()), Some(5), "{record}");
    assert_eq!(record["vendors"]["planhat"]["account_id"], call["properties"]["accountId"]);
    assert_eq!(record["vendors"]["customersuccessbox"]["user_id"], call["userId"]);
}

#[test]
fn other_calls_changed_as_the_header_says_are_used_too() {
    for (call, vendors) in [
        (
            json!({"userId": "u1", "event": "Signed Up", "properties": {"accountId": "a1"}}),
            "customersuccessbox,planhat",
        ),
        (json!({"anonymousId": "s1", "event": "E", "properties": {}}), "freshsuccess,suprsend"),
        (
            json!({"type": "identify", "userId": "u1", "traits": {"accountId": "a1", "email": "m@corp.example"}}),
            "customersuccessbox,planhat",
        ),
        (
            json!({"userId": "u1", "event": "E", "groupId": "g1", "properties": {"user_id": null}}),
            "customersuccessbox,planhat,custify",
        ),
        (
            json!({"type": "group", "userId": "u1", "groupId": "g1", "traits": {"name": "Acme"}}),
            "customersuccessbox,freshsuccess",
        ),
    ] {
        follow(&call, &["--vendor", vendors], (200, 60));
    }
}
