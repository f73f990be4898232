//! A wrong host of `--intercept` is refused at the start, with the flag and the reason.

use crate::common::command;

#[test]
fn says_which_flag_is_wrong_and_why() {
    let home = tempfile::tempdir().expect("a folder");
    for (flags, want) in [
        (vec!["--intercept", "--allow-remote"], "--intercept: the proxy works on loopback only"),
        (vec!["--intercept", "--copies"], "--intercept: copies are not intercepted"),
        (vec!["--intercept-host", "x.test"], "nothing is decrypted without --intercept"),
        (
            vec!["--intercept", "--intercept-host", "https://x.test"],
            "--intercept-host: `https://x.test` is not a host; write api.example.com",
        ),
        (vec!["--intercept", "--intercept-host", "x.test:443"], "is not a host"),
    ] {
        let mut all = vec!["tail", "--listen", "127.0.0.1:0", "--no-record"];
        all.extend(&flags);
        let ran = command(home.path()).args(&all).output().expect("it runs");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(2), "{flags:?}: {said}");
        assert!(said.contains(want), "{flags:?}: {said}");
    }
    let args = ["tail", "--no-record", "--intercept", "--listen", "0.0.0.0:0"];
    let ran = command(home.path()).args(args).output().expect("it runs");
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(3), "{said}");
    assert!(said.contains("--intercept works on loopback only"), "{said}");
}

#[test]
fn a_project_cannot_turn_it_on() {
    let home = tempfile::tempdir().expect("a folder");
    for line in ["intercept = true", "intercept_host = [\"x.test\"]"] {
        std::fs::write(home.path().join("segscope.toml"), line).expect("written");
        let ran = command(home.path()).args(["config", "show"]).output().expect("it runs");
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(2), "{line}: {said}");
    }
}
