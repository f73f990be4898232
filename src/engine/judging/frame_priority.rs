//! While a screen draws a frame, the judge thread stands back. A frame reads the state in several
//! places, and on a busy machine to be woken for each of them takes longer than the whole frame.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// No frame is given more than this: its terminal may have been stopped.
const PATIENCE: Duration = Duration::from_millis(4);

/// Whether a frame is being drawn.
#[derive(Debug, Default)]
pub(crate) struct FramePriority {
    /// Odd while one is.
    number: AtomicU64,
    /// The frame that had all that a frame is given.
    given: AtomicU64,
    /// Who stands back.
    judge: OnceLock<Thread>,
}

impl FramePriority {
    /// The thread that calls this is the one that stands back.
    pub fn is_seen_by_me(&self) {
        self.judge.get_or_init(thread::current);
    }

    /// A frame begins.
    pub fn begin(&self) {
        self.number.fetch_or(1, Ordering::Relaxed);
    }

    /// It is drawn.
    pub fn end(&self) {
        if self.number.load(Ordering::Relaxed) & 1 == 1 {
            self.number.fetch_add(1, Ordering::Release);
            if let Some(judge) = self.judge.get() {
                judge.unpark();
            }
        }
    }

    /// The frame to stand back for, if there is one.
    fn frame(&self) -> Option<u64> {
        let number = self.number.load(Ordering::Relaxed);
        (number & 1 == 1 && number != self.given.load(Ordering::Relaxed)).then_some(number)
    }

    /// True while it is better to stand back.
    pub fn is_on(&self) -> bool {
        self.frame().is_some()
    }

    /// Waits for the end of the frame that is being drawn.
    pub fn stand_back(&self) {
        let Some(number) = self.frame() else { return };
        let until = Instant::now() + PATIENCE;
        while self.number.load(Ordering::Acquire) == number {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                self.given.store(number, Ordering::Relaxed);
                return;
            }
            thread::park_timeout(left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_frame_is_waited_for_and_no_longer_than_it_is_given() {
        let drawing = Arc::new(FramePriority::default());
        drawing.is_seen_by_me();
        assert!(!drawing.is_on());
        drawing.stand_back();
        drawing.begin();
        assert!(drawing.is_on());
        let other = Arc::clone(&drawing);
        let end = thread::spawn(move || other.end());
        drawing.stand_back();
        assert!(!drawing.is_on());
        end.join().expect("no panic");
        // one that hangs is given its time once
        drawing.begin();
        let begun = Instant::now();
        drawing.stand_back();
        assert!(begun.elapsed() >= PATIENCE && !drawing.is_on());
        drawing.end();
        drawing.begin();
        assert!(drawing.is_on(), "the next one is another");
    }
}
