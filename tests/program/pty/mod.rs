//! The real program in a pseudo-terminal: the first minute of someone who has just installed it.

mod alert;
mod background;
mod baseline;
mod compose;
mod expected_events;
mod filter;
mod first_use;
mod fixes;
mod lists;
mod lost_terminal;
mod mouse;
mod people;
mod settings;
mod start_question;
mod stream;
mod themes;
mod tour;

use crate::common::wait_for;
use crate::terminal::Terminal;

/// A call as people first send it: ids in the wrong place and under the wrong name.
const CALL: &[u8] = br#"{"userId":"u1","event":"Order Received","properties":{"accountId":"a1"}}"#;

#[test]
fn from_the_first_call_to_the_fix_and_back_to_the_shell() {
    let args = ["--vendor", "customersuccessbox"];
    let (mut terminal, mut http) = Terminal::listening(160, 40, &args);
    assert!(
        terminal.text().contains("curl"),
        "the start screen has a line to try:\n{}",
        terminal.text()
    );

    let answer = http.post("/v1/track", CALL).expect("an answer");
    assert_eq!((answer.status, answer.body.as_slice()), (200, &br#"{"success": true}"#[..]));

    terminal.sees("missing accountId?");
    let theme: toml::Table =
        include_str!("../../../assets/themes/dark.toml").parse().expect("a theme");
    assert!(theme["missing_id"].as_str().is_some_and(|style| style.starts_with("203 ")));
    assert_eq!(terminal.colour_of("missing"), vt100::Color::Idx(203), "the alarm color is red");

    terminal.press("\r");
    terminal.sees("CSB needs properties.account_id (you sent accountId)");

    terminal.press("q");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    assert!(!terminal.is_alternate(), "the terminal has its own screen again");
    assert!(!terminal.hides_cursor(), "the cursor is back");
}

#[test]
fn hostile_text_reaches_the_terminal_only_escaped() {
    let args = ["--vendor", "customersuccessbox"];
    let (mut terminal, mut http) = Terminal::listening(80, 24, &args);
    let deep = "[".repeat(200) + &"]".repeat(200);
    let call = format!(
        r#"{{"type":"track","userId":"u\u001b]0;owned\u0007","event":"\u001b[2J\u202eevil \u0000 e\u0301\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67 \u7530\u4e2d","properties":{{"account_id":"\u001b[31mred","deep":{deep},"long":"{}"}}}}"#,
        "x".repeat(28_000)
    );
    let answer = http.post("/v1/track", call.as_bytes()).expect("an answer");
    assert_eq!(answer.status, 200);
    terminal.sees("1 call ");
    // every pane, and both widths
    terminal.press("\r");
    for (columns, rows) in [(80, 24), (200, 60), (41, 11), (100, 30)] {
        terminal.resize(columns, rows);
        for _ in 0..6 {
            terminal.press("]");
            terminal.press("G");
        }
        wait_for("the frame", || terminal.is_settled().then_some(()));
    }
    assert_eq!(terminal.quit(), 0);
    let bytes = terminal.bytes();
    for hostile in
        [&b"\x1b]0;owned"[..], b"\x1b[2J\xe2\x80\xae", b"\x1b[31mred", "\u{202e}".as_bytes()]
    {
        assert!(
            !bytes.windows(hostile.len()).any(|window| window == hostile),
            "{hostile:?} was sent"
        );
    }
}

#[test]
fn asked_to_end_it_gives_the_terminal_back() {
    let (mut terminal, _http) = Terminal::listening(80, 24, &["--no-record"]);
    terminal.signal(rustix::process::Signal::TERM);
    assert_eq!(terminal.end(), 0);
    assert!(!terminal.is_alternate() && !terminal.hides_cursor());
}

#[test]
fn the_demo_shows_a_missing_id_by_itself() {
    let mut terminal = Terminal::start(120, 40, &["demo", "--vendor", "customersuccessbox"]);
    terminal.sees("missing accountId?");
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}
