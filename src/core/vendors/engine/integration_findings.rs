//! The findings about a call that do not depend on a vendor: faults of its `integrations`, and
//! violations of the plan.

use crate::call::text::{visible, write_excerpt};
use crate::call::{Event, JsonKind, Val};
use crate::findings::{Finding, finding_for_discard};
use crate::vendors::Vendors;
use crate::vendors::code_id::CodeId;
use crate::vendors::engine::call_view::CallView;
use crate::vendors::engine::integration_names::{CODES, IntegrationFault, OTHER_PLACES};
use crate::wire::Service;

/// The codes of the faults that a call's `integrations` has.
pub type CallCodes = [Option<CodeId>; CODES.len()];

impl Vendors {
    /// Returns the codes of the faults in a call's `integrations`.
    pub(crate) fn codes_of_call(&self, view: &CallView<'_>) -> CallCodes {
        let elsewhere = self.basics.other_integrations.map(|slot| view.object(slot));
        let mut codes = [None; CODES.len()];
        for fault in self.switches.faults(view.get(self.basics.integrations), elsewhere) {
            codes[fault.code()] = self.switches.codes[fault.code()];
        }
        codes
    }

    /// Returns the findings about a call that do not depend on a vendor.
    pub fn findings_of_call(&self, event: &Event<'_>) -> Vec<Finding> {
        let faults = self.integration_faults(event).map(|fault| self.finding_of_fault(&fault));
        faults.chain(self.plan().into_iter().flat_map(|plan| plan.findings(event))).collect()
    }

    /// Returns the parts of a call's `integrations` that are nearly right.
    pub fn integration_faults<'d>(
        &self,
        event: &Event<'d>,
    ) -> impl Iterator<Item = IntegrationFault<'d, '_>> {
        let elsewhere = OTHER_PLACES.map(|place| event.pointer(place));
        self.switches.faults(event.get("integrations"), elsewhere)
    }

    fn finding_of_fault(&self, fault: &IntegrationFault<'_, '_>) -> Finding {
        let shown = |text: &str| {
            let mut shown = String::new();
            write_excerpt(&mut shown, text);
            shown
        };
        let values = match fault {
            IntegrationFault::Name { member, vendor, meant } => {
                let title = match vendor {
                    Some(vendor) => self.switches.vendors[*vendor].1.clone(),
                    None => "all destinations".to_owned(),
                };
                vec![("key", shown(&member.key())), ("name", (*meant).to_owned()), ("title", title)]
            }
            IntegrationFault::Value(member) => vec![("value", shown(member.raw()))],
            IntegrationFault::Type(value) => {
                vec![("shape", shape(*value).to_owned()), ("example", example(*value))]
            }
            IntegrationFault::Place(_) => Vec::new(),
        };
        finding_for_discard(CODES[fault.code()], &fault.path(), &values, Service::Segment)
    }
}

/// Returns the type of a value in words.
fn shape(value: Val<'_>) -> &'static str {
    match value.kind() {
        JsonKind::Array => "a list",
        JsonKind::String => "a string",
        JsonKind::Number => "a number",
        JsonKind::Object => "an object",
        JsonKind::True | JsonKind::False | JsonKind::Null => "a single value",
    }
}

/// The maximum number of names that an example has.
const MAX_EXAMPLES: usize = 5;

/// Returns what a list of names probably means, as an example of `integrations`.
fn example(list: Val<'_>) -> String {
    let items = list.children().filter(|_| list.is_array());
    let names: Vec<String> = items.map_while(|item| Some(item.as_str()?.into_owned())).collect();
    let is_whole = names.len() == list.children().count();
    if names.is_empty() || names.len() > MAX_EXAMPLES || !is_whole {
        return String::new();
    }
    let mut meant = String::new();
    for name in &names {
        let name = serde_json::Value::from(visible(name)).to_string();
        meant.push_str(&format!(", {name}: true"));
    }
    format!(", such as {{\"All\": false{meant}}} if no other destination gets the call")
}
