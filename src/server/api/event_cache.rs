//! Pieces of streams that were written a moment ago. Streams with one filter that are equally far take
//! the same bytes: the calls are searched once, and each record is made once, however many read.

use crate::engine::{Engine, InUse, RowDetail};
use crate::fql::Filter;
use crate::queries::calls::{Scan, look};
use crate::queries::{Workers, in_turn};
use crate::report::call_record;
use crate::wire::Reply;
use hyper::body::Bytes;
use std::collections::{HashMap, VecDeque};
use std::fmt::Write;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// The maximum number of records in a piece.
const MAX_RECORDS: usize = 64;
/// The size from which on a piece is not extended, and the number of calls that are read at a time.
const MAX_PIECE_BYTES: usize = 64 << 10;
const ROWS_AT_ONCE: usize = 4;
/// The maximum number of bytes that are kept, and the maximum number of pieces; the oldest give way.
const MAX_BYTES: usize = 8 << 20;
const MAX_PIECES: usize = 1_024;

/// The newest pieces of all streams of a listener.
#[derive(Default)]
pub(crate) struct EventCache {
    written: Mutex<WrittenPieces>,
    /// By the normal form of the filter.
    filters: Mutex<HashMap<String, Weak<StreamFilter>>>,
}

/// A filter that streams have in common.
pub(crate) struct StreamFilter {
    filter: Filter,
    /// Held by the stream that writes the next piece; the others wait for it.
    writing: tokio::sync::Mutex<()>,
}

/// The events of the calls behind one that a stream has sent.
#[derive(Clone)]
pub(crate) struct EventPiece {
    /// Empty if none of the calls passes.
    pub bytes: Bytes,
    /// The last call that was searched.
    pub last: u64,
    /// The version of the engine, if all calls of that version were searched.
    pub version: Option<u64>,
}

#[derive(Default)]
struct WrittenPieces {
    /// The context in which the records were written.
    under: Option<EventContext>,
    /// The version of the engine for which that was asked last.
    asked: u64,
    pieces: VecDeque<(PieceKey, EventPiece)>,
    bytes: usize,
}

/// The index, which is another after each clear, and the vendors in use.
type EventContext = (u64, InUse);

/// Where a piece begins.
#[derive(Clone, Copy, PartialEq, Eq)]
struct PieceKey {
    /// The address of the filter, which is alive.
    filter: usize,
    after: u64,
}

impl EventCache {
    /// Returns the filter that all streams with an equal one share.
    pub fn share(&self, filter: Filter) -> Arc<StreamFilter> {
        let mut filters = lock(&self.filters);
        let text = filter.to_string();
        if let Some(shared) = filters.get(&text).and_then(Weak::upgrade) {
            return shared;
        }
        // another filter may have the address of one that is gone
        lock(&self.written).clear();
        filters.retain(|_, shared| shared.strong_count() > 0);
        let shared = Arc::new(StreamFilter { filter, writing: tokio::sync::Mutex::default() });
        filters.insert(text, Arc::downgrade(&shared));
        shared
    }

    /// Returns a piece that another stream has written, unless there are newer calls.
    pub fn written(
        &self,
        engine: &Engine,
        filter: &Arc<StreamFilter>,
        after: u64,
    ) -> Option<EventPiece> {
        let mut written = lock(&self.written);
        written.forget_outdated(engine);
        written.get(PieceKey::new(filter, after), engine.version())
    }

    /// Returns the next piece of a stream: one that is written, or a new one.
    ///
    /// # Errors
    /// Fails if the search of the calls ends early.
    pub async fn next(
        &self,
        engine: &Arc<Engine>,
        filter: &Arc<StreamFilter>,
        after: u64,
        workers: &Workers,
    ) -> io::Result<EventPiece> {
        let _writing = filter.writing.lock().await;
        if let Some(piece) = self.written(engine, filter, after) {
            return Ok(piece);
        }
        let under = context(engine);
        let piece = write_piece(engine, &filter.filter, after, workers).await?;
        let mut written = lock(&self.written);
        written.forget_outdated(engine);
        if written.under.as_ref() == Some(&under) {
            written.keep(PieceKey::new(filter, after), piece.clone());
        }
        Ok(piece)
    }
}

/// Writes the next piece of a stream that no other one shares.
///
/// # Errors
/// Fails if the search of the calls ends early.
pub(crate) async fn write_piece(
    engine: &Arc<Engine>,
    filter: &Filter,
    after: u64,
    workers: &Workers,
) -> io::Result<EventPiece> {
    let (version, under) = (engine.version(), context(engine));
    let scan = Scan::new(engine, filter.clone(), after, MAX_RECORDS);
    let scan = look(scan, workers).await.map_err(|_: Reply| ended())?;
    let mut version = (!scan.more()).then_some(version);
    let mut last = after.max(scan.last());
    let rows = scan.into_rows();
    let mut bytes = Bytes::new();
    if !rows.is_empty() {
        let writer = Arc::clone(engine);
        let written = in_turn(workers, move || write_events(&writer, &rows));
        let (events, end) = written.await.map_err(io::Error::other)?;
        bytes = events;
        if let Some(end) = end {
            (version, last) = (None, end);
        }
    }
    // calls were cleared away meanwhile: the rows may be those of other calls
    if context(engine) != under {
        return Ok(EventPiece { bytes: Bytes::new(), last: after, version: None });
    }
    Ok(EventPiece { bytes, last, version })
}

impl StreamFilter {
    /// Returns the filter.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }
}

impl PieceKey {
    fn new(filter: &Arc<StreamFilter>, after: u64) -> PieceKey {
        PieceKey { filter: Arc::as_ptr(filter) as usize, after }
    }
}

impl WrittenPieces {
    /// Forgets all pieces if records would be others now.
    fn forget_outdated(&mut self, engine: &Engine) {
        let version = engine.version();
        if self.asked == version && self.under.is_some() {
            return;
        }
        self.asked = version;
        let under = context(engine);
        if self.under.as_ref() != Some(&under) {
            self.clear();
            self.under = Some(under);
        }
    }

    /// Returns the piece that begins there. One that says that there is nothing holds only for the
    /// version that it was written for.
    fn get(&self, key: PieceKey, version: u64) -> Option<EventPiece> {
        let (_, piece) = self.pieces.iter().rev().find(|(known, _)| *known == key)?;
        (piece.last > key.after || piece.version == Some(version)).then(|| piece.clone())
    }

    fn keep(&mut self, key: PieceKey, piece: EventPiece) {
        // a piece that said that there is nothing
        if let Some(place) = self.pieces.iter().rposition(|(known, _)| *known == key) {
            self.remove(place);
        }
        self.bytes += piece.bytes.len();
        self.pieces.push_back((key, piece));
        while self.bytes > MAX_BYTES || self.pieces.len() > MAX_PIECES {
            self.remove(0);
        }
    }

    fn remove(&mut self, place: usize) {
        if let Some((_, piece)) = self.pieces.remove(place) {
            self.bytes -= piece.bytes.len();
        }
    }

    fn clear(&mut self) {
        (self.pieces, self.bytes) = (VecDeque::new(), 0);
    }
}

fn context(engine: &Engine) -> EventContext {
    (engine.judged_epoch(), engine.in_use())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn ended() -> io::Error {
    io::Error::other("the search ended early")
}

/// Writes the events of rows, about [`MAX_PIECE_BYTES`] of them. What is cleared away or cannot be read
/// meanwhile is left out. Returns also the last call that was written, unless it wrote all.
fn write_events(engine: &Engine, rows: &[u64]) -> (Bytes, Option<u64>) {
    let (vendors, shown) = (engine.vendors(), engine.in_use().shown());
    let (mut out, mut last) = (String::new(), None);
    for rows in rows.chunks(ROWS_AT_ONCE) {
        if out.len() >= MAX_PIECE_BYTES {
            return (out.into(), last);
        }
        for detail in engine.details_of(rows.iter().copied()) {
            if let Ok(RowDetail::Call(call)) = detail {
                let record = call_record(&call, &vendors, &shown);
                let _ = write!(out, "id: {}\nevent: call\ndata: {record}\n\n", call.seq.0);
                last = Some(call.seq.0);
            }
        }
    }
    (out.into(), None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::test_engine::TestEngine;

    fn filter(text: &str) -> Filter {
        crate::fql::parse(text).expect("a filter")
    }

    #[test]
    fn streams_with_one_filter_take_the_same_bytes() {
        let (test, cache, workers) =
            (TestEngine::start(), EventCache::default(), Workers::default());
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let next = |filter: &Arc<StreamFilter>, after| {
            let next = cache.next(&test.engine, filter, after, &workers);
            runtime.block_on(next).expect("a piece")
        };
        ["A", "B"].iter().for_each(|event| test.track(event));
        let [all, same] = ["", " "].map(|text| cache.share(filter(text)));
        let only_b = cache.share(filter(r#"event = "B""#));
        assert!(Arc::ptr_eq(&all, &same) && !Arc::ptr_eq(&all, &only_b));
        let (first, second, other) = (next(&all, 0), next(&same, 0), next(&only_b, 0));
        let text = String::from_utf8_lossy(&first.bytes);
        assert!(text.contains("id: 1\n") && text.contains("id: 2\n"), "{text}");
        assert_eq!(first.bytes.as_ptr(), second.bytes.as_ptr());
        assert_eq!((first.last, other.last), (2, 2));
        assert!(!String::from_utf8_lossy(&other.bytes).contains("id: 1\n"));

        // that there is nothing is true until something arrives
        let nothing = next(&all, 2);
        assert_eq!((nothing.bytes.len(), nothing.last), (0, 2));
        test.track("C");
        assert!(next(&all, 2).bytes.starts_with(b"id: 3\n"));

        // what was cleared away is sent no more
        test.engine.clear(1_795_341_600_000).expect("recorded");
        test.engine.settle();
        assert_eq!(next(&all, 0).bytes.len(), 0);
    }

    #[test]
    fn a_piece_of_large_calls_ends_early_and_the_next_one_goes_on() {
        let (test, workers) = (TestEngine::start(), Workers::default());
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let text = "x".repeat(20_000);
        for _ in 0..10 {
            test.take(&format!(r#"{{"event":"A","userId":"u","properties":{{"text":"{text}"}}}}"#));
        }
        let (mut after, mut seqs, all) = (0, Vec::new(), filter(""));
        while after < 10 {
            let piece = write_piece(&test.engine, &all, after, &workers);
            let piece = runtime.block_on(piece).expect("a piece");
            let text = String::from_utf8_lossy(&piece.bytes).into_owned();
            let ids =
                text.lines().filter_map(|line| line.strip_prefix("id: ")?.parse::<u64>().ok());
            seqs.push(ids.collect::<Vec<u64>>());
            assert!(piece.last > after, "{after}");
            after = piece.last;
        }
        assert!(seqs.len() > 1, "{seqs:?}");
        assert_eq!(seqs.concat(), (1..=10).collect::<Vec<u64>>());
    }

    #[test]
    fn the_oldest_pieces_give_way() {
        let mut written = WrittenPieces::default();
        let key = |after| PieceKey { filter: 1, after };
        for after in 0..100 {
            let bytes = vec![0; MAX_BYTES / 10].into();
            let piece = EventPiece { bytes, last: after + 1, version: None };
            written.keep(key(after), piece.clone());
            written.keep(key(after), piece);
        }
        assert_eq!((written.pieces.len(), written.bytes), (10, MAX_BYTES / 10 * 10));
        assert!(written.get(key(99), 0).is_some() && written.get(key(89), 0).is_none());
    }
}
