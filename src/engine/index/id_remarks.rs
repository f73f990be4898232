//! What the calls of a recording show about ids together: one id with many others, and ids or event
//! names that differ only by case, blanks, invisible characters or punctuation.
//!
//! Nearly every call brings a pair of ids and an event that came before, which one look-up each
//! tells; only a new pair or name costs more. All tables are bounded, and what came when one was
//! full is counted.

use crate::call::text::is_invisible;
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};
use std::hash::{BuildHasher, Hasher};

/// At most so many accounts, and so many users, are told apart.
const MAX_IDS: usize = 50_000;
/// At most so many event names are.
const MAX_EVENTS: usize = 10_000;
/// At most so many pairs of ids are known.
const MAX_PAIRS: usize = 200_000;
/// Longer ids and names are not compared.
const MAX_BYTES: usize = 512;
/// At most so many remarks are kept.
const MAX_REMARKS: usize = 1_000;
/// A remark names so many of the ids that it is about, besides its first.
const MAX_OTHERS: usize = 5;
/// One user may have so many accounts before it is worth a remark.
const USUAL_ACCOUNTS: u32 = 3;
/// From this length on, two ids that are the same without signs are so by no chance.
const LONG_ID: usize = 16;

/// What is remarked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RemarkKind {
    /// One `anonymousId` came with more than one `userId`.
    SharedAnonymousId,
    /// One user came with more than three accounts.
    SharedUser,
    /// Two account ids are nearly the same.
    SimilarAccounts,
    /// Two user ids are.
    SimilarUsers,
    /// Two event names are.
    SimilarEvents,
}

impl RemarkKind {
    /// All of them.
    pub const ALL: [RemarkKind; 5] = [
        RemarkKind::SharedAnonymousId,
        RemarkKind::SharedUser,
        RemarkKind::SimilarAccounts,
        RemarkKind::SimilarUsers,
        RemarkKind::SimilarEvents,
    ];

    /// What it says, in a few words.
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

/// One remark, made once and kept up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdRemark {
    /// What is remarked.
    pub kind: RemarkKind,
    /// The id that others came with, or the first of those that are nearly the same.
    pub id: String,
    /// The first of the others.
    pub others: Vec<String>,
    /// How many others there are.
    pub of: u64,
    /// The calls, by their place, that brought the first two of the ids that make the remark.
    pub calls: [u64; 2],
}

/// The ids of a call and its event.
#[derive(Debug, Clone, Copy, Default)]
pub struct IdsOfCall<'c> {
    /// The event of a track call.
    pub event: Option<&'c str>,
    /// The account that the first vendor in use found,
    pub account: Option<&'c str>,
    /// and the user.
    pub user: Option<&'c str>,
    /// The call's own `userId`.
    pub user_id: Option<&'c str>,
    /// Its `anonymousId`; of an alias call, which joins two users, none.
    pub anonymous_id: Option<&'c str>,
}

/// The remarks about a recording.
#[derive(Debug, Default)]
pub struct IdRemarks {
    accounts: DistinctNames,
    users: DistinctNames,
    events: DistinctNames,
    /// Pairs of a user with an account or an `anonymousId`, by the hashes of both.
    pairs: HashSet<u64>,
    /// The users of an `anonymousId`, by its hash.
    anonymous: HashMap<u64, Others>,
    /// The accounts of a user, by its hash.
    of_users: HashMap<u64, Others>,
    remarks: Vec<IdRemark>,
    /// The calls that show one.
    shown_by: HashSet<u64>,
    more: u64,
    untold: u64,
}

/// Different texts.
#[derive(Debug, Default)]
struct DistinctNames {
    known: HashSet<u64>,
    /// By the hash of what is left without case, blanks and signs.
    by_norm: HashMap<u64, Similar>,
}

/// Texts that are nearly the same.
#[derive(Debug)]
struct Similar {
    first: Box<str>,
    call: u64,
    remark: Option<u32>,
}

/// Ids that came with one id.
#[derive(Debug, Default)]
struct Others {
    first: Vec<Box<str>>,
    count: u32,
    calls: [u64; 2],
    remark: Option<u32>,
}

impl IdRemarks {
    /// Notes a call, the next in order of arrival, by its place.
    pub fn note(&mut self, ids: &IdsOfCall<'_>, call: u64) {
        let event = ids.event.map(|event| (hash(event), event));
        let account = ids.account.map(|id| (hash(id), id));
        let user = ids.user.map(|id| (hash(id), id));
        let user_id = match ids.user_id {
            same if same == ids.user => user,
            other => other.map(|id| (hash(id), id)),
        };
        let anonymous = ids.anonymous_id.map(|id| (hash(id), id));
        let mut told = self.name(RemarkKind::SimilarEvents, event, call);
        told &= match (user, account) {
            (Some(user), Some(account)) => self.pair(RemarkKind::SharedUser, user, account, call),
            _ => {
                self.name(RemarkKind::SimilarUsers, user, call)
                    & self.name(RemarkKind::SimilarAccounts, account, call)
            }
        };
        told &= match (anonymous, user_id) {
            (Some(id), Some(user)) => self.pair(RemarkKind::SharedAnonymousId, id, user, call),
            _ if user_id == user => true,
            _ => self.name(RemarkKind::SimilarUsers, user_id, call),
        };
        self.untold += u64::from(!told);
    }

    /// All remarks, in the order in which the calls gave rise to them.
    pub fn remarks(&self) -> &[IdRemark] {
        &self.remarks
    }

    /// True for a call that is an example of a remark.
    pub fn is_shown_by(&self, call: u64) -> bool {
        self.shown_by.contains(&call)
    }

    /// How many remarks there was no room for.
    pub fn more(&self) -> u64 {
        self.more
    }

    /// How many calls came with an id or a name when the limit did not allow to tell it apart.
    pub fn untold(&self) -> u64 {
        self.untold
    }

    /// Notes an id with another one; false if there was no room.
    fn pair(
        &mut self,
        kind: RemarkKind,
        (id_hash, id): (u64, &str),
        (other_hash, other): (u64, &str),
        call: u64,
    ) -> bool {
        let pair = id_hash.rotate_left(23) ^ other_hash.wrapping_mul(2 * kind as u64 + 3);
        if self.pairs.contains(&pair) {
            return true;
        }
        let of_anonymous = kind == RemarkKind::SharedAnonymousId;
        let told = match of_anonymous {
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
        let usual = if of_anonymous { 1 } else { USUAL_ACCOUNTS };
        let others = if of_anonymous { &mut self.anonymous } else { &mut self.of_users };
        let others = others.entry(id_hash).or_default();
        others.count += 1;
        if others.remark.is_none() && others.first.len() < MAX_OTHERS {
            if others.first.is_empty() {
                // most ids come with one other, and an empty list would begin with room for four
                others.first.reserve_exact(1);
            }
            others.first.push(other.into());
            // the first two of them are shown as an example
            if let Some(at) = others.calls.get_mut(others.count as usize - 1) {
                *at = call;
            }
        }
        if others.count <= usual {
            return told;
        }
        match others.remark {
            // there may have been no room for it
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
        told
    }

    /// Notes a text of a kind; false if there was no room.
    fn name(&mut self, kind: RemarkKind, text: Option<(u64, &str)>, call: u64) -> bool {
        let Some((hash, text)) = text else { return true };
        let (names, room) = match kind {
            RemarkKind::SimilarAccounts => (&mut self.accounts, MAX_IDS),
            RemarkKind::SimilarEvents => (&mut self.events, MAX_EVENTS),
            _ => (&mut self.users, MAX_IDS),
        };
        if names.known.contains(&hash) {
            return true;
        }
        if names.known.len() >= room || text.len() > MAX_BYTES {
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
                place.insert(Similar { first: text.into(), call, remark: None });
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

    fn remark(&mut self, remark: IdRemark) {
        if self.remarks.len() < MAX_REMARKS {
            self.shown_by.extend(remark.calls);
            self.remarks.push(remark);
        } else {
            self.more += 1;
        }
    }
}

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

/// What is left of a text without case, blanks, invisible characters and signs. A sign between two
/// digits of a short id stays, as `-`: `1-23` and `12-3` are two ids.
fn norm(text: &str, is_event: bool) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    let keeps_signs = !is_event && letters < LONG_ID;
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
