//! A call as a filter sees it when its request arrives, before it is recorded and judged.

use crate::call::Event;
use crate::engine::Engine;
use crate::engine::ingest::accept::decoded;
use crate::engine::search::call_columns::test_of;
use crate::fql::{self, Civil, Filter, FilterInput, Path, RecordField, Value};
use crate::wire::{self, ParsedRequest, ReadCall, RequestHead};
use std::borrow::Cow;

impl Engine {
    /// Returns whether a call of a request passes a filter whose fields are known on arrival
    /// ([`Filter::is_known_on_arrival`]). A request that cannot be parsed contains no call.
    pub fn any_call_passes(&self, filter: &Filter, head: &RequestHead<'_>, raw: &[u8]) -> bool {
        let Ok(body) = decoded(head, raw) else { return false };
        let mut scratch = wire::ParseScratch::default();
        let Ok(reading) = wire::read(head, 0, &body, &mut scratch) else { return false };
        reading.calls.iter().any(|call| {
            let event = reading.event(call);
            filter.matches(&ArrivingCall { event, call, reading: &reading, head })
        })
    }
}

/// A call of a request that has just arrived.
struct ArrivingCall<'r> {
    event: Event<'r>,
    call: &'r ReadCall,
    reading: &'r ParsedRequest<'r>,
    head: &'r RequestHead<'r>,
}

impl FilterInput for ArrivingCall<'_> {
    fn field(&self, path: &Path) -> Value<'_> {
        fql::call_field(&self.event, path)
    }

    fn has_own(&self, name: &str) -> bool {
        self.event.call.get(name).is_some()
    }

    fn record(&self, field: RecordField) -> Value<'_> {
        let text = |text: Option<Cow<'_, str>>| {
            text.map_or(Value::Null, |text| Value::String(text.into_owned().into()))
        };
        match field {
            RecordField::WriteKey => {
                let whole = self.reading.write_key.as_ref();
                let whole = whole.map(|key| Cow::Borrowed(key.key.as_str()));
                text(self.reading.key_of(self.call).or(whole))
            }
            RecordField::LibraryName => {
                text(self.reading.library(self.call).map(|library| library.name))
            }
            RecordField::LibraryVersion => {
                text(self.reading.library(self.call).and_then(|library| library.version))
            }
            RecordField::Path => Value::text(Some(self.head.path)),
            RecordField::Test => Value::text(test_of(self.head.headers)),
            // a filter that is known on arrival has none of the other fields
            _ => Value::Null,
        }
    }

    fn received_ms(&self) -> i64 {
        self.head.received_at
    }

    fn now_ms(&self) -> i64 {
        self.head.received_at
    }

    fn local_ms(&self, _at: &Civil) -> i64 {
        self.head.received_at
    }

    fn text(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(self.event.call.raw().as_bytes())
    }
}
