//! A job of the shell that has no part of the terminal's input.

use super::CALL;
use crate::common::wait_for;
use crate::terminal::Terminal;

#[test]
fn in_the_background_it_is_not_stopped_for_reading_what_is_typed() {
    let args = ["--plain", "--listen", "127.0.0.1:0", "--no-record"];
    let terminal = Terminal::prepared(100, 30, &args, |_, command| {
        let words: Vec<String> =
            command.get_argv().iter().map(|word| word.to_string_lossy().into_owned()).collect();
        let line = format!("{} > out.txt & wait", words.join(" "));
        *command.get_argv_mut() =
            ["/bin/bash", "--norc", "-ic", &line].map(Into::into).into_iter().collect();
    });
    let mut http = terminal.http();
    http.post("/v1/track", CALL).expect("an answer");
    let said = terminal.home().join("out.txt");
    wait_for("the call", || {
        std::fs::read_to_string(&said).ok().filter(|said| said.contains("1: track Order Received"))
    });
}
