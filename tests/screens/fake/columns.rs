//! A row of the feed as a filter sees it.

use segscope::call::{Doc, Kind, Val};
use segscope::fql::{Civil, Columns, Id, Number, Path, Record, Value};
use segscope::tui::feed::{Cell, Detail, RowView};
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

    fn cell(&self, id: Id) -> &Cell {
        match id {
            Id::Account => &self.row.account,
            Id::User => &self.row.user,
        }
    }
}

fn value(val: Val<'_>) -> Value<'_> {
    match val.kind() {
        Kind::Null => Value::Null,
        Kind::True => Value::Bool(true),
        Kind::False => Value::Bool(false),
        Kind::Number => Number::parse(val.raw()).map_or(Value::Null, Value::Number),
        Kind::String => Value::String(val.as_str().unwrap_or_default()),
        Kind::Array => Value::List(val.children().map(value).collect()),
        Kind::Object => Value::Object(Cow::Borrowed(val.raw())),
    }
}

impl Columns for FakeColumns<'_> {
    fn field(&self, path: &Path) -> Value<'_> {
        let root = self.doc.as_ref().map(Doc::root);
        let found = path.segments().iter().fold(root, |at, name| at?.get(name));
        found.map_or(Value::Null, value)
    }

    fn has_own(&self, _name: &str) -> bool {
        false
    }

    fn record(&self, field: Record) -> Value<'_> {
        let id = |cell: &'_ Cell| match cell {
            Cell::Found { text, .. } | Cell::SomeMiss { text, .. } => {
                Value::String(text.clone().into())
            }
            _ => Value::Null,
        };
        match field {
            Record::Seq => self.row.seq.map_or(Value::Null, |seq| Value::int(seq.0)),
            Record::Status => {
                Value::int(self.row.no_call.as_ref().map_or(200, |request| request.status))
            }
            Record::Repeat => Value::Bool(self.row.repeat),
            Record::Marked => Value::Bool(self.row.marked),
            Record::AccountId => id(&self.row.account),
            Record::UserId => id(&self.row.user),
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

    fn missing(&self, id: Id) -> bool {
        self.cell(id).is_missed()
    }

    fn nearmiss(&self, id: Id) -> bool {
        matches!(self.cell(id), Cell::Missing { near: Some(_) } | Cell::SomeMiss { .. })
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
