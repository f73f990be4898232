//! The accounts and users of the people view, and the pairs of them that appear in one call.

use crate::call::time::Millis;
use crate::engine::Engine;
use crate::engine::counts::filtered_counts::FilteredCounts;
use crate::engine::counts::grouped_rows::{
    CountedCalls, GroupedRows, MAX_ROWS, arrived, counted, words,
};
use crate::engine::index::{Count, IdCount, IdCounts, IdTable};
use crate::engine::judging::index_request::JudgedIndex;
use std::ops::Range;

/// Accounts or users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// Accounts.
    Accounts,
    /// Users.
    Users,
}

/// An account or a user in the people view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The id.
    pub id: String,
    /// The number of its calls, and their times. The trend is empty.
    pub counted: CountedCalls,
    /// The number of its calls, without repeats, that also have the other id.
    pub with_other: u64,
    /// True if the id is a number in some call, or is a text such as `null`.
    pub doubtful: bool,
}

/// An id of the other kind that appears in one call with an account or a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelatedId {
    /// The id.
    pub id: String,
    /// The `seq` of the first call with both ids.
    pub since: u64,
    /// The row of that call.
    pub row: u64,
    /// The time at which that call arrived.
    pub since_ms: Millis,
    /// The number of all calls with this id, without repeats. They include calls with other
    /// accounts or users.
    pub calls: u64,
    /// The number of repeats with this id.
    pub repeats: u64,
    /// The time at which the last of them arrived.
    pub last_seen: Millis,
    /// True if the id is a number in some call, or is a text such as `null`.
    pub doubtful: bool,
}

impl Engine {
    /// Returns a part of the list of accounts or users, those with the most calls first.
    pub fn people(&self, who: Who, part: Range<u64>) -> GroupedRows<Person> {
        self.people_under(who, part, None)
    }

    /// Returns the accounts or users of the calls in `under`, or of all calls without it.
    pub fn people_under(
        &self,
        who: Who,
        part: Range<u64>,
        under: Option<&FilteredCounts>,
    ) -> GroupedRows<Person> {
        let state = self.lock();
        let counts = table_of(ids_of(&state.index, under), who).counts().to_vec();
        drop(state);
        let mut order: Vec<&IdCount> = counts.iter().collect();
        order.sort_unstable_by_key(|count| (std::cmp::Reverse(count.calls), count.first));
        let state = self.lock();
        let index = &state.index;
        let start = usize::try_from(part.start).unwrap_or(usize::MAX);
        let len = usize::try_from(part.end.saturating_sub(part.start)).unwrap_or(usize::MAX);
        let rows = order.into_iter().skip(start).take(len.min(MAX_ROWS));
        let rows = rows.filter_map(|at| Person::from_count(index, at));
        let other = table_of(ids_of(index, under), who).other();
        GroupedRows { rows: rows.collect(), of: counts.len() as u64, other }
    }

    /// Returns an account or user by its id, if it is counted separately.
    pub fn person(&self, who: Who, id: &str, under: Option<&FilteredCounts>) -> Option<Person> {
        let state = self.lock();
        let index = &state.index;
        let count = table_of(ids_of(index, under), who).get(index.store.texts.find(id)?)?;
        Person::from_count(index, count)
    }

    /// Returns the users of an account, or the accounts of a user, in the order in which they first
    /// appeared together. `other` is the number of pairs for which there was no room.
    pub fn members(
        &self,
        who: Who,
        id: &str,
        under: Option<&FilteredCounts>,
    ) -> GroupedRows<RelatedId> {
        let state = self.lock();
        let index = &state.index;
        let ids = ids_of(index, under);
        let id = index.store.texts.find(id);
        let pairs = ids.pairs().iter().filter_map(|pair| match who {
            Who::Accounts => (Some(pair.account) == id).then_some((pair.user, pair.since)),
            Who::Users => (Some(pair.user) == id).then_some((pair.account, pair.since)),
        });
        let rows: Vec<RelatedId> = pairs
            .filter_map(|(id, since)| {
                let other = match who {
                    Who::Accounts => Who::Users,
                    Who::Users => Who::Accounts,
                };
                // an id that arrived after the limit can be in a pair without being counted itself
                let count = table_of(ids, other).get(id);
                let last = count.map_or(since, |count| count.last);
                Some(RelatedId {
                    calls: count.map_or(0, |count| count.calls),
                    repeats: count.map_or(0, |count| count.repeats),
                    last_seen: arrived(&index.store, last)?,
                    doubtful: count.is_some_and(|count| count.doubtful),
                    id: words(&index.store, id)?,
                    since: index.seq_at(since),
                    row: index.store.row_of_call(since),
                    since_ms: arrived(&index.store, since)?,
                })
            })
            .collect();
        GroupedRows { of: rows.len() as u64, rows, other: ids.unpaired() }
    }
}

impl Person {
    fn from_count(index: &JudgedIndex, at: &IdCount) -> Option<Person> {
        let count = Count {
            calls: at.calls,
            repeats: at.repeats,
            first: at.first,
            last: at.last,
            ..Count::default()
        };
        Some(Person {
            id: words(&index.store, at.id)?,
            counted: counted(index, &count)?,
            with_other: at.with_other,
            doubtful: at.doubtful,
        })
    }
}

/// Returns the counts of the ids of the calls that pass a filter, or of all calls.
fn ids_of<'i>(index: &'i JudgedIndex, under: Option<&'i FilteredCounts>) -> &'i IdCounts {
    under.map_or(&index.ids, |counts| &counts.ids)
}

fn table_of(ids: &IdCounts, who: Who) -> &IdTable {
    match who {
        Who::Accounts => &ids.accounts,
        Who::Users => &ids.users,
    }
}
