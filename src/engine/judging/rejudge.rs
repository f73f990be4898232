//! All calls are judged again, beside what is shown: a second state is made of the recording, and
//! takes the first one's place when it has caught up with it.

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

/// So much may be left to be judged with the lock held, when the two change places.
const LITTLE: u64 = 64 << 10;

impl Engine {
    /// Reads all calls again, from the beginning and with nothing remembered, with the vendors that
    /// judge now. Requests are answered meanwhile.
    pub fn judge_again(&self) -> io::Result<RejudgeDiff> {
        self.judge_with(self.vendors(), self.in_use())
    }

    /// The same with other vendors or settings. Says what became of the calls.
    pub fn judge_with(&self, vendors: Arc<Vendors>, in_use: InUse) -> io::Result<RejudgeDiff> {
        self.replace(SettingsEpochs::new(vendors), in_use)
    }

    /// Sets the vendors in use. The ids that the log shows follow from them, so all calls are
    /// read again, each with the settings that it was judged with.
    pub fn set_in_use(&self, in_use: InUse) -> io::Result<()> {
        let eras = self.lock().eras.clone();
        self.replace(eras, in_use).map(|_| ())
    }

    /// New calls are judged with these settings, as what is remembered stands. False if these
    /// vendors cannot go on where those before stop; then only judging all again helps.
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

    /// The first call that the latest settings judged, where others judged calls before it.
    pub fn stale_before(&self) -> Option<Seq> {
        self.lock().stale_before()
    }

    fn replace(&self, eras: SettingsEpochs, in_use: InUse) -> io::Result<RejudgeDiff> {
        let began = Instant::now();
        // two at once would each undo what the other did
        let _alone = self.again.lock().unwrap_or_else(PoisonError::into_inner);
        let shared = &*self.shared;
        let aside = self.lock().index.in_use.aside().to_vec();
        let in_use = in_use.with_aside(aside);
        let mut next = JudgingState::new(shared.recording.clone(), eras, in_use);
        loop {
            self.catch_up(&mut next, shared.queue.done())?;
            let mut state = shared.lock_between();
            if state.done - next.done <= LITTLE {
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
