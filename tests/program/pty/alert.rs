//! Alerts on the screen: the terminal's bell and its notification.

use crate::common::{Http, wait_for};
use crate::terminal::Terminal;

const HOSTILE: &[u8] =
    br#"{"userId":"u1","event":"A\u0007\u001b]0;owned\u001b\\ \u009d","properties":{}}"#;

fn start(with: &str) -> (Terminal, Http) {
    let vendor = ["--vendor", "customersuccessbox"];
    let alert = ["--alert", "missing(account_id)", "--alert-with", with];
    Terminal::listening(120, 40, &[&vendor[..], &alert].concat())
}

/// What stands between each OSC 9 and its end.
fn notified(terminal: &Terminal) -> Vec<String> {
    let bytes = String::from_utf8_lossy(&terminal.bytes()).into_owned();
    let after = bytes.split("\u{1b}]9;").skip(1);
    after.filter_map(|text| Some(text.split_once('\u{7}')?.0.to_owned())).collect()
}

#[test]
fn a_notification_says_the_call_and_carries_nothing_that_acts_on_the_terminal() {
    let (mut terminal, mut http) = start("notify");
    http.post("/v1/track", HOSTILE).expect("an answer");
    let first = wait_for("a notification", || notified(&terminal).first().cloned());
    assert!(first.starts_with("segscope: 1: track A\\u{7}\\u{1b}]0;owned"), "{first}");
    assert!(first.contains("account missing") && !first.chars().any(char::is_control), "{first}");
    // what comes in the same second is told at once
    for _ in 0..30 {
        http.post("/v1/track", HOSTILE).expect("an answer");
    }
    let all = wait_for("the others", || {
        let all = notified(&terminal);
        all.iter().any(|words| words.contains("calls, the last 31: ")).then_some(all)
    });
    assert!(all.len() <= 4, "{all:?}");
    terminal.sees("31 alerts");
    assert_eq!(terminal.quit(), 0);
}

#[test]
fn the_bell_rings() {
    let (mut terminal, mut http) = start("bell");
    assert!(!terminal.bytes().contains(&7));
    http.post("/v1/track", HOSTILE).expect("an answer");
    wait_for("the bell", || terminal.bytes().contains(&7).then_some(()));
    assert_eq!(terminal.quit(), 0);
}
