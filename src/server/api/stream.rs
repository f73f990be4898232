//! `/_segscope/stream`: call records as server-sent events, as soon as the calls are judged.
//!
//! A stream holds no records: they are made when the client takes them, once for all streams. A client that is so
//! slow that it falls far behind is told how many calls it missed, and goes on with new ones.

use crate::call::Seq;
use crate::engine::Engine;
use crate::fql::Filter;
use crate::queries::calls::{Scan, look};
use crate::queries::{in_turn, parameters};
use crate::server::api::event_cache::EventCache;
use crate::wire::Reply;
use hyper::HeaderMap;
use hyper::body::Bytes;
use serde_json::json;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};

/// At most so many records are read at a time.
const AT_ONCE: usize = 32;
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
    filter: Filter,
    /// The last call that was looked at.
    after: u64,
    /// All that was there when the stream began was sent: from then on falling behind counts.
    is_live: bool,
    /// The state of the engine when the last look found nothing.
    version: Option<u64>,
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
        Ok(EventStream { engine, cache, filter, after, is_live, version })
    }

    /// Waits for the next events, at most for [`KEEP_ALIVE_INTERVAL`].
    pub async fn next(
        mut self: Box<EventStream>,
        workers: &Arc<Semaphore>,
    ) -> io::Result<(Box<EventStream>, Bytes)> {
        let begun = Instant::now();
        loop {
            if let Some(missed) = self.skip_missed() {
                let data = json!({ "missed": missed });
                let event = format!("id: {}\nevent: lagged\ndata: {data}\n\n", self.after);
                return Ok((self, event.into()));
            }
            let version = self.engine.version();
            if self.version != Some(version) {
                let scan = Scan::new(&self.engine, self.filter.clone(), self.after, AT_ONCE);
                let scan = look(scan, workers).await.map_err(|_| ended())?;
                if !scan.more() {
                    (self.is_live, self.version) = (true, Some(version));
                }
                self.after = self.after.max(scan.last());
                let rows = scan.into_rows();
                if !rows.is_empty() {
                    let engine = Arc::clone(&self.engine);
                    let cache = Arc::clone(&self.cache);
                    let written = in_turn(workers, move || cache.events(&engine, &rows));
                    return Ok((self, written.await.map_err(io::Error::other)?));
                }
                continue;
            }
            if begun.elapsed() >= KEEP_ALIVE_INTERVAL {
                return Ok((self, Bytes::from_static(b":\n\n")));
            }
            sleep(PAUSE).await;
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

fn ended() -> io::Error {
    io::Error::other("the search ended early")
}
