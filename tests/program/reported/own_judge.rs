//! The verdicts of vendors on one recorded call, and on one that is not sent.

use super::requests_without_calls::Listening;
use serde_json::{Value, json};

fn ask(listening: &mut Listening, method: &str, path: &str, body: &str) -> (u16, Value) {
    let answer =
        listening.http.request(method, &format!("/_segscope/{path}"), &[], body.as_bytes());
    let answer = answer.expect("an answer");
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    (answer.status, serde_json::from_str(&text).unwrap_or_else(|_| panic!("{path}: {text}")))
}

const CALL: &str =
    r#"{"type":"track","event":"E","userId":"u","messageId":"m","properties":{"accountId":"a"}}"#;

#[test]
fn a_call_is_judged_without_being_recorded_as_it_would_be_judged() {
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    let (status, judged) = ask(&mut listening, "POST", "judge", CALL);
    assert_eq!(status, 200, "{judged}");
    assert_eq!(judged["missing"], json!(["account_id", "user_id"]));
    let (_, summary) = ask(&mut listening, "GET", "summary", "");
    assert_eq!((&summary["requests"], &summary["calls"]), (&json!(0), &json!(0)));

    assert_eq!(listening.http.post("/v1/track", CALL.as_bytes()).expect("sent").status, 200);
    let (_, page) = ask(&mut listening, "GET", "calls", "");
    let sent = &page["calls"][0];
    for part in ["missing", "findings", "service"] {
        assert_eq!(judged[part], sent[part], "{part}");
    }
    let verdicts = |record: &Value| -> Vec<Value> {
        let vendors = record["vendors"].as_object().expect("vendors").values();
        vendors.map(|outcome| outcome["verdict"].clone()).collect()
    };
    assert_eq!(verdicts(&judged), verdicts(sent));

    let (status, output) = ask(&mut listening, "GET", "outputs/1/planhat", "");
    assert_eq!(status, 200);
    assert_eq!((&output["seq"], &output["in_use"]), (&json!(1), &json!(true)));
    assert_eq!(output["verdict"], sent["vendors"]["planhat"]["verdict"]);
    assert_eq!(output["requests"], sent["vendors"]["planhat"]["requests"]);
    let own = |finding: &&Value| finding["vendor"] == "planhat";
    let findings = sent["findings"].as_array().expect("findings");
    let of_planhat = findings.iter().filter(own).count();
    assert_eq!(output["findings"].as_array().map(Vec::len), Some(of_planhat));
}

const PLAN: &str = r#"
[[event]]
name = "E"
ids = ["user_id"]
properties = { total = "number" }
"#;

#[test]
fn a_plan_is_checked_against_the_calls_that_came() {
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    let (_, none) = ask(&mut listening, "POST", "check", PLAN);
    assert_eq!((&none["met"], &none["violating"]), (&json!(false), &json!(0)), "{none}");
    assert_eq!(none["expected"]["events"][0]["standing"], "unseen");
    let send = |listening: &mut Listening, total: &str| {
        let call = format!(
            r#"{{"type":"track","event":"E","userId":"u","properties":{{"user_id":"u","total":{total}}}}}"#
        );
        assert_eq!(listening.http.post("/v1/track", call.as_bytes()).expect("sent").status, 200);
    };
    send(&mut listening, "3");
    let (status, met) = ask(&mut listening, "POST", "check", PLAN);
    assert_eq!((status, &met["met"]), (200, &json!(true)), "{met}");
    assert_eq!(met["violations"], json!([]));

    send(&mut listening, "\"3\"");
    let (_, wrong) = ask(&mut listening, "POST", "check", PLAN);
    assert_eq!((&wrong["met"], &wrong["violating"]), (&json!(false), &json!(1)), "{wrong}");
    assert_eq!(wrong["violations"][0]["seq"], 2);
    assert_eq!(wrong["violations"][0]["findings"][0]["code"], "PLAN-TYPE");
    assert_eq!(wrong["expected"]["events"][0]["violating"], 1);
    // only the calls that are asked for
    let (_, first) = ask(&mut listening, "POST", "check?filter=properties.total+%3D+3", PLAN);
    assert_eq!((&first["met"], &first["violating"]), (&json!(true), &json!(0)), "{first}");
    let (_, second) = ask(&mut listening, "POST", "check?after=1", PLAN);
    assert_eq!(second["expected"]["events"][0]["calls"], 1, "{second}");
    // Segment's rules, and what is no plan
    let rules =
        r#"{"rules":[{"key":"Other","type":"TRACK","version":1,"jsonSchema":{"type":"object"}}]}"#;
    let (_, rules) = ask(&mut listening, "POST", "check", rules);
    assert_eq!(rules["violations"][0]["findings"][0]["code"], "PLAN-UNPLANNED", "{rules}");
    for (plan, says) in [
        ("", "expected a plan"),
        ("[[event]]\nname = 1\n", "2"),
        (
            "[[event]]\nname = \"E\"\nschema = \"/etc/passwd\"\n",
            "only a plan in a file can name files",
        ),
    ] {
        let (status, answer) = ask(&mut listening, "POST", "check", plan);
        let message = answer["message"].as_str().unwrap_or_default();
        assert!(status == 400 && message.contains(says), "{plan}: {message}");
    }
    let (_, summary) = ask(&mut listening, "GET", "summary", "");
    assert_eq!(summary["expected"], Value::Null, "no plan is kept");
}

#[test]
fn what_is_not_one_call_and_what_is_not_there_is_said() {
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    let batch = format!("{{\"batch\":[{CALL},{CALL}]}}");
    let large = format!("{{\"type\":\"track\",\"event\":\"{}\"}}", "x".repeat(2 << 20));
    for (method, path, body, status, says) in [
        ("POST", "judge", "", 400, "line 1, column 1"),
        ("POST", "judge", "{\"type\":\"track\"", 400, "line 1, column 16"),
        ("POST", "judge", batch.as_str(), 400, "expected one call, found 2"),
        ("POST", "judge", large.as_str(), 400, "any request may have 1048576"),
        ("POST", "judge?x=1", CALL, 400, "unknown parameter `x`"),
        ("GET", "judge", "", 405, "use POST"),
        ("GET", "outputs", "", 400, "expected outputs/SEQ/VENDOR"),
        ("GET", "outputs/one/planhat", "", 400, "expected outputs/SEQ/VENDOR"),
        ("GET", "outputs/1/planhat", "", 404, "there is no call 1"),
        ("GET", "outputs/1/nobody", "", 404, "the vendors are customersuccessbox"),
        ("POST", "outputs/1/planhat", "", 405, "use GET"),
    ] {
        let (got, answer) = ask(&mut listening, method, path, body);
        assert_eq!(got, status, "{method} {path}: {answer}");
        let message = answer["message"].as_str().unwrap_or_default();
        assert!(message.contains(says), "{method} {path}: {message}");
    }
    let (_, summary) = ask(&mut listening, "GET", "summary", "");
    assert_eq!(summary["requests"], 0, "none of it is recorded");
}
