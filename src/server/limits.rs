//! The limits of the listener.

use std::time::Duration;

/// The limits of the listener. Beyond them, a request or connection replaces an idle or slow one,
/// waits, or is refused with 429.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The maximum size of all bodies in memory, in bytes.
    pub memory: usize,
    /// The maximum time that a request waits for that memory.
    pub room_wait: Duration,
    /// The maximum number of open connections; further ones replace idle or slow ones. It is lower if the
    /// system allows fewer open files.
    pub connections: usize,
    /// The maximum time from the opening of a connection to its first byte.
    pub fresh: Duration,
    /// The time that a connection may be silent, a head or a body incomplete, or a response unsent,
    /// before the connection can be closed to make room for others.
    pub grace: Duration,
    /// The maximum time from the first byte of a request's head to its end.
    pub head: Duration,
    /// The maximum pause within a body.
    pub body_idle: Duration,
    /// The maximum time for a body.
    pub body_total: Duration,
    /// The maximum time between two requests on a connection, and the maximum time for which nothing more
    /// of a response could be sent.
    pub idle: Duration,
    /// The maximum number of open tunnels to other hosts; further ones are refused with 503.
    pub tunnels: usize,
    /// The maximum time that a tunnel may be silent.
    pub tunnel_idle: Duration,
    /// The maximum time that a tunnel may be silent after one side has ended.
    pub half_tunnel_idle: Duration,
    /// The maximum time for requests to end when the listener stops.
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
