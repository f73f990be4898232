//! `/_segscope/stream`: call records as server-sent events, as soon as the calls are judged.
//!
//! A stream holds no records: they are written when the client takes them, once for all streams with the
//! same filter. A client that is so slow that it falls far behind is told how many calls it missed, and
//! goes on with new ones.

use crate::call::Seq;
use crate::engine::Engine;
use crate::queries::{Workers, parameters};
use crate::server::api::event_cache::{EventCache, EventPiece, StreamFilter, write_piece};
use crate::wire::Reply;
use hyper::HeaderMap;
use hyper::body::Bytes;
use serde_json::json;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// A client that is this many calls behind misses them.
const MAX_BEHIND: u64 = 10_000;
/// How often is looked whether something came.
const PAUSE: Duration = Duration::from_millis(5);
/// After so long without a record a comment is sent, which finds out whether the client is there.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(5);
/// The header with which a client says what it has.
const LAST_EVENT_ID: &str = "last-event-id";
/// How every stream begins: clients come back after a second.
pub(crate) const BEGINNING: &[u8] = b"retry: 1000\n\n";

/// The calls that a client has not taken yet.
pub(crate) struct EventStream {
    engine: Arc<Engine>,
    cache: Arc<EventCache>,
    filter: Arc<StreamFilter>,
    /// The last call that was looked at.
    after: u64,
    /// All that was there when the stream began was sent: from then on falling behind counts.
    is_live: bool,
    /// The state of the engine when the last look found nothing.
    version: Option<u64>,
    /// When the stream may look again: one that has sent everything does so once in a [`PAUSE`], so that
    /// a filter that lets little through takes little time.
    look_at: Instant,
}

impl EventStream {
    /// A stream of the calls that come from now on, or behind the one that the client names.
    pub fn new(
        engine: &Arc<Engine>,
        cache: &Arc<EventCache>,
        query: &str,
        headers: &HeaderMap,
    ) -> Result<EventStream, Reply> {
        parameters::known(query, &["filter", "after"])?;
        let filter = parameters::filter(query)?;
        let sent = headers.get(LAST_EVENT_ID).map(|value| value.to_str().unwrap_or("?").trim());
        let last = match sent.filter(|text| !text.is_empty()) {
            None => parameters::number(query, "after", u64::MAX)?,
            Some(text) => Some(text.parse().map_err(|_| {
                let message = "Last-Event-ID is the id of an event of this stream: a whole number";
                Reply::failure(400, "bad_parameter", message)
            })?),
        };
        let newest = || engine.seq_before(engine.rows());
        let after = last.unwrap_or_else(newest);
        let (is_live, version) = (last.is_none(), None);
        let (engine, cache) = (Arc::clone(engine), Arc::clone(cache));
        let filter = cache.share(filter);
        let look_at = Instant::now();
        Ok(EventStream { engine, cache, filter, after, is_live, version, look_at })
    }

    /// Waits for the next events, at most for [`KEEP_ALIVE_INTERVAL`].
    pub async fn next(
        mut self: Box<EventStream>,
        workers: &Workers,
    ) -> io::Result<(Box<EventStream>, Bytes)> {
        let begun = Instant::now();
        loop {
            let may_look = Instant::now() >= self.look_at;
            if may_look && self.version != Some(self.engine.version()) {
                let written = self.cache.written(&self.engine, &self.filter, self.after);
                let piece = match written.filter(|_| self.is_live) {
                    Some(piece) => piece,
                    None => {
                        if let Some(missed) = self.skip_missed() {
                            let data = json!({ "missed": missed });
                            let event =
                                format!("id: {}\nevent: lagged\ndata: {data}\n\n", self.after);
                            return Ok((self, event.into()));
                        }
                        self.write(workers).await?
                    }
                };
                self.after = piece.last;
                if piece.version.is_some() {
                    (self.is_live, self.version) = (true, piece.version);
                    self.look_at = Instant::now() + PAUSE;
                }
                if !piece.bytes.is_empty() {
                    return Ok((self, piece.bytes));
                }
                continue;
            }
            if begun.elapsed() >= KEEP_ALIVE_INTERVAL {
                return Ok((self, Bytes::from_static(b":\n\n")));
            }
            sleep(PAUSE).await;
        }
    }

    /// Writes the next piece. What a stream sends that is not live yet, others have sent long ago.
    async fn write(&self, workers: &Workers) -> io::Result<EventPiece> {
        match self.is_live {
            true => self.cache.next(&self.engine, &self.filter, self.after, workers).await,
            false => write_piece(&self.engine, self.filter.filter(), self.after, workers).await,
        }
    }

    /// Passes over what the client cannot catch up with; how many calls that is.
    fn skip_missed(&mut self) -> Option<u64> {
        let behind = self.engine.calls_behind(Seq(self.after));
        if !self.is_live || behind <= MAX_BEHIND {
            return None;
        }
        self.after = self.engine.seq_before(self.engine.rows());
        Some(behind)
    }
}
