//! Notices about connections that no request shows.

use std::net::SocketAddr;

/// An event on a connection that left no request behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ConnectionNotice {
    /// A client uses TLS on the plain port.
    Tls {
        /// The client.
        remote: SocketAddr,
    },
    /// Connections were closed to make room for new ones.
    Crowded {
        /// The number closed so far.
        closed: u64,
        /// The maximum number of open connections.
        most: usize,
    },
}

impl std::fmt::Display for ConnectionNotice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ConnectionNotice::Tls { remote } => write!(
                f,
                "{remote} speaks TLS (https), this port is plain: set the SDK's host to http://, or start segscope with --tls"
            ),
            ConnectionNotice::Crowded { closed, most } => write!(
                f,
                "{closed} idle or slow connections were closed to make room for new ones; at most {most} are open at a time"
            ),
        }
    }
}
