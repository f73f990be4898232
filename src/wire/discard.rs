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

/// What a code means.
#[derive(Debug, Clone, Copy)]
pub struct Code {
    /// The code.
    pub code: &'static str,
    /// True if the call is lost; else only a part of it is.
    pub lost: bool,
    /// What is so about the call.
    pub message: &'static str,
    /// What to change.
    pub fix: &'static str,
}

/// Where the service documents what it drops.
pub const DOCUMENT: &str = "Segment, “Delivery Overview” and “HTTP Tracking API Source”";

/// Every code that [`super::read`] gives.
pub const CODES: &[Code] = &[
    code(
        "no_user_anon_id",
        true,
        "The call has neither userId nor anonymousId.",
        "Send a userId, or an anonymousId until the user is known.",
    ),
    code(
        "id_not_string",
        true,
        "The id is empty or not a string.",
        "Send the id as a text that is not empty, or leave it out.",
    ),
    code(
        "event_not_defined",
        true,
        "The track call has no event name.",
        "Give the call an event name.",
    ),
    code(
        "event_not_string",
        true,
        "The event name is not a string.",
        "Send the event name as a text.",
    ),
    code(
        "properties_not_object",
        true,
        "properties is not an object.",
        "Send properties as an object of names and values.",
    ),
    code(
        "traits_not_object",
        true,
        "traits is not an object.",
        "Send traits as an object of names and values.",
    ),
    code(
        "name_not_string",
        true,
        "The name is empty or not a string.",
        "Send the name as a text that is not empty, or leave it out.",
    ),
    code(
        "category_not_string",
        true,
        "The category is empty or not a string.",
        "Send the category as a text that is not empty, or leave it out.",
    ),
    code(
        "type_missing",
        true,
        "The item of the batch has no type.",
        "Give each item of a batch its type, such as track.",
    ),
    code(
        "type_unknown",
        true,
        "The type is none of the six call types.",
        "Use track, identify, group, page, screen or alias.",
    ),
    code(
        "message_id_too_long",
        true,
        "The messageId has 100 characters or more.",
        "Make the messageId shorter; a UUID is enough.",
    ),
    code(
        "too_many_events",
        true,
        "The batch has more than 2,500 calls.",
        "Send at most 2,500 calls in one request.",
    ),
    code(
        "empty_batch",
        true,
        "The batch holds no call.",
        "Put the calls into the array named batch.",
    ),
    code(
        "empty_batch_result",
        true,
        "No call of the batch is left after the bad ones were dropped.",
        "Mend the calls; each says what is wrong with it.",
    ),
    code(
        "multi_user_error",
        false,
        "Some calls of the batch are dropped, the others go on.",
        "Mend those calls; each says what is wrong with it.",
    ),
    code(
        "bad_request",
        true,
        "This is JSON, but no call.",
        "Send an object with the members of a call.",
    ),
    code(
        "unknown_source",
        true,
        "The request has no write key; the service cannot tell which source it is for.",
        "Configure the library with the source's write key.",
    ),
    code(
        "context_not_merged",
        false,
        "The batch's own context is too large to be shown with every call.",
        "Send large context with the calls that need it.",
    ),
];

const fn code(code: &'static str, lost: bool, message: &'static str, fix: &'static str) -> Code {
    Code { code, lost, message, fix }
}

/// What a code means.
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
