//! From an account to one of its users, to a call in the log, and back to where one was.

use crate::common::wait_for;
use crate::terminal::Terminal;

#[test]
fn an_account_its_user_a_call_and_the_way_back() {
    let (mut terminal, mut http) = Terminal::listening(120, 40, &["--vendor", "freshsuccess"]);
    for (nth, user) in ["u1", "u2", "u1", "u1"].into_iter().enumerate() {
        let call = format!(
            r#"{{"event":"Event {nth}","userId":"{user}","anonymousId":"device-{user}","groupId":"acme","properties":{{"module":"Dash"}}}}"#
        );
        assert_eq!(http.post("/v1/track", call.as_bytes()).expect("an answer").status, 200);
    }
    let press = |terminal: &mut Terminal, key: &str, brings: &str| {
        terminal.press(key);
        wait_for(brings, || terminal.text().contains(brings).then_some(()));
    };
    press(&mut terminal, "4", "Its users  2");
    press(&mut terminal, "\r", "account acme");
    press(&mut terminal, "\r", "user u1");
    terminal.sees("Sessions  as Freshsuccess estimates them");
    terminal.sees("1 session, ");
    terminal.sees("in all, the last still open");
    terminal.sees("! never identified with this id: 3 track, page and screen calls");
    press(&mut terminal, "jj\r", "3 of 4");
    terminal.sees("Event 3");
    press(&mut terminal, "\x1b", "user u1");
    press(&mut terminal, "\x1b", "account acme");
    press(&mut terminal, "\x1b", "Its users  2");
    assert_eq!(terminal.quit(), 0);
}
