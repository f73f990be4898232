//! A window with a list, a cursor in it, and a few words above and below it.

use crate::tui::app::action::Action;
use crate::tui::app::view::{Pointer, centered, window};
use crate::tui::theme::painter::{Appearance, Painter, ground};
use crate::tui::widgets::list_cursor::ListCursor;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use std::borrow::Cow;

/// The effect of the mouse on the list.
pub enum ListClick {
    /// The cursor moved.
    Moved,
    /// The line under the cursor was clicked again.
    Again,
    /// The mouse had no effect.
    Nothing,
}

/// The state of the window.
pub struct ListDialog {
    title: Cow<'static, str>,
    width: u16,
    above: &'static [&'static str],
    below: Vec<String>,
    /// The text in place of an empty list.
    empty: &'static str,
    cursor: ListCursor,
    len: usize,
    body: Rect,
}

impl ListDialog {
    /// Returns a window of a width whose list has `len` lines.
    pub fn new(title: impl Into<Cow<'static, str>>, width: u16, len: usize) -> ListDialog {
        let mut cursor = ListCursor::default();
        cursor.sync(len, len);
        let (above, below, empty) = (&[][..], Vec::new(), "");
        let (title, body) = (title.into(), Rect::default());
        ListDialog { title, width, above, below, empty, cursor, len, body }
    }

    /// Adds words above the list.
    pub fn above(self, above: &'static [&'static str]) -> ListDialog {
        ListDialog { above, ..self }
    }

    /// Adds words below the list.
    pub fn below(self, below: Vec<String>) -> ListDialog {
        ListDialog { below, ..self }
    }

    /// Adds words for an empty list.
    pub fn or(self, empty: &'static str) -> ListDialog {
        ListDialog { empty, ..self }
    }

    /// Returns the line under the cursor, or none in an empty list.
    pub fn at(&self) -> Option<usize> {
        self.cursor.at()
    }

    /// Puts the cursor on a line.
    pub fn select(&mut self, line: usize) {
        self.cursor.select(line);
    }

    /// Moves the cursor. Returns false if the action is not a movement.
    pub fn step(&mut self, action: Action) -> bool {
        self.cursor.step(action)
    }

    fn size(&self) -> (u16, u16) {
        let below = self.below.len() + usize::from(!self.below.is_empty());
        let height = self.above.len() + self.len.max(1) + below + 2;
        (self.width, height.min(usize::from(u16::MAX)) as u16)
    }

    /// Handles the mouse.
    pub fn point(&mut self, pointer: Pointer, at: Position) -> ListClick {
        let wheel = match pointer {
            Pointer::WheelDown => Action::Down,
            Pointer::WheelUp => Action::Up,
            Pointer::Click => {
                let line = self.line_at(at);
                return match line {
                    Some(line) if self.cursor.at() == Some(line) => ListClick::Again,
                    Some(line) => {
                        self.cursor.select(line);
                        ListClick::Moved
                    }
                    None => ListClick::Nothing,
                };
            }
        };
        self.cursor.step(wheel);
        ListClick::Moved
    }

    /// Returns the line of the list at a position.
    fn line_at(&self, at: Position) -> Option<usize> {
        let area = centered(self.body, self.size());
        let inside = area.contains(at) && at.y > area.y && at.y + 1 < area.bottom();
        let line = inside.then(|| usize::from(at.y - area.y - 1))?;
        self.cursor.line_at(line.checked_sub(self.above.len())?)
    }

    /// Adapts the window to the page, and to the current length of the list.
    pub fn sync(&mut self, body: Rect, len: usize) {
        (self.body, self.len) = (body, len);
        let room = usize::from(body.height).saturating_sub(2 + self.above.len());
        self.cursor.sync(len, room.min(len));
    }

    /// Draws the window. `draw` draws each line in view.
    pub fn render(
        &self,
        buffer: &mut Buffer,
        body: Rect,
        look: &Appearance,
        draw: impl Fn(&mut Painter<'_>, usize),
    ) {
        let theme = &look.theme;
        let inside = window(buffer, body, self.size(), &self.title, look);
        let first = self.above.len();
        let nothing = (self.len == 0).then_some((first, self.empty));
        let above = self.above.iter().copied().enumerate();
        for (line, words) in above.chain(nothing) {
            if let Some(mut painter) = Painter::on(buffer, inside, line, look) {
                painter.put(words, theme.quiet);
            }
        }
        for (line, at) in self.cursor.window().enumerate() {
            let (line, current) = (first + line, self.cursor.at() == Some(at));
            if current {
                ground(buffer, inside, line, theme.selected);
            }
            let Some(mut painter) = Painter::on(buffer, inside, line, look) else { break };
            painter.put(if current { look.cursor() } else { " " }, theme.rule_focus);
            draw(&mut painter, at);
        }
        for (line, words) in self.below.iter().enumerate() {
            if let Some(mut painter) =
                Painter::on(buffer, inside, first + self.len + 1 + line, look)
            {
                painter.show(words, theme.quiet);
            }
        }
    }
}
