//! The mouse: what is under it answers. The first line and the last are the screen's own; all between
//! is the topmost view's.

use crate::tui::app::action::{Action, Place};
use crate::tui::app::screen::{Screen, world};
use crate::tui::app::view::{Effect, Pointer, World, footer_hit, status_hit};
use crate::tui::feed::Feed;
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

impl Screen {
    /// The mouse did something. With shift it is the terminal's, which selects text.
    pub(crate) fn mouse(&mut self, event: MouseEvent, feed: &dyn Feed) -> Option<Effect> {
        if event.modifiers.contains(KeyModifiers::SHIFT) {
            return None;
        }
        let at = Position { x: event.column, y: event.row };
        let pointer = match event.kind {
            MouseEventKind::Down(MouseButton::Left) => Pointer::Click,
            MouseEventKind::ScrollDown => Pointer::WheelDown,
            MouseEventKind::ScrollUp => Pointer::WheelUp,
            MouseEventKind::Drag(MouseButton::Left) => {
                return self.ask(feed, |view, world| view.drag(at, false, world));
            }
            MouseEventKind::Up(MouseButton::Left) => {
                return self.ask(feed, |view, world| view.drag(at, true, world));
            }
            _ => return None,
        };
        if pointer == Pointer::Click
            && let Some(action) = self.at_the_edge(at, feed)
        {
            self.notice = None;
            self.begun.clear();
            return self.run(action, feed);
        }
        self.ask(feed, |view, world| view.point(pointer, at, world))
    }

    /// The action that a click on the first or the last line asks for.
    fn at_the_edge(&self, at: Position, feed: &dyn Feed) -> Option<Action> {
        let layout = self.layout();
        let world = world!(self, feed);
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
