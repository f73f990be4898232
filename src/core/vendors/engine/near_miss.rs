//! Near misses of ids, for the log's short hints, and near misses of the names of other fields.

use crate::call::{Event, JsonKind, pointer};
use crate::findings::identity::id_of;
use crate::findings::{Hint, Id, hints, norm};
use crate::vendors::settings::distance;
use crate::vendors::table::Take;
use crate::vendors::vendor::{FieldName, FieldRule, LeftoverRule, Vendor};

/// The minimum length of names that are compared for typing errors: `stage` is not `state`.
const MIN_TYPO_CHARS: usize = 6;

/// Returns the near misses of an id at a place, without values that the vendor's settings exclude.
pub(crate) fn possible_hints(vendor: &Vendor, event: &Event<'_>, id: Id, place: &str) -> Vec<Hint> {
    let mut found = hints(event, id, place, vendor.values);
    if let Some(rules) = &vendor.rules {
        found.retain(|hint| {
            let value = event.pointer(&hint.path);
            let text = value.and_then(|value| id_of(Some(value), vendor.values).ok());
            text.is_none_or(|found| rules.may_be_id(id, &found.text))
        });
    }
    found
}

/// Returns the dotted path, relative to `object`, of the field that was probably meant by a member
/// that nothing reads. Fields that the call contains, and those that take no value of the member's
/// kind, are not considered.
pub(crate) fn meant_by(
    event: &Event<'_>,
    object: &str,
    (key, kind): (&str, JsonKind),
    rest: &LeftoverRule,
) -> Option<String> {
    let is_free =
        |field: &&FieldName| event.pointer(&field.from).is_none() && takes(field.take, kind);
    let (wanted, chars) = (norm(key), key.chars().count());
    let is_same = |field: &&FieldName| field.norm == *wanted && is_free(field);
    let is_typo = |field: &&FieldName| {
        let length = field.name.chars().count();
        let is_close = length.min(chars) >= MIN_TYPO_CHARS && length.abs_diff(chars) <= 1;
        is_close && distance(key, &field.name) == 1 && is_free(field)
    };
    let mut names = rest.names.iter();
    let field = names.clone().find(is_same).or_else(|| names.find(is_typo))?;
    let below = field.from.strip_prefix(object)?;
    Some(pointer::tokens(below).collect::<Vec<_>>().join("."))
}

/// Returns true if a field may take a value of a kind.
fn takes(take: Take, kind: JsonKind) -> bool {
    match take {
        Take::Any | Take::Truthy => true,
        Take::Object => kind == JsonKind::Object,
        Take::Date => kind == JsonKind::String,
        Take::Scalar | Take::Bool => !matches!(kind, JsonKind::Object | JsonKind::Array),
        Take::Text | Take::String | Take::Number | Take::Numeric | Take::Count => {
            matches!(kind, JsonKind::String | JsonKind::Number)
        }
    }
}

/// Returns the name of the member of the same object that was probably meant to be a missing field.
pub(crate) fn meant_for(event: &Event<'_>, expected: &str, row: &FieldRule) -> Option<String> {
    let (object, _) = expected.rsplit_once('/')?;
    let name = pointer::last(expected);
    let object = if object.is_empty() { event.call } else { event.pointer(object)? };
    let keys = object.children().filter(|member| !member.is_null()).map(|member| member.key());
    let mut keys = keys.filter(|key| *key != name);
    let is_near =
        |key: &str| norm(key) == norm(&name) || row.near.iter().any(|near| norm(near) == norm(key));
    keys.find(|key| is_near(key)).map(|key| key.into_owned())
}
