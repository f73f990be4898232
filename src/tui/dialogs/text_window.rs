//! A window with text that is written again for each frame.

use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::{Pointer, Response, View, ViewContext};
use crate::tui::widgets::text_pane::TextPane;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

/// Writes the lines for a width.
type WriteLines = Box<dyn Fn(usize, &ViewContext<'_>) -> Vec<Line<'static>>>;

/// The state of the window.
pub struct TextWindow {
    title: &'static str,
    width: u16,
    write: WriteLines,
    pane: TextPane,
}

impl TextWindow {
    /// Returns a window that is at most `width` columns wide.
    pub fn new(
        title: &'static str,
        width: u16,
        write: impl Fn(usize, &ViewContext<'_>) -> Vec<Line<'static>> + 'static,
    ) -> TextWindow {
        TextWindow { title, width, write: Box::new(write), pane: TextPane::default() }
    }
}

impl View for TextWindow {
    fn place(&self) -> KeyContext {
        KeyContext::Everywhere
    }

    fn can(&self, action: Action, _ctx: &ViewContext<'_>) -> bool {
        self.pane.can(action)
    }

    fn act(&mut self, action: Action, _ctx: &ViewContext<'_>) -> Response {
        self.pane.act(action)
    }

    fn point(&mut self, pointer: Pointer, _at: Position, _ctx: &ViewContext<'_>) -> Response {
        self.pane.point(pointer)
    }

    fn sync(&mut self, body: Rect, ctx: &ViewContext<'_>) {
        let room = usize::from(self.width.min(body.width).saturating_sub(4));
        self.pane.sync((self.write)(room, ctx), body);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>) {
        self.pane.render(buffer, body, self.width, self.title, ctx.look);
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Back, Action::Down, Action::PageDown]
    }
}
