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

/// Returns the texts between each OSC 9 and its end.
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
fn a_watch_rule_alerts_and_is_listed_with_its_state() {
    let rules = [
        "missing(account_id) above 5% of track over 10m, least 3 calls, by context.app.version",
        "event = \"Order\" gone for 10m",
    ];
    let args =
        ["--vendor", "planhat", "--watch", rules[0], "--watch", rules[1], "--alert-with", "notify"];
    let (mut terminal, mut http) = Terminal::listening(120, 40, &args);
    let call = |company: &str, version: &str| {
        format!(
            r#"{{"userId":"u{version}","event":"E","properties":{{{company}}},"context":{{"app":{{"version":"{version}"}}}}}}"#
        )
    };
    for (company, version) in [(r#""company_id":"c""#, "1.0"), ("", "2.0\\u001b[31m")] {
        for _ in 0..3 {
            http.post("/v1/track", call(company, version).as_bytes()).expect("an answer");
        }
    }
    terminal.sees("1 watch alert");
    let said = wait_for("a notification", || {
        notified(&terminal).into_iter().find(|words| words.contains("watch: "))
    });
    let wanted = format!(
        "watch: {} (100%, 3 of 3 calls) where context.app.version is 2.0\\u{{1b}}[31m",
        rules[0]
    );
    assert!(said.ends_with(&wanted), "{said}");
    terminal.press("A");
    terminal.sees("Watch rules");
    terminal.sees("100%  3 of 3 calls  context.app.version = 2.0\\u{1b}[31m");
    let text = terminal.text();
    assert!(text.contains("ok              0%  0 of 3 calls  context.app.version = 1.0"), "{text}");
    assert!(text.contains("waiting") && text.contains("event = \"Order\" gone for 10m"), "{text}");
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
