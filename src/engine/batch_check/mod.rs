//! Judging all calls of files once, for a report: nothing is kept of a call but what it counts for.
//!
//! Where somebody may look at any call later, each becomes a line of a recording and a row of an
//! index. A report needs neither: it has a few counts, and of each kind of finding one example. So
//! here files are read in place, block by block, by as many threads as there are cores. Reading a
//! block is independent of all others; what is not has turns ([`turns`]), which blocks pass in
//! their order:
//!
//! ```text
//! split ▸ number ▸ read ▸ seqs ▸ look ▸ vendor 1 ▸ vendor 2 ▸ … ▸ gather ▸ count
//! ```
//!
//! What one vendor remembers is no other's business, so a thread judges a block at the second while
//! another judges the next block at the first. Each thread has one block at a time: so much is in
//! memory, however large the files are.
//!
//! What comes out is what the engine gives for the same files, to the last word; `tests/engine/batch_check`
//! compares the two. Clearings and what is odder still are left to the engine.

mod blocks;
mod call_counter;
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
use crate::engine::counts::plan_counts::PlanCounts;
use crate::engine::index::FindingSets;
use crate::engine::judging::user_groups::UserGroups;
use crate::engine::judging::vendors_in_use::InUse;
use crate::engine::rows::call_detail::{self, DetailContext, Extent, JudgeNotes};
use crate::engine::rows::marks_and_notes::MarksAndNotes;
use crate::engine::rows::row_window::request_of;
use crate::engine::rows::views::RowDetail;
use crate::engine::rows::{request_without_calls, row_detail};
use crate::engine::source::file_error::FileError;
use crate::engine::source::recording_files::Recording;
use crate::engine::source::request_line::{body_text, head_of};
use crate::vendors::{Memory, Vendors};
use crate::wire;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// More threads than this would wait for each other most of the time.
const MOST_THREADS: usize = 8;

/// What a batch check gives: counts, and those calls that are examples.
pub struct BatchResult<'r> {
    vendors: &'r Vendors,
    in_use: &'r InUse,
    files: Vec<LineRange<'r>>,
    memory: Memory,
    people: UserGroups,
    remarks: MarksAndNotes,
    sets: FindingSets,
    kept: BTreeMap<u64, ExampleRow>,
    tally: Tally,
    of_plan: PlanCounts,
    bad: (u64, Option<(u64, String)>),
    /// What could not be read before the lines were.
    problem: Option<String>,
    profile: Option<TrafficProfile>,
}

/// How the work is shared out.
#[derive(Debug, Clone, Copy)]
pub struct Shares {
    /// How many threads take part.
    pub threads: usize,
    /// About how much each of them takes at once.
    pub block_bytes: u64,
}

impl Default for Shares {
    fn default() -> Self {
        let cores = thread::available_parallelism().map_or(1, |cores| cores.get());
        Shares { threads: cores.min(MOST_THREADS), block_bytes: 128 << 10 }
    }
}

/// Judges all calls of a recording's files; none where only the engine can, which then has all
/// still to do. A line of a file of calls that is not a call is an error. Into what shares the work
/// goes changes nothing of what comes out.
pub fn survey<'r>(
    recording: &'r Recording,
    vendors: &'r Vendors,
    in_use: &'r InUse,
    shares: Shares,
) -> Result<Option<BatchResult<'r>>, FileError> {
    check_all(recording, (vendors, in_use), shares, None)
}

/// Judges all calls as [`survey`] does, and makes a profile of them:
/// [`BatchResult::into_profile`].
pub fn survey_profile<'r>(
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
    let survey = BatchCheck {
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
    let more = survey.source.blocks().min(shares.threads as u64).saturating_sub(1);
    // one that panics has ended it all
    let run = || drop(catch_unwind(AssertUnwindSafe(|| survey.run())));
    thread::scope(|scope| {
        for _ in 0..more {
            scope.spawn(run);
        }
        run();
    });
    let BatchCheck { source, shares, counts, profile, end, .. } = survey;
    match end.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(End::Wrong(error)) => return Err(error),
        Some(End::Other) => return Ok(None),
        None => {}
    }
    let mut counts = counts.into_inner();
    let tally = counts.tally(vendors, in_use);
    let CallCounter { people, remarks, sets, kept, bad, of_plan, .. } = counts;
    let memory = Memory::together(shares.into_iter().map(InOrder::into_inner));
    let files = source.files;
    let problem = recording.problem();
    Ok(Some(BatchResult {
        vendors,
        in_use,
        files,
        memory,
        people,
        remarks,
        sets,
        kept,
        tally,
        of_plan,
        bad,
        problem,
        profile: profile
            .map(|profile| profile.into_inner().unwrap_or_else(PoisonError::into_inner)),
    }))
}

impl BatchResult<'_> {
    /// What was found.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Compares the calls with the plan; `None` without a plan. The times of the calls are not known.
    pub fn expectations(&self) -> Option<Expectations> {
        let plan = self.vendors.plan()?;
        Some(self.of_plan.expectations(plan, (self.vendors, self.in_use), &self.sets))
    }

    /// The profile of all calls; empty if none was asked for.
    pub fn into_profile(self) -> TrafficProfile {
        self.profile.unwrap_or_default()
    }

    /// What is to be said of lines that could not be read.
    pub fn problem(&self) -> Option<String> {
        let (lines, first) = &self.bad;
        let bad = first.as_ref().map(|(line, error)| {
            crate::engine::judging::judge_thread::passed_over(*lines, *line, error)
        });
        match (&self.problem, bad) {
            (Some(problem), Some(bad)) => Some(format!("{problem}; {bad}")),
            (problem, bad) => problem.clone().or(bad),
        }
    }

    /// Everything about a row that the tally names; nothing of any other.
    pub fn detail(&self, row: u64) -> Result<Option<RowDetail>, String> {
        self.row(row, Extent::Everything)
    }

    /// Returns a row as reports show it: without the vendors' outputs.
    pub fn example(&self, row: u64) -> Result<Option<RowDetail>, String> {
        self.row(row, Extent::Findings)
    }

    fn row(&self, row: u64, extent: Extent) -> Result<Option<RowDetail>, String> {
        match self.kept.get(&row) {
            None => Ok(None),
            Some(ExampleRow::Call(call)) => self.call(call, extent).map(Some),
            Some(ExampleRow::NoCall(line, kind)) => {
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
        }
    }

    fn call(&self, call: &ExampleCall, extent: Extent) -> Result<RowDetail, String> {
        let request = request_of(&call.line)?;
        let shared = Arc::new(row_detail::request_detail(&call.line, &request));
        let mut scratch = wire::ParseScratch::default();
        let body = body_text(&call.line, &request);
        let reading = wire::read(&head_of(&request), request.request, body, &mut scratch)
            .map_err(|refusal| refusal.to_string())?;
        let read = reading.calls.get(call.nth).ok_or("the request holds no such call")?;
        let known = DetailContext {
            vendors: self.vendors,
            memory: &self.memory,
            people: &self.people,
            in_use: self.in_use,
        };
        let reused = call_detail::is_reused(self.sets.get(call.set), self.vendors);
        let mut event = reading.event(read);
        event.discarded |= reused;
        let made = known.make(&event, (call.seq, call.sender, shared.received_at), extent);
        let noted = JudgeNotes {
            seq: call.seq,
            sender: call.sender,
            repeat: call.repeat,
            reused,
            marked: self.remarks.is_marked(call.seq.0),
            missing: call_detail::missing(self.sets.get(call.set), self.in_use.bits(call.sender)),
            ids: [None, None],
        };
        Ok(RowDetail::Call(Box::new(call_detail::detail(noted, made, &reading, read, &shared))))
    }
}
