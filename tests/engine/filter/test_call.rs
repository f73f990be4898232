//! A call as a filter sees it, over parsed JSON: the plainest implementation of `FilterInput`.

use std::borrow::Cow;

use segscope::fql::{Civil, FilterInput, NameSource, Number, Path, RecordField, Value, WatchedId};
use serde_json::Value as Json;

/// A call and its record. The record is an object with the names that the language uses, and
/// `missing`, `nearmiss` (lists of ids), `verdict` (by vendor, `""` for the worst), `finding`.
pub struct TestCall {
    pub text: String,
    pub call: Json,
    pub record: Json,
}

/// Where "now" is in these tests: 2026-11-22T10:00:00Z.
pub const NOW_MS: i64 = 1_795_341_600_000;

impl TestCall {
    pub fn new(text: &str, record: &str) -> Self {
        let parse = |text: &str| {
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
        };
        Self { text: text.to_owned(), call: parse(text), record: parse(record) }
    }

    fn lists(&self, name: &str, id: WatchedId) -> bool {
        let id = if id == WatchedId::Account { "account_id" } else { "user_id" };
        self.record[name].as_array().is_some_and(|ids| ids.iter().any(|own| own == id))
    }
}

/// A JSON value as a value of the language.
pub fn value(json: &Json) -> Value<'_> {
    match json {
        Json::Null => Value::Null,
        Json::Bool(own) => Value::Bool(*own),
        Json::Number(number) => Value::Number(match number.as_i64() {
            Some(whole) => Number::Int(whole.into()),
            None => Number::Float(number.as_f64().unwrap_or(f64::NAN)),
        }),
        Json::String(text) => Value::String(Cow::Borrowed(text)),
        Json::Array(items) => Value::List(items.iter().map(value).collect()),
        Json::Object(_) => Value::Object(json.to_string().into()),
    }
}

impl FilterInput for TestCall {
    fn field(&self, path: &Path) -> Value<'_> {
        let found = path.segments().iter().try_fold(&self.call, |here, name| match here {
            Json::Array(items) => items.get(name.parse::<usize>().ok()?),
            other => other.get(name),
        });
        found.map_or(Value::Null, value)
    }

    fn has_own(&self, name: &str) -> bool {
        self.call.get(name).is_some()
    }

    fn record(&self, field: RecordField) -> Value<'_> {
        let name = match field {
            RecordField::Seq => "seq",
            RecordField::WriteKey => "write_key",
            RecordField::LibraryName => "library.name",
            RecordField::LibraryVersion => "library.version",
            RecordField::Path => "path",
            RecordField::Status => "status",
            RecordField::Repeat => "repeat",
            RecordField::Marked => "marked",
            RecordField::Test => "test",
            RecordField::ServiceName => "service.name",
            RecordField::ServiceVerdict => "service.verdict",
            RecordField::ServiceCode => "service.code",
            RecordField::AccountId => "account_id",
            RecordField::UserId => "user_id",
        };
        value(&self.record[name])
    }

    fn received_ms(&self) -> i64 {
        self.record["time"].as_i64().unwrap_or(NOW_MS)
    }

    fn now_ms(&self) -> i64 {
        NOW_MS
    }

    /// The user lives two hours east of UTC.
    fn local_ms(&self, at: &Civil) -> i64 {
        at.as_utc_ms() - 2 * 3_600_000
    }

    fn missing(&self, id: WatchedId) -> bool {
        self.lists("missing", id)
    }

    fn nearmiss(&self, id: WatchedId) -> bool {
        self.lists("nearmiss", id)
    }

    fn verdict(&self, vendor: Option<&str>) -> Option<&str> {
        self.record["verdict"][vendor.unwrap_or_default()].as_str()
    }

    fn any_finding(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        let codes = self.record["finding"].as_array();
        codes.is_some_and(|codes| codes.iter().filter_map(Json::as_str).any(test))
    }

    fn severity(&self) -> Option<&str> {
        self.record["severity"].as_str()
    }

    fn text(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(self.text.as_bytes())
    }
}

/// A recording without any names to offer.
pub struct NoNames;

impl NameSource for NoNames {
    fn fields(&self, _: &[String], _: &str) -> Vec<String> {
        Vec::new()
    }
    fn values(&self, _: &Path, _: &str) -> Vec<String> {
        Vec::new()
    }
    fn vendors(&self) -> Vec<String> {
        Vec::new()
    }
    fn codes(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}
