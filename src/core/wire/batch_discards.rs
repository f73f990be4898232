//! The discards that concern a batch as a whole.

use crate::call::Val;
use crate::wire::derived_fields::RequestDefaults;
use crate::wire::discard::{self, at};
use crate::wire::fields::Fields;
use crate::wire::limits;
use crate::wire::parse_calls::CallReader;

impl CallReader<'_, '_> {
    /// Adds the discards that concern the batch as a whole.
    pub(crate) fn batch_discards(&mut self, segment: bool) {
        if segment {
            if self.calls.len() > limits::MAX_BATCH_CALLS {
                self.discards.push(at("too_many_events", "/batch"));
                for call in &mut self.calls {
                    call.discards.push(at("too_many_events", ""));
                }
            }
            let bad = self.calls.iter().filter(|call| call.discarded_as().is_some()).count();
            if bad > 0 {
                let all = bad == self.calls.len();
                let code = if all { "empty_batch_result" } else { "multi_user_error" };
                self.discards.push(at(code, "/batch"));
            }
        }
    }

    pub(crate) fn context_discard(&mut self) {
        if self.budget.spent {
            self.discards.push(at("context_not_merged", "/context"));
        }
    }

    /// Marks all other calls as lost, because the service refuses the whole request for one item.
    pub(crate) fn refuse_all<'d>(
        &mut self,
        items: impl Iterator<Item = Val<'d>>,
        shared: &RequestDefaults<'d>,
        path: &str,
        bad: usize,
    ) {
        for (call, item) in self.calls.iter_mut().zip(items) {
            if call.discarded_as().is_none() && shared.is_checked(&Fields::new(item)) {
                call.discards.push(at(discard::REQUEST_REFUSED, format!("{path}{bad}")));
            }
        }
    }
}
