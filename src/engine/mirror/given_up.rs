//! The requests that the mirror gave up.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::ops::Range;

/// The maximum number of requests that are remembered. What became of those before them is no longer
/// known.
const MAX_REQUESTS: usize = 1024;
/// The beginning of the notice about a request that was given up.
const GIVEN_UP: &str = "mirror: gave up on request ";
/// The words for a request that was given up, before the reason.
pub const NOT_DELIVERED: &str = "not delivered to the mirror's target";
/// The maximum number of characters of a reason.
const MAX_REASON_CHARS: usize = 160;

/// Returns the notice about a request that was given up.
pub(crate) fn given_up_notice(request: u64, reason: &str) -> String {
    format!("{GIVEN_UP}{request}: {reason}")
}

/// Returns whether a notice is about a request that was given up. Front ends that print a line about
/// each of them leave it out.
pub fn is_given_up_notice(notice: &str) -> bool {
    notice.starts_with(GIVEN_UP)
}

/// A request that will not be delivered to the mirror's target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenUpRequest {
    /// Its number in the recording.
    pub request: u64,
    /// Why it was given up.
    pub reason: String,
}

/// What became of a request that is not, or may not be, at the mirror's target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MirrorFailure {
    /// It was given up, for this reason.
    GivenUp(String),
    /// Whether it was delivered is no longer known.
    Unknown,
}

/// The last requests that were given up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct GivenUpRequests {
    last: VecDeque<GivenUpRequest>,
    /// The number of requests that were added since the start.
    added: u64,
    /// Up to this request, it is not known which other ones were given up.
    unknown_to: u64,
}

impl GivenUpRequests {
    /// Creates the record with the requests of earlier runs. Up to the request `unknown_to`, it is not
    /// known which other ones were given up.
    pub fn new(earlier: Vec<GivenUpRequest>, unknown_to: u64) -> GivenUpRequests {
        GivenUpRequests { last: earlier.into(), added: 0, unknown_to }
    }

    /// Adds a request. If there is no room, the oldest one is forgotten.
    pub fn add(&mut self, request: u64, reason: &str) {
        if self.last.len() >= MAX_REQUESTS
            && let Some(oldest) = self.last.pop_front()
        {
            self.unknown_to = self.unknown_to.max(oldest.request);
        }
        let reason = reason.chars().take(MAX_REASON_CHARS).collect();
        self.last.push_back(GivenUpRequest { request, reason });
        self.added += 1;
    }

    /// Adds the requests with these numbers. If there is no room, the oldest ones are forgotten.
    pub fn add_all(&mut self, requests: Range<u64>, reason: &str) {
        let first = requests.end.saturating_sub(MAX_REQUESTS as u64).max(requests.start);
        if first > requests.start {
            // those before would be forgotten again
            self.unknown_to = self.unknown_to.max(first - 1);
            self.added += first - requests.start;
        }
        (first..requests.end).for_each(|request| self.add(request, reason));
    }

    /// Returns what became of a request, if it was given up or if that is not known.
    pub fn failure_of(&self, request: u64) -> Option<MirrorFailure> {
        match self.last.iter().find(|it| it.request == request) {
            Some(it) => Some(MirrorFailure::GivenUp(it.reason.clone())),
            None => (request <= self.unknown_to).then_some(MirrorFailure::Unknown),
        }
    }

    /// Returns true if no request is remembered.
    pub fn is_empty(&self) -> bool {
        self.last.is_empty()
    }

    /// Returns the number of requests that were added since the start.
    pub fn added(&self) -> u64 {
        self.added
    }

    /// Returns those that were added after the first `seen` since the start, as far as they are
    /// remembered.
    pub fn added_after(&self, seen: u64) -> impl ExactSizeIterator<Item = &GivenUpRequest> {
        let new = usize::try_from(self.added.saturating_sub(seen)).unwrap_or(usize::MAX);
        self.last.range(self.last.len().saturating_sub(new)..)
    }

    /// Returns all that are remembered, and the last request of which nothing else is known.
    pub fn remembered(&self) -> (impl Iterator<Item = &GivenUpRequest>, u64) {
        (self.last.iter(), self.unknown_to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_forgotten_is_not_known() {
        let earlier = GivenUpRequest { request: 2, reason: "the upstream answered 400".to_owned() };
        let mut all = GivenUpRequests::new(vec![earlier.clone()], 1);
        assert_eq!(all.failure_of(1), Some(MirrorFailure::Unknown));
        assert_eq!(all.failure_of(2), Some(MirrorFailure::GivenUp(earlier.reason)));
        assert_eq!((all.failure_of(3), all.added_after(0).len()), (None, 0));
        (10..10 + MAX_REQUESTS as u64).for_each(|request| all.add(request, "no"));
        assert_eq!(all.failure_of(2), Some(MirrorFailure::Unknown), "the oldest is forgotten");
        assert_eq!(all.failure_of(3), None);
        assert_eq!(all.failure_of(10), Some(MirrorFailure::GivenUp("no".to_owned())));
        let new: Vec<u64> = all.added_after(all.added() - 2).map(|it| it.request).collect();
        assert_eq!(new, [1032, 1033]);
        let many = MAX_REQUESTS as u64 + 100;
        let (before, first) = (all.added(), 2000);
        all.add_all(first..first + many, "gone");
        assert_eq!((all.added() - before, all.added_after(before).len()), (many, MAX_REQUESTS));
        assert_eq!(all.failure_of(first + 99), Some(MirrorFailure::Unknown));
        let is_gone = Some(MirrorFailure::GivenUp("gone".to_owned()));
        assert_eq!(all.failure_of(first + 100), is_gone);
        assert_eq!(all.failure_of(first + many - 1), is_gone);
        all.add(5000, &"x".repeat(1000));
        let (remembered, unknown_to) = all.remembered();
        assert_eq!(
            (remembered.last().map(|it| it.reason.len()), unknown_to),
            (Some(160), first + 100)
        );
    }
}
