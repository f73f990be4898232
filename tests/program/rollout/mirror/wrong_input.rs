//! A wrong upstream of `--mirror` is refused at the start, with the flag and the reason.

use crate::common::command;

#[test]
fn says_which_flag_is_wrong_and_why() {
    let home = tempfile::tempdir().expect("a folder");
    let url = "http://127.0.0.1:9";
    for (flags, code, want) in [
        (
            vec!["--mirror", "ftp://x"],
            2,
            "--mirror: `ftp://x` is not the URL of an upstream: expected http://",
        ),
        (vec!["--mirror", "http://127.0.0.1:99999"], 2, "expected a port from 1 to 65535"),
        (vec!["--mirror", "segmnt"], 2, "or one of segment, segment-eu"),
        (
            vec!["--mirror", "http://nothing.invalid"],
            3,
            "--mirror: the upstream nothing.invalid:80 cannot be found",
        ),
        (vec!["--mirror", url, "--forward", url], 2, "cannot be used with"),
        (vec!["--mirror", url, "--no-record"], 2, "cannot be used with"),
        (vec!["--mirror", url, "--record", "/dev/null"], 3, "--mirror: the recording has no file"),
        (vec!["--mirror", url, "--copies"], 2, "copies are not forwarded"),
        (vec!["--mirror", url, "--forward-key", "k"], 2, "without --forward URL"),
        (vec!["--mirror", url, "--forward-connect-to", "x"], 2, "is not an address"),
    ] {
        let mut all = vec!["tail", "--listen", "127.0.0.1:0"];
        all.extend(&flags);
        let ran = command(home.path()).args(&all).output().expect("it runs");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(code), "{flags:?}: {said}");
        assert!(said.contains(want), "{flags:?}: {said}");
    }
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    let home = tempfile::tempdir().expect("a folder");
    let url = "http://127.0.0.1:9";
    for (variable, value, want) in [
        ("SEGSCOPE_FORWARD", url, "--mirror: a listener forwards or mirrors, not both"),
        ("SEGSCOPE_NO_RECORD", "true", "--mirror: requests are sent on from the recording"),
    ] {
        let mut ran = command(home.path());
        ran.env(variable, value).args(["tail", "--listen", "127.0.0.1:0", "--mirror", url]);
        let ran = ran.output().expect("it runs");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(2), "{said}");
        assert!(said.contains(want), "{said}");
    }
}

#[test]
fn refuses_to_mirror_to_itself() {
    let home = tempfile::tempdir().expect("a folder");
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = free.local_addr().expect("bound").to_string();
    drop(free);
    let args = ["tail", "--listen", &addr, "--mirror", &format!("http://{addr}")];
    let ran = command(home.path()).args(args).output().expect("it runs");
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(3), "{said}");
    assert!(said.contains("is this listener"), "{said}");
}
