//! Forms of `integrations` that are nearly right have a finding with a fix, and a corrected call.

use super::{check_records, codes};
use serde_json::{Value, json};

/// The record of a track call with these members.
fn record(members: &Value) -> Value {
    let home = tempfile::tempdir().expect("a folder");
    let mut call = json!({"type": "track", "userId": "u1", "anonymousId": "a", "event": "E",
        "properties": {"company_id": "c"}, "timestamp": "2026-11-28T10:00:00Z"});
    for (name, value) in members.as_object().expect("members") {
        call[name] = value.clone();
    }
    let path = home.path().join("calls.ndjson");
    std::fs::write(&path, format!("{call}\n")).expect("the file can be written");
    check_records(home.path(), &path, &["--vendor", "planhat"]).remove(0)
}

/// The `integrations` of the corrected call that a record has.
fn corrected(record: &Value) -> Option<Value> {
    let snippet = record["fix_snippet"].as_str()?;
    let (_, body) = snippet.split_once("-d '").expect("a curl command");
    let call: Value = serde_json::from_str(body.strip_suffix('\'').expect("an end")).expect("JSON");
    call.get("integrations").cloned()
}

#[test]
fn nearly_right_integrations_have_a_finding_and_a_corrected_call() {
    for (members, code, path, fixed) in [
        (
            json!({"integrations": {"ALL": false}}),
            "EVT-INTEGRATION-NAME",
            "/integrations/ALL",
            Some(json!({"All": false})),
        ),
        (
            json!({"integrations": {"planhat": false}}),
            "EVT-INTEGRATION-NAME",
            "/integrations/planhat",
            Some(json!({"Planhat": false})),
        ),
        (
            json!({"integrations": {"All": "false"}}),
            "EVT-INTEGRATION-VALUE",
            "/integrations/All",
            Some(json!({"All": false})),
        ),
        (
            json!({"integrations": {"Planhat": "True"}}),
            "EVT-INTEGRATION-VALUE",
            "/integrations/Planhat",
            Some(json!({"Planhat": true})),
        ),
        (
            json!({"integrations": {"All": 0}}),
            "EVT-INTEGRATION-VALUE",
            "/integrations/All",
            Some(json!({"All": false})),
        ),
        (
            json!({"integrations": {"Planhat": "no"}}),
            "EVT-INTEGRATION-VALUE",
            "/integrations/Planhat",
            None,
        ),
        (json!({"integrations": ["Planhat"]}), "EVT-INTEGRATIONS-TYPE", "/integrations", None),
        (
            json!({"integrations": r#"{"Planhat":false}"#}),
            "EVT-INTEGRATIONS-TYPE",
            "/integrations",
            Some(json!({"Planhat": false})),
        ),
        (
            json!({"context": {"integrations": {"Planhat": false}}}),
            "EVT-INTEGRATIONS-PLACE",
            "/context/integrations",
            Some(json!({"Planhat": false})),
        ),
        (
            json!({"options": {"integrations": {"All": false}}}),
            "EVT-INTEGRATIONS-PLACE",
            "/options/integrations",
            Some(json!({"All": false})),
        ),
    ] {
        let before = record(&members);
        let all = before["findings"].as_array().expect("findings");
        let found: Vec<&Value> = all
            .iter()
            .filter(|it| it["code"].as_str().is_some_and(|it| it.starts_with("EVT-INTEGRATION")))
            .collect();
        assert_eq!(found.len(), 1, "{members}: {found:?}");
        assert_eq!((&found[0]["code"], &found[0]["path"]), (&json!(code), &json!(path)));
        assert_eq!(before["vendors"]["planhat"]["verdict"], "delivered", "{members}");
        let message = found[0]["message"].as_str().expect("a message");
        // whatever is no wrong name may have an effect at the service
        let is_unknown = message.contains("segscope cannot tell");
        assert_eq!(is_unknown, code != "EVT-INTEGRATION-NAME", "{message}");
        assert_eq!(corrected(&before), fixed, "{members}");
        if let Some(fixed) = fixed {
            let after = record(&json!({"integrations": fixed}));
            assert!(
                !codes(&after).iter().any(|it| it.starts_with(code)),
                "{members}: {:?}",
                codes(&after)
            );
        }
    }
}

#[test]
fn integrations_that_are_right_or_name_others_have_no_finding() {
    for members in [
        json!({"integrations": {"All": false, "Planhat": {"x": 1}, "all": true}}),
        json!({"integrations": {"Planet": false}}),
        json!({"integrations": {"Mixpanel": "false", "Segment.io": {}}}),
        json!({"integrations": null}),
        json!({"context": {"integrations": {"own": 1}}}),
        json!({"options": {"integrations": 3}}),
        json!({"properties": {"company_id": "c", "integrations": {"All": false}}}),
    ] {
        let record = record(&members);
        let codes = codes(&record);
        assert!(!codes.iter().any(|code| code.starts_with("EVT-INTEGRATION-N")), "{members}");
        assert!(!codes.iter().any(|code| code.starts_with("EVT-INTEGRATION-V")), "{members}");
        assert!(!codes.iter().any(|code| code.starts_with("EVT-INTEGRATIONS")), "{members}");
    }
}

#[test]
fn a_list_of_names_has_an_example_of_what_it_probably_means() {
    let record = record(&json!({"integrations": ["Planhat", "Custify"]}));
    let found = record["findings"].as_array().expect("findings");
    let fix = found.iter().find(|it| it["code"] == "EVT-INTEGRATIONS-TYPE").expect("a finding");
    let fix = fix["fix"].as_str().expect("a fix");
    assert!(fix.contains(r#"{"All": false, "Planhat": true, "Custify": true}"#), "{fix}");
}
