//! Makes room for new connections and bodies if there is none: idle or slow connections are closed,
//! first those that never sent a byte. So a client with something to send is answered, however many
//! connections others hold open.

use crate::server::connection_state::{Phase, PhaseCell, PhaseStart};
use crate::server::listener::Server;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

/// The part of all connections that is kept free: if fewer are free, connections are closed until
/// twice as many are.
const RESERVED_PART: usize = 16;
/// The maximum number of connections that are kept free.
const MAX_RESERVED: usize = 64;

/// The time after which a connection that never sent a byte may be closed: clients send at once.
const FRESH_GRACE: Duration = Duration::from_millis(250);

/// The interval at which closing is tried again while no connection could be closed.
const RETRY_INTERVAL: Duration = Duration::from_millis(50);

/// Returns the permit for one more connection, and closes others if few are left.
pub(crate) async fn for_connection(server: &Server) -> Option<OwnedSemaphorePermit> {
    loop {
        if server.connections.available_permits() <= server.reserved() {
            server.close_some_connections();
        }
        let acquire = Arc::clone(&server.connections).acquire_owned();
        if let Ok(permit) = timeout(RETRY_INTERVAL, acquire).await {
            // the semaphore is never closed
            return permit.ok();
        }
    }
}

impl Server {
    /// Returns the number of connections that are kept free for new ones.
    fn reserved(&self) -> usize {
        (self.most / RESERVED_PART).clamp(1, MAX_RESERVED)
    }

    /// Closes some of the connections that are idle or slow: first those that never sent a byte, then
    /// those whose head does not end, then those that wait for a next request or of whose response
    /// nothing could be sent, and if there are none of these, the slowest body. Of each kind, those that
    /// have been in that phase for longest come first.
    pub(crate) fn close_some_connections(&self) {
        self.clock.tick();
        let mut over: Vec<(usize, Duration, PhaseStart, Arc<PhaseCell>)> = Vec::new();
        let (mut has_new, mut closing) = (false, 0);
        for watch in self.watched().iter().filter_map(std::sync::Weak::upgrade) {
            if watch.is_over() {
                closing += 1;
                continue;
            }
            let (start, lasted) = watch.phase_start();
            let (rank, grace) = match start.phase() {
                Phase::Fresh => (0, FRESH_GRACE.min(self.limits.grace)),
                Phase::Head | Phase::Handshake => (1, self.limits.grace),
                Phase::Idle | Phase::Responding | Phase::Flushing => (2, self.limits.grace),
                Phase::Busy | Phase::Body | Phase::Tunnel | Phase::HalfTunnel => continue,
            };
            if lasted >= grace {
                over.push((rank, lasted, start, watch));
            } else {
                has_new |= start.phase() == Phase::Fresh;
            }
        }
        if has_new {
            // connections that were used stay open while there are new ones that will soon be old enough
            over.retain(|(rank, ..)| *rank == 0);
        }
        if over.is_empty() && !has_new {
            let cut = self.cut_slow_bodies(0);
            self.closed.fetch_add(cut, Ordering::Relaxed);
            return;
        }
        over.sort_unstable_by_key(|(rank, lasted, ..)| (*rank, std::cmp::Reverse(*lasted)));
        let free = self.connections.available_permits() + closing;
        over.truncate((2 * self.reserved()).saturating_sub(free));
        for (.., start, watch) in over {
            watch.end_in(start, true);
        }
    }

    /// Returns whether a connection that was told to end ends, and counts it if that makes room for
    /// others. If a request has arrived since it was told, the connection stays open.
    pub(crate) fn confirm_end(&self, watch: &PhaseCell) -> bool {
        let ends = watch.confirm_end();
        self.closed.fetch_add(u64::from(ends == Some(true)), Ordering::Relaxed);
        ends.is_some()
    }

    /// Makes the slowest bodies release `bytes` bytes of memory, but at least one body, and returns the
    /// number of bodies. Bodies that began within the grace time are left alone.
    pub(crate) fn cut_slow_bodies(&self, bytes: usize) -> u64 {
        self.clock.tick();
        let watched = self.watched();
        let slow = |watch: Arc<PhaseCell>| {
            let (lasted, rate, room) = watch.body()?;
            (lasted >= self.limits.grace).then_some((rate, room, watch))
        };
        let mut slow: Vec<_> =
            watched.iter().filter_map(std::sync::Weak::upgrade).filter_map(slow).collect();
        drop(watched);
        slow.sort_unstable_by_key(|(rate, ..)| *rate);
        let (mut freed, mut cut) = (0, 0);
        for (_, room, watch) in slow {
            watch.cut_body();
            (freed, cut) = (freed + room, cut + 1);
            if freed >= bytes {
                break;
            }
        }
        cut
    }
}
