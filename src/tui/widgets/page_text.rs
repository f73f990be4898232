//! A page of a few lines, written from the top.

use crate::tui::theme::painter::{Look, Pen};
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Where the next line goes.
pub struct Lines<'l> {
    buffer: &'l mut Buffer,
    body: Rect,
    look: &'l Look,
    at: usize,
}

impl<'l> Lines<'l> {
    /// Begins at a line of the body.
    pub fn new(buffer: &'l mut Buffer, body: Rect, look: &'l Look, at: usize) -> Lines<'l> {
        Lines { buffer, body, look, at }
    }

    /// Writes a line.
    pub fn write(&mut self, parts: &[(&str, Style)]) {
        if let Some(mut pen) = Pen::on(self.buffer, self.body, self.at, self.look) {
            for (part, style) in parts {
                pen.show(part, *style);
            }
        }
        self.at += 1;
    }

    /// Leaves a line empty, if that is wanted.
    pub fn gap(&mut self, wanted: bool) {
        self.at += usize::from(wanted);
    }

    /// Writes sentences over as many lines as they need.
    pub fn prose(&mut self, indent: usize, words: &str, style: Style) {
        let room = usize::from(self.body.width).saturating_sub(indent + 1);
        let before = " ".repeat(indent);
        for line in text::wrap(&self.look.clean(words), room) {
            self.write(&[(&before, style), (&line, style)]);
        }
    }

    /// A command over as many lines as it needs: a backslash goes on in the next; between the
    /// tokens of a JSON text in quotes a line end changes nothing.
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
