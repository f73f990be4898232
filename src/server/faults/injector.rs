//! The choice of the fault that applies to a request.

use crate::engine::Engine;
use crate::fql::Filter;
use crate::server::faults::spec::{FaultKind, FaultRule};
use crate::wire::RequestHead;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The faults of a listener.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    all: Vec<CountedFault>,
    random: Mutex<SplitMix>,
}

#[derive(Debug)]
struct CountedFault {
    fault: FaultRule,
    /// The number of requests so far that the rule matches.
    matched: AtomicU64,
}

impl Faults {
    /// Creates the faults. The same seed and requests give the same choices in each run.
    pub fn new(all: Vec<FaultRule>, seed: u64) -> Faults {
        let counted = |fault| CountedFault { fault, matched: AtomicU64::new(0) };
        Faults { all: all.into_iter().map(counted).collect(), random: Mutex::new(SplitMix(seed)) }
    }

    /// Returns true if there are no faults.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Returns the fault that applies to a request: the first that matches it.
    pub fn pick(&self, engine: &Engine, head: &RequestHead<'_>, body: &[u8]) -> Option<&FaultRule> {
        if !engine.faults_are_on() {
            return None;
        }
        self.all
            .iter()
            .find(|one| one.applies_to(engine, head, body, &self.random))
            .map(|one| &one.fault)
    }

    /// Returns the random time of a fault that delays; none for other faults.
    pub fn delay(&self, fault: &FaultRule) -> Option<Duration> {
        let FaultKind::Delay { delay, jitter } = fault.kind else { return None };
        let share = random_share(&self.random) * 2.0 - 1.0;
        let late = delay.as_secs_f64() + jitter.as_secs_f64() * share;
        Some(Duration::from_secs_f64(late.max(0.0)))
    }
}

impl CountedFault {
    fn applies_to(
        &self,
        engine: &Engine,
        head: &RequestHead<'_>,
        body: &[u8],
        random: &Mutex<SplitMix>,
    ) -> bool {
        let FaultRule { share, first, after, only, .. } = &self.fault;
        // without a filter, the rule matches every request that contains a call
        let passes = match only {
            Some(only) => engine.any_call_passes(only, head, body),
            None => engine.any_call_passes(&Filter::default(), head, body),
        };
        if !passes {
            return false;
        }
        let nth = self.matched.fetch_add(1, Ordering::Relaxed);
        let Some(nth) = nth.checked_sub(*after) else { return false };
        if first.is_some_and(|first| nth >= first) {
            return false;
        }
        *share >= 1.0 || random_share(random) < *share
    }
}

/// Returns a random number from 0 to below 1.
fn random_share(random: &Mutex<SplitMix>) -> f64 {
    let mut random = random.lock().unwrap_or_else(PoisonError::into_inner);
    (random.next() >> 11) as f64 / (1_u64 << 53) as f64
}

/// The generator SplitMix64 (Steele, Lea and Flood, 2014): small, and the same everywhere.
#[derive(Debug, Default)]
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers_each_time() {
        let numbers = |seed| {
            let mut random = SplitMix(seed);
            [(); 3].map(|()| random.next())
        };
        // the output of the authors' own program
        assert_eq!(numbers(1_234_567)[..2], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
        assert_eq!(numbers(7), numbers(7));
        assert_ne!(numbers(7), numbers(8));
    }

    #[test]
    fn a_jitter_goes_both_ways_and_never_below_nothing() {
        let fault = FaultRule::parse("delay=10ms jitter=20ms").expect("a fault");
        let faults = Faults::new(vec![fault.clone()], 1);
        let delays: Vec<u64> =
            (0..1000).map(|_| faults.delay(&fault).expect("a delay").as_micros() as u64).collect();
        assert!(delays.iter().all(|us| *us <= 30_000));
        assert!(delays.contains(&0) && delays.iter().any(|us| *us > 25_000));
    }
}
