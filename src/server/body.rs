//! Reads a body within limits: of its size, of the memory of all bodies, and of time.

use crate::server::body_error::BodyError;
use crate::server::connection_state::{Phase, PhaseCell};
use crate::server::listener::Server;
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

/// The maximum number of bytes that are recorded of a body that is refused or not read to its end.
const MAX_KEPT_BODY_BYTES: usize = 64 * 1024;

/// The part of the memory limit that is reserved before the first byte of a body arrives. A declared
/// length is no reason to reserve more: a slow sender may declare much and send nothing.
const FIRST_RESERVE_BYTES: usize = 16 * 1024;

/// The maximum size of the buffer of a body, in multiples of its part of the memory limit.
const MAX_BUFFER_FACTOR: usize = 4;

/// The maximum length to which a refused body is read on, so that its sender gets to read the
/// response.
const MAX_DISCARD_BYTES: u64 = 64 << 20;
/// The maximum time for reading on a refused body.
const DISCARD_TIMEOUT: Duration = Duration::from_secs(10);

/// The interval at which a request that waits for memory checks for bodies that have become slow.
const ROOM_POLL_INTERVAL: Duration = Duration::from_millis(100);

/// The `Retry-After` of a request for which there is no memory, in seconds.
const RETRY_AFTER_S: u32 = 1;

/// The number of bytes that one permit of the memory limit stands for.
const PERMIT_BYTES: usize = 1024;

/// Creates the semaphore that limits the memory of all bodies.
pub(crate) fn room(bytes: usize) -> Semaphore {
    Semaphore::new((bytes / PERMIT_BYTES).clamp(1, Semaphore::MAX_PERMITS))
}

/// The result of reading a body.
pub(crate) enum ReadBody<'r> {
    /// The complete body. Dropping the permit releases its memory.
    Whole(BodyBytes, Option<SemaphorePermit<'r>>),
    /// The beginning of a body that was not read to its end.
    Cut(Vec<u8>, BodyError),
}

/// The bytes of a body: as the connection's buffer holds them, or assembled.
pub(crate) enum BodyBytes {
    /// One piece, not copied.
    Piece(Bytes),
    /// Several pieces.
    Copied(Vec<u8>),
}

impl BodyBytes {
    /// Returns the bytes without copying them.
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

/// Reads a body of at most `limit` bytes. `invited` says that the sender waits for a `100 Continue`, so
/// that it does not send a body that is refused at once.
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
            if invited { (Vec::new(), None) } else { reader.discard_rest(Vec::new(), 0).await };
        return ReadBody::Cut(kept, reader.too_large(Some(length)));
    }
    let first =
        declared.map_or(FIRST_RESERVE_BYTES, |length| (length as usize).min(FIRST_RESERVE_BYTES));
    if reader.reserve(first).await.is_err() {
        return reader.refuse_busy(Vec::new(), invited).await;
    }
    reader.run().await
}

struct BodyReader<'w, 'r> {
    body: Incoming,
    limit: usize,
    declared: Option<u64>,
    server: &'r Server,
    watch: &'w PhaseCell,
    /// The number of bytes that the permit covers.
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
        // most bodies arrive together with their heads and need no timer
        let mut ready = self.poll_ready().await;
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
                    self.watch.note_body(whole.len(), self.held.next_multiple_of(PERMIT_BYTES));
                    self.next_until(deadline.min(now + limits.body_idle)).await
                }
            };
            let data = match frame {
                Err(TooSlow) => {
                    whole.truncate(MAX_KEPT_BODY_BYTES);
                    whole.shrink_to_fit();
                    return ReadBody::Cut(whole, BodyError::TooSlow);
                }
                Ok(None) => return ReadBody::Whole(BodyBytes::Copied(whole), self.permit),
                Ok(Some(Err(error))) => {
                    let received = whole.len() as u64;
                    let gone = BodyError::ClientGone { received, declared: self.declared };
                    let trouble = malformed::body(&error).unwrap_or(gone);
                    whole.truncate(MAX_KEPT_BODY_BYTES);
                    whole.shrink_to_fit();
                    return ReadBody::Cut(whole, trouble);
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
                whole.extend_from_slice(
                    &data[..data.len().min(MAX_KEPT_BODY_BYTES.saturating_sub(whole.len()))],
                );
                whole.truncate(MAX_KEPT_BODY_BYTES);
                whole.shrink_to_fit();
                let (kept, rest) = self.discard_rest(whole, length as u64).await;
                return ReadBody::Cut(kept, self.too_large(rest));
            }
            if length > self.held {
                // the buffer doubles, but never beyond the length that the body can still reach
                let most = self.declared.map_or(self.limit, |all| all as usize);
                let wanted = (self.held * 2).max(length).min(most.max(length));
                if self.reserve(wanted).await.is_err() {
                    return self.refuse_busy(whole, false).await;
                }
            }
            // a buffer that grows in small steps would leave many smaller ones behind, and memory is
            // taken from the system only when it is written to
            let max = self.held.saturating_mul(MAX_BUFFER_FACTOR);
            let expected = self.declared.map_or(0, |all| (all as usize).min(max));
            whole.reserve_exact(self.held.max(expected) - whole.len());
            whole.extend_from_slice(&data);
        }
    }

    /// Returns the next piece, or the end. It is an error if it does not arrive in time, or if the
    /// eviction of slow bodies needs the memory.
    async fn next_until(&mut self, end: Instant) -> Result<Next, TooSlow> {
        tokio::select! {
            biased;
            frame = timeout_at(end, self.body.frame()) => frame.map_err(|_| TooSlow),
            () = self.watch.until_cut() => Err(TooSlow),
        }
    }

    /// Returns the next piece, or the end, if it has already arrived.
    async fn poll_ready(&mut self) -> Option<Next> {
        poll_fn(|context| match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(frame) => Poll::Ready(Some(frame)),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }

    /// Reserves memory for `bytes` bytes in all. If there is none, it waits for a short time.
    async fn reserve(&mut self, bytes: usize) -> Result<(), Full> {
        let more =
            bytes.div_ceil(PERMIT_BYTES).saturating_sub(self.held.div_ceil(PERMIT_BYTES)) as u32;
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

    /// Waits for memory, and makes slow bodies release theirs.
    async fn wait_for_room(&self, permits: u32) -> Result<SemaphorePermit<'r>, Full> {
        let is_slow = self.watch.phase().0 == Phase::Body;
        // while this body waits for memory, its sender is not to blame that nothing more of it arrives
        self.watch.enter(Phase::Busy);
        let end = Instant::now() + self.server.limits.room_wait;
        let mut acquire = std::pin::pin!(self.server.room.acquire_many(permits));
        let acquired = loop {
            let lacking = (permits as usize).saturating_sub(self.server.room.available_permits());
            self.server.cut_slow_bodies(lacking * PERMIT_BYTES);
            let now = Instant::now();
            match timeout_at(end.min(now + ROOM_POLL_INTERVAL), &mut acquire).await {
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

    async fn refuse_busy(mut self, mut kept: Vec<u8>, invited: bool) -> ReadBody<'r> {
        kept.truncate(MAX_KEPT_BODY_BYTES);
        kept.shrink_to_fit();
        // the memory is for bodies that can go on
        self.permit = None;
        if !invited {
            (kept, _) = self.discard_rest(kept, 0).await;
        }
        ReadBody::Cut(kept, BodyError::Busy { retry_after: RETRY_AFTER_S })
    }

    /// Reads on and keeps only the beginning. Returns that, and the length of the body if it ended.
    async fn discard_rest(&mut self, mut kept: Vec<u8>, seen: u64) -> (Vec<u8>, Option<u64>) {
        self.permit = None;
        self.watch.enter_body();
        let mut length = seen;
        let keep = seen == 0 && kept.is_empty();
        let end = Instant::now() + DISCARD_TIMEOUT.min(self.server.limits.body_total);
        while length < MAX_DISCARD_BYTES {
            self.watch.note_body(length as usize, 0);
            match self.next_until(end).await {
                Ok(None) => return (kept, Some(length)),
                Ok(Some(Ok(frame))) => {
                    let Ok(data) = frame.into_data() else { continue };
                    length += data.len() as u64;
                    if keep && kept.len() < MAX_KEPT_BODY_BYTES {
                        kept.extend_from_slice(
                            &data[..data.len().min(MAX_KEPT_BODY_BYTES - kept.len())],
                        );
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
