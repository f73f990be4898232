//! The text that was copied last, without a frame, so that it can be selected with the mouse where
//! the terminal takes no text for its clipboard.

use crate::tui::app::action::{Action, Place};
use crate::tui::app::view::{Pointer, Reply, View, World};
use crate::tui::theme::painter::Pen;
use crate::tui::widgets::scroll::Scroll;
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

/// Said above the text.
const HEAD: &str = "Select with shift and the mouse. esc closes.";

/// The window's state.
pub struct CopiedView {
    text: String,
    scroll: Scroll,
}

impl CopiedView {
    /// Shows a text.
    pub fn new(text: String) -> CopiedView {
        CopiedView { text, scroll: Scroll::default() }
    }
}

impl View for CopiedView {
    fn place(&self) -> Place {
        Place::Help
    }

    fn can(&self, action: Action, _world: &World<'_>) -> bool {
        self.scroll.can(action)
    }

    fn act(&mut self, action: Action, _world: &World<'_>) -> Reply {
        self.scroll.act(action)
    }

    fn point(&mut self, pointer: Pointer, _at: Position, _world: &World<'_>) -> Reply {
        match pointer {
            // a click without shift must not take the text away that is to be selected
            Pointer::Click => Reply::Done,
            wheel => self.scroll.point(wheel),
        }
    }

    fn sync(&mut self, body: Rect, world: &World<'_>) {
        let width = usize::from(body.width).max(1);
        let lines = self.text.lines().flat_map(|line| {
            let clean = world.look.clean(line).into_owned();
            let chunks = text::chunks(&clean, width).into_iter();
            chunks.map(|chunk| Line::from(chunk.to_owned())).collect::<Vec<_>>()
        });
        let lines = lines.collect();
        self.scroll.sync(lines, body);
    }

    fn render(&self, buffer: &mut Buffer, body: Rect, world: &World<'_>) {
        let theme = &world.look.theme;
        for y in body.top()..body.bottom() {
            for x in body.left()..body.right() {
                buffer[(x, y)].reset();
                buffer[(x, y)].set_style(theme.text);
            }
        }
        if let Some(mut pen) = Pen::on(buffer, body, 0, world.look) {
            pen.put(HEAD, theme.label);
        }
        for (nth, line) in self.scroll.shown().enumerate() {
            let Some(mut pen) = Pen::on(buffer, body, nth + 2, world.look) else { return };
            for span in &line.spans {
                pen.put(&span.content, theme.text);
            }
        }
    }

    fn footer(&self) -> &'static [Action] {
        &[Action::Back, Action::Down, Action::PageDown]
    }
}
