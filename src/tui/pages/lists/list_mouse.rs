//! The mouse on a list page.

use crate::tui::app::action::Action;
use crate::tui::app::view::{Pointer, ViewContext};
use crate::tui::pages::lists::layout::Panes;
use crate::tui::pages::lists::list_content::ListContent;
use crate::tui::pages::lists::list_page::ListPage;
use crate::tui::pages::lists::tabs;
use ratatui::layout::Position;

/// The rows that one turn of the wheel scrolls.
const WHEEL_ROWS: usize = 3;

impl<T: ListContent> ListPage<T> {
    /// Handles the mouse. Returns true if the row under the cursor was clicked again.
    pub fn press(&mut self, pointer: Pointer, at: Position, ctx: &ViewContext<'_>) -> bool {
        let panes = self.panes();
        self.catch_up(ctx);
        let wheel = match pointer {
            Pointer::WheelDown => Action::Down,
            Pointer::WheelUp => Action::Up,
            Pointer::Click => return self.click(&panes, at, ctx),
        };
        for _ in 0..WHEEL_ROWS {
            if panes.about.contains(at) {
                self.about.step(wheel);
            } else if panes.list.contains(at) {
                self.list.step(wheel);
            }
        }
        false
    }

    fn click(&mut self, panes: &Panes, at: Position, ctx: &ViewContext<'_>) -> bool {
        if panes.tabs.contains(at) {
            let column = usize::from(at.x - panes.tabs.x);
            if let Some(tab) = tabs::tab_at(T::TABS, column, ctx) {
                self.open_tab(tab);
            }
            return false;
        }
        self.in_about = panes.about.contains(at) && self.about.has_more();
        let line = panes.list.contains(at).then(|| usize::from(at.y - panes.list.y));
        let Some(line) = line.and_then(|line| self.list.line_at(line)) else { return false };
        let again = self.list.at() == Some(line);
        self.list.select(line);
        again
    }
}
