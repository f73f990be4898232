//! Matches rows with a filter in three steps. First from the index, a few rows at a time under its
//! lock. Rows that the index does not decide, from the bytes of their calls, read in large chunks
//! without the lock. And conditions on values that a call's bytes do not show (fields that the
//! service adds, near misses), from the whole request, parsed as when it arrived.

use crate::call::time;
use crate::engine::Engine;
use crate::engine::index::{BLOCK_ROWS, Bits, CallRow, SetId, ShapeId, no_bits};
use crate::engine::rows::row_detail::find_call;
use crate::engine::rows::views::RowDetail;
use crate::engine::search::absent_text;
use crate::engine::search::byte_search::{self, Hits};
use crate::engine::search::call_columns::{CallColumns, NoCallColumns};
use crate::engine::search::chunks::{Chunks, LineSpan};
use crate::engine::search::filter_event::EventRow;
use crate::engine::search::indexed_row::{IndexedRows, SearchTime};
use crate::engine::source::request_line::read_calls;
use crate::fql::{ConditionBits, Filter, IndexPlan, Leaf};
use crate::recording::{self, RecordingEntry};
use crate::wire;
use hashbrown::HashMap;
use std::cell::Cell;
use std::ops::Range;
use std::sync::Arc;

/// The maximum number of rows that are matched under one lock of the index: it is held for some
/// tens of microseconds.
const MAX_ROWS_PER_LOCK: u64 = 256;
/// The maximum number of pairs of finding set and shape whose answers are remembered.
const MAX_REMEMBERED_ANSWERS: usize = 100_000;
/// The number of remembered answers for which memory stays allocated in [`RowMatcher::forget`].
const MAX_KEPT_ANSWERS: usize = 256;

/// A filter prepared for matching, with buffers that are reused.
pub(crate) struct RowMatcher {
    filter: Arc<Filter>,
    plan: IndexPlan,
    /// The conditions, one bit each, whose answer is the same for all calls with one finding set
    /// and shape.
    common: u64,
    /// The conditions that a call's own bytes can answer: in a batch that adds no fields to its
    /// calls, and in one that does.
    by_bytes: [u64; 2],
    /// True if a condition requires a field to equal a text.
    asks_for_text: bool,
    /// The answers to the `common` conditions.
    remembered: HashMap<(SetId, ShapeId), ConditionBits>,
    /// The epoch of the index for which `remembered` is valid.
    epoch: u64,
    chunk: Chunks,
    scratch: wire::ParseScratch,
    undecided: Vec<UndecidedRow>,
    /// The last error of reading the recording.
    error: Option<String>,
    /// The number of rows that could not be read, or whose line is no longer a recorded request.
    unreadable: u64,
}

/// A row that the index does not decide, with the answers so far.
struct UndecidedRow {
    row: u64,
    line: LineSpan,
    /// The call; `None` for a request that has a row of its own.
    call: Option<CallRow>,
    merged: bool,
    answers: ConditionBits,
}

/// Returns one bit for each condition that passes a test.
fn bits_of(leaves: &[Leaf], test: impl Fn(&Leaf) -> bool) -> u64 {
    leaves.iter().enumerate().fold(0, |bits, (at, leaf)| bits | u64::from(test(leaf)) << at)
}

/// Returns whether a call's finding set and shape suffice to answer a condition.
fn is_common(leaf: &Leaf) -> bool {
    use crate::fql::RecordField::{LibraryName, LibraryVersion, WriteKey};
    let asks = leaf.asks();
    let own = asks.paths.iter().all(|path| {
        path.name() == Some("type")
            || matches!(path.segments()[0].as_str(), "write_key" | "library")
    });
    own && !(asks.text || asks.near || asks.time || asks.clock)
        && asks.records.iter().all(|at| matches!(at, LibraryName | LibraryVersion | WriteKey))
}

impl RowMatcher {
    pub fn new(filter: Arc<Filter>) -> RowMatcher {
        let plan = filter.plan();
        let leaves = plan.leaves();
        RowMatcher {
            asks_for_text: leaves.iter().any(|leaf| leaf.equal_text().is_some()),
            common: bits_of(leaves, is_common),
            by_bytes: [false, true]
                .map(|merged| bits_of(leaves, |leaf| byte_search::suffices(leaf, merged))),
            plan,
            filter,
            remembered: HashMap::new(),
            epoch: 0,
            chunk: Chunks::default(),
            scratch: wire::ParseScratch::default(),
            undecided: Vec::new(),
            error: None,
            unreadable: 0,
        }
    }

    /// Returns which rows of a block pass. Returns `None` if `goes_on` returned false, or if the
    /// index has a different epoch by now.
    pub fn match_rows(
        &mut self,
        engine: &Engine,
        rows: Range<u64>,
        epoch: u64,
        goes_on: &dyn Fn() -> bool,
    ) -> Option<Bits> {
        let mut bits = no_bits();
        if self.asks_for_text && self.passes_nothing(engine, epoch) {
            return Some(bits);
        }
        let clock = SearchTime::at(time::now());
        self.undecided.clear();
        let mut from = rows.start;
        while from < rows.end {
            let to = rows.end.min(from + MAX_ROWS_PER_LOCK);
            self.match_by_index(engine, from..to, epoch, &clock, &mut bits)?;
            if !goes_on() {
                return None;
            }
            from = to;
        }
        let undecided = std::mem::take(&mut self.undecided);
        let done = self.match_by_lines(engine, &undecided, epoch, &clock, goes_on, &mut bits);
        self.undecided = undecided;
        done.then_some(bits)
    }

    /// Returns the last error of reading the recording, and resets it. Rows that cannot be read do
    /// not pass.
    pub fn take_error(&mut self) -> Option<String> {
        self.error.take()
    }

    /// Returns the number of rows that could not be read, and resets it.
    pub fn take_unreadable(&mut self) -> u64 {
        std::mem::take(&mut self.unreadable)
    }

    /// Exchanges the chunk that was read last, so that matchers of the same rows read them once.
    pub fn swap_chunk(&mut self, chunk: &mut Chunks) {
        std::mem::swap(&mut self.chunk, chunk);
    }

    /// Forgets the remembered answers, and frees their memory and the buffers.
    pub fn forget(&mut self) {
        self.remembered.clear();
        self.remembered.shrink_to(MAX_KEPT_ANSWERS);
        self.chunk = Chunks::default();
        self.scratch = wire::ParseScratch::default();
        self.undecided = Vec::new();
    }

    /// Returns whether no row of the index can pass.
    fn passes_nothing(&self, engine: &Engine, epoch: u64) -> bool {
        let state = engine.lock();
        state.index.epoch == epoch && absent_text::passes_nothing(&self.plan, &state.index.store)
    }

    /// Matches rows from the index. Returns `None` if it has a different epoch.
    fn match_by_index(
        &mut self,
        engine: &Engine,
        rows: Range<u64>,
        epoch: u64,
        clock: &SearchTime,
        bits: &mut Bits,
    ) -> Option<()> {
        let state = engine.lock();
        if state.index.epoch != epoch {
            return None;
        }
        if self.epoch != epoch || self.remembered.len() > MAX_REMEMBERED_ANSWERS {
            self.remembered.clear();
            self.epoch = epoch;
        }
        let known = IndexedRows { index: &state.index, vendors: state.eras.latest(), clock };
        for row in rows {
            let Some(at) = known.row(row) else { break };
            let mut answers = ConditionBits::default();
            let leaves = self.plan.leaves();
            let call = at.call.map(|(_, call, _)| call);
            let ask = |answers: &mut ConditionBits, conditions: u64| {
                for (leaf, condition) in leaves.iter().enumerate() {
                    if conditions >> leaf & 1 == 1 {
                        let holds = condition.holds(&at);
                        if !at.take_lack() {
                            answers.set(leaf, holds);
                        }
                    }
                }
            };
            match call.filter(|_| self.common != 0) {
                Some(call) => {
                    answers = *self.remembered.entry((call.set, call.shape)).or_insert_with(|| {
                        let mut answers = ConditionBits::default();
                        ask(&mut answers, self.common);
                        answers
                    });
                }
                None => ask(&mut answers, self.common),
            }
            let mut decided = self.plan.decide(answers);
            if decided.is_none() {
                ask(&mut answers, !self.common);
                decided = self.plan.decide(answers);
            }
            match decided {
                Some(true) => set(bits, row),
                Some(false) => {}
                None => self.undecided.push(UndecidedRow {
                    row,
                    line: LineSpan { offset: at.request.offset, len: at.request.len },
                    call,
                    merged: at.request.flags.merged(),
                    answers,
                }),
            }
        }
        Some(())
    }

    /// Matches the rows that the index does not decide from their lines in the recording. Returns
    /// false if `goes_on` returned false.
    fn match_by_lines(
        &mut self,
        engine: &Engine,
        undecided: &[UndecidedRow],
        epoch: u64,
        clock: &SearchTime,
        goes_on: &dyn Fn() -> bool,
        bits: &mut Bits,
    ) -> bool {
        let mut chunk = std::mem::take(&mut self.chunk);
        let mut rest = undecided;
        let mut on = true;
        while let (Some(first), true) = (rest.first(), on) {
            let lines = rest.iter().map(|at| at.line);
            let count = match chunk.read(engine, first.line, lines) {
                Ok(count) => {
                    self.match_chunk(engine, &chunk, &rest[..count], epoch, clock, bits);
                    count
                }
                Err(error) => {
                    // a row that cannot be read does not pass; the row in the log shows the error
                    self.error = Some(error.to_string());
                    self.unreadable += 1;
                    1
                }
            };
            rest = &rest[count..];
            on = goes_on();
        }
        self.chunk = chunk;
        on
    }

    /// Matches rows whose lines are in a chunk.
    fn match_chunk(
        &mut self,
        engine: &Engine,
        chunk: &Chunks,
        rows: &[UndecidedRow],
        epoch: u64,
        clock: &SearchTime,
        bits: &mut Bits,
    ) {
        let mut hits: Vec<Hits> = self.plan.leaves().iter().map(|_| Hits::new()).collect();
        let mut left = Vec::new();
        for (nth, at) in rows.iter().enumerate() {
            let Some(part) = at.call.and_then(|call| chunk.call(at.line, &call)) else {
                left.push((nth, at.answers));
                continue;
            };
            let by_bytes = self.by_bytes[usize::from(at.merged)];
            let mut answers = at.answers;
            let leaves = self.plan.leaves();
            let passes = self.plan.finish(at.answers, &mut |leaf| {
                if by_bytes >> leaf & 1 == 0 {
                    return None;
                }
                let answer = byte_search::answer(
                    &leaves[leaf],
                    &mut hits[leaf],
                    chunk.bytes(),
                    part.clone(),
                );
                if let Some(holds) = answer {
                    answers.set(leaf, holds);
                }
                answer
            });
            match passes {
                Some(true) => set(bits, at.row),
                Some(false) => {}
                None => left.push((nth, answers)),
            }
        }
        for group in left.chunk_by(|a, b| rows[a.0].line.offset == rows[b.0].line.offset) {
            self.match_request(engine, chunk, rows, group, (epoch, clock), bits);
        }
    }

    /// Matches rows of one request, by parsing it.
    fn match_request(
        &mut self,
        engine: &Engine,
        chunk: &Chunks,
        rows: &[UndecidedRow],
        group: &[(usize, ConditionBits)],
        (epoch, clock): (u64, &SearchTime),
        bits: &mut Bits,
    ) {
        let line = group.first().and_then(|(nth, _)| chunk.line(rows[*nth].line));
        let line = line.and_then(|line| std::str::from_utf8(line).ok());
        let parsed = line.and_then(|line| Some((line, recording::parse(line).ok()?)));
        let Some((line, RecordingEntry::Request(request))) = parsed else {
            self.unreadable += group.len() as u64;
            return;
        };
        let reading = read_calls(line, &request, &mut self.scratch);
        for (nth, answers) in group {
            let at = &rows[*nth];
            let read = match (&at.call, &reading) {
                (Some(call), Ok(reading)) => {
                    find_call(reading, &request, call).map(|call| reading.event(call))
                }
                _ => None,
            };
            let leaves = self.plan.leaves();
            let passes = read.and_then(|event| {
                let row =
                    EventRow { event, row: at.row, epoch, engine, clock, lacks: Cell::new(false) };
                self.plan.finish(*answers, &mut |leaf| {
                    let holds = leaves[leaf].holds(&row);
                    (!row.lacks.replace(false)).then_some(holds)
                })
            });
            if passes.unwrap_or_else(|| matches_by_detail(engine, &self.filter, at.row)) {
                set(bits, at.row);
            }
        }
        if let Ok(reading) = reading {
            reading.recycle(&mut self.scratch);
        }
    }
}

/// Returns whether a row of the block passes.
pub(crate) fn passes(bits: &Bits, row: u64) -> bool {
    let at = (row % BLOCK_ROWS) as usize;
    bits[at / 64] >> (at % 64) & 1 == 1
}

/// Marks a row of the block as passing.
fn set(bits: &mut Bits, row: u64) {
    let at = (row % BLOCK_ROWS) as usize;
    bits[at / 64] |= 1 << (at % 64);
}

/// Returns whether a row passes, from its full detail. This is the slow way for what nothing else
/// decides: requests with a row of their own, and calls with a text that did not fit into the
/// index.
fn matches_by_detail(engine: &Engine, filter: &Filter, row: u64) -> bool {
    match engine.detail(row) {
        Ok(Some(RowDetail::Call(call))) => {
            filter.matches(&CallColumns::new(&call, &engine.vendors(), time::now()))
        }
        Ok(Some(RowDetail::NoCall(row))) => {
            let (request, severity) = (&row.request, row.severity);
            filter.matches(&NoCallColumns { request, severity, now_ms: time::now() })
        }
        _ => false,
    }
}
