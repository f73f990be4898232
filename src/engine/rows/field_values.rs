//! The values of the fields for which the user added columns to the log.

use crate::call::Event;
use crate::engine::Engine;
use crate::engine::search::filter_event::EventRow;
use crate::engine::search::indexed_row::SearchTime;
use crate::fql::{Field, Value};
use std::cell::Cell;
use std::sync::Arc;

/// The maximum size of a value in a column. Longer values are truncated.
const MAX_VALUE_BYTES: usize = 256;

/// Returns the values of fields in a call, as a filter sees them. `epoch` is that of the index to
/// which the row belongs.
pub(crate) fn field_values(
    fields: &[Arc<Field>],
    event: Event<'_>,
    (row, epoch): (u64, u64),
    engine: &Engine,
) -> Vec<Option<String>> {
    if fields.is_empty() {
        return Vec::new();
    }
    // no field that can have a column depends on the time
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
