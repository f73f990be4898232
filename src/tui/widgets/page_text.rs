//! A page of a few lines, written from the top.

use crate::tui::theme::painter::{Appearance, Painter};
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// A writer of lines, with the number of the next line.
pub struct PageText<'l> {
    buffer: &'l mut Buffer,
    body: Rect,
    look: &'l Appearance,
    at: usize,
}

impl<'l> PageText<'l> {
    /// Returns a writer that begins at a line of the body.
    pub fn new(
        buffer: &'l mut Buffer,
        body: Rect,
        look: &'l Appearance,
        at: usize,
    ) -> PageText<'l> {
        PageText { buffer, body, look, at }
    }

    /// Writes a line.
    pub fn write(&mut self, parts: &[(&str, Style)]) {
        if let Some(mut painter) = Painter::on(self.buffer, self.body, self.at, self.look) {
            for (part, style) in parts {
                painter.show(part, *style);
            }
        }
        self.at += 1;
    }

    /// Skips a line if `wanted` is true.
    pub fn gap(&mut self, wanted: bool) {
        self.at += usize::from(wanted);
    }

    /// Writes a text, wrapped to as many lines as it needs.
    pub fn prose(&mut self, indent: usize, words: &str, style: Style) {
        let room = usize::from(self.body.width).saturating_sub(indent + 1);
        let before = " ".repeat(indent);
        for line in text::wrap(&self.look.clean(words), room) {
            self.write(&[(&before, style), (&line, style)]);
        }
    }

    /// Writes a command on as many lines as it needs. A line ends with a backslash, or between two
    /// tokens of a quoted JSON text, where a line end changes nothing.
    pub fn folded(&mut self, command: &str, style: Style) {
        let room = usize::from(self.body.width).saturating_sub(8);
        let mut rest = command;
        let mut indent = "    ";
        while text::width(rest) > room {
            let end = text::head(rest, room);
            let option = rest[..end].rfind(" -").map(|cut| (cut, " \\"));
            let token = || rest[..end].rfind(", ").map(|cut| (cut + 1, ""));
            let Some((cut, goes_on)) = option.or_else(token) else { break };
            self.write(&[(indent, style), (&rest[..cut], style), (goes_on, style)]);
            rest = rest[cut..].trim_start();
            indent = "      ";
        }
        self.write(&[(indent, style), (rest, style)]);
    }
}
