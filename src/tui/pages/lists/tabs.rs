//! The first line of a page that counts: what it is counted by, and how many rows there are.

use crate::tui::app::action::{Action, Place};
use crate::tui::pages::lists::World;
use crate::tui::theme::painter::Pen;
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

/// Columns before the first tab and between two.
const GAP: usize = 2;

/// The tab at a column.
pub fn hit(tabs: &[&str], column: usize, world: &World<'_>) -> Option<usize> {
    let star = usize::from(world.look.ascii);
    let mut from = GAP;
    tabs.iter().position(|tab| {
        let to = from + text::width(tab) + star;
        let here = (from..to).contains(&column);
        from = to + GAP;
        here
    })
}

/// Draws it.
pub fn render(
    buffer: &mut Buffer,
    line: Rect,
    (tabs, open, place): (&[&str], usize, Place),
    right: &[Span<'static>],
    world: &World<'_>,
) {
    let look = world.look;
    let theme = &look.theme;
    let Some(mut pen) = Pen::on(buffer, line, 0, look) else { return };
    for (at, tab) in tabs.iter().enumerate() {
        pen.skip(GAP).put(tab, if at == open { theme.tab_current } else { theme.tab });
        // where an underline may not be seen, a star says which is open
        let star = if at == open { "*" } else { " " };
        pen.put(if look.ascii { star } else { "" }, theme.tab_current);
    }
    if tabs.len() > 1 {
        let keys = world.keymap.keys(place, Action::NextTab);
        pen.skip(GAP).put(keys.first().map_or("", String::as_str), theme.key);
        pen.put(" turns", theme.quiet);
    }
    let wide: usize = right.iter().map(|span| text::width(&span.content)).sum();
    if wide + 2 > pen.room() {
        return;
    }
    pen.right(wide + 1);
    for span in right {
        pen.put(&span.content, span.style);
    }
}
