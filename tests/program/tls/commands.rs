//! `segscope tls`.

use crate::common::command;
use std::path::Path;
use std::process::Output;

fn run(home: &Path, args: &[&str]) -> Output {
    command(home).arg("tls").args(args).output().expect("it runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

#[test]
fn prints_the_file_of_the_ca_for_scripts() {
    let home = tempfile::tempdir().expect("a folder");
    let first = run(home.path(), &["ca-file"]);
    let file = stdout(&first);
    assert!(file.ends_with("/segscope/tls/rootCA.pem\n"), "{file}");
    assert!(Path::new(file.trim_end()).is_file());
    let said = String::from_utf8_lossy(&first.stderr).into_owned();
    assert!(said.starts_with("created a new local CA at "), "{said}");
    let second = run(home.path(), &["ca-file"]);
    assert_eq!((stdout(&second), second.stderr.len()), (file.clone(), 0), "it stays");
    // the store that the variable names takes the place of the system's
    let [certificate, _] = super::client::write_certificate(home.path(), "system", (-1, 9));
    let bundle = command(home.path())
        .args(["tls", "ca-file", "--bundle"])
        .env("SSL_CERT_FILE", &certificate)
        .output()
        .expect("it runs");
    let bundle = std::fs::read_to_string(stdout(&bundle).trim_end()).expect("a file");
    assert_eq!(bundle.matches("BEGIN CERTIFICATE").count(), 2, "{bundle}");
    let own = std::fs::read_to_string(file.trim_end()).expect("a file");
    assert!(bundle.ends_with(&own), "{bundle}");
    let none = command(home.path())
        .args(["tls", "ca-file", "--bundle"])
        .env("SSL_CERT_FILE", home.path().join("none.pem"))
        .env("SSL_CERT_DIR", home.path().join("none"))
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&none.stderr).into_owned();
    assert_eq!(none.status.code(), Some(3), "{said}");
    assert!(said.contains("the system's trusted certificates cannot be read"), "{said}");
}

#[test]
fn prints_what_to_do_on_each_system_and_for_each_runtime() {
    let home = tempfile::tempdir().expect("a folder");
    let trust = stdout(&run(home.path(), &["trust"]));
    let file = home.path().join("state/segscope/tls/rootCA.pem");
    for want in [
        "The local CA is segscope development CA ",
        "update-ca-certificates",
        "update-ca-trust extract",
        "trust extract-compat",
        "security add-trusted-cert -d -k /Library/Keychains/System.keychain",
        "certutil -addstore -f ROOT",
        "NODE_EXTRA_CA_CERTS=",
        "SSL_CERT_FILE=\"$(segscope tls ca-file --bundle)\"",
        "REQUESTS_CA_BUNDLE=",
        "curl.cainfo",
        "keytool -importcert",
        "networkSecurityConfig",
        "Certificate Trust Settings",
    ] {
        assert!(trust.contains(want), "{want}: {trust}");
    }
    assert!(trust.contains("tls/rootCA.pem"), "{}: {trust}", file.display());
    let untrust = stdout(&run(home.path(), &["untrust"]));
    for want in ["security remove-trusted-cert", "certutil -delstore ROOT", "keytool -delete"] {
        assert!(untrust.contains(want), "{want}: {untrust}");
    }
}

#[test]
fn there_is_nothing_to_undo_before_there_is_a_ca() {
    let home = tempfile::tempdir().expect("a folder");
    for args in [&["untrust"][..], &["untrust", "--apply"]] {
        let ran = run(home.path(), args);
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(2), "{said}");
        assert!(said.contains("there is no local CA in "), "{said}");
    }
}

#[test]
fn a_project_cannot_turn_tls_on() {
    let home = tempfile::tempdir().expect("a folder");
    for line in ["tls = true", "tls_cert = \"x\"", "tls_key = \"x\""] {
        std::fs::write(home.path().join("segscope.toml"), line).expect("written");
        let ran = command(home.path()).args(["config", "show"]).output().expect("it runs");
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(2), "{line}: {said}");
        assert!(said.contains("segscope.toml:1"), "{line}: {said}");
    }
}
