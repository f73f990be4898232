//! The beginning of a connection, before HTTP: whether the client speaks TLS.

use crate::server::connection_state::{Phase, PhaseCell, TLS_HANDSHAKE};
use crate::server::handshake::{self, HandshakeFailure};
use crate::server::listener_thread::Server;
use crate::server::transport::Transport;
use crate::tls::ServerCertificates;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::sync::watch;

/// A connection on which requests can come.
pub(crate) struct OpenedConnection {
    pub transport: Transport,
    /// The certificates that the client saw one of.
    pub certificates: Option<Arc<ServerCertificates>>,
}

/// Opens a connection; none if it ends before HTTP begins.
pub(crate) async fn open(
    server: &Server,
    stream: TcpStream,
    remote: SocketAddr,
    watch: &PhaseCell,
    stop: &mut watch::Receiver<bool>,
) -> Option<OpenedConnection> {
    let Some(certificates) = &server.certificates else {
        return Some(OpenedConnection { transport: Transport::Plain(stream), certificates: None });
    };
    tokio::select! {
        biased;
        opened = open_either(server, stream, remote, watch, certificates) => opened,
        () = watch.over.notified() => {
            watch.end();
            // before the handshake, there was nothing to fail
            if watch.phase().0 == Phase::Head {
                let failure = HandshakeFailure::TooSlow;
                server.saw_failed_handshake(&failure, remote, None, certificates);
            }
            None
        }
        _ = stop.changed() => None,
    }
}

/// Opens a connection with TLS or without, as its first byte says.
async fn open_either(
    server: &Server,
    stream: TcpStream,
    remote: SocketAddr,
    watch: &PhaseCell,
    certificates: &Arc<ServerCertificates>,
) -> Option<OpenedConnection> {
    if first_byte(&stream).await? != TLS_HANDSHAKE {
        return Some(OpenedConnection { transport: Transport::Plain(stream), certificates: None });
    }
    // it may take as long as the head of a request
    watch.enter(Phase::Head);
    match handshake::accept(stream, certificates, None).await {
        Ok(transport) => {
            watch.enter(Phase::Fresh);
            Some(OpenedConnection { transport, certificates: Some(Arc::clone(certificates)) })
        }
        Err(failure) => {
            server.saw_failed_handshake(&failure, remote, None, certificates);
            None
        }
    }
}

/// Waits for the first byte and leaves it where it is; none if the connection ends before.
async fn first_byte(stream: &TcpStream) -> Option<u8> {
    let mut byte = [0];
    match stream.peek(&mut byte).await {
        Ok(1..) => Some(byte[0]),
        Ok(0) | Err(_) => None,
    }
}
