//! Clients of both eras list the tools and call each of them.

use super::{Client, Era, write_calls};
use serde_json::{Value, json};

/// Each tool with arguments that are right for two calls in a file.
fn calls() -> Vec<(&'static str, Value)> {
    let call = json!({ "type": "track", "event": "E", "userId": "u", "properties": {} });
    vec![
        ("status", json!({})),
        ("setup_line", json!({ "sdk": "node" })),
        ("wait_for_calls", json!({ "filter": "event = \"Good\"" })),
        ("find_calls", json!({ "filter": "missing(account_id)", "limit": 5 })),
        ("get_call", json!({ "seq": 1 })),
        ("get_output", json!({ "seq": 1, "vendor": "customersuccessbox" })),
        ("explain", json!({ "seq": 2 })),
        ("coverage", json!({})),
        ("check_plan", json!({ "plan": "[[event]]\nname = \"Good\"\n" })),
        ("compare", json!({ "before": "seq = 1", "after": "seq = 2" })),
        ("judge_call", json!({ "call": call })),
        ("send_call", json!({ "call": call, "write_key": "K" })),
        ("reset", json!({ "all": true })),
    ]
}

#[test]
fn clients_of_both_eras_list_and_call_every_tool() {
    let home = tempfile::tempdir().expect("a folder");
    write_calls(home.path());
    for era in [Era::Initialize, Era::Stateless] {
        let args = ["calls.ndjson", "--vendor", "customersuccessbox"];
        let mut client = Client::start(home.path(), &args, era);
        if era == Era::Stateless {
            let found = client.ask("server/discover", json!({}));
            let result = &found["result"];
            let own = &result["_meta"]["io.modelcontextprotocol/serverInfo"];
            assert_eq!(
                (&own["name"], &own["version"]),
                (&json!("segscope"), &json!(env!("CARGO_PKG_VERSION"))),
                "{found}"
            );
        }
        let listed = client.ask("tools/list", json!({}));
        let tools = listed["result"]["tools"].as_array().expect("tools");
        let names: Vec<&Value> = tools.iter().map(|tool| &tool["name"]).collect();
        assert_eq!(names, calls().iter().map(|(name, _)| *name).collect::<Vec<_>>());
        for (name, arguments) in calls() {
            let tool = tools.iter().find(|tool| tool["name"] == name).expect("it is listed");
            // nothing listens
            if matches!(name, "setup_line" | "send_call" | "reset") {
                let error = client.error(name, arguments);
                assert!(error.starts_with("files are read: "), "{name}: {error}");
                continue;
            }
            let answer = client.call(name, arguments);
            let required = tool["outputSchema"]["required"].as_array().expect("a list");
            for member in required {
                assert!(answer.get(member.as_str().expect("a name")).is_some(), "{name} {member}");
            }
        }
        assert_eq!(client.end(), Some(0));
    }
}

#[test]
fn answers_say_what_the_calls_are() {
    let home = tempfile::tempdir().expect("a folder");
    write_calls(home.path());
    let args = ["calls.ndjson", "--vendor", "customersuccessbox"];
    let mut client = Client::start(home.path(), &args, Era::Stateless);
    let status = client.call("status", json!({}));
    assert_eq!((&status["source"], &status["calls"]), (&json!("files"), &json!(2)), "{status}");
    assert_eq!((&status["missing"], &status["cursor"]), (&json!(1), &json!("2")), "{status}");
    assert_eq!(status["vendors"].as_object().expect("vendors").len(), 1, "{status}");

    let page = client.call("find_calls", json!({ "limit": 1 }));
    assert_eq!(page["calls"][0]["name"], "Good", "{page}");
    assert_eq!((&page["more"], &page["next_cursor"]), (&json!(true), &json!("1")));
    let page =
        client.call("find_calls", json!({ "cursor": "1", "fields": ["/call/properties", "/x"] }));
    let fields = json!({ "/call/properties": { "accountId": "a1", "user_id": "u1" }, "/x": null });
    assert_eq!(page["calls"], json!([{ "seq": 2, "fields": fields }]));
    assert_eq!(page["more"], false);

    let explained = client.call("explain", json!({ "seq": 2, "code": "CSB-T-ACCOUNT-MISSING" }));
    let findings = explained["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 1, "{explained}");
    assert!(findings[0]["fix"].as_str().expect("a fix").contains("account_id"), "{explained}");
    let code = explained["corrected_call"]["code"].as_str().expect("code");
    assert!(code.contains("account_id"), "{code}");

    let coverage = client.call("coverage", json!({}));
    assert_eq!((&coverage["of"], &coverage["more"]), (&json!(2), &json!(false)), "{coverage}");
    let plan = json!({ "plan": "[[event]]\nname = \"Good\"\n\n[[event]]\nname = \"Gone\"\n" });
    let checked = client.call("check_plan", plan);
    assert_eq!(
        (&checked["met"], checked["events"].as_array().map(Vec::len)),
        (&json!(false), Some(1))
    );
    assert_eq!(checked["events"][0]["event"], "Gone", "{checked}");
    let compared = client.call("compare", json!({ "before": "seq = 1", "after": "seq = 2" }));
    assert_eq!(compared["sides"][0]["calls"], 1, "{compared}");
    let differences = compared["differences"].as_array().expect("differences");
    assert!(differences.iter().any(|difference| difference["event"] == "Good"), "{compared}");
    let none = json!({ "filter": "event = \"Good\"", "none": true, "quiet_ms": 50 });
    assert_eq!(client.call("wait_for_calls", none)["outcome"], "unexpected");
    let none = json!({ "filter": "event = \"No\"", "none": true, "quiet_ms": 50 });
    let waited = client.call("wait_for_calls", none);
    assert_eq!((&waited["met"], &waited["outcome"]), (&json!(true), &json!("none")));
    let late = json!({ "filter": "event = \"No\"", "timeout_ms": 50 });
    let waited = client.call("wait_for_calls", late);
    assert_eq!((&waited["met"], &waited["outcome"]), (&json!(false), &json!("timeout")));
    assert_eq!(waited["others"].as_array().map(Vec::len), Some(2), "{waited}");
}
