//! The shares of calls in which an id is found, missing, or doubtful.

use crate::engine::index::{CellKey, HasId, SetInfo, VendorBits};
use crate::findings::Id;
use std::cmp::Ordering;

/// Counts of the calls in which an id is found, missing, or doubtful, without repeats. Each call in
/// which a vendor in use looks for the id is one of four: a vendor in use finds it and none misses
/// it; one finds it and another misses it (`some_miss`); one misses it and none finds it (`missed -
/// some_miss`); or none finds it and the call is accepted without it (the rest of `looked_for`). The
/// cells of the log distinguish the same four.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IdShare {
    /// The number of calls in which a vendor in use looks for the id. Other calls do not need it,
    /// so every share is a share of these.
    pub looked_for: u64,
    /// The number of calls in which a vendor in use finds the id.
    pub found: u64,
    /// The number of calls in which the id is found and used, but looks wrong: a number, `"null"`.
    pub doubtful: u64,
    /// The number of calls in which a vendor in use finds the id and another misses it.
    pub some_miss: u64,
    /// The number of calls in which a vendor in use misses the id, whether another finds it or not.
    pub missed: u64,
}

impl IdShare {
    /// Returns true if every call in which the id is looked for has one that is not doubtful and
    /// that no vendor in use misses.
    pub fn is_whole(&self) -> bool {
        (self.found, self.missed, self.doubtful) == (self.looked_for, 0, 0)
    }

    /// Returns the number of calls in which the id is missing and no vendor in use finds it.
    pub fn missing(&self) -> u64 {
        self.missed - self.some_miss
    }

    /// Compares the shares of calls that have the id: the lowest first, and those in which no
    /// vendor looks for it last.
    pub fn compare_share(&self, other: &IdShare) -> Ordering {
        let product = |share: &IdShare, other: &IdShare| {
            u128::from(share.found) * u128::from(other.looked_for)
        };
        let unlooked = |share: &IdShare| share.looked_for == 0;
        let shares = product(self, other).cmp(&product(other, self));
        unlooked(self).cmp(&unlooked(other)).then(shares)
    }

    /// Adds the counts of another group of calls.
    pub fn merge(&mut self, other: &IdShare) {
        let IdShare { looked_for, found, doubtful, some_miss, missed } = other;
        self.looked_for += looked_for;
        self.found += found;
        self.doubtful += doubtful;
        self.some_miss += some_miss;
        self.missed += missed;
    }
}

/// Returns the shares of the account id and the user id for the calls of a cell.
pub(crate) fn shares(
    key: &CellKey,
    calls: u64,
    (set, in_use): (&SetInfo, VendorBits),
) -> [IdShare; 2] {
    let share = |id: Id, has: HasId| {
        let found = has != HasId::No;
        let missed = set.strong(id) & in_use != 0;
        let calls_if = |is: bool| if is { calls } else { 0 };
        IdShare {
            looked_for: calls_if(found || set.minds(id, in_use)),
            found: calls_if(found),
            doubtful: calls_if(has == HasId::Doubtful),
            some_miss: calls_if(found && missed),
            missed: calls_if(missed),
        }
    };
    [share(Id::Account, key.has[0]), share(Id::User, key.has[1])]
}
