//! Counts of all that came, for the status bar and the summary.

use super::{CommonView, Pipeline, RequestCounts, Stats};
use crate::store::{NoCall, Store};
use std::sync::Arc;
use std::sync::atomic::Ordering;

impl Pipeline {
    /// Counts for the status bar.
    pub fn stats(&self) -> Stats {
        let shared = &*self.shared;
        let trouble = {
            let trouble = shared.trouble();
            trouble.problem.clone().or_else(|| trouble.notice.clone())
        };
        let waits = shared.queue.waits();
        let state = self.lock();
        let store = &state.index.store;
        let counts = request_counts(store);
        let full = || {
            let unkept = store.texts.unkept();
            let says = "names and ids came when the index had no room for more; their rows show …";
            (unkept > 0).then(|| format!("{unkept} {says}"))
        };
        let problem = trouble.or_else(full);
        Stats {
            calls: store.calls.len() - state.index.repeats,
            repeats: state.index.repeats,
            requests: store.requests.len(),
            refused: counts.refused + counts.not_found,
            empty: store.no_calls(NoCall::Empty) + store.no_calls(NoCall::LostItems),
            request_counts: counts,
            missing: state.index.missing(),
            unrecorded: shared.unrecorded.load(Ordering::Relaxed),
            too_much: shared.too_much.load(Ordering::Relaxed),
            waited: waits.times,
            waited_ms: waits.micros / 1000,
            recorded_bytes: shared.queue.recorded(),
            reading: shared.import.reading().or_else(|| shared.queue.reading()),
            recording: shared.path.clone(),
            cleared: state.cleared(),
            remarks: state.index.remarks.changes,
            problem,
        }
    }

    /// What all calls of a library have in common besides a missing id: noise, to be said once.
    pub fn common(&self) -> Vec<CommonView> {
        let mut state = self.lock();
        let vendors = Arc::clone(state.eras.latest());
        state.index.common(&vendors);
        let index = &state.index;
        index.common_view(&vendors)
    }
}

fn request_counts(store: &Store) -> RequestCounts {
    let received = store.requests.len();
    let without_calls = store.no_calls(NoCall::Empty) + store.no_calls(NoCall::Other);
    let (refused, not_found) = (store.no_calls(NoCall::Refused), store.no_calls(NoCall::NotFound));
    let with_calls = received - without_calls - refused - not_found;
    RequestCounts { received, with_calls, without_calls, refused, not_found }
}
