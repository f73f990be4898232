//! A first-time user's way with keys only, and what a terminal can do to the program meanwhile.

use super::CALL;
use crate::common::{DEADLINE, wait_for};
use crate::terminal::Terminal;
use std::time::Instant;

#[test]
fn from_the_first_call_to_one_that_is_written_and_sent() {
    let args = ["--vendor", "customersuccessbox"];
    let (mut terminal, mut http) = Terminal::listening(140, 40, &args);
    terminal.sees("curl");
    http.post("/v1/track", CALL).expect("an answer");
    http.post("/v1/track", br#"{"userId":"u1","event":"Signed In"}"#).expect("an answer");
    terminal.sees("2 calls");
    // what is missing, opened; the fix, copied
    terminal.press("g");
    terminal.sees("missing accountId?");
    terminal.press("\r");
    terminal.sees("CSB needs properties.account_id (you sent accountId)");
    terminal.press("ys");
    terminal.sees("sent the call for");
    assert!(String::from_utf8_lossy(&terminal.bytes()).contains("\x1b]52;c;"));
    terminal.press("\x1b");
    terminal.sees("enter open");
    // only such calls
    terminal.press("fevent = \"Order Received\"\r");
    terminal.sees("1 of 2");
    // the call once more, as it should be: `accountId` becomes `account_id`
    terminal.press("c");
    terminal.sees(" Compose");
    let text = terminal.text();
    let line = text.lines().position(|line| line.contains("\"accountId\": ")).expect("it is there");
    let column = text.lines().nth(line).and_then(|line| line.find("Id\"")).expect("it is there");
    for _ in 0..line - 3 {
        terminal.press("\x1b[B");
    }
    // behind the numbers of the lines, and before `Id`
    for _ in 0..column - 4 {
        terminal.press("\x1b[C");
    }
    terminal.press("\x1b[3~\x1b[3~_id");
    terminal.sees("\"account_id\": \"a1\"");
    terminal.press("\x13");
    terminal.sees("answered 200 in ");
    // alone it is a key of its own, with more it would be `alt`
    terminal.press("\x1b");
    terminal.sees("? help");
    terminal.press("q");
    terminal.sees("2 of 3");
    terminal.press("G");
    wait_for("the account", || {
        let text = terminal.text();
        let row = text.lines().find(|line| line.starts_with('▌'))?.to_owned();
        (row.contains("a1") && !row.contains("missing acc")).then_some(())
    });
    assert_eq!(terminal.quit(), 0);
    assert!(!terminal.is_alternate() && !terminal.hides_cursor());
}

/// Quit, the program left an empty line, and yesterday's recording was not found again (F29).
#[test]
fn after_quitting_a_line_says_how_to_see_the_calls_again() {
    let (mut first, mut http) = Terminal::listening(200, 30, &["--vendor", "planhat"]);
    http.post("/v1/track", CALL).expect("an answer");
    first.sees("1 call ");
    assert_eq!(first.quit(), 0);
    first.sees("1 call recorded, 1 missing an id, in '");
    first.sees("; see them again with: segscope open --last");
    let home = first.home().to_owned();
    // a later run without calls is not the last one
    let later =
        |args: &[&str]| Terminal::prepared(140, 30, args, |_, command| command.env("HOME", &home));
    let mut empty = later(&["--listen", "127.0.0.1:0"]);
    empty.sees("curl");
    assert_eq!(empty.quit(), 0);
    assert!(!empty.text().contains("recorded"), "{}", empty.text());
    let mut again = later(&["open", "--last"]);
    again.sees("Order Received");
    assert_eq!(again.quit(), 0);
    assert!(!again.text().contains("recorded"), "it only read: {}", again.text());
    // a recording without a call is never the last one
    let (mut refused, mut http) = Terminal::listening(200, 30, &["--vendor", "planhat"]);
    http.post("/v1/tracks", CALL).expect("an answer");
    refused.sees("did you mean /v1/track");
    assert_eq!(refused.quit(), 0);
    refused.sees("0 calls recorded; see them again with: segscope open '");
    // what is kept nowhere is said to be
    let (mut unsaved, mut http) = Terminal::listening(120, 30, &["--no-record"]);
    http.post("/v1/track", CALL).expect("an answer");
    unsaved.sees("1 call ");
    assert_eq!(unsaved.quit(), 0);
    unsaved.sees("1 call, 1 missing an id; not saved");
}

#[test]
fn stopped_and_continued_it_is_as_it_was() {
    let (mut terminal, mut http) = Terminal::listening(100, 30, &["--no-record"]);
    for _ in 0..3 {
        terminal.press("\x1a");
        wait_for("the shell's screen", || {
            (!terminal.is_alternate() && !terminal.hides_cursor()).then_some(())
        });
        wait_for("the stop", || terminal.is_stopped().then_some(()));
        terminal.signal(rustix::process::Signal::CONT);
        wait_for("the screen again", || {
            (terminal.is_alternate() && terminal.hides_cursor()).then_some(())
        });
        terminal.sees("curl");
    }
    // what came before, came meanwhile, or comes now is there
    http.post("/v1/track", CALL).expect("an answer");
    terminal.sees("1 call ");
    terminal.press("?");
    terminal.sees("Signs");
    assert_eq!(terminal.quit(), 0);
}

#[test]
fn a_storm_of_sizes_while_calls_come_leaves_a_whole_screen() {
    let (mut terminal, mut http) = Terminal::listening(120, 40, &["--no-record"]);
    let mut size = 7u32;
    for round in 0..300 {
        size = size.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        terminal.resize(1 + (size >> 16) as u16 % 250, 1 + (size >> 8) as u16 % 70);
        if round % 3 == 0 {
            http.post("/v1/track", CALL).expect("an answer");
        }
        terminal.press(["j", "\r", "]", "?", "\x1b", "2", "1", "k"][round % 8]);
    }
    terminal.resize(80, 24);
    // on a busy machine two keys come as one, and `esc` with a key behind it is another key: so
    // often as it takes, out of whatever is open and to the log
    let is_whole = |terminal: &Terminal| {
        let text = terminal.text();
        let lines: Vec<&str> = text.lines().collect();
        let whole = lines.len() == 24 && lines[0].starts_with(" segscope");
        whole && lines[23].contains("? help") && lines[2].contains("type")
    };
    let begun = Instant::now();
    while !is_whole(&terminal) {
        assert!(begun.elapsed() < DEADLINE, "no whole screen:\n{}", terminal.text());
        for key in ["\x1b", "1", "G"] {
            terminal.press(key);
            wait_for("the frame", || terminal.is_settled().then_some(()));
        }
    }
    terminal.sees("100 calls");
    terminal.sees("Order Received");
    assert_eq!(terminal.quit(), 0);
}

/// In builds for tests a variable makes the screen panic at a frame.
#[test]
fn a_panic_gives_the_terminal_back_and_is_told() {
    let mut terminal = Terminal::prepared(100, 30, &["demo"], |_, command| {
        command.env("SEGSCOPE_PANIC_AT_FRAME", "5");
    });
    assert_eq!(terminal.end(), 101);
    assert!(!terminal.is_alternate(), "the terminal has its own screen again");
    assert!(!terminal.hides_cursor(), "and its cursor");
    let text = terminal.text();
    assert!(text.contains("panicked") && text.contains("SEGSCOPE_PANIC_AT_FRAME"), "{text}");
}
