//! Counts of the calls that are shown: of all calls, or of those that pass the active filter.
//! Until [`Inspector::counted`] is complete, they cover only the calls that are counted so far.

use super::Inspector;
use super::before::BeforeView;
use super::views::{
    CountProgress, Coverage, Expectations, FoundIn, GroupBy, GroupedRows, Person, RelatedId, Who,
};
use std::ops::Range;
use std::sync::Arc;

impl Inspector {
    /// Returns the progress of counting the calls that pass the filter; none without a filter.
    pub fn counted(&self) -> Option<CountProgress> {
        self.search.counted()
    }

    /// Returns the findings in the calls that are shown. Remarks about ids concern all calls, so a
    /// filter leaves them out.
    pub fn shown_findings(&self, at_all: bool) -> GroupedRows<FoundIn> {
        self.search.with_counts(|counts| match counts {
            None => self.engine.findings(at_all),
            counts => self.engine.found_under(at_all, counts),
        })
    }

    /// Returns the coverage of the calls that are shown, by event, and within each event by `by`.
    pub fn shown_coverage(&self, by: GroupBy) -> GroupedRows<Coverage> {
        self.search.with_counts(|counts| self.engine.coverage_under(by, counts))
    }

    /// Returns the comparison with earlier calls; none under a filter or if there is nothing to compare
    /// with.
    pub fn before(&self, by: GroupBy) -> Option<Arc<BeforeView>> {
        let is_filtered = self.search.with_counts(|counts| counts.is_some());
        if is_filtered { None } else { self.before.view(&self.engine, by) }
    }

    /// Returns true while calls are not yet compared with earlier ones.
    pub fn is_comparing(&self) -> bool {
        self.before.is_behind(self.engine.rows())
    }

    /// Returns the expectations, counted over the calls that are shown.
    pub fn shown_expectations(&self) -> Option<Expectations> {
        self.search.with_counts(|counts| self.engine.expectations_under(counts))
    }

    /// Returns a part of the accounts or users of the calls that are shown.
    pub fn shown_people(&self, who: Who, part: Range<u64>) -> GroupedRows<Person> {
        self.search.with_counts(|counts| self.engine.people_under(who, part, counts))
    }

    /// Returns one account or user by its id.
    pub fn shown_person(&self, who: Who, id: &str) -> Option<Person> {
        self.search.with_counts(|counts| self.engine.person(who, id, counts))
    }

    /// Returns the users of an account, or the accounts of a user, in the calls that are shown.
    pub fn shown_members(&self, who: Who, id: &str) -> GroupedRows<RelatedId> {
        self.search.with_counts(|counts| self.engine.members(who, id, counts))
    }
}
