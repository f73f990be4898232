//! The limits of attempts to deliver a request, and the pauses between them.

use std::cell::Cell;
use std::time::{Duration, Instant};
use tokio::time::sleep_until;

/// The limits of attempts to deliver a request.
#[derive(Debug, Clone, Copy)]
pub struct RetryLimits {
    /// The pause after the first attempt; each further one is twice as long…
    pub first_pause: Duration,
    /// …up to this one.
    pub max_pause: Duration,
    /// A request is given up after this many attempts, if the upstream has accepted others meanwhile.
    pub max_attempts: u32,
    /// A request is given up when it has been tried for this long.
    pub max_time: Duration,
}

impl Default for RetryLimits {
    fn default() -> RetryLimits {
        RetryLimits {
            first_pause: Duration::from_millis(500),
            max_pause: Duration::from_secs(30),
            max_attempts: 10,
            max_time: Duration::from_secs(24 * 3600),
        }
    }
}

impl RetryLimits {
    /// Returns the pause after an attempt, the first of which is 0. It is a random part of the growing
    /// pause, at least half of it, so that requests that failed together do not come back together.
    pub fn pause(&self, attempt: u32) -> Duration {
        let whole = self.first_pause.saturating_mul(1 << attempt.min(20)).min(self.max_pause);
        let random = uuid::Uuid::new_v4().as_u64_pair().0 as u32;
        whole / 2 + whole.mul_f64(f64::from(random) / f64::from(u32::MAX) / 2.0)
    }
}

/// The pause of all requests: the upstream has asked for it, or cannot be reached.
#[derive(Debug)]
pub(crate) struct SharedPause {
    until: Cell<Instant>,
    /// The failures in a row to reach it, each counted when the pause before was over.
    failures: Cell<u32>,
    /// The number of requests that the upstream has accepted.
    accepted: Cell<u64>,
}

impl SharedPause {
    /// Creates a pause that is over.
    pub fn new() -> SharedPause {
        let until = Cell::new(Instant::now());
        SharedPause { until, failures: Cell::new(0), accepted: Cell::new(0) }
    }

    /// Waits until it is over.
    pub async fn wait(&self) {
        while self.until.get() > Instant::now() {
            sleep_until(self.until.get().into()).await;
        }
    }

    /// Lengthens it to this long from now.
    pub fn extend(&self, pause: Duration) {
        self.until.set(self.until.get().max(Instant::now() + pause));
    }

    /// Notes that the upstream cannot be reached. Returns whether it could before.
    pub fn note_unreachable(&self, limits: &RetryLimits) -> bool {
        let failures = self.failures.get();
        // those that failed at the same time are one failure
        if self.until.get() <= Instant::now() || failures == 0 {
            self.failures.set(failures + 1);
            self.extend(limits.pause(failures));
        }
        failures == 0
    }

    /// Notes that the upstream has answered. Returns whether it could not be reached before.
    pub fn note_answer(&self, is_accepted: bool) -> bool {
        self.accepted.set(self.accepted.get() + u64::from(is_accepted));
        self.failures.replace(0) > 0
    }

    /// Returns the number of requests that the upstream has accepted.
    pub fn accepted(&self) -> u64 {
        self.accepted.get()
    }

    /// Returns whether nothing is sent now.
    pub fn is_on(&self) -> bool {
        self.until.get() > Instant::now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_limit_and_differ() {
        let limits = RetryLimits::default();
        for (attempt, whole) in [(0, 500), (1, 1000), (5, 16_000), (6, 30_000), (4000, 30_000)] {
            let whole = Duration::from_millis(whole);
            let pause = limits.pause(attempt);
            assert!(pause >= whole / 2 && pause <= whole, "{attempt}: {pause:?}");
        }
        assert_ne!(limits.pause(9), limits.pause(9));
    }

    #[test]
    fn requests_that_fail_together_are_one_failure() {
        let pause = SharedPause::new();
        let limits = RetryLimits { first_pause: Duration::from_secs(3600), ..Default::default() };
        let limits = RetryLimits { max_pause: Duration::from_secs(7200), ..limits };
        assert!(!pause.is_on());
        assert!(pause.note_unreachable(&limits));
        let until = pause.until.get();
        assert!(pause.is_on() && !pause.note_unreachable(&limits));
        assert_eq!((pause.until.get(), pause.failures.get()), (until, 1));
        assert!(pause.note_answer(true) && !pause.note_answer(false));
        assert_eq!(pause.accepted(), 1);
    }
}
