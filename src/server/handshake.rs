//! TLS handshakes: the choice of the certificate, and the notices about failures.

use crate::call::text::visible;
use crate::server::listener::Server;
use crate::server::transport::Transport;
use crate::tls::ServerCertificates;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::net::TcpStream;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::rustls::server::Acceptor;
use tokio_rustls::rustls::{AlertDescription, Error};

/// The reason why a TLS connection brought no request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum HandshakeFailure {
    /// The client says that it does not accept the certificate.
    Untrusted,
    /// The client closed the connection, in the handshake or right after it, without a reason.
    Closed,
    /// The handshake did not end in time.
    TooSlow,
    /// Client and listener have no common protocol, or one of them broke it.
    Broken(String),
}

impl HandshakeFailure {
    /// Reads the error of a handshake.
    fn from_error(error: &io::Error) -> HandshakeFailure {
        let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<Error>());
        match cause {
            Some(Error::AlertReceived(
                AlertDescription::UnknownCA
                | AlertDescription::BadCertificate
                | AlertDescription::CertificateUnknown
                | AlertDescription::CertificateExpired
                | AlertDescription::UnsupportedCertificate,
            )) => HandshakeFailure::Untrusted,
            Some(Error::NoApplicationProtocol) => {
                let reason =
                    "the client does not speak HTTP/1.1, which is all that segscope speaks";
                HandshakeFailure::Broken(reason.to_owned())
            }
            Some(error) => HandshakeFailure::Broken(visible(&error.to_string()).into_owned()),
            // the connection ended without a TLS error
            None => HandshakeFailure::Closed,
        }
    }

    fn kind(&self) -> usize {
        match self {
            HandshakeFailure::Untrusted => 0,
            HandshakeFailure::Closed => 1,
            HandshakeFailure::TooSlow => 2,
            HandshakeFailure::Broken(_) => 3,
        }
    }

    /// Returns the notice for the user. `are_signed_here` is true for certificates of segscope's own
    /// authority.
    fn words(&self, remote: SocketAddr, host: Option<&str>, are_signed_here: bool) -> String {
        let host = host.map_or(String::new(), |host| format!(" for {}", visible(host)));
        let help = match are_signed_here {
            true => "`segscope tls trust` says what to do",
            false => "it must trust the one of tls_cert",
        };
        match self {
            HandshakeFailure::Untrusted => {
                format!("{remote} does not trust segscope's certificate{host}: {help}")
            }
            HandshakeFailure::Closed => format!(
                "{remote} closed a TLS connection{host} without a request; if its SDK reports a certificate error: {help}"
            ),
            HandshakeFailure::TooSlow => {
                format!("the TLS handshake with {remote}{host} did not end in time")
            }
            HandshakeFailure::Broken(reason) => {
                format!("the TLS handshake with {remote}{host} failed: {reason}")
            }
        }
    }
}

/// The number of failed handshakes, by kind.
#[derive(Debug, Default)]
pub(crate) struct FailedHandshakes([AtomicU64; 4]);

impl FailedHandshakes {
    /// Returns the number of all failed handshakes.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|count| count.load(Ordering::Relaxed)).sum()
    }
}

impl Server {
    /// Counts a handshake that failed. Notifies the user of the first of its kind, and each time that
    /// their number has doubled.
    pub(crate) fn saw_failed_handshake(
        &self,
        failure: &HandshakeFailure,
        remote: SocketAddr,
        host: Option<&str>,
        certificates: &ServerCertificates,
    ) {
        let count = self.failed_handshakes.0[failure.kind()].fetch_add(1, Ordering::Relaxed) + 1;
        if !count.is_power_of_two() {
            return;
        }
        tracing::warn!(kind = failure.kind(), count, "a TLS handshake failed");
        let words = failure.words(remote, host, certificates.are_signed_here());
        let so_far = if count > 1 { format!(" ({count} connections)") } else { String::new() };
        self.engine.notice(format!("{words}{so_far}"));
    }
}

/// Accepts a TLS connection. `host` is the tracking host for which the client asked the proxy; without
/// one the client connects to the listener itself.
pub(crate) async fn accept(
    stream: TcpStream,
    certificates: &ServerCertificates,
    host: Option<&str>,
) -> Result<Transport, HandshakeFailure> {
    let address = stream.local_addr().ok().map(|address| address.ip().to_canonical());
    let begun = LazyConfigAcceptor::new(Acceptor::default(), stream).await;
    let begun = begun.map_err(|error| HandshakeFailure::from_error(&error))?;
    let name = begun.client_hello().server_name().map(str::to_ascii_lowercase);
    let config = match host {
        Some(host) => certificates.for_host(name.as_deref().unwrap_or(host)),
        None => certificates.for_listener(name.as_deref(), address),
    };
    let config = config.map_err(|error| HandshakeFailure::Broken(error.to_string()))?;
    let stream = begun.into_stream(config).await;
    let stream = stream.map_err(|error| HandshakeFailure::from_error(&error))?;
    Ok(Transport::Tls(Box::new(stream)))
}
