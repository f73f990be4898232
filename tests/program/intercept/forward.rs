//! With `--forward`, what an app sends to a tracking host still arrives at the real service.

use super::fixture::{CALL, connect};
use crate::common::{Program, command};
use crate::tls::client::{ask, handshake, trusting, write_certificate};
use segscope::tls::LocalAuthority;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A service with https that takes every request; what it gets is sent to the test.
fn https_service(certificate: &str, key: &str) -> (SocketAddr, Receiver<(String, Vec<u8>)>) {
    let read = |file: &str| std::fs::read(file).expect("a file");
    let chain = vec![CertificateDer::from_pem_slice(&read(certificate)).expect("a certificate")];
    let key = PrivateKeyDer::from_pem_slice(&read(key)).expect("a key");
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key);
    let config = Arc::new(config.expect("a server"));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = listener.local_addr().expect("bound");
    let (sender, received) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let tls = ServerConnection::new(Arc::clone(&config)).expect("a connection");
            let mut stream = BufReader::new(StreamOwned::new(tls, stream.expect("a connection")));
            while let Some(request) = read_request(&mut stream) {
                // the test may have ended
                let _ = sender.send(request);
                let answer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Real: yes\r\n\r\nreal";
                stream.get_mut().write_all(answer.as_bytes()).expect("sent");
            }
        }
    });
    (addr, received)
}

/// The head and the body of a request; none at the end.
fn read_request(stream: &mut impl BufRead) -> Option<(String, Vec<u8>)> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then(|| value.parse().expect("a number"))
    });
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).ok()?;
    Some((head, body))
}

fn authority(home: &Path) -> LocalAuthority {
    LocalAuthority::open(&home.join(".local/state/segscope/tls")).expect("an authority").0
}

#[test]
fn the_apps_data_arrives_and_the_proxy_does_not_ask_itself() {
    let home = tempfile::tempdir().expect("a folder");
    let [certificate, key] = write_certificate(home.path(), "service", (-1, 9));
    let (service, received) = https_service(&certificate, &key);
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = free.local_addr().expect("bound");
    drop(free);
    let recording = home.path().join("r.ndjson");
    let mut segscope = command(home.path());
    segscope
        .args(["tail", "--intercept", "--listen", &addr.to_string(), "--format", "ndjson"])
        .args(["--forward", &format!("https://localhost:{}", service.port())])
        .args(["--record", recording.to_str().expect("text")])
        .env("SSL_CERT_FILE", &certificate)
        // as in the shell of a developer who set it for the app
        .env("HTTPS_PROXY", format!("http://{addr}"));
    let mut segscope = Program::spawn(segscope);
    let (answer, stream) = connect(addr, "api.segment.io:443");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let trusted = trusting(Some(&authority(home.path())));
    let mut client = handshake(stream, trusted, "api.segment.io").expect("TLS");
    let answer = ask(&mut client, "POST", "/v1/track", CALL);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("X-Real: yes") && answer.ends_with("real"), "{answer}");
    let (head, body) = received.recv_timeout(crate::server::client::DEADLINE).expect("a request");
    assert_eq!(body, CALL.as_bytes());
    assert!(head.starts_with("POST /v1/track HTTP/1.1\r\n"), "{head}");
    assert!(head.contains(&format!("Host: localhost:{}\r\n", service.port())), "{head}");
    assert!(head.to_ascii_lowercase().contains("x-forwarded-proto: https\r\n"), "{head}");
    // another host is reached directly, too
    let (other, thread) = super::fixture::host(b"other".to_vec());
    let (answer, mut stream) = connect(addr, &other.to_string());
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    stream.shutdown(std::net::Shutdown::Write).expect("a socket");
    let mut rest = String::new();
    stream.read_to_string(&mut rest).expect("text");
    assert_eq!((rest.as_str(), thread.join().expect("no panic").len()), ("other", 0));
    segscope.end();
    let said = segscope.last_words();
    let told = format!(
        "requests for api.segment.io are forwarded to https://localhost:{}",
        service.port()
    );
    assert!(said.contains(&told), "{said}");
    let recorded = std::fs::read_to_string(&recording).expect("a recording");
    assert_eq!(recorded.matches("\"/v1/track\"").count(), 1, "{recorded}");
    assert!(recorded.contains("\"forwarded\":true,\"tls\":true"), "{recorded}");
    assert!(!recorded.contains(&other.to_string()), "{recorded}");
}

#[test]
fn other_hosts_are_reached_through_the_proxy_of_the_environment() {
    let home = tempfile::tempdir().expect("a folder");
    // a proxy that says what it was asked for
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let proxy = listener.local_addr().expect("bound");
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let head = super::fixture::head(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nhello").expect("sent");
        head
    });
    let mut segscope = command(home.path());
    segscope
        .args(["tail", "--intercept", "--listen", "127.0.0.1:0", "--no-record"])
        .env("HTTPS_PROXY", format!("http://user:pass@{proxy}"));
    let segscope = Program::spawn(segscope);
    let addr = segscope.address.parse().expect("an address");
    let (answer, mut stream) = connect(addr, "shop.test:443");
    assert!(answer.starts_with("HTTP/1.1 200 Connection established"), "{answer}");
    let mut hello = [0; 5];
    stream.read_exact(&mut hello).expect("bytes");
    assert_eq!(&hello, b"hello");
    let asked = asked.join().expect("no panic");
    assert!(asked.starts_with("CONNECT shop.test:443 HTTP/1.1\r\n"), "{asked}");
    assert!(asked.to_ascii_lowercase().contains("proxy-authorization: basic"), "{asked}");
}
