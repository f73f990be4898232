//! A settings file that changes while the program runs.

use crate::common::wait_for;
use crate::terminal::Terminal;

/// Without a user id: lost unless the anonymous id may stand for it.
const CALL: &[u8] =
    br#"{"anonymousId":"a","event":"E","timestamp":"2024-05-01T10:00:00Z","properties":{"x":1}}"#;

#[test]
fn a_changed_setting_holds_for_new_calls_and_for_all_on_a_key() {
    let (mut terminal, mut http) = Terminal::listening(160, 40, &["--vendor", "custify"]);
    let mut verdicts = |count: usize| {
        let path = format!("/_segscope/wait?count={count}");
        let answer = http.get(&path).expect("an answer");
        let body: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
        let calls = body["calls"].as_array().expect("calls");
        let verdict = |call: &serde_json::Value| {
            call["vendors"]["custify"]["verdict"].as_str().expect("a verdict").to_owned()
        };
        calls.iter().map(verdict).collect::<Vec<_>>()
    };
    let mut sender = terminal.http();
    sender.post("/v1/track", CALL).expect("an answer");
    assert_eq!(verdicts(1), ["rejected"]);

    let file = terminal.home().join("segscope.toml");
    std::fs::write(&file, "[vendors.custify]\nsend_anonymus_id = true\n").expect("written");
    wait_for("the mistake", || {
        let text = terminal.text();
        (text.contains("segscope.toml:2: custify: `send_anonymus_id` is not a setting")
            && text.contains("stay in effect"))
        .then_some(())
    });
    std::fs::write(&file, "[vendors.custify]\nsend_anonymous_id = true\n").expect("written");
    terminal.sees("STALE  calls before #2");
    sender.post("/v1/track", CALL).expect("an answer");
    assert_eq!(verdicts(2), ["rejected", "degraded"]);

    terminal.press("R");
    terminal.sees("custify: 1 more degraded; 1 fewer rejected");
    assert_eq!(verdicts(2), ["degraded", "degraded"]);
    terminal.press("q");
    wait_for("nothing stale", || (!terminal.text().contains("STALE")).then_some(()));
    terminal.press("R");
    terminal.sees("checked 2 calls again: nothing changed");
    assert_eq!(terminal.quit(), 0);
}
