//! Certificates of the user's own.

use super::client::{ask, connect, write_certificate};
use crate::common::command;
use crate::server::client::start_with;
use segscope::engine::IngestOptions;
use segscope::server::{Listen, Options};
use segscope::tls::ServerCertificates;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

#[test]
fn is_shown_whatever_name_a_client_asks_for() {
    let home = tempfile::tempdir().expect("a folder");
    let [certificate, key] = write_certificate(home.path(), "own", (-1, 30));
    let own = ServerCertificates::from_files(Path::new(&certificate), Path::new(&key));
    let certificates = Some(Arc::new(own.expect("a certificate")));
    let listen = Listen::parse("0", false).expect("a port");
    let running = start_with(
        Options { listen, certificates, ..Options::default() },
        IngestOptions::default(),
    );
    let mut roots = RootCertStore::empty();
    let root = std::fs::read(&certificate).expect("a file");
    roots.add(CertificateDer::from_pem_slice(&root).expect("a certificate")).expect("a root");
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let config = Arc::new(config);
    let addr = running.listener.addr();
    let mut client = connect(addr, Arc::clone(&config), "localhost").expect("TLS");
    assert!(ask(&mut client, "GET", "/health", "").starts_with("HTTP/1.1 200 OK"));
    connect(addr, config, "app.test").expect_err("it is not for this name");
}

#[test]
fn says_which_file_is_wrong_and_why() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path();
    let [good, good_key] = write_certificate(folder, "good", (-1, 30));
    let [_, other_key] = write_certificate(folder, "other", (-1, 30));
    let [old, old_key] = write_certificate(folder, "old", (-30, -2));
    let [early, early_key] = write_certificate(folder, "early", (2, 30));
    let none = folder.join("none.pem").to_str().expect("text").to_owned();
    let text = folder.join("text.pem").to_str().expect("text").to_owned();
    std::fs::write(&text, "no PEM\n").expect("written");
    let locked = folder.join("locked.pem").to_str().expect("text").to_owned();
    let encrypted =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAo=\n-----END ENCRYPTED PRIVATE KEY-----\n";
    std::fs::write(&locked, encrypted).expect("written");
    let broken = folder.join("broken.pem").to_str().expect("text").to_owned();
    std::fs::write(&broken, "-----BEGIN CERTIFICATE-----\nMAo=\n-----END CERTIFICATE-----\n")
        .expect("written");
    for (certificate, key, want) in [
        (
            Some(&good),
            None,
            "--tls-cert: a certificate needs its private key; name it with --tls-key",
        ),
        (None, Some(&good_key), "--tls-key: a private key needs its certificate"),
        (Some(&none), Some(&good_key), "none.pem could not be read: No such file"),
        (Some(&good), Some(&none), "--tls-key: "),
        (Some(&text), Some(&good_key), "text.pem holds no certificate; expected PEM"),
        (Some(&good_key), Some(&good_key), "good-key.pem holds no certificate"),
        (Some(&broken), Some(&good_key), "broken.pem holds a certificate that cannot be read"),
        (Some(&good), Some(&text), "text.pem holds no private key; expected PEM"),
        (Some(&good), Some(&locked), "that is not encrypted"),
        (Some(&good), Some(&other_key), "other-key.pem is not the key of the certificate"),
        (Some(&old), Some(&old_key), "old.pem expired on 20"),
        (Some(&early), Some(&early_key), "early.pem is valid only from 20"),
    ] {
        let mut args = vec!["tail", "--listen", "127.0.0.1:0", "--no-record"];
        certificate.iter().for_each(|file| args.extend(["--tls-cert", file.as_str()]));
        key.iter().for_each(|file| args.extend(["--tls-key", file.as_str()]));
        let ran = command(folder).args(&args).output().expect("it runs");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(want), "{args:?}: {said}");
    }
}
