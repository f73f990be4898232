//! A value that worker threads access in the order of their blocks.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A value that is passed to the thread with block 0, then to the one with block 1, and so on.
pub(crate) struct InOrder<T> {
    state: Mutex<OrderState<T>>,
    /// Notified when a turn ends and when no further turn is given.
    changed: Condvar,
}

struct OrderState<T> {
    /// The number of the block whose turn it is.
    next: u64,
    /// The number of threads that wait.
    waiting: u32,
    /// True if no further block gets a turn.
    over: bool,
    value: T,
}

impl<T> InOrder<T> {
    pub fn new(value: T) -> InOrder<T> {
        let state = OrderState { next: 0, waiting: 0, over: false, value };
        InOrder { state: Mutex::new(state), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, OrderState<T>> {
        // after a panic the whole check ends and its counts are discarded, so the value may be in
        // any state
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a block's turn and calls `work` with the value. Returns `None` after
    /// [`InOrder::end`].
    pub fn take<R>(&self, nth: u64, work: impl FnOnce(&mut T) -> R) -> Option<R> {
        let mut state = self.lock();
        while state.next != nth && !state.over {
            state.waiting += 1;
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
        if state.over {
            return None;
        }
        let result = work(&mut state.value);
        state.next += 1;
        if state.waiting > 0 {
            self.changed.notify_all();
        }
        Some(result)
    }

    /// Lets no further block have a turn, and wakes all threads that wait for one.
    pub fn end(&self) {
        self.lock().over = true;
        self.changed.notify_all();
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
        let turns = InOrder::new(Vec::new());
        thread::scope(|scope| {
            for nth in (0..8).rev() {
                let turns = &turns;
                scope.spawn(move || assert!(turns.take(nth, |seen| seen.push(nth)).is_some()));
            }
            // block 9 is never taken, so block 10 never gets a turn
            let late = scope.spawn(|| turns.take(10, |seen| seen.push(10)));
            assert_eq!(turns.take(8, |seen| seen.push(8)), Some(()));
            turns.end();
            assert_eq!(late.join().expect("no panic"), None);
        });
        assert_eq!(turns.into_inner(), (0..9).collect::<Vec<u64>>());
    }
}
