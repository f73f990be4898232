//! What the listener counts.

use crate::server::intercept::TunnelCounts;

/// The counters of the listener.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListenerCounts {
    /// Open connections.
    pub connections: usize,
    /// TLS hellos on the plain port.
    pub tls_hellos: u64,
    /// TLS connections that failed in the handshake, or ended right after it.
    pub tls_failed: u64,
    /// Requests answered 429 because the memory for bodies was used up.
    pub turned_away: u64,
    /// Requests whose body stopped arriving.
    pub too_slow: u64,
    /// Connections that were closed to make room for new ones.
    pub closed: u64,
    /// Tunnels to other hosts.
    pub tunnels: TunnelCounts,
}
