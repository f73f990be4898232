//! The durations of the latest frames of the screen, so that the goal for them can be measured in
//! the running program.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// The maximum number of frames that are kept: 17 seconds at the highest frame rate.
const MAX_KEPT_FRAMES: usize = 1024;

/// The durations of the latest frames, in a ring. Only the screen's thread writes; any thread may
/// read.
#[derive(Debug)]
pub(crate) struct Frames {
    drawn: AtomicU64,
    micros: Box<[AtomicU32]>,
}

/// Statistics about the durations of the latest 1,024 frames, in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FrameTimes {
    /// The number of all frames drawn so far.
    pub drawn: u64,
    /// The median.
    pub p50_us: u32,
    /// The 99th percentile.
    pub p99_us: u32,
    /// The maximum.
    pub max_us: u32,
}

impl Default for Frames {
    fn default() -> Self {
        Frames {
            drawn: AtomicU64::new(0),
            micros: (0..MAX_KEPT_FRAMES).map(|_| AtomicU32::new(0)).collect(),
        }
    }
}

impl Frames {
    /// Stores the duration of a frame.
    pub fn note(&self, took: Duration) {
        let at = self.drawn.fetch_add(1, Ordering::Relaxed) as usize % MAX_KEPT_FRAMES;
        let micros = u32::try_from(took.as_micros()).unwrap_or(u32::MAX);
        self.micros[at].store(micros, Ordering::Relaxed);
    }

    /// Returns the statistics; `None` if no frame was drawn.
    pub fn times(&self) -> Option<FrameTimes> {
        let drawn = self.drawn.load(Ordering::Relaxed);
        let kept =
            &self.micros[..usize::try_from(drawn).unwrap_or(MAX_KEPT_FRAMES).min(MAX_KEPT_FRAMES)];
        let mut micros: Vec<u32> = kept.iter().map(|m| m.load(Ordering::Relaxed)).collect();
        micros.sort_unstable();
        let (last, place) = (micros.len().checked_sub(1)?, |percent| micros.len() * percent / 100);
        Some(FrameTimes {
            drawn,
            p50_us: micros[place(50).min(last)],
            p99_us: micros[place(99).min(last)],
            max_us: micros[last],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_frames_count() {
        let frames = Frames::default();
        assert_eq!(frames.times(), None);
        (0..MAX_KEPT_FRAMES).for_each(|_| frames.note(Duration::from_secs(9)));
        (1..=MAX_KEPT_FRAMES as u64).for_each(|n| frames.note(Duration::from_micros(n)));
        let wanted = FrameTimes { drawn: 2048, p50_us: 513, p99_us: 1014, max_us: 1024 };
        assert_eq!(frames.times(), Some(wanted));
    }
}
