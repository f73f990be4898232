//! The properties of an event in a plan file, and the equivalent JSON Schema.

use super::schema::DESCRIBES;
use crate::call::pointer;
use serde_json::{Map, Value, json};

/// The types in a plan file.
pub(crate) const TYPE_NAMES: [&str; 8] =
    ["string", "number", "integer", "boolean", "object", "array", "null", "any"];

/// The properties of an event.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventProperties {
    /// Each property and its allowed values.
    pub properties: Vec<(String, PropertyKind)>,
    /// The JSON pointers of the properties that every call must have.
    pub required: Vec<String>,
    /// The JSON pointers of the properties that no call may have.
    pub forbidden: Vec<String>,
    /// True if other properties are not allowed.
    pub closed: bool,
}

/// The allowed values of a property.
#[derive(Debug, Clone, PartialEq)]
pub enum PropertyKind {
    /// A value of one of these types; any value if the list is empty.
    Types(Vec<String>),
    /// One of these values.
    Values(Vec<Value>),
    /// An object with these properties.
    Object(Vec<(String, PropertyKind)>),
}

impl EventProperties {
    /// Returns whether there is no rule about properties.
    pub fn is_empty(&self) -> bool {
        *self == EventProperties::default()
    }

    /// Returns the JSON Schema of the object that contains the properties.
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

    /// Reads the properties from a JSON Schema. Returns `None` if the schema has rules that `properties`
    /// cannot express.
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

/// Returns the schema of the object that contains a property, adding it if necessary, and the name of
/// the property.
fn enclosing_schema<'s>(
    schema: &'s mut Value,
    path: &str,
    is_required: bool,
) -> (&'s mut Value, String) {
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
    let (object, name) = enclosing_schema(schema, path, true);
    push_required(object, &name);
}

fn forbid(schema: &mut Value, path: &str) {
    let (object, name) = enclosing_schema(schema, path, false);
    object["properties"][&name] = json!(false);
}

/// Returns the pointer of the part of the schema that describes a property.
pub(crate) fn schema_pointer(path: &str) -> String {
    pointer::tokens(path)
        .fold(String::new(), |at, token| pointer::push(&format!("{at}/properties"), &token))
}

/// Normalizes a schema for comparison: removes annotations and keywords without effect, and sorts lists
/// whose order has no meaning.
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
    // `type` has no effect next to values that all have that type
    let kind = members.get("type").and_then(Value::as_str).map(str::to_owned);
    let values = members.get("enum").and_then(Value::as_array).cloned();
    let has_type = |value: &Value| match kind.as_deref() {
        Some("string") => value.is_string(),
        Some("number") => value.is_number(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("boolean") => value.is_boolean(),
        _ => false,
    };
    let is_idle_type = values.is_some_and(|values| values.iter().all(has_type));
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

/// Reads the properties of an object's schema. It may ignore keywords, because the caller writes
/// the schema again and compares, which detects ignored ones.
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

/// Returns whether TOML can express a value of `enum`.
fn is_writable(value: &Value) -> bool {
    value.is_string() || value.is_number() || value.is_boolean()
}
