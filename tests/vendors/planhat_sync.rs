//! Planhat's pushes to Segment in the headless form (`docs/specs/vendors.md` F and H): every answer,
//! limit and state of a run.

mod runs;

use segscope::vendors::map_line;
use serde_json::{Value, json};

/// Seconds after twelve, the path, the body.
type Request = (f64, &'static str, Value);

fn at(second: f64) -> String {
    let ms = (second * 1000.0).round() as i64;
    let (h, m, s) = (12 + ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    format!("2024-05-01T{h:02}:{m:02}:{s:02}.{:03}Z", ms % 1000)
}

fn ask(settings: Value, requests: &[Request], now: Option<f64>) -> Value {
    let requests: Vec<Value> = requests
        .iter()
        .map(|(second, path, body)| {
            json!({"at": at(*second), "method": "POST", "path": path, "body": body})
        })
        .collect();
    let mut line =
        json!({"vendor": "planhat-sync", "settings": settings, "sync_requests": requests});
    if let Some(now) = now {
        line["now"] = at(now).into();
    }
    let answer = map_line(&line.to_string());
    serde_json::from_str(&answer).expect("an answer is JSON")
}

fn play(requests: &[Request]) -> Value {
    ask(json!({}), requests, None)
}

fn statuses(answer: &Value) -> Vec<u64> {
    let list = answer["response_status"].as_array().unwrap_or_else(|| panic!("{answer}"));
    list.iter().map(|status| status.as_u64().expect("a status")).collect()
}

/// The rows of the panel: `model objects errors`.
fn rows(answer: &Value) -> Vec<String> {
    let models = answer["panel"]["models"].as_array().unwrap_or_else(|| panic!("{answer}"));
    models
        .iter()
        .map(|row| {
            let model = row["model"].as_str().expect("a model");
            format!("{model} {} {}", row["objects_synced"], row["errors"])
        })
        .collect()
}

fn set(collection: &str, objects: Value) -> Value {
    json!({"collection": collection, "objects": objects})
}

fn object(id: &str) -> Value {
    json!({"id": id, "properties": {"a": 1}})
}

fn one() -> Value {
    set("users", json!([object("u")]))
}

fn no_body() -> Value {
    Value::Null
}

#[test]
fn the_example_of_the_specification() {
    let requests = json!([
        {"at": "2024-05-01T12:00:00Z", "method": "POST", "path": "/v1/set", "body":
            set("companies", json!([object("c1"), object("c2")]))},
        {"at": "2024-05-01T12:00:20Z", "method": "POST", "path": "/v1/set", "body":
            set("companies", json!([{"id": "c2", "properties": {"a": 2}}, {"properties": {}}]))},
        {"at": "2024-05-01T14:00:30+02:00", "method": "POST", "path": "/v1/set", "body":
            set("licenses", json!([{"id": "l1", "properties": {"lines": [1]}}]))},
    ]);
    let line = json!({"vendor": "planhat-sync", "settings": {}, "sync_requests": requests});
    let answer: Value = serde_json::from_str(&map_line(&line.to_string())).expect("JSON");
    let want = json!({"response_status": [200, 200, 200], "panel": {
        "status": "ok", "last_sync": "2024-05-01T14:00:30+02:00", "duration_ms": 30000,
        "models": [{"model": "companies", "objects_synced": 2, "errors": 1},
                   {"model": "licenses", "objects_synced": 0, "errors": 1}]}});
    assert_eq!(answer, want);
}

#[test]
fn without_requests_there_is_no_panel() {
    let nothing = json!({"response_status": [], "panel": null});
    assert_eq!(play(&[]), nothing);
    let bare: Value =
        serde_json::from_str(&map_line(r#"{"vendor":"planhat-sync"}"#)).expect("JSON");
    assert_eq!(bare, nothing);
    let answer = play(&[(0.0, "/v1/track", one()), (1.0, "/v0/upload/nobody", json!("{}"))]);
    assert_eq!(answer, json!({"response_status": [404, 400], "panel": null}));
}

#[test]
fn a_finished_id_takes_no_uploads() {
    let answer = play(&[
        (0.0, "/v0/start", no_body()),
        (1.0, "/v0/finish/$1", no_body()),
        (2.0, "/v0/upload/$1", json!(r#"{"id":"1","collection":"users","properties":{}}"#)),
        (3.0, "/v0/keep-alive/$1", no_body()),
        (4.0, "/v0/finish/$1", json!({"error": "late"})),
    ]);
    assert_eq!(statuses(&answer), [201, 202, 400, 200, 202]);
    assert_eq!(rows(&answer), [""; 0]);
    assert_eq!(answer["panel"]["status"], "ok", "the first finish counts");
    assert_eq!(answer["panel"]["last_sync"], at(1.0));
}

#[test]
fn unknown_ids_are_refused_and_count_nowhere() {
    let answer = play(&[
        (0.0, "/v0/start", no_body()),
        (1.0, "/v0/upload/$2", json!("x")),
        (2.0, "/v0/keep-alive/nobody", no_body()),
        (3.0, "/v0/finish/$11", no_body()),
        (4.0, "/v0/upload/$1", json!("")),
    ]);
    assert_eq!(statuses(&answer), [201, 400, 400, 400, 201]);
    assert_eq!(rows(&answer), [""; 0]);
}

#[test]
fn which_collections_are_taken() {
    let long = "a".repeat(100);
    for good in ["a", "users", "a_b", "a__b", long.as_str()] {
        let answer = play(&[(0.0, "/v1/set", set(good, json!([object("1")])))]);
        assert_eq!((statuses(&answer), rows(&answer)), (vec![200], vec![format!("{good} 1 0")]));
    }
    let too_long = "a".repeat(101);
    for bad in ["", "_a", "a_", "_", "Users", "a1", "a b", "ä", too_long.as_str()] {
        let answer = play(&[(0.0, "/v1/set", set(bad, json!([object("1")])))]);
        assert_eq!((statuses(&answer), rows(&answer)), (vec![400], vec![format!("{bad} 0 1")]));
        assert_eq!(answer["panel"]["status"], "ok");
        let line = json!({"id": "1", "collection": bad, "properties": {}}).to_string();
        let answer = play(&[(0.0, "/v0/start", no_body()), (1.0, "/v0/upload/$1", json!(line))]);
        assert_eq!(
            (statuses(&answer), rows(&answer)),
            (vec![201, 201], vec![format!("{bad} 0 1")])
        );
    }
    for unnamed in [json!({"collection": 5, "objects": [object("1")]}), json!({"objects": []})] {
        let answer = play(&[(0.0, "/v1/set", unnamed)]);
        assert_eq!(
            (statuses(&answer), rows(&answer)),
            (vec![400], vec!["(unknown) 0 1".to_owned()])
        );
    }
}

#[test]
fn how_many_objects_a_set_takes() {
    let many = |n: usize| json!((0..n).map(|i| object(&i.to_string())).collect::<Vec<_>>());
    for (objects, want) in [
        (many(1), 200),
        (many(10), 200),
        (many(0), 400),
        (many(11), 400),
        (json!({"0": object("1")}), 400),
        (json!(null), 400),
    ] {
        let answer = play(&[(0.0, "/v1/set", set("users", objects.clone()))]);
        assert_eq!(statuses(&answer), [want], "{objects}");
        let stored = if want == 200 { objects.as_array().map_or(0, Vec::len) } else { 0 };
        let errors = u8::from(want == 400);
        assert_eq!(rows(&answer), [format!("users {stored} {errors}")]);
    }
}

#[test]
fn a_malformed_set_is_one_error() {
    for body in [json!("{"), json!([1]), json!(7), no_body()] {
        let answer = play(&[(0.0, "/v1/set", body)]);
        assert_eq!(
            (statuses(&answer), rows(&answer)),
            (vec![400], vec!["(unknown) 0 1".to_owned()])
        );
    }
}

#[test]
fn which_objects_are_taken() {
    // the text of a JSON string: two quotes and the characters
    let value = |bytes: usize| json!({"id": "1", "properties": {"p": "x".repeat(bytes - 2)}});
    for (object, good) in [
        (json!({"id": "1", "properties": {"a": "", "b": 1.5, "c": false, "d": null}}), true),
        (json!({"id": "1", "properties": {}}), true),
        (json!({"id": "é".repeat(100), "properties": {}}), true),
        (json!({"id": "é".repeat(101), "properties": {}}), false),
        (json!({"id": "", "properties": {}}), false),
        (json!({"id": 1, "properties": {}}), false),
        (json!({"properties": {}}), false),
        (json!({"id": "1"}), false),
        (json!({"id": "1", "properties": null}), false),
        (json!({"id": "1", "properties": []}), false),
        (json!({"id": "1", "properties": {"a": 1, "b": {}}}), false),
        (json!({"id": "1", "properties": {"a": []}}), false),
        (value(32_767), true),
        (value(32_768), false),
        (json!("1"), false),
        (json!(null), false),
    ] {
        let (stored, errors) = if good { (1, 0) } else { (0, 1) };
        let answer = play(&[(0.0, "/v1/set", set("users", json!([object])))]);
        assert_eq!(statuses(&answer), [200], "a bad object is no bad request");
        assert_eq!(rows(&answer), [format!("users {stored} {errors}")]);
        let Some(members) = object.as_object() else { continue };
        let mut line = members.clone();
        line.insert("collection".to_owned(), json!("users"));
        let text = Value::Object(line).to_string();
        let answer = play(&[(0.0, "/v0/start", no_body()), (1.0, "/v0/upload/$1", json!(text))]);
        assert_eq!(statuses(&answer), [201, 201]);
        assert_eq!(rows(&answer), [format!("users {stored} {errors}")]);
    }
}

#[test]
fn lines_that_are_no_objects_are_errors() {
    let body = "nonsense\n[1]\n\"x\"\n{\"id\":\"1\",\"collection\":\"users\",\"properties\":{}}\n{\"id\":\"2\"}";
    let answer = play(&[(0.0, "/v0/start", no_body()), (1.0, "/v0/upload/$1", json!(body))]);
    assert_eq!(statuses(&answer), [201, 201]);
    assert_eq!(rows(&answer), ["(unknown) 0 4", "users 1 0"]);
    // a body that is not a string is sent as its JSON
    let line = json!({"id": "1", "collection": "users", "properties": {"a": 1}});
    let answer = play(&[(0.0, "/v0/start", no_body()), (1.0, "/v0/upload/$1", line)]);
    assert_eq!(rows(&answer), ["users 1 0"]);
}

#[test]
fn members_that_a_line_does_not_have_are_passed_over() {
    let line = r#"{"name":"case 7","vendor":"planhat-sync","event":{},"now":null}"#;
    let answer: Value = serde_json::from_str(&map_line(line)).expect("JSON");
    assert_eq!(answer, json!({"response_status": [], "panel": null}));
}

#[test]
fn what_a_line_must_be() {
    for (line, want) in [
        (r#"{"vendor":"planhat-sync","sync_requests":{}}"#, "`sync_requests` is a list"),
        (r#"{"vendor":"planhat-sync","sync_requests":[{"at":"x"}]}"#, "a request has no `method`"),
        (
            r#"{"vendor":"planhat-sync","sync_requests":[{"at":"x","method":"POST","path":"/v1/set"}]}"#,
            "`at` is not a time like 2024-05-01T11:00:00Z: x",
        ),
        (
            r#"{"vendor":"planhat-sync","now":"then"}"#,
            "`now` is not a time like 2024-05-01T11:00:00Z: then",
        ),
        (
            r#"{"vendor":"planhat-sync","settings":{"sync_gap":1}}"#,
            "planhat: `sync_gap` is not a setting, did you mean `sync_gap_s`?",
        ),
        (r#"{"vendor":"planhat","sync_requests":[]}"#, "`event` is missing"),
    ] {
        let answer: Value = serde_json::from_str(&map_line(line)).expect("JSON");
        assert_eq!(answer, json!({"error": want}), "{line}");
    }
}
