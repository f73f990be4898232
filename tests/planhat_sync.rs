//! Planhat's pushes to Segment in the headless form (`docs/specs/vendors.md` F and H): every answer,
//! limit and state of a run.

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
fn a_bulk_sync_is_one_run() {
    let lines = concat!(
        "{\"id\":\"1\",\"collection\":\"users\",\"properties\":{\"a\":1}}\r\n",
        "\n   \n",
        "{\"id\":\"2\",\"collection\":\"users\",\"properties\":{\"a\":null}}\n",
        "{\"id\":\"1\",\"collection\":\"users\",\"properties\":{\"b\":true}}\n",
        "{\"id\":\"1\",\"collection\":\"teams\",\"properties\":{}}",
    );
    let mut requests = vec![
        (0.0, "/v0/start", no_body()),
        (1.0, "/v0/upload/$1", json!(lines)),
        (2.0, "/v0/keep-alive/$1", no_body()),
    ];
    let answer = play(&requests);
    assert_eq!(statuses(&answer), [201, 201, 200]);
    assert_eq!(answer["panel"]["status"], "running");
    assert_eq!(answer["panel"]["last_sync"], Value::Null);
    assert_eq!(answer["panel"]["duration_ms"], Value::Null);
    assert_eq!(rows(&answer), ["teams 1 0", "users 2 0"]);
    requests.push((3.5, "/v0/finish/$1", json!({"error": ""})));
    let answer = play(&requests);
    assert_eq!(statuses(&answer), [201, 201, 200, 202]);
    assert_eq!(answer["panel"]["status"], "ok");
    assert_eq!(answer["panel"]["last_sync"], at(3.5));
    assert_eq!(answer["panel"]["duration_ms"], 3500);
}

#[test]
fn a_finish_may_carry_an_error() {
    for (body, want) in [
        (json!({"error": "no more room"}), "failed"),
        (json!({"error": ""}), "ok"),
        (json!({"error": null}), "ok"),
        (json!({}), "ok"),
        (no_body(), "ok"),
    ] {
        let answer = play(&[(0.0, "/v0/start", no_body()), (60.0, "/v0/finish/$1", body)]);
        assert_eq!(answer["panel"]["status"], want);
        assert_eq!(answer["panel"]["duration_ms"], 60_000);
        assert_eq!(rows(&answer), [""; 0], "a model without objects and errors has no row");
    }
}

#[test]
fn ten_minutes_of_silence_are_the_end() {
    let start = (0.0, "/v0/start", no_body());
    let line = json!(r#"{"id":"1","collection":"users","properties":{}}"#);
    let status = |answer: &Value| answer["panel"]["status"].as_str().map(str::to_owned);
    for (now, want) in [(599.999, "running"), (600.0, "expired")] {
        let answer = ask(json!({}), std::slice::from_ref(&start), Some(now));
        assert_eq!(status(&answer).as_deref(), Some(want), "{now}");
    }
    for what in ["/v0/upload/$1", "/v0/keep-alive/$1"] {
        let requests = [start.clone(), (599.0, what, line.clone())];
        let answer = ask(json!({}), &requests, Some(1198.999));
        assert_eq!(status(&answer).as_deref(), Some("running"), "{what}");
        let answer = ask(json!({}), &requests, Some(1199.0));
        assert_eq!(status(&answer).as_deref(), Some("expired"), "{what}");
        assert_eq!(answer["panel"]["last_sync"], Value::Null);
        assert_eq!(answer["panel"]["duration_ms"], Value::Null);
    }
    // an expired id takes nothing more, and stays expired
    let answer = play(&[
        start.clone(),
        (600.0, "/v0/upload/$1", line.clone()),
        (601.0, "/v0/keep-alive/$1", no_body()),
        (602.0, "/v0/finish/$1", no_body()),
    ]);
    assert_eq!(statuses(&answer), [201, 400, 400, 400]);
    assert_eq!(status(&answer).as_deref(), Some("expired"));
    assert_eq!(rows(&answer), [""; 0]);
    // one that was finished in time is not expired later
    let requests = [start, (1.0, "/v0/finish/$1", no_body())];
    assert_eq!(status(&ask(json!({}), &requests, Some(9000.0))).as_deref(), Some("ok"));
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
fn a_pause_ends_a_run_of_single_requests() {
    let other = || set("teams", json!([object("t")]));
    let runs = |gap: Value, second: f64| {
        ask(
            json!({"sync_gap_s": gap}),
            &[(0.0, "/v1/set", one()), (second, "/v1/set", other())],
            None,
        )
    };
    for (gap, second, one_run) in [
        (Value::Null, 59.999, true),
        (Value::Null, 60.0, false),
        (json!(5), 4.999, true),
        (json!(5), 5.0, false),
        (json!(0.5), 0.4, true),
        (json!(0.5), 0.5, false),
        (json!(0), 0.0, false),
    ] {
        let answer = runs(gap.clone(), second);
        let want: &[&str] = if one_run { &["teams 1 0", "users 1 0"] } else { &["teams 1 0"] };
        assert_eq!(rows(&answer), want, "{gap} {second}");
        let duration = if one_run { (second * 1000.0).round() } else { 0.0 };
        assert_eq!(answer["panel"]["duration_ms"].as_f64(), Some(duration));
    }
}

#[test]
fn refused_requests_keep_a_run_going() {
    let answer = play(&[
        (0.0, "/v1/set", json!("x")),
        (50.0, "/v1/set", one()),
        (100.0, "/v1/set", set("users", json!([]))),
    ]);
    assert_eq!(statuses(&answer), [400, 200, 400]);
    assert_eq!(rows(&answer), ["(unknown) 0 1", "users 1 1"]);
    assert_eq!(answer["panel"]["duration_ms"], 100_000);
    assert_eq!(answer["panel"]["last_sync"], at(100.0));
}

#[test]
fn the_run_that_started_last_is_shown() {
    let line =
        |id: &str| json!(format!(r#"{{"id":"{id}","collection":"users","properties":{{}}}}"#));
    // two syncs at the same time: the one that came later
    let answer = play(&[
        (0.0, "/v0/start", no_body()),
        (0.0, "/v0/start", no_body()),
        (1.0, "/v0/upload/$2", line("b")),
        (2.0, "/v0/upload/$1", line("a")),
        (3.0, "/v0/finish/$1", json!({"error": "x"})),
    ]);
    assert_eq!(answer["panel"]["status"], "running");
    assert_eq!(rows(&answer), ["users 1 0"]);
    // single requests between those of a sync are their own run, and go on as one
    let answer = play(&[
        (0.0, "/v1/set", one()),
        (1.0, "/v0/start", no_body()),
        (2.0, "/v1/set", set("teams", json!([object("t")]))),
        (3.0, "/v0/finish/$1", no_body()),
    ]);
    assert_eq!(answer["panel"]["last_sync"], at(3.0));
    assert_eq!(rows(&answer), [""; 0]);
    // a new run starts empty
    let answer = play(&[(0.0, "/v1/set", json!(1)), (60.0, "/v1/set", one())]);
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
            "`at` is not an ISO-8601 time: x",
        ),
        (r#"{"vendor":"planhat-sync","now":"then"}"#, "`now` is not an ISO-8601 time: then"),
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
