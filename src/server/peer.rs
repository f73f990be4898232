//! Who a connection is with.

use crate::outbound::forward::ForwardedFor;
use std::net::IpAddr;

/// Marks a request that came over TLS.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OverTls;

/// Who a connection is with.
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
