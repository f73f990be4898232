//! The remarks about ids, in the order in which they were created. Their number is bounded.

use std::collections::{BTreeMap, BTreeSet};

/// The maximum number of remarks.
pub(crate) const MAX_REMARKS: usize = 1_000;
/// The maximum number of ids that a remark names besides its first.
pub(crate) const MAX_OTHERS: usize = 5;

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

/// The number of a remark, by which it is updated or removed.
pub(crate) type RemarkNumber = u32;

/// The remarks about a recording.
#[derive(Debug, Default)]
pub(crate) struct RemarkList {
    remarks: BTreeMap<RemarkNumber, IdRemark>,
    next: RemarkNumber,
    /// The calls that are examples of remarks, each with the number of its remark.
    examples: BTreeSet<(u64, RemarkNumber)>,
    /// The number of remarks that are not stored.
    more: u64,
}

impl RemarkList {
    /// Adds a remark and returns its number. If there are too many, the remark is only counted.
    pub fn add(&mut self, remark: IdRemark) -> RemarkNumber {
        let number = self.next;
        self.next += 1;
        if self.remarks.len() < MAX_REMARKS {
            self.examples.extend(remark.calls.map(|call| (call, number)));
            self.remarks.insert(number, remark);
        } else {
            self.more += 1;
        }
        number
    }

    /// Adds another id or name to a remark, if the remark is stored.
    pub fn extend(&mut self, number: RemarkNumber, other: &str) {
        let Some(remark) = self.remarks.get_mut(&number) else { return };
        remark.of += 1;
        if remark.others.len() < MAX_OTHERS {
            remark.others.push(other.to_owned());
        }
    }

    /// Returns the id that a remark is about, if the remark is stored.
    pub fn id(&self, number: RemarkNumber) -> Option<&str> {
        Some(&self.remarks.get(&number)?.id)
    }

    /// Puts a remark in the place of one that is stored.
    pub fn replace(&mut self, number: RemarkNumber, remark: IdRemark) {
        self.examples.extend(remark.calls.map(|call| (call, number)));
        if let Some(before) = self.remarks.insert(number, remark.clone()) {
            for call in before.calls.iter().filter(|call| !remark.calls.contains(call)) {
                self.examples.remove(&(*call, number));
            }
        }
    }

    /// Removes a remark that no longer holds.
    pub fn remove(&mut self, number: RemarkNumber) {
        match self.remarks.remove(&number) {
            Some(remark) => remark.calls.iter().for_each(|call| {
                self.examples.remove(&(*call, number));
            }),
            None => self.more -= 1,
        }
    }

    /// Returns the remarks that are stored.
    pub fn iter(&self) -> impl Iterator<Item = &IdRemark> {
        self.remarks.values()
    }

    /// Returns true if the call is an example of a remark.
    pub fn is_shown_by(&self, call: u64) -> bool {
        self.examples.range((call, 0)..=(call, RemarkNumber::MAX)).next().is_some()
    }

    /// Returns the number of remarks that are not stored because of the limit.
    pub fn more(&self) -> u64 {
        self.more
    }
}
