//! Searching and filtering a page of counts, and going round the log.

use crate::common::wait_for;
use crate::terminal::Terminal;

#[test]
fn a_search_goes_round_and_a_filter_decides_what_is_counted() {
    let (mut terminal, mut http) =
        Terminal::listening(120, 40, &["--vendor", "customersuccessbox"]);
    for (event, version) in [("Order Paid", "2.3"), ("Seat Added", "2.2"), ("Order Sent", "2.2")] {
        let call = format!(
            r#"{{"event":"{event}","userId":"u1","context":{{"app":{{"version":"{version}"}}}},"properties":{{"account_id":"a1","user_id":"u1"}}}}"#
        );
        assert_eq!(http.post("/v1/track", call.as_bytes()).expect("an answer").status, 200);
    }
    let missing = br#"{"event":"No account","userId":"u1","properties":{"user_id":"u1"}}"#;
    assert_eq!(http.post("/v1/track", missing).expect("an answer").status, 200);
    let press = |terminal: &mut Terminal, key: &str, brings: &str| {
        terminal.press(key);
        wait_for(brings, || terminal.text().contains(brings).then_some(()));
    };
    terminal.sees("No account");
    // the cursor is on the newest call, which is the only one
    press(&mut terminal, "e", "this is the only call with a missing id");
    press(&mut terminal, "3/order", "match 1 of 2");
    press(&mut terminal, "\rn", "match 2 of 2");
    press(&mut terminal, "n", "search continued from the top");
    press(&mut terminal, "N", "search continued from the bottom");
    press(&mut terminal, "\x1b", "s sort");
    press(&mut terminal, "s", "sorted by calls");
    press(&mut terminal, "fcontext.app.version = \"2.3\"\r", "counts of 1 of 4 calls");
    assert!(!terminal.text().contains("Seat Added"), "{}", terminal.text());
    press(&mut terminal, "d", "`d` does nothing here");
    press(&mut terminal, "\x1b", "[1 log]");
    press(&mut terminal, "\x1b", "filter off; F turns it on again");
    assert_eq!(terminal.quit(), 0);
}
