//! Scrolling text in a window.

use crate::tui::app::action::Action;
use crate::tui::app::view::{Pointer, Response, window};
use crate::tui::theme::painter::{Appearance, Painter};
use crate::tui::widgets::movement::step;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// The lines, and the number of the first line in view.
#[derive(Default)]
pub struct TextPane {
    lines: Vec<Line<'static>>,
    top: usize,
    height: usize,
}

impl TextPane {
    fn last(&self) -> usize {
        self.lines.len().saturating_sub(self.height)
    }

    /// Returns true if an action would do something now.
    pub fn can(&self, action: Action) -> bool {
        match action {
            Action::Down | Action::PageDown => self.top < self.last(),
            Action::Back | Action::BackOrQuit => true,
            _ => false,
        }
    }

    /// Scrolls, or closes the window.
    pub fn act(&mut self, action: Action) -> Response {
        if matches!(action, Action::Back | Action::BackOrQuit) {
            return Response::Close;
        }
        let Some(to) = step(action, self.top, self.height, self.last()) else {
            return Response::Pass;
        };
        self.top = to;
        Response::Done
    }

    /// Handles the mouse: the wheel scrolls, a click closes the window.
    pub fn point(&mut self, pointer: Pointer) -> Response {
        match pointer {
            Pointer::WheelDown => self.act(Action::Down),
            Pointer::WheelUp => self.act(Action::Up),
            Pointer::Click => Response::Close,
        }
    }

    /// Sets the lines that the next frame shows on a page.
    pub fn sync(&mut self, lines: Vec<Line<'static>>, page: Rect) {
        self.lines = lines;
        self.height = usize::from(page.height.saturating_sub(2)).max(1);
        self.top = self.top.min(self.last());
    }

    /// Returns the lines from the first one in view on.
    pub(crate) fn shown(&self) -> impl Iterator<Item = &Line<'static>> {
        self.lines.iter().skip(self.top)
    }

    /// Draws the window.
    pub fn render(
        &self,
        buffer: &mut Buffer,
        page: Rect,
        width: u16,
        title: &str,
        look: &Appearance,
    ) {
        let height = (self.lines.len() + 2).min(usize::from(u16::MAX)) as u16;
        let inside = window(buffer, page, (width, height), title, look);
        for (line, written) in self.shown().enumerate() {
            let Some(mut painter) = Painter::on(buffer, inside, line, look) else { return };
            for span in &written.spans {
                painter.put(&span.content, span.style);
            }
        }
    }
}
