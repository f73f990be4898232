//! Counts of the requests of a forwarding listener by their result.

use crate::wire::{self, Route};
use std::sync::atomic::{AtomicU64, Ordering};

/// The counters of a forwarding listener, which its tasks update.
#[derive(Debug, Default)]
pub struct ForwardCounters {
    received: AtomicU64,
    forwarded: AtomicU64,
    acknowledged: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
    in_flight: AtomicU64,
}

/// The numbers of requests of a forwarding listener by their result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct ForwardCounts {
    /// Requests that arrived to be forwarded.
    pub received: u64,
    /// Requests that were sent to the upstream.
    pub forwarded: u64,
    /// Requests that the upstream acknowledged (see [`acknowledges`]).
    pub acknowledged: u64,
    /// Requests that the upstream answered with another status.
    pub refused: u64,
    /// Requests without a complete response from the upstream, whose senders got an error from
    /// segscope.
    pub failed: u64,
    /// Requests that are not yet answered.
    pub in_flight: u64,
    /// Requests that were forwarded although they could not be recorded.
    pub not_recorded: u64,
    /// The number of bytes of the recording that are not yet checked.
    pub lag_bytes: u64,
}

impl ForwardCounts {
    /// Returns the counts as one line of text.
    pub fn words(&self) -> String {
        let ForwardCounts { received, forwarded, acknowledged, refused, failed, .. } = self;
        let mut out = format!(
            "received {received}, forwarded {forwarded}, acknowledged {acknowledged}, refused by the upstream {refused}, failed {failed}"
        );
        if self.in_flight > 0 {
            out.push_str(&format!(", in flight {}", self.in_flight));
        }
        out
    }
}

/// Returns whether the upstream acknowledged a request of this method and path by its answer. For
/// calls only 2xx does: about half of the SDKs count 3xx as failed (`docs/specs/wire.md` 7). What a
/// page loads also arrives by a redirection, or is still valid (304).
pub(crate) fn acknowledges(method: &str, path: &str, status: u16) -> bool {
    match status {
        200..300 => true,
        300..400 => match wire::route(method, path) {
            Route::Settings { .. } | Route::SourceConfig => true,
            _ => wire::is_page_code(method, path),
        },
        _ => false,
    }
}

/// The result of forwarding a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForwardEnd {
    /// The upstream answered, and acknowledged it.
    Acknowledged,
    /// The upstream answered otherwise.
    Refused,
    /// It was sent, but no complete response arrived.
    Lost,
    /// It was not sent.
    NotSent,
}

impl ForwardEnd {
    /// Returns the result of a request of this method and path that was answered with this status.
    pub fn from_status(method: &str, path: &str, status: u16) -> ForwardEnd {
        match acknowledges(method, path, status) {
            true => ForwardEnd::Acknowledged,
            false => ForwardEnd::Refused,
        }
    }
}

impl ForwardCounters {
    /// Counts a request that arrived. Returns false, and counts it as failed, if `max_in_flight`
    /// requests are already in flight.
    pub fn begin(&self, max_in_flight: u64) -> bool {
        self.received.fetch_add(1, Ordering::Relaxed);
        let is_full = self.in_flight.fetch_add(1, Ordering::Relaxed) >= max_in_flight;
        if is_full {
            self.end(ForwardEnd::NotSent);
        }
        !is_full
    }

    /// Counts the result of a request.
    pub fn end(&self, end: ForwardEnd) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        let sent = match end {
            ForwardEnd::Acknowledged | ForwardEnd::Refused | ForwardEnd::Lost => 1,
            ForwardEnd::NotSent => 0,
        };
        self.forwarded.fetch_add(sent, Ordering::Relaxed);
        let result = match end {
            ForwardEnd::Acknowledged => &self.acknowledged,
            ForwardEnd::Refused => &self.refused,
            ForwardEnd::Lost | ForwardEnd::NotSent => &self.failed,
        };
        result.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the present counts.
    pub fn counts(&self, not_recorded: u64, lag_bytes: u64) -> ForwardCounts {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        ForwardCounts {
            received: get(&self.received),
            forwarded: get(&self.forwarded),
            acknowledged: get(&self.acknowledged),
            refused: get(&self.refused),
            failed: get(&self.failed),
            in_flight: get(&self.in_flight),
            not_recorded,
            lag_bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_that_came_ends_in_one_count() {
        let counters = ForwardCounters::default();
        let ends = [
            ForwardEnd::Acknowledged,
            ForwardEnd::Acknowledged,
            ForwardEnd::Refused,
            ForwardEnd::Lost,
            ForwardEnd::NotSent,
        ];
        for end in ends {
            assert!(counters.begin(1));
            assert!(!counters.begin(1), "one is in flight");
            counters.end(end);
        }
        let counts = counters.counts(3, 4);
        let want = ForwardCounts {
            received: 10,
            forwarded: 4,
            acknowledged: 2,
            refused: 1,
            failed: 7,
            in_flight: 0,
            not_recorded: 3,
            lag_bytes: 4,
        };
        assert_eq!(counts, want);
        assert_eq!(counts.received, counts.acknowledged + counts.refused + counts.failed);
    }

    #[test]
    fn only_2xx_acknowledges_calls() {
        for status in [200, 204, 299] {
            assert!(acknowledges("POST", "/v1/track", status), "{status}");
        }
        for status in [101, 301, 302, 304, 307, 400, 503] {
            assert!(!acknowledges("POST", "/v1/track", status), "{status}");
            assert!(!acknowledges("GET", "/v1/pixel/track", status), "{status}");
        }
        for path in ["/v1/projects/k/settings", "/analytics.js/v1/k/analytics.min.js"] {
            assert!(acknowledges("GET", path, 304) && acknowledges("GET", path, 302), "{path}");
            assert!(!acknowledges("GET", path, 404), "{path}");
        }
    }
}
