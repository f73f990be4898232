use super::rudder_yaml::RudderProject;
use super::toml_properties::plain;
use super::*;
use crate::call::{Doc, Event};
use crate::findings::discards;
use serde_json::Value;
use std::path::Path;
use std::time::{Duration, Instant};

fn plan(schema: &str) -> Plan {
    let text = format!("[[event]]\nname = \"A\"\nids = []\nschema = '''{schema}'''\n");
    Plan::read(&text).expect("a plan")
}

/// Returns the codes of a track call `A` with these properties, and checks that the findings have
/// the same codes.
fn codes(plan: &Plan, properties: &str) -> Vec<&'static str> {
    let call = format!("{{\"type\":\"track\",\"event\":\"A\",\"properties\":{properties}}}");
    let doc = Doc::parse(call.as_str()).expect("JSON");
    let event = Event::bare(doc.root());
    let codes: Vec<&str> = plan.check(&event).codes().map(PlanCode::name).collect();
    let mut reported: Vec<String> =
        plan.findings(&event).into_iter().map(|finding| finding.code.into_owned()).collect();
    reported.sort();
    reported.dedup();
    assert_eq!(codes, reported, "{call}");
    codes
}

#[test]
fn stops_a_pattern_that_backtracks_forever() {
    let plan = plan(r#"{"properties": {"a": {"pattern": "^(?=(a+)+$)(a|a)*\\1b$"}}}"#);
    let start = Instant::now();
    let found = codes(&plan, &format!("{{\"a\":\"{}\"}}", "a".repeat(40)));
    assert_eq!(found, ["PLAN-UNCHECKED"]);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn does_not_check_a_call_that_nests_too_deep() {
    let plan = plan(r##"{"properties": {"a": {"$ref": "#"}}, "additionalProperties": false}"##);
    let nested = |levels: usize| format!("{}{{}}{}", "{\"a\":".repeat(levels), "}".repeat(levels));
    assert_eq!(codes(&plan, &nested(50)), [""; 0]);
    assert_eq!(codes(&plan, &nested(200)), ["PLAN-UNCHECKED"]);
    assert_eq!(codes(&plan, &nested(200_000)), ["PLAN-UNCHECKED"]);
}

#[test]
fn counts_the_last_of_a_repeated_key() {
    let schema = r#"{"properties": {"a": {"type": "number"}}, "maxProperties": 1}"#;
    let plan = plan(schema);
    assert_eq!(codes(&plan, r#"{"a":"x","a":1}"#), [""; 0]);
    assert_eq!(codes(&plan, r#"{"a":1,"\u0061":"x"}"#), ["PLAN-TYPE"]);
    assert_eq!(codes(&plan, r#"{"a":1,"b":1}"#), ["PLAN-VALUE"]);
}

#[test]
fn reads_numbers_as_javascript_does() {
    let plan = plan(
        r#"{"properties": {"i": {"type": "integer"}, "n": {"type": "number", "maximum": 5}, "e": {"enum": [1, "1", null, [2]]}}}"#,
    );
    for good in [
        "{\"i\":1.0}",
        "{\"i\":1e2}",
        "{\"i\":-0}",
        "{\"e\":1.0}",
        "{\"e\":[2.0]}",
        "{\"n\":-1e999}",
    ] {
        assert_eq!(codes(&plan, good), [""; 0], "{good}");
    }
    for (bad, code) in [
        ("{\"i\":1.5}", "PLAN-TYPE"),
        ("{\"i\":\"1\"}", "PLAN-TYPE"),
        ("{\"n\":1e999}", "PLAN-VALUE"),
        ("{\"e\":2}", "PLAN-VALUE"),
        ("{\"e\":true}", "PLAN-VALUE"),
    ] {
        assert_eq!(codes(&plan, bad), [code], "{bad}");
    }
}

#[test]
fn distinguishes_calls_with_different_violations() {
    let plan = plan(r#"{"properties": {"a": {"enum": [1]}, "b": {"enum": [1]}}}"#);
    let outcome = |properties: &str| {
        let call = format!("{{\"type\":\"track\",\"event\":\"A\",\"properties\":{properties}}}");
        plan.check(&Event::bare(Doc::parse(call.as_str()).expect("JSON").root())).fingerprint
    };
    assert_eq!(outcome("{\"a\":2,\"b\":1}"), outcome("{\"a\":3,\"b\":1}"));
    assert_ne!(outcome("{\"a\":2,\"b\":1}"), outcome("{\"a\":1,\"b\":2}"));
    assert_eq!(outcome("{\"a\":1,\"b\":1}"), 0);
}

#[test]
fn every_code_has_a_text_and_every_text_a_code() {
    let texts: Vec<&str> =
        discards().iter().filter(|(_, text)| text.of_plan).map(|(code, _)| code.as_str()).collect();
    assert_eq!(texts, PlanCode::ALL.map(PlanCode::name));
}

#[test]
fn names_each_property_that_is_additional_where_none_is_listed() {
    let schema = r#"{"x-describes": "properties", "additionalProperties": false,
        "properties": {"o": {"additionalProperties": false}, "a": {}, "b/c": {"additionalProperties": false}}}"#;
    let paths = |plan: &Plan, properties: &str| -> Vec<String> {
        let call = format!("{{\"type\":\"track\",\"event\":\"A\",\"properties\":{properties}}}");
        let doc = Doc::parse(call.as_str()).expect("JSON");
        let findings = plan.findings(&Event::bare(doc.root()));
        assert!(findings.iter().all(|finding| finding.code == "PLAN-ADDITIONAL"), "{findings:?}");
        findings.into_iter().map(|finding| finding.path).collect()
    };
    let named = plan(schema);
    let nested = r#"{"o":{"x":1,"y":2},"a":1,"b/c":{"z":1}}"#;
    assert_eq!(paths(&named, nested), ["/properties/o/x", "/properties/o/y", "/properties/b~1c/z"]);
    let none = plan(r#"{"x-describes": "properties", "additionalProperties": false}"#);
    assert_eq!(paths(&none, r#"{"a":1,"b":2}"#), ["/properties/a", "/properties/b"]);
    let call = plan(r#"{"x-describes": "call", "additionalProperties": false}"#);
    assert_eq!(paths(&call, "{}"), ["/type", "/event", "/properties"]);
}

/// Replaces references to definitions by the definitions, and normalizes each schema.
fn flattened(schema: &Value, definitions: &Value) -> Value {
    let schema = match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => definitions.pointer(reference.trim_start_matches('#')).expect(reference),
        None => schema,
    };
    let Value::Object(mut schema) = schema.clone() else { return schema.clone() };
    schema.remove("$defs");
    if let Some(Value::Object(members)) = schema.get_mut("properties") {
        members.values_mut().for_each(|member| *member = flattened(member, definitions));
    }
    if let Some(items) = schema.get_mut("items") {
        *items = flattened(items, definitions);
    }
    plain(Value::Object(schema))
}

/// Returns the schema of the object that contains the properties of an event.
fn properties_schema(plan: &Plan, kind: CallType, name: Option<&str>) -> Value {
    let [version] = plan.rules.versions(kind, name) else { panic!("{kind:?} {name:?}") };
    let [schema] = &version.schemas[..] else { panic!("one schema of {kind:?} {name:?}") };
    let source = &schema.source;
    let around = match schema.member {
        None => "/properties/properties",
        Some("context") => "",
        Some(_) => return flattened(source, source),
    };
    let context = source.pointer("/properties/context").unwrap_or(source);
    let traits = context.pointer("/properties/traits");
    flattened(traits.or_else(|| source.pointer(around)).expect("an object"), source)
}

#[test]
fn a_folder_of_rudderstack_has_the_same_schemas_as_its_flattened_json() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/plans/rudder-v1");
    let folder = Plan::from_folder(&case.join("plan")).expect("a plan");
    let text = std::fs::read_to_string(case.join("flattened.json")).expect("a file");
    let json = Plan::from_json(&text, "flattened.json").expect("a plan").expect("rules");
    assert_eq!(json.list.len(), 4);
    for entry in &json.list {
        let [folder, json] =
            [&folder, &json].map(|plan| properties_schema(plan, entry.kind, entry.name.as_deref()));
        assert_eq!(folder, json, "{}", entry.title());
        assert!(json.is_object(), "{}", entry.title());
    }
}

#[test]
fn a_rule_without_a_draft_is_draft_7() {
    // later drafts split `dependencies` in two and ignore it
    let rules = r#"{"rules": [{"key": "A", "type": "TRACK", "jsonSchema":
        {"properties": {"properties": {"dependencies": {"a": ["b"]}}}}}]}"#;
    let plan = Plan::from_json(rules, "plan.json").expect("a plan").expect("rules");
    assert_eq!(codes(&plan, r#"{"a":1,"b":1}"#), [""; 0]);
    assert_eq!(codes(&plan, r#"{"a":1}"#), ["PLAN-REQUIRED"]);
}

#[test]
fn checks_uuids_in_every_draft() {
    for draft in
        ["http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2020-12/schema"]
    {
        let schema =
            format!(r#"{{"$schema": "{draft}", "properties": {{"a": {{"format": "uuid"}}}}}}"#);
        let plan = plan(&schema);
        assert_eq!(codes(&plan, r#"{"a":"6f1f7d1e-0b0e-4c3e-9a53-0d2c6c0a7c11"}"#), [""; 0]);
        assert_eq!(codes(&plan, r#"{"a":1}"#), [""; 0]);
        for wrong in
            ["6f1f7d1e", "6f1f7d1e0b0e4c3e9a530d2c6c0a7c11", "6f1f7d1e-0b0e-4c3e-9a53-0d2c6c0a7c1g"]
        {
            assert_eq!(codes(&plan, &format!(r#"{{"a":"{wrong}"}}"#)), ["PLAN-VALUE"], "{wrong}");
        }
    }
}

#[test]
fn defines_a_custom_type_once_for_all_spellings_of_its_reference() {
    let types = "version: rudder/v1\nkind: custom-types\nmetadata: {name: shop}\nspec:\n  types:\n    - {id: sku, name: Sku, type: string, config: {min_length: 3}}\n";
    let properties = "version: rudder/v1\nkind: properties\nmetadata: {name: shop}\nspec:\n  properties:\n    - {id: a, name: a, type: \"#custom-type:sku\"}\n    - {id: b, name: b, type: \"#/custom-types/shop/sku\"}\n";
    let events = "version: rudder/v1\nkind: events\nspec:\n  events:\n    - {id: e, name: A, event_type: track}\n";
    let rules = "version: rudder/v1\nkind: tracking-plan\nspec:\n  rules:\n    - event: \"#event:e\"\n      properties: [{property: \"#property:a\"}, {property: \"#/properties/shop/b\"}]\n";
    let mut project = RudderProject::default();
    for text in [types, properties, events, rules] {
        assert!(project.read(text, "a.yaml").expect("a file of a project"));
    }
    let plan = Plan::from_rudder(&project).expect("a plan");
    let [version] = plan.rules.versions(CallType::Track, Some("A")) else { panic!("one version") };
    let schema = &version.schemas[0].source;
    assert_eq!(schema["$defs"].as_object().map(serde_json::Map::len), Some(1), "{schema}");
    assert_eq!(schema["properties"]["a"], schema["properties"]["b"]);
    assert_eq!(codes(&plan, r#"{"a":"xyz","b":"x"}"#), ["PLAN-VALUE"]);
}

#[test]
fn an_id_of_two_groups_is_found_only_with_its_group() {
    let file = |kind: &str, group: &str, items: &str| {
        format!("version: rudder/v1\nkind: {kind}\n{group}spec:\n  {kind}:\n    {items}\n")
    };
    let item = "- {id: a, name: a, type: string}";
    let mut project = RudderProject::default();
    let groups = ["metadata: {name: shop}\n", "metadata: {name: app}\n"];
    for (text, name) in [
        (file("properties", groups[0], item), "shop.yaml"),
        (file("properties", groups[1], item), "app.yaml"),
    ] {
        assert!(project.read(&text, name).expect("a file of a project"));
    }
    let find = |reference| project.properties.find(reference, "a property").map(|found| found.0);
    assert_eq!(find("#/properties/shop/a"), Ok("shop/a"));
    assert_eq!(find("#/properties/app/a"), Ok("app/a"));
    let message = find("#property:a").expect_err("two groups have it");
    assert!(message.contains("at shop.yaml:6 and at app.yaml:6"), "{message}");
    let message = find("#property:b").expect_err("there is none");
    assert_eq!(message, "`#property:b` is not a property of the folder");
    // an item without a group has its id as its name, in whatever order the files are read
    assert!(project.read(&file("properties", "", item), "own.yaml").expect("a file of a project"));
    assert_eq!(project.properties.find("#property:a", "a property").map(|found| found.0), Ok("a"));
}
