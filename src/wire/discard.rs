//! Why a service drops a call that it answered with 200 (`specs/wire.md` 9).
//!
//! Its bound of 10,000 properties has no code here: so many do not fit into the 32 KB of one call.

use super::{Platform, fields::Fields, limits};
use crate::call::{CallType, Val};
use std::borrow::Cow;

/// One reason for which a call, or a part of a request, does not reach a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discard {
    /// The service's own code where it has one, see [`CODES`].
    pub code: &'static str,
    /// JSON pointer: into the call, or into the body for a request's own reasons.
    pub path: Cow<'static, str>,
}

impl Discard {
    /// Whether it says that a request, or an item of it, is no call: then it is about no call.
    pub fn is_about_no_call(&self) -> bool {
        matches!(self.code, "bad_request" | "empty_batch")
    }
}

/// A discard code.
#[derive(Debug, Clone, Copy)]
pub struct Code {
    /// The code.
    pub code: &'static str,
    /// True if the call is lost; else only a part of it is.
    pub lost: bool,
}

/// Every code that [`super::read`] gives. What they mean stands in `assets/findings/wire.toml`.
pub const CODES: &[Code] = &[
    Code { code: "no_user_anon_id", lost: true },
    Code { code: "id_not_string", lost: true },
    Code { code: "event_not_defined", lost: true },
    Code { code: "event_not_string", lost: true },
    Code { code: "properties_not_object", lost: true },
    Code { code: "traits_not_object", lost: true },
    Code { code: "name_not_string", lost: true },
    Code { code: "category_not_string", lost: true },
    Code { code: "type_missing", lost: true },
    Code { code: "type_unknown", lost: true },
    Code { code: "message_id_too_long", lost: true },
    Code { code: "too_many_events", lost: true },
    Code { code: "empty_batch", lost: true },
    Code { code: "empty_batch_result", lost: true },
    Code { code: "multi_user_error", lost: false },
    Code { code: "bad_request", lost: true },
    Code { code: "unknown_source", lost: true },
    Code { code: "context_not_merged", lost: false },
];

/// What is fixed about a code.
pub fn find(code: &str) -> Option<&'static Code> {
    CODES.iter().find(|known| known.code == code)
}

pub(super) fn at(code: &'static str, path: impl Into<Cow<'static, str>>) -> Discard {
    Discard { code, path: path.into() }
}

/// Why the service would drop a call. `kind` is its type, if it has one that is known; RudderStack
/// documents only that it wants one of the two ids.
pub(super) fn check(
    call: &Fields<'_>,
    kind: Option<CallType>,
    platform: Platform,
    out: &mut Vec<Discard>,
) {
    let bad_text = |value: Val<'_>| value.as_str().is_none_or(|text| text.is_empty());
    if call.user_id.is_none() && call.anonymous_id.is_none() {
        out.push(at("no_user_anon_id", "/userId"));
    }
    if platform == Platform::RudderStack {
        return;
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

fn too_long(id: Val<'_>) -> bool {
    id.raw().len() >= limits::MESSAGE_ID
        && id.as_str().is_some_and(|text| text.chars().count() >= limits::MESSAGE_ID)
}
