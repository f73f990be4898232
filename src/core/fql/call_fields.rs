//! The access of filters to a call's own JSON.

use crate::call::{Event, JsonKind, Val};
use crate::fql::{Civil, FilterInput, Number, Path, RecordField, Value};
use std::borrow::Cow;

/// Returns a JSON value as a value of the filter language.
pub fn value(val: Val<'_>) -> Value<'_> {
    match val.kind() {
        JsonKind::Null => Value::Null,
        JsonKind::True => Value::Bool(true),
        JsonKind::False => Value::Bool(false),
        JsonKind::Number => Value::Number(Number::Json(val.raw())),
        JsonKind::String => Value::String(val.as_str().unwrap_or_default()),
        JsonKind::Array => Value::List(val.children().map(value).collect()),
        JsonKind::Object => Value::Object(Cow::Borrowed(val.raw())),
    }
}

/// Returns the value at a path in a call overlaid with its derived fields.
pub fn field<'d>(event: &Event<'d>, path: &Path) -> Value<'d> {
    let mut names = path.segments().iter();
    let first = names.next().and_then(|name| event.get(name));
    let found = names.fold(first, |at, name| match at?.kind() {
        JsonKind::Array => at?.index(name.parse().ok()?),
        _ => at?.get(name),
    });
    found.map_or(Value::Null, value)
}

/// A call, for a filter that reads nothing but the call ([`crate::fql::Filter::reads_call_only`]).
pub(crate) struct CallFields<'e>(pub &'e Event<'e>);

impl FilterInput for CallFields<'_> {
    fn field(&self, path: &Path) -> Value<'_> {
        field(self.0, path)
    }

    fn has_own(&self, name: &str) -> bool {
        self.0.call.get(name).is_some()
    }

    fn record(&self, _field: RecordField) -> Value<'_> {
        Value::Null
    }

    fn received_ms(&self) -> i64 {
        0
    }

    fn now_ms(&self) -> i64 {
        0
    }

    fn local_ms(&self, _at: &Civil) -> i64 {
        0
    }

    fn text(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(self.0.call.raw().as_bytes())
    }
}
