//! The cells of the log that show ids and verdicts: their texts and styles.
//!
//! While the user has chosen no vendors, segscope cannot know which vendors matter. Only requests
//! without a call and calls that no vendor receives are then in the alarm color. All others have
//! the same words and marks in calm colors.

use crate::findings::{Severity, Verdict};
use crate::inspector::{IdCell, Mark, RowView};
use crate::tui::app::view::ViewContext;
use crate::tui::theme::painter::{Appearance, Painter};
use crate::tui::widgets::text;
use ratatui::style::Style;

/// The colors of missing ids and lost calls in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlarmLevel {
    /// Missing ids and lost calls are in the alarm color.
    Alarm,
    /// No part of the row is in the alarm color; its words and marks stay.
    Calm,
}

impl AlarmLevel {
    /// Returns the level of a row.
    pub fn new(row: &RowView, ctx: &ViewContext<'_>) -> AlarmLevel {
        let is_loud = ctx.shared.in_use.chosen || row.no_call.is_some() || reaches_no_vendor(row);
        match is_loud {
            true => AlarmLevel::Alarm,
            false => AlarmLevel::Calm,
        }
    }

    /// Returns the style of a row's worst finding.
    pub fn severity(self, severity: Severity, look: &Appearance) -> Style {
        match self {
            AlarmLevel::Alarm => look.severity(severity),
            AlarmLevel::Calm => look.theme.quiet,
        }
    }

    /// Returns the style of a vendor's mark.
    pub fn mark(self, mark: Mark, look: &Appearance) -> Style {
        let is_calm = mark.in_use
            && !mark.folded
            && !matches!(mark.verdict, Verdict::Delivered | Verdict::Ignored | Verdict::Discarded);
        match self {
            AlarmLevel::Calm if is_calm => look.theme.text,
            _ => mark_style(mark, look),
        }
    }

    fn pick_style(self, loud: Style, calm: Style) -> Style {
        match self {
            AlarmLevel::Alarm => loud,
            AlarmLevel::Calm => calm,
        }
    }
}

/// Returns true if the service discards the call, or if a vendor that its sender feeds loses it
/// and no other such vendor accepts it.
fn reaches_no_vendor(row: &RowView) -> bool {
    let mut counting = row.marks.iter().filter(|mark| mark.in_use).map(|mark| mark.verdict);
    let is_lost = |verdict: Verdict| matches!(verdict, Verdict::Dropped | Verdict::Rejected);
    row.discarded().is_some()
        || counting.clone().any(is_lost) && !counting.any(Verdict::goes_through)
}

/// Returns the style of a verdict's mark: dim if the vendor is not in use, the alarm color if it
/// misses an id, quiet if the verdict is the same for every call of the library.
pub fn mark_style(mark: Mark, look: &Appearance) -> Style {
    match mark {
        Mark { in_use: false, .. } | Mark { verdict: Verdict::Discarded, .. } => look.theme.unused,
        Mark { misses: true, .. } => look.theme.missing_id,
        Mark { folded: true, .. } => look.theme.quiet,
        Mark { verdict, .. } => look.verdict(verdict),
    }
}

/// The width of ` as ` and a few letters of a name.
const MIN_HINT_WIDTH: usize = 9;

/// Returns the approximate width of a captured text. It reads no more of the text than any column
/// holds.
pub(crate) fn approximate_width(text: &str) -> usize {
    text::width(text::beginning(text, 8))
}

/// Returns the number of columns that an id takes if nothing of it is cut. The hint after an id
/// that some vendors find is not included: it takes the columns that are left.
pub(crate) fn id_width(cell: &IdCell) -> usize {
    // an id with blanks is doubtful
    let id = |id: &str, doubtful: bool| match doubtful {
        true => approximate_width(&text::visible_id(id)) + 1,
        false => approximate_width(id),
    };
    match cell {
        IdCell::Found { text, doubtful } => id(text, *doubtful),
        IdCell::SomeMiss { text, doubtful, .. } => id(text, *doubtful) + 1,
        IdCell::Missing { near: Some(near) } => "missing ?".len() + approximate_width(near),
        IdCell::Missing { near: None } => "missing".len(),
        IdCell::NotNeeded => "none".len(),
        IdCell::Muted => "muted".len(),
        IdCell::NotRead => 1,
    }
}

/// Returns an id with signs after it, which stay visible however long the id is.
pub fn signed(id: &str, signs: &str, columns: usize, look: &Appearance) -> String {
    let room = columns.saturating_sub(signs.len());
    format!("{}{signs}", text::fit_id(id, room, look.ellipsis(), |id| look.id(id)))
}

/// Draws an id column outside of the log. A missing id is in the alarm color.
pub fn cell(
    painter: &mut Painter<'_>,
    cell: &IdCell,
    columns: usize,
    plain: Style,
    look: &Appearance,
) {
    id_cell(painter, (cell, true), columns, (plain, AlarmLevel::Alarm), look);
}

/// Draws the id column of a row. If `says_name` is false, the column's head shows the name under
/// which a vendor needs the id.
pub(crate) fn id_cell(
    painter: &mut Painter<'_>,
    (cell, says_name): (&IdCell, bool),
    columns: usize,
    (plain, alarm_level): (Style, AlarmLevel),
    look: &Appearance,
) {
    let theme = &look.theme;
    let style = |loud, calm| alarm_level.pick_style(loud, calm);
    match cell {
        IdCell::Found { text, doubtful: false } => {
            let shown = text::fit_id(text, columns, look.ellipsis(), |id| look.clean(id).into());
            painter.column(&shown, columns, plain);
        }
        IdCell::Found { text, doubtful: true } => {
            let shown = signed(text, look.doubtful(), columns, look);
            painter.column(&shown, columns, theme.warning);
        }
        IdCell::SomeMiss { text, doubtful, wanted } => {
            let doubtful = if *doubtful { look.doubtful() } else { "" };
            let shown = signed(text, &format!("{doubtful}!"), columns, look);
            let left = columns.saturating_sub(text::width(&shown));
            // the name goes into the columns that the id leaves, if a few letters of it fit
            let wanted = wanted.first().filter(|_| says_name && left >= MIN_HINT_WIDTH);
            let hint = wanted.map_or(String::new(), |wanted| format!(" as {}", wanted.name()));
            painter.column(&shown, columns - left, style(theme.warning, plain));
            painter.column(&hint, left, style(theme.near_miss, theme.quiet));
        }
        IdCell::Missing { near } => {
            let word = "missing".len().min(columns);
            painter.column("missing", word, style(theme.missing_id, theme.text));
            let near = near.as_deref().unwrap_or("");
            let hint = if near.is_empty() { String::new() } else { format!(" {near}?") };
            painter.column(&hint, columns - word, style(theme.near_miss, theme.quiet));
        }
        IdCell::NotNeeded => {
            painter.column("none", columns, style(theme.warning, theme.quiet));
        }
        IdCell::Muted => {
            painter.column("muted", columns, theme.quiet);
        }
        IdCell::NotRead => {
            painter.column(look.nothing(), columns, theme.quiet);
        }
    }
}
