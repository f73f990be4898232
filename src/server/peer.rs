//! The client at the other end of a connection.

use crate::outbound::forward::ForwardedFor;
use std::net::IpAddr;

/// Marks a request that came over TLS.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OverTls;

/// The client at the other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    pub ip: IpAddr,
    /// It is this machine.
    pub is_here: bool,
    /// What it sends is encrypted.
    pub is_tls: bool,
}

impl Peer {
    /// What an upstream is told of it.
    pub fn as_forwarded(self) -> ForwardedFor {
        ForwardedFor { client: self.ip, scheme: if self.is_tls { "https" } else { "http" } }
    }
}
