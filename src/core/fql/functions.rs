//! The functions of one argument. A value of a wrong type is treated as null.

use crate::fql::builtin_names::Function;
use crate::fql::glob::Glob;
use crate::fql::value::{Number, Value};

/// Evaluates `match` with a pattern that is not a literal; an invalid pattern matches nothing.
pub(crate) fn matches(text: &str, pattern: &str) -> bool {
    Glob::new(pattern).is_some_and(|glob| glob.covers(text))
}

/// Applies a function of one argument.
pub(crate) fn apply<'a>(function: Function, value: Value<'a>) -> Value<'a> {
    match function {
        Function::Length => Value::int(length(&value) as i128),
        Function::Lowercase => text(&value, str::to_lowercase),
        Function::Uppercase => text(&value, str::to_uppercase),
        Function::Snakecase => text(&value, |text| text.replace(' ', "_")),
        Function::Kebabcase => text(&value, |text| text.replace(' ', "-")),
        Function::Titlecase => text(&value, titlecase),
        Function::Typeof => Value::String(type_name(&value).into()),
        Function::Bool => Value::Bool(truthy(&value)),
        Function::String => string(value),
        Function::Number => number(value),
        Function::Contains | Function::Match | Function::Missing | Function::Nearmiss => {
            Value::Null
        }
    }
}

/// Returns the number of elements of a list, or of bytes of a string.
fn length(value: &Value<'_>) -> usize {
    match value {
        Value::List(items) => items.len(),
        Value::String(text) => text.len(),
        _ => 0,
    }
}

fn text(value: &Value<'_>, change: impl Fn(&str) -> String) -> Value<'static> {
    match value {
        Value::String(text) => Value::String(change(text).into()),
        _ => Value::Null,
    }
}

/// Capitalizes the first letter of each word and keeps the others.
fn titlecase(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut begins = true;
    for c in text.chars() {
        if begins {
            out.extend(c.to_uppercase())
        } else {
            out.push(c)
        }
        begins = c.is_whitespace();
    }
    out
}

fn type_name(value: &Value<'_>) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::List(_) => "list",
        Value::Object(_) => "object",
    }
}

fn truthy(value: &Value<'_>) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(own) => *own,
        Value::Number(number) => number.as_f64() != 0.0,
        Value::String(text) => !text.is_empty(),
        Value::List(items) => !items.is_empty(),
        Value::Object(_) => true,
    }
}

fn string(value: Value<'_>) -> Value<'_> {
    match value {
        Value::String(_) => value,
        Value::Null | Value::Object(_) => Value::Null,
        Value::Bool(_) | Value::Number(_) | Value::List(_) => Value::String(value.json().into()),
    }
}

fn number(value: Value<'_>) -> Value<'_> {
    match value {
        Value::Number(_) => value,
        Value::String(text) => Number::parse(&text).map_or(Value::Null, Value::Number),
        _ => Value::Null,
    }
}
