//! `run --intercept`: a command that is not changed.

use super::{ended, run_command};
use crate::common::{StandIn, wait_for};
use crate::tls::client::write_certificate;
use std::path::Path;
use std::process::Command;

/// `curl` as an app has it: with the real service's address, and without a word about a proxy.
const UNCHANGED: &str =
    r#"curl -sS https://api.segment.io/v1/track -u k: -d '{"event":"E","userId":"u"}'"#;

/// A script under `run --intercept`, on a machine that trusts one certificate.
fn intercepted(home: &Path, args: &[&str], script: &str) -> Command {
    let [system, _] = write_certificate(home, "system", (-1, 9));
    let all = [&["--intercept", "--fail-on", "never"], args].concat();
    let mut command = run_command(home, &all, script);
    command.env("SSL_CERT_FILE", system).env("SSL_CERT_DIR", home.join("none"));
    command
}

/// The value of a variable in what `env` prints.
fn value<'o>(output: &'o str, name: &str) -> Option<&'o str> {
    output.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
}

fn certificates(file: &str) -> usize {
    std::fs::read_to_string(file).expect("a file").matches("BEGIN CERTIFICATE").count()
}

#[test]
fn no_line_of_the_command_changes() {
    let home = tempfile::tempdir().expect("a folder");
    let record = home.path().join("r.ndjson");
    let args = ["--record", record.to_str().expect("text")];
    let (code, out, said) = ended(intercepted(home.path(), &args, UNCHANGED));
    assert_eq!(code, Some(0), "{said}");
    assert!(out.starts_with(r#"{"success": true}"#), "{out}{said}");
    assert!(out.contains("\n1 call: "), "{out}");
    let recorded = std::fs::read_to_string(record).expect("a recording");
    assert!(recorded.contains(r#""host":"api.segment.io""#), "{recorded}");
    // what is exported says that it came by https, and so it does when that is read again
    for (from, to) in [("r.ndjson", "a.har"), ("a.har", "b.har")] {
        let mut export = crate::common::command(home.path());
        let exported = export.args(["export", from, "--format", "har"]).output().expect("it runs");
        std::fs::write(home.path().join(to), exported.stdout).expect("written");
        let text = std::fs::read_to_string(home.path().join(to)).expect("a file");
        let url = r#""https://api.segment.io/v1/track""#;
        assert!(text.contains(url), "{to}: {text}");
    }
}

#[test]
fn the_variables_keep_what_the_command_trusted() {
    let home = tempfile::tempdir().expect("a folder");
    // the bundle is there only while the command runs
    let script = r#"env; printf 'COUNT='; grep -c 'BEGIN CERTIFICATE' "$SSL_CERT_FILE""#;
    let mut plain = intercepted(home.path(), &[], script);
    plain.env("NO_PROXY", "x.test");
    let (_, out, said) = ended(plain);
    let url = said.split_once("listening on ").expect("its address").1;
    let url = url.split_whitespace().next().expect("a URL");
    for name in ["HTTPS_PROXY", "https_proxy", "SEGSCOPE_URL"] {
        assert_eq!(value(&out, name), Some(url), "{out}");
    }
    assert_eq!(value(&out, "NO_PROXY"), Some("x.test"));
    assert_eq!(value(&out, "NODE_USE_ENV_PROXY"), Some("1"));
    let bundle = value(&out, "SSL_CERT_FILE").expect("a file");
    assert_eq!(value(&out, "COUNT"), Some("2"), "the system's and ours");
    assert!(bundle.contains("/tls/run-bundle-") && !Path::new(bundle).exists(), "{bundle}");
    for name in ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"] {
        assert_eq!(value(&out, name), Some(bundle), "{out}");
    }
    let added = value(&out, "NODE_EXTRA_CA_CERTS").expect("a file");
    assert!(added.ends_with("/tls/rootCA.pem") && certificates(added) == 1, "{added}");

    let [own, _] = write_certificate(home.path(), "own", (-1, 9));
    let mut with_own = intercepted(home.path(), &[], script);
    with_own
        .env("NODE_EXTRA_CA_CERTS", &own)
        .env("REQUESTS_CA_BUNDLE", home.path().join("none.pem"));
    let (_, out, said) = ended(with_own);
    assert_eq!(value(&out, "NODE_EXTRA_CA_CERTS"), value(&out, "SSL_CERT_FILE"), "{out}");
    assert_eq!(value(&out, "COUNT"), Some("3"), "{out}");
    assert!(said.contains("none.pem could not be read"), "{said}");

    let (_, out, _) = ended(run_command(home.path(), &["--fail-on", "never"], "env"));
    for name in ["HTTPS_PROXY", "NODE_USE_ENV_PROXY", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"] {
        assert_eq!(value(&out, name), None, "only with --intercept");
    }
}

#[test]
fn the_certificates_stay_while_the_command_of_a_killed_segscope_lives() {
    let home = tempfile::tempdir().expect("a folder");
    let [own, _] = write_certificate(home.path(), "own", (-1, 9));
    // the second run needs other certificates, and removes the files that nobody uses
    let second = format!(
        "NODE_EXTRA_CA_CERTS={own} {} run --intercept -- sh -c 'echo SECOND=$SSL_CERT_FILE'",
        env!("CARGO_BIN_EXE_segscope")
    );
    let script = format!(
        "trap '' TERM; kill -KILL $PPID; echo FIRST=$SSL_CERT_FILE; {second}; \
         test -e $SSL_CERT_FILE && echo IT=stays"
    );
    let (code, out, said) = ended(intercepted(home.path(), &[], &script));
    assert_eq!(code, None, "segscope was killed: {out}{said}");
    let first = value(&out, "FIRST").expect("a file");
    assert_ne!(value(&out, "SECOND").expect("a file"), first);
    assert_eq!(value(&out, "IT"), Some("stays"), "{out}{said}");
    wait_for("the next run removes the file when the command has ended", || {
        ended(intercepted(home.path(), &[], "true"));
        (!Path::new(first).exists()).then_some(())
    });
}

#[test]
fn other_hosts_are_passed_through_and_told_of() {
    let home = tempfile::tempdir().expect("a folder");
    let host = StandIn::start();
    let record = home.path().join("r.ndjson");
    let args = ["--record", record.to_str().expect("text")];
    let script =
        format!("curl -sS --proxytunnel -x $HTTPS_PROXY http://{}/x -d secret", host.address);
    let (code, _, said) = ended(intercepted(home.path(), &args, &script));
    assert_eq!(code, Some(0), "{said}");
    assert!(host.requests()[0].contains("secret"), "{:?}", host.requests());
    assert!(said.contains("1 connection to other hosts passed through, unread"), "{said}");
    assert!(said.contains("must send to SEGSCOPE_URL") && said.contains("or use HTTPS_PROXY"));
    let recorded = std::fs::read_to_string(record).unwrap_or_default();
    assert!(!recorded.contains("secret"), "{recorded}");
}

#[test]
fn says_which_hosts_the_command_reaches_without_it() {
    let home = tempfile::tempdir().expect("a folder");
    let mut command = intercepted(home.path(), &[], "true");
    command.env("NO_PROXY", "localhost,.segment.io");
    let (_, _, said) = ended(command);
    assert!(said.contains("NO_PROXY exempts api.segment.io: "), "{said}");
    let (_, _, said) = ended(intercepted(home.path(), &[], "true"));
    assert!(!said.contains("exempts"), "{said}");
}

#[test]
fn what_cannot_be_intercepted_is_said_before_the_command_begins() {
    let home = tempfile::tempdir().expect("a folder");
    for (args, want, code) in [
        (&["--allow-remote"][..], "the proxy works on loopback only", 2),
        (&["--intercept-host", "a b"], "`a b` is not a host", 2),
        (&["--listen", "0.0.0.0:0"], "--intercept works on loopback only", 3),
    ] {
        let (found, out, said) = ended(intercepted(home.path(), args, "echo begun"));
        assert_eq!((found, out.as_str()), (Some(code), ""), "{said}");
        assert!(said.contains(want), "{said}");
    }
    let (code, out, said) =
        ended(run_command(home.path(), &["--intercept-host", "x.test"], "echo begun"));
    assert_eq!((code, out.as_str()), (Some(2), ""), "{said}");
    assert!(said.contains("nothing is decrypted without --intercept"), "{said}");
    // a bundle without the system's certificates would cut the command off from all other hosts
    let mut command = intercepted(home.path(), &[], "echo begun");
    command.env("SSL_CERT_FILE", home.path().join("none.pem"));
    let (code, out, said) = ended(command);
    assert_eq!((code, out.as_str()), (Some(3), ""), "{said}");
    assert!(said.contains("install the package ca-certificates"), "{said}");
}

#[test]
fn the_settings_alone_do_not_change_the_command() {
    let home = tempfile::tempdir().expect("a folder");
    let config = home.path().join("own.toml");
    std::fs::write(&config, "intercept = true\n").expect("written");
    let args = ["--config", config.to_str().expect("text"), "--fail-on", "never"];
    let (_, out, said) = ended(run_command(home.path(), &args, "env"));
    assert_eq!(value(&out, "HTTPS_PROXY"), None, "{said}");
}
