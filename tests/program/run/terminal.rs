//! The command has the terminal: it reads what is typed, ^C is for it, and ^Z stops the whole job.

use crate::common::wait_for;
use crate::terminal::Terminal;

/// Starts `run` with a script, from a shell with job control if `by_shell`.
fn start(by_shell: bool, script: &str) -> Terminal {
    Terminal::prepared(100, 30, &[], |home, command| {
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        std::fs::write(home.join("script.sh"), script).expect("written");
        let run =
            format!("{} run --no-record --grace 0 -- sh script.sh", env!("CARGO_BIN_EXE_segscope"));
        std::fs::write(home.join("run.sh"), &run).expect("written");
        let shell = ["/bin/bash", "--norc", "-i"].map(Into::into);
        let direct = run.split(' ').map(Into::into).collect();
        *command.get_argv_mut() = if by_shell { shell.to_vec() } else { direct };
    })
}

/// The script is written so that what is typed does not hold the words that are waited for.
const ASK: &str = "[ -t 0 ] && [ -t 1 ] && echo a''sked; read line; echo \"g''ot $line\"; exit 4";

#[test]
fn the_command_reads_what_is_typed() {
    let mut terminal = start(false, &ASK.replace("''", ""));
    terminal.sees("asked");
    terminal.press("hello\n");
    terminal.sees("got hello");
    assert_eq!(terminal.end(), 4);
}

#[test]
fn an_interrupt_key_is_for_the_command() {
    let mut terminal = start(
        false,
        "trap 'echo interrupted; exit 6' INT; echo asked; while :; do sleep 0.02; done",
    );
    terminal.sees("asked");
    terminal.press("\x03");
    terminal.sees("interrupted");
    assert_eq!(terminal.end(), 6);
}

#[test]
fn a_suspended_job_is_continued_by_the_shell() {
    let mut terminal = start(true, &ASK.replace("''", ""));
    terminal.press("$(cat run.sh); echo code=$?\n");
    terminal.sees("asked");
    for _ in 0..2 {
        terminal.press("\x1a");
        terminal.sees("Stopped");
        // the shell has the terminal meanwhile
        terminal.press("echo $((40 + 2))$((0)); clear\n");
        wait_for("a clear screen", || (!terminal.text().contains("Stopped")).then_some(()));
        terminal.press("fg\n");
        terminal.sees("cat run.sh");
        wait_for("the job", || terminal.is_settled().then_some(()));
    }
    terminal.press("again\n");
    terminal.sees("got again");
    terminal.press("echo code=$?.\n");
    terminal.sees("code=4");
    // and has it back at the end
    terminal.press("echo $((40 + 2))0; exit 0\n");
    terminal.sees("420");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_command_whose_output_is_piped_still_reads_what_is_typed() {
    let mut terminal = start(true, "read line; echo \"got $line\"");
    terminal.press("$(cat run.sh) | cat\n");
    terminal.sees("listening on");
    wait_for("the command", || terminal.is_settled().then_some(()));
    terminal.press("hello\n");
    terminal.sees("got hello");
    terminal.press("echo $((40 + 2))0; exit 0\n");
    terminal.sees("420");
    assert_eq!(terminal.end(), 0);
}
