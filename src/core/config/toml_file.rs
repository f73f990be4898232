//! Reading a TOML file as dotted keys with their lines.

use crate::config::config_error::{ConfigError, SettingOrigin};
use crate::config::text_file::{LineStarts, MAX_TEXT_FILE_BYTES, read_text_file};
use serde_json::{Map, Value};
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Returns all leaf values of a file: dotted key, value, line.
pub(crate) fn read(path: &Path) -> Result<Vec<(String, Value, usize)>, ConfigError> {
    let at = |line, message| ConfigError {
        origin: SettingOrigin::File { path: path.to_owned(), line },
        message,
    };
    let text = read_text_file(path, MAX_TEXT_FILE_BYTES)
        .map_err(|error| at(1, format!("the file {error}")))?;
    let lines = LineStarts::new(text.as_bytes());
    let line_of = |offset: usize| lines.line_of(offset);
    let table = DeTable::parse(&text).map_err(|error| {
        at(error.span().map_or(1, |span| line_of(span.start)), error.message().to_owned())
    })?;
    let mut out = Vec::new();
    flatten("", table.get_ref(), &mut |key, value, offset| out.push((key, value, line_of(offset))));
    Ok(out)
}

fn flatten(prefix: &str, table: &DeTable<'_>, give: &mut impl FnMut(String, Value, usize)) {
    for (key, value) in table {
        let name = if prefix.is_empty() {
            key.get_ref().to_string()
        } else {
            format!("{prefix}.{}", key.get_ref())
        };
        match value.get_ref() {
            DeValue::Table(inner) if !inner.is_empty() => flatten(&name, inner, give),
            _ => give(name, json(value), key.span().start),
        }
    }
}

fn json(value: &Spanned<DeValue<'_>>) -> Value {
    match value.get_ref() {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Value::Null, Value::from)
        }
        DeValue::Float(number) => number.as_str().parse::<f64>().map_or(Value::Null, Value::from),
        DeValue::Datetime(when) => Value::String(when.to_string()),
        DeValue::Array(items) => items.iter().map(json).collect(),
        DeValue::Table(table) => Value::Object(
            table
                .iter()
                .map(|(key, value)| (key.get_ref().to_string(), json(value)))
                .collect::<Map<_, _>>(),
        ),
    }
}
