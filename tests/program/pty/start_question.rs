//! The first minute, counted in keys: start, choose one tool, send a call, see what it lacks, copy
//! the corrected call.

use crate::common::wait_for;
use crate::terminal::Terminal;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

#[test]
fn two_keys_choose_a_tool_and_none_are_needed_to_see_what_a_call_lacks() {
    let (mut terminal, mut http) = Terminal::listening(160, 40, &[]);
    terminal.sees("Which tools do you feed?");
    // two keys
    terminal.press("3");
    terminal.sees("enter saves: Planhat");
    terminal.press("\r");
    terminal.sees("in use: Planhat");
    terminal.sees("Waiting for the first call");
    let choices = terminal.home().join(".local/state/segscope/choices.json");
    let kept = std::fs::read_to_string(choices).expect("the choice is kept");
    assert!(kept.contains(r#""vendors":["planhat"]"#), "{kept}");
    // no key: the event, the id, for whom, and what to change
    let call = br#"{"userId":"u1","event":"Order Received","properties":{"accountId":"a1"}}"#;
    http.post("/v1/track", call).expect("an answer");
    terminal.sees("Order Received");
    terminal.sees("missing accountId?");
    terminal.sees("PH needs properties.company_id");
    // two keys
    terminal.press("ys");
    terminal.sees("sent the call for");
    let copied = String::from_utf8_lossy(&terminal.bytes()).into_owned();
    let encoded = copied.rsplit_once("\x1b]52;c;").expect("a text on the clipboard").1;
    let encoded: String = encoded.chars().take_while(|c| !c.is_control()).collect();
    let text = STANDARD.decode(&encoded).expect("base64");
    let text = String::from_utf8(text).expect("a text");
    assert!(text.contains("company_id"), "{text}");
    // digits open pages again
    terminal.press("3");
    terminal.sees("[3 coverage]");
    assert_eq!(terminal.quit(), 0);
}

#[test]
fn nothing_is_asked_where_a_flag_names_the_vendors() {
    let (mut terminal, _http) = Terminal::listening(100, 30, &["--vendor", "planhat"]);
    terminal.sees("in use: Planhat");
    wait_for("the start screen", || terminal.text().contains("Point your SDK").then_some(()));
    assert!(!terminal.text().contains("Which tools"), "{}", terminal.text());
    assert_eq!(terminal.quit(), 0);
}
