//! Remarks about ids that several calls show together: one id with many others, and ids or event
//! names that differ only in case, blanks, invisible characters or punctuation.
//!
//! Nearly every call has a pair of ids and an event that came before, which one look-up each finds;
//! only a new pair or name costs more. All tables are bounded, and calls that do not fit are
//! counted.

use crate::call::text::is_invisible;
use crate::engine::index::alias_groups::AliasGroups;
use crate::engine::index::paired_ids::PairedIds;
use crate::engine::index::remark_list::{IdRemark, RemarkKind, RemarkList, RemarkNumber};
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
/// The maximum number of accounts of a user that are not worth a remark.
const MAX_USUAL_ACCOUNTS: u32 = 3;
/// The number of letters and digits from which on two ids that differ only in punctuation are not
/// considered a coincidence.
const MIN_LONG_ID_CHARS: usize = 16;

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
    /// The `previousId` of an alias call that the service does not discard.
    pub previous_id: Option<&'c str>,
}

/// The hashes of the ids of a call and of its event.
#[derive(Debug, Clone, Copy, Default)]
pub struct IdHashes {
    event: Option<u64>,
    account: Option<u64>,
    user: Option<u64>,
    user_id: Option<u64>,
    anonymous_id: Option<u64>,
    previous_id: Option<u64>,
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
            previous_id: self.previous_id.map(hash),
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
    /// The `anonymousId`s with several users, by the hash of each of these users.
    shared_by: HashMap<u64, Vec<u64>>,
    /// The users that are one person.
    aliases: AliasGroups,
    remarks: RemarkList,
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
    remark: Option<RemarkNumber>,
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
        if let Some(ids) = hashes.previous_id.zip(hashes.user_id) {
            is_stored &= self.connect(ids.into());
        }
        self.untold += u64::from(!is_stored);
    }

    /// Returns true if [`IdRemarks::note`] would change nothing, because calls with these ids and
    /// this event came before. The processor overlaps the look-ups of calls that are asked for one
    /// after the other, so asking for many calls at once is cheaper than adding each.
    pub fn is_known(&self, hashes: &IdHashes) -> bool {
        let IdHashes { event, account, user, user_id, anonymous_id, previous_id } = *hashes;
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
        let alias_is_known = previous_id
            .zip(user_id)
            .is_none_or(|(a, b)| self.aliases.person(a) == self.aliases.person(b));
        event_is_known & account_is_known & user_is_known & alias_is_known
    }

    /// Returns all remarks, in the order in which they were created.
    pub fn remarks(&self) -> impl Iterator<Item = &IdRemark> {
        self.remarks.iter()
    }

    /// Returns true if the call is an example of a remark.
    pub fn is_shown_by(&self, call: u64) -> bool {
        self.remarks.is_shown_by(call)
    }

    /// Returns the number of remarks that are not stored because of the limit.
    pub fn more(&self) -> u64 {
        self.remarks.more()
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
        let all = if of_anonymous { &mut self.anonymous } else { &mut self.users_accounts };
        let paired = all.entry(id_hash).or_default();
        let aliases = &self.aliases;
        let is_new =
            !of_anonymous || !has_id_of_person((id_hash, paired), other_hash, &self.pairs, aliases);
        self.pairs.insert(pair);
        paired.push((other_hash, other), call, is_new);
        if of_anonymous && paired.ids.len() > 1 {
            let from = if paired.ids.len() == 2 { 0 } else { paired.ids.len() - 1 };
            for user in &paired.ids[from..] {
                let shared = self.shared_by.entry(user.hash).or_default();
                if shared.is_empty() {
                    shared.reserve_exact(1);
                }
                shared.push(id_hash);
            }
        }
        let usual = if of_anonymous { 1 } else { MAX_USUAL_ACCOUNTS };
        match paired.remark {
            _ if !is_new || paired.count <= usual => {}
            Some(number) => self.remarks.extend(number, other),
            None => {
                let remark = paired.remark(kind, id, aliases);
                paired.remark = Some(self.remarks.add(remark));
            }
        }
        is_stored
    }

    /// Makes the users of two ids one person, so that an `anonymousId` that came with both counts
    /// them once. Returns false if there was no room for that.
    fn connect(&mut self, ids: [u64; 2]) -> bool {
        let IdRemarks { aliases, anonymous, pairs, remarks, shared_by, .. } = self;
        let [a, b] = &ids;
        if aliases.person(*a) == aliases.person(*b) {
            return true;
        }
        if !aliases.has_room(ids) {
            return false;
        }
        let is_smaller = aliases.ids_of_person(a).len() < aliases.ids_of_person(b).len();
        let (smaller, larger) = if is_smaller { (a, b) } else { (b, a) };
        let mut shared: Vec<u64> = aliases
            .ids_of_person(smaller)
            .iter()
            .flat_map(|user| shared_by.get(user).into_iter().flatten().copied())
            .collect();
        shared.sort_unstable();
        shared.dedup();
        shared.retain(|id| has_id_of_person((*id, &anonymous[id]), *larger, pairs, aliases));
        aliases.connect(ids);
        for id in shared {
            let Some(paired) = anonymous.get_mut(&id) else { continue };
            paired.count -= 1;
            let Some(number) = paired.remark else { continue };
            if paired.count < 2 {
                paired.remark = None;
                remarks.remove(number);
            } else if let Some(id) = remarks.id(number).map(str::to_owned) {
                let remark = paired.remark(RemarkKind::SharedAnonymousId, &id, aliases);
                remarks.replace(number, remark);
            }
        }
        true
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
        let similar = match names.by_norm.entry(self::hash(&norm)) {
            hashbrown::hash_map::Entry::Vacant(place) => {
                place.insert(SimilarText { first: text.into(), call, remark: None });
                return true;
            }
            hashbrown::hash_map::Entry::Occupied(place) => place.into_mut(),
        };
        match similar.remark {
            Some(number) => self.remarks.extend(number, text),
            None => {
                let (id, others) = (similar.first.to_string(), vec![text.to_owned()]);
                let calls = [similar.call, call];
                let remark = IdRemark { kind, id, others, of: 1, calls };
                similar.remark = Some(self.remarks.add(remark));
            }
        }
        true
    }
}

/// Returns true if an `anonymousId` came with an id of the person who has the id `user`. Looks at
/// the users of the `anonymousId` or at the ids of the person, whichever are fewer.
fn has_id_of_person(
    (id, paired): (u64, &PairedIds),
    user: u64,
    pairs: &HashSet<u64>,
    aliases: &AliasGroups,
) -> bool {
    let person = aliases.ids_of_person(&user);
    if paired.ids.len() < person.len() {
        return paired.ids.iter().any(|id| aliases.person(id.hash) == person[0]);
    }
    let kind = RemarkKind::SharedAnonymousId;
    person.iter().any(|user| pairs.contains(&pair_hash(kind, id, *user)))
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
