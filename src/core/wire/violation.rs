//! Violations of a tracking plan that Segment forwards to a source: track calls named
//! `Violation Generated`, each about one other call (Segment, “Forward Violations”).

use super::discard::{Discard, at};
use super::fields::Fields;
use crate::call::Val;
use crate::call::text::visible;

/// The `event` of such a call, as JSON text.
const EVENT: &str = "\"Violation Generated\"";

/// The maximum number of characters that are kept of each text about a violation.
const MAX_CHARS: usize = 200;

/// The code of a call that reports a violation of another call.
pub const VIOLATION_REPORTED: &str = "EVT-VIOLATION-REPORTED";

/// The code of a call whose violation another call reports.
pub const VIOLATION: &str = "EVT-VIOLATION";

/// A violation that Segment found in a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedViolation {
    /// The `messageId` of the call with the violation, safe to show.
    pub message_id: String,
    /// The JSON pointer of the field.
    pub path: String,
    /// Segment's description of the violation.
    pub description: String,
    /// The name of the tracking plan, with a space before it.
    pub plan: String,
}

/// Adds a discard if a call reports a violation.
pub(crate) fn check(call: &Fields<'_>, discards: &mut Vec<Discard>) {
    let is_report = call.event.is_some_and(|event| event.raw() == EVENT);
    let Some(properties) = call.properties.filter(|_| is_report) else { return };
    let text = |name: &str| {
        let text = properties.get(name).and_then(|value: Val<'_>| value.as_str());
        let text: String = text.unwrap_or_default().trim().chars().take(MAX_CHARS).collect();
        visible(&text).into_owned()
    };
    // not shortened, because the beginning of an id would identify no call
    let message_id = properties.get("eventMessageID").and_then(|id| id.as_str());
    let Some(message_id) = message_id.filter(|id| !id.is_empty()) else { return };
    let behind = |before: &str, text: String, after: &str| match text.is_empty() {
        true => text,
        false => format!("{before}{text}{after}"),
    };
    let said = vec![
        ("message_id", visible(&message_id).into_owned()),
        ("description", text("violationDescription")),
        ("field", text("violationField")),
        ("plan", behind(" ", text("trackingPlanName"), "")),
        ("event", behind(" (", text("eventName"), ")")),
    ];
    discards.push(Discard { said, ..at(VIOLATION_REPORTED, "/properties/eventMessageID") });
}

impl ReportedViolation {
    /// Reads the violation from the discard of the call that reports it.
    pub fn from_discard(discard: &Discard) -> Option<ReportedViolation> {
        if discard.code != VIOLATION_REPORTED {
            return None;
        }
        let said = |wanted: &str| {
            let mut said = discard.said.iter();
            said.find(|(name, _)| *name == wanted).map(|(_, text)| text.clone()).unwrap_or_default()
        };
        Some(ReportedViolation {
            message_id: said("message_id"),
            path: pointer(&said("field")),
            description: said("description"),
            plan: said("plan"),
        })
    }
}

/// Returns the JSON pointer of a field that Segment names with dots: `properties.products`.
fn pointer(field: &str) -> String {
    let names = field.split('.').filter(|name| !name.is_empty());
    names.map(|name| format!("/{}", name.replace('~', "~0").replace('/', "~1"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Doc;

    fn checked(call: &str) -> Vec<Discard> {
        let doc = Doc::parse(call).expect("JSON");
        let mut discards = Vec::new();
        check(&Fields::new(doc.root()), &mut discards);
        discards
    }

    #[test]
    fn reads_a_forwarded_violation() {
        // as Segment documents it
        let call = r#"{"event":"Violation Generated","type":"track","userId":"schema-violations",
            "messageId":"sch-1","properties":{"eventMessageID":"node-1","eventName":"Order Completed",
            "eventType":"track","trackingPlanName":"Acme","violationType":"Required",
            "violationDescription":"properties.products is required","violationField":"properties.products"}}"#;
        let discards = checked(call);
        let read = ReportedViolation::from_discard(&discards[0]).expect("a violation");
        let want = ReportedViolation {
            message_id: "node-1".to_owned(),
            path: "/properties/products".to_owned(),
            description: "properties.products is required".to_owned(),
            plan: " Acme".to_owned(),
        };
        assert_eq!(read, want);
    }

    #[test]
    fn other_calls_report_none() {
        for call in [
            r#"{"event":"Order Completed","properties":{"eventMessageID":"node-1"}}"#,
            r#"{"event":"Violation Generated"}"#,
            r#"{"event":"Violation Generated","properties":{"eventMessageID":7}}"#,
            r#"{"event":"Violation Generated","properties":{"eventMessageID":""}}"#,
        ] {
            assert_eq!(checked(call), [], "{call}");
        }
    }
}
