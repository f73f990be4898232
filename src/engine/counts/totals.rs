//! Counts of all calls and requests, for the status bar and the summary.

use crate::engine::Engine;
use crate::engine::counts::library_habits::HabitView;
use crate::engine::index::{Index, NoCall};
use crate::engine::ingest::forward_counts::ForwardCounts;
use crate::engine::mirror::MirrorCounts;
use crate::engine::mirror::given_up::given_up_notice;
use crate::engine::rows::stats::{OpenedFiles, RequestCounts, Stats};
use crate::engine::source::recording_files::RemarkTarget;
use std::sync::Arc;
use std::sync::atomic::Ordering;

impl Engine {
    /// Returns the counts for the status bar.
    pub fn stats(&self) -> Stats {
        let shared = &*self.shared;
        let trouble = {
            let trouble = shared.trouble();
            trouble.problem.clone().or_else(|| trouble.notice.clone())
        };
        let opened = self.opened_files();
        let state = self.lock();
        let store = &state.index.store;
        let counts = request_counts(store);
        let full = || {
            let unkept = store.texts.unkept();
            let says = "names and ids exceeded the index limit; their rows show …";
            (unkept > 0).then(|| format!("{unkept} {says}"))
        };
        let unshown = || {
            let dropped = state.index.violations.dropped();
            let says = "violations that Segment reported are not shown with their calls: there was no room";
            (dropped > 0).then(|| format!("{dropped} {says}"))
        };
        let lag_bytes = shared.queue.lag_bytes();
        // the text does not change while more arrives, so that a front end shows it once
        let stopped = || {
            let says = "checking has stopped because of a bug in segscope; the end of the recording is not checked";
            (lag_bytes > 0 && shared.queue.has_ended()).then(|| says.to_owned())
        };
        let problem = trouble.or_else(stopped).or_else(full).or_else(unshown);
        Stats {
            calls: store.calls.len() - state.index.repeats,
            repeats: state.index.repeats,
            requests: store.requests.len(),
            refused: counts.refused + counts.not_found,
            empty: store.no_calls(NoCall::Empty),
            request_counts: counts,
            missing: state.index.missing(),
            unrecorded: shared.unrecorded.load(Ordering::Relaxed),
            too_much: shared.too_much.load(Ordering::Relaxed),
            faults: match self.options.faults {
                0 => None,
                count => Some((count, self.faults_are_on())),
            },
            takes_copies: self.options.takes_copies,
            forward: self.options.forwards_to.is_some().then(|| self.forward_counts()),
            forwards_to: self.options.forwards_to.clone(),
            mirror: self.options.mirrors_to.is_some().then(|| self.mirror_counts()),
            mirrors_to: self.options.mirrors_to.clone(),
            lag_bytes,
            recorded_bytes: shared.queue.recorded(),
            reading: shared.import.reading().or_else(|| shared.queue.reading()),
            deleted_bytes: shared.deleted_bytes.load(Ordering::Relaxed),
            recording: shared.path(),
            opened,
            cleared: state.cleared(),
            remarks: state.index.remarks.changes,
            problem,
            notes: shared.import.shown_notes(),
        }
    }

    /// Returns messages about what was passed over in the imported files of calls.
    pub fn import_notes(&self) -> Vec<String> {
        self.shared.import.lock().notes().to_vec()
    }

    /// Makes front ends show these notes about the opened files, and what is passed over in the files
    /// that are still being read.
    pub fn show_notes(&self, notes: &[String]) {
        self.shared.import.lock().show_notes(notes);
        self.shared.changed();
    }

    /// Returns the counts of forwarded requests by their result.
    pub fn forward_counts(&self) -> ForwardCounts {
        let lag_bytes = self.shared.queue.lag_bytes();
        let passed = if self.options.is_strict { 0 } else { self.unrecorded() };
        self.forwarding.counts(passed, lag_bytes)
    }

    /// Returns whether the counts that change without a new row are still those of `stats`: they change
    /// when a request begins to wait for an upstream, and with each attempt of a mirror.
    pub fn has_delivery_counts_of(&self, stats: &Stats) -> bool {
        let forward = self.options.forwards_to.is_some().then(|| self.forward_counts());
        let mirror = self.options.mirrors_to.is_some().then(|| self.mirror_counts());
        let too_much = self.shared.too_much.load(Ordering::Relaxed);
        forward == stats.forward
            && mirror == stats.mirror
            && (self.unrecorded(), too_much) == (stats.unrecorded, stats.too_much)
    }

    /// Returns the counts of mirrored requests by their result.
    pub fn mirror_counts(&self) -> MirrorCounts {
        self.mirroring.counts(self.shared.queue.recorded())
    }

    /// Returns a notice about each request that the mirror gave up after the first `seen` of them, and
    /// how many there are now.
    pub fn given_up_lines(&self, seen: u64) -> (Vec<String>, u64) {
        let requests = self.mirroring.given_up_requests();
        let new = requests.added_after(seen);
        let forgotten = requests.added() - seen - new.len() as u64;
        let forgotten = (forgotten > 0).then(|| format!("mirror: gave up on {forgotten} requests"));
        let words = new.map(|it| given_up_notice(it.request, &it.reason));
        (forgotten.into_iter().chain(words).collect(), requests.added())
    }

    /// Returns the files that are open for reading, with their present size.
    fn opened_files(&self) -> Option<OpenedFiles> {
        let mut opened = self.shared.opened.clone()?;
        if opened.grows {
            opened.bytes = self.shared.import.total();
        } else if matches!(self.remarks(), RemarkTarget::Opened(_)) {
            // marks and notes were appended to the file
            opened.bytes = opened.bytes.max(self.shared.queue.recorded());
        }
        Some(opened)
    }

    /// Returns the findings, other than missing ids, that all calls of a library have. The screen
    /// shows them once instead of in each row.
    pub fn common(&self) -> Vec<HabitView> {
        let mut state = self.lock();
        let vendors = Arc::clone(state.eras.latest());
        state.index.common(&vendors);
        let index = &state.index;
        index.common_view(&vendors)
    }
}

fn request_counts(store: &Index) -> RequestCounts {
    let received = store.requests.len();
    let without_calls = store.no_calls(NoCall::Empty) + store.no_calls(NoCall::Other);
    let (refused, not_found) = (store.no_calls(NoCall::Refused), store.no_calls(NoCall::NotFound));
    let with_calls = received - without_calls - refused - not_found;
    RequestCounts { received, with_calls, without_calls, refused, not_found }
}
