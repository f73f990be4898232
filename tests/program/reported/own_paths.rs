//! The inspector's own paths: unknown parameters, clearing one test, waiting for nothing.

use super::requests_without_calls::Listening;
use serde_json::{Value, json};

fn ask(listening: &mut Listening, method: &str, path: &str) -> (u16, Value) {
    let answer = listening.http.request(method, &format!("/_segscope/{path}"), &[], b"");
    let answer = answer.expect("an answer");
    (answer.status, serde_json::from_slice(&answer.body).expect("JSON"))
}

fn send(listening: &mut Listening, test: &str, event: &str) {
    let call =
        json!({"userId": "u", "event": event, "properties": {"account_id": "a"}}).to_string();
    let headers = [("x-segscope-test", test)];
    let answer = listening.http.request("POST", "/v1/track", &headers, call.as_bytes());
    assert_eq!(answer.expect("an answer").status, 200);
}

/// Number and name of each call.
fn calls(listening: &mut Listening) -> Vec<(u64, String)> {
    let (_, page) = ask(listening, "GET", "calls");
    let calls = page["calls"].as_array().expect("calls").iter();
    let call = |call: &Value| {
        let name = call["name"].as_str().expect("a name").to_owned();
        (call["seq"].as_u64().expect("a number"), name)
    };
    calls.map(call).collect()
}

#[test]
fn an_unknown_parameter_of_any_own_path_is_refused_by_its_name() {
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    for (method, path, says) in [
        ("POST", "reset?tst=t1", "unknown parameter `tst`; the parameters are filter, test"),
        ("POST", "reset?test=", "X-Segscope-Test"),
        ("GET", "summary?filter=x", "unknown parameter `filter`; this path has none"),
        ("GET", "health?x", "unknown parameter `x`"),
        ("GET", "sync?x=1", "unknown parameter `x`"),
        ("GET", "openapi.json?v=1", "unknown parameter `v`"),
        (
            "GET",
            "calls?limt=1",
            "unknown parameter `limt`; the parameters are filter, after, limit",
        ),
        ("GET", "wait?quiet_ms=1", "unknown parameter `quiet_ms`"),
        ("GET", "wait?none=1&count=2", "unknown parameter `count`"),
        ("GET", "wait?none=yes", "none is 1 or 0"),
        ("GET", "wait?all=type+%3D", "all: "),
        ("GET", "wait?none=1&all=x", "unknown parameter `all`"),
        ("GET", "stream?limit=1", "unknown parameter `limit`; the parameters are filter, after"),
        ("GET", "stream?filter=type+%3D", "filter: "),
        ("GET", "stream?after=x", "after is a whole number"),
    ] {
        let (status, body) = ask(&mut listening, method, path);
        assert_eq!(status, 400, "{path}");
        assert!(body["message"].as_str().is_some_and(|text| text.contains(says)), "{path}: {body}");
    }
}

#[test]
fn clearing_one_test_leaves_the_numbers_of_all_others_alone_live_and_reopened() {
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    for (test, event) in [("t1", "A"), ("t2", "B"), ("t1", "C"), ("t2", "D"), ("t1", "E")] {
        send(&mut listening, test, event);
    }
    let cleared = ask(&mut listening, "POST", "reset?test=t1");
    assert_eq!(cleared, (200, json!({"success": true, "cleared": 3, "test": "t1"})));
    let want = |calls: &[(u64, &str)]| -> Vec<(u64, String)> {
        calls.iter().map(|(seq, name)| (*seq, (*name).to_owned())).collect()
    };
    assert_eq!(calls(&mut listening), want(&[(2, "B"), (4, "D")]));
    send(&mut listening, "t1", "F");
    send(&mut listening, "t2", "G");
    assert_eq!(calls(&mut listening), want(&[(2, "B"), (4, "D"), (6, "F"), (7, "G")]));
    let (_, page) = ask(&mut listening, "GET", "calls?after=4");
    assert_eq!(page["calls"].as_array().map(Vec::len), Some(2), "{page}");
    let (_, summary) = ask(&mut listening, "GET", "summary");
    assert_eq!((&summary["calls"], &summary["request_counts"]["received"]), (&json!(4), &json!(4)));
    assert_eq!(ask(&mut listening, "POST", "reset?test=t2").1["cleared"], 3);
    assert_eq!(ask(&mut listening, "POST", "reset?test=none").1["cleared"], 0);
    assert_eq!(calls(&mut listening), want(&[(6, "F")]));
    let (status, page) = ask(&mut listening, "GET", "wait?count=1&timeout_ms=1&filter=seq+%3D+6");
    assert_eq!(status, 200, "{page}");

    // the recording keeps all of it, and reopening gives what was live
    let recording = listening.recording.clone();
    let (lines, _) = listening.end();
    // what was cleared away before it was printed is not; nothing is printed twice
    for name in ["B", "D", "F", "G"] {
        let printed = lines.iter().filter(|line| line.contains(&format!(" track    {name} ")));
        assert_eq!(printed.count(), 1, "{name}: {lines:#?}");
    }
    let records = super::check_records(home.path(), &recording, &["--fail-on", "never"]);
    let seqs: Vec<_> = records.iter().map(|record| (&record["seq"], &record["name"])).collect();
    assert_eq!(seqs, [(&json!(6), &json!("F"))]);

    // all that comes later goes on behind
    let mut again = Listening::start(home.path());
    send(&mut again, "t3", "H");
    assert_eq!(calls(&mut again), want(&[(6, "F"), (8, "H")]));
    assert_eq!(ask(&mut again, "POST", "reset").1["cleared"], 2);
    send(&mut again, "t1", "I");
    assert_eq!(calls(&mut again), want(&[(9, "I")]));
}

#[test]
fn a_test_that_was_cleared_has_taught_the_vendors_nothing() {
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    let group = json!({"userId": "u1", "groupId": "acme", "traits": {"name": "Acme"}}).to_string();
    let headers = [("x-segscope-test", "t1")];
    listening.http.request("POST", "/v1/group", &headers, group.as_bytes()).expect("an answer");
    let track = json!({"userId": "u1", "event": "E"}).to_string();
    listening
        .http
        .request("POST", "/v1/track", &[("x-segscope-test", "t2")], track.as_bytes())
        .expect("an answer");
    let seen = |listening: &mut Listening| {
        let (_, page) = ask(listening, "GET", "calls?filter=type+%3D+%22track%22");
        page["calls"][0]["findings"].to_string().contains("acme")
    };
    assert!(seen(&mut listening), "the user's group is known");
    ask(&mut listening, "POST", "reset?test=t1");
    assert!(!seen(&mut listening), "and forgotten with the test");
}

#[test]
fn waiting_for_none_answers_when_it_stayed_quiet_or_with_what_came() {
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    send(&mut listening, "t", "Before");
    let (status, page) =
        ask(&mut listening, "GET", "wait?none=1&quiet_ms=20&filter=event+%3D+%22Bad%22");
    assert_eq!((status, &page["calls"], &page["quiet_ms"]), (200, &json!([]), &json!(20)));
    let (status, page) = ask(&mut listening, "GET", "wait?none=1&quiet_ms=20&after=1");
    assert_eq!((status, &page["calls"]), (200, &json!([])));
    let (status, page) = ask(&mut listening, "GET", "wait?none=1&quiet_ms=600000");
    assert_eq!(
        (status, &page["code"], &page["calls"][0]["name"]),
        (409, &json!("arrived"), &json!("Before"))
    );
    // one that comes meanwhile ends the waiting at once
    let address = listening.program.address.clone();
    let waits = std::thread::spawn(move || {
        let mut http = crate::common::Http::connect(&address).expect("it listens");
        let path = "/_segscope/wait?none=1&quiet_ms=600000&filter=event+%3D+%22Late%22";
        let answer = http.get(path).expect("an answer");
        (answer.status, String::from_utf8(answer.body).expect("text"))
    });
    while !waits.is_finished() {
        send(&mut listening, "t", "Late");
    }
    let (status, body) = waits.join().expect("an answer");
    assert!(status == 409 && body.contains("Late"), "{status} {body}");
}

#[test]
fn waiting_with_all_ends_with_the_first_call_that_differs() {
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    for (test, event) in [("t1", "A"), ("t2", "B"), ("t1", "A")] {
        send(&mut listening, test, event);
    }
    let mut wait = |query: &str| {
        let (status, page) = ask(&mut listening, "GET", &format!("wait?{query}"));
        let seqs = page["calls"].as_array().expect("calls").iter();
        (status, seqs.map(|call| call["seq"].as_u64().expect("a number")).collect::<Vec<_>>())
    };
    let (of_t1, is_a) = ("filter=test+%3D+%22t1%22", "all=event+%3D+%22A%22");
    assert_eq!(wait(&format!("{of_t1}&{is_a}&count=2")), (200, vec![1, 3]));
    assert_eq!(wait(&format!("{is_a}&timeout_ms=600000")), (409, vec![2]));
    // one that is beyond the count counts too, and a call that is awaited may still come
    assert_eq!(wait(&format!("{is_a}&count=1")), (409, vec![2]));
    assert_eq!(wait(&format!("{of_t1}&{is_a}&count=3&timeout_ms=20")).0, 504);
    let address = listening.program.address.clone();
    let waits = std::thread::spawn(move || {
        let mut http = crate::common::Http::connect(&address).expect("it listens");
        let path = format!("/_segscope/wait?{of_t1}&{is_a}&count=1000&timeout_ms=600000");
        http.get(&path).expect("an answer").status
    });
    while !waits.is_finished() {
        send(&mut listening, "t1", "C");
    }
    assert_eq!(waits.join().expect("an answer"), 409);
}
