//! Counts calls by groups of users, so that a comparison can estimate how much of a difference is
//! chance: the calls of one user are similar and not independent draws.

/// The number of groups into which users are divided.
pub(crate) const GROUPS: usize = 32;

/// Counts of calls, one for each group of users.
pub(crate) type GroupCounts = [u32; GROUPS];

/// The number of calls with some property, by group of users.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Occurrences {
    pub groups: GroupCounts,
    /// The number of the first of them; 0 if there is none.
    pub first: u64,
}

/// The group and the number of a call.
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

    /// Returns the number of calls.
    pub fn total(&self) -> u64 {
        total(&self.groups)
    }

    /// Adds the counts of another part of the traffic.
    pub fn merge(&mut self, other: &Occurrences) {
        for (own, other) in self.groups.iter_mut().zip(other.groups) {
            *own = own.saturating_add(other);
        }
        self.first = first_of(self.first, other.first);
    }
}

/// Returns the sum over all groups.
pub(crate) fn total(groups: &GroupCounts) -> u64 {
    groups.iter().map(|count| u64::from(*count)).sum()
}

/// Returns the smaller of two call numbers, where 0 stands for no call.
pub(crate) fn first_of(one: u64, other: u64) -> u64 {
    match (one, other) {
        (0, only) | (only, 0) => only,
        (one, other) => one.min(other),
    }
}
