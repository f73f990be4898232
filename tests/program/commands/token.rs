//! Access from other machines: the line at the start, and the token that lets them ask.

use crate::common::command;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

const REMOTE: [&str; 6] = ["tail", "--listen", "0.0.0.0:0", "--allow-remote", "--format", "quiet"];

/// Returns the lines of a listener up to the one with its address.
fn first_lines(home: &Path, more: &[&str]) -> String {
    let mut command = command(home);
    command.args(REMOTE).arg("--no-record").args(more);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut stderr = BufReader::new(child.stderr.take().expect("piped"));
    let mut lines = String::new();
    while !lines.contains("listening on") {
        assert!(stderr.read_line(&mut lines).expect("text") > 0, "it ended: {lines}");
    }
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    lines
}

#[test]
fn the_first_line_says_who_can_reach_what() {
    let home = tempfile::tempdir().expect("a folder");
    let lines = first_lines(home.path(), &[]);
    assert!(lines.contains("listening on http://0.0.0.0:"), "{lines}");
    assert!(lines.contains("/_segscope answers this machine only"), "{lines}");
    let token = home.path().join("token");
    let lines = first_lines(home.path(), &["--token", token.to_str().expect("UTF-8")]);
    assert!(lines.contains(&format!("wrote a new token to {}", token.display())), "{lines}");
    assert!(lines.contains("others that send the token"), "{lines}");
    let text = std::fs::read_to_string(&token).expect("there");
    assert!(!lines.contains(text.trim()), "the token itself is in the file only");
    assert!(
        !first_lines(home.path(), &["--token", token.to_str().expect("UTF-8")]).contains("new")
    );
}

#[test]
fn a_token_file_that_others_can_read_is_refused() {
    let home = tempfile::tempdir().expect("a folder");
    let token = home.path().join("token");
    std::fs::write(&token, "s3cret-token\n").expect("written");
    std::fs::set_permissions(&token, std::fs::Permissions::from_mode(0o644)).expect("its mode");
    let args = [&REMOTE[..], &["--token", token.to_str().expect("UTF-8")]].concat();
    let says = super::stderr(&super::segscope(home.path(), &args).assert().code(2));
    assert!(says.contains("chmod 600") && !says.contains("s3cret"), "{says}");
    let args = [&REMOTE[..], &["--token", "/dev/zero"]].concat();
    let says = super::stderr(&super::segscope(home.path(), &args).assert().code(2));
    assert!(says.contains("expected a regular file"), "{says}");
}

#[test]
fn a_project_sets_no_token() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("segscope.toml"), "token_file = \"t\"\n").expect("written");
    let says = super::stderr(&super::segscope(home.path(), &REMOTE).assert().code(2));
    assert!(
        says.contains("`token_file` is read from flags and your own config file only"),
        "{says}"
    );
}
