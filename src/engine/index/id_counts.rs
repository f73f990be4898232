//! Counts of accounts and users, and the pairs of them that came in one call.

use crate::engine::index::TextId;
use hashbrown::{HashMap, HashSet};

/// The maximum number of accounts, of users, and of pairs of them that are counted separately.
/// Calls with other ids are counted as other.
pub const MOST_IDS: usize = 200_000;

/// The calls of one account or one user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdCount {
    /// The id.
    pub id: TextId,
    /// The number of calls, without repeats.
    pub calls: u64,
    /// The number of calls whose `messageId` came before.
    pub repeats: u64,
    /// The number of calls that also have an id of the other kind, without repeats.
    pub with_other: u64,
    /// The position of the first one among all calls, repeats included.
    pub first: u64,
    /// The position of the last one.
    pub last: u64,
    /// True if the id looks wrong in some call: it is not a string, or a string such as `"null"`.
    pub doubtful: bool,
    /// The id of the other kind in the last call with this id.
    other: TextId,
}

/// An id, and true if it is doubtful.
pub type IdOf = (TextId, bool);

/// The counts of the ids of one kind: of accounts, or of users.
#[derive(Debug, Default)]
pub struct IdTable {
    counts: Vec<IdCount>,
    places: HashMap<TextId, u32>,
    other: u64,
}

impl IdTable {
    /// Counts a call. Returns true if the id of the other kind is not that of the last call with
    /// this id, so that the pair may be new.
    fn add(&mut self, (id, doubtful): IdOf, other: TextId, call: u64, repeat: bool) -> bool {
        if id.is_none() {
            return false;
        }
        let next = self.counts.len() as u32;
        let place = match self.places.get(&id) {
            Some(place) => *place,
            None if self.counts.len() < MOST_IDS && !id.is_unkept() => {
                self.places.insert(id, next);
                let (calls, repeats, with_other) = (0, 0, 0);
                let other = TextId::NONE;
                self.counts.push(IdCount {
                    id,
                    calls,
                    repeats,
                    with_other,
                    first: call,
                    last: call,
                    doubtful,
                    other,
                });
                next
            }
            None => {
                self.other += 1;
                return false;
            }
        };
        let count = &mut self.counts[place as usize];
        count.last = call;
        count.doubtful |= doubtful;
        count.repeats += u64::from(repeat);
        count.calls += u64::from(!repeat);
        count.with_other += u64::from(!repeat && !other.is_none());
        std::mem::replace(&mut count.other, other) != other && !other.is_none()
    }

    /// Returns the ids that are counted separately, in the order of their first calls.
    pub fn counts(&self) -> &[IdCount] {
        &self.counts
    }

    /// Returns the count of one id.
    pub fn get(&self, id: TextId) -> Option<&IdCount> {
        self.counts.get(*self.places.get(&id)? as usize)
    }

    /// Returns the number of calls whose id is not counted separately, repeats included.
    pub fn other(&self) -> u64 {
        self.other
    }
}

/// An account and a user that came in the same call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// The account.
    pub account: TextId,
    /// The user.
    pub user: TextId,
    /// The position of the first such call among all calls.
    pub since: u64,
}

/// The counts of accounts and users, and the pairs of them.
#[derive(Debug, Default)]
pub struct IdCounts {
    /// The counts of accounts.
    pub accounts: IdTable,
    /// The counts of users.
    pub users: IdTable,
    pairs: Vec<Pair>,
    known: HashSet<(TextId, TextId)>,
    unpaired: u64,
}

impl IdCounts {
    /// Counts a call. Its ids are those of its row.
    pub fn add(&mut self, account: IdOf, user: IdOf, call: u64, repeat: bool) {
        self.accounts.add(account, user.0, call, repeat);
        // a user's account changes less often than an account's user
        if self.users.add(user, account.0, call, repeat) && !account.0.is_unkept() {
            self.pair(account.0, user.0, call);
        }
    }

    /// Adds a pair if it is new.
    fn pair(&mut self, account: TextId, user: TextId, since: u64) {
        if self.known.contains(&(account, user)) {
            return;
        }
        if self.pairs.len() >= MOST_IDS {
            self.unpaired += 1;
            return;
        }
        self.known.insert((account, user));
        self.pairs.push(Pair { account, user, since });
    }

    /// Returns the pairs of accounts and users, in the order of their first calls.
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    /// Returns how often a pair was not stored because [`MOST_IDS`] pairs were stored already.
    pub fn unpaired(&self) -> u64 {
        self.unpaired
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::index::Texts;

    #[test]
    fn counts_ids_and_pairs_up_to_the_limit() {
        let (mut ids, mut texts) = (IdCounts::default(), Texts::default());
        let [a, b, u, v] = ["a", "b", "u", "v"].map(|text| texts.intern(text));
        let none = TextId::NONE;
        let calls = [
            (a, u, false),
            (a, u, true),
            (b, u, false),
            (a, none, false),
            (a, u, false),
            (none, v, false),
        ];
        for (call, (account, user, repeat)) in calls.into_iter().enumerate() {
            ids.add((account, call == 2), (user, false), call as u64, repeat);
        }
        let of = |count: Option<&IdCount>| {
            count.map(|at| (at.calls, at.repeats, at.with_other, at.first, at.last))
        };
        assert_eq!(of(ids.accounts.get(a)), Some((3, 1, 2, 0, 4)));
        let doubtful = |id| ids.accounts.get(id).map(|count| count.doubtful);
        assert_eq!((doubtful(a), doubtful(b)), (Some(false), Some(true)));
        assert_eq!(of(ids.users.get(u)), Some((3, 1, 3, 0, 4)));
        assert_eq!(of(ids.users.get(v)), Some((1, 0, 0, 5, 5)));
        let pairs: Vec<_> =
            ids.pairs().iter().map(|pair| (pair.account, pair.user, pair.since)).collect();
        assert_eq!(pairs, [(a, u, 0), (b, u, 2)]);
        for n in 0..MOST_IDS as u64 + 10 {
            let user = texts.intern(&format!("user {n}"));
            ids.add((a, false), (user, false), 10 + n, false);
        }
        assert_eq!((ids.users.counts().len(), ids.users.other()), (MOST_IDS, 12));
        assert_eq!((ids.pairs().len(), ids.unpaired()), (MOST_IDS, 0));
        ids.add((TextId::UNKEPT, false), (v, false), 0, false);
        assert_eq!(ids.accounts.other(), 1);
        ids.add((b, false), (v, false), 0, false);
        assert_eq!((ids.pairs().len(), ids.unpaired()), (MOST_IDS, 1));
    }
}
