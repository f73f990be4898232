use super::*;
use crate::call::Doc;
use std::collections::BTreeSet;

struct Prints {
    content: u64,
    structure: u64,
    may_repeat: bool,
}

fn prints(json: &str) -> Prints {
    let doc = Doc::parse(json).expect("valid");
    let layout = Layout::new(doc.root(), |around, key| match around {
        None => key == b"sentAt",
        Some(around) => around == b"context" && key == b"ip",
    });
    let content = layout.content(doc.root());
    Prints { content, structure: layout.structure, may_repeat: layout.may_repeat }
}

fn structure(json: &str) -> u64 {
    prints(json).structure
}

#[test]
fn equal_calls_have_the_same_content() {
    let first =
        r#"{"event":"A","sentAt":"1","context":{"ip":"1"},"a":[1,{"b":"x"}],"c":"é","d":{}}"#;
    for again in [
        r#"{"event":"A","sentAt":"2","context":{"ip":"2"},"a":[1,{"b":"x"}],"c":"é","d":{}}"#,
        r#"{"d":{ },"c":"\u00e9","a":[ 1, {"b":"x"} ],"context":{},"\u0065vent":"A","e":null}"#,
        r#"{"event":"A","\u0073entAt":"2","context":{"ip":"2"},"a":[1,{"b":"x"}],"c":"é","d":{}}"#,
    ] {
        assert_eq!(prints(first).content, prints(again).content, "{again}");
    }
}

#[test]
fn different_calls_have_different_content() {
    let calls = [
        r#"{}"#,
        r#"{"a":"1"}"#,
        r#"{"a":1}"#,
        r#"{"a":[]}"#,
        r#"{"a":{}}"#,
        r#"{"a":[null]}"#,
        r#"{"a":[1,2]}"#,
        r#"{"a":[2,1]}"#,
        r#"{"a":[[1],2]}"#,
        r#"{"a":[1,[2]]}"#,
        r#"{"a":{"b":1}}"#,
        r#"{"b":{"a":1}}"#,
        r#"{"a":{"ip":1}}"#,
        r#"{"a":{"context":{"ip":1}}}"#,
        r#"{"context":{"a":{"ip":1}}}"#,
        r#"{"a":{"b":{"c":1}},"d":{"e":2}}"#,
        r#"{"a":{"e":2},"d":{"b":{"c":1}}}"#,
        r#"{"1":"a"}"#,
    ];
    let contents: BTreeSet<u64> = calls.iter().map(|call| prints(call).content).collect();
    assert_eq!(contents.len(), calls.len());
}

#[test]
fn values_are_not_part_of_the_structure() {
    assert_eq!(
        structure(r#"{"userId":"u1","properties":{"total":1,"items":[{"a":1}]}}"#),
        structure(r#"{"properties":{"items":[{"a":7},{"b":[]}],"total":2.5},"userId":"u2"}"#)
    );
}

#[test]
fn names_kinds_and_places_are_the_structure() {
    let calls = [
        r#"{"properties":{"a":{},"id":1}}"#,
        r#"{"properties":{"a":{"id":1}}}"#,
        r#"{"properties":{"a":{}},"id":1}"#,
        r#"{"properties":{"a":{},"id":"1"}}"#,
        r#"{"properties":{"a":{},"id":" "}}"#,
        r#"{"properties":{"a":{},"id":null}}"#,
        r#"{"properties":{"a":[],"id":1}}"#,
        r#"{"properties":{"a":[{"id":1}]}}"#,
        r#"{"properties":{"a":[1],"id":1}}"#,
    ];
    let prints: BTreeSet<u64> = calls.iter().map(|call| structure(call)).collect();
    assert_eq!(prints.len(), calls.len());
}

#[test]
fn a_repeated_key_is_found_at_any_place_of_an_object() {
    let many = |last: &str| {
        let keys: Vec<String> = (0..300).map(|n| format!("\"k{n}\":1")).collect();
        format!("{{\"properties\":{{{},{last}}}}}", keys.join(","))
    };
    for (json, want) in [
        (r#"{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}"#.to_owned(), false),
        (r#"{"a":1,"a":1}"#.to_owned(), true),
        (r#"{"x":{"y":[{"a":1,"\u0061":2}]}}"#.to_owned(), true),
        (many("\"k300\":1"), false),
        (many("\"k299\":1"), true),
        (many("\"k10\":1"), true),
        (many("\"k63\":1"), true),
        (many("\"k64\":1"), true),
    ] {
        assert_eq!(prints(&json).may_repeat, want, "{json}");
    }
}

#[test]
fn deep_nesting_is_bounded() {
    let deep = format!("{}1{}", r#"{"a":[{"b":"#.repeat(5_000), "}]}".repeat(5_000));
    assert_eq!(structure(&deep), structure(&deep.replace('1', "2")));
    assert_ne!(prints(&deep).content, prints(&deep.replace('1', "2")).content);
    assert!(!prints(&deep).may_repeat);
}
