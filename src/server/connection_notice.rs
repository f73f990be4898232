//! What the user is told of a connection that no request shows.

use std::net::SocketAddr;

/// What happened on a connection and left no request behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ConnectionNotice {
    /// A client speaks TLS to the plain port.
    Tls {
        /// The client.
        remote: SocketAddr,
    },
    /// Connections were closed to make room for new ones.
    Crowded {
        /// How many so far.
        closed: u64,
        /// How many may be open.
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
