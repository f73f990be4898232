//! The counts of all calls: findings, coverage, expectations, people, objects that vendors push.

use super::Inspector;
use super::views::{
    Coverage, Expectations, FoundIn, GroupBy, GroupedRows, HabitView, ModelView, Person,
    PushesView, RelatedId, Who,
};
use crate::findings::Finding;
use std::ops::Range;

impl Inspector {
    /// Returns the findings that all calls of a library have in common, the worst first.
    pub fn common(&self) -> Vec<HabitView> {
        self.engine.common()
    }

    /// Returns the findings of the vendors in use (or of all) and of Segment itself, by event: the worst
    /// first, those of vendors not in use last.
    ///
    /// Like the three methods below, it copies what was counted as calls arrived, at most 2,000 rows. A
    /// view calls it again when the version has grown, not for each frame.
    pub fn findings(&self, at_all: bool) -> GroupedRows<FoundIn> {
        self.engine.findings(at_all)
    }

    /// Returns the coverage by event, and within each event by library, version or write key; the most
    /// frequent first.
    pub fn coverage(&self, by: GroupBy) -> GroupedRows<Coverage> {
        self.engine.coverage(by)
    }

    /// Returns the expectations and whether they are met, in the order of the plan; none without a plan.
    pub fn expectations(&self) -> Option<Expectations> {
        self.engine.expectations(None)
    }

    /// Returns a part of the accounts or users, those with the most calls first.
    pub fn people(&self, who: Who, part: Range<u64>) -> GroupedRows<Person> {
        self.engine.people(who, part)
    }

    /// Returns the users of an account, or the accounts of a user, in the order of arrival.
    pub fn members(&self, who: Who, id: &str) -> GroupedRows<RelatedId> {
        self.engine.members(who, id, None)
    }

    /// Returns the remarks about the id of an account or a user compared with other ids.
    pub fn id_remarks_about(&self, who: Who, id: &str) -> Vec<Finding> {
        self.engine.id_remarks_about(who, id)
    }

    /// Returns the number of calls that have each of these codes.
    pub fn calls_with(&self, codes: &[String]) -> Vec<u64> {
        self.engine.calls_with(codes)
    }

    /// Returns the objects that vendors push to Segment: the run that started last.
    pub fn pushes(&self) -> PushesView {
        let vendors = self.engine.vendors();
        let fills = vendors.filled_by_pushes().map(|(_, setting)| setting.to_owned());
        self.engine.sync(|objects| PushesView {
            run: objects.panel(self.now()),
            companies: objects.companies().len(),
            fills,
        })
    }

    /// Returns some lines of a model of that run: first its errors, then its objects.
    pub fn pushed(&self, model: &str, items: Range<usize>) -> Option<ModelView> {
        self.engine.sync(|objects| {
            let requests = objects.requests();
            let model = objects.model(model)?;
            Some(ModelView {
                items: model.items(),
                objects_synced: model.objects_synced(),
                has_uncounted: model.has_uncounted(),
                errors: model.errors(),
                requests,
                window: model.window(items),
            })
        })
    }

    /// Returns the properties of the object in a line of a model, each with its JSON text.
    pub fn pushed_properties(&self, model: &str, item: usize) -> Option<Vec<(String, String)>> {
        self.engine.sync(|objects| objects.model(model)?.properties(item))
    }

    /// Returns the lines for a settings file that contain the ids of the companies that were pushed.
    pub fn pushed_companies(&self) -> Option<String> {
        let vendors = self.engine.vendors();
        self.engine.sync(|objects| vendors.pushed_companies(objects.companies()))
    }
}
