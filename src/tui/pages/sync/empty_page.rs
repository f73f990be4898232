//! Before the first push: who would push and when, how to point it here, and a line to try it.

use crate::tui::pages::start;
use crate::tui::pages::sync::{World, pushers};
use crate::tui::widgets::page_text::Lines;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws it.
pub fn render(buffer: &mut Buffer, body: Rect, world: &World<'_>) {
    let theme = &world.look.theme;
    let mut lines = Lines::new(buffer, body, world.look, usize::from(body.height >= 20));
    let who: Vec<&str> = pushers(world).map(|(title, _)| title).collect();
    lines.write(&[
        ("  Nothing has been received from ", theme.text),
        (&who.join(", "), theme.heading),
    ]);
    lines.gap(true);
    for (_, when) in pushers(world) {
        lines.prose(2, when, theme.text);
    }
    let Some(base) = world.shared.addresses.first() else { return };
    lines.gap(true);
    lines.write(&[("  Point it here ", theme.heading), (&start::LINES.push.note, theme.quiet)]);
    for host in &start::LINES.push.host {
        lines.write(&[
            ("    ", theme.text),
            (&host.instead_of, theme.label),
            (&format!(" {} ", world.look.arrow()), theme.quiet),
            (base, theme.text),
        ]);
        lines.write(&[("      ", theme.quiet), (&host.paths, theme.quiet)]);
    }
    lines.gap(true);
    lines.write(&[("  Try it", theme.heading)]);
    lines.folded(&start::LINES.push.curl.replace("BASE", base), theme.key);
}
