//! Counters of the listener.

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

/// The counts of a proxy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TunnelCounts {
    /// Tunnels that are open.
    pub open: u64,
    /// Tunnels so far.
    pub all: u64,
    /// Tunnels that were refused because there were too many.
    pub refused: u64,
    /// Tunnels whose host could not be connected to.
    pub unreachable: u64,
    /// Requests by http to other hosts, which were refused.
    pub http_refused: u64,
}
