//! The traits of `jsonschema::json` for a call, on the document's own table of values. No
//! `serde_json::Value` is built, because building one costs twenty times as much as validating it.

use super::number_text::NumberText;
use crate::call::{Children, Event, JsonKind, Val};
use jsonschema::JsonType;
use jsonschema::json::{Array, Json, Node, NodeIdentity, Object, cmp};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The representation of JSON that the validator works on.
#[derive(Debug)]
pub(crate) struct CallJson;

/// The members of a call overlaid with its derived fields, each name once.
#[derive(Debug, Clone)]
pub(crate) struct CallMembers<'d>(Vec<Val<'d>>);

impl<'d> CallMembers<'d> {
    /// Collects the members of a call. Only the last member of a repeated name is kept.
    pub fn new(event: &Event<'d>) -> CallMembers<'d> {
        let mut members: Vec<Val<'d>> = Vec::with_capacity(24);
        members.extend(event.members());
        if has_repeats(members.iter().copied()) {
            let all = std::mem::take(&mut members);
            let later = |at: usize| all[at + 1..].iter().any(|other| other.key() == all[at].key());
            members.extend((0..all.len()).filter(|at| !later(*at)).map(|at| all[at]));
        }
        CallMembers(members)
    }

    /// Returns the member with this name.
    pub fn get(&self, name: &str) -> Option<Val<'d>> {
        self.0.iter().copied().find(|member| has_name(*member, name))
    }

    /// Returns the names of the members.
    pub fn names(&self) -> impl Iterator<Item = Cow<'d, str>> {
        self.0.iter().map(|member| member.key())
    }

    /// Returns the whole call as a JSON value.
    pub fn root(&self) -> JsonValue<'_> {
        JsonValue::Call(&self.0)
    }

    /// Returns whether the call nests deeper than `levels`. A value with fewer parts than `levels`
    /// cannot.
    pub fn is_deeper_than(&self, levels: usize) -> bool {
        self.0.iter().any(|member| member.size() > levels && is_deeper(*member, levels))
    }
}

/// Returns whether the parts of a value nest deeper than `levels`. It does not recurse, because
/// captured text may nest to any depth.
fn is_deeper(value: Val<'_>, levels: usize) -> bool {
    let mut open: Vec<Children<'_>> = vec![value.children()];
    while let Some(last) = open.last_mut() {
        match last.next() {
            None => drop(open.pop()),
            Some(child) if child.is_object() || child.is_array() => open.push(child.children()),
            Some(_) => {}
        }
        if open.len() > levels {
            return true;
        }
    }
    false
}

/// A value of a call.
#[derive(Debug, Clone, Copy)]
pub(crate) enum JsonValue<'a> {
    /// The whole call, by its members.
    Call(&'a [Val<'a>]),
    /// A value in it.
    Value(Val<'a>),
    /// A member's name.
    Name(&'a str),
}

impl Json for CallJson {
    type Node<'a> = JsonValue<'a>;
    type PreparedKey = Box<str>;
    type StringBuffer = ();

    // a lookup scans the members; from about this number of lookups on, one pass over all is
    // cheaper
    const KEYS_PER_LOOKUP: usize = 8;
    const ACYCLIC: bool = true;

    fn prepare_key(key: &str) -> Box<str> {
        key.into()
    }

    fn with_string_node<T>((): &mut (), string: &str, f: impl FnOnce(JsonValue<'_>) -> T) -> T {
        f(JsonValue::Name(string))
    }
}

fn has_name(member: Val<'_>, name: &str) -> bool {
    match member.key_plain() {
        Some(key) => key == name.as_bytes(),
        None => member.key() == name,
    }
}

/// Returns whether two members have the same name. A bitmap of hashed names avoids most
/// comparisons.
fn has_repeats<'d>(members: impl Iterator<Item = Val<'d>> + Clone) -> bool {
    let mut seen = [0_u64; 4];
    for (at, member) in members.clone().enumerate() {
        let Some(key) = member.key_plain() else { return is_repeated(members) };
        let ends = key.first().zip(key.last()).map_or(0, |(first, last)| {
            usize::from(*first).wrapping_mul(31).wrapping_add(usize::from(*last) * 7)
        });
        let bit = ends.wrapping_add(key.len() * 13) % 256;
        let (word, mask) = (bit / 64, 1 << (bit % 64));
        if seen[word] & mask != 0
            && members.clone().take(at).any(|other| other.key_plain().is_none_or(|one| one == key))
        {
            return is_repeated(members);
        }
        seen[word] |= mask;
    }
    false
}

fn is_repeated<'d>(members: impl Iterator<Item = Val<'d>>) -> bool {
    let mut seen = std::collections::HashSet::new();
    members.into_iter().any(|member| !seen.insert(member.key()))
}

impl<'a> JsonValue<'a> {
    /// An empty object.
    pub const EMPTY: JsonValue<'static> = JsonValue::Call(&[]);

    fn kind(&self) -> JsonKind {
        match self {
            JsonValue::Call(_) => JsonKind::Object,
            JsonValue::Value(value) => value.kind(),
            JsonValue::Name(_) => JsonKind::String,
        }
    }

    /// Builds a tree of the value, for messages and for comparing whole objects.
    pub fn tree(&self) -> Value {
        match self {
            JsonValue::Call(members) => {
                Value::Object(members.iter().map(|member| pair(*member)).collect())
            }
            JsonValue::Value(value) => tree(*value),
            JsonValue::Name(name) => Value::String((*name).to_owned()),
        }
    }
}

fn pair(member: Val<'_>) -> (String, Value) {
    (member.key().into_owned(), tree(member))
}

/// Builds a tree of a value. Deeply nested calls are not validated, so the recursion is bounded.
fn tree(value: Val<'_>) -> Value {
    match value.kind() {
        JsonKind::Null => Value::Null,
        JsonKind::False => Value::Bool(false),
        JsonKind::True => Value::Bool(true),
        JsonKind::Number => value.raw().parse().map_or(Value::Null, Value::Number),
        JsonKind::String => Value::String(value.as_str().unwrap_or_default().into_owned()),
        JsonKind::Array => Value::Array(value.children().map(tree).collect()),
        JsonKind::Object => Value::Object(value.children().map(pair).collect::<Map<_, _>>()),
    }
}

impl<'a> Node<'a, CallJson> for JsonValue<'a> {
    type Object = ObjectMembers<'a>;
    type Array = ArrayElements<'a>;
    type Number = NumberText<'a>;

    fn as_object(&self) -> Option<ObjectMembers<'a>> {
        match self {
            JsonValue::Call(members) => Some(ObjectMembers::Call(members)),
            JsonValue::Value(value) if value.is_object() => {
                let is_repeated = has_repeats(value.children());
                Some(ObjectMembers::Object { value: *value, is_repeated })
            }
            _ => None,
        }
    }

    fn as_array(&self) -> Option<ArrayElements<'a>> {
        match self {
            JsonValue::Value(value) if value.is_array() => Some(ArrayElements(*value)),
            _ => None,
        }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match self {
            JsonValue::Call(_) => None,
            JsonValue::Value(value) => value.as_str(),
            JsonValue::Name(name) => Some(Cow::Borrowed(name)),
        }
    }

    fn as_number(&self) -> Option<NumberText<'a>> {
        match self {
            JsonValue::Value(value) => value.as_number().map(NumberText),
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        match self {
            JsonValue::Value(value) => value.as_bool(),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        self.kind() == JsonKind::Null
    }

    fn is_number(&self) -> bool {
        self.kind() == JsonKind::Number
    }

    fn is_string(&self) -> bool {
        self.kind() == JsonKind::String
    }

    fn json_type(&self) -> JsonType {
        match self.kind() {
            JsonKind::Null => JsonType::Null,
            JsonKind::False | JsonKind::True => JsonType::Boolean,
            JsonKind::Number => JsonType::Number,
            JsonKind::String => JsonType::String,
            JsonKind::Array => JsonType::Array,
            JsonKind::Object => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &Value) -> bool {
        match (self.kind(), expected) {
            (JsonKind::Null, Value::Null)
            | (JsonKind::True, Value::Bool(true))
            | (JsonKind::False, Value::Bool(false)) => true,
            (JsonKind::String, Value::String(text)) => {
                self.as_string().is_some_and(|own| own == text.as_str())
            }
            (JsonKind::Number, Value::Number(number)) => {
                self.as_number().is_some_and(|own| cmp::equal_numbers(&own, number))
            }
            (JsonKind::Array, Value::Array(_)) | (JsonKind::Object, Value::Object(_)) => {
                cmp::equal(&self.tree(), expected)
            }
            _ => false,
        }
    }

    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned(self.tree())
    }

    fn identity(&self) -> Option<NodeIdentity> {
        match self {
            JsonValue::Call(members) => {
                Some(NodeIdentity::tagged(members.as_ptr().addr(), u32::MAX))
            }
            JsonValue::Value(value) => {
                let text = value.same_doc(0).raw().as_ptr().addr();
                Some(NodeIdentity::tagged(text, value.node()))
            }
            JsonValue::Name(_) => None,
        }
    }
}

/// The members of an object.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ObjectMembers<'a> {
    /// The members of the whole call, each name once.
    Call(&'a [Val<'a>]),
    /// The members of an object in it. If a name is repeated, its last member counts.
    Object { value: Val<'a>, is_repeated: bool },
}

impl<'a> Object<'a, CallJson> for ObjectMembers<'a> {
    type Node = JsonValue<'a>;
    type MemberName = Cow<'a, str>;
    type MembersIter = Members<'a>;

    fn len(&self) -> usize {
        match self {
            ObjectMembers::Call(members) => members.len(),
            ObjectMembers::Object { is_repeated: false, value } => value.children().count(),
            ObjectMembers::Object { is_repeated: true, .. } => self.members().count(),
        }
    }

    fn get(&self, key: &Box<str>) -> Option<JsonValue<'a>> {
        match self {
            ObjectMembers::Call(members) => members
                .iter()
                .find(|member| has_name(**member, key))
                .map(|member| JsonValue::Value(*member)),
            ObjectMembers::Object { value, is_repeated: false } => {
                value.children().find(|member| has_name(*member, key)).map(JsonValue::Value)
            }
            ObjectMembers::Object { value, is_repeated: true } => {
                value.get(key).map(JsonValue::Value)
            }
        }
    }

    fn members(&self) -> Members<'a> {
        match self {
            ObjectMembers::Call(members) => Members::Call(members.iter()),
            ObjectMembers::Object { value, is_repeated } => {
                Members::Object { rest: value.children(), is_repeated: *is_repeated }
            }
        }
    }
}

/// An iterator over the members of an object, in order, each name once.
pub(crate) enum Members<'a> {
    Call(std::slice::Iter<'a, Val<'a>>),
    Object { rest: Children<'a>, is_repeated: bool },
}

impl<'a> Iterator for Members<'a> {
    type Item = (Cow<'a, str>, JsonValue<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let member = match self {
            Members::Call(members) => *members.next()?,
            Members::Object { rest, is_repeated } => loop {
                let member = rest.next()?;
                let key = member.key();
                if !*is_repeated || !rest.clone().any(|later| later.key() == key) {
                    break member;
                }
            },
        };
        Some((member.key(), JsonValue::Value(member)))
    }
}

/// The elements of an array.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ArrayElements<'a>(Val<'a>);

impl<'a> Array<'a, CallJson> for ArrayElements<'a> {
    type Node = JsonValue<'a>;
    type ElementsIter = std::iter::Map<Children<'a>, fn(Val<'a>) -> JsonValue<'a>>;

    fn len(&self) -> usize {
        self.0.children().count()
    }

    fn elements(&self) -> Self::ElementsIter {
        self.0.children().map(JsonValue::Value)
    }
}
