//! The body of a response that a fault cuts off or slows down.

use hyper::body::{Body, Bytes, Frame, SizeHint};
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Sleep, sleep};

/// The number of pieces per second in which a slow body is sent.
const PIECES_PER_SECOND: u64 = 10;

/// The body of a response that a fault cuts off or slows down.
pub(crate) struct FaultBody {
    bytes: Bytes,
    /// The length that the response declares.
    whole: u64,
    pace: Option<Pace>,
    /// True if the first half was returned: hyper writes it before it gets the error.
    is_cut: bool,
}

struct Pace {
    piece_bytes: usize,
    interval: Duration,
    until: Pin<Box<Sleep>>,
}

impl FaultBody {
    /// Creates a body that fails after its first half.
    pub fn half(bytes: &Bytes) -> FaultBody {
        let whole = bytes.len() as u64;
        FaultBody { bytes: bytes.slice(..bytes.len() / 2), whole, pace: None, is_cut: false }
    }

    /// Creates a complete body that is sent with `rate` bytes per second.
    pub fn slow(bytes: Bytes, rate: u64) -> FaultBody {
        let piece_bytes = usize::try_from((rate / PIECES_PER_SECOND).max(1)).unwrap_or(usize::MAX);
        let interval = Duration::from_secs_f64(piece_bytes as f64 / rate.max(1) as f64);
        let pace = Pace { piece_bytes, interval, until: Box::pin(sleep(interval)) };
        FaultBody { whole: bytes.len() as u64, bytes, pace: Some(pace), is_cut: false }
    }
}

impl Body for FaultBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = &mut *self;
        let Some(pace) = &mut this.pace else {
            if !this.bytes.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut this.bytes)))));
            }
            if !std::mem::replace(&mut this.is_cut, true) {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            return Poll::Ready(Some(Err(io::Error::other("the response ends here (--fault)"))));
        };
        if this.bytes.is_empty() {
            return Poll::Ready(None);
        }
        ready!(pace.until.as_mut().poll(context));
        let piece = this.bytes.split_to(pace.piece_bytes.min(this.bytes.len()));
        pace.until = Box::pin(sleep(pace.interval));
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.whole)
    }
}
