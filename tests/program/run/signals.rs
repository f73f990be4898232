//! Signals: to the command's whole process group, the second one kills it, and what happens when
//! segscope dies.

use super::{output_of, run_command, text_of};
use crate::common::wait_for;
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use std::path::Path;
use std::process::Child;

fn start(home: &Path, script: &str) -> Child {
    run_command(home, &["--no-record", "--grace", "0"], script).spawn().expect("it starts")
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).expect("it runs");
}

fn pid_in(file: &Path) -> Pid {
    Pid::from_raw(text_of(file).trim().parse().expect("a number")).expect("a process")
}

fn is_gone(pid: Pid) -> bool {
    let has_ended = |stat: String| stat.contains(") Z ");
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_pid()));
    test_kill_process(pid).is_err() || stat.map_or(true, has_ended)
}

#[test]
fn each_signal_reaches_the_command_and_all_of_its_group() {
    for (sent, code, name) in [
        (Signal::TERM, 143, "TERM"),
        (Signal::INT, 130, "INT"),
        (Signal::HUP, 129, "HUP"),
        (Signal::QUIT, 131, "QUIT"),
        (Signal::USR1, 138, "USR1"),
        (Signal::USR2, 140, "USR2"),
    ] {
        let home = tempfile::tempdir().expect("a folder");
        // a background process of a shell without job control ignores INT and QUIT, so a shell of
        // its own is asked
        // CMD has ended by then, so what it left is asked to end, too
        let first = if name == "TERM" { "" } else { "trap '' TERM; " };
        let inner = format!(
            "{first}trap 'echo inner >inner; exit' {name}; echo $$ >ready; while :; do sleep 0.02; done"
        );
        let script = format!(
            "perl -e '$SIG{{INT}}=$SIG{{QUIT}}=\"DEFAULT\"; exec @ARGV' sh -c \"{}\" & wait; exit 5",
            inner.replace('$', "\\$")
        );
        let child = start(home.path(), &script);
        text_of(&home.path().join("ready"));
        signal(&child, sent);
        let output = output_of(child);
        assert_eq!(output.status.code(), Some(code), "{name}");
        assert_eq!(text_of(&home.path().join("inner")), "inner\n", "{name}");
    }
}

#[test]
fn a_command_may_take_its_time_to_end_and_have_its_own_code() {
    let home = tempfile::tempdir().expect("a folder");
    let script =
        "trap 'sleep 0.3; send Last; exit 9' TERM; echo >ready; while :; do sleep 0.02; done";
    let child = start(home.path(), script);
    text_of(&home.path().join("ready"));
    signal(&child, Signal::TERM);
    let output = output_of(child);
    assert_eq!(output.status.code(), Some(9));
    let stdout = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(stdout.contains("1 call"), "{stdout}");
}

#[test]
fn the_second_signal_kills() {
    let home = tempfile::tempdir().expect("a folder");
    let script = "trap 'echo >first' TERM INT; echo >ready; while :; do sleep 0.02; done";
    let child = start(home.path(), script);
    text_of(&home.path().join("ready"));
    signal(&child, Signal::TERM);
    text_of(&home.path().join("first"));
    signal(&child, Signal::INT);
    assert_eq!(output_of(child).status.code(), Some(137));
}

#[test]
fn a_stopped_command_ends_when_it_is_asked_to() {
    let home = tempfile::tempdir().expect("a folder");
    let child = start(home.path(), "echo >ready; kill -STOP $$; exit 5");
    text_of(&home.path().join("ready"));
    std::thread::sleep(std::time::Duration::from_millis(100));
    signal(&child, Signal::TERM);
    assert_eq!(output_of(child).status.code(), Some(143));
}

#[test]
fn the_command_gets_sigterm_when_segscope_dies() {
    let home = tempfile::tempdir().expect("a folder");
    let script = "trap 'echo term >term; exit' TERM; echo $$ >ready; while :; do sleep 0.02; done";
    let mut child = start(home.path(), script);
    let pid = pid_in(&home.path().join("ready"));
    child.kill().expect("it runs");
    child.wait().expect("a child");
    assert_eq!(text_of(&home.path().join("term")), "term\n");
    wait_for("the command's end", || is_gone(pid).then_some(()));
}
