//! The text that was copied last, without a frame, so that the user can select it with the mouse
//! if the terminal does not support copying to the clipboard.

use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::{Pointer, Response, View, ViewContext};
use crate::tui::theme::painter::Painter;
use crate::tui::widgets::text;
use crate::tui::widgets::text_pane::TextPane;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

/// The line above the text.
const HEAD: &str = "Select with shift and the mouse. esc closes.";

/// The state of the window.
pub struct CopiedView {
    text: String,
    pane: TextPane,
}

impl CopiedView {
    /// Returns a window with a text.
    pub fn new(text: String) -> CopiedView {
        CopiedView { text, pane: TextPane::default() }
    }
}

impl View for CopiedView {
    fn place(&self) -> KeyContext {
        KeyContext::Help
    }

    fn can(&self, action: Action, _ctx: &ViewContext<'_>) -> bool {
        self.pane.can(action)
    }

    fn act(&mut self, action: Action, _ctx: &ViewContext<'_>) -> Response {
        self.pane.act(action)
    }

    fn point(&mut self, pointer: Pointer, _at: Position, _ctx: &ViewContext<'_>) -> Response {
        match pointer {
            // a click without shift must not close the text that the user wants to select
            Pointer::Click => Response::Done,
            wheel => self.pane.point(wheel),
        }
    }

    fn sync(&mut self, body: Rect, ctx: &ViewContext<'_>) {
        let width = usize::from(body.width).max(1);
        let lines = self.text.lines().flat_map(|line| {
            let clean = ctx.look.clean(line).into_owned();
            let chunks = text::chunks(&clean, width).into_iter();
            chunks.map(|chunk| Line::from(chunk.to_owned())).collect::<Vec<_>>()
        });
        let lines = lines.collect();
        self.pane.sync(lines, body);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>) {
        let theme = &ctx.look.theme;
        for y in body.top()..body.bottom() {
            for x in body.left()..body.right() {
                buffer[(x, y)].reset();
                buffer[(x, y)].set_style(theme.text);
            }
        }
        if let Some(mut painter) = Painter::on(buffer, body, 0, ctx.look) {
            painter.put(HEAD, theme.label);
        }
        for (nth, line) in self.pane.shown().enumerate() {
            let Some(mut painter) = Painter::on(buffer, body, nth + 2, ctx.look) else { return };
            for span in &line.spans {
                painter.put(&span.content, theme.text);
            }
        }
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Back, Action::Down, Action::PageDown]
    }
}
