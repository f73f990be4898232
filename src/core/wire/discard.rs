//! The reasons why a service does not pass a call on to the vendors (`docs/specs/wire.md` 7 and 9).
//!
//! Segment's limit of 10,000 properties has no code here, because so many do not fit into the 32 KB
//! of one call.

use super::violation::VIOLATION_REPORTED;
use super::{Platform, Service, fields::Fields, limits};
use crate::call::{CallType, Val};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::borrow::Cow;

/// A reason why a call, or a part of a request, does not reach a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discard {
    /// The service's own code if it has one, see [`CODES`].
    pub code: &'static str,
    /// The JSON pointer into the call, or into the body for reasons that concern the request.
    pub path: Cow<'static, str>,
    /// The values for the placeholders of its sentences, by name.
    pub said: Vec<(&'static str, String)>,
}

impl Discard {
    /// Returns true if a call with this discard reaches no vendor.
    pub(crate) fn is_fatal(&self) -> bool {
        find(self.code).is_some_and(|code| code.lost)
    }

    /// Returns whether it says that a request, or an item of it, is not a call, so that it belongs
    /// to no call.
    pub fn is_about_no_call(&self) -> bool {
        matches!(self.code, "bad_request" | "empty_batch")
    }
}

/// A discard code.
#[derive(Debug, Clone, Copy)]
pub struct DiscardCode {
    /// The code.
    pub code: &'static str,
    /// True if a call with this code is lost. False for the codes of a whole request, which belong
    /// to no single call.
    pub lost: bool,
}

/// Every code that [`super::read`] returns, in the order in which a call is checked, and that of a
/// `messageId` which a different call had. Their meanings are in `assets/findings/wire.toml` and
/// `assets/findings/call.toml`.
pub const CODES: &[DiscardCode] = &[
    DiscardCode { code: BATCH_TOO_LARGE, lost: true },
    DiscardCode { code: CALL_TOO_LARGE, lost: true },
    DiscardCode { code: "no_user_anon_id", lost: true },
    DiscardCode { code: "id_not_string", lost: true },
    DiscardCode { code: "type_missing", lost: true },
    DiscardCode { code: "type_unknown", lost: true },
    DiscardCode { code: "event_not_defined", lost: true },
    DiscardCode { code: "event_not_string", lost: true },
    DiscardCode { code: "name_not_string", lost: true },
    DiscardCode { code: "category_not_string", lost: true },
    DiscardCode { code: "traits_not_object", lost: true },
    DiscardCode { code: "properties_not_object", lost: true },
    DiscardCode { code: "message_id_too_long", lost: true },
    DiscardCode { code: "too_many_events", lost: true },
    DiscardCode { code: MESSAGE_ID_REUSED, lost: true },
    DiscardCode { code: REQUEST_REFUSED, lost: true },
    DiscardCode { code: "empty_batch", lost: false },
    DiscardCode { code: "empty_batch_result", lost: false },
    DiscardCode { code: "multi_user_error", lost: false },
    DiscardCode { code: "bad_request", lost: false },
    DiscardCode { code: "unknown_source", lost: false },
    DiscardCode { code: "context_not_merged", lost: false },
    DiscardCode { code: "EVT-TYPE-PATH", lost: false },
    DiscardCode { code: "EVT-TIME-INVALID", lost: false },
    DiscardCode { code: "EVT-TIME-IMPLAUSIBLE", lost: false },
    DiscardCode { code: "EVT-KEY-REPEATED", lost: false },
    DiscardCode { code: "EVT-KEY-LOST", lost: false },
    DiscardCode { code: "EVT-WRITE-KEY", lost: false },
    DiscardCode { code: VIOLATION_REPORTED, lost: false },
];

/// The code of a call that the service drops because an earlier, different call had its
/// `messageId`. Only code that sees the earlier calls can find it.
pub const MESSAGE_ID_REUSED: &str = "MESSAGE-ID-REUSED";

/// The codes of a call of a file that is too large for the service, and of the calls of a batch that
/// is.
pub(crate) const CALL_TOO_LARGE: &str = "call_too_large";
pub(crate) const BATCH_TOO_LARGE: &str = "batch_too_large";

/// The code of a call that is valid itself, in a request that the service refuses because of
/// another call.
pub(crate) const REQUEST_REFUSED: &str = "request_refused";

/// Returns the entry of a code.
pub fn find(code: &str) -> Option<&'static DiscardCode> {
    CODES.iter().find(|known| known.code == code)
}

/// Returns the first of some codes, in the order in which a call is checked, for which a service
/// discards the call.
pub fn first_fatal<'c>(codes: impl Iterator<Item = &'c str> + Clone) -> Option<&'static str> {
    let mut fatal = CODES.iter().filter(|known| known.lost);
    fatal.find(|known| codes.clone().any(|code| code == known.code)).map(|known| known.code)
}

/// The decision of the service in front of the vendors about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceVerdict {
    /// The service.
    pub service: Service,
    /// The code of the reason why it does not pass the call on; `None` if it does.
    pub code: Option<&'static str>,
}

impl ServiceVerdict {
    /// Returns true if the call reaches no vendor.
    pub fn is_discarded(&self) -> bool {
        self.code.is_some()
    }

    /// Returns the word for it in the call record and in filters.
    pub fn name(&self) -> &'static str {
        if self.is_discarded() { "discarded" } else { "passed" }
    }
}

/// Formats the decision, such as `discarded by Segment (no_user_anon_id)`.
impl std::fmt::Display for ServiceVerdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.code {
            // neither service refuses such a call
            Some(MESSAGE_ID_REUSED) => {
                write!(f, "dropped by {} ({MESSAGE_ID_REUSED})", self.service.title())
            }
            Some(code) => write!(f, "{} ({code})", self.service.discards()),
            None => write!(f, "passed on by {}", self.service.title()),
        }
    }
}

impl Serialize for ServiceVerdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut service = serializer.serialize_struct("service", 3)?;
        service.serialize_field("name", self.service.name())?;
        service.serialize_field("verdict", self.name())?;
        service.serialize_field("code", &self.code)?;
        service.end()
    }
}

pub(crate) fn at(code: &'static str, path: impl Into<Cow<'static, str>>) -> Discard {
    Discard { code, path: path.into(), said: Vec::new() }
}

/// Adds the reasons why the service discards a call. `kind` is its type, if it has a known one.
/// RudderStack's gateway checks only that the call has one of the two ids.
pub(crate) fn check(
    call: &Fields<'_>,
    kind: Option<CallType>,
    platform: Platform,
    out: &mut Vec<Discard>,
) {
    if platform == Platform::RudderStack {
        let is_there = |id: Option<Val<'_>>| id.is_some_and(|id| !is_blank(id));
        if !is_there(call.user_id) && !is_there(call.anonymous_id) {
            out.push(at("no_user_anon_id", "/userId"));
        }
        return;
    }
    let bad_text = |value: Val<'_>| value.as_str().is_none_or(|text| text.is_empty());
    if call.user_id.is_none() && call.anonymous_id.is_none() {
        out.push(at("no_user_anon_id", "/userId"));
    }
    if call.user_id.is_some_and(bad_text) {
        out.push(at("id_not_string", "/userId"));
    }
    if call.anonymous_id.is_some_and(bad_text) {
        out.push(at("id_not_string", "/anonymousId"));
    }
    let object = |value: Option<Val<'_>>| value.is_none_or(|value| value.is_object());
    match kind {
        None if call.kind_text().is_none() => out.push(at("type_missing", "/type")),
        None => out.push(at("type_unknown", "/type")),
        Some(CallType::Track) => match call.event.map(|event| event.as_str()) {
            None => out.push(at("event_not_defined", "/event")),
            Some(None) => out.push(at("event_not_string", "/event")),
            Some(Some(name)) if name.is_empty() => out.push(at("event_not_defined", "/event")),
            Some(Some(_)) => {}
        },
        Some(CallType::Page | CallType::Screen) => {
            if call.name.is_some_and(bad_text) {
                out.push(at("name_not_string", "/name"));
            }
            if call.category.is_some_and(bad_text) {
                out.push(at("category_not_string", "/category"));
            }
        }
        Some(CallType::Identify | CallType::Group) if !object(call.traits) => {
            out.push(at("traits_not_object", "/traits"));
        }
        Some(_) => {}
    }
    let has_properties = matches!(kind, Some(CallType::Track | CallType::Page | CallType::Screen));
    if has_properties && !object(call.properties) {
        out.push(at("properties_not_object", "/properties"));
    }
    if call.message_id.is_some_and(too_long) {
        out.push(at("message_id_too_long", "/messageId"));
    }
}

/// Returns true for a string of only white space and invisible characters, which RudderStack's
/// gateway removes from an id before it checks it.
fn is_blank(id: Val<'_>) -> bool {
    let unseen = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
    };
    !id.is_plainly_filled() && id.as_str().is_some_and(|text| text.chars().all(unseen))
}

fn too_long(id: Val<'_>) -> bool {
    id.raw().len() >= limits::MESSAGE_ID_LIMIT
        && id.as_str().is_some_and(|text| text.chars().count() >= limits::MESSAGE_ID_LIMIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_fatal_code_is_that_of_the_first_check() {
        let first = |codes: &[&str]| first_fatal(codes.iter().copied());
        assert_eq!(first(&["event_not_defined", "no_user_anon_id"]), Some("no_user_anon_id"));
        assert_eq!(first(&["multi_user_error", "type_missing"]), Some("type_missing"));
        assert_eq!(first(&["multi_user_error", "unknown_source", "PH-X"]), None);
    }
}
