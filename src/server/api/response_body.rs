//! The body of an answer of segscope's own paths. It is whole, or a page or a stream that is
//! written while it is sent.

use crate::queries::{RecordPage, Workers, in_turn};
use crate::server::api::stream::{BEGINNING, EventStream};
use hyper::body::{Body, Bytes, Frame, SizeHint};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinHandle;

/// The maximum number of bytes that the connection gets at once. It keeps them until the client has
/// taken them.
const FRAME_BYTES: usize = 64 << 10;

/// A body, with the permit of its request.
pub(crate) struct OwnBody {
    /// The bytes that can be sent now.
    bytes: Bytes,
    rest: BodyRest,
    _permit: Option<OwnedSemaphorePermit>,
}

/// The part of a body after the bytes that can be sent now.
enum BodyRest {
    Nothing,
    Waits(Source, Workers),
    InWork(JoinHandle<io::Result<(Source, Bytes)>>, Workers),
}

/// A source that writes a body piece by piece.
enum Source {
    Page(Box<RecordPage>),
    /// A stream, which ends with its connection.
    Stream(Box<EventStream>),
}

impl Source {
    fn is_ended(&self) -> bool {
        matches!(self, Source::Page(page) if page.is_ended())
    }
}

impl OwnBody {
    /// Creates a body that is whole.
    pub(crate) fn whole(bytes: Bytes, permit: Option<OwnedSemaphorePermit>) -> OwnBody {
        OwnBody { bytes, rest: BodyRest::Nothing, _permit: permit }
    }

    /// Creates the body of a page and writes its first piece, so that a small page is whole and its
    /// length is known.
    pub(crate) async fn page(
        page: RecordPage,
        workers: &Workers,
        permit: Option<OwnedSemaphorePermit>,
    ) -> io::Result<OwnBody> {
        let (page, bytes) = next_of_page(Box::new(page), workers.clone()).await?;
        let rest = match page.is_ended() {
            true => BodyRest::Nothing,
            false => BodyRest::Waits(Source::Page(page), workers.clone()),
        };
        Ok(OwnBody { bytes, rest, _permit: permit })
    }

    /// Creates the body of a stream, which continues until its connection is closed.
    pub(crate) fn stream(
        stream: EventStream,
        workers: &Workers,
        permit: Option<OwnedSemaphorePermit>,
    ) -> OwnBody {
        let rest = BodyRest::Waits(Source::Stream(Box::new(stream)), workers.clone());
        OwnBody { bytes: Bytes::from_static(BEGINNING), rest, _permit: permit }
    }
}

/// Writes the next piece.
async fn next(source: Source, workers: Workers) -> io::Result<(Source, Bytes)> {
    match source {
        Source::Page(page) => {
            let (page, bytes) = next_of_page(page, workers).await?;
            Ok((Source::Page(page), bytes))
        }
        Source::Stream(stream) => {
            let (stream, bytes) = stream.next(&workers).await?;
            Ok((Source::Stream(stream), bytes))
        }
    }
}

/// Writes the next piece of a page on a blocking thread, not on the thread that answers SDKs.
async fn next_of_page(
    mut page: Box<RecordPage>,
    workers: Workers,
) -> io::Result<(Box<RecordPage>, Bytes)> {
    let made = in_turn(&workers, move || {
        let bytes = Bytes::from(page.next_chunk());
        (page, bytes)
    });
    made.await.map_err(io::Error::other)
}

impl Body for OwnBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        loop {
            if !self.bytes.is_empty() {
                let len = self.bytes.len().min(FRAME_BYTES);
                return Poll::Ready(Some(Ok(Frame::data(self.bytes.split_to(len)))));
            }
            self.rest = match std::mem::replace(&mut self.rest, BodyRest::Nothing) {
                BodyRest::Nothing => return Poll::Ready(None),
                BodyRest::Waits(source, _) if source.is_ended() => return Poll::Ready(None),
                BodyRest::Waits(source, workers) => {
                    BodyRest::InWork(tokio::spawn(next(source, workers.clone())), workers)
                }
                BodyRest::InWork(mut work, workers) => match Pin::new(&mut work).poll(context) {
                    Poll::Pending => {
                        self.rest = BodyRest::InWork(work, workers);
                        return Poll::Pending;
                    }
                    Poll::Ready(made) => {
                        let (source, bytes) = made.map_err(io::Error::other).flatten()?;
                        self.bytes = bytes;
                        BodyRest::Waits(source, workers)
                    }
                },
            };
        }
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty() && matches!(self.rest, BodyRest::Nothing)
    }

    fn size_hint(&self) -> SizeHint {
        match self.rest {
            BodyRest::Nothing => SizeHint::with_exact(self.bytes.len() as u64),
            _ => SizeHint::default(),
        }
    }
}
