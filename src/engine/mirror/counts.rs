//! Counts of the requests of a listener that mirrors, by their outcome.

use crate::engine::mirror::given_up::GivenUpRequests;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The maximum number of given-up requests whose numbers are listed.
const MAX_LISTED_REQUESTS: u64 = 100;

/// The counters of a listener that mirrors.
#[derive(Debug, Default)]
pub(crate) struct MirrorCounters {
    sent: AtomicU64,
    sent_again: AtomicU64,
    given_up: Mutex<BTreeMap<String, u64>>,
    given_up_requests: Mutex<GivenUpRequests>,
    not_mirrored: AtomicU64,
    waiting: AtomicU64,
    /// The offset in the recording up to which all requests are done.
    done: AtomicU64,
}

/// The requests of a listener that mirrors since it was started, by their outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct MirrorCounts {
    /// Requests that the upstream has accepted.
    pub sent: u64,
    /// Attempts to deliver a request after its first.
    pub sent_again: u64,
    /// Requests that will not be delivered.
    pub given_up: u64,
    /// The number of them for each reason.
    pub given_up_because: BTreeMap<String, u64>,
    /// The numbers of the last of them in the recording, the newest last.
    pub given_up_requests: Vec<u64>,
    /// Requests that cannot be mirrored: their credential is recorded as a hash, or the upstream
    /// takes none of their kind.
    pub not_mirrored: u64,
    /// Requests that are read and not delivered yet.
    pub waiting: u64,
    /// The number of bytes of the recording that are not done yet.
    pub lag_bytes: u64,
}

impl MirrorCounts {
    /// The counts in a line of words.
    pub fn words(&self) -> String {
        let MirrorCounts { sent, sent_again, given_up, not_mirrored, .. } = self;
        let reasons = self.given_up_because.iter();
        let reasons: Vec<String> =
            reasons.map(|(reason, count)| format!("{reason}: {count}")).collect();
        let because = match reasons.is_empty() {
            true => String::new(),
            false => format!(" ({})", reasons.join("; ")),
        };
        let mut out = format!(
            "sent {sent}, sent again {sent_again}, given up {given_up}{because}, not mirrored {not_mirrored}"
        );
        if self.lag_bytes > 0 {
            out.push_str(&format!(", not sent yet {} bytes of the recording", self.lag_bytes));
        }
        out
    }
}

impl MirrorCounters {
    /// Counts a request that the upstream has accepted.
    pub fn count_sent(&self) {
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts an attempt after the first.
    pub fn count_again(&self) {
        self.sent_again.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts requests that will not be delivered. Returns whether the reason is new.
    pub fn count_given_up(&self, reason: &str, count: u64) -> bool {
        let mut given_up = self.given_up.lock().unwrap_or_else(PoisonError::into_inner);
        match given_up.get_mut(reason) {
            Some(all) => {
                *all += count;
                false
            }
            None => given_up.insert(reason.to_owned(), count).is_none(),
        }
    }

    /// Returns the requests that will not be delivered.
    pub fn given_up_requests(&self) -> MutexGuard<'_, GivenUpRequests> {
        self.given_up_requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request that cannot be mirrored.
    pub fn count_not_mirrored(&self) {
        self.not_mirrored.fetch_add(1, Ordering::Relaxed);
    }

    /// Sets the number of requests that wait.
    pub fn set_waiting(&self, waiting: usize) {
        self.waiting.store(waiting as u64, Ordering::Relaxed);
    }

    /// Sets the offset in the recording up to which all requests are done.
    pub fn set_done(&self, offset: u64) {
        self.done.store(offset, Ordering::Relaxed);
    }

    /// Returns the counts as they are now, of a recording of this length.
    pub fn counts(&self, recorded: u64) -> MirrorCounts {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let given_up = self.given_up.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let requests = self.given_up_requests();
        let listed = requests.added_after(requests.added().saturating_sub(MAX_LISTED_REQUESTS));
        MirrorCounts {
            given_up_requests: listed.map(|it| it.request).collect(),
            sent: get(&self.sent),
            sent_again: get(&self.sent_again),
            given_up: given_up.values().sum(),
            given_up_because: given_up,
            not_mirrored: get(&self.not_mirrored),
            waiting: get(&self.waiting),
            lag_bytes: recorded.saturating_sub(get(&self.done)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_became_of_all() {
        let counters = MirrorCounters::default();
        counters.count_sent();
        counters.count_again();
        assert!(counters.count_given_up("the upstream answered 400", 1));
        assert!(!counters.count_given_up("the upstream answered 400", 1));
        counters.count_not_mirrored();
        counters.set_done(60);
        let counts = counters.counts(100);
        assert_eq!((counts.given_up, counts.lag_bytes), (2, 40));
        assert_eq!(
            counts.words(),
            "sent 1, sent again 1, given up 2 (the upstream answered 400: 2), not mirrored 1, not sent yet 40 bytes of the recording"
        );
        assert_eq!(counters.counts(10).lag_bytes, 0);
        (1..=150).for_each(|number| counters.given_up_requests().add(number, "no"));
        let numbers = counters.counts(100).given_up_requests;
        assert_eq!((numbers.len(), numbers[0], numbers[99]), (100, 51, 150));
    }
}
