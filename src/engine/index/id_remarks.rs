//! Remarks about ids that several calls show together: one id with many others, and ids or event
//! names that differ only in case, blanks, invisible characters or punctuation.
//!
//! Nearly every call has a pair of ids and an event that came before, which one look-up each finds;
//! only a new pair or name costs more. All tables are bounded, and calls that do not fit are
//! counted.

use crate::call::text::is_invisible;
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};
use std::hash::{BuildHasher, Hasher};

/// The maximum number of accounts, and of users, that are stored.
const MAX_IDS: usize = 50_000;
/// The maximum number of event names that are stored.
const MAX_EVENTS: usize = 10_000;
/// The maximum number of pairs of ids that are stored.
const MAX_PAIRS: usize = 200_000;
/// The maximum length of an id or name in bytes. Longer ones are not compared.
const MAX_BYTES: usize = 512;
/// The maximum number of remarks.
const MAX_REMARKS: usize = 1_000;
/// The maximum number of ids that a remark names besides its first.
const MAX_OTHERS: usize = 5;
/// The maximum number of accounts of a user that are not worth a remark.
const MAX_USUAL_ACCOUNTS: u32 = 3;
/// The number of letters and digits from which on two ids that differ only in punctuation are not
/// considered a coincidence.
const MIN_LONG_ID_CHARS: usize = 16;

/// The kind of a remark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RemarkKind {
    /// One `anonymousId` came with more than one `userId`.
    SharedAnonymousId,
    /// One user came with more than three accounts.
    SharedUser,
    /// Two account ids are nearly the same.
    SimilarAccounts,
    /// Two user ids are nearly the same.
    SimilarUsers,
    /// Two event names are nearly the same.
    SimilarEvents,
}

impl RemarkKind {
    /// All kinds.
    pub const ALL: [RemarkKind; 5] = [
        RemarkKind::SharedAnonymousId,
        RemarkKind::SharedUser,
        RemarkKind::SimilarAccounts,
        RemarkKind::SimilarUsers,
        RemarkKind::SimilarEvents,
    ];

    /// Returns the kind in a few words.
    pub fn short_words(self) -> &'static str {
        match self {
            RemarkKind::SharedAnonymousId => "one anonymousId with several users",
            RemarkKind::SharedUser => "one user with several accounts",
            RemarkKind::SimilarAccounts => "account ids that are nearly the same",
            RemarkKind::SimilarUsers => "user ids that are nearly the same",
            RemarkKind::SimilarEvents => "event names that are nearly the same",
        }
    }
}

/// A remark, created once and updated by later calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdRemark {
    /// The kind of the remark.
    pub kind: RemarkKind,
    /// The id that others came with, or the first of those that are nearly the same.
    pub id: String,
    /// The first of the others.
    pub others: Vec<String>,
    /// The number of all others.
    pub of: u64,
    /// The positions of the two calls that are shown as an example: those with the first two ids.
    pub calls: [u64; 2],
}

/// The ids of a call, and its event.
#[derive(Debug, Clone, Copy, Default)]
pub struct IdsOfCall<'c> {
    /// The event of a track call.
    pub event: Option<&'c str>,
    /// The account id of the call's row.
    pub account: Option<&'c str>,
    /// The user id of the call's row.
    pub user: Option<&'c str>,
    /// The call's own `userId`.
    pub user_id: Option<&'c str>,
    /// The call's `anonymousId`; `None` for an alias call, which joins two users.
    pub anonymous_id: Option<&'c str>,
}

/// The hashes of the ids of a call and of its event.
#[derive(Debug, Clone, Copy, Default)]
pub struct IdHashes {
    event: Option<u64>,
    account: Option<u64>,
    user: Option<u64>,
    user_id: Option<u64>,
    anonymous_id: Option<u64>,
}

impl IdsOfCall<'_> {
    /// Computes the hashes.
    pub fn hashes(&self) -> IdHashes {
        let user = self.user.map(hash);
        IdHashes {
            event: self.event.map(hash),
            account: self.account.map(hash),
            user,
            user_id: if self.user_id == self.user { user } else { self.user_id.map(hash) },
            anonymous_id: self.anonymous_id.map(hash),
        }
    }
}

/// The remarks about a recording.
#[derive(Debug, Default)]
pub struct IdRemarks {
    accounts: DistinctNames,
    users: DistinctNames,
    events: DistinctNames,
    /// Pairs of a user with an account or an `anonymousId`, by the hashes of both.
    pairs: HashSet<u64>,
    /// The users of each `anonymousId`, by its hash.
    anonymous: HashMap<u64, PairedIds>,
    /// The accounts of each user, by its hash.
    users_accounts: HashMap<u64, PairedIds>,
    remarks: Vec<IdRemark>,
    /// The calls that are examples of a remark.
    shown_by: HashSet<u64>,
    /// The number of remarks that were not stored.
    more: u64,
    /// The number of calls with an id or name that was not stored.
    untold: u64,
}

/// The different accounts, users or event names, by hash.
#[derive(Debug, Default)]
struct DistinctNames {
    known: HashSet<u64>,
    /// By the hash of the normalized text ([`norm`]).
    by_norm: HashMap<u64, SimilarText>,
}

/// A text, and the remark about others that are nearly the same.
#[derive(Debug)]
struct SimilarText {
    first: Box<str>,
    call: u64,
    remark: Option<u32>,
}

/// The ids that came with one id.
#[derive(Debug, Default)]
struct PairedIds {
    first: Vec<Box<str>>,
    count: u32,
    calls: [u64; 2],
    remark: Option<u32>,
}

impl IdRemarks {
    /// Adds a call, the next one in order of arrival. `call` is its position among the calls.
    pub fn note(&mut self, ids: &IdsOfCall<'_>, call: u64) {
        let hashes = ids.hashes();
        let event = hashes.event.zip(ids.event);
        let account = hashes.account.zip(ids.account);
        let user = hashes.user.zip(ids.user);
        let user_id = hashes.user_id.zip(ids.user_id);
        let anonymous = hashes.anonymous_id.zip(ids.anonymous_id);
        let mut is_stored = self.name(RemarkKind::SimilarEvents, event, call);
        is_stored &= match (user, account) {
            (Some(user), Some(account)) => self.pair(RemarkKind::SharedUser, user, account, call),
            _ => {
                self.name(RemarkKind::SimilarUsers, user, call)
                    & self.name(RemarkKind::SimilarAccounts, account, call)
            }
        };
        is_stored &= match (anonymous, user_id) {
            (Some(id), Some(user)) => self.pair(RemarkKind::SharedAnonymousId, id, user, call),
            _ if user_id == user => true,
            _ => self.name(RemarkKind::SimilarUsers, user_id, call),
        };
        self.untold += u64::from(!is_stored);
    }

    /// Returns true if [`IdRemarks::note`] would change nothing, because calls with these ids and
    /// this event came before. The processor overlaps the look-ups of calls that are asked for one
    /// after the other, so asking for many calls at once is cheaper than adding each.
    pub fn is_known(&self, hashes: &IdHashes) -> bool {
        let IdHashes { event, account, user, user_id, anonymous_id } = *hashes;
        let has = |names: &DistinctNames, hash: Option<u64>| {
            hash.is_none_or(|hash| names.known.contains(&hash))
        };
        let event_is_known = has(&self.events, event);
        let account_is_known = match (user, account) {
            (Some(user), Some(account)) => {
                self.pairs.contains(&pair_hash(RemarkKind::SharedUser, user, account))
            }
            _ => has(&self.users, user) & has(&self.accounts, account),
        };
        let user_is_known = match (anonymous_id, user_id) {
            (Some(id), Some(user)) => {
                self.pairs.contains(&pair_hash(RemarkKind::SharedAnonymousId, id, user))
            }
            _ => user_id == user || has(&self.users, user_id),
        };
        event_is_known & account_is_known & user_is_known
    }

    /// Returns all remarks, in the order in which they were created.
    pub fn remarks(&self) -> &[IdRemark] {
        &self.remarks
    }

    /// Returns true if the call is an example of a remark.
    pub fn is_shown_by(&self, call: u64) -> bool {
        self.shown_by.contains(&call)
    }

    /// Returns the number of remarks that were not stored because of the limit.
    pub fn more(&self) -> u64 {
        self.more
    }

    /// Returns the number of calls with an id or name that was not stored, because a table was full
    /// or the id or name was too long.
    pub fn untold(&self) -> u64 {
        self.untold
    }

    /// Adds a pair of ids. Returns false if one of them, or the pair, was not stored.
    fn pair(
        &mut self,
        kind: RemarkKind,
        (id_hash, id): (u64, &str),
        (other_hash, other): (u64, &str),
        call: u64,
    ) -> bool {
        let pair = pair_hash(kind, id_hash, other_hash);
        if self.pairs.contains(&pair) {
            return true;
        }
        let of_anonymous = kind == RemarkKind::SharedAnonymousId;
        let is_stored = match of_anonymous {
            true => self.name(RemarkKind::SimilarUsers, Some((other_hash, other)), call),
            false => {
                self.name(RemarkKind::SimilarUsers, Some((id_hash, id)), call)
                    & self.name(RemarkKind::SimilarAccounts, Some((other_hash, other)), call)
            }
        };
        if self.pairs.len() >= MAX_PAIRS || id.len() > MAX_BYTES || other.len() > MAX_BYTES {
            return false;
        }
        self.pairs.insert(pair);
        let usual = if of_anonymous { 1 } else { MAX_USUAL_ACCOUNTS };
        let others = if of_anonymous { &mut self.anonymous } else { &mut self.users_accounts };
        let others = others.entry(id_hash).or_default();
        others.count += 1;
        if others.remark.is_none() && others.first.len() < MAX_OTHERS {
            if others.first.is_empty() {
                // most ids come with one other; the first push to an empty list would allocate four
                others.first.reserve_exact(1);
            }
            others.first.push(other.into());
            // the first two of them are shown as an example
            if let Some(at) = others.calls.get_mut(others.count as usize - 1) {
                *at = call;
            }
        }
        if others.count <= usual {
            return is_stored;
        }
        match others.remark {
            // the remark may not have been stored
            Some(at) => self
                .remarks
                .get_mut(at as usize)
                .into_iter()
                .for_each(|remark| extend(remark, other)),
            None => {
                let names = std::mem::take(&mut others.first).into_iter().map(String::from);
                others.remark = Some(self.remarks.len() as u32);
                let remark = IdRemark {
                    kind,
                    id: id.to_owned(),
                    others: names.collect(),
                    of: u64::from(others.count),
                    calls: others.calls,
                };
                self.remark(remark);
            }
        }
        is_stored
    }

    /// Adds an account, a user or an event name, by the kind of remark that it may cause. Returns
    /// false if it was not stored.
    fn name(&mut self, kind: RemarkKind, text: Option<(u64, &str)>, call: u64) -> bool {
        let Some((hash, text)) = text else { return true };
        let (names, max_names) = match kind {
            RemarkKind::SimilarAccounts => (&mut self.accounts, MAX_IDS),
            RemarkKind::SimilarEvents => (&mut self.events, MAX_EVENTS),
            _ => (&mut self.users, MAX_IDS),
        };
        if names.known.contains(&hash) {
            return true;
        }
        if names.known.len() >= max_names || text.len() > MAX_BYTES {
            return false;
        }
        names.known.insert(hash);
        let norm = norm(text, kind == RemarkKind::SimilarEvents);
        if norm.is_empty() {
            return true;
        }
        let next = self.remarks.len() as u32;
        let similar = match names.by_norm.entry(self::hash(&norm)) {
            hashbrown::hash_map::Entry::Vacant(place) => {
                place.insert(SimilarText { first: text.into(), call, remark: None });
                return true;
            }
            hashbrown::hash_map::Entry::Occupied(place) => place.into_mut(),
        };
        match similar.remark {
            Some(at) => self
                .remarks
                .get_mut(at as usize)
                .into_iter()
                .for_each(|remark| extend(remark, text)),
            None => {
                similar.remark = Some(next);
                let (id, others) = (similar.first.to_string(), vec![text.to_owned()]);
                let calls = [similar.call, call];
                self.remark(IdRemark { kind, id, others, of: 1, calls });
            }
        }
        true
    }

    /// Stores a remark, or counts it if there are too many.
    fn remark(&mut self, remark: IdRemark) {
        if self.remarks.len() < MAX_REMARKS {
            self.shown_by.extend(remark.calls);
            self.remarks.push(remark);
        } else {
            self.more += 1;
        }
    }
}

/// Adds another id or name to a remark.
fn extend(remark: &mut IdRemark, other: &str) {
    remark.of += 1;
    if remark.others.len() < MAX_OTHERS {
        remark.others.push(other.to_owned());
    }
}

fn hash(text: &str) -> u64 {
    // fixed keys: the same recording must give the same remarks each time
    let mut hasher = FixedState::with_seed(0x7365_6773_636f_7065).build_hasher();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// Returns the hash of a pair of ids, by the kind of remark that it may cause.
fn pair_hash(kind: RemarkKind, id: u64, other: u64) -> u64 {
    id.rotate_left(23) ^ other.wrapping_mul(2 * kind as u64 + 3)
}

/// Returns a text without case, blanks, invisible characters and punctuation. Punctuation between
/// two digits of a short id is kept, as `-`: `1-23` and `12-3` are different ids.
fn norm(text: &str, is_event: bool) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    let keeps_signs = !is_event && letters < MIN_LONG_ID_CHARS;
    let (mut norm, mut sign) = (String::with_capacity(text.len()), false);
    for c in text.chars() {
        if !c.is_alphanumeric() {
            sign |= !c.is_whitespace() && !is_invisible(c);
            continue;
        }
        let between = norm.ends_with(|before: char| before.is_numeric()) && c.is_numeric();
        if std::mem::take(&mut sign) && keeps_signs && between {
            norm.push('-');
        }
        norm.extend(c.to_lowercase());
    }
    norm
}

#[cfg(test)]
mod tests;
