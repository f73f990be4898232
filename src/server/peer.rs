//! The client at the other end of a connection.

use crate::outbound::forward::ForwardedFor;
use std::net::IpAddr;

/// The mark of a request that arrived over TLS.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OverTls;

/// The client at the other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    pub ip: IpAddr,
    /// True if the client is on this machine.
    pub is_here: bool,
    /// True if the connection is encrypted.
    pub is_tls: bool,
}

impl Peer {
    /// Returns the values for the forwarding headers that an upstream gets.
    pub fn as_forwarded(self) -> ForwardedFor {
        ForwardedFor { client: self.ip, scheme: if self.is_tls { "https" } else { "http" } }
    }
}
