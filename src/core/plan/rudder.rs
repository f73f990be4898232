//! The conversion of RudderStack's tracking plans to JSON Schemas.

use super::places::{PlanPlace, SchemaLines};
use super::rudder_yaml::{
    DefaultCase, EventUse, PropertyUse, RudderProject, RudderProperty, RudderRule, RudderVariant,
    WithPlace,
};
use super::rules::{EventRule, PlanRules, RuleVersion};
use super::schema::{CallSchema, properties_member};
use super::toml_file::PlanError;
use super::{Expectation, MAX_EXPECTED, Plan};
use crate::call::{CallType, pointer};
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// The types of a property.
const TYPES: [&str; 7] = ["string", "number", "integer", "boolean", "object", "array", "null"];

/// The constraints of a property, as JSON Schema spells them. The files also spell them in snake case
/// or lower case.
const KEYWORDS: [&str; 15] = [
    "enum",
    "format",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "itemTypes",
    "additionalProperties",
];

/// The values of `format`. A validator ignores a format that it does not know, so a misspelled one
/// would check nothing.
const FORMATS: [&str; 8] =
    ["date-time", "date", "time", "email", "uuid", "hostname", "ipv4", "ipv6"];

/// The builder of the schema of a rule.
struct SchemaBuilder<'p> {
    project: &'p RudderProject,
    /// The place of the rule.
    place: &'p PlanPlace,
    /// The custom types that it uses, by the names of their definitions.
    types: HashMap<String, Value>,
    places: SchemaLines,
}

impl Plan {
    /// Creates a plan from the rules of a project.
    pub(crate) fn from_rudder(project: &RudderProject) -> Result<Plan, PlanError> {
        let mut plan = Plan::default();
        let mut rules = PlanRules::default();
        let mut first: HashMap<(CallType, Option<String>), &PlanPlace> = HashMap::new();
        for WithPlace { value: rule, place } in &project.rules {
            let wrong = |message: String| PlanError { place: place.clone(), message };
            let (kind, name) = event_of(project, rule).map_err(wrong)?;
            if let Some(first) = first.insert((kind, name.clone()), place) {
                let title = super::title(kind, name.as_deref());
                return Err(wrong(format!(
                    "`{title}` has a rule at {first} already; pass the folder of a single plan"
                )));
            }
            if plan.list.len() == MAX_EXPECTED {
                return Err(wrong(format!("a plan has at most {MAX_EXPECTED} events")));
            }
            let schema = SchemaBuilder::new(project, place).rule(rule, kind)?;
            let version = RuleVersion {
                version: None,
                schemas: vec![schema],
                place: place.clone(),
                deprecated: false,
            };
            rules.push(EventRule {
                kind,
                name: name.as_deref().map(Into::into),
                entry: 0,
                place: Some(place.clone()),
                never: false,
                versions: vec![version],
            });
            plan.list.push(Expectation::optional(kind, name));
        }
        plan.rules = Arc::new(rules);
        Ok(plan)
    }
}

/// Returns the call type and the name of the event of a rule.
fn event_of(
    project: &RudderProject,
    rule: &RudderRule,
) -> Result<(CallType, Option<String>), String> {
    let (EventUse::Reference(reference) | EventUse::Object { reference, .. }) = &rule.event;
    let (_, event) = project.events.find(reference, "an event")?;
    let word = event.value.event_type.as_deref().unwrap_or("track");
    let kind = CallType::parse(word).ok_or_else(|| {
        format!("the event at {} is of type `{word}`, which is not a call type", event.place)
    })?;
    // RudderStack distinguishes only track calls by their names
    let name = event.value.name.clone().filter(|name| kind == CallType::Track && !name.is_empty());
    match (kind, &name) {
        (CallType::Track, None) => Err(format!("the event at {} has no `name`", event.place)),
        _ => Ok((kind, name)),
    }
}

/// Returns the keyword of JSON Schema for a constraint, in any spelling of the file.
fn keyword(key: &str) -> Result<&'static str, String> {
    let folded = |key: &str| key.replace('_', "").to_ascii_lowercase();
    KEYWORDS
        .into_iter()
        .find(|known| folded(known) == folded(key))
        .ok_or_else(|| format!("`{key}` is not a constraint; there are {}", KEYWORDS.join(", ")))
}

impl<'p> SchemaBuilder<'p> {
    fn new(project: &'p RudderProject, place: &'p PlanPlace) -> SchemaBuilder<'p> {
        let places = SchemaLines::new(place.clone());
        SchemaBuilder { project, place, types: HashMap::new(), places }
    }

    fn wrong(&self, message: String) -> PlanError {
        PlanError { place: self.place.clone(), message }
    }

    /// Builds the schema of a rule, which describes properties, traits or `context.traits`.
    fn rule(mut self, rule: &RudderRule, kind: CallType) -> Result<CallSchema, PlanError> {
        let (allow, section) = match &rule.event {
            EventUse::Object { allow_unplanned, identity_section, .. } => {
                (*allow_unplanned, identity_section.as_deref())
            }
            EventUse::Reference(_) => (None, None),
        };
        let section =
            rule.identity_section.as_deref().or(section).filter(|section| !section.is_empty());
        let is_open = rule.additional_properties.or(allow).unwrap_or(false);
        let (member, prefix) = match section {
            None => (properties_member(kind), ""),
            Some("properties") => ("properties", ""),
            Some("traits") => ("traits", ""),
            Some("context.traits") => ("context", "/properties/traits"),
            Some(other) => {
                return Err(self.wrong(format!("`identity_section` is `{other}`; expected `properties`, `traits` or `context.traits`")));
            }
        };
        let mut schema = self.object(&rule.properties, &rule.variants, is_open, prefix)?;
        if !prefix.is_empty() {
            let mut around = json!({ "type": "object", "properties": { "traits": schema } });
            if around["properties"]["traits"].get("required").is_some() {
                around["required"] = json!(["traits"]);
            }
            schema = around;
        }
        if !self.types.is_empty() {
            let mut types: Vec<(String, Value)> = self.types.into_iter().collect();
            types.sort_by(|a, b| a.0.cmp(&b.0));
            schema["$defs"] = Value::Object(types.into_iter().collect());
        }
        CallSchema::new(schema, Some(member), self.places)
    }

    /// Builds the schema of an object with these properties.
    fn object(
        &mut self,
        uses: &[PropertyUse],
        variants: &[RudderVariant],
        is_open: bool,
        path: &str,
    ) -> Result<Value, PlanError> {
        let mut schema = self.members(uses, path)?;
        schema["type"] = "object".into();
        let mut names: Vec<String> = match &schema["properties"] {
            Value::Object(members) => members.keys().cloned().collect(),
            _ => Vec::new(),
        };
        match variants {
            [] if is_open => {}
            [] => schema["additionalProperties"] = false.into(),
            [variant] => {
                let (_, property) = self.property(&variant.discriminator)?;
                names.push(property.value.name.clone());
                let open = is_open.then_some(Vec::new());
                schema["allOf"] = self.cases(variant, open.unwrap_or(names), path)?;
            }
            _ => return Err(self.wrong("expected at most one variant".to_owned())),
        }
        Ok(schema)
    }

    /// Builds the schemas of the cases of a variant. `names` are the properties that the object has in
    /// all cases; empty if any property is allowed. The properties of a case are allowed only there.
    fn cases(
        &mut self,
        variant: &RudderVariant,
        names: Vec<String>,
        path: &str,
    ) -> Result<Value, PlanError> {
        let (_, property) = self.property(&variant.discriminator)?;
        let name = property.value.name.clone();
        let is = |values: &[Value]| json!({ "properties": { &name: { "enum": values } }, "required": [&name] });
        let close = |mut schema: Value| {
            if !names.is_empty() {
                let own = schema["properties"].as_object().into_iter().flat_map(Map::keys);
                let all: BTreeSet<&String> = names.iter().chain(own).collect();
                schema["propertyNames"] = json!({ "enum": all });
            }
            schema
        };
        let (mut cases, mut all) = (Vec::new(), Vec::new());
        for case in &variant.cases {
            let path = format!("{path}/allOf/{}/then", cases.len());
            let then = self.members(&case.properties, &path)?;
            cases.push(json!({ "if": is(&case.values), "then": close(then) }));
            all.extend(case.values.iter().cloned());
        }
        let path = format!("{path}/allOf/{}/else", cases.len());
        let default = variant.default.as_ref().map_or(&[][..], DefaultCase::properties);
        let other = self.members(default, &path)?;
        cases.push(json!({ "if": is(&all), "else": close(other) }));
        Ok(Value::Array(cases))
    }

    /// Builds `properties` and `required` of an object.
    fn members(&mut self, uses: &[PropertyUse], path: &str) -> Result<Value, PlanError> {
        let (mut members, mut required) = (Map::new(), Vec::new());
        for one in uses {
            let (_, property) = self.property(&one.property)?;
            let name = property.value.name.clone();
            let path = pointer::push(&format!("{path}/properties"), &name);
            self.places.insert(path.clone(), property.place.clone());
            let mut schema = self.value(&property.value, &property.place)?;
            if !one.properties.is_empty() || one.additional_properties.is_some() {
                let is_open = one.additional_properties.unwrap_or(true);
                let inner = self.object(&one.properties, &[], is_open, &path)?;
                let is_list = schema.get("type").is_some_and(|kind| kind == "array");
                match (is_list, inner) {
                    (true, inner) => schema["items"] = inner,
                    (false, Value::Object(inner)) => inner.into_iter().for_each(|(key, value)| {
                        if key != "type" || schema.get("type").is_none() {
                            schema[key] = value;
                        }
                    }),
                    (false, _) => {}
                }
            }
            if one.required {
                required.push(Value::String(name.clone()));
            }
            members.insert(name, schema);
        }
        let mut out = json!({ "properties": members });
        if !required.is_empty() {
            out["required"] = required.into();
        }
        Ok(out)
    }

    fn property(
        &self,
        reference: &str,
    ) -> Result<(&'p str, &'p WithPlace<RudderProperty>), PlanError> {
        let project = self.project;
        project.properties.find(reference, "a property").map_err(|message| self.wrong(message))
    }

    /// Builds the schema of the values of a property or a custom type.
    fn value(&mut self, property: &RudderProperty, place: &PlanPlace) -> Result<Value, PlanError> {
        let wrong = |message: String| PlanError { place: place.clone(), message };
        let mut schema = match property.types.is_empty() {
            true => self.types(property.kind.as_deref().unwrap_or("").split(','), place)?,
            false => self.types(property.types.iter().map(String::as_str), place)?,
        };
        let mut items: Vec<&str> = property.item_types.iter().map(String::as_str).collect();
        items.extend(property.item_type.as_deref());
        let mut is_open = true;
        for (key, value) in property.config.iter().flatten() {
            match keyword(key).map_err(wrong)? {
                "itemTypes" => {
                    let names = value.as_array().map(|names| names.iter().map(Value::as_str));
                    let names: Option<Vec<&str>> = names.and_then(Iterator::collect);
                    items.extend(
                        names.ok_or_else(|| wrong(format!("`{key}` must be a list of types")))?,
                    );
                }
                "additionalProperties" => {
                    is_open = value
                        .as_bool()
                        .ok_or_else(|| wrong(format!("`{key}` must be `true` or `false`")))?;
                }
                "format" if !FORMATS.iter().any(|known| value == known) => {
                    return Err(wrong(format!(
                        "{value} is not a format; there are {}",
                        FORMATS.join(", ")
                    )));
                }
                keyword => schema[keyword] = value.clone(),
            }
        }
        if !items.is_empty() {
            schema["items"] = self.types(items.into_iter(), place)?;
        }
        if !is_open || !property.properties.is_empty() || !property.variants.is_empty() {
            // parts of a custom type have no lines, because the same definition may be used in
            // several places
            let (uses, variants) = (&property.properties, &property.variants);
            let object = self.object(uses, variants, is_open, "/$defs/-")?;
            if let Value::Object(object) = object {
                object.into_iter().for_each(|(key, value)| schema[key] = value);
            }
        }
        Ok(schema)
    }

    /// Builds the schema of a value that has one of these types.
    fn types<'t>(
        &mut self,
        names: impl Iterator<Item = &'t str>,
        place: &PlanPlace,
    ) -> Result<Value, PlanError> {
        let (mut own, mut shared) = (Vec::new(), Vec::new());
        for name in names.map(str::trim).filter(|name| !name.is_empty()) {
            if name.starts_with('#') {
                let wrong = |message| PlanError { place: place.clone(), message };
                let (key, item) = self.project.types.find(name, "a custom type").map_err(wrong)?;
                self.define(key, item)?;
                shared.push(json!({ "$ref": pointer::push("#/$defs", key) }));
            } else if TYPES.contains(&name) {
                own.push(name.to_owned());
            } else {
                let message = format!("`{name}` is not a type; there are {}", TYPES.join(", "));
                return Err(PlanError { place: place.clone(), message });
            }
        }
        let own = match &own[..] {
            [] => None,
            [one] => Some(json!({ "type": one })),
            _ => Some(json!({ "type": own })),
        };
        let mut all: Vec<Value> = own.into_iter().chain(shared).collect();
        Ok(match all.len() {
            0 => json!({}),
            1 => all.remove(0),
            _ => json!({ "anyOf": all }),
        })
    }

    /// Adds a custom type to the definitions, but only once, because custom types may refer to each
    /// other.
    fn define(&mut self, key: &str, item: &WithPlace<RudderProperty>) -> Result<(), PlanError> {
        if self.types.contains_key(key) {
            return Ok(());
        }
        self.types.insert(key.to_owned(), json!({}));
        self.places.insert(pointer::push("/$defs", key), item.place.clone());
        let schema = self.value(&item.value, &item.place)?;
        self.types.insert(key.to_owned(), schema);
        Ok(())
    }
}
