//! JSON Schemas of calls, ready to apply. Nothing is ever fetched, and no pattern runs without
//! bounds.

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

/// How often a pattern may go back before it is given up: about a millisecond.
const MAX_BACKTRACKS: usize = 20_000;
/// How large a pattern may become.
const MAX_PATTERN_BYTES: usize = 1 << 20;
/// At most so many violations of one call are told.
pub(crate) const MAX_VIOLATIONS: usize = 64;
/// Calls that nest deeper are not validated: a schema that refers to itself goes as deep as a call.
pub(crate) const MAX_DEPTH: usize = 96;

/// The drafts of JSON Schema, by the end of their `$schema`.
const DRAFTS: [&str; 5] =
    ["draft-04/schema", "draft-06/schema", "draft-07/schema", "2019-09/schema", "2020-12/schema"];

/// A schema that a call has to meet.
pub(crate) struct CallSchema {
    validator: Validator<CallJson>,
    /// The schema itself.
    pub source: Value,
    /// The member of the call that it describes; none if it describes the whole call.
    pub member: Option<&'static str>,
    /// Where its parts stand.
    pub places: SchemaLines,
}

impl std::fmt::Debug for CallSchema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("CallSchema").field(&self.source).finish()
    }
}

/// Fetches nothing.
struct NoRetriever;

impl Retrieve for NoRetriever {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn Error + Send + Sync>> {
        Err(format!("`{uri}` is in no file of the plan, and segscope fetches nothing").into())
    }
}

impl CallSchema {
    /// Makes a schema ready that describes a member of the call, or the whole call.
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
            .should_validate_formats(true);
        let validator = options.build(&source).map_err(|error| {
            // of an error in a schema the schema is the instance
            let place = places.find(error.instance_path().as_str()).clone();
            let at = match error.instance_path().as_str() {
                "" => String::new(),
                path => format!(" at `{path}`"),
            };
            PlanError { place, message: format!("the JSON Schema is wrong{at}: {error}") }
        })?;
        Ok(CallSchema { validator, source, member, places })
    }

    /// Makes the schema of a JSON text ready. What it describes follows from its own members.
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

    /// Whether a call meets the schema.
    pub fn is_met(&self, members: &CallMembers<'_>) -> bool {
        self.validator.is_valid(self.described(members))
    }

    /// What is wrong with a call.
    pub fn errors<'c>(
        &'c self,
        members: &'c CallMembers<'_>,
    ) -> impl Iterator<Item = ValidationError<'c>> {
        self.validator.iter_errors(self.described(members)).take(MAX_VIOLATIONS)
    }

    /// The part of a call that the schema describes. What is absent is an empty object, so that each
    /// property that is required there is told.
    fn described<'c>(&self, members: &'c CallMembers<'_>) -> JsonValue<'c> {
        match self.member {
            None => members.root(),
            Some(name) => members.get(name).map_or(JsonValue::EMPTY, JsonValue::Value),
        }
    }

    /// The place of the keyword that an error is about.
    pub fn place_of(&self, error: &ValidationError<'_>) -> &PlanPlace {
        self.places.find(error.schema_path().as_str())
    }
}

/// The member that holds the properties of a call of a type.
pub(crate) fn properties_member(kind: CallType) -> &'static str {
    match kind {
        CallType::Identify | CallType::Group => "traits",
        _ => "properties",
    }
}

/// The key by which a schema says what it describes: `call`, `properties`, `traits` or
/// `context`.
pub(crate) const DESCRIBES: &str = "x-describes";

/// What a schema describes: the whole call if it names members of one, otherwise the properties.
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

/// Looks for a `$schema` that nobody knows and for references that lead nowhere.
fn check_parts(schema: &Value, places: &SchemaLines) -> Result<(), PlanError> {
    let mut ids = HashSet::new();
    each(schema, &mut |_, key, value| {
        if let ("$id" | "id" | "$anchor" | "$dynamicAnchor", Some(id)) = (key, value.as_str()) {
            ids.insert(id.trim_end_matches('#').to_owned());
        }
        Ok(())
    })?;
    each(schema, &mut |path, key, value| {
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
                        "`{text}` is no draft of JSON Schema that segscope knows; it knows drafts 4, 6, 7, 2019-09 and 2020-12"
                    )),
                }
            }
            "$ref" | "$dynamicRef" | "$recursiveRef" => {
                let (base, fragment) = text.split_once('#').unwrap_or((text, ""));
                let is_draft = DRAFTS.iter().any(|known| base.ends_with(known));
                if !base.is_empty() && !is_draft && !ids.iter().any(|id| id.ends_with(base)) {
                    return wrong(format!(
                        "`{key}` leads to `{base}`, which is not in this file; segscope never fetches a schema"
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
                    false => wrong(format!("`{key}` leads to `{text}`, and there is nothing")),
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

/// Calls `look` with each member of each object that is a schema, its path first. What is data and
/// no schema is left out.
fn each(
    schema: &Value,
    look: &mut impl FnMut(&str, &str, &Value) -> Result<(), PlanError>,
) -> Result<(), PlanError> {
    // whether the keys of an object are names and no keywords
    let mut open = vec![(schema, String::new(), false)];
    while let Some((value, path, is_names)) = open.pop() {
        match value {
            Value::Object(members) => {
                for (key, member) in members {
                    if !is_names {
                        look(&path, key, member)?;
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
