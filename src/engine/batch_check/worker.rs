//! The work of each thread of a batch check, block by block.

use crate::call::{Event, Seq};
use crate::engine::batch_check::blocks::{BlockSource, LineBlock, Stop};
use crate::engine::batch_check::call_counter::{CallCounter, CallFindings};
use crate::engine::batch_check::in_order::InOrder;
use crate::engine::batch_check::read_block::{BlockActions, LineAction, requests, split};
use crate::engine::compare::TrafficProfile;
use crate::engine::index::{FindingSets, MessageIds, Repeat, SenderPlatform, Sighting};
use crate::engine::judging::vendors_in_use::{IdPrecedence, InUse};
use crate::engine::rows::call_fields;
use crate::engine::source::file_error::FileError;
use crate::plan::PlanOutcome;
use crate::vendors::{
    CallCodes, CallViewer, CodeId, HashedIds, PerVendorScratch, Share, Vendors, ViewedCall,
};
use crate::wire::ParseScratch;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// The maximum number of scratch buffers that a worker keeps after a block.
const MAX_KEPT_BUFFERS: usize = 1024;
/// The maximum number after a block in which a request's text was longer than [`LARGE_BYTES`].
const MAX_KEPT_LARGE_BUFFERS: usize = 8;
/// The size above which the text of a request counts as large.
const LARGE_BYTES: usize = 64 << 10;

/// Why a batch check ended before its files did.
pub(crate) enum End {
    /// A line of a file of calls is not a call, or the file cannot be read.
    InvalidFile(FileError),
    /// A file contains something that only the engine handles, or a thread panicked.
    NeedsEngine,
}

/// The numbers of lines and requests that are assigned so far.
#[derive(Default)]
pub(crate) struct LineNumbers {
    file: usize,
    /// The number of lines of the file.
    lines: u64,
    /// The number of requests that calls from files became.
    requests: u64,
}

/// The number of calls so far, and their message ids.
#[derive(Default)]
pub(crate) struct Order {
    calls: u64,
    seen: MessageIds,
}

/// The state that the threads of a batch check share.
pub(crate) struct BatchCheck<'s> {
    pub vendors: &'s Vendors,
    pub in_use: &'s InUse,
    pub source: BlockSource<'s>,
    pub numbers: InOrder<LineNumbers>,
    /// The calls before a block.
    pub order: InOrder<Order>,
    /// The memory of each vendor.
    pub shares: Vec<InOrder<Share>>,
    pub counts: InOrder<CallCounter>,
    /// The profile of all calls, if it was asked for. Each thread adds its own profile when it
    /// ends.
    pub profile: Option<Mutex<TrafficProfile>>,
    pub end: Mutex<Option<End>>,
}

/// An id that a vendor found in a call, and the range of its text.
type IdPlace = (IdPrecedence, Range<usize>);

/// The buffers that a thread reuses for each block.
#[derive(Default)]
pub(crate) struct WorkerScratch {
    lines: Vec<std::ops::Range<usize>>,
    parse_buffers: Vec<ParseScratch>,
    viewers: Vec<CallViewer>,
    per_vendor: PerVendorScratch,
    /// The hashes of the ids of each call, for the memories of all vendors.
    id_hashes: Vec<HashedIds>,
    /// The fingerprint of each call of the block, by which a repeat is recognized.
    fingerprints: Vec<Option<Repeat>>,
    pub sightings: Vec<Sighting>,
    /// The findings of each call that do not depend on a vendor.
    pub call_codes: Vec<CallCodes>,
    /// The result of checking each call against the plan.
    pub plan_outcomes: Vec<PlanOutcome>,
    /// The account id and the user id of each call, as ranges of `id_texts`.
    pub ids: Vec<[Option<IdPlace>; 2]>,
    pub id_texts: String,
    /// The codes that vendors found, one vendor after the other.
    pub vendor_codes: Vec<CodeId>,
    /// The end of each call's codes in `vendor_codes`, one vendor after the other.
    pub vendor_code_ends: Vec<usize>,
    /// The codes of all vendors, call by call.
    pub codes: Vec<CodeId>,
    pub calls: Vec<CallFindings>,
    /// The profile of the calls that this thread read, and the sets of codes of these calls.
    pub profile: TrafficProfile,
    pub sets: FindingSets,
}

impl BatchCheck<'_> {
    /// Ends the check. The first reason is kept.
    fn stop(&self, end: End) {
        self.end.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(end);
        self.numbers.end();
        self.order.end();
        self.shares.iter().for_each(InOrder::end);
        self.counts.end();
    }

    /// Takes blocks until there are no more.
    pub fn run(&self) {
        // if this thread panics, no other thread may wait for its turn
        let _end = EndOnPanic(self);
        let mut scratch = WorkerScratch::default();
        self.process_blocks(&mut scratch);
        if let Some(profile) = &self.profile {
            profile.lock().unwrap_or_else(PoisonError::into_inner).merge(scratch.profile);
        }
    }

    fn process_blocks(&self, scratch: &mut WorkerScratch) {
        let mut bytes = Vec::new();
        loop {
            match self.source.next(&mut bytes) {
                Ok(None) => return,
                Ok(Some(block)) => {
                    if self.process_block(&block, scratch).is_none() {
                        return;
                    }
                }
                Err(Stop::Recording) => return self.stop(End::NeedsEngine),
                Err(Stop::Calls(nth, error)) => {
                    self.stop_with_error(nth, error);
                    return;
                }
            }
        }
    }

    /// Ends the check with the error of a block. Waits for the block's turn, so that the error of
    /// an earlier block wins.
    fn stop_with_error(&self, nth: u64, error: FileError) -> Option<()> {
        self.counts.take(nth, |_| ())?;
        self.stop(End::InvalidFile(error));
        None
    }

    /// Parses, judges and counts one block. Returns `None` once the check has ended.
    fn process_block(&self, block: &LineBlock<'_>, scratch: &mut WorkerScratch) -> Option<()> {
        let file = &self.source.files[block.file];
        split(block.bytes, &mut scratch.lines);
        let bare = !file.is_recording();
        let requests = if bare { requests(block.bytes, &scratch.lines) } else { 0 };
        let lines = scratch.lines.len() as u64;
        let (line, request) = self.numbers.take(block.nth, |numbers| {
            if numbers.file != block.file {
                (numbers.file, numbers.lines) = (block.file, 0);
            }
            let before = (numbers.lines, numbers.requests + 1);
            numbers.lines += lines;
            numbers.requests += requests;
            before
        })?;
        let read = match bare {
            true => BlockActions::of_calls(
                file,
                block,
                &scratch.lines,
                (line, request),
                &mut scratch.parse_buffers,
            ),
            false => BlockActions::of_recording(block, &scratch.lines, &mut scratch.parse_buffers),
        };
        if read.needs_engine {
            self.stop(End::NeedsEngine);
            return None;
        }
        if let Some(error) = read.error {
            return self.stop_with_error(block.nth, error);
        }
        let before = self.judge(block.nth, &read.actions, scratch)?;
        self.gather(&read.actions, scratch);
        if self.profile.is_some() {
            self.profile_calls(before, &read.actions, scratch);
        }
        let judges = (self.vendors, self.in_use);
        self.counts.take(block.nth, |counts| {
            let found = (&scratch.calls[..], &scratch.codes[..], scratch.id_texts.as_str());
            counts.count(judges, &read.actions, found, (block.file, line));
        })?;
        let mut max_kept = MAX_KEPT_BUFFERS;
        for action in read.actions {
            if let LineAction::Calls(calls) = action {
                if calls.text.len() > LARGE_BYTES {
                    max_kept = MAX_KEPT_LARGE_BUFFERS;
                }
                // the parsed request took all that its buffer held
                let mut buffer = ParseScratch::default();
                calls.reading.recycle(&mut buffer);
                scratch.parse_buffers.push(buffer);
            }
        }
        scratch.parse_buffers.truncate(max_kept);
        scratch.viewers.truncate(max_kept);
        Some(())
    }

    /// Judges the calls of a block at one vendor after the other. Returns the number of calls
    /// before the block.
    fn judge(
        &self,
        nth: u64,
        actions: &[LineAction<'_>],
        scratch: &mut WorkerScratch,
    ) -> Option<u64> {
        let mut events: Vec<Event<'_>> = Vec::with_capacity(actions.len());
        // the index of the call before which idle sessions end, and the time
        let mut flushes = Vec::new();
        let mut senders: Vec<SenderPlatform> = Vec::with_capacity(actions.len());
        scratch.fingerprints.clear();
        for action in actions {
            match action {
                LineAction::Calls(calls) => {
                    let reading = &calls.reading;
                    senders.extend(reading.calls.iter().map(|_| calls.sender));
                    events.extend(reading.calls.iter().map(|call| reading.event(call)));
                    scratch.fingerprints.extend(
                        reading
                            .calls
                            .iter()
                            .map(|call| call_fields::repeat_fingerprint(reading, call)),
                    );
                }
                LineAction::Flush(at) => flushes.push((events.len(), *at)),
                _ => {}
            }
        }
        let before = self.order.take(nth, |order| {
            scratch.sightings.clear();
            order.seen.fetch(&scratch.fingerprints);
            let sightings = scratch.fingerprints.iter().map(|print| order.seen.note(*print));
            scratch.sightings.extend(sightings);
            if let Some(LineAction::Part(calls)) = actions.first() {
                order.calls = order.calls.max(*calls);
            }
            let before = order.calls;
            order.calls += events.len() as u64;
            before
        })?;
        for (event, sighting) in events.iter_mut().zip(&scratch.sightings) {
            event.discarded |= sighting.is_reused();
        }
        if scratch.viewers.len() < events.len() {
            scratch.viewers.resize_with(events.len(), CallViewer::default);
        }
        for (event, viewer) in events.iter().zip(&mut scratch.viewers) {
            self.vendors.read(event, viewer);
        }
        let viewed = events.iter().zip(&scratch.viewers);
        let viewed: Vec<ViewedCall<'_>> =
            viewed.map(|(event, viewer)| self.vendors.view_call(event, viewer)).collect();
        scratch.id_hashes.clear();
        scratch.id_hashes.extend(viewed.iter().map(|call| self.vendors.hash_ids(call)));
        scratch.call_codes.clear();
        scratch
            .call_codes
            .extend(viewed.iter().map(|call| self.vendors.codes_without_vendor(call)));
        scratch.plan_outcomes.clear();
        scratch.plan_outcomes.extend(events.iter().map(|event| self.vendors.plan_outcome(event)));
        scratch.vendor_codes.clear();
        scratch.vendor_code_ends.clear();
        scratch.id_texts.clear();
        scratch.ids.clear();
        scratch.ids.resize_with(events.len(), Default::default);
        let ranks = SenderPlatform::ALL.map(|sender| self.ranks(sender));
        for (vendor, share) in self.shares.iter().enumerate() {
            share.take(nth, |share| {
                let calls = (&viewed[..], &scratch.id_hashes[..]);
                self.vendors.prefetch_memory(vendor, calls, share, &mut scratch.per_vendor);
                let mut flushes = flushes.iter().peekable();
                for at in 0..=viewed.len() {
                    while let Some((_, when)) = flushes.next_if(|(before, _)| *before == at) {
                        self.vendors.flush_at_vendor(vendor, *when, share);
                    }
                    let Some(call) = viewed.get(at) else { break };
                    let seq = Seq(before + at as u64 + 1);
                    let found = self.vendors.judge_at_vendor(
                        vendor,
                        call,
                        seq,
                        share,
                        &mut scratch.per_vendor,
                    );
                    scratch.vendor_codes.extend_from_slice(found.codes);
                    scratch.vendor_code_ends.push(scratch.vendor_codes.len());
                    let rank = ranks[senders[at] as usize][vendor];
                    let found = [found.account, found.user].into_iter().zip(found.doubtful);
                    for (best, (id, is_doubtful)) in scratch.ids[at].iter_mut().zip(found) {
                        let precedence = IdPrecedence::new(is_doubtful, rank);
                        let is_better = best.as_ref().is_none_or(|(known, _)| precedence < *known);
                        if let (Some(id), true) = (id, is_better && rank < usize::MAX) {
                            let start = scratch.id_texts.len();
                            scratch.id_texts.push_str(id);
                            *best = Some((precedence, start..scratch.id_texts.len()));
                        }
                    }
                }
            })?;
        }
        Some(before)
    }

    /// Returns the rank of each vendor, the smallest first, in which ids are taken from vendors for
    /// a call from such a sender; `usize::MAX` for vendors that are not in use.
    fn ranks(&self, sender: SenderPlatform) -> Vec<usize> {
        let mut ranks = vec![usize::MAX; self.shares.len()];
        for (rank, vendor) in self.in_use.ordered(sender).enumerate() {
            ranks[vendor] = rank;
        }
        ranks
    }
}

/// Ends the check if its thread panics, so that no other thread waits for its turn.
struct EndOnPanic<'s>(&'s BatchCheck<'s>);

impl Drop for EndOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop(End::NeedsEngine);
        }
    }
}
