//! Handles the mouse. The first and the last line belong to the screen; everything between belongs to
//! the topmost view.

use crate::inspector::Inspector;
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::screen::{Screen, ctx};
use crate::tui::app::view::{Pointer, SideEffect, ViewContext};
use crate::tui::bars::footer::footer_hit;
use crate::tui::bars::status_bar::status_hit;
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

impl Screen {
    /// Handles a mouse event. With shift, the mouse is left to the terminal, which selects text.
    pub(crate) fn mouse(&mut self, event: MouseEvent, inspector: &Inspector) -> Option<SideEffect> {
        if event.modifiers.contains(KeyModifiers::SHIFT) {
            return None;
        }
        let at = Position { x: event.column, y: event.row };
        let pointer = match event.kind {
            MouseEventKind::Down(MouseButton::Left) => Pointer::Click,
            MouseEventKind::ScrollDown => Pointer::WheelDown,
            MouseEventKind::ScrollUp => Pointer::WheelUp,
            MouseEventKind::Drag(MouseButton::Left) => {
                return self.ask(inspector, |view, ctx| view.drag(at, false, ctx));
            }
            MouseEventKind::Up(MouseButton::Left) => {
                return self.ask(inspector, |view, ctx| view.drag(at, true, ctx));
            }
            _ => return None,
        };
        if pointer == Pointer::Click
            && let Some(action) = self.at_the_edge(at, inspector)
        {
            self.notice = None;
            self.pending_keys.clear();
            return self.run(action, inspector);
        }
        self.ask(inspector, |view, ctx| view.point(pointer, at, ctx))
    }

    /// Returns the action of a click on the first or the last line.
    fn at_the_edge(&self, at: Position, inspector: &Inspector) -> Option<Action> {
        let layout = self.layout();
        let ctx = ctx!(self, inspector);
        let column = usize::from(at.x);
        if layout.footer.contains(at) && self.notice.is_none() {
            let width = usize::from(layout.footer.width);
            return footer_hit(column, width, self.top(), &self.pending_keys, &ctx);
        }
        // a user who is typing has to end that first
        let types = matches!(self.top().place(), KeyContext::Text | KeyContext::Filter);
        if layout.status.contains(at) && !types {
            let page = status_hit(layout.status, column, self.page, &ctx)?;
            return Some(page.action());
        }
        None
    }
}
