//! The values of the fields that the user gave columns of the log.

use crate::call::Event;
use crate::engine::Engine;
use crate::engine::search::filter_event::EventRow;
use crate::engine::search::indexed_row::SearchTime;
use crate::fql::{Field, Value};
use std::cell::Cell;
use std::sync::Arc;

/// No column shows more of a value.
const MAX_VALUE_BYTES: usize = 256;

/// The values of these fields in a call as a filter sees it; `epoch` is that of the index that the
/// row is of.
pub(crate) fn field_values(
    fields: &[Arc<Field>],
    event: Event<'_>,
    (row, epoch): (u64, u64),
    engine: &Engine,
) -> Vec<Option<String>> {
    if fields.is_empty() {
        return Vec::new();
    }
    // no field that has a column depends on the time
    let clock = &SearchTime::at(0);
    let call = EventRow { event, row, epoch, engine, clock, lacks: Cell::new(false) };
    let text = |field: &Arc<Field>| {
        let mut text = match field.value(&call) {
            Value::Null => return None,
            Value::String(text) => text.into_owned(),
            other => other.json(),
        };
        text.truncate(text.floor_char_boundary(MAX_VALUE_BYTES));
        Some(text)
    };
    fields.iter().map(text).collect()
}
