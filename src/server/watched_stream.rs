//! The stream of a connection and the body of a response, which update the connection's phase.

use crate::server::connection_state::{Phase, PhaseCell, TLS_HANDSHAKE};
use crate::server::malformed::MAX_KEPT_HEAD_BYTES;
use crate::server::transport::Transport;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The maximum number of bytes of an answer of hyper that are held. Such an answer has a status line,
/// three headers and no body.
const MAX_HELD_ANSWER_BYTES: usize = 1024;

/// The stream of a connection, which updates the connection's phase.
pub(crate) struct WatchedStream {
    pub stream: Transport,
    pub watch: Arc<PhaseCell>,
    /// The beginning of the latest request head. If hyper refuses the request, nothing else is known of
    /// it.
    pub head: Vec<u8>,
    /// The answer of hyper to a request that it refused. It is sent once the request is recorded, so a
    /// client that has the answer finds the request in the counts.
    pub held_answer: Vec<u8>,
    /// The maximum number of bytes that are read at once.
    max_read: usize,
}

impl WatchedStream {
    pub fn new(stream: Transport, watch: Arc<PhaseCell>) -> WatchedStream {
        let (head, held_answer) = (Vec::new(), Vec::new());
        WatchedStream { stream, watch, head, held_answer, max_read: usize::MAX }
    }

    /// Limits the number of bytes that are read at once.
    pub fn with_max_read(self, max_read: usize) -> WatchedStream {
        WatchedStream { max_read, ..self }
    }

    /// Reads at most the limited number of bytes.
    fn poll_read_limited(
        &mut self,
        ctx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        if buf.remaining() <= self.max_read {
            return Pin::new(&mut self.stream).poll_read(ctx, buf);
        }
        let mut part = ReadBuf::new(buf.initialize_unfilled_to(self.max_read));
        let read = Pin::new(&mut self.stream).poll_read(ctx, &mut part);
        let count = part.filled().len();
        buf.advance(count);
        read
    }

    /// Appends bytes to the kept beginning of the head.
    fn keep(&mut self, bytes: &[u8]) {
        let room = MAX_KEPT_HEAD_BYTES.saturating_sub(self.head.len());
        self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// Appends bytes to the held answer, and returns how many.
    fn hold(&mut self, bytes: &[u8]) -> usize {
        let room = MAX_HELD_ANSWER_BYTES.saturating_sub(self.held_answer.len());
        let count = bytes.len().min(room);
        self.held_answer.extend_from_slice(&bytes[..count]);
        count
    }
}

impl AsyncRead for WatchedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        ctx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buf.filled().len();
        let is_plain = !self.stream.is_tls();
        let read = self.poll_read_limited(ctx, buf);
        if buf.filled().len() > before {
            match self.watch.phase().0 {
                Phase::Fresh if is_plain && buf.filled()[before] == TLS_HANDSHAKE => {
                    self.watch.set_tls();
                    // for hyper the connection ends here: the client could not read an HTTP response
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
                | Phase::Responding
                | Phase::Flushing
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
        ctx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        let phase = self.watch.phase().0;
        if matches!(phase, Phase::Head | Phase::Idle) {
            // no request was handed to the service, and everything before is sent
            return Poll::Ready(Ok(self.hold(buf)));
        }
        let written = Pin::new(&mut self.stream).poll_write(ctx, buf);
        if matches!(phase, Phase::Responding | Phase::Flushing)
            && matches!(written, Poll::Ready(Ok(1..)))
        {
            self.watch.enter(phase);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        // hyper calls this each time that it polls the connection, and does not read while a response is due
        if self.watch.is_waiting() && self.stream.is_ended_by_client(ctx) {
            self.watch.set_gone();
        }
        let flushed = Pin::new(&mut self.stream).poll_flush(ctx);
        // hyper flushes only if it has nothing left to write
        if self.watch.phase().0 == Phase::Flushing && matches!(flushed, Poll::Ready(Ok(()))) {
            self.watch.enter(Phase::Idle);
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        if !self.held_answer.is_empty() {
            // the stream is shut down once the held answer is sent
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(ctx)
    }
}

/// The body of a response. hyper drops it when it has read all of it.
pub(crate) struct WatchedBody<B> {
    body: B,
    watch: Arc<PhaseCell>,
}

impl<B> WatchedBody<B> {
    /// Wraps the body of a response that is now sent.
    pub fn new(body: B, watch: Arc<PhaseCell>) -> WatchedBody<B> {
        watch.enter(Phase::Responding);
        WatchedBody { body, watch }
    }
}

impl<B> Drop for WatchedBody<B> {
    fn drop(&mut self) {
        self.watch.enter(Phase::Flushing);
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for WatchedBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        ctx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(ctx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
