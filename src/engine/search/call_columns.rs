//! The values that a filter reads from a call or a request, taken from its detail.

use crate::call::{Doc, Event};
use crate::engine::rows::views::CallDetail;
use crate::findings::{self, Finding, Verdict};
use crate::fql::{self, Civil, FilterInput, Number, Path, RecordField, Value, WatchedId};
use crate::vendors::{RenderedCall, Vendors};
use std::borrow::Cow;

/// A call as a filter sees it, with everything that is known about it.
pub struct CallColumns<'a> {
    detail: &'a CallDetail,
    vendors: &'a Vendors,
    call: Doc<'a>,
    derived: Doc<'a>,
    now_ms: i64,
}

impl<'a> CallColumns<'a> {
    /// Creates the input for a filter. `now_ms` is the current time.
    pub fn new(detail: &'a CallDetail, vendors: &'a Vendors, now_ms: i64) -> CallColumns<'a> {
        let read = |text: &'a str| Doc::parse(text).expect("it was read as JSON when it was taken");
        CallColumns {
            detail,
            vendors,
            call: read(&detail.call_text),
            derived: read(&detail.derived_text),
            now_ms,
        }
    }

    fn event(&self) -> Event<'_> {
        Event { derived: Some(self.derived.root()), ..Event::bare(self.call.root()) }
    }

    /// Returns the results of the vendors in use.
    fn in_use(&self) -> impl Iterator<Item = &RenderedCall> {
        self.detail
            .in_use
            .iter()
            .filter_map(|vendor| self.detail.vendors.iter().find(|(at, _)| at == vendor))
            .map(|(_, rendered)| rendered)
    }

    /// Returns the findings of the vendors in use and those that belong to no vendor.
    fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.detail.common.iter().chain(self.in_use().flat_map(|rendered| &rendered.findings))
    }
}

/// Converts a filter's value into one that owns its texts.
pub(crate) fn owned(value: Value<'_>) -> Value<'static> {
    match value {
        Value::Null => Value::Null,
        Value::Bool(own) => Value::Bool(own),
        Value::Number(Number::Int(number)) => Value::Number(Number::Int(number)),
        Value::Number(Number::Float(number)) => Value::Number(Number::Float(number)),
        Value::Number(Number::Json(text)) => Number::parse(text).map_or(Value::Null, Value::Number),
        Value::String(text) => Value::String(text.into_owned().into()),
        Value::List(items) => Value::List(items.into_iter().map(owned).collect()),
        Value::Object(text) => Value::Object(text.into_owned().into()),
    }
}

impl FilterInput for CallColumns<'_> {
    fn field(&self, path: &Path) -> Value<'_> {
        fql::call_field(&self.event(), path)
    }

    fn has_own(&self, name: &str) -> bool {
        self.call.root().get(name).is_some()
    }

    fn record(&self, field: RecordField) -> Value<'_> {
        let detail = self.detail;
        let library = detail.library.as_ref();
        match field {
            RecordField::Seq => Value::int(detail.seq.0),
            RecordField::WriteKey => Value::text(detail.write_key.as_deref()),
            RecordField::LibraryName => Value::text(library.map(|(name, _)| name.as_str())),
            RecordField::LibraryVersion => {
                Value::text(library.and_then(|(_, version)| version.as_deref()))
            }
            RecordField::Path => Value::text(Some(&detail.request.path)),
            RecordField::Status => Value::int(detail.request.status),
            RecordField::Repeat => Value::Bool(detail.repeat),
            RecordField::Marked => Value::Bool(detail.marked),
            RecordField::Test => Value::text(test_of(&detail.request.headers)),
            RecordField::ServiceName => Value::text(Some(detail.service.service.name())),
            RecordField::ServiceVerdict => Value::text(Some(detail.service.name())),
            RecordField::ServiceCode => Value::text(detail.service.code),
            RecordField::AccountId => Value::text(detail.account_id.as_deref()),
            RecordField::UserId => Value::text(detail.user_id.as_deref()),
        }
    }

    fn received_ms(&self) -> i64 {
        self.detail.request.received_at
    }

    fn now_ms(&self) -> i64 {
        self.now_ms
    }

    fn local_ms(&self, at: &Civil) -> i64 {
        local_ms(at)
    }

    fn missing(&self, id: WatchedId) -> bool {
        self.detail.missing.contains(&name(id).name())
    }

    fn nearmiss(&self, id: WatchedId) -> bool {
        let id = name(id);
        let near = |finding: &Finding| {
            finding.hints.as_ref().is_some_and(|hints| !hints.is_empty())
                && finding.headline == Some(findings::Headline::Strong(id))
        };
        self.findings().any(near)
    }

    fn verdict(&self, vendor: Option<&str>) -> Option<&str> {
        match vendor {
            Some(name) => {
                let at = self.vendors.find_shown(name)?;
                self.detail
                    .vendors
                    .iter()
                    .find(|(vendor, _)| *vendor == at)
                    .map(|(_, rendered)| rendered.verdict.name())
            }
            None => {
                let has =
                    |verdict: &Verdict| self.in_use().any(|rendered| rendered.verdict == *verdict);
                Verdict::WORST_FIRST
                    .iter()
                    .find(|verdict| has(verdict))
                    .map(|verdict| verdict.name())
            }
        }
    }

    fn any_finding(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        self.findings().any(|finding| test(&finding.code))
    }

    fn severity(&self) -> Option<&str> {
        self.findings().map(|finding| finding.severity).min().map(|severity| severity.name())
    }

    fn text(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(self.detail.call_text.as_bytes())
    }
}

fn name(id: WatchedId) -> findings::Id {
    match id {
        WatchedId::Account => findings::Id::Account,
        WatchedId::User => findings::Id::User,
    }
}

/// A request that has a row of its own, as a filter sees it. It has a path, a status, a time, a
/// test name, a severity and a text; the fields of a call are null.
pub struct NoCallColumns<'a> {
    /// The request.
    pub request: &'a crate::engine::rows::views::RequestDetail,
    /// The severity of its problem.
    pub severity: Option<findings::Severity>,
    /// The current time.
    pub now_ms: i64,
}

impl FilterInput for NoCallColumns<'_> {
    fn field(&self, _path: &Path) -> Value<'_> {
        Value::Null
    }

    fn has_own(&self, _name: &str) -> bool {
        false
    }

    fn record(&self, field: RecordField) -> Value<'_> {
        match field {
            RecordField::Path => Value::text(Some(&self.request.path)),
            RecordField::Status => Value::int(self.request.status),
            RecordField::Test => Value::text(test_of(&self.request.headers)),
            _ => Value::Null,
        }
    }

    fn received_ms(&self) -> i64 {
        self.request.received_at
    }

    fn now_ms(&self) -> i64 {
        self.now_ms
    }

    fn local_ms(&self, at: &Civil) -> i64 {
        local_ms(at)
    }

    fn severity(&self) -> Option<&str> {
        self.severity.map(findings::Severity::name)
    }

    fn text(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(self.request.body.as_bytes())
    }
}

/// Returns the value of the `X-Segscope-Test` header, by which tests are kept apart.
pub(crate) fn test_of(headers: &[(String, String)]) -> Option<&str> {
    let test = headers.iter().find(|(name, _)| name == "x-segscope-test");
    test.map(|(_, value)| value.as_str())
}

/// Returns the time at which this machine's local clock shows `at`; reads it as UTC if there is
/// none.
pub(crate) fn local_ms(at: &Civil) -> i64 {
    let local = jiff::civil::DateTime::new(
        at.year,
        at.month,
        at.day,
        at.hour,
        at.minute,
        at.second,
        i32::from(at.millisecond) * 1_000_000,
    );
    let zoned = local.ok().and_then(|local| local.to_zoned(jiff::tz::TimeZone::system()).ok());
    zoned.map_or_else(|| at.as_utc_ms(), |zoned| zoned.timestamp().as_millisecond())
}
