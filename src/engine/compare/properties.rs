//! The properties of the calls of an event, with their types and, if these are few, their values.

use crate::call::{JsonKind, Val};
use crate::engine::compare::occurrences::{Occurrences, ProfilePlace, first_of};
use std::collections::BTreeMap;

/// The maximum number of properties of one event. Further properties are counted, but not compared.
const MAX_PROPERTIES: usize = 200;
/// The maximum depth of objects whose members are compared. Deeper objects are compared as a whole.
const MAX_DEPTH: usize = 3;
/// The maximum number of values of a property. If there are more, values are not compared.
const MAX_VALUES: usize = 12;
/// The maximum size of a string value. A longer string is free text, not one of a few values.
const MAX_VALUE_BYTES: usize = 40;
/// The maximum size of the path of a property. A longer path is truncated.
const MAX_PATH_BYTES: usize = 200;

/// The types of JSON, as they are reported.
pub(crate) const TYPES: [&str; 6] = ["null", "boolean", "number", "string", "array", "object"];

/// One property in the calls of an event.
#[derive(Debug, Clone, Default)]
pub(crate) struct PropertyProfile {
    pub present: Occurrences,
    /// The first call without it.
    pub first_without: u64,
    pub types: [Occurrences; TYPES.len()],
    /// The values; `None` if there are too many, or if a value is too long or not a string or
    /// boolean.
    pub values: Option<BTreeMap<String, Occurrences>>,
    /// The number of the last call that had it.
    last: u64,
}

/// The properties of an event.
#[derive(Debug, Clone, Default)]
pub(crate) struct PropertyProfiles {
    /// The properties by path: `plan`, `cart.total`.
    pub list: BTreeMap<String, PropertyProfile>,
    /// The number of occurrences of properties that were left out because there were too many.
    pub left_out: u64,
}

impl PropertyProfiles {
    /// Adds the properties of a call. `first` is the first call of the event.
    pub fn add(&mut self, properties: Option<Val<'_>>, call: ProfilePlace, first: u64) {
        let mut had = 0;
        if let Some(object) = properties.filter(|properties| properties.is_object()) {
            self.object(object, &mut String::new(), 1, (call, first), &mut had);
        }
        if had < self.list.len() {
            for property in self.list.values_mut().filter(|property| property.last != call.seq) {
                property.first_without = first_of(property.first_without, call.seq);
            }
        }
    }

    fn object(
        &mut self,
        object: Val<'_>,
        path: &mut String,
        depth: usize,
        (call, first): (ProfilePlace, u64),
        had: &mut usize,
    ) {
        let length = path.len();
        for member in object.children() {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&member.key());
            path.truncate(path.floor_char_boundary(MAX_PATH_BYTES));
            if self.property(member, path, (call, first)) {
                *had += 1;
                if member.is_object() && depth < MAX_DEPTH {
                    self.object(member, path, depth + 1, (call, first), had);
                }
            }
            path.truncate(length);
        }
    }

    /// Adds one property. A repeated name counts once, with its first value.
    fn property(&mut self, value: Val<'_>, path: &str, (call, first): (ProfilePlace, u64)) -> bool {
        if !self.list.contains_key(path) {
            if self.list.len() == MAX_PROPERTIES {
                self.left_out += 1;
                return false;
            }
            // earlier calls did not have the property
            let first_without = if first < call.seq { first } else { 0 };
            let values = Some(BTreeMap::new());
            let new = PropertyProfile { first_without, values, ..PropertyProfile::default() };
            self.list.insert(path.to_owned(), new);
        }
        let Some(property) = self.list.get_mut(path) else { return false };
        if property.last == call.seq {
            return false;
        }
        property.last = call.seq;
        property.present.add(call);
        property.types[kind_of(value)].add(call);
        match (few_values(value), &mut property.values) {
            (Some(text), Some(values)) => match values.get_mut(text) {
                Some(known) => known.add(call),
                None => {
                    values.entry(text.to_owned()).or_default().add(call);
                    if values.len() > MAX_VALUES {
                        property.values = None;
                    }
                }
            },
            (None, _) => property.values = None,
            (Some(_), None) => {}
        }
        true
    }

    /// Adds the properties of other calls of the event. `firsts` are the first calls of the event
    /// in this part and in the other.
    pub fn merge(&mut self, other: PropertyProfiles, firsts: [u64; 2]) {
        self.left_out += other.left_out;
        for (path, property) in self.list.iter_mut() {
            if !other.list.contains_key(path) {
                property.first_without = first_of(property.first_without, firsts[1]);
            }
        }
        let mut properties = self.list.len();
        for (path, property) in other.list {
            match self.list.get_mut(&path) {
                Some(own) => own.merge(property),
                None if properties >= MAX_PROPERTIES => self.left_out += property.present.total(),
                None => {
                    let first_without = first_of(property.first_without, firsts[0]);
                    properties += 1;
                    self.list.insert(path, PropertyProfile { first_without, ..property });
                }
            }
        }
    }
}

impl PropertyProfile {
    fn merge(&mut self, other: PropertyProfile) {
        self.present.merge(&other.present);
        self.first_without = first_of(self.first_without, other.first_without);
        for (own, other) in self.types.iter_mut().zip(&other.types) {
            own.merge(other);
        }
        let (Some(mut values), Some(others)) = (self.values.take(), other.values) else { return };
        for (text, calls) in others {
            values.entry(text).or_default().merge(&calls);
        }
        self.values = Some(values).filter(|values| values.len() <= MAX_VALUES);
    }
}

fn kind_of(value: Val<'_>) -> usize {
    match value.kind() {
        JsonKind::Null => 0,
        JsonKind::False | JsonKind::True => 1,
        JsonKind::Number => 2,
        JsonKind::String => 3,
        JsonKind::Array => 4,
        JsonKind::Object => 5,
    }
}

/// Returns the JSON text of a value that may be one of a few: a short string, or true or false.
fn few_values(value: Val<'_>) -> Option<&str> {
    let is_few = match value.kind() {
        JsonKind::String => value.raw().len() <= MAX_VALUE_BYTES,
        JsonKind::False | JsonKind::True => true,
        _ => false,
    };
    is_few.then(|| value.raw())
}
