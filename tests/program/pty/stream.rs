//! The inspector over standard input: calls come from the pipe, keys from the terminal.

use super::Terminal;
use portable_pty::CommandBuilder;

/// A terminal in which a shell runs a script.
fn shell(script: &str) -> Terminal {
    Terminal::prepared(120, 40, &[], |home, command| {
        let mut shell = CommandBuilder::new("sh");
        shell.args(["-c", script]);
        shell.env_clear();
        for (name, value) in [("PATH", "/usr/bin:/bin"), ("TERM", "xterm-256color")] {
            shell.env(name, value);
        }
        shell.env("HOME", home);
        shell.cwd(home);
        *command = shell;
    })
}

#[test]
fn calls_come_from_the_pipe_and_keys_from_the_terminal() {
    let script = format!(
        "echo '{{\"type\":\"track\",\"event\":\"Piped\",\"userId\":\"u\"}}' | '{}' open -f -",
        env!("CARGO_BIN_EXE_segscope")
    );
    let mut terminal = shell(&script);
    terminal.sees("Piped");
    terminal.press("\r");
    terminal.sees("event: \"Piped\"");
    terminal.sees("standard input has ended");
    terminal.press("\u{1b}");
    assert_eq!(terminal.quit(), 0);
}

#[test]
fn what_is_passed_over_in_a_large_file_is_shown() {
    let call = format!(
        "{{\"type\":\"track\",\"event\":\"Large\",\"userId\":\"u\",\"properties\":{{\"x\":\"{}\"}}}}\n",
        "x".repeat(100_000)
    );
    let args = ["open", "calls.ndjson", "--vendor", "planhat"];
    let mut terminal = Terminal::prepared(120, 40, &args, |home, _| {
        let text = [&call.repeat(30), "{\"n\":1}\n", &call.repeat(30)].concat();
        std::fs::write(home.join("calls.ndjson"), text).expect("written");
    });
    terminal.sees("60 calls");
    terminal.sees("1 JSON value without a call passed over; the first is on line 31 and has n");
    assert_eq!(terminal.quit(), 0);
}

#[test]
fn a_named_pipe_that_nobody_writes_to_is_not_said_to_hold_no_calls() {
    let program = env!("CARGO_BIN_EXE_segscope");
    let script = format!("mkfifo calls && exec '{program}' open -f calls");
    let mut terminal = shell(&script);
    terminal.sees("No call has arrived yet.");
    assert_eq!(terminal.quit(), 0);
}
