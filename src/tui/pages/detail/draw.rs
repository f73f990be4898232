//! Drawing of the detail: the header, the tabs, and below them one side or two.

use crate::tui::pages::detail::tabs;
use crate::tui::pages::detail::tabs::Tab;
use crate::tui::pages::detail::tree_draw;
use crate::tui::pages::detail::tree_draw::CursorState;
use crate::tui::pages::detail::{DetailPane, ViewContext, lines};
use crate::tui::theme::painter::{Appearance, Painter, rule};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

impl DetailPane {
    /// Draws the detail.
    pub fn render(&self, buffer: &mut Buffer, area: Rect, focused: bool, ctx: &ViewContext<'_>) {
        let (header, bar, page) = self.panes(area);
        lines(buffer, header, &self.header);
        let beside = self.beside().is_some();
        tabs::render(buffer, bar, &self.tabs, self.open_tab(), self.written(), ctx.look);
        let sides = self.sides(page);
        rule(buffer, sides.rule, ctx.look.theme.rule, ctx.look);
        // "+12 below" stands on the empty line between tabs and page
        let gap = page.y.saturating_sub(bar.y + 1);
        let above = |part: Rect| Rect { y: bar.y + 1, height: gap, ..part };
        let in_call = self.open_tab() == Tab::Call;
        if !sides.call.is_empty() {
            let cursor_state = match (focused, in_call) {
                (true, true) => CursorState::Focused,
                (true, false) if self.page.source().is_some() => CursorState::Linked,
                _ => CursorState::Hidden,
            };
            tree_draw::render(buffer, sides.call, &self.tree, cursor_state, ctx);
            draw_lines_below(buffer, above(sides.call), self.tree.place(), ctx.look);
        }
        if !sides.page.is_empty() {
            let lit = self.tree.pointer().filter(|_| !beside || (focused && in_call));
            let focused = focused && !in_call;
            self.page.render(buffer, sides.page, lit.as_deref(), focused, ctx.look);
            draw_lines_below(buffer, above(sides.page), self.page.place(), ctx.look);
        }
    }
}

/// Writes the number of lines that are out of view below, at the right end of a line.
fn draw_lines_below(
    buffer: &mut Buffer,
    line: Rect,
    (below, total): (usize, usize),
    look: &Appearance,
) {
    if below < total
        && let Some(mut painter) = Painter::on(buffer, line, 0, look)
    {
        let words = format!("+{} below", total - below);
        painter.right(words.len()).put(&words, look.theme.quiet);
    }
}
