//! The calls of one user, in words.

use super::talk::Talk;
use crate::filter::parse;
use crate::inspector::Course;
use crate::tui::view::{calls_by_type, calls_of, order_of_calls};
use std::io;
use std::sync::Arc;

/// So many calls are gone through at once.
const STEP: u64 = 5_000;

impl Talk<'_> {
    /// What the calls of a user show of their order, and what vendors find about it.
    pub(super) fn order(&mut self, user: &str) -> io::Result<()> {
        self.inspector.trace(parse(&calls_of(user)).ok().map(Arc::new));
        self.wait_until(|inspector| inspector.traced().looked_at >= inspector.traced().of);
        let (mut course, mut gone, traced) = (Course::default(), 0, self.inspector.traced());
        while gone < traced.known {
            let rows = self.inspector.traced_rows(gone..traced.known.min(gone + STEP));
            if rows.is_empty() {
                break;
            }
            gone += rows.len() as u64;
            self.inspector.course(&rows, &mut course);
        }
        let known = traced.looked_at >= traced.of;
        let found = self.inspector.disorder(&course);
        self.inspector.trace(None);
        let mut lines = Vec::new();
        if course.calls > 0 {
            lines.push(format!("came: {}", calls_by_type(&course)));
        }
        if !known {
            lines.push("only a part of the calls was gone through by now; ask again".to_owned());
        }
        let shown = order_of_calls(&course, known).into_iter();
        lines.extend(
            shown.map(|(odd, words)| format!("{}: {words}", if odd { "odd" } else { "well" })),
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
