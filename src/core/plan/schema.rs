//! Compiled JSON Schemas of calls. Schemas are never fetched, and the run time of patterns is
//! limited.

use super::call_json::{CallJson, CallMembers, JsonValue};
use super::places::{PlanPlace, SchemaLines};
use super::toml_file::PlanError;
use crate::call::{CallType, Doc, pointer};
use crate::config::LineStarts;
use jsonschema::{PatternOptions, Retrieve, Uri, ValidationError, Validator};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::error::Error;
use std::sync::Arc;

/// The maximum number of backtracking steps of a pattern on a value: about a millisecond.
const MAX_BACKTRACKS: usize = 20_000;
/// The maximum size of a compiled pattern.
const MAX_PATTERN_BYTES: usize = 1 << 20;
/// The maximum number of violations of a schema that are reported for a call.
pub(crate) const MAX_VIOLATIONS: usize = 64;
/// The maximum depth of calls that are validated, because a schema that refers to itself recurses
/// as deep as the call nests.
pub(crate) const MAX_DEPTH: usize = 96;

/// The supported drafts of JSON Schema, by the end of their `$schema`.
const DRAFTS: [&str; 5] =
    ["draft-04/schema", "draft-06/schema", "draft-07/schema", "2019-09/schema", "2020-12/schema"];

/// A compiled schema that a call must match.
pub(crate) struct CallSchema {
    validator: Validator<CallJson>,
    /// The schema as JSON.
    pub source: Value,
    /// The member of the call that it describes; `None` if it describes the whole call.
    pub member: Option<&'static str>,
    /// The places of its parts.
    pub places: SchemaLines,
}

impl std::fmt::Debug for CallSchema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("CallSchema").field(&self.source).finish()
    }
}

/// A retriever that refuses to fetch schemas.
struct NoRetriever;

impl Retrieve for NoRetriever {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn Error + Send + Sync>> {
        Err(format!("`{uri}` is not in the plan, and segscope does not fetch schemas").into())
    }
}

impl CallSchema {
    /// Compiles a schema that describes a member of the call, or the whole call.
    pub fn new(
        source: Value,
        member: Option<&'static str>,
        places: SchemaLines,
    ) -> Result<CallSchema, PlanError> {
        check_parts(&source, &places)?;
        let patterns = PatternOptions::fancy_regex()
            .backtrack_limit(MAX_BACKTRACKS)
            .size_limit(MAX_PATTERN_BYTES)
            .dfa_size_limit(MAX_PATTERN_BYTES);
        let options = jsonschema::options_for::<CallJson>()
            .with_retriever(NoRetriever)
            .with_pattern_options(patterns)
            // the validator knows `uuid` only from draft 2019-09 on; other validators always check it
            .with_format("uuid", is_uuid)
            .should_validate_formats(true);
        let validator = options.build(&source).map_err(|error| {
            // here the schema is the instance, which was validated against its draft
            let place = places.find(error.instance_path().as_str()).clone();
            let at = match error.instance_path().as_str() {
                "" => String::new(),
                path => format!(" at `{path}`"),
            };
            PlanError { place, message: format!("invalid JSON Schema{at}: {error}") }
        })?;
        Ok(CallSchema { validator, source, member, places })
    }

    /// Compiles the schema of a JSON text; [`described_member`] says which part of a call it describes.
    pub fn from_json(text: &str, file: &Arc<str>, kind: CallType) -> Result<CallSchema, PlanError> {
        let source: Value = serde_json::from_str(text).map_err(|error| PlanError {
            place: PlanPlace { file: Arc::clone(file), line: error.line().max(1) },
            message: format!("expected a JSON Schema: {error}"),
        })?;
        let lines = LineStarts::new(text.as_bytes());
        let whole = PlanPlace { file: Arc::clone(file), line: 1 };
        let places = Doc::parse(text).map_or_else(
            |_| SchemaLines::new(whole),
            |doc| SchemaLines::from_json(doc.root(), file, &lines),
        );
        let member = described_member(&source, kind);
        CallSchema::new(source, member, places)
    }

    /// Returns whether a call matches the schema.
    pub fn matches(&self, members: &CallMembers<'_>) -> bool {
        self.validator.is_valid(self.described(members))
    }

    /// Returns the violations of a call.
    pub fn errors<'c>(
        &'c self,
        members: &'c CallMembers<'_>,
    ) -> impl Iterator<Item = ValidationError<'c>> {
        self.validator.iter_errors(self.described(members)).take(MAX_VIOLATIONS)
    }

    /// Returns the part of a call that the schema describes, or an empty object if it is absent, so
    /// that each required property is reported.
    fn described<'c>(&self, members: &'c CallMembers<'_>) -> JsonValue<'c> {
        match self.member {
            None => members.root(),
            Some(name) => members.get(name).map_or(JsonValue::EMPTY, JsonValue::Value),
        }
    }

    /// Returns the place of the keyword that an error is about.
    pub fn place_of(&self, error: &ValidationError<'_>) -> &PlanPlace {
        self.places.find(error.schema_path().as_str())
    }
}

fn is_uuid(text: &str) -> bool {
    // `try_parse` also accepts other notations, all of a different length
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

/// Returns the member that contains the properties of calls of a type.
pub fn properties_member(kind: CallType) -> &'static str {
    match kind {
        CallType::Identify | CallType::Group => "traits",
        _ => "properties",
    }
}

/// The key for the part of a call that a schema describes: `call`, `properties`, `traits` or
/// `context`.
pub(crate) const DESCRIBES: &str = "x-describes";

/// Returns the member that a schema describes: the whole call (`None`) if the schema names members of
/// a call, otherwise the properties.
pub(crate) fn described_member(schema: &Value, kind: CallType) -> Option<&'static str> {
    match schema.get(DESCRIBES).and_then(Value::as_str) {
        Some("call") => return None,
        Some("properties") => return Some("properties"),
        Some("traits") => return Some("traits"),
        Some("context") => return Some("context"),
        _ => {}
    }
    let named = schema.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys);
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    let mut names = named.map(String::as_str).chain(required.filter_map(Value::as_str));
    let is_call =
        names.any(|name| matches!(name, "properties" | "traits" | "context" | "messageId"));
    (!is_call).then_some(properties_member(kind))
}

/// Checks that `$schema` is a supported draft and that references lead to a place in the schema.
fn check_parts(schema: &Value, places: &SchemaLines) -> Result<(), PlanError> {
    let mut ids = HashSet::new();
    for_each_keyword(schema, &mut |_, key, value| {
        if let ("$id" | "id" | "$anchor" | "$dynamicAnchor", Some(id)) = (key, value.as_str()) {
            ids.insert(id.trim_end_matches('#').to_owned());
        }
        Ok(())
    })?;
    for_each_keyword(schema, &mut |path, key, value| {
        let Some(text) = value.as_str() else { return Ok(()) };
        let wrong = |message: String| {
            Err(PlanError { place: places.find(&pointer::push(path, key)).clone(), message })
        };
        match key {
            "$schema" => {
                let draft = text.trim_end_matches('#');
                let is_known = DRAFTS.iter().any(|known| draft.ends_with(known))
                    && draft.contains("://json-schema.org/");
                match is_known {
                    true => Ok(()),
                    false => wrong(format!(
                        "`{text}` is not a supported draft of JSON Schema; supported are drafts 4, 6, 7, 2019-09 and 2020-12"
                    )),
                }
            }
            "$ref" | "$dynamicRef" | "$recursiveRef" => {
                let (base, fragment) = text.split_once('#').unwrap_or((text, ""));
                let is_draft = DRAFTS.iter().any(|known| base.ends_with(known));
                if !base.is_empty() && !is_draft && !ids.iter().any(|id| id.ends_with(base)) {
                    return wrong(format!(
                        "`{key}` leads to `{base}`, which is not in this file, and segscope does not fetch schemas"
                    ));
                }
                let leads = match fragment {
                    "" => true,
                    path if path.starts_with('/') => {
                        let path = percent_decoded(path);
                        !base.is_empty() || !ids.is_empty() || schema.pointer(&path).is_some()
                    }
                    anchor => {
                        !base.is_empty()
                            || ids
                                .iter()
                                .any(|id| id == anchor || id.trim_start_matches('#') == anchor)
                    }
                };
                match leads {
                    true => Ok(()),
                    false => wrong(format!("`{key}` leads to `{text}`, which does not exist")),
                }
            }
            _ => Ok(()),
        }
    })
}

fn percent_decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| *byte == b'%') {
            Some(decoded) => {
                out.push(decoded);
                rest = &tail[2..];
            }
            None => {
                out.push(*byte);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Calls `visit` with each keyword of a schema and of the schemas in it: the path of the schema, the
/// keyword and its value. Data, such as the values of `enum`, is skipped.
fn for_each_keyword(
    schema: &Value,
    visit: &mut impl FnMut(&str, &str, &Value) -> Result<(), PlanError>,
) -> Result<(), PlanError> {
    // the third item says whether the keys of an object are names of properties, not keywords
    let mut open = vec![(schema, String::new(), false)];
    while let Some((value, path, is_names)) = open.pop() {
        match value {
            Value::Object(members) => {
                for (key, member) in members {
                    if !is_names {
                        visit(&path, key, member)?;
                    }
                    let is_data = matches!(
                        key.as_str(),
                        "const" | "enum" | "default" | "examples" | "example"
                    );
                    if is_names || !is_data {
                        let names = matches!(
                            key.as_str(),
                            "properties"
                                | "patternProperties"
                                | "definitions"
                                | "$defs"
                                | "dependencies"
                                | "dependentSchemas"
                        );
                        open.push((member, pointer::push(&path, key), names && !is_names));
                    }
                }
            }
            Value::Array(items) => {
                let path = |at: usize| pointer::push(&path, &at.to_string());
                open.extend(items.iter().enumerate().map(|(at, item)| (item, path(at), false)));
            }
            _ => {}
        }
    }
    Ok(())
}
