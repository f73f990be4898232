//! The first line of a list page: the tabs, and the number of rows.

use crate::tui::app::action::{Action, KeyContext};
use crate::tui::pages::lists::ViewContext;
use crate::tui::theme::painter::Painter;
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

/// The columns before the first tab and between two tabs.
const GAP: usize = 2;

/// Returns the tab at a column.
pub fn tab_at(tabs: &[&str], column: usize, ctx: &ViewContext<'_>) -> Option<usize> {
    let star = usize::from(ctx.look.ascii);
    let mut from = GAP;
    tabs.iter().position(|tab| {
        let to = from + text::width(tab) + star;
        let here = (from..to).contains(&column);
        from = to + GAP;
        here
    })
}

/// Draws the line.
pub fn render(
    buffer: &mut Buffer,
    line: Rect,
    (tabs, open, place): (&[&str], usize, KeyContext),
    right: &[Span<'static>],
    ctx: &ViewContext<'_>,
) {
    let look = ctx.look;
    let theme = &look.theme;
    let Some(mut painter) = Painter::on(buffer, line, 0, look) else { return };
    for (at, tab) in tabs.iter().enumerate() {
        painter.skip(GAP).put(tab, if at == open { theme.tab_current } else { theme.tab });
        // with --ascii, where an underline may not be visible, a star marks the open tab
        let star = if at == open { "*" } else { " " };
        painter.put(if look.ascii { star } else { "" }, theme.tab_current);
    }
    if tabs.len() > 1 {
        let key = ctx.keymap.first_key(place, Action::NextTab);
        painter.skip(GAP).put(&key, theme.key);
        painter.put(" next view", theme.quiet);
    }
    let wide: usize = right.iter().map(|span| text::width(&span.content)).sum();
    if wide + 2 > painter.room() {
        return;
    }
    painter.right(wide + 1);
    for span in right {
        painter.put(&span.content, span.style);
    }
}
