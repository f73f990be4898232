//! The appearance: the theme, the signs beside the colors, and a painter that never leaves its line.

use crate::call::time::Millis;
use crate::findings::{Severity, Verdict};
use crate::report::DOUBTFUL;
use crate::tui::theme::Theme;
use crate::tui::theme::time_format::{TimeDetail, TimeFormat};
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::borrow::Cow;

/// The theme, the signs and the time format with which views draw.
#[derive(Debug, Clone)]
pub struct Appearance {
    /// The styles.
    pub theme: Theme,
    /// True if all signs are ASCII; other characters of captured text are escaped.
    pub ascii: bool,
    /// The format of times.
    pub times: TimeFormat,
}

impl Appearance {
    fn sign(&self, sign: &'static str, ascii: &'static str) -> &'static str {
        if self.ascii { ascii } else { sign }
    }

    /// Returns the sign for omitted text.
    pub fn ellipsis(&self) -> &'static str {
        self.sign("…", "..")
    }

    /// Returns the sign of an id column when no vendor in use reads that id.
    pub fn nothing(&self) -> &'static str {
        self.sign("–", "-")
    }

    /// Returns the separator of two things on one line.
    pub fn dot(&self) -> &'static str {
        self.sign("·", "-")
    }

    /// Returns the sign of a vertical line between panes.
    pub fn rule(&self) -> &'static str {
        self.sign("│", "|")
    }

    /// Returns the sign of a horizontal line.
    pub fn dash(&self) -> &'static str {
        self.sign("─", "-")
    }

    /// Returns the sign of the row under the cursor.
    pub fn cursor(&self) -> &'static str {
        self.sign("▌", ">")
    }

    /// Draws that sign before a line of a pane if its first column is free.
    pub fn point(&self, buffer: &mut Buffer, area: Rect, line: usize) {
        let row = area.y.saturating_add(u16::try_from(line).unwrap_or(u16::MAX));
        if let Some(cell) = buffer.cell_mut((area.x, row)).filter(|cell| cell.symbol() == " ") {
            cell.set_symbol(self.cursor()).set_style(self.theme.rule_focus);
        }
    }

    /// Returns the sign of a row that the user marked.
    pub fn mark(&self) -> &'static str {
        self.sign("◆", "*")
    }

    /// Returns the sign before a note.
    pub fn note(&self) -> &'static str {
        self.sign("¶", "#")
    }

    /// Returns the sign after a doubtful id.
    pub fn doubtful(&self) -> &'static str {
        DOUBTFUL
    }

    /// Returns the sign of a call that was checked with earlier settings.
    pub fn stale(&self) -> &'static str {
        self.sign("°", "o")
    }

    /// Returns the sign of a row whose part of the recording is deleted.
    pub fn deleted(&self) -> &'static str {
        self.sign("†", "x")
    }

    /// Returns the sign of a repeated call.
    pub fn repeat(&self) -> &'static str {
        self.sign("↻", "=")
    }

    /// Returns the sign in the head of the column by which rows are sorted.
    pub fn sort_sign(&self, descending: bool) -> &'static str {
        if descending { self.sign("▼", "v") } else { self.sign("▲", "^") }
    }

    /// Returns an arrow to the right.
    pub fn arrow(&self) -> &'static str {
        self.sign("→", "->")
    }

    /// Returns the sign before the origin of a value.
    pub fn from(&self) -> &'static str {
        self.sign("←", "<-")
    }

    /// Returns the sign that points back at the text before it.
    pub fn points_at(&self) -> &'static str {
        self.sign("◂", "<")
    }

    /// Returns the sign before something that can be folded or unfolded.
    pub fn fold(&self, folded: bool) -> &'static str {
        if folded { self.sign("▸", "+") } else { self.sign("▾", "-") }
    }

    /// Returns the sign of a verdict.
    pub fn verdict_sign(&self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Delivered => self.sign("✓", "+"),
            Verdict::Degraded => "~",
            Verdict::Dropped => self.sign("✗", "x"),
            Verdict::Rejected => self.sign("⊗", "R"),
            Verdict::Ignored => self.sign("·", "."),
            Verdict::Discarded => self.sign("⊘", "D"),
        }
    }

    /// Returns the style of a verdict.
    pub fn verdict(&self, verdict: Verdict) -> Style {
        match verdict {
            Verdict::Delivered => self.theme.delivered,
            Verdict::Degraded => self.theme.degraded,
            Verdict::Dropped => self.theme.dropped,
            Verdict::Rejected => self.theme.rejected,
            Verdict::Ignored => self.theme.ignored,
            Verdict::Discarded => self.theme.discarded,
        }
    }

    /// Returns the sign of a severity.
    pub fn severity_sign(&self, severity: Severity) -> &'static str {
        match severity {
            Severity::Error => self.sign("✗", "x"),
            Severity::Warning => "!",
            Severity::Info => self.sign("·", "."),
        }
    }

    /// Returns the style of a severity.
    pub fn severity(&self, severity: Severity) -> Style {
        match severity {
            Severity::Error => self.theme.error,
            Severity::Warning => self.theme.warning,
            Severity::Info => self.theme.info,
        }
    }

    /// Returns a captured text that is safe to print on one line.
    pub fn clean<'t>(&self, captured: &'t str) -> Cow<'t, str> {
        text::clean(captured, self.ascii)
    }

    /// Returns a captured id that is safe to print on one line, with blanks and invisible characters made
    /// visible.
    pub fn id(&self, captured: &str) -> String {
        self.clean(&text::visible_id(captured)).into_owned()
    }

    /// Formats a time to the millisecond, with its day if that is not today.
    pub fn time(&self, at: Millis) -> String {
        self.times.dated(at, TimeDetail::Milli)
    }

    /// Formats a time with its day, to the second.
    pub fn moment(&self, at: Millis) -> String {
        self.times.moment(at)
    }
}

/// A painter on one line of an area. Text that does not fit is cut with an ellipsis.
pub struct Painter<'b> {
    buffer: &'b mut Buffer,
    look: &'b Appearance,
    x: u16,
    y: u16,
    end: u16,
}

impl<'b> Painter<'b> {
    /// Creates a painter at the start of a line of the area; none if the area has no such line.
    pub fn on(
        buffer: &'b mut Buffer,
        area: Rect,
        line: usize,
        look: &'b Appearance,
    ) -> Option<Painter<'b>> {
        let area = area.intersection(buffer.area);
        let line = u16::try_from(line).ok().filter(|line| *line < area.height)?;
        Some(Painter { buffer, look, x: area.x, y: area.y + line, end: area.right() })
    }

    /// Returns the number of columns that are left.
    pub fn room(&self) -> usize {
        usize::from(self.end.saturating_sub(self.x))
    }

    /// Writes a text of the program, which needs no escaping.
    pub fn put(&mut self, text: &str, style: Style) -> &mut Self {
        let shown = text::cut(text, self.room(), self.look.ellipsis());
        let room = self.room();
        self.x = self.buffer.set_stringn(self.x, self.y, shown, room, style).0.min(self.end);
        self
    }

    /// Writes a captured text.
    pub fn show(&mut self, captured: &str, style: Style) -> &mut Self {
        let safe = self.look.clean(text::beginning(captured, self.room()));
        self.put(&safe, style)
    }

    /// Writes a captured text into exactly `columns` columns.
    pub fn column(&mut self, captured: &str, columns: usize, style: Style) -> &mut Self {
        let columns = columns.min(self.room());
        let target = self.x + columns as u16;
        let safe = self.look.clean(text::beginning(captured, columns));
        let shown = text::cut(&safe, columns, self.look.ellipsis());
        self.put(&shown, style);
        self.x = target;
        self
    }

    /// Skips columns and leaves their content.
    pub fn skip(&mut self, columns: usize) -> &mut Self {
        self.x = self.x.saturating_add(columns.min(usize::from(u16::MAX)) as u16).min(self.end);
        self
    }

    /// Goes to `columns` columns before the end, but never back.
    pub fn right(&mut self, columns: usize) -> &mut Self {
        self.skip(self.room().saturating_sub(columns))
    }
}

/// Draws the line between two panes: vertical if its area is one column wide, or else horizontal.
pub fn rule(buffer: &mut Buffer, area: Rect, style: Style, look: &Appearance) {
    if area.width != 1 {
        if let Some(mut painter) = Painter::on(buffer, area, 0, look) {
            painter.put(&look.dash().repeat(usize::from(area.width)), style);
        }
        return;
    }
    for line in 0..usize::from(area.height) {
        if let Some(mut painter) = Painter::on(buffer, area, line, look) {
            painter.put(look.rule(), style);
        }
    }
}

/// Sets the style of a whole line of an area and keeps the text on it.
pub fn ground(buffer: &mut Buffer, area: Rect, line: usize, style: Style) {
    let area = area.intersection(buffer.area);
    if line < usize::from(area.height) {
        let row = Rect { y: area.y + line as u16, height: 1, ..area };
        buffer.set_style(row, style);
    }
}
