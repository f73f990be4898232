//! Accounts and users counted, and which of them came together.

use crate::engine::index::TextId;
use hashbrown::{HashMap, HashSet};

/// So many accounts, users and pairs of them are told apart; calls of others count as other.
pub const MOST_IDS: usize = 200_000;

/// The calls of one account or one user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdCount {
    /// The id.
    pub id: TextId,
    /// Calls, without repeats.
    pub calls: u64,
    /// Calls whose `messageId` came before.
    pub repeats: u64,
    /// Calls that have the other id too, without repeats.
    pub with_other: u64,
    /// The place of the first among the calls.
    pub first: u64,
    /// The place of the last.
    pub last: u64,
    /// Some call has it, and it looks wrong there: no text, or a text that names nobody.
    pub doubtful: bool,
    /// The other id that it was seen with last.
    other: TextId,
}

/// An id, and whether it is doubtful.
pub type IdOf = (TextId, bool);

/// The ids of one kind.
#[derive(Debug, Default)]
pub struct Ids {
    counts: Vec<IdCount>,
    places: HashMap<TextId, u32>,
    other: u64,
}

impl Ids {
    /// Counts a call. True if the id may be seen with this other one for the first time.
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

    /// The ids that are told apart, in the order in which they came.
    pub fn counts(&self) -> &[IdCount] {
        &self.counts
    }

    /// The calls of one id.
    pub fn get(&self, id: TextId) -> Option<&IdCount> {
        self.counts.get(*self.places.get(&id)? as usize)
    }

    /// Calls whose id is not told apart, repeats too.
    pub fn other(&self) -> u64 {
        self.other
    }
}

/// An account and a user that came in one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// The account.
    pub account: TextId,
    /// The user.
    pub user: TextId,
    /// The place of the first such call among the calls.
    pub since: u64,
}

/// Accounts, users and which belong together.
#[derive(Debug, Default)]
pub struct IdCounts {
    /// Accounts.
    pub accounts: Ids,
    /// Users.
    pub users: Ids,
    pairs: Vec<Pair>,
    known: HashSet<(TextId, TextId)>,
    unpaired: u64,
}

impl IdCounts {
    /// Counts a call with the ids that the first vendor in use found.
    pub fn add(&mut self, account: IdOf, user: IdOf, call: u64, repeat: bool) {
        self.accounts.add(account, user.0, call, repeat);
        // a user changes its account less often than an account its user
        if self.users.add(user, account.0, call, repeat) && !account.0.is_unkept() {
            self.pair(account.0, user.0, call);
        }
    }

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

    /// Which belong together, in the order in which they came.
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    /// How often a pair came when there was no room for another.
    pub fn unpaired(&self) -> u64 {
        self.unpaired
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::index::Texts;

    #[test]
    fn ids_and_pairs_are_counted_up_to_their_bound() {
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
