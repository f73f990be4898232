//! The bounds of the listener.

use std::time::Duration;

/// The bounds of the listener. What is beyond takes the place of what is idle or slow, waits, or is
/// turned away with 429.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of all bodies in memory together.
    pub memory: usize,
    /// How long a request waits for room in it.
    pub room_wait: Duration,
    /// Open connections; further ones take the place of those that are idle or slow. Fewer, if the
    /// system gives fewer files.
    pub connections: usize,
    /// How long a connection may be open before its first byte.
    pub fresh: Duration,
    /// How long a connection may be silent, a head or a body incomplete, before it can be closed to
    /// make room for others.
    pub grace: Duration,
    /// How long a request's head may take from its first byte on.
    pub head: Duration,
    /// How long a body may pause.
    pub body_idle: Duration,
    /// How long a body may take in all.
    pub body_total: Duration,
    /// How long a connection may be silent between two requests.
    pub idle: Duration,
    /// Open tunnels to other hosts; further ones are refused with 503.
    pub tunnels: usize,
    /// How long a tunnel may be silent.
    pub tunnel_idle: Duration,
    /// How long it may be silent after one side has ended.
    pub half_tunnel_idle: Duration,
    /// How long requests may take to end when the listener stops.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            memory: 64 << 20,
            room_wait: Duration::from_secs(2),
            connections: 10_000,
            fresh: Duration::from_secs(10),
            grace: Duration::from_secs(2),
            head: Duration::from_secs(10),
            body_idle: Duration::from_secs(30),
            body_total: Duration::from_secs(300),
            idle: Duration::from_secs(300),
            tunnels: 1024,
            tunnel_idle: Duration::from_secs(3600),
            half_tunnel_idle: Duration::from_secs(30),
            drain: Duration::from_secs(1),
        }
    }
}
