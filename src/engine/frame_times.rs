//! How long the latest frames of a screen took, so that a promise about them can be measured in
//! the running program.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// So many frames are kept: 17 seconds at the highest rate.
const KEPT: usize = 1024;

/// The latest frames. Written by the screen's thread alone; any thread may read.
#[derive(Debug)]
pub(crate) struct Frames {
    drawn: AtomicU64,
    micros: Box<[AtomicU32]>,
}

/// How long frames took, of the latest 1,024.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FrameTimes {
    /// All that were drawn so far.
    pub drawn: u64,
    /// Half of them took no longer.
    pub p50_us: u32,
    /// 99 of 100 took no longer.
    pub p99_us: u32,
    /// The longest.
    pub max_us: u32,
}

impl Default for Frames {
    fn default() -> Self {
        Frames { drawn: AtomicU64::new(0), micros: (0..KEPT).map(|_| AtomicU32::new(0)).collect() }
    }
}

impl Frames {
    pub fn note(&self, took: Duration) {
        let at = self.drawn.fetch_add(1, Ordering::Relaxed) as usize % KEPT;
        let micros = u32::try_from(took.as_micros()).unwrap_or(u32::MAX);
        self.micros[at].store(micros, Ordering::Relaxed);
    }

    /// None where no screen draws.
    pub fn times(&self) -> Option<FrameTimes> {
        let drawn = self.drawn.load(Ordering::Relaxed);
        let kept = &self.micros[..usize::try_from(drawn).unwrap_or(KEPT).min(KEPT)];
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
        (0..KEPT).for_each(|_| frames.note(Duration::from_secs(9)));
        (1..=KEPT as u64).for_each(|n| frames.note(Duration::from_micros(n)));
        let wanted = FrameTimes { drawn: 2048, p50_us: 513, p99_us: 1014, max_us: 1024 };
        assert_eq!(frames.times(), Some(wanted));
    }
}
