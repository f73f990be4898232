//! What all that was judged so far gives. Lines are the only thing that changes it, whether they
//! have just been recorded or are read again: so reading again gives what was live.

use crate::call::Seq;
use crate::call::time::Millis;
use crate::engine::ingest::queue_entry::{QueueEntry, QueuedLine, ReadRequest};
use crate::engine::judging::index_request::{JudgedIndex, no_call};
use crate::engine::judging::settings_epochs::SettingsEpochs;
use crate::engine::judging::vendors_in_use::InUse;
use crate::engine::source::opened::OpenedCounts;
use crate::engine::source::read_lines;
use crate::engine::source::recording_files::RecordingText;
use crate::recording::{PartStart, RecordingEvent};
use crate::vendors::Vendors;
use crate::wire::ParseScratch;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// The index with what it was made from.
#[derive(Debug)]
pub(crate) struct JudgingState {
    pub recording: RecordingText,
    pub index: JudgedIndex,
    /// Which vendors judge which calls.
    pub eras: SettingsEpochs,
    pub clears: u64,
    /// Up to where the recording is judged.
    pub done: u64,
    /// Of the request up to there not all calls are judged yet.
    pub is_within: bool,
    /// What was found on the way.
    pub opened: OpenedCounts,
    /// Where the file begins that was read last, and how many of its lines were read.
    lines: (u64, u64),
    /// The files behind the first one that were begun: where each begins, and how many calls came
    /// before it.
    begun: Vec<(u64, u64)>,
    /// While lines are taken again that a clearing of some calls leaves.
    is_again: bool,
    /// What the last clearing put away.
    cleared: Option<Box<ClearedCalls>>,
}

/// What was there before a clearing, until the next one.
#[derive(Debug)]
struct ClearedCalls {
    index: JudgedIndex,
    /// Where the line of the clearing ends.
    from: u64,
}

/// How far a line was done.
#[expect(clippy::large_enum_variant, reason = "it is moved, never kept")]
pub(crate) enum LineProgress {
    /// To its end; gives back room for another reading, if there was one.
    Whole(Option<ParseScratch>),
    /// Calls are left.
    Part(UnjudgedRequest),
}

/// A request of which some calls are not judged yet.
pub(crate) struct UnjudgedRequest {
    read: ReadRequest,
    /// Those that judge all of it.
    vendors: Arc<Vendors>,
    next: usize,
}

impl JudgingState {
    /// Nothing judged yet.
    pub fn new(recording: RecordingText, eras: SettingsEpochs, in_use: InUse) -> JudgingState {
        JudgingState {
            recording,
            index: JudgedIndex::new(eras.latest(), in_use),
            eras,
            clears: 0,
            done: 0,
            is_within: false,
            opened: OpenedCounts::default(),
            lines: (0, 0),
            begun: Vec::new(),
            is_again: false,
            cleared: None,
        }
    }

    /// Does what a line says. Gives back room for another reading, if there was one.
    pub fn apply(&mut self, item: QueuedLine) -> Option<ParseScratch> {
        let mut applied = self.apply_some(item, usize::MAX);
        loop {
            match applied {
                LineProgress::Whole(spare) => return spare,
                LineProgress::Part(rest) => applied = self.go_on(rest, usize::MAX),
            }
        }
    }

    /// The same, but of a request's calls at most so many: the rest is to follow, before any other
    /// line.
    pub fn apply_some(&mut self, item: QueuedLine, most: usize) -> LineProgress {
        if let QueueEntry::Event(RecordingEvent::Undo, _) = item.work {
            self.undo(item.offset, item.end);
            return LineProgress::Whole(None);
        }
        if let QueueEntry::ClearTest(test) = item.work {
            self.clear_test(test, item.offset, item.end);
            return LineProgress::Whole(None);
        }
        if let QueueEntry::ClearCalls(calls) = item.work {
            self.clear_calls(&calls, item.offset, item.end);
            return LineProgress::Whole(None);
        }
        let vendors = self.eras.at(self.index.next_seq());
        // were it to panic, the line would not be taken twice
        self.done = item.end;
        match item.work {
            QueueEntry::Request(read)
                if self.index.is_cleared(&read.line)
                    || self.index.is_all_cleared(&read.reading) =>
            {
                self.index.skip(read.reading.calls.len() as u64);
            }
            QueueEntry::Refused(line) if self.index.is_cleared(&line) => {}
            // what was cleared away in between has come back by now
            QueueEntry::Event(RecordingEvent::Clear, _) if self.is_again => {}
            QueueEntry::Request(read) => {
                self.opened.requests += 1;
                self.index.push_request(&read.line, &read.reading);
                let vendors = Arc::clone(vendors);
                return self.go_on(UnjudgedRequest { read, vendors, next: 0 }, most);
            }
            QueueEntry::Refused(line) => {
                self.opened.requests += 1;
                self.index.push_error(&line);
            }
            QueueEntry::Event(RecordingEvent::Flush, at) => self.index.flush(vendors, at),
            QueueEntry::Event(RecordingEvent::Clear, _) => {
                let index = self.index.clear(vendors, item.end);
                self.cleared = Some(Box::new(ClearedCalls { index, from: item.end }));
                self.clears += 1;
            }
            // done above
            QueueEntry::Event(RecordingEvent::Undo, _)
            | QueueEntry::ClearTest(_)
            | QueueEntry::ClearCalls(_) => {}
            QueueEntry::Remark(mut remark) => {
                remark.seq = remark.seq.saturating_add(self.calls_before_file(item.offset));
                self.index.remarks.take(remark);
            }
            QueueEntry::Part(start) => self.begin_part(item.offset, start),
            QueueEntry::Push(..) | QueueEntry::Nothing => {}
            QueueEntry::Bad(error) => {
                self.opened.bad_lines += 1;
                let line = self.lines.1;
                self.opened.first_bad.get_or_insert((line, error));
            }
        }
        LineProgress::Whole(None)
    }

    /// Goes on with a request.
    pub fn go_on(&mut self, mut rest: UnjudgedRequest, most: usize) -> LineProgress {
        let all = rest.read.reading.calls.len();
        let to = all.min(rest.next.saturating_add(most));
        // were it to panic, the rest of the request is not taken
        self.is_within = false;
        self.index.push_calls_left(&rest.vendors, &rest.read, rest.next..to);
        if to < all {
            self.is_within = true;
            rest.next = to;
            return LineProgress::Part(rest);
        }
        let ReadRequest { reading, mut scratch, .. } = rest.read;
        if let Some(kind) = no_call(&reading) {
            self.index.store.push_no_call(kind);
        }
        reading.recycle(&mut scratch);
        LineProgress::Whole(Some(scratch))
    }

    /// How many calls would come back if the last clearing were undone; none if nothing would.
    pub fn cleared(&self) -> Option<u64> {
        let index = &self.cleared.as_ref()?.index;
        (index.store.rows() > 0).then(|| index.store.calls.len() - index.repeats)
    }

    /// Takes the last clearing back, and takes again what came since.
    fn undo(&mut self, to: u64, end: u64) {
        let Some(cleared) = self.cleared.take() else { return };
        let ClearedCalls { index, from } = *cleared;
        let aside = self.index.in_use.aside().to_vec();
        self.index = index;
        self.index.set_aside(aside, self.eras.latest());
        self.index.epoch = JudgedIndex::new_epoch();
        self.clears += 1;
        let (opened, parts) = (self.opened.clone(), self.recording.clone());
        let read = read_lines::read(&parts, from, to, &mut |items, spares| {
            for item in items.drain(..) {
                // one that panics has been told already, when it was first judged
                let done = catch_unwind(AssertUnwindSafe(|| self.apply(item)));
                spares.extend(done.ok().flatten());
            }
            true
        });
        // nothing of it is new
        self.opened = opened;
        self.done = end;
        if let Err(error) = read {
            self.opened.bad_lines += 1;
            self.opened.first_bad.get_or_insert((self.lines.1, error.to_string()));
        }
    }

    /// Clears away what a test has sent before a line.
    fn clear_test(&mut self, test: String, to: u64, end: u64) {
        self.done = end;
        let has_any = self.index.has_test(&test);
        self.index.test_clears.insert(test, to);
        if has_any {
            self.take_again(to, end);
        }
    }

    /// Clears away selected calls: ranges of their numbers, as the file of this line counts them.
    fn clear_calls(&mut self, calls: &[(u64, u64)], to: u64, end: u64) {
        self.done = end;
        let before = self.calls_before_file(to);
        let numbers = calls
            .iter()
            .map(|(first, last)| (first.saturating_add(before), last.saturating_add(before)));
        if self.index.select_cleared(numbers) {
            self.take_again(to, end);
        }
    }

    /// How many calls came before the recording that holds this offset, where several are open: its
    /// lines count their calls from there.
    fn calls_before_file(&self, offset: u64) -> u64 {
        if self.begun.is_empty() {
            return 0;
        }
        let base = self.section_base(offset);
        let begun = self.begun.iter().find(|(begin, _)| *begin == base);
        begun.map_or(0, |(_, before)| *before)
    }

    /// Where the file begins that holds this offset.
    fn section_base(&self, offset: u64) -> u64 {
        self.recording.part(offset).map_or(0, |(part, _)| part.base)
    }

    /// Begins a part of a recording. Its calls have the numbers that they had when it was written,
    /// whether the parts before it are there or not.
    fn begin_part(&mut self, offset: u64, start: PartStart) {
        let calls = self.index.next_seq().0 - 1;
        self.index.skip(start.calls.saturating_sub(calls));
        let base = self.section_base(offset);
        if let Some((_, before)) = self.begun.iter_mut().find(|(begin, _)| *begin == base) {
            *before = calls.saturating_sub(start.calls);
        }
    }

    /// Takes the lines up to here again, into a new index, without what is cleared away.
    fn take_again(&mut self, to: u64, end: u64) {
        let vendors = Arc::clone(self.eras.at(Seq(self.index.base + 1)));
        let mut index = JudgedIndex::new(&vendors, self.index.in_use.clone());
        (index.base, index.since) = (self.index.base, self.index.since);
        index.test_clears = std::mem::take(&mut self.index.test_clears);
        index.call_clears = std::mem::take(&mut self.index.call_clears);
        let remarks = std::mem::take(&mut self.index.remarks);
        self.index = index;
        self.clears += 1;
        let (opened, parts) = (self.opened.clone(), self.recording.clone());
        self.is_again = true;
        let read = read_lines::read(&parts, self.index.since, to, &mut |items, spares| {
            for item in items.drain(..) {
                if matches!(
                    item.work,
                    QueueEntry::Event(RecordingEvent::Undo, _)
                        | QueueEntry::ClearTest(_)
                        | QueueEntry::ClearCalls(_)
                ) {
                    continue;
                }
                // one that panics has been told already, when it was first judged
                let done = catch_unwind(AssertUnwindSafe(|| self.apply(item)));
                spares.extend(done.ok().flatten());
            }
            true
        });
        self.is_again = false;
        // nothing of it is new
        self.opened = opened;
        self.index.remarks = remarks;
        self.done = end;
        if let Err(error) = read {
            self.opened.bad_lines += 1;
            self.opened.first_bad.get_or_insert((self.lines.1, error.to_string()));
        }
    }

    /// The first call that the latest settings judged, where others judged calls that are shown.
    pub fn stale_before(&self) -> Option<Seq> {
        self.eras.stale_before().filter(|first| first.0 > self.index.base + 1)
    }

    /// Whether the idle flush would close a session at a moment.
    pub fn is_idle(&mut self, now: Millis) -> bool {
        self.eras.latest().is_idle(now, &mut self.index.memory)
    }

    /// Counts a line that was read from a file; errors name it.
    pub fn count_line(&mut self, offset: u64) {
        let base = self.section_base(offset);
        if self.lines.0 != base {
            self.lines = (base, 0);
            self.begun.push((base, self.index.next_seq().0 - 1));
        }
        self.lines.1 += 1;
    }
}
