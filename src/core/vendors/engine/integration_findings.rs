//! The findings about a call that do not depend on a vendor: names in its `integrations`, and
//! violations of the plan.

use crate::call::text::write_excerpt;
use crate::call::{Event, Val, pointer};
use crate::findings::{Finding, finding_for_discard};
use crate::vendors::Vendors;
use crate::vendors::code_id::CodeId;
use crate::vendors::engine::call_view::CallView;
use crate::vendors::engine::integration_names::CODE;
use crate::wire::Service;

impl Vendors {
    /// Returns the code of a misspelled vendor name in `integrations`, if the call has one.
    pub(crate) fn code_of_call(&self, view: &CallView<'_>) -> Option<CodeId> {
        let integrations = view.object(self.basics.integrations)?;
        self.switches.members(integrations).next()?;
        self.switches.code
    }

    /// Returns the findings about a call that do not depend on a vendor.
    pub fn findings_of_call(&self, event: &Event<'_>) -> Vec<Finding> {
        let of_plan = self.plan().into_iter().flat_map(|plan| plan.findings(event));
        let Some(integrations) = event.get("integrations") else { return of_plan.collect() };
        let finding = |(member, vendor, name): (Val<'_>, usize, &str)| {
            let key = member.key();
            let (_, title) = &self.switches.vendors[vendor];
            let mut shown = String::new();
            write_excerpt(&mut shown, &key);
            let values = [("key", shown), ("name", name.to_owned()), ("title", title.clone())];
            finding_for_discard(
                CODE,
                &pointer::push("/integrations", &key),
                &values,
                Service::Segment,
            )
        };
        self.switches.members(integrations).map(finding).chain(of_plan).collect()
    }
}
