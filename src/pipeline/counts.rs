//! Counts of all that came, for the status bar and the summary.

use super::{CommonView, Pipeline, Stats};
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
            refused: store.refused(),
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
