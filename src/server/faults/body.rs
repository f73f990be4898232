//! The body of a response that does not come as it should.

use hyper::body::{Body, Bytes, Frame, SizeHint};
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Sleep, sleep};

/// A slow body comes in so many pieces a second.
const PIECES_A_SECOND: u64 = 10;

/// The body of a response that does not come as it should.
pub(crate) struct FaultBody {
    bytes: Bytes,
    /// How long the body says that it is.
    whole: u64,
    pace: Option<Pace>,
    /// The first half was given: it is written before the error comes.
    is_cut: bool,
}

struct Pace {
    piece_bytes: usize,
    interval: Duration,
    until: Pin<Box<Sleep>>,
}

impl FaultBody {
    /// The first half of a body, and then an error.
    pub fn half(bytes: &Bytes) -> FaultBody {
        let whole = bytes.len() as u64;
        FaultBody { bytes: bytes.slice(..bytes.len() / 2), whole, pace: None, is_cut: false }
    }

    /// A whole body with so many bytes a second.
    pub fn slow(bytes: Bytes, rate: u64) -> FaultBody {
        let piece_bytes = usize::try_from((rate / PIECES_A_SECOND).max(1)).unwrap_or(usize::MAX);
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
