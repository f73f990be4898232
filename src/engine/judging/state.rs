//! The result of judging all lines so far. Only lines change it, whether they were just recorded or
//! are read again, so a replay gives the same state as live traffic.

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

/// The index, and what is needed to build it.
#[derive(Debug)]
pub(crate) struct JudgingState {
    pub recording: RecordingText,
    pub index: JudgedIndex,
    /// The vendors that judge each call.
    pub eras: SettingsEpochs,
    pub clears: u64,
    /// The offset up to which the recording is judged.
    pub done: u64,
    /// True if some calls of the request before that offset are not yet judged.
    pub is_within: bool,
    /// The counts of the lines that were read.
    pub opened: OpenedCounts,
    /// The offset at which the file that was read last begins, and the number of its lines that
    /// were read.
    lines: (u64, u64),
    /// The files after the first whose reading has begun: the offset at which each begins, and the
    /// number of calls before it.
    started_files: Vec<(u64, u64)>,
    /// True while the lines that remain after a clear of some calls are applied again.
    is_again: bool,
    /// The calls that the last clear removed.
    cleared: Option<Box<ClearedCalls>>,
}

/// The index before a clear, which is kept until the next clear.
#[derive(Debug)]
struct ClearedCalls {
    index: JudgedIndex,
    /// The end of the line of the clear.
    from: u64,
}

/// The progress of applying a line.
#[expect(clippy::large_enum_variant, reason = "it is moved, never kept")]
pub(crate) enum LineProgress {
    /// The line is applied. Returns its scratch buffer for reuse, if it had one.
    Whole(Option<ParseScratch>),
    /// Some calls are not yet judged.
    Part(UnjudgedRequest),
}

/// A request of which some calls are not yet judged.
pub(crate) struct UnjudgedRequest {
    read: ReadRequest,
    /// The vendors that judge all of its calls.
    vendors: Arc<Vendors>,
    next: usize,
}

impl JudgingState {
    /// Creates a state without calls.
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
            started_files: Vec::new(),
            is_again: false,
            cleared: None,
        }
    }

    /// Applies a line. Returns its scratch buffer for reuse, if it had one.
    pub fn apply(&mut self, item: QueuedLine) -> Option<ParseScratch> {
        let mut applied = self.apply_some(item, usize::MAX);
        loop {
            match applied {
                LineProgress::Whole(spare) => return spare,
                LineProgress::Part(rest) => applied = self.resume(rest, usize::MAX),
            }
        }
    }

    /// Applies a line, but judges at most `most` calls of a request. The rest must be judged with
    /// [`JudgingState::resume`] before any other line.
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
        // set before judging, so that after a panic the line is not applied twice
        self.done = item.end;
        match item.work {
            QueueEntry::Request(read)
                if self.index.is_cleared(&read.line)
                    || self.index.is_all_cleared(&read.reading) =>
            {
                self.index.skip(read.reading.calls.len() as u64);
            }
            QueueEntry::Refused(line) if self.index.is_cleared(&line) => {}
            // this clear was undone before the present one, so it is skipped
            QueueEntry::Event(RecordingEvent::Clear, _) if self.is_again => {}
            QueueEntry::Request(read) => {
                self.opened.requests += 1;
                self.index.push_request(&read.line, &read.reading);
                let vendors = Arc::clone(vendors);
                return self.resume(UnjudgedRequest { read, vendors, next: 0 }, most);
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
            // handled above
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

    /// Judges the next calls of a request, at most `most`.
    pub fn resume(&mut self, mut rest: UnjudgedRequest, most: usize) -> LineProgress {
        let all = rest.read.reading.calls.len();
        let to = all.min(rest.next.saturating_add(most));
        // set before judging, so that after a panic the rest of the request is skipped
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

    /// Returns the number of calls, without repeats, that an undo of the last clear would bring
    /// back; `None` if there is nothing to bring back.
    pub fn cleared(&self) -> Option<u64> {
        let index = &self.cleared.as_ref()?.index;
        (index.store.rows() > 0).then(|| index.store.calls.len() - index.repeats)
    }

    /// Undoes the last clear, and applies the lines since then again.
    fn undo(&mut self, to: u64, end: u64) {
        let Some(cleared) = self.cleared.take() else { return };
        let ClearedCalls { index, from } = *cleared;
        let muted = self.index.in_use.muted().to_vec();
        self.index = index;
        self.index.set_muted(muted, self.eras.latest());
        self.index.epoch = JudgedIndex::new_epoch();
        self.clears += 1;
        let (opened, parts) = (self.opened.clone(), self.recording.clone());
        let read = read_lines::read(&parts, from, to, &mut |items, spares| {
            for item in items.drain(..) {
                // a panic was already reported when the line was first judged
                let done = catch_unwind(AssertUnwindSafe(|| self.apply(item)));
                spares.extend(done.ok().flatten());
            }
            true
        });
        // all of these lines were counted before
        self.opened = opened;
        self.done = end;
        if let Err(error) = read {
            self.opened.bad_lines += 1;
            self.opened.first_bad.get_or_insert((self.lines.1, error.to_string()));
        }
    }

    /// Clears the requests of a test before a line.
    fn clear_test(&mut self, test: String, to: u64, end: u64) {
        self.done = end;
        let has_any = self.index.has_test(&test);
        self.index.test_clears.insert(test, to);
        if has_any {
            self.reapply(to, end);
        }
    }

    /// Clears selected calls, given as ranges of their numbers in the file of this line.
    fn clear_calls(&mut self, calls: &[(u64, u64)], to: u64, end: u64) {
        self.done = end;
        let before = self.calls_before_file(to);
        let numbers = calls
            .iter()
            .map(|(first, last)| (first.saturating_add(before), last.saturating_add(before)));
        if self.index.select_cleared(numbers) {
            self.reapply(to, end);
        }
    }

    /// Returns the number of calls before the recording that contains this offset. If several
    /// recordings are open, the lines of each count its calls from 1.
    fn calls_before_file(&self, offset: u64) -> u64 {
        if self.started_files.is_empty() {
            return 0;
        }
        let base = self.section_base(offset);
        let file = self.started_files.iter().find(|(begin, _)| *begin == base);
        file.map_or(0, |(_, before)| *before)
    }

    /// Returns the offset at which the file that contains this offset begins.
    fn section_base(&self, offset: u64) -> u64 {
        self.recording.part(offset).map_or(0, |(part, _)| part.base)
    }

    /// Begins a part of a recording. Its calls keep the numbers that they had when it was written,
    /// even if the parts before it are deleted.
    fn begin_part(&mut self, offset: u64, start: PartStart) {
        let calls = self.index.next_seq().0 - 1;
        self.index.skip(start.calls.saturating_sub(calls));
        let base = self.section_base(offset);
        if let Some((_, before)) = self.started_files.iter_mut().find(|(begin, _)| *begin == base) {
            *before = calls.saturating_sub(start.calls);
        }
    }

    /// Applies the lines since the last clear again, up to `to`, into a new index without the
    /// cleared calls.
    fn reapply(&mut self, to: u64, end: u64) {
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
                // a panic was already reported when the line was first judged
                let done = catch_unwind(AssertUnwindSafe(|| self.apply(item)));
                spares.extend(done.ok().flatten());
            }
            true
        });
        self.is_again = false;
        // all of these lines were counted before
        self.opened = opened;
        self.index.remarks = remarks;
        self.done = end;
        if let Err(error) = read {
            self.opened.bad_lines += 1;
            self.opened.first_bad.get_or_insert((self.lines.1, error.to_string()));
        }
    }

    /// Returns the first call that the latest settings judged, if earlier settings judged calls
    /// that are shown.
    pub fn stale_before(&self) -> Option<Seq> {
        self.eras.stale_before().filter(|first| first.0 > self.index.base + 1)
    }

    /// Returns whether an idle flush at this time would close a session.
    pub fn is_idle(&mut self, now: Millis) -> bool {
        self.eras.latest().is_idle(now, &mut self.index.memory)
    }

    /// Counts a line that was read from a file, so that errors can name its number.
    pub fn count_line(&mut self, offset: u64) {
        let base = self.section_base(offset);
        if self.lines.0 != base {
            self.lines = (base, 0);
            self.started_files.push((base, self.index.next_seq().0 - 1));
        }
        self.lines.1 += 1;
    }
}
