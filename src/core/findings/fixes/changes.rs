//! Changes of values other than missing ids, such as a misspelled name or a value of the wrong
//! type.

use super::BrokenCall;
use super::edits::{Edit, Edits, ValueShape, ValueSource};
use crate::call::{CallType, JsonKind, Val, pointer};
use crate::findings::doubtful_ids::names_nobody;
use crate::findings::identity::{ValueRule, id_of};
use crate::findings::{Finding, Severity, ValueChange, misnamed_container, norm};

/// The objects of a call that some senders send as JSON text.
const CONTAINERS: [&str; 3] = ["/properties", "/traits", "/context"];

/// Returns the edits that make objects of the containers that the call has as JSON text.
pub fn opened(call: &BrokenCall<'_>, vendors: &[usize]) -> Vec<Edit> {
    let edit = |place: &str| Edit {
        to: place.to_owned(),
        source: ValueSource::As(ValueShape::Object),
        answers: Vec::new(),
        vendors: vendors.to_vec(),
        is_id: false,
    };
    let is_text = |place: &&str| {
        let value = call.event.pointer(place);
        value.is_some_and(|value| value.kind() == JsonKind::String)
            && edit(place).applies_to(&call.event)
    };
    CONTAINERS.iter().filter(|place| is_text(place)).map(|place| edit(place)).collect()
}

/// Returns the edit that renames the object at the top level that is probably meant to be the
/// properties or the traits, if the call has none.
pub fn renamed_container(call: &BrokenCall<'_>, vendors: &[usize]) -> Option<Edit> {
    let place = match call.kind {
        CallType::Track | CallType::Page | CallType::Screen => "/properties",
        CallType::Identify | CallType::Group => "/traits",
        CallType::Alias => return None,
    };
    let from = misnamed_container(&call.event, place)?;
    Some(Edit {
        to: place.to_owned(),
        source: ValueSource::Rename(from),
        answers: Vec::new(),
        vendors: vendors.to_vec(),
        is_id: false,
    })
}

/// The fields without which the service discards a call, and the normalized names at the top level
/// that some senders give them.
const SERVICE_FIELDS: [(&str, &[&str]); 3] = [
    ("/userId", &["userid"]),
    ("/anonymousId", &["anonymousid", "anonid"]),
    ("/event", &["event", "eventname", "name"]),
];

/// Returns the edits that rename fields of the top level without which the service discards the
/// call: the ids of the user, if the call has none, and the name of a track call's event.
pub fn renamed_for_service(call: &BrokenCall<'_>, vendors: &[usize]) -> Vec<Edit> {
    let is_there = |place: &str| call.event.pointer(place).is_some_and(|value| !value.is_null());
    let has_ids = is_there("/userId") || is_there("/anonymousId");
    let edit = |&(place, names): &(&str, &[&str])| {
        let is_id = place != "/event";
        let is_wanted = match is_id {
            true => !has_ids,
            false => call.kind == CallType::Track && !is_there(place),
        };
        let is_meant = |member: &Val<'_>| {
            let text = id_of(Some(*member), ValueRule::Plain).ok();
            text.is_some_and(|it| (is_id && !names_nobody(&it.text)) || (!is_id && it.is_string))
        };
        let find = |name: &&str| {
            let mut members = call.event.members();
            members.find(|member| norm(&member.key()) == **name && is_meant(member))
        };
        let from = names.iter().filter(|_| is_wanted).find_map(find)?;
        Some(Edit {
            to: place.to_owned(),
            source: ValueSource::Rename(pointer::push("", &from.key())),
            // the session's id does not help a vendor that needs the user's
            answers: [place]
                .iter()
                .filter(|it| **it != "/anonymousId")
                .map(|it| (*it).to_owned())
                .collect(),
            vendors: vendors.to_vec(),
            is_id,
        })
    };
    SERVICE_FIELDS.iter().filter_map(edit).collect()
}

/// Returns the edit for the change that a code's entry names for a finding, if the call has the
/// necessary values. `field` returns the place of the vendor's field with nearly the same name.
pub fn change(
    call: &BrokenCall<'_>,
    (vendor, finding): (usize, &Finding),
    change: &ValueChange,
    field: impl FnOnce() -> Option<String>,
) -> Option<Edit> {
    if finding.severity == Severity::Info {
        return None;
    }
    let path = &finding.path;
    let edit = |to: String, source, is_id| Edit {
        to,
        source,
        answers: vec![path.clone()],
        vendors: vec![vendor],
        is_id,
    };
    let shaped = |shape| Some(edit(path.clone(), ValueSource::As(shape), false));
    let moved = |to: &str, from: &str, is_id| {
        let taken = call.event.pointer(to).is_some_and(|value| !value.is_null());
        (!taken).then(|| edit(to.to_owned(), ValueSource::Rename(from.to_owned()), is_id))
    };
    let edit = match change {
        ValueChange::Text => shaped(ValueShape::Text),
        ValueChange::Number => shaped(ValueShape::Number),
        ValueChange::Boolean => shaped(ValueShape::Boolean),
        ValueChange::Plain => match call.event.pointer(path)?.as_str()?.as_ref() {
            "true" | "false" => shaped(ValueShape::Boolean),
            _ => shaped(ValueShape::Number),
        },
        ValueChange::Rename => moved(&field()?, path, false),
        ValueChange::Key(key) => {
            let object = path.rsplit_once('/').map_or("", |(object, _)| object);
            moved(&pointer::push(object, key), path, true)
        }
        ValueChange::Place(place) => moved(&call.sendable(place), path, true),
        ValueChange::From(place) => moved(&call.sendable(path), place, true),
    }?;
    // without a value of the wanted type, such as for a text that is not numeric, there is no edit
    edit.applies_to(&call.event).then_some(edit)
}

/// Adds an edit to others. If there is an edit of the same place, the stronger one is kept. If
/// `copied` is true, the added edit copies its value instead of moving it.
pub fn with(edits: &[Edit], more: &Edit, copied: bool) -> Vec<Edit> {
    let mut all = Edits(edits.to_vec());
    let mut more = more.clone();
    if copied && let ValueSource::Rename(from) = more.source {
        more.source = ValueSource::Copy(from);
    }
    all.add(more);
    all.settled()
}
