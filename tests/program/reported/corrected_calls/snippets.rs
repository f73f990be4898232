//! The text of a fix and the code that it offers, for libraries and vendors in use.

use super::{judged, places, sent, vendors, worse};
use crate::reported::{check_records, segscope};
use segscope::findings::fixes::{Fix, SnippetAudience};
use serde_json::{Value, json};

/// The corrected code for a call, with these vendors in use.
fn correction(names: &[&str], settings: Value, call: Value) -> Option<Fix> {
    let vendors = vendors(settings);
    judged(&vendors, &places(&vendors, names), &call).correction(SnippetAudience::Owner)
}

#[test]
fn advice_names_a_place_that_the_library_can_fill() {
    let vendors = vendors(json!({}));
    let in_use = places(&vendors, &["freshsuccess"]);
    for (library, place) in [
        ("@segment/analytics-node", "add `groupId` to context"),
        ("analytics-node", "add `groupId` to context"),
        ("analytics-python", "add `groupId` to context"),
        ("analytics.js", "add `groupId` to context"),
        ("analytics-java", "add `groupId` to context"),
        ("analytics-ios", "add `groupId` to context"),
        ("a script", "add `groupId` to context"),
        // without a library, the sender writes the request itself
        ("", "add `groupId` at the top level"),
    ] {
        for kind in ["track", "identify"] {
            let call = json!({"type": kind, "event": "E", "userId": "u", "anonymousId": "s",
                "properties": {"module": "M"}, "context": {"library": {"name": library}}});
            let detail = judged(&vendors, &in_use, &call);
            let findings = &detail.vendors[in_use[0]].1.findings;
            let finding =
                findings.iter().find(|finding| finding.code.ends_with("-ACCOUNT-MISSING"));
            assert_eq!(finding.expect("it is missing").fix, place, "{library} {kind}");
            let fix = detail.correction(SnippetAudience::Owner).expect("an edit");
            let again = judged(&vendors, &in_use, &sent(&call, &fix));
            let mut codes = again.vendors[in_use[0]].1.findings.iter().map(|f| &*f.code);
            assert!(codes.all(|code| !code.ends_with("-ACCOUNT-MISSING")), "{library} {kind}");
        }
    }
}

#[test]
fn renames_and_changes_of_type_get_a_snippet() {
    let none = || json!({});
    for (vendor, settings, kind, inside, has, has_not) in [
        ("planhat", none(), "track", json!({"companyId": "c1"}), "company_id: 'c1'", "companyId"),
        (
            "planhat",
            none(),
            "identify",
            json!({"customer_Id": "c1", "email": "m@c.example"}),
            "company_id: 'c1'",
            "customer_Id",
        ),
        (
            "planhat",
            json!({"planhat": {"metrics": ["seats"]}}),
            "group",
            json!({"seats": "12"}),
            "seats: 12",
            "'12'",
        ),
        (
            "planhat",
            json!({"planhat": {"metrics": ["mrr"]}}),
            "group",
            json!({"mrr": "12.50"}),
            "mrr: 12.50",
            "'12.50'",
        ),
        (
            "freshsuccess",
            none(),
            "identify",
            json!({"firstName": "Ada"}),
            "first_name: 'Ada'",
            "firstName",
        ),
        (
            "freshsuccess",
            none(),
            "identify",
            json!({"lastName": "L", "mobilePhone": "+1555"}),
            "mobile_phone: '+1555'",
            "mobilePhone",
        ),
        ("freshsuccess", none(), "group", json!({"employees": "50"}), "employees: 50", "'50'"),
        (
            "freshsuccess",
            none(),
            "group",
            json!({"is_churned": "true"}),
            "is_churned: true",
            "'true'",
        ),
        (
            "freshsuccess",
            none(),
            "identify",
            json!({"phone": 15550100}),
            "phone: '15550100'",
            "phone: 1",
        ),
        (
            "suprsend",
            none(),
            "identify",
            json!({"phone": 15550100}),
            "phone: '15550100'",
            "phone: 1",
        ),
        ("custify", none(), "identify", json!({"sessionCount": "3"}), "sessionCount: 3", "'3'"),
        (
            "custify",
            none(),
            "identify",
            json!({"company": {"id": "c1", "remove": "true"}}),
            "remove: true",
            "'true'",
        ),
        (
            "custify",
            none(),
            "identify",
            json!({"signed_up_at": "2024-05-01"}),
            "signedUpAt: '2024-05-01'",
            "signed_up_at",
        ),
        (
            "customersuccessbox",
            none(),
            "track",
            json!({"account_id": "a", "user_id": "u", "total": "3"}),
            "total: 3",
            "'3'",
        ),
        (
            "customersuccessbox",
            none(),
            "identify",
            json!({"account_id": "a", "user_id": "u", "first_name": "Ada"}),
            "firstName: 'Ada'",
            "first_name",
        ),
    ] {
        let place = if kind == "track" { "properties" } else { "traits" };
        let call = json!({"type": kind, "event": "E", "userId": "u", "anonymousId": "s",
            "groupId": "g", place: inside, "context": {"library": {"name": "analytics-node"}}});
        let fix = correction(&[vendor], settings, call.clone());
        let code = fix.unwrap_or_else(|| panic!("{vendor}: no snippet for {call}")).snippet.text();
        assert!(code.contains(has) && !code.contains(has_not), "{vendor} {call}: {code}");
    }
}

#[test]
fn a_change_that_another_vendor_in_use_would_lose_is_not_made() {
    for (names, inside, keeps) in [
        (
            &["freshsuccess", "customersuccessbox"][..],
            json!({"firstName": "A", "account_id": "a", "user_id": "u"}),
            "firstName: 'A'",
        ),
        (&["freshsuccess", "suprsend"][..], json!({"phone": 15550100}), "phone: '15550100'"),
        (
            &["custify", "planhat"][..],
            json!({"company_id": "c", "company": {"id": "c1"}}),
            "company_id: 'c'",
        ),
    ] {
        let call = json!({"type": "identify", "userId": "u", "anonymousId": "s", "traits": inside,
            "context": {"library": {"name": "analytics-node"}, "groupId": "g"}});
        let vendors = vendors(json!({}));
        let in_use = places(&vendors, names);
        let detail = judged(&vendors, &in_use, &call);
        let Some(fix) = detail.fix(SnippetAudience::Owner) else { panic!("{call}") };
        assert!(fix.snippet.code.contains(keeps), "{}", fix.snippet.code);
        let after = judged(&vendors, &in_use, &sent(&call, &fix));
        assert_eq!(worse(&detail, &after, &fix), [""; 0], "{call}");
    }
}

#[test]
fn check_names_what_a_corrected_call_replaces() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("calls.ndjson");
    let call = json!({"type": "identify", "userId": "u1", "timestamp": "2026-11-28T10:00:00Z",
        "traits": {"email": "mona@corp.example", "name": "Mona", "accountId": "a1"}});
    std::fs::write(&file, call.to_string()).expect("written");
    for format in ["text", "markdown"] {
        let mut command =
            segscope(home.path(), &["check", "--vendor", "planhat", "--format", format]);
        let output = command.arg(&file).output().expect("the program runs");
        let text = String::from_utf8(output.stdout).expect("stdout is UTF-8");
        assert!(text.contains("# replaced: traits.email, traits.name"), "{text}");
        assert!(text.contains("user@example.com") && !text.contains("mona@"), "{text}");
    }
    // a record holds the call as it came, so its snippet does too
    let records = check_records(home.path(), &file, &["--vendor", "planhat"]);
    assert!(records[0]["fix_snippet"].as_str().is_some_and(|code| code.contains("mona@")));
}
