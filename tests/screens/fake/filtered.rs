//! The fake feed's filter: all rows at once, or as far as the test says.

use crate::columns::TestCall;
use segscope::filter::Filter;
use segscope::tui::feed::{Cell, Detail, RowView};

/// Whether a row passes. A refused request has no call, so no filter lets it through.
pub fn passes(filter: &Filter, row: &RowView, detail: &Detail, marked: bool) -> bool {
    let Detail::Call(call) = detail else { return false };
    let ids = [("account_id", &row.account), ("user_id", &row.user)];
    let missing: Vec<&str> =
        ids.iter().filter(|(_, cell)| cell.is_missed()).map(|(name, _)| *name).collect();
    let found = |cell: &Cell| match cell {
        Cell::Found { text, .. } | Cell::SomeMiss { text, .. } => Some(text.clone()),
        _ => None,
    };
    let record = serde_json::json!({
        "missing": missing,
        "account_id": found(&row.account),
        "user_id": found(&row.user),
        "repeat": row.repeat,
        "marked": marked,
    });
    filter.matches(&TestCall::new(&call.call_text, &record.to_string()))
}
