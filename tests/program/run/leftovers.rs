//! Nothing is left running, and no port stays open.

use super::{output_of, run_command, text_of};
use std::net::TcpStream;
use std::path::Path;

/// The processes whose environment has a variable.
fn processes_with(mark: &str) -> Vec<String> {
    let entries = std::fs::read_dir("/proc").expect("Linux").flatten();
    let has_mark = |pid: &String| {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
    };
    let pids = entries.filter_map(|entry| entry.file_name().into_string().ok());
    pids.filter(|pid| pid.bytes().all(|byte| byte.is_ascii_digit())).filter(has_mark).collect()
}

fn leaves_nothing(home: &Path, nth: usize, script: &str) {
    let mark = format!("SEGSCOPE_TEST_MARK={}-{nth}", std::process::id());
    let (name, value) = mark.split_once('=').expect("a variable");
    let mut command = run_command(home, &["--no-record", "--grace", "0"], script);
    let output = output_of(command.env(name, value).spawn().expect("it starts"));
    assert_eq!(output.status.code(), Some(0), "{script}");
    assert_eq!(processes_with(&mark), Vec::<String>::new(), "{script}");
    let address = text_of(&home.join("address"));
    assert!(TcpStream::connect(address.trim()).is_err(), "{address} is still open");
    std::fs::remove_file(home.join("address")).expect("it is there");
}

#[test]
fn a_hundred_runs_of_a_command_that_forks_leave_no_process_and_no_port() {
    let home = tempfile::tempdir().expect("a folder");
    let scripts = [
        "sleep 1000 & (sleep 1000 & sleep 1000) &",
        "setsid sleep 1000 & (setsid sh -c 'sleep 1000 & sleep 1000' &);",
        "setsid setsid sh -c '(sleep 1000 &) ; sleep 1000' & ",
    ];
    for nth in 0..100 {
        let script = format!("{} echo $SEGSCOPE_HOST >address", scripts[nth % scripts.len()]);
        leaves_nothing(home.path(), nth, &script);
    }
}

#[test]
fn what_ignores_sigterm_or_is_stopped_or_forks_when_asked_is_ended_too() {
    let home = tempfile::tempdir().expect("a folder");
    for (nth, script) in [
        "sh -c 'trap \"\" TERM; echo >ready; while :; do sleep 1; done' & while ! [ -e ready ]; do sleep 0.02; done;",
        "sh -c 'echo >ready; kill -STOP $$' & while ! [ -e ready ]; do sleep 0.02; done;",
        "setsid sh -c 'trap \"sleep 1000 & sleep 1000 & exit\" TERM; echo >ready; while :; do sleep 0.02; done' & while ! [ -e ready ]; do sleep 0.02; done;",
    ]
    .into_iter()
    .enumerate()
    {
        let _ = std::fs::remove_file(home.path().join("ready"));
        let script = format!("{script} echo $SEGSCOPE_HOST >address");
        leaves_nothing(home.path(), 1000 + nth, &script);
    }
}
