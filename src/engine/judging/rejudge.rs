//! Judges all calls again while the old results stay on the screen: builds a second state from the
//! recording, which replaces the first when it has caught up.

use crate::call::Seq;
use crate::engine::Engine;
use crate::engine::ingest::queue_entry::QueuedLine;
use crate::engine::judging::rejudge_diff::{self, RejudgeDiff};
use crate::engine::judging::settings_epochs::SettingsEpochs;
use crate::engine::judging::state::JudgingState;
use crate::engine::judging::vendors_in_use::InUse;
use crate::engine::source::read_lines;
use crate::vendors::Vendors;
use crate::wire::ParseScratch;
use std::io;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

/// The maximum number of bytes of the recording that are judged while the lock is held, before the
/// new state replaces the old one.
const MAX_LOCKED_BYTES: u64 = 64 << 10;

impl Engine {
    /// Judges all calls again with the present vendors, from the beginning and with an empty
    /// memory. The listener keeps answering requests.
    pub fn judge_again(&self) -> io::Result<RejudgeDiff> {
        self.judge_with(self.vendors(), self.in_use())
    }

    /// Judges all calls again with other vendors or settings. Returns the changes of their
    /// verdicts.
    pub fn judge_with(&self, vendors: Arc<Vendors>, in_use: InUse) -> io::Result<RejudgeDiff> {
        self.replace(SettingsEpochs::new(vendors), in_use)
    }

    /// Sets the vendors in use. The ids in the log depend on them, so all calls are judged again,
    /// each with the settings with which it was judged.
    pub fn set_in_use(&self, in_use: InUse) -> io::Result<()> {
        let eras = self.lock().eras.clone();
        self.replace(eras, in_use).map(|_| ())
    }

    /// Judges new calls with these vendors and keeps the memory. Returns false if the vendors
    /// cannot continue with the memory of the previous ones; then all calls must be judged again.
    pub fn go_on_with(&self, vendors: Arc<Vendors>) -> bool {
        let mut state = self.shared.lock_between();
        let from = state.index.next_seq();
        let done = state.eras.begin(from, Arc::clone(&vendors));
        if done {
            self.shared.set_vendors(vendors);
        }
        drop(state);
        self.settings_changed();
        done
    }

    fn settings_changed(&self) {
        self.shared.board().set_gap(self.vendors().sync_gap_ms());
        self.changed();
    }

    /// Returns the first call that the latest settings judged, if earlier settings judged calls
    /// before it.
    pub fn stale_before(&self) -> Option<Seq> {
        self.lock().stale_before()
    }

    fn replace(&self, eras: SettingsEpochs, in_use: InUse) -> io::Result<RejudgeDiff> {
        let began = Instant::now();
        // two replacements at the same time would undo each other
        let _alone = self.again.lock().unwrap_or_else(PoisonError::into_inner);
        let shared = &*self.shared;
        let muted = self.lock().index.in_use.muted().to_vec();
        let in_use = in_use.with_muted(muted);
        let mut next = JudgingState::new(shared.recording.clone(), eras, in_use);
        loop {
            self.catch_up(&mut next, shared.queue.done())?;
            let mut state = shared.lock_between();
            if state.done - next.done <= MAX_LOCKED_BYTES {
                let to = state.done;
                self.catch_up(&mut next, to)?;
                let changes = rejudge_diff::between(
                    (&state.index, state.eras.latest()),
                    (&next.index, next.eras.latest()),
                );
                shared.set_vendors(Arc::clone(next.eras.latest()));
                let calls = next.index.next_seq().0.saturating_sub(1);
                *state = next;
                drop(state);
                let took_ms = began.elapsed().as_millis() as u64;
                tracing::info!(calls, took_ms, "all calls were judged again");
                self.settings_changed();
                return Ok(changes);
            }
        }
    }

    fn catch_up(&self, state: &mut JudgingState, to: u64) -> io::Result<()> {
        read_lines::read(&self.shared.recording, state.done, to, &mut |items: &mut Vec<
            QueuedLine,
        >,
                                                                       spares: &mut Vec<
            ParseScratch,
        >| {
            for item in items.drain(..) {
                state.count_line(item.offset);
                spares.extend(state.apply(item));
            }
            true
        })
    }
}
