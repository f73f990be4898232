//! Near misses: of ids, for a log that has no room for more, and of the names of other fields.

use crate::call::{CallType, Event, pointer};
use crate::findings::{Hint, Id, hints, norm};
use crate::vendors::Vendors;
use crate::vendors::settings::distance;
use crate::vendors::vendor::{FieldName, FieldRule, LeftoverRule};

/// Shorter names are not compared letter by letter: `state` is not `stage`.
const MIN_TYPO_CHARS: usize = 6;

impl Vendors {
    /// Near misses of an id that a vendor does not find, counted from where it looks first.
    pub fn hints(&self, vendor: usize, event: &Event<'_>, id: Id) -> Vec<Hint> {
        let vendor = &self.vendors[vendor];
        let kind = event.get("type").and_then(|kind| CallType::parse(&kind.as_str()?));
        let looks = kind.and_then(|kind| vendor.info.looks_for(kind, id));
        let place = looks.and_then(|looks| looks.from.first());
        place.map_or(Vec::new(), |place| hints(event, id, place, vendor.values))
    }
}

/// Returns the name of the field that a member which nothing reads was probably meant for, as seen
/// from their object. A field that the call fills is not meant.
pub(crate) fn meant_by(
    event: &Event<'_>,
    object: &str,
    key: &str,
    rest: &LeftoverRule,
) -> Option<String> {
    let is_free = |field: &&FieldName| event.pointer(&field.from).is_none();
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

/// Returns the name that was probably meant for a field that is missing, in the same object.
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
