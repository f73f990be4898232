//! How often something occurs in calls, kept in groups of users, so that a comparison knows how much
//! of a difference is chance: the calls of one user are alike, and are no independent draws.

/// How many groups the users are divided into.
pub(crate) const GROUPS: usize = 32;

/// Counts of calls, one for each group of users.
pub(crate) type GroupCounts = [u32; GROUPS];

/// The calls in which something is so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Occurrences {
    pub groups: GroupCounts,
    /// The number of the first of them; 0 if there is none.
    pub first: u64,
}

/// Where a call belongs: its group, and its number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ProfilePlace {
    pub group: usize,
    pub seq: u64,
}

impl Occurrences {
    /// Counts a call.
    pub fn add(&mut self, call: ProfilePlace) {
        self.groups[call.group] = self.groups[call.group].saturating_add(1);
        self.first = first_of(self.first, call.seq);
    }

    /// How many calls there are.
    pub fn total(&self) -> u64 {
        total(&self.groups)
    }

    /// Counts the calls of another part of the traffic too.
    pub fn merge(&mut self, other: &Occurrences) {
        for (own, other) in self.groups.iter_mut().zip(other.groups) {
            *own = own.saturating_add(other);
        }
        self.first = first_of(self.first, other.first);
    }
}

/// The sum over all groups.
pub(crate) fn total(groups: &GroupCounts) -> u64 {
    groups.iter().map(|count| u64::from(*count)).sum()
}

/// The lower of two numbers of calls, of which 0 is none.
pub(crate) fn first_of(one: u64, other: u64) -> u64 {
    match (one, other) {
        (0, only) | (only, 0) => only,
        (one, other) => one.min(other),
    }
}
