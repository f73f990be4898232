//! How an id stands in many calls.

use crate::engine::index::{CellKey, HasId, SetInfo, VendorBits};
use crate::findings::Id;
use std::cmp::Ordering;

/// How an id stands in calls, repeats not counted. Of the calls in which it is looked for, each is
/// one of four: a vendor in use finds it and none misses it; one finds it and another misses it
/// (`some_miss`); it is missing and none finds it (`missed - some_miss`); or none finds it and the
/// call goes through without (what is left of `looked`). The log's cells say the same of one call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IdShare {
    /// Calls in which a vendor in use looks for it. The others need none, so every share is of
    /// these.
    pub looked: u64,
    /// Those in which a vendor in use finds one,
    pub found: u64,
    /// and of these, those in which it is used and looks wrong: a number, `"null"`,
    pub doubtful: u64,
    /// and those in which another vendor in use misses it.
    pub some_miss: u64,
    /// Those in which a vendor in use misses it, whether another finds one or not.
    pub missed: u64,
}

impl IdShare {
    /// Every call in which it is looked for has one that nobody misses or doubts.
    pub fn is_whole(&self) -> bool {
        (self.found, self.missed, self.doubtful) == (self.looked, 0, 0)
    }

    /// Calls in which it is missing and no vendor in use finds one.
    pub fn missing(&self) -> u64 {
        self.missed - self.some_miss
    }

    /// Compares the shares of calls that have one: the lowest first, and last those in which nobody
    /// looks for it.
    pub fn compare_share(&self, other: &IdShare) -> Ordering {
        let product =
            |share: &IdShare, of: &IdShare| u128::from(share.found) * u128::from(of.looked);
        let unlooked = |share: &IdShare| share.looked == 0;
        let shares = product(self, other).cmp(&product(other, self));
        unlooked(self).cmp(&unlooked(other)).then(shares)
    }

    /// Counts the calls of another group too.
    pub fn merge(&mut self, other: &IdShare) {
        let IdShare { looked, found, doubtful, some_miss, missed } = other;
        self.looked += looked;
        self.found += found;
        self.doubtful += doubtful;
        self.some_miss += some_miss;
        self.missed += missed;
    }
}

/// How account and user stand in the calls of a cell.
pub(crate) fn shares(
    key: &CellKey,
    calls: u64,
    (set, in_use): (&SetInfo, VendorBits),
) -> [IdShare; 2] {
    let share = |id: Id, has: HasId| {
        let found = has != HasId::No;
        let missed = set.strong(id) & in_use != 0;
        let of = |is: bool| if is { calls } else { 0 };
        IdShare {
            looked: of(found || set.minds(id, in_use)),
            found: of(found),
            doubtful: of(has == HasId::Doubtful),
            some_miss: of(found && missed),
            missed: of(missed),
        }
    };
    [share(Id::Account, key.has[0]), share(Id::User, key.has[1])]
}
