//! A wrong upstream of `--forward` is refused at the start, with the flag and the reason.

use crate::rollout::ending;

#[test]
fn says_which_flag_is_wrong_and_why() {
    let home = tempfile::tempdir().expect("a folder");
    let url = "http://127.0.0.1:9";
    for (flags, code, want) in [
        (
            vec!["--forward", "ftp://x"],
            2,
            "--forward: `ftp://x` is not the URL of an upstream: expected http://",
        ),
        (vec!["--forward", "segmnt"], 2, "or one of segment, segment-eu"),
        (vec!["--forward", "http://x/v1"], 2, "expected no path"),
        (
            vec!["--forward", "http://127.0.0.1:99999"],
            2,
            "--forward: `http://127.0.0.1:99999` is not the URL of an upstream: expected a port",
        ),
        (vec!["--forward", "http://127.0.0.1:"], 2, "expected a port from 1 to 65535"),
        (vec!["--forward", "https://127.0.0.1:0"], 2, "expected a port from 1 to 65535"),
        (vec!["--forward", url, "--forward-cdn", "http://[::1]:99999"], 2, "--forward-cdn: "),
        (
            vec!["--forward", "http://nothing.invalid"],
            3,
            "the upstream nothing.invalid:80 cannot be found",
        ),
        (
            vec!["--forward", url, "--forward-connect-to", "x"],
            2,
            "--forward-connect-to: `x` is not an address",
        ),
        (vec!["--forward", url, "--forward-only", "event ="], 2, "--forward-only: "),
        (
            vec!["--forward", url, "--forward-only", "type = track"],
            2,
            "--forward-only: 1:8: `track` is read as a field; put text in quotes: `\"track\"`",
        ),
        (vec!["--forward", url, "--forward-only", "missing(user_id)"], 2, "before it is checked"),
        (vec!["--forward", url, "--forward-only", "status = 200"], 2, "before it is checked"),
        (
            vec!["--forward", url, "--forward-key", "a b"],
            2,
            "--forward-key: a write key has no blanks",
        ),
        (vec!["--forward", url, "--copies"], 2, "copies are not forwarded"),
        (
            vec!["--forward", url, "--forward-cdn", "segmnt"],
            2,
            "or one of segment, segment-eu, rudderstack",
        ),
        (
            vec!["--forward", url, "--forward-cdn", "http://nothing.invalid"],
            3,
            "--forward-cdn: the upstream nothing.invalid:80 cannot be found",
        ),
        (vec!["--forward", ""], 2, "--forward: expected a URL"),
        (vec!["--strict"], 2, "--strict: nothing is forwarded without --forward URL"),
        (vec!["--no-forwarded-for"], 2, "--no-forwarded-for: nothing is forwarded without"),
        (vec!["--forward-cdn", "segment"], 2, "nothing is forwarded without --forward URL"),
        (vec!["--forward-key", "k"], 2, "nothing is forwarded without --forward URL"),
    ] {
        let mut all = vec!["tail", "--listen", "127.0.0.1:0", "--no-record"];
        all.extend(&flags);
        let ran = ending(home.path()).args(&all).output().expect("it runs");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(code), "{flags:?}: {said}");
        assert!(said.contains(want), "{flags:?}: {said}");
    }
}

#[test]
fn refuses_to_forward_to_itself() {
    let home = tempfile::tempdir().expect("a folder");
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = free.local_addr().expect("bound").to_string();
    drop(free);
    let url = format!("http://{addr}");
    let args = ["tail", "--no-record", "--listen", &addr, "--forward", &url];
    let ran = ending(home.path()).args(args).output().expect("it runs");
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(3), "{said}");
    assert!(said.contains("is this listener"), "{said}");
}

#[test]
fn a_project_cannot_forward_what_its_user_sends() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("segscope.toml"), "forward = \"http://127.0.0.1:9\"\n")
        .expect("written");
    let ran = ending(home.path()).args(["config", "show"]).output().expect("it runs");
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("forward"), "it names the setting");
}
