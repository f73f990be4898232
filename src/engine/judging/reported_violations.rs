//! Violations of a tracking plan that Segment reports about calls by their `messageId`.
//!
//! A report arrives after the call was judged, and the sets of findings of earlier calls do not
//! change. So a violation is shown with the call that it is about, but counted with the report.

use crate::call::text::visible;
use crate::findings::{Finding, finding_for_discard};
use crate::wire::violation::{ReportedViolation, VIOLATION};
use crate::wire::{ReadCall, Service};
use hashbrown::HashMap;

/// The maximum number of violations that are kept, of all calls together.
const MAX_VIOLATIONS: usize = 20_000;

/// The violations that Segment reported.
#[derive(Debug, Default)]
pub(crate) struct ReportedViolations {
    by_id: HashMap<String, Vec<ReportedViolation>>,
    kept: usize,
    /// The number of violations for which there was no room.
    dropped: u64,
}

impl ReportedViolations {
    /// Adds the violations that a call reports, if any.
    pub fn learn(&mut self, call: &ReadCall) {
        let reported = call.discards.iter().filter_map(ReportedViolation::from_discard);
        for violation in reported {
            if self.kept >= MAX_VIOLATIONS {
                self.dropped += 1;
                continue;
            }
            let known = self.by_id.entry(violation.message_id.clone()).or_default();
            if !known.contains(&violation) {
                known.push(violation);
                self.kept += 1;
            }
        }
    }

    /// Returns the findings of the call with a `messageId`.
    pub fn findings(&self, message_id: &str, service: Service) -> Vec<Finding> {
        // a report contains the id in its printable form
        let found = self.by_id.get(&*visible(message_id)).into_iter().flatten();
        let finding = |violation: &ReportedViolation| {
            let said =
                [("description", violation.description.clone()), ("plan", violation.plan.clone())];
            finding_for_discard(VIOLATION, &violation.path, &said, service)
        };
        found.map(finding).collect()
    }

    /// Returns the number of violations for which there was no room.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{self, RequestHead};

    fn learn(violations: &mut ReportedViolations, message_id: &str, description: &str) {
        let body = serde_json::json!({
            "event": "Violation Generated", "userId": "schema-violations",
            "properties": {"eventMessageID": message_id, "violationDescription": description},
        });
        let head = RequestHead {
            method: "POST",
            path: "/v1/track",
            query: "",
            headers: &[],
            received_at: 0,
            is_tls: false,
        };
        let (body, mut scratch) = (body.to_string(), wire::ParseScratch::default());
        let reading = wire::read(&head, 1, &body, &mut scratch).expect("a call");
        violations.learn(&reading.calls[0]);
    }

    #[test]
    fn keeps_each_violation_once_and_no_more_than_it_may() {
        let mut violations = ReportedViolations::default();
        for description in ["a", "a", "b"] {
            learn(&mut violations, "m1", description);
        }
        let messages = |id: &str| -> Vec<String> {
            let found = violations.findings(id, Service::Segment);
            found.into_iter().map(|finding| finding.message).collect()
        };
        let begin = "Segment found a violation of the tracking plan";
        assert_eq!(messages("m1"), [format!("{begin}: a"), format!("{begin}: b")]);
        assert!(messages("m2").is_empty());
        for nth in 0..MAX_VIOLATIONS {
            learn(&mut violations, &format!("n{nth}"), "c");
        }
        assert_eq!((violations.kept, violations.dropped()), (MAX_VIOLATIONS, 2));
    }
}
