//! All calls are judged again, beside what is shown: a second state is made of the recording, and
//! takes the first one's place when it has caught up with it.

use super::queue::Item;
use super::state::State;
use super::{InUse, Opened, Pipeline, lines};
use crate::wire::Scratch;
use std::io;
use std::sync::PoisonError;

/// So much may be left to be judged with the lock held, when the two change places.
const LITTLE: u64 = 64 << 10;

impl Pipeline {
    /// Reads all calls again, from the beginning and with nothing remembered. Requests are answered
    /// meanwhile.
    pub fn judge_again(&self) -> io::Result<Opened> {
        let in_use = self.lock().index.in_use.clone();
        self.judge_with(in_use)
    }

    /// Changes the vendors in use. The ids that the log shows follow from them, so all calls are
    /// read again.
    pub fn set_in_use(&self, in_use: InUse) -> io::Result<()> {
        self.judge_with(in_use).map(|_| ())
    }

    fn judge_with(&self, in_use: InUse) -> io::Result<Opened> {
        // two at once would each undo what the other did
        let _alone = self.again.lock().unwrap_or_else(PoisonError::into_inner);
        let shared = &*self.shared;
        let mut next = State::new(shared.recording.clone(), &self.vendors, in_use);
        loop {
            self.catch_up(&mut next, shared.queue.done())?;
            let mut state = shared.lock();
            if state.done - next.done <= LITTLE {
                let to = state.done;
                self.catch_up(&mut next, to)?;
                let opened = next.opened.clone();
                *state = next;
                drop(state);
                shared.changed();
                return Ok(opened);
            }
        }
    }

    fn catch_up(&self, state: &mut State, to: u64) -> io::Result<()> {
        lines::read(
            &self.shared.recording,
            state.done,
            to,
            &mut |items: &mut Vec<Item>, spares: &mut Vec<Scratch>| {
                for item in items.drain(..) {
                    state.count_line(item.offset);
                    spares.extend(state.apply(&self.vendors, item));
                }
                true
            },
        )
    }
}
