//! What a plan file says of the properties of an event, and the JSON Schema that it stands for.

use super::schema::DESCRIBES;
use crate::call::pointer;
use serde_json::{Map, Value, json};

/// The names of types in a plan file.
pub(crate) const TYPE_NAMES: [&str; 8] =
    ["string", "number", "integer", "boolean", "object", "array", "null", "any"];

/// The properties of an event.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventProperties {
    /// What each may hold.
    pub properties: Vec<(String, PropertyKind)>,
    /// JSON pointers of those that every call has.
    pub required: Vec<String>,
    /// JSON pointers of those that no call has.
    pub forbidden: Vec<String>,
    /// There are no others.
    pub closed: bool,
}

/// What a property may hold.
#[derive(Debug, Clone, PartialEq)]
pub enum PropertyKind {
    /// A value of one of these types, by their names; anything without one.
    Types(Vec<String>),
    /// One of these values.
    Values(Vec<Value>),
    /// An object with these properties.
    Object(Vec<(String, PropertyKind)>),
}

impl EventProperties {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == EventProperties::default()
    }

    /// The JSON Schema of the object that holds the properties.
    pub fn to_schema(&self) -> Value {
        let mut schema = object_schema(&self.properties);
        for path in &self.required {
            require(&mut schema, path);
        }
        for path in &self.forbidden {
            forbid(&mut schema, path);
        }
        if self.closed {
            schema["additionalProperties"] = json!(false);
        }
        schema
    }

    /// The properties that a JSON Schema of such an object describes, if a plan file can say all of
    /// what it says.
    pub fn from_schema(schema: &Value) -> Option<EventProperties> {
        let schema = plain(schema.clone());
        let mut own = EventProperties {
            closed: schema.get("additionalProperties") == Some(&json!(false)),
            ..EventProperties::default()
        };
        own.properties = read_properties(&schema, "", &mut own.required, &mut own.forbidden)?;
        (plain(own.to_schema()) == schema).then_some(own)
    }
}

fn object_schema(properties: &[(String, PropertyKind)]) -> Value {
    let members = properties.iter().map(|(name, kind)| (name.clone(), kind_schema(kind)));
    let members: Map<String, Value> = members.collect();
    match members.is_empty() {
        true => json!({ "type": "object" }),
        false => json!({ "type": "object", "properties": members }),
    }
}

fn kind_schema(kind: &PropertyKind) -> Value {
    match kind {
        PropertyKind::Types(names) if names.is_empty() => json!({}),
        PropertyKind::Types(names) if names.len() == 1 => json!({ "type": names[0] }),
        PropertyKind::Types(names) => json!({ "type": names }),
        PropertyKind::Values(values) => json!({ "enum": values }),
        PropertyKind::Object(members) => object_schema(members),
    }
}

/// The schema of the object around a property, made where it is not there yet, and its name.
fn around<'s>(schema: &'s mut Value, path: &str, is_required: bool) -> (&'s mut Value, String) {
    let mut names: Vec<String> = pointer::tokens(path).map(|token| token.into_owned()).collect();
    let last = names.pop().unwrap_or_default();
    let mut schema = schema;
    for name in names {
        if is_required {
            push_required(schema, &name);
        }
        schema = &mut schema["properties"][&name];
        if schema.is_null() {
            *schema = json!({ "type": "object" });
        }
    }
    (schema, last)
}

fn push_required(schema: &mut Value, name: &str) {
    let list = &mut schema["required"];
    if list.is_null() {
        *list = json!([]);
    }
    if let Value::Array(list) = list
        && !list.iter().any(|known| known == name)
    {
        list.push(name.into());
    }
}

fn require(schema: &mut Value, path: &str) {
    let (around, name) = around(schema, path, true);
    push_required(around, &name);
}

fn forbid(schema: &mut Value, path: &str) {
    let (around, name) = around(schema, path, false);
    around["properties"][&name] = json!(false);
}

/// The schema's pointer of the part that describes a property.
pub(crate) fn schema_pointer(path: &str) -> String {
    pointer::tokens(path)
        .fold(String::new(), |at, token| pointer::push(&format!("{at}/properties"), &token))
}

/// A schema without what it says to people, and with the lists whose order is of no account in
/// order.
pub(crate) fn plain(schema: Value) -> Value {
    let Value::Object(members) = schema else { return schema };
    let notes = [
        "$schema",
        "$id",
        "id",
        "$comment",
        "title",
        "description",
        "labels",
        "examples",
        "default",
        DESCRIBES,
    ];
    let mut out = Map::new();
    // the values of a list say what type they are
    let kind = members.get("type").and_then(Value::as_str).map(str::to_owned);
    let values = members.get("enum").and_then(Value::as_array).cloned();
    let is_told = |value: &Value| match kind.as_deref() {
        Some("string") => value.is_string(),
        Some("number") => value.is_number(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("boolean") => value.is_boolean(),
        _ => false,
    };
    let is_idle_type = values.is_some_and(|values| values.iter().all(is_told));
    for (key, value) in members {
        if key == "type" && is_idle_type {
            continue;
        }
        if notes.contains(&key.as_str()) && !value.is_object() {
            continue;
        }
        let value = match (key.as_str(), value) {
            ("labels", _) => continue,
            ("required", Value::Array(mut list)) => {
                list.sort_by_key(Value::to_string);
                list.dedup();
                Value::Array(list)
            }
            ("type", Value::Array(mut list)) if list.len() == 1 => list.remove(0),
            ("type", Value::Array(mut list)) => {
                list.sort_by_key(Value::to_string);
                Value::Array(list)
            }
            ("properties", Value::Object(members)) => Value::Object(
                members.into_iter().map(|(name, value)| (name, plain(value))).collect(),
            ),
            (_, value) => value,
        };
        let is_idle = match (key.as_str(), &value) {
            ("required", Value::Array(list)) => list.is_empty(),
            ("properties", Value::Object(members)) => members.is_empty(),
            ("additionalProperties", value) => *value == json!(true) || *value == json!({}),
            _ => false,
        };
        if !is_idle {
            out.insert(key, value);
        }
    }
    Value::Object(out)
}

/// Reads the properties of an object's schema. What cannot be said makes the schema that is written
/// again another one, so it need not be looked for here.
fn read_properties(
    schema: &Value,
    path: &str,
    required: &mut Vec<String>,
    forbidden: &mut Vec<String>,
) -> Option<Vec<(String, PropertyKind)>> {
    for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
        required.push(pointer::push(path, name.as_str()?));
    }
    let mut out = Vec::new();
    let members = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    for (name, value) in members {
        let path = pointer::push(path, name);
        let kind = match value {
            Value::Bool(false) => {
                forbidden.push(path);
                continue;
            }
            Value::Bool(true) => PropertyKind::Types(Vec::new()),
            value => match (value.get("enum"), value.get("type")) {
                (Some(Value::Array(values)), _) if values.iter().all(is_writable) => {
                    PropertyKind::Values(values.clone())
                }
                (Some(_), _) => return None,
                (None, Some(Value::String(kind)))
                    if kind == "object" && value.get("properties").is_some() =>
                {
                    PropertyKind::Object(read_properties(value, &path, required, forbidden)?)
                }
                (None, Some(Value::String(kind))) => PropertyKind::Types(vec![kind.clone()]),
                (None, Some(Value::Array(kinds))) => PropertyKind::Types(
                    kinds
                        .iter()
                        .map(|kind| kind.as_str().map(str::to_owned))
                        .collect::<Option<_>>()?,
                ),
                (None, _) => PropertyKind::Types(Vec::new()),
            },
        };
        out.push((name.clone(), kind));
    }
    Some(out)
}

/// Whether a plan file can hold a value in a list.
fn is_writable(value: &Value) -> bool {
    value.is_string() || value.is_number() || value.is_boolean()
}
