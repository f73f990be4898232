//! The changes that correct a call's `integrations`.

use crate::call::pointer;
use crate::engine::rows::cross_vendor_fix::EvaluatedCall;
use crate::findings::fixes::{Edit, ValueShape, ValueSource};
use crate::vendors::{IntegrationFault, RenderedCall};

/// The code of a vendor that `integrations` switches off.
const SWITCHED_OFF: &str = "EVT-INTEGRATION-OFF";

impl EvaluatedCall<'_> {
    /// Returns the renames that switch on vendors in use, after which these read the call, and the
    /// other changes, which can only switch vendors off.
    pub(super) fn integration_edits(
        &self,
        rendered: &[(usize, RenderedCall)],
    ) -> (Vec<Edit>, Vec<Edit>) {
        let (mut on, mut others) = (Vec::new(), Vec::new());
        for fault in self.vendors.integration_faults(self.event) {
            let path = fault.path();
            let is_free = |place: &str| self.event.pointer(place).is_none_or(|it| it.is_null());
            let moved =
                |to: String| is_free(&to).then_some((to, ValueSource::Rename(path.clone())));
            let shaped = |shape| Some((path.clone(), ValueSource::As(shape)));
            let mut all = &mut others;
            let mut vendors = self.in_use.to_vec();
            let change = match fault {
                IntegrationFault::Name { vendor: Some(vendor), .. }
                    if !self.in_use.contains(&vendor) =>
                {
                    None
                }
                IntegrationFault::Name { member, vendor, meant } => {
                    vendors = vendor.map_or(vendors, |vendor| vec![vendor]);
                    let is_off = self
                        .findings_in_use(rendered)
                        .any(|(at, it)| Some(at) == vendor && it.code == SWITCHED_OFF);
                    if is_off && member.as_bool() != Some(false) {
                        all = &mut on;
                    }
                    moved(pointer::push("/integrations", meant))
                }
                IntegrationFault::Value(_) => shaped(ValueShape::Boolean),
                IntegrationFault::Type(_) => shaped(ValueShape::Object),
                IntegrationFault::Place(_) => moved("/integrations".to_owned()),
            };
            let Some((to, source)) = change else { continue };
            let edit = Edit { to, source, answers: vec![path], vendors, is_id: false };
            if edit.applies_to(self.event) && !all.iter().any(|known: &Edit| known.to == edit.to) {
                all.push(edit);
            }
        }
        (on, others)
    }
}
