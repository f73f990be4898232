//! Pauses the judge thread while the screen draws a frame. A frame locks the state several times,
//! and on a busy machine being woken for each lock takes longer than drawing the whole frame.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// The maximum time that the judge thread waits for a frame. The terminal may be stopped, and then
/// the frame never ends.
const FRAME_TIMEOUT: Duration = Duration::from_millis(4);

/// The state of the present frame, shared by the screen and the judge thread.
#[derive(Debug, Default)]
pub(crate) struct FramePriority {
    /// The number of the frame, which is odd while it is being drawn.
    number: AtomicU64,
    /// The last frame for which the judge thread waited until the timeout.
    timed_out: AtomicU64,
    /// The thread that waits.
    judge: OnceLock<Thread>,
}

impl FramePriority {
    /// Registers the calling thread as the one that waits for frames.
    pub fn is_seen_by_me(&self) {
        self.judge.get_or_init(thread::current);
    }

    /// Notes that the screen begins to draw a frame.
    pub fn begin(&self) {
        self.number.fetch_or(1, Ordering::Relaxed);
    }

    /// Notes that the frame is drawn, and wakes the judge thread.
    pub fn end(&self) {
        if self.number.load(Ordering::Relaxed) & 1 == 1 {
            self.number.fetch_add(1, Ordering::Release);
            if let Some(judge) = self.judge.get() {
                judge.unpark();
            }
        }
    }

    /// Returns the frame that is being drawn, unless the judge thread has already waited for it
    /// until the timeout.
    fn frame(&self) -> Option<u64> {
        let number = self.number.load(Ordering::Relaxed);
        (number & 1 == 1 && number != self.timed_out.load(Ordering::Relaxed)).then_some(number)
    }

    /// Returns true while the judge thread should wait for a frame.
    pub fn is_on(&self) -> bool {
        self.frame().is_some()
    }

    /// Waits until the frame that is being drawn ends, or until the timeout.
    pub fn stand_back(&self) {
        let Some(number) = self.frame() else { return };
        let until = Instant::now() + FRAME_TIMEOUT;
        while self.number.load(Ordering::Acquire) == number {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                self.timed_out.store(number, Ordering::Relaxed);
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
        // a frame that does not end is waited for only once
        drawing.begin();
        let begun = Instant::now();
        drawing.stand_back();
        assert!(begun.elapsed() >= FRAME_TIMEOUT && !drawing.is_on());
        drawing.end();
        drawing.begin();
        assert!(drawing.is_on(), "the next one is another");
    }
}
