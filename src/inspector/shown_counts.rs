//! Counts of the calls that are shown: of all calls, or of those that pass the active filter.
//! Until [`Inspector::counted`] is complete, it is what is counted so far.

use super::Inspector;
use super::before::BeforeView;
use super::views::{
    CountProgress, Coverage, Expectations, FoundIn, GroupBy, GroupedRows, Person, RelatedId, Who,
};
use std::ops::Range;
use std::sync::Arc;

impl Inspector {
    /// How far counting the calls that pass the filter has come; none without a filter.
    pub fn counted(&self) -> Option<CountProgress> {
        self.search.counted()
    }

    /// Findings in the calls that are shown. Remarks about ids are about all calls, so a filter leaves
    /// them out.
    pub fn shown_findings(&self, at_all: bool) -> GroupedRows<FoundIn> {
        self.search.with_counts(|counts| match counts {
            None => self.engine.findings(at_all),
            counts => self.engine.found_under(at_all, counts),
        })
    }

    /// Calls that are shown, event by event, and within each by something more.
    pub fn shown_coverage(&self, by: GroupBy) -> GroupedRows<Coverage> {
        self.search.with_counts(|counts| self.engine.coverage_under(by, counts))
    }

    /// What the calls were like before; none if there is nothing to compare with, and under a
    /// filter.
    pub fn before(&self, by: GroupBy) -> Option<Arc<BeforeView>> {
        let is_filtered = self.search.with_counts(|counts| counts.is_some());
        if is_filtered { None } else { self.before.view(&self.engine, by) }
    }

    /// Returns true while calls are not compared yet with those before.
    pub fn is_comparing(&self) -> bool {
        self.before.is_behind(self.engine.rows())
    }

    /// How the calls that are shown stand to what is expected.
    pub fn shown_expectations(&self) -> Option<Expectations> {
        self.search.with_counts(|counts| self.engine.expectations_under(counts))
    }

    /// A part of the accounts or users of the calls that are shown.
    pub fn shown_people(&self, who: Who, part: Range<u64>) -> GroupedRows<Person> {
        self.search.with_counts(|counts| self.engine.people_under(who, part, counts))
    }

    /// One account or user by its id.
    pub fn shown_person(&self, who: Who, id: &str) -> Option<Person> {
        self.search.with_counts(|counts| self.engine.person(who, id, counts))
    }

    /// The users of an account, or the accounts of a user, in the calls that are shown.
    pub fn shown_members(&self, who: Who, id: &str) -> GroupedRows<RelatedId> {
        self.search.with_counts(|counts| self.engine.members(who, id, counts))
    }
}
