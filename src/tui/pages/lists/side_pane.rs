//! The pane beside a list: details of the row under the cursor, scrolled if they are longer.

use crate::tui::app::action::Action;
use crate::tui::app::view_context::grouped;
use crate::tui::pages::detail::lines;
use crate::tui::theme::painter;
use crate::tui::theme::painter::{Appearance, Painter};
use crate::tui::widgets::movement::step;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// The inputs of the lines: the row, the width, and the number of the reading.
type Made = (usize, u16, u64);

/// The state of the pane.
#[derive(Default)]
pub struct SidePane {
    lines: Vec<Line<'static>>,
    made: Option<Made>,
    scroll: usize,
    height: usize,
}

impl SidePane {
    /// Returns true if the lines have to be made again.
    pub fn wants(&self, made: Option<Made>) -> bool {
        self.made != made
    }

    /// Replaces the lines. The lines of another row start at the top.
    pub fn put(&mut self, made: Option<Made>, lines: Vec<Line<'static>>) {
        if made.map(|(row, ..)| row) != self.made.map(|(row, ..)| row) {
            self.scroll = 0;
        }
        (self.made, self.lines) = (made, lines);
    }

    /// Fits the scroll position to an area.
    pub fn fit(&mut self, area: Rect) {
        self.height = usize::from(area.height);
        self.scroll = self.scroll.min(self.last());
    }

    /// Returns true if the lines do not all fit.
    pub fn has_more(&self) -> bool {
        self.last() > 0
    }

    fn last(&self) -> usize {
        self.lines.len().saturating_sub(self.height)
    }

    /// Scrolls. Returns false if the action is not a movement.
    pub fn step(&mut self, action: Action) -> bool {
        let to = step(action, self.scroll, self.height, self.last());
        self.scroll = to.unwrap_or(self.scroll);
        to.is_some()
    }

    /// Draws the pane, and the vertical or horizontal line between it and the list.
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
