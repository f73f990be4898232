//! Where the calls come from: a listener that runs, or one of the server's own.

use super::{Client, Era};
use crate::common::{Program, command};
use serde_json::json;

const CALL: &str =
    r#"{"type":"track","event":"Sent","userId":"u","properties":{"account_id":"a","user_id":"u"}}"#;

/// Sends a call, finds it, and clears it.
fn send_find_clear(client: &mut Client, url: &str) {
    let lines = client.call("setup_line", json!({ "sdk": "Python" }));
    assert_eq!(lines["url"], url, "{lines}");
    assert!(lines["lines"][0]["line"].as_str().expect("a line").contains(url), "{lines}");
    let call: serde_json::Value = serde_json::from_str(CALL).expect("JSON");
    let sent = client.call("send_call", json!({ "call": call }));
    assert_eq!((&sent["status"], &sent["cursor"]), (&json!(200), &json!("0")), "{sent}");
    let found = client.call("find_calls", json!({ "cursor": "0", "filter": "event = \"Sent\"" }));
    assert_eq!(found["calls"][0]["seq"], 1, "{found}");
    let part = client.call("get_call", json!({ "seq": 1, "pointer": "/call/event" }));
    assert_eq!(part["value"], "Sent");
    let error = client.error("reset", json!({}));
    assert!(error.contains("`filter`, `test`, and `all`"), "{error}");
    assert_eq!(client.call("reset", json!({ "all": true }))["cleared"], 1);
    assert_eq!(client.call("find_calls", json!({}))["calls"], json!([]));
    assert!(client.error("get_call", json!({ "seq": 1 })).contains("there is no call 1"));
}

#[test]
fn uses_the_listener_that_runs() {
    let home = tempfile::tempdir().expect("a folder");
    let args = ["tail", "--listen", "127.0.0.1:0", "--no-record", "--format", "quiet"];
    let mut listener = Program::start(home.path(), &args);
    let url = format!("http://{}", listener.address);
    let mut started = command(home.path());
    started.arg("mcp").env("SEGSCOPE_URL", &url);
    let mut client = Client::spawn(started, Era::Initialize);
    let status = client.call("status", json!({}));
    assert_eq!((&status["source"], &status["url"]), (&json!("listener"), &json!(url)), "{status}");
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    send_find_clear(&mut client, &url);
    // the same listener, named by its address
    let mut other = Client::start(home.path(), &["--listen", &listener.address], Era::Stateless);
    assert_eq!(other.call("status", json!({}))["source"], "listener");
    listener.end();
    let error = client.error("status", json!({}));
    assert!(error.starts_with(&format!("could not send to {url}")), "{error}");
    assert!(error.contains("start segscope there"), "{error}");
}

#[test]
fn listens_itself_and_says_where() {
    let home = tempfile::tempdir().expect("a folder");
    let args = ["--listen", "127.0.0.1:0", "--no-record"];
    let mut client = Client::start(home.path(), &args, Era::Stateless);
    let status = client.call("status", json!({}));
    assert_eq!(status["source"], "own listener", "{status}");
    let url = status["url"].as_str().expect("a URL").to_owned();
    let found = client.ask("server/discover", json!({}));
    assert!(found["result"]["instructions"].as_str().expect("text").contains(&url), "{found}");
    send_find_clear(&mut client, &url);
    assert_eq!(client.end(), Some(0));
}

#[test]
fn a_listener_that_is_named_must_be_there() {
    let home = tempfile::tempdir().expect("a folder");
    for (url, code, says) in [
        ("http://127.0.0.1:9", 3, "no segscope answers at SEGSCOPE_URL (http://127.0.0.1:9)"),
        ("nonsense", 2, "is not a base URL"),
    ] {
        let mut started = command(home.path());
        started.arg("mcp").env("SEGSCOPE_URL", url).stdin(std::process::Stdio::null());
        let output = started.output().expect("it runs");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{error}");
        assert!(error.contains(says), "{error}");
        assert!(output.stdout.is_empty());
    }
}
