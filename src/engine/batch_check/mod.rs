//! Checks all calls of files once, for a report. Of a call, only its contribution to the counts is
//! kept.
//!
//! The inspector can show any call later, so the engine keeps each call as a line of a recording
//! and a row of an index. A report needs neither: it has a few counts, and one example of each kind
//! of finding. So the files are read in place, block by block, by as many threads as there are
//! cores (at most [`MAX_THREADS`]). Parsing a block is independent of all other blocks. The steps
//! that depend on earlier calls take the blocks in order ([`in_order`]):
//!
//! ```text
//! split ▸ number lines ▸ parse ▸ number calls ▸ view ▸ vendor 1 ▸ vendor 2 ▸ … ▸ gather ▸ count
//! ```
//!
//! No vendor depends on what another vendor remembers, so one thread judges a block at the second
//! vendor while another thread judges the next block at the first. Each thread has one block at a
//! time, which bounds the memory whatever the size of the files.
//!
//! The result is exactly what the engine gives for the same files; `tests/engine/batch_check`
//! compares the two. Recordings with a clear, an undo, or a part that begins in the middle of a
//! block, and files with an object that is not a call, are left to the engine.

mod blocks;
mod call_counter;
mod gather_findings;
mod in_order;
mod profile;
mod read_block;
mod worker;

use crate::engine::batch_check::blocks::{BlockSource, LineRange};
use crate::engine::batch_check::call_counter::{CallCounter, ExampleCall, ExampleLine, ExampleRow};
use crate::engine::batch_check::in_order::InOrder;
use crate::engine::batch_check::worker::{BatchCheck, End, LineNumbers, Order};
use crate::engine::compare::TrafficProfile;
use crate::engine::counts::Expectations;
use crate::engine::counts::finding_totals::Tally;
use crate::engine::judging::vendors_in_use::InUse;
use crate::engine::rows::call_detail::{self, DetailContext, Extent, JudgeNotes};
use crate::engine::rows::row_window::request_of;
use crate::engine::rows::views::RowDetail;
use crate::engine::rows::{request_without_calls, row_detail};
use crate::engine::source::file_error::FileError;
use crate::engine::source::read_lines::{ParsedLine, read_line};
use crate::engine::source::recording_files::Recording;
use crate::vendors::{Memory, Vendors};
use crate::wire::ParseScratch;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// The maximum number of threads. More threads would mostly wait for each other's turns.
const MAX_THREADS: usize = 8;

/// The result of a batch check: counts, and the calls that are examples.
pub struct BatchResult<'r> {
    vendors: &'r Vendors,
    in_use: &'r InUse,
    files: Vec<LineRange<'r>>,
    memory: Memory,
    counts: CallCounter,
    tally: Tally,
    /// The problem found while the files were opened.
    problem: Option<String>,
    profile: Option<TrafficProfile>,
}

/// The division of the work among threads.
#[derive(Debug, Clone, Copy)]
pub struct Shares {
    /// The maximum number of threads.
    pub threads: usize,
    /// The approximate number of bytes that a thread takes at once.
    pub block_bytes: u64,
}

impl Default for Shares {
    fn default() -> Self {
        let cores = thread::available_parallelism().map_or(1, |cores| cores.get());
        Shares { threads: cores.min(MAX_THREADS), block_bytes: 128 << 10 }
    }
}

/// Checks all calls of a recording's files. Returns `None` if only the engine can check them; the
/// engine then starts from the beginning. The result does not depend on `shares`.
///
/// # Errors
/// Fails if a file of calls cannot be read or one of its lines is not a call.
pub fn check_files<'r>(
    recording: &'r Recording,
    vendors: &'r Vendors,
    in_use: &'r InUse,
    shares: Shares,
) -> Result<Option<BatchResult<'r>>, FileError> {
    check_all(recording, (vendors, in_use), shares, None)
}

/// Checks all calls as [`check_files`] does, and creates a profile of them:
/// [`BatchResult::into_profile`].
pub fn profile_files<'r>(
    recording: &'r Recording,
    vendors: &'r Vendors,
    in_use: &'r InUse,
    shares: Shares,
) -> Result<Option<BatchResult<'r>>, FileError> {
    check_all(recording, (vendors, in_use), shares, Some(Mutex::default()))
}

fn check_all<'r>(
    recording: &'r Recording,
    (vendors, in_use): (&'r Vendors, &'r InUse),
    shares: Shares,
    profile: Option<Mutex<TrafficProfile>>,
) -> Result<Option<BatchResult<'r>>, FileError> {
    let Some(source) = BlockSource::from_recording(recording, shares.block_bytes) else {
        return Ok(None);
    };
    let check = BatchCheck {
        vendors,
        in_use,
        source,
        numbers: InOrder::new(LineNumbers::default()),
        order: InOrder::new(Order::default()),
        shares: vendors.memory().apart().into_iter().map(InOrder::new).collect(),
        counts: InOrder::new(CallCounter::new()),
        profile,
        end: Mutex::new(None),
    };
    let more = check.source.estimated_blocks().min(shares.threads as u64).saturating_sub(1);
    // a thread that panics has ended the check (`EndOnPanic`)
    let run = || drop(catch_unwind(AssertUnwindSafe(|| check.run())));
    thread::scope(|scope| {
        for _ in 0..more {
            scope.spawn(run);
        }
        run();
    });
    let BatchCheck { source, shares, counts, profile, end, .. } = check;
    match end.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(End::InvalidFile(error)) => return Err(error),
        Some(End::NeedsEngine) => return Ok(None),
        None => {}
    }
    let mut counts = counts.into_inner();
    let tally = counts.tally(vendors, in_use);
    let memory = Memory::together(shares.into_iter().map(InOrder::into_inner));
    let files = source.files;
    let problem = recording.problem();
    Ok(Some(BatchResult {
        vendors,
        in_use,
        files,
        memory,
        counts,
        tally,
        problem,
        profile: profile
            .map(|profile| profile.into_inner().unwrap_or_else(PoisonError::into_inner)),
    }))
}

impl BatchResult<'_> {
    /// Returns the counts of all findings.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Compares the calls with the plan; `None` without a plan. The times of the calls are not known.
    pub fn expectations(&self) -> Option<Expectations> {
        let plan = self.vendors.plan()?;
        Some(self.counts.plan_counts.expectations(
            plan,
            (self.vendors, self.in_use),
            &self.counts.sets,
        ))
    }

    /// Returns the profile of all calls, which is empty unless [`profile_files`] was called.
    pub fn into_profile(self) -> TrafficProfile {
        self.profile.unwrap_or_default()
    }

    /// Returns a message about lines that could not be read.
    pub fn problem(&self) -> Option<String> {
        let (lines, first) = &self.counts.bad;
        let bad = first.as_ref().map(|(line, error)| {
            crate::engine::judging::judge_thread::passed_over(*lines, *line, error)
        });
        match (&self.problem, bad) {
            (Some(problem), Some(bad)) => Some(format!("{problem}; {bad}")),
            (problem, bad) => problem.clone().or(bad),
        }
    }

    /// Returns everything about rows that the tally names, with an entry for each row: `None` for a
    /// row that the tally does not name.
    pub fn details(&self, rows: &[u64]) -> Vec<Result<Option<RowDetail>, String>> {
        self.read_rows(rows, Extent::Everything)
    }

    /// Returns the rows as reports show them: without the vendors' outputs.
    pub fn examples(&self, rows: &[u64]) -> Vec<Result<Option<RowDetail>, String>> {
        self.read_rows(rows, Extent::Findings)
    }

    fn read_rows(&self, rows: &[u64], extent: Extent) -> Vec<Result<Option<RowDetail>, String>> {
        let line_of = |row: &u64| self.call(*row).map(|call| &call.line);
        let is_same_request =
            |a: &u64, b: &u64| line_of(a).zip(line_of(b)).is_some_and(|(a, b)| Arc::ptr_eq(a, b));
        let mut details = Vec::with_capacity(rows.len());
        let mut scratch = ParseScratch::default();
        // a batch is parsed once for all of its calls
        for rows in rows.chunk_by(is_same_request) {
            let calls: Vec<&ExampleCall> = rows.iter().filter_map(|row| self.call(*row)).collect();
            match calls.first() {
                None => details.extend(rows.iter().map(|row| self.request_row(*row))),
                Some(first) => match self.calls(&first.line, &calls, extent, &mut scratch) {
                    Ok(calls) => details.extend(calls.into_iter().map(|call| call.map(Some))),
                    Err(error) => details.extend(calls.iter().map(|_| Err(error.clone()))),
                },
            }
        }
        details
    }

    fn call(&self, row: u64) -> Option<&ExampleCall> {
        match self.counts.examples.get(&row)? {
            ExampleRow::Call(call) => Some(call),
            ExampleRow::NoCall(..) => None,
        }
    }

    /// Returns the row of a request that was refused or holds no call.
    fn request_row(&self, row: u64) -> Result<Option<RowDetail>, String> {
        let Some(ExampleRow::NoCall(line, kind)) = self.counts.examples.get(&row) else {
            return Ok(None);
        };
        let read;
        let line: &str = match line {
            ExampleLine::Text(text) => text,
            ExampleLine::InFile(file, at, len) => {
                let line = self.files[*file].read(*at, *len);
                read = line.map_err(|error| error.to_string())?;
                read.as_ref()
            }
        };
        let request = request_of(line)?;
        let detail = request_without_calls::detail(line, &request, *kind)?;
        Ok(Some(RowDetail::NoCall(Box::new(detail))))
    }

    /// Returns the details of some calls of the request in a line.
    fn calls(
        &self,
        line: &str,
        calls: &[&ExampleCall],
        extent: Extent,
        scratch: &mut ParseScratch,
    ) -> Result<Vec<Result<RowDetail, String>>, String> {
        let ParsedLine::Request(request, reading) = read_line(line, scratch)? else {
            return Err("the line holds no request".to_owned());
        };
        let shared = Arc::new(row_detail::request_detail(line, &request));
        let context = DetailContext {
            vendors: self.vendors,
            memory: &self.memory,
            people: &self.counts.people,
            in_use: self.in_use,
        };
        let detail = |call: &&ExampleCall| {
            let read = reading.calls.get(call.nth).ok_or("the request holds no such call")?;
            let set = self.counts.sets.get(call.set);
            let reused = call_detail::is_reused(set, self.vendors);
            let mut event = reading.event(read);
            event.discarded |= reused;
            let call_context = (call.seq, call.sender, shared.received_at);
            let results = context.evaluate(&event, call_context, extent);
            let notes = JudgeNotes {
                seq: call.seq,
                sender: call.sender,
                repeat: call.repeat,
                reused,
                marked: self.counts.remarks.is_marked(call.seq.0),
                missing: call_detail::missing(set, self.in_use.bits(call.sender)),
                ids: [None, None],
            };
            let detail = call_detail::detail(notes, results, &reading, read, &shared);
            Ok(RowDetail::Call(Box::new(detail)))
        };
        let details = calls.iter().map(detail).collect();
        reading.recycle(scratch);
        Ok(details)
    }
}
