//! `--baseline`: an earlier recording beside the present one.

use crate::common::command;
use crate::terminal::Terminal;
use std::fmt::Write;

fn calls(without_user: usize, has_second_event: bool) -> String {
    let mut out = String::new();
    for n in 0..300 {
        let user = if n < without_user { String::new() } else { format!(r#""userId":"u{n}","#) };
        let event = if has_second_event && n % 3 == 0 { "Heartbeat" } else { "Paid" };
        writeln!(
            out,
            r#"{{"type":"track","event":"{event}",{user}"anonymousId":"n{n}","messageId":"m{n}","properties":{{"company_id":"c"}}}}"#
        )
        .expect("memory");
    }
    out
}

#[test]
fn coverage_shows_what_the_earlier_recording_had() {
    let folder = tempfile::tempdir().expect("a folder");
    let [old, new] =
        [("old.ndjson", calls(0, true)), ("new.ndjson", calls(90, false))].map(|(name, text)| {
            let file = folder.path().join(name);
            std::fs::write(&file, text).expect("written");
            file.to_str().expect("a name").to_owned()
        });
    let args = ["open", &new, "--baseline", &old, "--vendor", "planhat"];
    let mut terminal = Terminal::start(120, 40, &args);
    terminal.sees("300 calls");
    terminal.press("3");
    for words in ["before", "gone, 100 before", "- user 100%", "Compared with"] {
        terminal.sees(words);
    }
    assert_eq!(terminal.quit(), 0);
}

#[test]
fn a_baseline_that_is_not_there_is_told_before_the_screen_is_drawn() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("new.ndjson");
    std::fs::write(&file, calls(0, false)).expect("written");
    let args = ["open", file.to_str().expect("a name"), "--baseline", "nowhere.ndjson"];
    let ran = command(home.path()).args(args).output().expect("it runs");
    assert_eq!(ran.status.code(), Some(2));
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(said.contains("--baseline: nowhere.ndjson: No such file"), "{said}");
}
