//! A page that counts and has nothing to count: what it would show, and how to fill it.

use super::super::lines::Lines;
use super::super::start;
use super::World;
use crate::tui::action::{Action, Place};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// What an empty page says.
pub struct Nothing {
    /// That there is nothing, and why.
    pub says: String,
    /// It is as it should be.
    pub is_good: bool,
    /// What the page would show.
    pub shows: &'static str,
}

/// Draws it.
pub fn render(buffer: &mut Buffer, body: Rect, nothing: &Nothing, world: &World<'_>) {
    let theme = &world.look.theme;
    let mut lines = Lines::new(buffer, body, world.look, 1);
    lines.prose(2, &nothing.says, if nothing.is_good { theme.good } else { theme.text });
    lines.gap(true);
    lines.prose(2, nothing.shows, theme.quiet);
    if world.shared.stats.came() > 0 {
        return;
    }
    lines.gap(true);
    let Some(base) = world.shared.addresses.first() else {
        return lines.prose(2, "The file that is open holds no calls.", theme.text);
    };
    lines.write(&[("  Try it", theme.heading)]);
    lines.folded(&start::curl(base), theme.key);
    lines.gap(true);
    let keys = world.keymap.keys(Place::Everywhere, Action::ShowLog);
    let key = keys.first().map_or("", String::as_str);
    lines.write(&[
        ("  ", theme.text),
        (key, theme.key),
        (" shows what to change in each SDK", theme.quiet),
    ]);
}
