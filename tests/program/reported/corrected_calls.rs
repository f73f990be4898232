//! Corrected calls, sent and judged again: no vendor in use takes them worse than the call, and
//! everything else in them is as it was.

mod snippets;

use super::{case, check_records, codes};
use segscope::call::time;
use segscope::engine::{CallDetail, Engine, InUse, Recording, RowDetail};
use segscope::findings::fixes::{Edit, Fix, SnippetAudience, ValueShape, ValueSource};
use segscope::findings::{Severity, Verdict};
use segscope::recording::RecordingFile;
use segscope::vendors::Vendors;
use segscope::wire::RequestHead;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// A call as vendors in use judge it, with nothing known from before.
fn judged(vendors: &Arc<Vendors>, in_use: &[usize], call: &Value) -> CallDetail {
    let recording =
        Recording::from_file(RecordingFile::nameless().expect("a file")).expect("empty");
    let in_use = InUse::chosen(vendors, in_use.to_vec());
    let engine =
        Engine::new(recording, vendors.clone(), in_use, Default::default()).expect("empty").0;
    let head = RequestHead {
        method: "POST",
        path: "/v1/batch",
        query: "",
        headers: &[("content-type".to_owned(), "application/json".to_owned())],
        received_at: time::parse("2026-11-28T10:00:05Z").expect("a time"),
        is_tls: false,
    };
    let body = json!({ "batch": [call] }).to_string();
    assert_eq!(engine.take(&head, body.as_bytes(), "").status, 200);
    engine.settle();
    match engine.detail(0) {
        Ok(Some(RowDetail::Call(call))) => *call,
        other => panic!("{call} is {other:?}"),
    }
}

fn vendors(settings: Value) -> Arc<Vendors> {
    let settings = settings.as_object().expect("an object").clone();
    Arc::new(Vendors::new(&settings, &[]).expect("good settings"))
}

fn places(vendors: &Vendors, names: &[&str]) -> Vec<usize> {
    names.iter().map(|name| vendors.index_of(name).expect("a vendor")).collect()
}

/// The call that the corrected code makes, as its library sends it.
fn sent(call: &Value, fix: &Fix) -> Value {
    let mut sent: Value = serde_json::from_str(&fix.snippet.call).expect("JSON");
    if let Some(library) = call.pointer("/context/library") {
        if sent.get("context").is_none() {
            sent["context"] = json!({});
        }
        sent["context"]["library"] = library.clone();
    }
    sent
}

fn rank(verdict: Verdict) -> usize {
    Verdict::WORST_FIRST.iter().position(|known| *known == verdict).expect("one of five")
}

/// Returns the respects in which a corrected call is worse than the original.
fn worse(before: &CallDetail, after: &CallDetail, fix: &Fix) -> Vec<String> {
    let mut worse = Vec::new();
    for at in &before.in_use {
        let find = |call: &CallDetail| {
            call.vendors.iter().find(|(vendor, _)| vendor == at).map(|(_, it)| it.clone())
        };
        let (Some(old), Some(new)) = (find(before), find(after)) else {
            worse.push(format!("vendor {at} does not judge it"));
            continue;
        };
        if rank(new.verdict) < rank(old.verdict) {
            let is_new = |code: &str| old.findings.iter().all(|finding| finding.code != code);
            let news =
                new.findings.iter().filter(|f| f.severity != Severity::Info && is_new(&f.code));
            // what another vendor needs is a field more to those that have no use for it
            let is_noted = |path: &str| {
                let place = format!("in `{}", path[1..].replace('/', "."));
                fix.snippet.notes.iter().any(|note| note.contains(&place))
            };
            // nor do vendors report what is in a text before it is an object
            let is_opened = |path: &str| {
                let object = ValueSource::As(ValueShape::Object);
                fix.edits.iter().any(|edit| edit.source == object && path.starts_with(&edit.to))
            };
            let is_edited = |path: &str| fix.edits.iter().any(|edit| edit.to == path);
            let needed = |path: &str| is_edited(path) || is_noted(path) || is_opened(path);
            if !new.verdict.goes_through() || news.clone().any(|finding| !needed(&finding.path)) {
                let codes: Vec<String> =
                    news.map(|finding| format!("{} {}", finding.code, finding.path)).collect();
                worse.push(format!("{at}: {:?} -> {:?} {codes:?}", old.verdict, new.verdict));
            }
        }
        if old.account_id.is_some() && new.account_id.is_none() {
            worse.push(format!("{at}: account {:?} is lost", old.account_id));
        }
        if old.user_id.is_some() && new.user_id.is_none() {
            worse.push(format!("{at}: user {:?} is lost", old.user_id));
        }
    }
    let new = after.missing.iter().filter(|id| !before.missing.contains(id));
    worse.extend(new.map(|id| format!("{id} is missing now")));
    worse
}

/// Values of the call that the corrected one has otherwise, or not at all.
fn changed(call: &Value, sent: &Value, edits: &[Edit]) -> Vec<String> {
    let mut changed = Vec::new();
    for place in ["properties", "traits"] {
        let opened = call[place].as_str().and_then(|text| serde_json::from_str(text).ok());
        let members = opened.as_ref().unwrap_or(&call[place]);
        for (name, value) in members.as_object().unwrap_or(&Map::new()) {
            let path = format!("/{place}/{name}");
            let edited = edits.iter().any(|edit| edit.to == path || edit.from() == Some(&path));
            if !edited && sent[place].get(name) != Some(value) {
                changed.push(path);
            }
        }
    }
    changed
}

/// A generator of numbers that are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) % sides as u64) as usize
    }

    fn one_of<'v, T>(&mut self, values: &'v [T]) -> &'v T {
        &values[self.below(values.len())]
    }
}

const LIBRARIES: [&str; 18] = [
    "@segment/analytics-node",
    "analytics-node",
    "analytics.js",
    "RudderLabs JavaScript SDK",
    "analytics-python",
    "analytics-ruby",
    "analytics-go",
    "analytics-java",
    "analytics-kotlin",
    "analytics-swift",
    "analytics-php",
    "rudder-analytics-php",
    "Analytics.NET",
    "Analytics-CSharp",
    "rust-analytics",
    "@segment/analytics-react-native",
    "rudder-sdk-react-native",
    "my own script",
];

fn generated(dice: &mut Dice) -> Value {
    let kind = *dice.one_of(&["track", "identify", "group"]);
    let ids = [json!("a1"), json!("u1"), json!(42), json!(null), json!(""), json!("undefined")];
    let values = [
        json!("12"),
        json!(12),
        json!("true"),
        json!("m@corp.example"),
        json!({"id": "c1", "name": "C"}),
        json!(["x", 1]),
        json!("Ada"),
    ];
    let names = [
        "account_id",
        "accountId",
        "company_id",
        "companyId",
        "user_id",
        "userId",
        "groupId",
        "organization_id",
        "email",
        "name",
        "firstName",
        "first_name",
        "phone",
        "seats",
        "total",
        "employees",
        "is_churned",
        "sessionCount",
        "signed_up_at",
        "module",
        "company",
        "plan",
        "createdAt",
        "weight",
        "id",
    ];
    let mut inside = Map::new();
    for _ in 0..dice.below(6) {
        let name = *dice.one_of(&names);
        let from: &[Value] = if name.to_lowercase().ends_with("id") { &ids } else { &values };
        inside.insert(name.to_owned(), dice.one_of(from).clone());
    }
    let place = if kind == "track" { "properties" } else { "traits" };
    // some senders turn the object to text
    let is_text = dice.below(10) == 0;
    let inside = Value::Object(inside);
    let inside = if is_text { Value::String(inside.to_string()) } else { inside };
    let mut call = json!({"type": kind, "messageId": "m-1", place: inside});
    if kind == "track" {
        call["event"] = json!("E");
    }
    for name in ["userId", "anonymousId", "groupId"] {
        // the service takes no call of nobody, and a group call needs its group
        let needed = name == "anonymousId" || (name == "groupId" && kind == "group");
        if needed || dice.below(2) == 0 {
            call[name] = if needed { json!("s1") } else { dice.one_of(&ids[..3]).clone() };
        }
    }
    let mut context = json!({"library": {"name": *dice.one_of(&LIBRARIES), "version": "1"}});
    if dice.below(3) == 0 {
        context["groupId"] = json!("g9");
    }
    call["context"] = context;
    if dice.below(3) == 0 {
        call["integrations"] = json!({"All": true, "Mixpanel": false});
    }
    call
}

#[test]
fn a_corrected_call_is_no_worse_at_any_vendor_in_any_language() {
    let all =
        [vendors(json!({})), vendors(json!({"planhat": {"metrics": ["seats", "employees"]}}))];
    let mut dice = Dice(11);
    let mut corrected = 0;
    let mut wrong = Vec::new();
    for nth in 0..500 {
        let call = generated(&mut dice);
        let vendors = dice.one_of(&all).clone();
        let in_use: Vec<usize> = (0..vendors.len()).filter(|_| dice.below(3) > 0).collect();
        let before = judged(&vendors, &in_use, &call);
        let Some(fix) = before.correction(SnippetAudience::Owner) else { continue };
        corrected += 1;
        let sent = sent(&call, &fix);
        let after = judged(&vendors, &in_use, &sent);
        let edits: Vec<String> = fix.edits.iter().map(Edit::words).collect();
        let notes = &fix.snippet.notes;
        let names = |what: &str| notes.iter().any(|note| note.contains(what));
        let mut faults = worse(&before, &after, &fix);
        // a library that cannot send the group says so
        let in_context = call.pointer("/context/groupId").is_some();
        let group_named =
            names("left out: `groupId`") || in_context && names("left out: `context`");
        faults.retain(|fault| !group_named || !fault.to_lowercase().contains("account"));
        let others = changed(&call, &sent, &fix.edits).into_iter();
        faults.extend(others.filter(|at| !names(&at[1..].replace('/', "."))));
        let integrations = call.get("integrations");
        if integrations != sent.get("integrations") && !names("integrations") {
            faults.push("integrations".to_owned());
        }
        // the header says that it suits all of them
        let whole = !names("left out: `");
        if whole && before.needs.iter().all(|need| need.advice.is_none()) {
            faults.extend(after.missing.iter().map(|id| format!("{id} is still missing")));
            for at in &after.in_use {
                let verdict = after.vendors[*at].1.verdict;
                if !verdict.goes_through() && verdict != Verdict::Ignored {
                    faults.push(format!("{at} is {verdict:?}"));
                }
            }
        }
        if !faults.is_empty() {
            wrong.push(format!("call {nth}: {faults:?}\n{call}\n{sent}\n{edits:?} {notes:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {corrected}:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(8)].join("\n\n")
    );
    assert!(corrected > 300, "only {corrected} calls had something to correct");
}

#[test]
fn a_group_id_at_the_top_level_stays_when_the_call_is_corrected() {
    let home = tempfile::tempdir().expect("a folder");
    let records = check_records(home.path(), &case("49-top-level-groupid-on-track.ndjson"), &[]);
    assert!(!codes(&records[0]).contains(&"FS-T-ACCOUNT-MISSING"));
    let snippet = records[0]["fix_snippet"].as_str().expect("other vendors miss an id");
    assert!(snippet.contains("groupId: 'a1'"), "{snippet}");
    let vendors = vendors(json!({}));
    let all: Vec<usize> = (0..vendors.len()).collect();
    let call = records[0]["call"].clone();
    let fix = judged(&vendors, &all, &call).correction(SnippetAudience::Owner).expect("an edit");
    let again = judged(&vendors, &all, &sent(&call, &fix));
    let found = again.vendors.iter().flat_map(|(_, it)| &it.findings);
    let codes: Vec<&str> = found.map(|finding| &*finding.code).collect();
    assert!(!codes.contains(&"FS-T-ACCOUNT-MISSING"), "{codes:?}");
}

#[test]
fn a_call_is_corrected_behind_its_json_text_and_behind_a_switched_off_vendor() {
    let vendors = vendors(json!({}));
    let planhat = places(&vendors, &["planhat"]);
    let text = r#"{"companyId":"c1","n":1}"#;
    let off = json!({"All": false, "planhat": true});
    for (properties, integrations, change, fixed) in [
        (json!(text), Value::Null, "`properties` as an object", "send `properties` as an object"),
        (
            json!({"companyId": "c1", "n": 1}),
            off,
            "`integrations.planhat` renamed",
            "rename `planhat`",
        ),
    ] {
        let mut call = json!({"type": "track", "event": "E", "messageId": "m", "userId": "u",
            "anonymousId": "s", "properties": properties});
        if !integrations.is_null() {
            call["integrations"] = integrations;
        }
        let before = judged(&vendors, &planhat, &call);
        let fix = before.correction(SnippetAudience::Owner).expect("changes");
        let words: Vec<String> = fix.edits.iter().map(Edit::words).collect();
        assert!(words[0].starts_with(change), "{words:?}");
        let fixes = before.vendors[planhat[0]].1.findings.iter().map(|finding| &finding.fix);
        assert!(fixes.clone().any(|it| it.starts_with(fixed)), "{:?}", fixes.collect::<Vec<_>>());
        let after = judged(&vendors, &planhat, &sent(&call, &fix));
        let found = &after.vendors[planhat[0]].1;
        assert_eq!((found.verdict, found.account_id.as_deref()), (Verdict::Delivered, Some("c1")));
        assert!(after.call_text.contains("\"n\":1"), "{}", after.call_text);
    }
}
