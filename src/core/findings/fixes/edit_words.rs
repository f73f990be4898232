//! Sentences of findings that match the edits of the corrected call.

use super::BrokenCall;
use super::edits::{Edit, ValueSource};
use crate::call::pointer;
use crate::findings::Finding;
use crate::findings::advice::{self, IdRoute};

/// Returns the part of a finding's message that suggests the edit which removes the finding, with the
/// place that the edit fills. Returns `None` if the message suggests nothing that an edit does.
pub fn advice(call: &BrokenCall<'_>, finding: &Finding, edits: &[Edit]) -> Option<String> {
    let edit = edits.iter().find(|edit| edit.answers(finding))?;
    let hint = advice::worth(finding.hints.as_deref()?, &call.event)?;
    if let ValueSource::Rename(from) = &edit.source
        && pointer::is_below(&hint.path, from)
    {
        // the whole object that has the value is renamed
        let (from, to) = (advice::dotted(from), advice::dotted(&edit.to));
        return Some(format!("; rename `{from}` to `{to}`"));
    }
    if !edit.is_id {
        return None;
    }
    let route = match (&edit.source, IdRoute::from_hint(Some(hint), &edit.to)) {
        // the corrected call keeps the value at its old place
        (ValueSource::Copy(from), IdRoute::Rename(path)) if from == path => IdRoute::Copy(path),
        (_, route) => route,
    };
    Some(format!("; {}", advice::advice_by_route(route, hint, &edit.to)))
}

/// Returns the fix of a finding of the service that one of the edits removes.
pub fn service_fix(finding: &Finding, edits: &[Edit]) -> Option<String> {
    let places: &[&str] = match &*finding.code {
        "no_user_anon_id" => &["/userId", "/anonymousId"],
        "event_not_defined" => &["/event"],
        _ => return None,
    };
    let is_fix = |edit: &&Edit| places.contains(&&*edit.to);
    edits.iter().filter(is_fix).find_map(|edit| match &edit.source {
        ValueSource::Rename(from) => Some(advice::fix(IdRoute::Rename(from), &edit.to, "")),
        ValueSource::Copy(from) => Some(advice::fix(IdRoute::Copy(from), &edit.to, "")),
        ValueSource::As(_) | ValueSource::Add(_) => None,
    })
}
