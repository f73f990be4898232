//! The calls of one user, in words.

use crate::fql::parse;
use crate::inspector::Timeline;
use crate::plain::session::PlainSession;
use crate::tui::pages::lists::{by_type as calls_by_type, calls_of, shows as order_of_calls};
use std::io;
use std::sync::Arc;

/// The number of rows that are read at once.
const ROWS_AT_ONCE: u64 = 5_000;

impl PlainSession<'_> {
    /// Prints how the calls of a user are ordered, and what vendors find about the order.
    pub(crate) fn order(&mut self, user: &str) -> io::Result<()> {
        self.inspector.trace(parse(&calls_of(user)).ok().map(Arc::new));
        self.wait_until(|inspector| inspector.traced().looked_at >= inspector.traced().of);
        let (mut timeline, mut rows_read, traced) =
            (Timeline::default(), 0, self.inspector.traced());
        while rows_read < traced.known {
            let rows =
                self.inspector.traced_rows(rows_read..traced.known.min(rows_read + ROWS_AT_ONCE));
            if rows.is_empty() {
                break;
            }
            rows_read += rows.len() as u64;
            self.inspector.timeline(&rows, &mut timeline);
        }
        let known = traced.looked_at >= traced.of;
        let found = self.inspector.order_finding(&timeline);
        self.inspector.trace(None);
        let mut lines = Vec::new();
        if timeline.calls > 0 {
            lines.push(format!("calls: {}", calls_by_type(&timeline)));
        }
        if !known {
            lines.push("only some of the calls have been read so far; ask again".to_owned());
        }
        let shown = order_of_calls(&timeline, known).into_iter();
        lines.extend(
            shown.map(|(odd, words)| format!("{}: {words}", if odd { "unusual" } else { "ok" })),
        );
        let vendors = self.vendors();
        lines.extend(found.into_iter().map(|found| {
            let vendor = found.vendor.and_then(|at| vendors.get(at));
            let vendor = vendor.map_or("Segment", |vendor| vendor.title.as_str());
            format!(
                "{} {}, {vendor}, first in call {}",
                found.severity.name(),
                found.code,
                found.first
            )
        }));
        self.print(lines)
    }
}
