//! `segscope run`: exit codes, signals, the environment of the command, what it leaves behind, and
//! the reports.

mod action;
mod intercept;
mod leftovers;
mod reports;
mod signals;
mod terminal;

use crate::common::{DEADLINE, wait_for};
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// Sends one call with curl: `send EVENT [ACCOUNT]`.
const SEND: &str = r#"send() { curl -s -u k: -d "{\"event\":\"$1\",\"userId\":\"u\",\"properties\":{\"account_id\":\"a\",\"user_id\":\"u\"$2}}" "$SEGSCOPE_URL/v1/track" >/dev/null; }; "#;

/// `run` with these arguments and a script of `sh`, not started yet.
fn run_command(home: &Path, args: &[&str], script: &str) -> Command {
    let mut command = crate::common::command(home);
    command.arg("run").args(args).args(["--", "sh", "-c", &format!("{SEND}{script}")]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Returns the output of a running program when it ends, which must happen before the deadline.
fn output_of(mut child: Child) -> Output {
    let read = |mut from: Box<dyn Read + Send>| {
        std::thread::spawn(move || {
            let mut all = Vec::new();
            from.read_to_end(&mut all).expect("readable");
            all
        })
    };
    let stdout = read(Box::new(child.stdout.take().expect("piped")));
    let stderr = read(Box::new(child.stderr.take().expect("piped")));
    let begun = std::time::Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        if begun.elapsed() > DEADLINE {
            child.kill().expect("a child");
            panic!("it did not end");
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    };
    let (stdout, stderr) = (stdout.join().expect("read"), stderr.join().expect("read"));
    Output { status, stdout, stderr }
}

/// Runs a script; exit code, standard output, standard error.
fn run(home: &Path, args: &[&str], script: &str) -> (Option<i32>, String, String) {
    ended(run_command(home, args, script))
}

fn ended(mut command: Command) -> (Option<i32>, String, String) {
    let output = output_of(command.spawn().expect("the program starts"));
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// Waits until a file is there, and returns its text.
fn text_of(file: &Path) -> String {
    wait_for(&file.display().to_string(), || {
        std::fs::read_to_string(file).ok().filter(|text| text.ends_with('\n'))
    })
}

#[test]
fn the_exit_code_is_that_of_the_command_or_else_that_of_the_check() {
    let home = tempfile::tempdir().expect("a folder");
    for (args, script, want) in [
        (&["--vendor", "customersuccessbox"][..], "send A", 0),
        (&["--vendor", "customersuccessbox"], "send A; exit 7", 7),
        (&["--vendor", "planhat"], "send A", 1),
        (&["--vendor", "planhat", "--fail-on", "never"], "send A", 0),
        (&["--vendor", "planhat"], "send A; exit 3", 3),
        (&[], "kill -TERM $$", 143),
        (&[], "kill -KILL $$", 137),
        (&[], "kill -INT $$", 130),
        (&[], "exit 255", 255),
        (&["--vendor", "nosuch"], "exit 9", 2),
        (&["--filter", "type ="], "exit 9", 2),
        (&["--grace", "11s"], "exit 9", 2),
        (&["--listen", "1.2.3.4:0"], "exit 9", 3),
        (&["--record", "/nosuch/folder/file"], "exit 9", 3),
        (&["--output", "/nosuch/folder/file"], "exit 9", 3),
        (&["--expect", "/nosuch"], "exit 9", 2),
    ] {
        let args = [args, &["--no-record"]].concat();
        let args = if args.contains(&"--record") { &args[..2] } else { &args[..] };
        let (code, stdout, stderr) = run(home.path(), args, script);
        assert_eq!(code, Some(want), "{args:?} {script}: {stdout} {stderr}");
    }
}

#[test]
fn a_command_that_cannot_be_started_has_the_exit_code_that_shells_have_for_it() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("plain"), "#!/bin/sh\n").expect("written");
    for (name, want, says) in [
        ("nosuch-command", 127, "segscope: `nosuch-command`: command not found"),
        ("./nosuch", 127, "segscope: `./nosuch`: command not found"),
        ("./plain", 126, "segscope: `./plain`: it is not executable"),
        ("/", 126, "segscope: `/`: it is a folder"),
        ("\u{1b}[2J", 127, "`\\u{1b}[2J`: command not found"),
    ] {
        let mut command = crate::common::command(home.path());
        command.args(["run", "--", name]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let (code, stdout, stderr) = ended(command);
        assert_eq!((code, &*stdout), (Some(want), ""), "{name}");
        assert!(stderr.contains(says) && stderr.lines().count() == 1, "{stderr}");
    }
    // a script whose interpreter is not there is found, and cannot be started
    let script = home.path().join("script");
    std::fs::write(&script, "#!/nosuch/interpreter\n").expect("written");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&script, mode).expect("its mode");
    let (code, _, stderr) = run(home.path(), &["--no-record"], "exec ./script");
    assert!(code == Some(127) || code == Some(126), "{code:?} {stderr}");
    let mut command = crate::common::command(home.path());
    command.args(["run", "--no-record", "--", "./script"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let (code, _, stderr) = ended(command);
    assert_eq!(code, Some(127), "{stderr}");
    assert!(stderr.contains("segscope: `./script`: "), "{stderr}");
}

#[test]
fn the_command_gets_the_address_and_a_token_and_its_own_umask_and_arguments() {
    let home = tempfile::tempdir().expect("a folder");
    let script = r#"umask; printf '%s\n' "$SEGSCOPE_URL" "$SEGSCOPE_HOST" "$SEGSCOPE_TOKEN";
        curl -s -A Mozilla/5.0 -o /dev/null -w '%{http_code}\n' $SEGSCOPE_URL/_segscope/calls
        curl -s -A Mozilla/5.0 -o /dev/null -w '%{http_code}\n' -H "Authorization: Bearer $SEGSCOPE_TOKEN" $SEGSCOPE_URL/_segscope/calls
        echo "$0 $1"#;
    let mut command = crate::common::command(home.path());
    let outer = format!(
        "umask 027; exec {} run --no-record --grace 0 --format ndjson -- sh -c '{}\"' arg0 'arg 1'",
        env!("CARGO_BIN_EXE_segscope"),
        script.replace('\'', "'\\''")
    );
    let mut shell = Command::new("sh");
    shell
        .arg("-c")
        .arg(outer)
        .envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell
        .current_dir(home.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.args(["run"]);
    let (code, stdout, stderr) = ended(shell);
    let lines: Vec<&str> = stdout.lines().collect();
    assert_eq!((code, lines.len()), (Some(0), 7), "{stdout} {stderr}");
    assert_eq!(lines[0], "0027");
    let host = lines[1].strip_prefix("http://").expect("a URL");
    assert!(host.starts_with("127.0.0.1:") && stderr.contains(lines[1]), "{stdout} {stderr}");
    assert_eq!((lines[2], lines[3].len()), (host, 32));
    assert_eq!((lines[4], lines[5]), ("403", "200"), "a browser needs the token");
    assert_eq!(lines[6], "arg0 arg 1");
    assert!(stderr.contains("no request arrived"), "{stderr}");
}

#[test]
fn calls_that_arrive_within_the_grace_are_checked() {
    let home = tempfile::tempdir().expect("a folder");
    let script = "(sleep 0.3; send Late) & send Early";
    let args = |grace| ["--no-record", "--vendor", "customersuccessbox", "--grace", grace];
    let (code, stdout, stderr) = run(home.path(), &args("2s"), script);
    assert_eq!(code, Some(0), "{stdout} {stderr}");
    assert!(stdout.contains("2 calls"), "{stdout}");
    let (_, stdout, stderr) = run(home.path(), &args("0"), script);
    assert!(stdout.contains("1 call"), "{stdout}");
    assert!(stderr.contains("ended 2 processes that the command left running"), "{stderr}");
}

#[test]
fn a_recording_that_is_appended_to_counts_only_what_the_command_sends() {
    let home = tempfile::tempdir().expect("a folder");
    let args = ["--record", "r.ndjson", "--vendor", "customersuccessbox"];
    for _ in 0..2 {
        let (code, stdout, stderr) = run(home.path(), &args, "send A; send B");
        assert_eq!(code, Some(0), "{stdout} {stderr}");
        assert!(stdout.contains("2 calls"), "{stdout}");
    }
    let text = std::fs::read_to_string(home.path().join("r.ndjson")).expect("recorded");
    assert_eq!(text.lines().count(), 4);
}

#[test]
fn calls_that_a_reset_cleared_are_not_checked_and_counted() {
    let home = tempfile::tempdir().expect("a folder");
    let reset = r#"curl -s -X POST "$SEGSCOPE_URL/_segscope/reset" >/dev/null"#;
    let script = format!("send A; send B; {reset}; send C");
    let (code, stdout, stderr) =
        run(home.path(), &["--no-record", "--vendor", "customersuccessbox"], &script);
    assert_eq!(code, Some(0), "{stdout} {stderr}");
    assert!(stdout.contains("1 call"), "{stdout}");
    assert!(stderr.contains("2 calls cleared by reset before the end, not checked"), "{stderr}");
}

#[test]
fn the_output_of_the_command_passes_through_untouched() {
    let home = tempfile::tempdir().expect("a folder");
    let script = r"printf '\033[31mraw\000\377'; head -c 50000000 /dev/zero; printf 'err\033' >&2; exec <&-; ! read line";
    let mut command = run_command(home.path(), &["--no-record", "--format", "ndjson"], script);
    let output = output_of(command.spawn().expect("the program starts"));
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(&output.stdout[..10], b"\x1b[31mraw\0\xff");
    assert_eq!(output.stdout.len(), 10 + 50_000_000);
    assert!(output.stderr.windows(4).any(|bytes| bytes == b"err\x1b"));
}
