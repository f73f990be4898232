//! The body of an answer of segscope's own paths: whole, or a page or a stream that is written as it
//! is sent.

use crate::queries::{RecordPage, Workers, in_turn};
use crate::server::api::stream::{BEGINNING, EventStream};
use hyper::body::{Body, Bytes, Frame, SizeHint};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinHandle;

/// So much is handed to the connection at once, which keeps it until the client has taken it.
const FRAME_BYTES: usize = 64 << 10;

/// A body, with the permit of its request.
pub(crate) struct OwnBody {
    /// What is there to be sent.
    bytes: Bytes,
    rest: BodyRest,
    _permit: Option<OwnedSemaphorePermit>,
}

/// What comes behind.
enum BodyRest {
    Nothing,
    Waits(Source, Workers),
    InWork(JoinHandle<io::Result<(Source, Bytes)>>, Workers),
}

/// What makes a body piece by piece.
enum Source {
    Page(Box<RecordPage>),
    /// Ends with the connection.
    Stream(Box<EventStream>),
}

impl Source {
    fn is_ended(&self) -> bool {
        matches!(self, Source::Page(page) if page.is_ended())
    }
}

impl OwnBody {
    /// A body that is whole.
    pub(crate) fn whole(bytes: Bytes, permit: Option<OwnedSemaphorePermit>) -> OwnBody {
        OwnBody { bytes, rest: BodyRest::Nothing, _permit: permit }
    }

    /// A page. Its beginning is made now: a small page is whole, and its length is known.
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

    /// A stream, which goes on until its connection is closed.
    pub(crate) fn stream(
        stream: EventStream,
        workers: &Workers,
        permit: Option<OwnedSemaphorePermit>,
    ) -> OwnBody {
        let rest = BodyRest::Waits(Source::Stream(Box::new(stream)), workers.clone());
        OwnBody { bytes: Bytes::from_static(BEGINNING), rest, _permit: permit }
    }
}

/// Makes the next piece.
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

/// Makes the next piece of a page, not on the thread that answers SDKs.
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
        evaluation: &mut Context<'_>,
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
                BodyRest::InWork(mut work, workers) => match Pin::new(&mut work).poll(evaluation) {
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
