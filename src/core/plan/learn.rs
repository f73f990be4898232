//! Learning the content of calls from a good recording: the types of properties, which properties
//! are always present, and their values if there are few.

use super::call_json::CallMembers;
use super::places::{PlanPlace, SchemaLines};
use super::rules::{CallTitle, EventRule, PlanRules, RuleVersion};
use super::schema::{CallSchema, properties_member};
use super::toml_properties::{EventProperties, PropertyKind};
use super::{Plan, PlanError};
use crate::call::{CallType, Event, JsonKind, Val, pointer};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// The maximum number of values of a property that a plan lists.
const MAX_VALUES: usize = 5;
/// The minimum number of calls per value, on average; with fewer, a plan does not list the values.
const MIN_CALLS_PER_VALUE: u64 = 4;
/// The maximum length of a value that a plan lists; a longer string is free text.
const MAX_VALUE_BYTES: usize = 40;
/// The maximum number of properties of an object; one with more has data as keys (ids, dates), so
/// its properties are not learned.
const MAX_PROPERTIES: usize = 200;
/// The maximum depth of objects whose properties are learned; deeper ones are learned as `object`.
const MAX_DEPTH: usize = 4;

/// The properties of the calls of each event, collected from a recording.
#[derive(Debug, Default)]
pub struct PropertyLearner(HashMap<(CallType, Option<String>), LearnedObject>);

#[derive(Debug, Default)]
struct LearnedObject {
    /// The number of calls in which the object was present.
    times: u64,
    properties: Vec<(String, LearnedProperty)>,
    /// True if it had more than [`MAX_PROPERTIES`].
    is_full: bool,
}

#[derive(Debug, Default)]
struct LearnedProperty {
    times: u64,
    types: BTreeSet<&'static str>,
    /// Its values; `None` if there were too many, or not only short strings.
    values: Option<BTreeSet<String>>,
    object: LearnedObject,
}

impl PropertyLearner {
    /// Adds a call of an event of the plan.
    pub fn add(&mut self, event: &Event<'_>, plan: &Plan) {
        let members = CallMembers::new(event);
        let Some(title) = CallTitle::from_call(&members) else { return };
        let Some(rule) = plan.rules.find(&title) else { return };
        let key = (rule.kind, rule.name.as_deref().map(str::to_owned));
        let properties = members.get(properties_member(rule.kind));
        self.0.entry(key).or_default().add(properties, 0);
    }

    /// Returns the same plan with rules about the content of the calls.
    pub fn finish(mut self, plan: Plan) -> Result<Plan, PlanError> {
        let mut rules = PlanRules::default();
        for entry in &plan.list {
            let seen = self.0.remove(&(entry.kind, entry.name.clone())).unwrap_or_default();
            let mut own = EventProperties::default();
            own.properties = seen.kinds("", &mut own.required);
            let place = PlanPlace { file: Arc::from(""), line: 1 };
            let member = Some(properties_member(entry.kind));
            let schema = CallSchema::new(own.to_schema(), member, SchemaLines::new(place.clone()))?;
            let version =
                RuleVersion { version: None, schemas: vec![schema], place, deprecated: false };
            rules.push(EventRule {
                kind: entry.kind,
                name: entry.name.as_deref().map(Into::into),
                entry: 0,
                place: None,
                never: false,
                versions: vec![version],
            });
        }
        Ok(Plan { rules: Arc::new(rules), ..plan })
    }
}

impl LearnedObject {
    fn add(&mut self, object: Option<Val<'_>>, depth: usize) {
        self.times += 1;
        let members = object.into_iter().flat_map(|object| object.children());
        let mut names = BTreeSet::new();
        for member in members.filter(|_| object.is_some_and(|object| object.is_object())) {
            let name = member.key();
            // the last member of a repeated key counts
            let last = object.and_then(|object| object.get(&name)).unwrap_or(member);
            if !names.insert(name.clone().into_owned()) {
                continue;
            }
            let at = self.properties.iter().position(|(known, _)| *known == name);
            let at = match at {
                Some(at) => at,
                None if self.properties.len() == MAX_PROPERTIES => {
                    self.is_full = true;
                    continue;
                }
                None => {
                    let values = Some(BTreeSet::new());
                    let property = LearnedProperty { values, ..LearnedProperty::default() };
                    self.properties.push((name.into_owned(), property));
                    self.properties.len() - 1
                }
            };
            self.properties[at].1.add(last, depth);
        }
    }

    /// Returns the kind of each property, and adds the pointers of those that are always present to
    /// `required`.
    fn kinds(&self, path: &str, required: &mut Vec<String>) -> Vec<(String, PropertyKind)> {
        if self.is_full {
            return Vec::new();
        }
        let mut out = Vec::new();
        for (name, seen) in &self.properties {
            let path = pointer::push(path, name);
            if seen.times == self.times {
                required.push(path.clone());
            }
            out.push((name.clone(), seen.kind(&path, required)));
        }
        out
    }
}

impl LearnedProperty {
    fn add(&mut self, value: Val<'_>, depth: usize) {
        self.times += 1;
        self.types.insert(match value.kind() {
            JsonKind::Null => "null",
            JsonKind::False | JsonKind::True => "boolean",
            // prices such as 12 and 12.5 are often integers by chance
            JsonKind::Number => "number",
            JsonKind::String => "string",
            JsonKind::Array => "array",
            JsonKind::Object => "object",
        });
        if value.is_object() && depth < MAX_DEPTH {
            self.object.add(Some(value), depth + 1);
        }
        let text = value.as_str().filter(|text| text.len() <= MAX_VALUE_BYTES);
        match (text, &mut self.values) {
            (Some(text), Some(values)) => {
                values.insert(text.into_owned());
                if values.len() > MAX_VALUES {
                    self.values = None;
                }
            }
            _ => self.values = None,
        }
    }

    fn kind(&self, path: &str, required: &mut Vec<String>) -> PropertyKind {
        let values = self.values.iter().flatten();
        let few = self.values.as_ref().filter(|values| {
            !values.is_empty() && self.times >= values.len() as u64 * MIN_CALLS_PER_VALUE
        });
        if few.is_some() {
            return PropertyKind::Values(values.map(|text| Value::String(text.clone())).collect());
        }
        let is_object = self.types.iter().eq(["object"].iter());
        if is_object && !self.object.properties.is_empty() && !self.object.is_full {
            // a property of an object that may be absent is not required of the call
            let mut inner = Vec::new();
            let kinds = self.object.kinds(path, &mut inner);
            if required.last().is_some_and(|last| last == path) {
                required.extend(inner);
            }
            return PropertyKind::Object(kinds);
        }
        PropertyKind::Types(self.types.iter().map(|name| (*name).to_owned()).collect())
    }
}
