//! The state of a connection: its phase, since when, and whether the client uses TLS. The server
//! checks the states of all connections once in a while, which costs a busy connection nothing, unlike
//! a timer for each request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// The phase of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The client has not sent a byte.
    Fresh,
    /// Between two requests.
    Idle,
    /// The head of a request is arriving.
    Head,
    /// A request is being handled.
    Busy,
    /// The body of a request did not arrive with its head and is awaited.
    Body,
    /// The response is being sent. The phase begins again each time that the client takes some of it.
    Responding,
    /// The end of the response is ready, and not all of it is sent.
    Flushing,
    /// A TLS handshake is going on.
    Handshake,
    /// A tunnel to another host is open.
    Tunnel,
    /// A tunnel is open in one direction; the other has ended.
    HalfTunnel,
}

const PHASES: [Phase; 10] = [
    Phase::Fresh,
    Phase::Idle,
    Phase::Head,
    Phase::Busy,
    Phase::Body,
    Phase::Responding,
    Phase::Flushing,
    Phase::Handshake,
    Phase::Tunnel,
    Phase::HalfTunnel,
];

/// The number of bits of a state that hold its phase.
const PHASE_BITS: u32 = 4;

/// The first byte of a TLS handshake; no HTTP method begins with it.
pub(crate) const TLS_HANDSHAKE: u8 = 0x16;

/// The time of the server's latest check of its connections. Reading the system's clock three times
/// per request would cost more than the precision is worth.
#[derive(Debug)]
pub(crate) struct CoarseClock {
    epoch: Instant,
    now_ms: AtomicU64,
}

impl CoarseClock {
    pub fn new(epoch: Instant) -> CoarseClock {
        let clock = CoarseClock { epoch, now_ms: AtomicU64::new(0) };
        clock.tick();
        clock
    }

    /// Reads the system's clock.
    pub fn tick(&self) {
        self.now_ms.store(self.epoch.elapsed().as_millis() as u64, Ordering::Relaxed);
    }

    fn now_ms(&self) -> u64 {
        self.now_ms.load(Ordering::Relaxed)
    }
}

/// A connection's phase, shared between its task and the server.
#[derive(Debug)]
pub(crate) struct PhaseCell {
    clock: Arc<CoarseClock>,
    /// The time at which the phase began, with the phase in the lowest bits.
    state: AtomicU64,
    tls: AtomicBool,
    ended: AtomicBool,
    /// Notified when the connection has taken too long.
    pub over: Notify,
    /// The number of bytes of the body that arrived, and the memory that it holds, while it is awaited.
    body_bytes: AtomicU64,
    body_room: AtomicU64,
    is_cut: AtomicBool,
    /// True while a response may take long, so that the stream checks whether the client still waits.
    is_waiting: AtomicBool,
    is_gone: AtomicBool,
    is_reset: AtomicBool,
    /// Notified when the body must release its memory.
    cut: Notify,
}

impl PhaseCell {
    pub fn new(clock: Arc<CoarseClock>) -> PhaseCell {
        let watch = PhaseCell {
            clock,
            state: AtomicU64::new(0),
            tls: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            over: Notify::new(),
            body_bytes: AtomicU64::new(0),
            body_room: AtomicU64::new(0),
            is_cut: AtomicBool::new(false),
            is_waiting: AtomicBool::new(false),
            is_gone: AtomicBool::new(false),
            is_reset: AtomicBool::new(false),
            cut: Notify::new(),
        };
        // once per connection, so that a new one does not look old
        watch.clock.tick();
        watch.enter(Phase::Fresh);
        watch
    }

    pub fn enter(&self, phase: Phase) {
        self.state.store(self.clock.now_ms() << PHASE_BITS | phase as u64, Ordering::Relaxed);
    }

    /// Returns the phase, and how long it has lasted.
    pub fn phase(&self) -> (Phase, Duration) {
        let state = self.state.load(Ordering::Relaxed);
        let lasted = self.clock.now_ms().saturating_sub(state >> PHASE_BITS);
        let phase = state & ((1 << PHASE_BITS) - 1);
        (PHASES[phase as usize], Duration::from_millis(lasted))
    }

    /// Enters the phase in which the body is awaited.
    pub fn enter_body(&self) {
        self.is_cut.store(false, Ordering::Relaxed);
        self.clock.tick();
        self.enter(Phase::Body);
    }

    /// Sets the number of bytes of the body that arrived, and the memory that it holds.
    pub fn note_body(&self, bytes: usize, room: usize) {
        self.body_bytes.store(bytes as u64, Ordering::Relaxed);
        self.body_room.store(room as u64, Ordering::Relaxed);
    }

    /// Returns how long a body has been awaited, its rate in bytes per second, and the memory that it
    /// holds; none if no body is awaited or if it has to release its memory already.
    pub fn body(&self) -> Option<(Duration, u64, usize)> {
        let (Phase::Body, lasted) = self.phase() else { return None };
        if self.is_cut.load(Ordering::Relaxed) {
            return None;
        }
        let rate =
            self.body_bytes.load(Ordering::Relaxed) * 1000 / (lasted.as_millis() as u64).max(1);
        Some((lasted, rate, self.body_room.load(Ordering::Relaxed) as usize))
    }

    /// Makes the body release its memory: it is read no further.
    pub fn cut_body(&self) {
        self.is_cut.store(true, Ordering::Relaxed);
        self.cut.notify_one();
    }

    /// Waits until the body has to release its memory.
    pub async fn until_cut(&self) {
        // the notification may be a late one for an earlier body on this connection
        while !self.is_cut.load(Ordering::Relaxed) {
            self.cut.notified().await;
        }
    }

    /// Starts or stops to check whether the client still waits.
    pub fn set_waiting(&self, is_waiting: bool) {
        self.is_gone.store(false, Ordering::Relaxed);
        self.is_waiting.store(is_waiting, Ordering::Relaxed);
    }

    /// Returns true while the stream is to check whether the client still waits.
    pub fn is_waiting(&self) -> bool {
        self.is_waiting.load(Ordering::Relaxed)
    }

    /// Marks the client as one that has closed its side.
    pub fn set_gone(&self) {
        self.is_gone.store(true, Ordering::Relaxed);
    }

    /// Returns true if the client has closed its side during such a check.
    pub fn is_gone(&self) -> bool {
        self.is_gone.load(Ordering::Relaxed)
    }

    /// Marks the connection to be reset when it ends.
    pub fn reset(&self) {
        self.is_reset.store(true, Ordering::Relaxed);
    }

    /// Returns true if the connection is to be reset when it ends.
    pub fn is_reset(&self) -> bool {
        self.is_reset.load(Ordering::Relaxed)
    }

    /// Marks the connection as one that has taken too long.
    pub fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    /// Returns true if the connection has taken too long.
    pub fn is_over(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// Marks the connection as one whose client speaks TLS to a stream without it.
    pub fn set_tls(&self) {
        self.tls.store(true, Ordering::Relaxed);
    }

    pub fn is_tls(&self) -> bool {
        self.tls.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_is_kept_with_its_beginning() {
        let clock = Arc::new(CoarseClock::new(Instant::now() - Duration::from_secs(60)));
        let watch = PhaseCell::new(Arc::clone(&clock));
        assert_eq!(watch.phase().0, Phase::Fresh);
        for phase in PHASES {
            watch.enter(phase);
            assert_eq!(watch.phase(), (phase, Duration::ZERO));
        }
        watch.enter(Phase::Head);
        clock.now_ms.fetch_add(5_000, Ordering::Relaxed);
        assert_eq!(watch.phase(), (Phase::Head, Duration::from_secs(5)));
        clock.tick();
        assert!(watch.phase().1 < Duration::from_secs(30), "counted from when it began");
    }
}
