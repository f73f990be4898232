//! The `[[event]]` tables of a plan file.

use super::places::{PlanPlace, SchemaLines};
use super::rules::{EventRule, RuleVersion};
use super::schema::{CallSchema, properties_member};
use super::toml_file::{KEYS, LoadFile, PlanError, Wrong, wrong};
use super::toml_properties::{EventProperties, PropertyKind, TYPE_NAMES, schema_pointer};
use super::{CountRange, Expectation, ID_NAMES, is_named};
use crate::call::{CallType, nearest_name, pointer};
use crate::config::LineStarts;
use serde_json::Value;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The plan file that is being read, and the function that reads files that it names.
pub(crate) struct TomlSource<'s> {
    pub file: Arc<str>,
    pub lines: LineStarts,
    pub load: LoadFile<'s>,
}

impl TomlSource<'_> {
    pub fn place(&self, span: &Range<usize>) -> PlanPlace {
        PlanPlace { file: Arc::clone(&self.file), line: self.lines.line_of(span.start) }
    }
}

/// The contents of an `[[event]]`.
pub(crate) enum TomlEvent {
    /// An expected event, and the rule about the content of its calls.
    Event(Expectation, EventRule),
    /// The rules about the content of every call.
    Common(Vec<CallSchema>),
}

/// A value with its place in the text.
type SpannedValue<'t, 'd> = &'t Spanned<DeValue<'d>>;

#[derive(Default)]
struct EventKeys<'t, 'd> {
    kind: Option<SpannedValue<'t, 'd>>,
    name: Option<(Range<usize>, String)>,
    ids: Option<[bool; 2]>,
    count: Option<CountRange>,
    never: Option<(Range<usize>, bool)>,
    version: Option<String>,
    deprecated: bool,
    schema: Option<SpannedValue<'t, 'd>>,
    properties: EventProperties,
    /// The places of the parts of the schema that is built from `properties`.
    parts: Vec<(String, Range<usize>)>,
}

/// Reads an event.
pub(crate) fn read_event(
    table: &DeTable<'_>,
    span: &Range<usize>,
    source: &TomlSource<'_>,
) -> Result<TomlEvent, EventError> {
    let mut keys = EventKeys::default();
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "type" => keys.kind = Some(value),
            "name" => {
                let text = value.get_ref().as_str().filter(|text| !text.is_empty());
                let text =
                    text.ok_or_else(|| wrong(value, "`name` must be a string that is not empty"))?;
                keys.name = Some((key.span(), text.to_owned()));
            }
            "ids" => keys.ids = Some(id_list(value)?),
            "count" => keys.count = Some(count(value)?),
            "never" => keys.never = Some((key.span(), boolean(value, "never")?)),
            "deprecated" => keys.deprecated = boolean(value, "deprecated")?,
            "version" => keys.version = Some(version(value)?),
            "schema" => keys.schema = Some(value),
            "additional" => {
                keys.properties.closed = !boolean(value, "additional")?;
                keys.parts.push(("/additionalProperties".to_owned(), key.span()));
            }
            "required" => {
                keys.properties.required = paths(value, "required", |path, span| {
                    // a violation names the `required` of the enclosing object
                    let around = path.rsplit_once('/').map_or("", |(around, _)| around);
                    keys.parts.push((format!("{}/required", schema_pointer(around)), span));
                })?;
            }
            "forbidden" => {
                keys.properties.forbidden = paths(value, "forbidden", |path, span| {
                    keys.parts.push((schema_pointer(path), span));
                })?;
            }
            "properties" => {
                keys.properties.properties = members(value, "", &mut keys.parts)?;
            }
            other => {
                let near = nearest_name(other, KEYS).map_or_else(
                    || format!("; it has {}", KEYS.join(", ")),
                    |near| format!(", did you mean `{near}`?"),
                );
                let message = format!("`{other}` is not a key of an event{near}");
                return Err((key.span(), message).into());
            }
        }
    }
    keys.finish(span, source)
}

impl EventKeys<'_, '_> {
    fn finish(self, span: &Range<usize>, source: &TomlSource<'_>) -> Result<TomlEvent, EventError> {
        if self.kind.is_none() && self.name.is_none() {
            return Err((span.clone(), "an event has a `type`, a `name` or both".to_owned()).into());
        }
        let is_common = self.kind.is_some_and(|kind| kind.get_ref().as_str() == Some("common"));
        let kind = match self.kind.filter(|_| !is_common) {
            Some(kind) => call_type(kind)?,
            None => CallType::Track,
        };
        if let Some((name, _)) = self.name.as_ref().filter(|_| !is_named(kind) || is_common) {
            let kind = if is_common { "common" } else { kind.name() };
            let message = format!("calls of type `{kind}` have no name: leave `name` out");
            return Err((name.clone(), message).into());
        }
        let is_never = self.never.as_ref().is_some_and(|(_, never)| *never);
        if let Some((never, _)) = self.never.as_ref().filter(|_| is_never && self.count.is_some()) {
            let message = "an event with `never = true` cannot have a `count`".to_owned();
            return Err((never.clone(), message).into());
        }
        let mut schemas = Vec::new();
        if !self.properties.is_empty() {
            let parts = self.parts.iter();
            let mut places = SchemaLines::new(source.place(span));
            parts.for_each(|(path, span)| places.insert(path.clone(), source.place(span)));
            let member = Some(properties_member(kind));
            schemas.push(CallSchema::new(self.properties.to_schema(), member, places)?);
        }
        if let Some(value) = self.schema {
            schemas.push(schema(value, kind, is_common, source)?);
        }
        if is_common {
            return Ok(TomlEvent::Common(schemas));
        }
        let name = self.name.map(|(_, name)| name);
        let place = source.place(span);
        let is_versioned = self.version.is_some() || self.deprecated || !schemas.is_empty();
        let versions = is_versioned.then(|| RuleVersion {
            version: self.version,
            schemas,
            place: place.clone(),
            deprecated: self.deprecated,
        });
        let rule = EventRule {
            kind,
            name: name.as_deref().map(Into::into),
            entry: 0,
            place: Some(place),
            never: is_never,
            versions: versions.into_iter().collect(),
        };
        let least = self.count.unwrap_or(CountRange::at_least(1));
        let expectation = Expectation {
            kind,
            name,
            ids: self.ids.unwrap_or([!is_never; 2]),
            count: if is_never { CountRange::NEVER } else { least },
        };
        Ok(TomlEvent::Event(expectation, rule))
    }
}

/// Compiles a schema that is written in the plan or in a file that the plan names.
fn schema(
    value: SpannedValue<'_, '_>,
    kind: CallType,
    is_common: bool,
    source: &TomlSource<'_>,
) -> Result<CallSchema, EventError> {
    let expected = "`schema` must be the name of a file with a JSON Schema, or the JSON Schema itself as a string";
    let text = value.get_ref().as_str().ok_or_else(|| wrong(value, expected))?;
    let schema = if text.trim_start().starts_with('{') {
        let json: Value = serde_json::from_str(text)
            .map_err(|error| wrong(value, &format!("expected a JSON Schema: {error}")))?;
        let member = super::schema::described_member(&json, kind);
        CallSchema::new(json, member, SchemaLines::new(source.place(&value.span())))?
    } else {
        let (file, text) = (source.load)(text).map_err(|error| wrong(value, &error))?;
        CallSchema::from_json(&text, &file.into(), kind)?
    };
    match (is_common, schema.member) {
        (true, Some(_)) => Err(wrong(value, "a schema of type `common` must describe the whole call: name `properties`, `traits` or `context`, or add `\"x-describes\": \"call\"`").into()),
        _ => Ok(schema),
    }
}

/// An error in an event.
pub(crate) enum EventError {
    /// An error in the plan file.
    InPlan(Wrong),
    /// An error in a schema, which may be in another file.
    InSchema(PlanError),
}

impl From<Wrong> for EventError {
    fn from(error: Wrong) -> EventError {
        EventError::InPlan(error)
    }
}

impl From<PlanError> for EventError {
    fn from(error: PlanError) -> EventError {
        EventError::InSchema(error)
    }
}

fn boolean(value: SpannedValue<'_, '_>, key: &str) -> Result<bool, Wrong> {
    let expected = || wrong(value, &format!("`{key}` must be `true` or `false`"));
    value.get_ref().as_bool().ok_or_else(expected)
}

fn version(value: SpannedValue<'_, '_>) -> Result<String, Wrong> {
    let number = value.get_ref().as_integer().map(|number| number.as_str().to_owned());
    let text = number.or_else(|| value.get_ref().as_str().map(str::to_owned));
    text.ok_or_else(|| wrong(value, "`version` must be a number or a string"))
}

/// Reads names of properties as JSON pointers: `total`, `address.city`, or a pointer itself.
fn paths(
    value: SpannedValue<'_, '_>,
    key: &str,
    mut note: impl FnMut(&str, Range<usize>),
) -> Result<Vec<String>, Wrong> {
    let expected = format!("`{key}` must be a list of names of properties");
    let DeValue::Array(items) = value.get_ref() else { return Err(wrong(value, &expected)) };
    let mut out = Vec::new();
    for item in items.iter() {
        let name = item.get_ref().as_str().filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| wrong(item, &expected))?;
        let path = match name.starts_with('/') {
            true => name.to_owned(),
            false => name.split('.').fold(String::new(), |path, name| pointer::push(&path, name)),
        };
        note(&path, item.span());
        out.push(path);
    }
    Ok(out)
}

fn members(
    value: SpannedValue<'_, '_>,
    path: &str,
    parts: &mut Vec<(String, Range<usize>)>,
) -> Result<Vec<(String, PropertyKind)>, Wrong> {
    let DeValue::Table(table) = value.get_ref() else {
        let expected = "`properties` must be a table of names and types: `{ total = \"number\" }`";
        return Err(wrong(value, expected));
    };
    let mut out = Vec::new();
    for (key, value) in table {
        let path = pointer::push(path, key.get_ref());
        parts.push((schema_pointer(&path), key.span()));
        let kind = match value.get_ref() {
            DeValue::String(text) => PropertyKind::Types(types(value, text)?),
            DeValue::Array(items) if !items.is_empty() => {
                PropertyKind::Values(items.iter().map(constant).collect::<Result<_, _>>()?)
            }
            DeValue::Table(_) => PropertyKind::Object(members(value, &path, parts)?),
            _ => {
                let expected = "a property must be a type (`\"number\"`, `\"string|null\"`), a list of allowed values, or a table with the properties of an object";
                return Err(wrong(value, expected));
            }
        };
        out.push((key.get_ref().clone().into_owned(), kind));
    }
    Ok(out)
}

/// Reads types such as `number|null`.
fn types(value: SpannedValue<'_, '_>, text: &str) -> Result<Vec<String>, Wrong> {
    let mut out: Vec<String> = Vec::new();
    for name in text.split('|').map(str::trim) {
        if !TYPE_NAMES.contains(&name) {
            let near = nearest_name(name, TYPE_NAMES).map_or_else(
                || format!("; there are {}", TYPE_NAMES.join(", ")),
                |near| format!(", did you mean `{near}`?"),
            );
            return Err(wrong(value, &format!("`{name}` is not a type{near}")));
        }
        if !out.iter().any(|known| known == name) {
            out.push(name.to_owned());
        }
    }
    if out.iter().any(|name| name == "any") {
        out.clear();
    }
    Ok(out)
}

fn constant(item: SpannedValue<'_, '_>) -> Result<Value, Wrong> {
    let expected = || wrong(item, "a value must be a string, a number, `true` or `false`");
    match item.get_ref() {
        DeValue::String(text) => Ok(Value::String(text.clone().into_owned())),
        DeValue::Boolean(value) => Ok(Value::Bool(*value)),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map(Value::from)
            .map_err(|_| expected()),
        DeValue::Float(number) => {
            let number = number.as_str().parse().ok().and_then(serde_json::Number::from_f64);
            number.map(Value::Number).ok_or_else(expected)
        }
        _ => Err(expected()),
    }
}

fn call_type(value: SpannedValue<'_, '_>) -> Result<CallType, Wrong> {
    let names = || CallType::ALL.into_iter().map(CallType::name);
    let all = || format!("{}, or common for all calls", names().collect::<Vec<_>>().join(", "));
    let Some(text) = value.get_ref().as_str() else {
        return Err(wrong(value, &format!("`type` is one of {}", all())));
    };
    CallType::parse(text).ok_or_else(|| {
        let near = match nearest_name(text, names()) {
            Some(near) => format!(", did you mean `{near}`?"),
            None => format!("; there are {}", all()),
        };
        wrong(value, &format!("`{text}` is not a call type{near}"))
    })
}

fn id_list(value: SpannedValue<'_, '_>) -> Result<[bool; 2], Wrong> {
    let expected = "`ids` is a list of `account_id` and `user_id`, or `[]`";
    let DeValue::Array(items) = value.get_ref() else { return Err(wrong(value, expected)) };
    let mut ids = [false; 2];
    for item in items.iter() {
        let Some(text) = item.get_ref().as_str() else { return Err(wrong(item, expected)) };
        match ID_NAMES.iter().position(|name| *name == text) {
            Some(at) => ids[at] = true,
            None => {
                let near = nearest_name(text, ID_NAMES)
                    .map_or(format!("; {expected}"), |near| format!(", did you mean `{near}`?"));
                return Err(wrong(item, &format!("`{text}` is not an id{near}")));
            }
        }
    }
    Ok(ids)
}

/// Reads the number of calls that must arrive: a minimum, or a range.
fn count(value: SpannedValue<'_, '_>) -> Result<CountRange, Wrong> {
    let expected = "`count` must be a whole number from 1 on, or `{ min = 1, max = 3 }`";
    let number = |value: SpannedValue<'_, '_>| {
        let number = value.get_ref().as_integer()?;
        u64::from_str_radix(number.as_str(), number.radix()).ok()
    };
    let DeValue::Table(table) = value.get_ref() else {
        let number = number(value).filter(|number| *number > 0);
        return number.map(CountRange::at_least).ok_or_else(|| wrong(value, expected));
    };
    let mut range = CountRange::at_least(1);
    for (key, value) in table {
        let number = number(value).ok_or_else(|| wrong(value, expected))?;
        match key.get_ref().as_ref() {
            "min" => range.min = number,
            "max" if number > 0 => range.max = Some(number),
            "max" => {
                return Err(wrong(
                    value,
                    "`max` must be a whole number from 1 on; write `never = true` for an event that must not be sent",
                ));
            }
            _ => return Err((key.span(), expected.to_owned())),
        }
    }
    match range.max.is_some_and(|max| max < range.min) {
        true => Err(wrong(value, "`min` is greater than `max`")),
        false => Ok(range),
    }
}
