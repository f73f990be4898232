//! `/_segscope/stream`: sends call records as server-sent events, as soon as the calls are checked.
//!
//! A stream holds no records. They are written when the client takes them, once for all streams
//! with the same filter. A client that falls far behind gets the number of calls that it missed,
//! and continues with new ones.

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

/// The maximum number of calls that a client can be behind; beyond that, it misses them.
const MAX_BEHIND: u64 = 10_000;
/// The interval at which a stream checks for new calls.
const POLL_INTERVAL: Duration = Duration::from_millis(5);
/// The interval at which a stream without records sends a comment, which fails if the client has
/// left.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(5);
/// The header in which a client names the last event that it received.
const LAST_EVENT_ID: &str = "last-event-id";
/// The beginning of every stream, which tells clients to reconnect after a second.
pub(crate) const BEGINNING: &[u8] = b"retry: 1000\n\n";

/// The stream of a client, from the first call that it has not received.
pub(crate) struct EventStream {
    engine: Arc<Engine>,
    cache: Arc<EventCache>,
    filter: Arc<StreamFilter>,
    /// The number of the last call that was searched.
    after: u64,
    /// True once all calls that existed at the start are sent. Only then can the client fall
    /// behind.
    is_live: bool,
    /// The version of the engine, if all its calls were searched.
    version: Option<u64>,
    /// The time of the next search. A stream that has sent everything searches once per
    /// [`POLL_INTERVAL`], so that a filter that few calls match takes little time.
    look_at: Instant,
}

impl EventStream {
    /// Creates a stream of the calls from now on, or after the call that the client names.
    pub fn new(
        engine: &Arc<Engine>,
        cache: &Arc<EventCache>,
        query: &str,
        headers: &HeaderMap,
    ) -> Result<EventStream, Reply> {
        parameters::known(query, &["filter", "after"])?;
        let filter = parameters::filter(engine, query)?;
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

    /// Waits for the next events, for at most [`KEEP_ALIVE_INTERVAL`].
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
                    self.look_at = Instant::now() + POLL_INTERVAL;
                }
                if !piece.bytes.is_empty() {
                    return Ok((self, piece.bytes));
                }
                continue;
            }
            if begun.elapsed() >= KEEP_ALIVE_INTERVAL {
                return Ok((self, Bytes::from_static(b":\n\n")));
            }
            sleep(POLL_INTERVAL).await;
        }
    }

    /// Writes the next piece. A stream that is not live yet does not use the cache, because the
    /// other streams have sent these calls long ago.
    async fn write(&self, workers: &Workers) -> io::Result<EventPiece> {
        match self.is_live {
            true => self.cache.next(&self.engine, &self.filter, self.after, workers).await,
            false => write_piece(&self.engine, self.filter.filter(), self.after, workers).await,
        }
    }

    /// Skips the calls that the client cannot catch up with, and returns their number.
    fn skip_missed(&mut self) -> Option<u64> {
        let behind = self.engine.calls_behind(Seq(self.after));
        if !self.is_live || behind <= MAX_BEHIND {
            return None;
        }
        self.after = self.engine.seq_before(self.engine.rows());
        Some(behind)
    }
}
