//! A row as a filter sees it from the index alone. A value that the index does not contain is null
//! and sets a flag: the answer of a condition that read it must not be used.

use crate::engine::index::{
    CallRow, CallShape, IndexRow, IndexedField, RequestRow, SetInfo, TextId, VendorBits,
};
use crate::engine::judging::index_request::JudgedIndex;
use crate::engine::rows::call_fields::SHADOWS;
use crate::engine::search::call_columns::local_ms;
use crate::findings::{self, Verdict};
use crate::fql::{Civil, FilterInput, Path, RecordField, Value, WatchedId};
use crate::vendors::Vendors;
use crate::wire::ServiceVerdict;
use std::borrow::Cow;
use std::cell::Cell;

/// The index as a filter sees it, with the vendors and the time.
pub(crate) struct IndexedRows<'i> {
    pub index: &'i JudgedIndex,
    pub vendors: &'i Vendors,
    pub clock: &'i SearchTime,
}

/// The current time, the same for all rows that are matched together.
pub(crate) struct SearchTime {
    pub now_ms: i64,
    /// The last local time that was converted, and the result: time zone look-ups are slow.
    local: Cell<Option<(Civil, i64)>>,
}

impl SearchTime {
    pub fn at(now_ms: i64) -> SearchTime {
        SearchTime { now_ms, local: Cell::new(None) }
    }

    pub fn local_ms(&self, at: &Civil) -> i64 {
        if let Some((known, ms)) = self.local.get()
            && known == *at
        {
            return ms;
        }
        let ms = local_ms(at);
        self.local.set(Some((*at, ms)));
        ms
    }
}

impl<'i> IndexedRows<'i> {
    /// Returns a row of the log.
    pub fn row(&'i self, row: u64) -> Option<KnownRow<'i>> {
        let store = &self.index.store;
        let row = store.row(row)?;
        let (request, call) = match row {
            IndexRow::NoCall(row) => (u64::from(row.request), None),
            IndexRow::Call(at) => {
                let call = store.calls.get(at)?;
                (u64::from(call.request), Some((at, *call, store.shapes.get(call.shape))))
            }
        };
        Some(KnownRow {
            known: self,
            request: *store.requests.get(request)?,
            call,
            lacks: Cell::new(false),
        })
    }
}

/// A row of the log as far as the index knows it.
pub(crate) struct KnownRow<'i> {
    known: &'i IndexedRows<'i>,
    pub request: RequestRow,
    pub call: Option<(u64, CallRow, &'i CallShape)>,
    lacks: Cell<bool>,
}

impl<'i> KnownRow<'i> {
    /// Returns whether a value was read that the index does not contain, and resets that flag.
    pub fn take_lack(&self) -> bool {
        self.lacks.replace(false)
    }

    /// Notes that a value was read that the index does not contain.
    fn note_lack(&self) -> Value<'static> {
        self.lacks.set(true);
        Value::Null
    }

    fn text(&self, id: TextId) -> Value<'i> {
        if id.is_unkept() {
            return self.note_lack();
        }
        Value::text(self.known.index.store.texts.get(id))
    }

    fn indexed(&self, field: IndexedField, call: &CallRow) -> Value<'i> {
        match field {
            IndexedField::Absent => Value::Null,
            IndexedField::Name => self.text(call.name),
            IndexedField::Account => self.text(call.account),
            IndexedField::User => self.text(call.user),
            IndexedField::Elsewhere => self.note_lack(),
        }
    }

    /// Returns the set of findings of a call, and the vendors in use for its sender.
    fn set(&self) -> Option<(&'i SetInfo, VendorBits)> {
        let (_, call, _) = &self.call?;
        let index = self.known.index;
        Some((index.store.sets.get(call.set), index.in_use.bits(self.request.sender)))
    }

    /// Returns the vendors in use that miss an id.
    pub fn missing_at(&self, id: WatchedId) -> VendorBits {
        let id = match id {
            WatchedId::Account => findings::Id::Account,
            WatchedId::User => findings::Id::User,
        };
        self.set().map_or(0, |(set, in_use)| set.strong(id) & in_use)
    }
}

impl FilterInput for KnownRow<'_> {
    fn field(&self, path: &Path) -> Value<'_> {
        // a request that has a row of its own is not a call
        let Some((_, call, shape)) = &self.call else { return Value::Null };
        match path.name() {
            Some("type") if !shape.kind.is_none() => self.text(shape.kind),
            Some("event") => self.indexed(shape.event, call),
            Some("name") => self.indexed(shape.name, call),
            Some("userId") => self.indexed(shape.user_id, call),
            Some("groupId") => self.indexed(shape.group_id, call),
            _ => self.note_lack(),
        }
    }

    fn has_own(&self, name: &str) -> bool {
        let Some((_, _, shape)) = &self.call else { return false };
        SHADOWS.iter().position(|known| *known == name).is_some_and(|at| shape.own >> at & 1 == 1)
    }

    fn record(&self, field: RecordField) -> Value<'_> {
        match field {
            RecordField::Path => return self.text(self.request.path),
            RecordField::Status => return Value::int(self.request.status),
            RecordField::Test => return self.text(self.request.test),
            _ => {}
        }
        let Some((at, call, shape)) = &self.call else { return Value::Null };
        match field {
            RecordField::Seq => Value::int(self.known.index.seq_at(*at)),
            RecordField::WriteKey => self.text(shape.write_key),
            RecordField::LibraryName => self.text(shape.library),
            RecordField::LibraryVersion => self.text(shape.library_version),
            RecordField::Repeat => Value::Bool(call.flags.repeat()),
            RecordField::Marked => {
                let index = self.known.index;
                Value::Bool(index.remarks.is_marked(index.seq_at(*at)))
            }
            RecordField::ServiceName | RecordField::ServiceVerdict | RecordField::ServiceCode => {
                let service = self.request.sender.service();
                let code = self.known.index.store.sets.get(call.set).discarded;
                let service = ServiceVerdict { service, code };
                Value::text(match field {
                    RecordField::ServiceName => Some(service.service.name()),
                    RecordField::ServiceVerdict => Some(service.name()),
                    _ => service.code,
                })
            }
            RecordField::AccountId => self.text(call.account),
            RecordField::UserId => self.text(call.user),
            RecordField::Path | RecordField::Status | RecordField::Test => Value::Null,
        }
    }

    fn received_ms(&self) -> i64 {
        self.request.received_at
    }

    fn now_ms(&self) -> i64 {
        self.known.clock.now_ms
    }

    fn local_ms(&self, at: &Civil) -> i64 {
        self.known.clock.local_ms(at)
    }

    fn missing(&self, id: WatchedId) -> bool {
        self.missing_at(id) != 0
    }

    fn nearmiss(&self, id: WatchedId) -> bool {
        if self.missing_at(id) != 0 {
            // near misses are found only by reading the call
            self.note_lack();
        }
        false
    }

    fn verdict(&self, vendor: Option<&str>) -> Option<&str> {
        let (set, in_use) = self.set()?;
        let verdict = match vendor {
            Some(name) => *set.verdicts.get(self.known.vendors.find_shown(name)?)?,
            None => {
                let has = |wanted: &&Verdict| {
                    let mut at = set.verdicts.iter().enumerate();
                    at.any(|(vendor, verdict)| verdict == *wanted && in_use >> vendor & 1 == 1)
                };
                *Verdict::WORST_FIRST.iter().find(has)?
            }
        };
        Some(verdict.name())
    }

    fn any_finding(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        let Some((set, in_use)) = self.set() else { return false };
        set.codes.iter().any(|code| {
            let code = self.known.vendors.codes().entry(*code);
            code.vendor.is_none_or(|vendor| in_use >> vendor & 1 == 1) && test(&code.code)
        })
    }

    fn severity(&self) -> Option<&str> {
        match self.set() {
            Some((set, in_use)) => set.severity(in_use).map(|severity| severity.name()),
            // the problem of a request is found only by reading its line
            None => {
                self.note_lack();
                None
            }
        }
    }

    fn text(&self) -> Cow<'_, [u8]> {
        self.note_lack();
        Cow::Borrowed(b"")
    }
}
