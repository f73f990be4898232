//! The mouse: what is under it answers. The first line and the last are the screen's own; all between
//! is the topmost view's.

use super::{Screen, world};
use crate::inspector::Inspector;
use crate::tui::action::{Action, Place};
use crate::tui::view::{Effect, Pointer, World, footer_hit, status_hit};
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

impl Screen {
    /// The mouse did something. With shift it is the terminal's, which selects text.
    pub(super) fn mouse(&mut self, event: MouseEvent, inspector: &Inspector) -> Option<Effect> {
        if event.modifiers.contains(KeyModifiers::SHIFT) {
            return None;
        }
        let at = Position { x: event.column, y: event.row };
        let pointer = match event.kind {
            MouseEventKind::Down(MouseButton::Left) => Pointer::Click,
            MouseEventKind::ScrollDown => Pointer::WheelDown,
            MouseEventKind::ScrollUp => Pointer::WheelUp,
            MouseEventKind::Drag(MouseButton::Left) => {
                return self.ask(inspector, |view, world| view.drag(at, false, world));
            }
            MouseEventKind::Up(MouseButton::Left) => {
                return self.ask(inspector, |view, world| view.drag(at, true, world));
            }
            _ => return None,
        };
        if pointer == Pointer::Click
            && let Some(action) = self.at_the_edge(at, inspector)
        {
            self.notice = None;
            self.begun.clear();
            return self.run(action, inspector);
        }
        self.ask(inspector, |view, world| view.point(pointer, at, world))
    }

    /// The action that a click on the first or the last line asks for.
    fn at_the_edge(&self, at: Position, inspector: &Inspector) -> Option<Action> {
        let layout = self.layout();
        let world = world!(self, inspector);
        let column = usize::from(at.x);
        if layout.footer.contains(at) && self.notice.is_none() {
            let width = usize::from(layout.footer.width);
            return footer_hit(column, width, self.top(), &self.begun, &world);
        }
        // who types is asked to end that first
        let types = matches!(self.top().place(), Place::Text | Place::Filter);
        if layout.status.contains(at) && !types {
            let page = status_hit(layout.status, column, self.page, &world)?;
            return Some(page.action());
        }
        None
    }
}
