//! Filtering and searching with the real program, over a recording that it made itself.

use crate::common::{Http, wait_for};
use crate::terminal::Terminal;

fn send(http: &mut Http, event: &str, account: &str) {
    let call = format!(
        r#"{{"userId":"u1","event":"{event}","properties":{{"account_id":"{account}","total":7}}}}"#
    );
    assert_eq!(http.post("/v1/track", call.as_bytes()).expect("an answer").status, 200);
}

#[test]
fn a_filter_and_a_search_on_real_calls() {
    let (mut terminal, mut http) = Terminal::listening(99, 30, &["--vendor", "customersuccessbox"]);
    for round in 0..20 {
        send(&mut http, "Order Received", &format!("a{round}"));
        send(&mut http, "Report Exported", &format!("b{round}"));
    }
    terminal.sees("40 calls");

    terminal.press("fevent = \"Rep");
    terminal.sees("\"Report Exported\"");
    terminal.press("\t");
    terminal.sees("20 of 40");
    terminal.press("\r");
    terminal.sees("f filter");
    assert!(!terminal.text().contains("Order Received"), "{}", terminal.text());
    send(&mut http, "Report Exported", "late");
    terminal.sees("21 of 41");

    // a search stays among what is shown, and the marks have a ground of their own
    terminal.press("/b7");
    terminal.sees(" search  b7");
    terminal.press("\r");
    terminal.sees("n next match");
    wait_for("the cursor on it", || {
        terminal.text().lines().find(|line| line.starts_with('▌'))?.contains(" b7 ").then_some(())
    });
    terminal.press("F");
    terminal.sees("off  F switches it on");
    terminal.sees("Order Received");
    terminal.press("f\x15\x10");
    terminal.sees(" filter  event = \"Report Exported\"");
    terminal.press(" and");
    terminal.sees("^ expected a field, a value or a function, found the end");
    terminal.press("\x1b");
    terminal.sees("f filter");
    assert_eq!(terminal.quit(), 0);
}

#[test]
fn a_pasted_text_is_one_edit() {
    let mut terminal = Terminal::start(99, 30, &["demo"]);
    terminal.sees("missing");
    terminal.press("\x1b[200~qqq\r\x1b[201~");
    terminal.press("f\x1b[200~type = \"track\"\rand repeat\x1b[201~");
    terminal.sees(" filter  type = \"track\" and repeat");
    terminal.press("\r");
    terminal.sees("f edits the filter");
    assert_eq!(terminal.quit(), 0);
}

#[test]
fn marks_and_notes_outlive_a_clearing_and_calls_are_exported() {
    let (mut terminal, mut http) = Terminal::listening(99, 30, &["--vendor", "customersuccessbox"]);
    send(&mut http, "One", "a1");
    send(&mut http, "Two", "a2");
    terminal.sees("2 calls");
    terminal.press("gm;mine\r");
    terminal.sees("¶ mine");
    terminal.press("z");
    terminal.sees("u brings 2 calls back");
    send(&mut http, "Three", "a3");
    terminal.sees("Three");
    terminal.press("u");
    terminal.sees("3 calls");
    terminal.sees("◆");
    terminal.press("M");
    terminal.sees("1 of 3");
    terminal.press("x");
    terminal.sees("call records, one JSON object per line");
    terminal.press("\r");
    terminal.sees("calls.ndjson");
    terminal.press("\r");
    terminal.sees("1 call record written to calls.ndjson");
    let written = std::fs::read_to_string(terminal.home().join("calls.ndjson")).expect("written");
    assert!(written.contains("\"name\":\"One\"") && written.lines().count() == 1, "{written}");
    terminal.press("x\r\r");
    terminal.sees("calls.ndjson already exists; choose another name");
    assert_eq!(terminal.quit(), 0);
}

#[test]
fn a_recording_that_is_opened_keeps_marks_and_notes_and_its_calls() {
    let call = r#"{"v":1,"request":1,"received_at":"2026-11-22T10:00:00.000Z","method":"POST","path":"/v1/track","query":"","headers":{},"status":200,"body":{"userId":"u","event":"One"}}"#;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("r.ndjson");
    std::fs::write(&file, format!("{call}\n")).expect("written");
    let path = file.display().to_string();
    for round in ["first", "second"] {
        let mut terminal = Terminal::start(150, 30, &["open", &path]);
        terminal.sees("One");
        if round == "first" {
            terminal.press("m");
            terminal.sees(&format!("marks and notes are kept in {path}"));
            terminal.press(";mine\r");
        }
        terminal.sees("◆");
        terminal.sees("¶ mine");
        terminal.press("z");
        terminal.sees("nothing was cleared: the calls of a recording that is opened stay in it");
        assert_eq!(terminal.quit(), 0);
    }
    let kept = std::fs::read_to_string(&file).expect("it is there");
    assert!(kept.starts_with(call) && kept.lines().count() == 3, "{kept}");

    // calls that are no recording of ours: nothing is written to them
    let bare = folder.path().join("calls.ndjson");
    let text = "{\"type\":\"track\",\"event\":\"Two\"}\n";
    std::fs::write(&bare, text).expect("written");
    let mut terminal = Terminal::start(150, 30, &["open", &bare.display().to_string()]);
    terminal.sees("Two");
    terminal.press("m");
    terminal.sees("marks and notes are lost when you quit: a file of calls is only read");
    terminal.sees("◆");
    assert_eq!(terminal.quit(), 0);
    assert_eq!(std::fs::read_to_string(&bare).expect("it is there"), text);
}
