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
    /// The response is being sent. The phase begins again each time that some of it could be sent.
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

/// The value of [`PhaseCell::end_at`] while the connection is not to end.
const NO_END: u64 = u64::MAX;

/// A phase and the time at which it began, which tell it from the phases after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PhaseStart(u64);

impl PhaseStart {
    /// Returns the phase.
    pub fn phase(self) -> Phase {
        PHASES[(self.0 & ((1 << PHASE_BITS) - 1)) as usize]
    }
}

/// A connection's phase, shared between its task and the server.
#[derive(Debug)]
pub(crate) struct PhaseCell {
    clock: Arc<CoarseClock>,
    /// The time at which the phase began, with the phase in the lowest bits.
    state: AtomicU64,
    tls: AtomicBool,
    /// The state of the phase in which the connection is to end, or [`NO_END`].
    end_at: AtomicU64,
    /// True if the connection is to end to make room for others.
    makes_room: AtomicBool,
    /// Notified when the connection is to end.
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
            end_at: AtomicU64::new(NO_END),
            makes_room: AtomicBool::new(false),
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
        let (start, lasted) = self.phase_start();
        (start.phase(), lasted)
    }

    /// Returns the phase with its beginning, and how long it has lasted.
    pub fn phase_start(&self) -> (PhaseStart, Duration) {
        let state = self.state.load(Ordering::Relaxed);
        let lasted = self.clock.now_ms().saturating_sub(state >> PHASE_BITS);
        (PhaseStart(state), Duration::from_millis(lasted))
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

    /// Tells the connection to end because of a phase that takes too long. If `makes_room` is true, it
    /// makes room for others.
    pub fn end_in(&self, start: PhaseStart, makes_room: bool) {
        self.makes_room.store(makes_room, Ordering::Relaxed);
        self.end_at.store(start.0, Ordering::Release);
        self.over.notify_one();
    }

    /// Returns whether the connection makes room for others, if it is still in the phase because of
    /// which it was told to end. Otherwise it stays open, and the result is `None`.
    pub fn confirm_end(&self) -> Option<bool> {
        let end_at = self.end_at.load(Ordering::Acquire);
        if end_at == self.state.load(Ordering::Relaxed) {
            return Some(self.makes_room.load(Ordering::Relaxed));
        }
        // it may have been told again meanwhile, because of a later phase
        let _ = self.end_at.compare_exchange(end_at, NO_END, Ordering::Relaxed, Ordering::Relaxed);
        None
    }

    /// Returns true if the connection was told to end.
    pub fn is_over(&self) -> bool {
        self.end_at.load(Ordering::Relaxed) != NO_END
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

    #[test]
    fn a_connection_ends_only_in_the_phase_because_of_which_it_was_told_to() {
        let clock = Arc::new(CoarseClock::new(Instant::now()));
        let watch = PhaseCell::new(Arc::clone(&clock));
        watch.enter(Phase::Idle);
        watch.end_in(watch.phase_start().0, true);
        assert_eq!((watch.is_over(), watch.confirm_end()), (true, Some(true)));
        // a request arrived before the connection noticed
        watch.enter(Phase::Busy);
        assert_eq!((watch.confirm_end(), watch.is_over()), (None, false));
        // a later pause is another one
        watch.enter(Phase::Idle);
        let idle = watch.phase_start().0;
        watch.end_in(idle, true);
        watch.enter(Phase::Busy);
        clock.now_ms.fetch_add(1, Ordering::Relaxed);
        watch.enter(Phase::Idle);
        assert_eq!((watch.confirm_end(), watch.is_over()), (None, false));
        watch.end_in(watch.phase_start().0, false);
        assert_eq!(watch.confirm_end(), Some(false));
    }
}
