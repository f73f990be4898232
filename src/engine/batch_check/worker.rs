//! What each thread of a batch check does, block by block.

use crate::call::{Event, Seq};
use crate::engine::batch_check::blocks::{BlockSource, LineBlock, Stop};
use crate::engine::batch_check::call_counter::{CallCounter, CallFindings};
use crate::engine::batch_check::in_order::InOrder;
use crate::engine::batch_check::read_block::{BlockActions, LineAction, requests, split};
use crate::engine::compare::TrafficProfile;
use crate::engine::counts::finding_totals::{ANY_STRUCTURE, structure};
use crate::engine::index::{FindingSets, HasId, MessageIds, Repeat, SenderPlatform, Sighting};
use crate::engine::judging::vendors_in_use::InUse;
use crate::engine::rows::call_detail::MESSAGE_ID_REUSED;
use crate::engine::rows::call_fields;
use crate::engine::source::file_error::FileError;
use crate::plan::PlanOutcome;
use crate::vendors::{CallViewer, CodeId, PerVendorScratch, Share, Vendors, ViewedCall};
use crate::wire::ParseScratch;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// The maximum number of scratch buffers that a worker keeps after a block.
const KEPT: usize = 1024;
/// The maximum number after a block in which a request's text was longer than [`LARGE_BYTES`].
const KEPT_LARGE: usize = 8;
const LARGE_BYTES: usize = 64 << 10;

/// Why a batch check ended before its files did.
pub(crate) enum End {
    /// A line of a file of calls is none, or the file cannot be read.
    Wrong(FileError),
    /// There is what only the engine does.
    Other,
}

/// How far the lines are numbered.
#[derive(Default)]
pub(crate) struct LineNumbers {
    file: usize,
    /// Lines of the file.
    lines: u64,
    /// Requests that calls from files became.
    requests: u64,
}

/// The calls so far.
#[derive(Default)]
pub(crate) struct Order {
    calls: u64,
    seen: MessageIds,
}

/// What the threads share.
pub(crate) struct BatchCheck<'s> {
    pub vendors: &'s Vendors,
    pub in_use: &'s InUse,
    pub source: BlockSource<'s>,
    pub numbers: InOrder<LineNumbers>,
    /// The calls that come before a block.
    pub order: InOrder<Order>,
    /// What each vendor remembers.
    pub shares: Vec<InOrder<Share>>,
    pub counts: InOrder<CallCounter>,
    /// The profile of all calls, if one is asked for; threads add theirs when they end.
    pub profile: Option<Mutex<TrafficProfile>>,
    pub end: Mutex<Option<End>>,
}

/// An id that a vendor found in a call: the rank of that vendor, the place of the id's text, and whether
/// the id is doubtful.
type IdPlace = (usize, Range<usize>, bool);

/// What a thread uses again for each block.
#[derive(Default)]
pub(crate) struct WorkerScratch {
    lines: Vec<std::ops::Range<usize>>,
    spares: Vec<ParseScratch>,
    looking: Vec<CallViewer>,
    apart: PerVendorScratch,
    /// What tells the calls of the block from others.
    met: Vec<Option<Repeat>>,
    sightings: Vec<Sighting>,
    /// What is wrong with each call whichever vendor reads it.
    of_calls: Vec<Option<CodeId>>,
    /// The result of checking each call against the plan.
    by_plan: Vec<PlanOutcome>,
    /// The account and the user that the first vendor in use found in each call, in `texts`, and
    /// how soon that vendor is asked.
    ids: Vec<[Option<IdPlace>; 2]>,
    texts: String,
    /// The codes that vendors found, one vendor after the other.
    found: Vec<CodeId>,
    /// Where in `found` the codes end of each call, one vendor after the other.
    ends: Vec<usize>,
    /// The codes of all vendors, call by call.
    pub codes: Vec<CodeId>,
    pub calls: Vec<CallFindings>,
    /// The profile of the calls that this thread read, and the sets of codes of its calls.
    pub profile: TrafficProfile,
    pub sets: FindingSets,
}

impl BatchCheck<'_> {
    /// Ends it all.
    fn stop(&self, end: End) {
        self.end.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(end);
        self.numbers.end();
        self.order.end();
        self.shares.iter().for_each(InOrder::end);
        self.counts.end();
    }

    /// Takes blocks until there are no more.
    pub fn run(&self) {
        // nobody may wait for a thread that is gone
        let _end = EndOnPanic(self);
        let mut room = WorkerScratch::default();
        self.blocks(&mut room);
        if let Some(profile) = &self.profile {
            profile.lock().unwrap_or_else(PoisonError::into_inner).merge(room.profile);
        }
    }

    fn blocks(&self, room: &mut WorkerScratch) {
        let mut bytes = Vec::new();
        loop {
            match self.source.next(&mut bytes) {
                Ok(None) => return,
                Ok(Some(block)) => {
                    if self.block(&block, room).is_none() {
                        return;
                    }
                }
                Err(Stop::Recording) => return self.stop(End::Other),
                Err(Stop::Calls(nth, error)) => {
                    self.wrong(nth, error);
                    return;
                }
            }
        }
    }

    /// Something is wrong, unless something is with an earlier block.
    fn wrong(&self, nth: u64, error: FileError) -> Option<()> {
        self.counts.take(nth, |_| ())?;
        self.stop(End::Wrong(error));
        None
    }

    /// The way of one block; none once all is over.
    fn block(&self, block: &LineBlock<'_>, room: &mut WorkerScratch) -> Option<()> {
        let file = &self.source.files[block.file];
        split(block.bytes, &mut room.lines);
        let bare = !file.is_recording();
        let requests = if bare { requests(block.bytes, &room.lines) } else { 0 };
        let lines = room.lines.len() as u64;
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
            true => {
                BlockActions::of_calls(file, block, &room.lines, (line, request), &mut room.spares)
            }
            false => BlockActions::of_recording(block, &room.lines, &mut room.spares),
        };
        if read.other {
            self.stop(End::Other);
            return None;
        }
        if let Some(error) = read.wrong {
            return self.wrong(block.nth, error);
        }
        let before = self.judge(block.nth, &read.steps, room)?;
        self.gather(&read.steps, room);
        if self.profile.is_some() {
            self.profile_calls(before, &read.steps, room);
        }
        let who = (self.vendors, self.in_use);
        self.counts.take(block.nth, |counts| {
            let found = (&room.calls[..], &room.codes[..], room.texts.as_str());
            counts.count(who, &read.steps, found, (block.file, line));
        })?;
        let mut kept = KEPT;
        for step in read.steps {
            if let LineAction::Calls(mut calls) = step {
                if calls.text.len() > LARGE_BYTES {
                    kept = KEPT_LARGE;
                }
                calls.reading.recycle(&mut calls.scratch);
                room.spares.push(calls.scratch);
            }
        }
        room.spares.truncate(kept);
        room.looking.truncate(kept);
        Some(())
    }

    /// Judges the calls of a block at one vendor after the other. Returns how many calls came before
    /// the block.
    fn judge(&self, nth: u64, steps: &[LineAction<'_>], room: &mut WorkerScratch) -> Option<u64> {
        let mut events: Vec<Event<'_>> = Vec::with_capacity(steps.len());
        // before which calls sessions end, and when
        let mut flushes = Vec::new();
        let mut senders: Vec<SenderPlatform> = Vec::with_capacity(steps.len());
        room.met.clear();
        for step in steps {
            match step {
                LineAction::Calls(calls) => {
                    let reading = &calls.reading;
                    senders.extend(reading.calls.iter().map(|_| calls.sender));
                    events.extend(reading.calls.iter().map(|call| reading.event(call)));
                    room.met
                        .extend(reading.calls.iter().map(|call| call_fields::met(reading, call)));
                }
                LineAction::Flush(at) => flushes.push((events.len(), *at)),
                _ => {}
            }
        }
        let before = self.order.take(nth, |order| {
            room.sightings.clear();
            order.seen.fetch(&room.met);
            let met = room.met.iter().map(|met| order.seen.note(*met));
            room.sightings.extend(met);
            if let Some(LineAction::Part(calls)) = steps.first() {
                order.calls = order.calls.max(*calls);
            }
            let before = order.calls;
            order.calls += events.len() as u64;
            before
        })?;
        for (event, sighting) in events.iter_mut().zip(&room.sightings) {
            event.discarded |= sighting.is_reused();
        }
        if room.looking.len() < events.len() {
            room.looking.resize_with(events.len(), CallViewer::default);
        }
        for (event, looking) in events.iter().zip(&mut room.looking) {
            self.vendors.read(event, looking);
        }
        let looked = events.iter().zip(&room.looking);
        let looked: Vec<ViewedCall<'_>> =
            looked.map(|(event, looking)| self.vendors.looked(event, looking)).collect();
        room.of_calls.clear();
        room.of_calls.extend(looked.iter().map(|call| self.vendors.code_apart(call)));
        room.by_plan.clear();
        room.by_plan.extend(events.iter().map(|event| self.vendors.plan_outcome(event)));
        room.found.clear();
        room.ends.clear();
        room.texts.clear();
        room.ids.clear();
        room.ids.resize_with(events.len(), Default::default);
        let ranks = SenderPlatform::ALL.map(|sender| self.ranks(sender));
        for (vendor, share) in self.shares.iter().enumerate() {
            share.take(nth, |share| {
                let mut flushes = flushes.iter().peekable();
                for at in 0..=looked.len() {
                    while let Some((_, when)) = flushes.next_if(|(before, _)| *before == at) {
                        self.vendors.flush_apart(vendor, *when, share);
                    }
                    let Some(call) = looked.get(at) else { break };
                    let seq = Seq(before + at as u64 + 1);
                    let found = self.vendors.judge_apart(vendor, call, seq, share, &mut room.apart);
                    room.found.extend_from_slice(found.codes);
                    room.ends.push(room.found.len());
                    let rank = ranks[senders[at] as usize][vendor];
                    let found = [found.account, found.user].into_iter().zip(found.doubtful);
                    for (best, (id, is_doubtful)) in room.ids[at].iter_mut().zip(found) {
                        let is_better = best.as_ref().is_none_or(|(known, ..)| rank < *known);
                        if let (Some(id), true) = (id, is_better && rank < usize::MAX) {
                            let start = room.texts.len();
                            room.texts.push_str(id);
                            *best = Some((rank, start..room.texts.len(), is_doubtful));
                        }
                    }
                }
            })?;
        }
        Some(before)
    }

    /// How soon each vendor is asked for the ids of a call from such a sender; those that are not in
    /// use are not.
    fn ranks(&self, sender: SenderPlatform) -> Vec<usize> {
        let mut ranks = vec![usize::MAX; self.shares.len()];
        for (rank, vendor) in self.in_use.ordered(sender).enumerate() {
            ranks[vendor] = rank;
        }
        ranks
    }

    /// Puts together what was found of each call.
    fn gather(&self, steps: &[LineAction<'_>], room: &mut WorkerScratch) {
        let calls = room.ends.len() / self.shares.len().max(1);
        room.codes.clear();
        room.calls.clear();
        let all = steps.iter().filter_map(|step| match step {
            LineAction::Calls(calls) => Some(calls),
            _ => None,
        });
        let mut at = 0;
        for request in all {
            for (nth, call) in request.reading.calls.iter().enumerate() {
                let begin = room.codes.len();
                // what is so about the whole request is said once, with its first call
                let whole = if nth == 0 { &request.reading.discards[..] } else { &[] };
                let own = call.discards.iter().chain(whole).map(|discard| discard.code);
                let signature = request.signature.filter(|_| nth == 0);
                let sighting = room.sightings[at];
                let reused = sighting.is_reused().then_some(MESSAGE_ID_REUSED);
                room.codes.extend(room.of_calls[at]);
                room.codes.extend(self.vendors.codes().of_plan(room.by_plan[at]));
                for code in own.chain(reused).chain(signature) {
                    room.codes.extend(self.vendors.codes().find(None, code));
                }
                for vendor in 0..self.shares.len() {
                    let place = vendor * calls + at;
                    let from = place.checked_sub(1).map_or(0, |before| room.ends[before]);
                    room.codes.extend_from_slice(&room.found[from..room.ends[place]]);
                }
                at += 1;
                let codes = &mut room.codes[begin..];
                codes.sort_unstable();
                let kept = dedup(codes);
                room.codes.truncate(begin + kept);
                let structure = match room.codes.len() > begin {
                    true => structure(&request.reading, call, room.by_plan[at - 1]),
                    false => ANY_STRUCTURE,
                };
                let repeat = sighting.is_repeat();
                let [account, user] = std::mem::take(&mut room.ids[at - 1]);
                let has = [&account, &user].map(|id| match id {
                    None => HasId::No,
                    Some((.., true)) => HasId::Doubtful,
                    Some(_) => HasId::Yes,
                });
                let ids = [account, user].map(|id| id.map(|(_, part, _)| part));
                let entry = room.by_plan[at - 1].entry;
                let codes = room.codes.len();
                room.calls.push(CallFindings { repeat, structure, codes, ids, has, entry });
            }
        }
    }
}

/// Puts each of sorted codes to the front once; how many there are.
fn dedup(codes: &mut [CodeId]) -> usize {
    let mut kept = 0;
    for at in 0..codes.len() {
        if at == 0 || codes[at] != codes[kept - 1] {
            codes[kept] = codes[at];
            kept += 1;
        }
    }
    kept
}

struct EndOnPanic<'s>(&'s BatchCheck<'s>);

impl Drop for EndOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop(End::Other);
        }
    }
}
