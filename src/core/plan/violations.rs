//! The conversion of the validator's errors to codes and words.

use super::call_json::CallMembers;
use super::check::PlanCode;
use crate::call::pointer;
use crate::call::redacted::is_redacted;
use crate::call::text::write_excerpt;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;
use std::borrow::Cow;

/// The maximum number of allowed values that a message lists.
const MAX_NAMED: usize = 6;

/// Calls `report` with the code and the pointer of each violation in an error about a call. `base` is the
/// pointer of the part of the call that was validated.
pub(crate) fn for_each_violation(
    error: &ValidationError<'_>,
    members: &CallMembers<'_>,
    base: &str,
    mut report: impl FnMut(PlanCode, String),
) {
    let path = format!("{base}{}", error.instance_path().as_str());
    if error.instance().as_str().is_some_and(is_redacted)
        && !matches!(error.kind(), Kind::FalseSchema | Kind::PropertyNames { .. })
    {
        // the value is not known
        return;
    }
    match error.kind() {
        Kind::Required { property } => {
            report(PlanCode::Required, pointer::push(&path, property.as_str().unwrap_or_default()));
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            for name in unexpected {
                report(PlanCode::Additional, pointer::push(&path, name));
            }
        }
        Kind::PropertyNames { error } if matches!(error.kind(), Kind::Enum { .. }) => {
            let name = error.instance().as_str().unwrap_or_default().to_owned();
            report(PlanCode::Additional, pointer::push(&path, &name));
        }
        // if the schema lists no properties, the error is about the object and names none of them
        Kind::FalseSchema if error.schema_path().as_str().ends_with("/additionalProperties") => {
            for name in names_in(members, &path) {
                report(PlanCode::Additional, pointer::push(&path, &name));
            }
        }
        Kind::FalseSchema => report(PlanCode::Forbidden, path),
        Kind::Type { .. } => report(PlanCode::Type, path),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } if union_of_types(error).is_some() => {
            report(PlanCode::Type, path);
        }
        Kind::BacktrackLimitExceeded { .. } | Kind::RegexEngineFailure { .. } => {
            report(PlanCode::Unchecked, path);
        }
        Kind::AnyOf { .. }
        | Kind::OneOfMultipleValid { .. }
        | Kind::OneOfNotValid { .. }
        | Kind::Not { .. }
        | Kind::PropertyNames { .. }
        | Kind::Custom { .. }
        | Kind::Referencing(_) => report(PlanCode::Schema, path),
        _ => report(PlanCode::Value, path),
    }
}

/// Returns the names of the members of an object in a call.
fn names_in<'d>(members: &CallMembers<'d>, path: &str) -> Vec<Cow<'d, str>> {
    let Some(first) = pointer::tokens(path).next() else {
        return members.names().collect();
    };
    let rest = path.get(1..).and_then(|path| path.find('/').map(|at| &path[at..]));
    let object = members.get(&first).and_then(|member| member.pointer(rest.unwrap_or_default()));
    object.into_iter().flat_map(|object| object.children()).map(|child| child.key()).collect()
}

/// Returns words for what the plan expects at the place of an error.
pub(crate) fn expected_words(error: &ValidationError<'_>) -> String {
    match error.kind() {
        Kind::Type { kind: TypeKind::Single(kind) } => type_words(*kind).to_owned(),
        Kind::Type { kind: TypeKind::Multiple(kinds) } => either(kinds.iter().map(type_words)),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => union_of_types(error).map_or_else(
            || "a value that matches one of the alternatives".to_owned(),
            |kinds| either(kinds.into_iter().map(type_words)),
        ),
        Kind::OneOfMultipleValid { .. } => {
            "a value that matches exactly one of the alternatives".to_owned()
        }
        Kind::Enum { options } => match options.as_array() {
            Some(options) if options.len() > MAX_NAMED => {
                let named: Vec<String> = options.iter().take(MAX_NAMED).map(value_words).collect();
                format!("one of {} values: {}, …", options.len(), named.join(", "))
            }
            Some(options) => either(options.iter().map(value_words)),
            None => "one of a list of values".to_owned(),
        },
        Kind::Constant { expected_value } => value_words(expected_value),
        Kind::Pattern { pattern } => format!("a string that matches `{}`", excerpt(pattern)),
        Kind::Format { format } => format!("a string in the format `{}`", excerpt(format)),
        Kind::Minimum { limit } => format!("{limit} or more"),
        Kind::Maximum { limit } => format!("{limit} or less"),
        Kind::ExclusiveMinimum { limit } => format!("more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("a multiple of {multiple_of}"),
        Kind::MinLength { limit } => format!("a string of at least {}", count(*limit, "character")),
        Kind::MaxLength { limit } => format!("a string of at most {}", count(*limit, "character")),
        Kind::MinItems { limit } => format!("a list of at least {}", count(*limit, "item")),
        Kind::MaxItems { limit } => format!("a list of at most {}", count(*limit, "item")),
        Kind::AdditionalItems { limit } => {
            format!("a list of at most {}", count(*limit as u64, "item"))
        }
        Kind::UnevaluatedItems { .. } => "a list without more items".to_owned(),
        Kind::MinProperties { limit } => {
            format!("an object of at least {}", count(*limit, "property"))
        }
        Kind::MaxProperties { limit } => {
            format!("an object of at most {}", count(*limit, "property"))
        }
        Kind::UniqueItems => "a list without repeated items".to_owned(),
        Kind::Contains => "a list with an item that matches `contains`".to_owned(),
        Kind::ContentEncoding { content_encoding } => {
            format!("a string encoded as `{}`", excerpt(content_encoding))
        }
        Kind::ContentMediaType { content_media_type } => {
            format!("a string that contains `{}`", excerpt(content_media_type))
        }
        Kind::Not { .. } => "a value that does not match `not`".to_owned(),
        Kind::PropertyNames { .. } => "names of properties that match `propertyNames`".to_owned(),
        _ => format!("a value that `{}` allows", excerpt(error.kind().keyword())),
    }
}

/// Returns words for the value that the call has at the place of an error.
pub(crate) fn found_words(error: &ValidationError<'_>) -> String {
    value_words(error.instance())
}

/// Returns the expected types if an error says that a value has none of the types of the
/// alternatives.
fn union_of_types(error: &ValidationError<'_>) -> Option<Vec<JsonType>> {
    let (Kind::AnyOf { context } | Kind::OneOfNotValid { context }) = error.kind() else {
        return None;
    };
    let mut kinds = Vec::new();
    for errors in context {
        let [only] = &errors[..] else { return None };
        if only.instance_path() != error.instance_path() && !only.instance_path().is_empty() {
            return None;
        }
        match only.kind() {
            Kind::Type { kind: TypeKind::Single(kind) } => kinds.push(*kind),
            Kind::Type { kind: TypeKind::Multiple(set) } => kinds.extend(set.iter()),
            _ => return None,
        }
    }
    (!kinds.is_empty()).then_some(kinds)
}

fn type_words(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Array => "a list",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Null => "null",
        JsonType::Number => "a number",
        JsonType::Object => "an object",
        JsonType::String => "a string",
    }
}

/// Joins words as `a`, `a or b`, `a, b or c`.
fn either(words: impl Iterator<Item = impl Into<String>>) -> String {
    let mut words: Vec<String> = words.map(Into::into).collect();
    match words.pop() {
        None => "nothing".to_owned(),
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} or {last}", words.join(", ")),
    }
}

/// Describes a value of a call; strings are escaped and shortened.
fn value_words(value: &Value) -> String {
    match value {
        Value::String(text) => format!("\"{}\"", excerpt(text)),
        Value::Array(items) if items.is_empty() => "an empty list".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

fn count(number: u64, what: &str) -> String {
    match (number, what.strip_suffix('y')) {
        (1, _) => format!("1 {what}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {what}s"),
    }
}

fn excerpt(text: &str) -> String {
    let mut out = String::new();
    write_excerpt(&mut out, text);
    out
}
