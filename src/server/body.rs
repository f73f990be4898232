//! Reading a body within bounds: of its own size, of all bodies in memory together, and of time.

use crate::server::body_error::BodyError;
use crate::server::connection_state::{Phase, PhaseCell};
use crate::server::listener_thread::Server;
use crate::server::malformed;
use crate::wire::{Refusal, RefusalReason};
use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Frame, Incoming};
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

/// Of a body over its limit this much is kept for the recording.
const KEPT: usize = 64 * 1024;

/// What a body gets room for before its first byte is here, and the least that is asked for later.
/// A declared length is no reason to hold room: a slow sender declares much and sends nothing.
const STEP: usize = 16 * 1024;

/// A body that is not wanted is read on this far, so that its sender gets to see the answer.
const THROWN_AWAY: u64 = 64 << 20;
const THROWN_AWAY_IN: Duration = Duration::from_secs(10);

/// How often a request that waits for room looks for bodies that are slow by now.
const ROOM_LOOK_INTERVAL: Duration = Duration::from_millis(100);

/// How much later a sender is asked to come back.
const RETRY_AFTER: u32 = 1;

/// The permits of the memory bound are for so many bytes each.
const UNIT: usize = 1024;

/// The room of all bodies together.
pub(crate) fn room(bytes: usize) -> Semaphore {
    Semaphore::new((bytes / UNIT).clamp(1, Semaphore::MAX_PERMITS))
}

/// A body, or what became of it.
pub(crate) enum ReadBody<'r> {
    /// It is whole. The room is given back with the permit.
    Whole(BodyBytes, Option<SemaphorePermit<'r>>),
    /// It was not read to its end; this much is kept of it.
    Cut(Vec<u8>, BodyError),
    /// The client went away.
    Gone,
}

/// A body's bytes: as the connection's buffer holds them, or put together.
pub(crate) enum BodyBytes {
    /// One piece, not copied.
    Piece(Bytes),
    /// Several pieces.
    Copied(Vec<u8>),
}

impl BodyBytes {
    /// The bytes, not copied.
    pub fn into_bytes(self) -> Bytes {
        match self {
            BodyBytes::Piece(bytes) => bytes,
            BodyBytes::Copied(bytes) => bytes.into(),
        }
    }
}

impl std::ops::Deref for BodyBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            BodyBytes::Piece(bytes) => bytes,
            BodyBytes::Copied(bytes) => bytes,
        }
    }
}

/// Reads a body of at most `limit` bytes. `invited`: the sender waits for a `100 Continue` and will
/// not send what is refused at once.
pub(crate) async fn read<'r>(
    body: Incoming,
    limit: usize,
    invited: bool,
    server: &'r Server,
    watch: &PhaseCell,
) -> ReadBody<'r> {
    let declared = body.size_hint().exact();
    if declared == Some(0) {
        return ReadBody::Whole(BodyBytes::Piece(Bytes::new()), None);
    }
    let mut reader = BodyReader { body, limit, declared, server, watch, held: 0, permit: None };
    if let Some(length) = declared.filter(|length| *length > limit as u64) {
        let (kept, _) =
            if invited { (Vec::new(), None) } else { reader.throw_away(Vec::new(), 0).await };
        return ReadBody::Cut(kept, reader.too_large(Some(length)));
    }
    let first = declared.map_or(STEP, |length| (length as usize).min(STEP));
    if reader.hold(first).await.is_err() {
        return reader.busy(Vec::new(), invited).await;
    }
    reader.run().await
}

struct BodyReader<'w, 'r> {
    body: Incoming,
    limit: usize,
    declared: Option<u64>,
    server: &'r Server,
    watch: &'w PhaseCell,
    /// For how many bytes there is a permit.
    held: usize,
    permit: Option<SemaphorePermit<'r>>,
}

struct Full;

struct TooSlow;

/// A piece of a body; none at its end.
type Next = Option<Result<Frame<Bytes>, hyper::Error>>;

impl<'r> BodyReader<'_, 'r> {
    async fn run(mut self) -> ReadBody<'r> {
        let mut whole = Vec::new();
        // most bodies have come with their heads, and need no clock
        let mut ready = self.ready().await;
        let mut deadline = None;
        loop {
            let frame = match ready.take() {
                Some(frame) => Ok(frame),
                None => {
                    let (now, limits) = (Instant::now(), &self.server.limits);
                    let deadline = *deadline.get_or_insert_with(|| {
                        self.watch.enter_body();
                        now + limits.body_total
                    });
                    self.watch.note_body(whole.len(), self.held.next_multiple_of(UNIT));
                    self.next_until(deadline.min(now + limits.body_idle)).await
                }
            };
            let data = match frame {
                Err(TooSlow) => {
                    whole.truncate(KEPT);
                    whole.shrink_to_fit();
                    return ReadBody::Cut(whole, BodyError::TooSlow);
                }
                Ok(None) => return ReadBody::Whole(BodyBytes::Copied(whole), self.permit),
                Ok(Some(Err(error))) => {
                    return match malformed::body(&error) {
                        Some(trouble) => {
                            whole.truncate(KEPT);
                            whole.shrink_to_fit();
                            ReadBody::Cut(whole, trouble)
                        }
                        None => ReadBody::Gone,
                    };
                }
                Ok(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => data,
                    Err(_) => continue, // trailers
                },
            };
            if whole.is_empty() && self.declared == Some(data.len() as u64) {
                return ReadBody::Whole(BodyBytes::Piece(data), self.permit);
            }
            let length = whole.len() + data.len();
            if length > self.limit {
                whole.extend_from_slice(&data[..data.len().min(KEPT.saturating_sub(whole.len()))]);
                whole.truncate(KEPT);
                whole.shrink_to_fit();
                let (kept, rest) = self.throw_away(whole, length as u64).await;
                return ReadBody::Cut(kept, self.too_large(rest));
            }
            if length > self.held {
                // grown by doubling, never past what can still come
                let most = self.declared.map_or(self.limit, |all| all as usize);
                let wanted = (self.held * 2).max(length).min(most.max(length));
                if self.hold(wanted).await.is_err() {
                    return self.busy(whole, false).await;
                }
            }
            whole.reserve_exact(self.held - whole.len());
            whole.extend_from_slice(&data);
        }
    }

    /// The next piece, or the end. An error if it does not come in time, or if others need its room.
    async fn next_until(&mut self, end: Instant) -> Result<Next, TooSlow> {
        tokio::select! {
            biased;
            frame = timeout_at(end, self.body.frame()) => frame.map_err(|_| TooSlow),
            () = self.watch.until_cut() => Err(TooSlow),
        }
    }

    /// The next piece, or the end, if it is here by now.
    async fn ready(&mut self) -> Option<Next> {
        poll_fn(|context| match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(frame) => Poll::Ready(Some(frame)),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }

    /// Takes room for so many bytes in all, waiting a little where there is none.
    async fn hold(&mut self, bytes: usize) -> Result<(), Full> {
        let more = bytes.div_ceil(UNIT).saturating_sub(self.held.div_ceil(UNIT)) as u32;
        let permit = match self.server.room.try_acquire_many(more) {
            Ok(permit) => permit,
            Err(_) => self.wait_for_room(more).await?,
        };
        self.held = bytes;
        match &mut self.permit {
            Some(held) => held.merge(permit),
            none => *none = Some(permit),
        }
        Ok(())
    }

    /// Waits for room, which slow bodies have to give back.
    async fn wait_for_room(&self, permits: u32) -> Result<SemaphorePermit<'r>, Full> {
        let is_slow = self.watch.phase().0 == Phase::Body;
        // that nothing more of it comes is not its sender's doing
        self.watch.enter(Phase::Busy);
        let end = Instant::now() + self.server.limits.room_wait;
        let mut acquire = std::pin::pin!(self.server.room.acquire_many(permits));
        let acquired = loop {
            let lacking = (permits as usize).saturating_sub(self.server.room.available_permits());
            self.server.cut_slow_bodies(lacking * UNIT);
            let now = Instant::now();
            match timeout_at(end.min(now + ROOM_LOOK_INTERVAL), &mut acquire).await {
                Ok(acquired) => break acquired.map_err(|_| Full),
                Err(_) if Instant::now() >= end => break Err(Full),
                Err(_) => {}
            }
        };
        if is_slow {
            self.watch.enter_body();
        }
        acquired
    }

    async fn busy(mut self, mut kept: Vec<u8>, invited: bool) -> ReadBody<'r> {
        kept.truncate(KEPT);
        kept.shrink_to_fit();
        // the room is for those who can go on
        self.permit = None;
        if !invited {
            (kept, _) = self.throw_away(kept, 0).await;
        }
        ReadBody::Cut(kept, BodyError::Busy { retry_after: RETRY_AFTER })
    }

    /// Reads on without keeping more than the beginning; tells how long the body was, if it ended.
    async fn throw_away(&mut self, mut kept: Vec<u8>, seen: u64) -> (Vec<u8>, Option<u64>) {
        self.permit = None;
        self.watch.enter_body();
        let mut length = seen;
        let keep = seen == 0 && kept.is_empty();
        let end = Instant::now() + THROWN_AWAY_IN.min(self.server.limits.body_total);
        while length < THROWN_AWAY {
            self.watch.note_body(length as usize, 0);
            match self.next_until(end).await {
                Ok(None) => return (kept, Some(length)),
                Ok(Some(Ok(frame))) => {
                    let Ok(data) = frame.into_data() else { continue };
                    length += data.len() as u64;
                    if keep && kept.len() < KEPT {
                        kept.extend_from_slice(&data[..data.len().min(KEPT - kept.len())]);
                    }
                }
                Ok(Some(Err(_))) | Err(TooSlow) => break,
            }
        }
        (kept, None)
    }

    fn too_large(&self, length: Option<u64>) -> BodyError {
        let shown = length.and_then(|length| usize::try_from(length).ok());
        let problem =
            RefusalReason::TooLarge { what: "any request", limit: self.limit, length: shown };
        BodyError::TooLarge { refusal: Refusal::new(problem), length }
    }
}
