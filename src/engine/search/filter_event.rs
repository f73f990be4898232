//! A call as a filter sees it once its request has been read: with the fields that the service adds
//! or merges, and with the near misses of missing ids.

use crate::call::Event;
use crate::engine::Engine;
use crate::engine::search::call_columns;
use crate::engine::search::indexed_row::{IndexedRows, KnownRow, SearchTime};
use crate::findings;
use crate::fql::{self, Civil, FilterInput, Path, RecordField, Value, WatchedId};
use std::borrow::Cow;
use std::cell::Cell;

/// A call with its request's fields and its row in the index.
pub(crate) struct EventRow<'e> {
    pub event: Event<'e>,
    pub row: u64,
    /// The epoch of the index that contains the row.
    pub epoch: u64,
    pub engine: &'e Engine,
    pub clock: &'e SearchTime,
    /// True if a condition asked for a value that neither the call nor the index contains.
    pub lacks: Cell<bool>,
}

impl EventRow<'_> {
    /// Reads a value from the row in the index. Conditions that need both the index and the call
    /// are rare, so each value locks the index anew.
    fn known<T>(&self, ask: impl FnOnce(&KnownRow<'_>) -> T) -> Option<T> {
        let state = self.engine.lock();
        let (vendors, clock) = (&**state.eras.latest(), self.clock);
        let known = IndexedRows { index: &state.index, vendors, clock };
        let row = (state.index.epoch == self.epoch).then(|| known.row(self.row)).flatten();
        let Some(row) = row else {
            self.lacks.set(true);
            return None;
        };
        let answer = ask(&row);
        self.lacks.set(self.lacks.get() || row.take_lack());
        Some(answer)
    }
}

impl FilterInput for EventRow<'_> {
    fn field(&self, path: &Path) -> Value<'_> {
        fql::call_field(&self.event, path)
    }

    fn has_own(&self, name: &str) -> bool {
        self.event.call.get(name).is_some()
    }

    fn record(&self, field: RecordField) -> Value<'_> {
        self.known(|row| call_columns::owned(row.record(field))).unwrap_or(Value::Null)
    }

    fn received_ms(&self) -> i64 {
        self.known(|row| row.received_ms()).unwrap_or(0)
    }

    fn now_ms(&self) -> i64 {
        self.clock.now_ms
    }

    fn local_ms(&self, at: &Civil) -> i64 {
        self.clock.local_ms(at)
    }

    fn missing(&self, id: WatchedId) -> bool {
        self.known(|row| row.missing(id)).unwrap_or(false)
    }

    fn nearmiss(&self, id: WatchedId) -> bool {
        let missing_at = self.known(|row| row.missing_at(id)).unwrap_or(0);
        let id = match id {
            WatchedId::Account => findings::Id::Account,
            WatchedId::User => findings::Id::User,
        };
        let vendors = self.engine.vendors();
        (0..vendors.len())
            .filter(|vendor| missing_at >> vendor & 1 == 1)
            .any(|vendor| !vendors.hints(vendor, &self.event, id).is_empty())
    }

    fn verdict(&self, vendor: Option<&str>) -> Option<&str> {
        // the row's name is valid only under the lock: returns the equal static one
        let name = self.known(|row| row.verdict(vendor).map(str::to_owned)).flatten()?;
        findings::Verdict::WORST_FIRST
            .iter()
            .map(|verdict| verdict.name())
            .find(|known| *known == name)
    }

    fn any_finding(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        self.known(|row| row.any_finding(test)).unwrap_or(false)
    }

    fn severity(&self) -> Option<&str> {
        let name = self.known(|row| row.severity().map(str::to_owned)).flatten()?;
        let all =
            [findings::Severity::Error, findings::Severity::Warning, findings::Severity::Info];
        all.iter().map(|severity| severity.name()).find(|known| *known == name)
    }

    fn text(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(self.event.call.raw().as_bytes())
    }
}
