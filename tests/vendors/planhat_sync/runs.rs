//! When a run of Planhat's pushes begins and ends (`specs/vendors.md` F), in the headless form.

use super::{ask, at, no_body, object, one, play, rows, set, statuses};
use serde_json::{Value, json};

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
