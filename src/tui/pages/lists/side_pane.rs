//! The pane beside a list: all about the row under the cursor, scrolled when it is longer.

use crate::tui::app::action::Action;
use crate::tui::app::view_context::grouped;
use crate::tui::pages::detail::lines;
use crate::tui::theme::painter;
use crate::tui::theme::painter::{Appearance, Painter};
use crate::tui::widgets::movement::step;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// What the lines were made from: the row, the width, and when it was read.
type Made = (usize, u16, u64);

/// The pane.
#[derive(Default)]
pub struct SidePane {
    lines: Vec<Line<'static>>,
    made: Option<Made>,
    scroll: usize,
    height: usize,
}

impl SidePane {
    /// Whether its lines have to be made.
    pub fn wants(&self, made: Option<Made>) -> bool {
        self.made != made
    }

    /// Takes the lines; of another row they are read from the top.
    pub fn put(&mut self, made: Option<Made>, lines: Vec<Line<'static>>) {
        if made.map(|(row, ..)| row) != self.made.map(|(row, ..)| row) {
            self.scroll = 0;
        }
        (self.made, self.lines) = (made, lines);
    }

    /// Fits the scrolling to the room that there is.
    pub fn fit(&mut self, area: Rect) {
        self.height = usize::from(area.height);
        self.scroll = self.scroll.min(self.last());
    }

    /// Whether there is more than fits.
    pub fn has_more(&self) -> bool {
        self.last() > 0
    }

    fn last(&self) -> usize {
        self.lines.len().saturating_sub(self.height)
    }

    /// Scrolls; false if the action is not a movement.
    pub fn step(&mut self, action: Action) -> bool {
        let to = step(action, self.scroll, self.height, self.last());
        self.scroll = to.unwrap_or(self.scroll);
        to.is_some()
    }

    /// Draws it, and the line between it and the list, which stands or lies.
    pub fn render(
        &self,
        buffer: &mut Buffer,
        area: Rect,
        rule: Rect,
        focus: bool,
        look: &Appearance,
    ) {
        let theme = &look.theme;
        let style = if focus { theme.rule_focus } else { theme.rule };
        painter::rule(buffer, rule, style, look);
        lines(buffer, area, self.lines.get(self.scroll..).unwrap_or(&[]));
        let hidden = self.lines.len().saturating_sub(self.scroll + self.height) as u64;
        let words = format!(" +{} below ", grouped(hidden));
        let on = if rule.width == 1 {
            Rect { y: area.bottom().saturating_sub(1), height: 1.min(area.height), ..area }
        } else {
            rule
        };
        if let Some(mut painter) = Painter::on(buffer, on, 0, look).filter(|_| hidden > 0) {
            painter.right(words.len() + 1).put(&words, theme.quiet);
        }
    }
}
