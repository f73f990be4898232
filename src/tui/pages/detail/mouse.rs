//! The mouse in the detail.

use crate::tui::app::action::Action;
use crate::tui::app::view::{Response, ViewContext};
use crate::tui::pages::detail::DetailPane;
use crate::tui::pages::detail::tabs;
use crate::tui::pages::detail::tabs::Tab;
use ratatui::layout::Position;

impl DetailPane {
    /// Handles a click on a tab, on a line of the tree, or on a value of an output.
    pub fn click(&mut self, at: Position, ctx: &ViewContext<'_>) -> Response {
        let (_, bar, page) = self.panes(self.area);
        let sides = self.sides(page);
        if bar.contains(at) {
            let column = usize::from(at.x - bar.x);
            if let Some(tab) =
                tabs::tab_at(&self.tabs, self.open_tab(), usize::from(bar.width), column)
            {
                self.choose(tab);
            }
        } else if sides.call.contains(at) {
            self.choose(Tab::Call);
            self.tree.click(usize::from(at.y - page.y));
        } else if sides.page.contains(at) {
            self.choose(self.written());
            if self.page.click(usize::from(at.y - page.y)) {
                // a second click goes to the field that the value came from
                self.follow(ctx);
            }
        }
        Response::Done
    }

    /// Scrolls the side under the mouse pointer.
    pub fn wheel(&mut self, action: Action, at: Position, ctx: &ViewContext<'_>) {
        let sides = self.sides(self.panes(self.area).2);
        if sides.call.contains(at) {
            self.tree.act(action, ctx.look);
        } else if sides.page.contains(at) {
            self.page.act(action);
        }
    }
}
