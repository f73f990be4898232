//! The beginning of a connection, before HTTP: determines whether the client uses TLS, and whether it
//! asks for a connection to another host.

use crate::server::connection_state::{Phase, PhaseCell, TLS_HANDSHAKE};
use crate::server::handshake::{self, HandshakeFailure};
use crate::server::intercept::{self, ConnectedClient};
use crate::server::listener::Server;
use crate::server::transport::Transport;
use crate::tls::ServerCertificates;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::sync::watch;

/// The first byte of CONNECT. No method that an SDK uses begins with it.
const CONNECT: u8 = b'C';

/// A connection that is ready for requests.
pub(crate) struct OpenedConnection {
    pub transport: Transport,
    /// The certificates, one of which the client received.
    pub certificates: Option<Arc<ServerCertificates>>,
    /// The tracking host for which the client asked the proxy.
    pub host: Option<String>,
}

impl OpenedConnection {
    fn plain(stream: TcpStream, host: Option<String>) -> OpenedConnection {
        OpenedConnection { transport: Transport::Plain(stream), certificates: None, host }
    }
}

/// Opens a connection; none if it ends before HTTP begins.
pub(crate) async fn open(
    server: &Server,
    stream: TcpStream,
    remote: SocketAddr,
    watch: &PhaseCell,
    stop: &mut watch::Receiver<bool>,
) -> Option<OpenedConnection> {
    if server.certificates.is_none() && server.interceptor.is_none() {
        return Some(OpenedConnection::plain(stream, None));
    }
    let mut opening = pin!(open_any(server, stream, remote, watch));
    loop {
        tokio::select! {
            biased;
            opened = &mut opening => return opened,
            () = watch.over.notified() => {
                if server.confirm_end(watch) {
                    break;
                }
            }
            _ = stop.changed() => return None,
        }
    }
    let certificates = server.shown_certificates();
    if let Some(certificates) = certificates.filter(|_| watch.phase().0 == Phase::Handshake) {
        let failure = HandshakeFailure::TooSlow;
        server.saw_failed_handshake(&failure, remote, None, certificates);
    }
    None
}

/// Opens a connection according to its first byte.
async fn open_any(
    server: &Server,
    stream: TcpStream,
    remote: SocketAddr,
    watch: &PhaseCell,
) -> Option<OpenedConnection> {
    let first = first_byte(&stream).await?;
    if let Some(certificates) = &server.certificates
        && first == TLS_HANDSHAKE
    {
        return open_tls(server, stream, remote, watch, (certificates, None)).await;
    }
    if let Some(interceptor) = &server.interceptor
        && first == CONNECT
    {
        let connected = intercept::answer(server, interceptor, stream, watch).await?;
        let ConnectedClient { stream, host, certificates } = connected;
        return match first_byte(&stream).await? {
            TLS_HANDSHAKE => {
                open_tls(server, stream, remote, watch, (&certificates, Some(host))).await
            }
            _ => Some(OpenedConnection::plain(stream, Some(host))),
        };
    }
    Some(OpenedConnection::plain(stream, None))
}

/// Opens a TLS connection, to a tracking host behind the listener or to the listener itself.
async fn open_tls(
    server: &Server,
    stream: TcpStream,
    remote: SocketAddr,
    watch: &PhaseCell,
    (certificates, host): (&Arc<ServerCertificates>, Option<String>),
) -> Option<OpenedConnection> {
    watch.enter(Phase::Handshake);
    match handshake::accept(stream, certificates, host.as_deref()).await {
        Ok(transport) => {
            watch.enter(Phase::Fresh);
            let certificates = Some(Arc::clone(certificates));
            Some(OpenedConnection { transport, certificates, host })
        }
        Err(failure) => {
            server.saw_failed_handshake(&failure, remote, host.as_deref(), certificates);
            None
        }
    }
}

/// Waits for the first byte without consuming it; none if the connection ends before.
async fn first_byte(stream: &TcpStream) -> Option<u8> {
    let mut byte = [0];
    match stream.peek(&mut byte).await {
        Ok(1..) => Some(byte[0]),
        Ok(0) | Err(_) => None,
    }
}
