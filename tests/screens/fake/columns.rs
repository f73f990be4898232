//! A row of the feed as a filter sees it.

use segscope::call::{Doc, JsonKind, Val};
use segscope::fql::{Civil, FilterInput, Number, Path, RecordField, Value, WatchedId};
use segscope::tui::feed::{Detail, IdCell, RowView};
use std::borrow::Cow;

pub struct FakeColumns<'a> {
    row: &'a RowView,
    detail: &'a Detail,
    text: &'a str,
    doc: Option<Doc<'a>>,
}

impl<'a> FakeColumns<'a> {
    pub fn new(row: &'a RowView, detail: &'a Detail) -> FakeColumns<'a> {
        let text = match detail {
            Detail::Call(call) => call.call_text.as_str(),
            Detail::NoCall(row) => row.request.body.as_str(),
        };
        FakeColumns { row, detail, text, doc: Doc::parse(text).ok() }
    }

    fn cell(&self, id: WatchedId) -> &IdCell {
        match id {
            WatchedId::Account => &self.row.account,
            WatchedId::User => &self.row.user,
        }
    }
}

fn value(val: Val<'_>) -> Value<'_> {
    match val.kind() {
        JsonKind::Null => Value::Null,
        JsonKind::True => Value::Bool(true),
        JsonKind::False => Value::Bool(false),
        JsonKind::Number => Number::parse(val.raw()).map_or(Value::Null, Value::Number),
        JsonKind::String => Value::String(val.as_str().unwrap_or_default()),
        JsonKind::Array => Value::List(val.children().map(value).collect()),
        JsonKind::Object => Value::Object(Cow::Borrowed(val.raw())),
    }
}

impl FilterInput for FakeColumns<'_> {
    fn field(&self, path: &Path) -> Value<'_> {
        let root = self.doc.as_ref().map(Doc::root);
        let found = path.segments().iter().fold(root, |at, name| at?.get(name));
        found.map_or(Value::Null, value)
    }

    fn has_own(&self, _name: &str) -> bool {
        false
    }

    fn record(&self, field: RecordField) -> Value<'_> {
        let id = |cell: &'_ IdCell| match cell {
            IdCell::Found { text, .. } | IdCell::SomeMiss { text, .. } => {
                Value::String(text.clone().into())
            }
            _ => Value::Null,
        };
        match field {
            RecordField::Seq => self.row.seq.map_or(Value::Null, |seq| Value::int(seq.0)),
            RecordField::Status => {
                Value::int(self.row.no_call.as_ref().map_or(200, |request| request.status))
            }
            RecordField::Repeat => Value::Bool(self.row.repeat),
            RecordField::Marked => Value::Bool(self.row.marked),
            RecordField::AccountId => id(&self.row.account),
            RecordField::UserId => id(&self.row.user),
            _ => Value::Null,
        }
    }

    fn received_ms(&self) -> i64 {
        self.row.received_at
    }

    fn now_ms(&self) -> i64 {
        super::BEGIN_MS + 60_000
    }

    fn local_ms(&self, at: &Civil) -> i64 {
        at.as_utc_ms()
    }

    fn missing(&self, id: WatchedId) -> bool {
        self.cell(id).is_missed()
    }

    fn nearmiss(&self, id: WatchedId) -> bool {
        matches!(self.cell(id), IdCell::Missing { near: Some(_) } | IdCell::SomeMiss { .. })
    }

    fn verdict(&self, _vendor: Option<&str>) -> Option<&str> {
        self.row.marks.first().map(|mark| mark.verdict.name())
    }

    fn any_finding(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        let Detail::Call(call) = self.detail else { return false };
        let in_use = call.vendors.iter().filter(|vendor| vendor.in_use);
        in_use.flat_map(|vendor| &vendor.findings).any(|finding| test(&finding.code))
    }

    fn severity(&self) -> Option<&str> {
        self.row.worst.map(|worst| worst.name())
    }

    fn text(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(self.text.as_bytes())
    }
}
