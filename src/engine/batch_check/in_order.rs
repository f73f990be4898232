//! Something that blocks of lines pass one after the other, whichever thread brings them.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A value that is given to who brings block 0, then block 1, and so on.
pub(crate) struct Turns<T> {
    state: Mutex<State<T>>,
    told: Condvar,
}

struct State<T> {
    next: u64,
    waiting: u32,
    over: bool,
    value: T,
}

impl<T> Turns<T> {
    pub fn new(value: T) -> Turns<T> {
        let state = State { next: 0, waiting: 0, over: false, value };
        Turns { state: Mutex::new(state), told: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // after a panic all is over, and nothing that was counted is used
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a block's turn and takes it; none once all is over.
    pub fn take<R>(&self, nth: u64, work: impl FnOnce(&mut T) -> R) -> Option<R> {
        let mut state = self.lock();
        while state.next != nth && !state.over {
            state.waiting += 1;
            state = self.told.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
        if state.over {
            return None;
        }
        let result = work(&mut state.value);
        state.next += 1;
        if state.waiting > 0 {
            self.told.notify_all();
        }
        Some(result)
    }

    /// No further block is let through.
    pub fn end(&self) {
        self.lock().over = true;
        self.told.notify_all();
    }

    pub fn into_inner(self) -> T {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn blocks_pass_in_their_order_until_it_is_over() {
        let turns = Turns::new(Vec::new());
        thread::scope(|scope| {
            for nth in (0..8).rev() {
                let turns = &turns;
                scope.spawn(move || assert!(turns.take(nth, |seen| seen.push(nth)).is_some()));
            }
            // this one's turn never comes
            let late = scope.spawn(|| turns.take(10, |seen| seen.push(10)));
            assert_eq!(turns.take(8, |seen| seen.push(8)), Some(()));
            turns.end();
            assert_eq!(late.join().expect("no panic"), None);
        });
        assert_eq!(turns.into_inner(), (0..9).collect::<Vec<u64>>());
    }
}
