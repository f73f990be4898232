//! A connection's stream that knows what the connection is doing: whether a request has begun and
//! since when, and whether the client speaks TLS. The server looks at this once in a while, which
//! costs a busy connection nothing; a timer for each request would.

use crate::server::malformed::KEPT_OF_HEAD_BYTES;
use crate::server::transport::Transport;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It has never sent a byte.
    Fresh,
    /// Between two requests.
    Idle,
    /// A request's head is coming in.
    Head,
    /// A request is being taken.
    Busy,
    /// A request's body has not come with its head, and is waited for.
    Body,
    /// A TLS handshake is going on.
    Handshake,
    /// Bytes go through to another host.
    Tunnel,
    /// They go through in one direction: the other one has ended.
    HalfTunnel,
}

const PHASES: [Phase; 8] = [
    Phase::Fresh,
    Phase::Idle,
    Phase::Head,
    Phase::Busy,
    Phase::Body,
    Phase::Handshake,
    Phase::Tunnel,
    Phase::HalfTunnel,
];

/// So many bits of a state are its phase.
const PHASE_BITS: u32 = 3;

/// The first byte of a TLS hello; no HTTP method begins with it.
pub(crate) const TLS_HANDSHAKE: u8 = 0x16;

/// The time as of the server's latest look at its connections: to ask the system's clock three
/// times a request would cost more than it tells.
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

    /// Looks at the system's clock.
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
    /// The clock's time when the phase began, and in the lowest bits the phase.
    state: AtomicU64,
    tls: AtomicBool,
    ended: AtomicBool,
    /// Told when the connection has taken too long.
    pub over: Notify,
    /// How much of the body has come, and how much room it holds, while it is waited for.
    body_bytes: AtomicU64,
    body_room: AtomicU64,
    is_cut: AtomicBool,
    /// The answer may take long, so it is watched whether the client is still there.
    is_waiting: AtomicBool,
    is_gone: AtomicBool,
    is_reset: AtomicBool,
    /// Told when the body must make room for others.
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
        // once a connection: what is new must not look old
        watch.clock.tick();
        watch.enter(Phase::Fresh);
        watch
    }

    pub fn enter(&self, phase: Phase) {
        self.state.store(self.clock.now_ms() << PHASE_BITS | phase as u64, Ordering::Relaxed);
    }

    /// The phase, and for how long it has lasted.
    pub fn phase(&self) -> (Phase, Duration) {
        let state = self.state.load(Ordering::Relaxed);
        let lasted = self.clock.now_ms().saturating_sub(state >> PHASE_BITS);
        let phase = state & ((1 << PHASE_BITS) - 1);
        (PHASES[phase as usize], Duration::from_millis(lasted))
    }

    /// The body is waited for from now on.
    pub fn enter_body(&self) {
        self.is_cut.store(false, Ordering::Relaxed);
        self.clock.tick();
        self.enter(Phase::Body);
    }

    /// Notes how much of the body has come, and how much room it holds.
    pub fn note_body(&self, bytes: usize, room: usize) {
        self.body_bytes.store(bytes as u64, Ordering::Relaxed);
        self.body_room.store(room as u64, Ordering::Relaxed);
    }

    /// While a body is waited for and need not make room yet: for how long, how many bytes of it came
    /// a second, and how much room it holds.
    pub fn body(&self) -> Option<(Duration, u64, usize)> {
        let (Phase::Body, lasted) = self.phase() else { return None };
        if self.is_cut.load(Ordering::Relaxed) {
            return None;
        }
        let rate =
            self.body_bytes.load(Ordering::Relaxed) * 1000 / (lasted.as_millis() as u64).max(1);
        Some((lasted, rate, self.body_room.load(Ordering::Relaxed) as usize))
    }

    /// Makes the body give back its room: it is read no further.
    pub fn cut_body(&self) {
        self.is_cut.store(true, Ordering::Relaxed);
        self.cut.notify_one();
    }

    /// Waits until the body must make room.
    pub async fn until_cut(&self) {
        // an earlier body on the connection may have been told too late
        while !self.is_cut.load(Ordering::Relaxed) {
            self.cut.notified().await;
        }
    }

    /// Begins or ends to watch whether the client is still there.
    pub fn set_waiting(&self, is_waiting: bool) {
        self.is_gone.store(false, Ordering::Relaxed);
        self.is_waiting.store(is_waiting, Ordering::Relaxed);
    }

    /// Whether the client has ended its side while that was watched.
    pub fn is_gone(&self) -> bool {
        self.is_gone.load(Ordering::Relaxed)
    }

    /// Resets the connection when it ends.
    pub fn reset(&self) {
        self.is_reset.store(true, Ordering::Relaxed);
    }

    /// Whether the connection is reset when it ends.
    pub fn is_reset(&self) -> bool {
        self.is_reset.load(Ordering::Relaxed)
    }

    /// Notes that the connection has taken too long.
    pub fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    /// Whether the connection has taken too long.
    pub fn is_over(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    pub fn is_tls(&self) -> bool {
        self.tls.load(Ordering::Relaxed)
    }
}

/// The stream of a watched connection.
pub(crate) struct WatchedStream {
    pub stream: Transport,
    pub watch: Arc<PhaseCell>,
    /// The beginning of the request whose head came last: where HTTP refuses it, nothing else is
    /// known of it.
    pub head: Vec<u8>,
}

impl WatchedStream {
    /// Keeps the beginning of a head that goes on with these bytes.
    fn keep(&mut self, bytes: &[u8]) {
        let room = KEPT_OF_HEAD_BYTES.saturating_sub(self.head.len());
        self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

impl AsyncRead for WatchedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        evaluation: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buf.filled().len();
        let is_plain = !self.stream.is_tls();
        let read = Pin::new(&mut self.stream).poll_read(evaluation, buf);
        if buf.filled().len() > before {
            match self.watch.phase().0 {
                Phase::Fresh if is_plain && buf.filled()[before] == TLS_HANDSHAKE => {
                    self.watch.tls.store(true, Ordering::Relaxed);
                    // to HTTP the connection ends here: there is nothing to answer in its language
                    buf.set_filled(before);
                }
                Phase::Fresh | Phase::Idle => {
                    self.watch.enter(Phase::Head);
                    self.head.clear();
                    self.keep(&buf.filled()[before..]);
                }
                Phase::Head => self.keep(&buf.filled()[before..]),
                Phase::Busy
                | Phase::Body
                | Phase::Handshake
                | Phase::Tunnel
                | Phase::HalfTunnel => {}
            }
        }
        read
    }
}

impl AsyncWrite for WatchedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        evaluation: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(evaluation, buf)
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        evaluation: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        // hyper comes here each time that it looks at the connection, and does not read meanwhile
        if self.watch.is_waiting.load(Ordering::Relaxed)
            && self.stream.is_ended_by_client(evaluation)
        {
            self.watch.is_gone.store(true, Ordering::Relaxed);
        }
        Pin::new(&mut self.stream).poll_flush(evaluation)
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        evaluation: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(evaluation)
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
