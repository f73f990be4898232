//! A client that speaks TLS, and files for it.

use rcgen::{CertificateParams, KeyPair};
use segscope::tls::{LocalAuthority, ServerCertificates};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::server::client::DEADLINE;

/// A stream to a listener, with TLS.
pub type TlsClient = StreamOwned<ClientConnection, TcpStream>;

/// An authority in a folder of its own.
pub fn authority(folder: &Path) -> Arc<LocalAuthority> {
    Arc::new(LocalAuthority::open(&folder.join("tls")).expect("an authority").0)
}

/// The certificates that an authority signs.
pub fn signed_by(authority: &Arc<LocalAuthority>) -> Option<Arc<ServerCertificates>> {
    Some(Arc::new(ServerCertificates::from_authority(Arc::clone(authority))))
}

/// Trusts what an authority signs; with none, nothing.
pub fn trusting(authority: Option<&LocalAuthority>) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    if let Some(authority) = authority {
        let root = CertificateDer::from_pem_slice(authority.root_pem().as_bytes());
        roots.add(root.expect("a certificate")).expect("a root");
    }
    Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

/// Makes a TLS connection that asks for a name; an error if there is none.
pub fn connect(
    addr: SocketAddr,
    config: Arc<ClientConfig>,
    name: &str,
) -> std::io::Result<TlsClient> {
    let stream = TcpStream::connect(addr)?;
    handshake(stream, config, name)
}

/// Makes a TLS connection over one that is there.
pub fn handshake(
    mut stream: TcpStream,
    config: Arc<ClientConfig>,
    name: &str,
) -> std::io::Result<TlsClient> {
    stream.set_read_timeout(Some(DEADLINE))?;
    let name = name.to_owned().try_into().expect("a name");
    let mut tls = ClientConnection::new(config, name).expect("a client");
    while tls.is_handshaking() {
        tls.complete_io(&mut stream)?;
    }
    Ok(StreamOwned::new(tls, stream))
}

/// Sends a request that ends its connection, and returns all that comes back.
pub fn ask(client: &mut TlsClient, method: &str, path: &str, body: &str) -> String {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    client.write_all(request.as_bytes()).expect("the listener takes it");
    rest(client)
}

/// Reads all that comes.
pub fn rest(client: &mut TlsClient) -> String {
    let mut answer = Vec::new();
    // an end without a goodbye is an end too
    let _ = client.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// Writes a certificate for localhost, which is its own issuer, and its key; the days are relative to
/// today.
pub fn write_certificate(folder: &Path, name: &str, (from, until): (i64, i64)) -> [String; 2] {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    let day = |days: i64| {
        let date = jiff::Zoned::now().date() + jiff::Span::new().days(days);
        rcgen::date_time_ymd(date.year().into(), date.month() as u8, date.day() as u8)
    };
    (params.not_before, params.not_after) = (day(from), day(until));
    let certificate = params.self_signed(&key).expect("signed");
    let files = [format!("{name}.pem"), format!("{name}-key.pem")];
    let files = files.map(|file| folder.join(file).to_str().expect("text").to_owned());
    std::fs::write(&files[0], pem("CERTIFICATE", certificate.der())).expect("written");
    std::fs::write(&files[1], pem("PRIVATE KEY", &key.serialize_der())).expect("written");
    files
}

fn pem(kind: &str, der: &[u8]) -> String {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN {kind}-----\n{text}\n-----END {kind}-----\n")
}
