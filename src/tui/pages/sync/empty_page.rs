//! The sync page before the first push: the vendors that push, how to redirect them, and a
//! command.

use crate::tui::pages::start;
use crate::tui::pages::sync::{ViewContext, pushers};
use crate::tui::widgets::page_text::PageText;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws the page.
pub fn render(buffer: &mut Buffer, body: Rect, ctx: &ViewContext<'_>) {
    let theme = &ctx.look.theme;
    let mut lines = PageText::new(buffer, body, ctx.look, usize::from(body.height >= 20));
    let vendors: Vec<&str> = pushers(ctx).map(|(title, _)| title).collect();
    lines.write(&[
        ("  Nothing has been received from ", theme.text),
        (&vendors.join(", "), theme.heading),
    ]);
    lines.gap(true);
    for (_, when) in pushers(ctx) {
        lines.prose(2, when, theme.text);
    }
    let Some(base) = ctx.shared.addresses.first() else { return };
    lines.gap(true);
    lines.write(&[("  Point it here ", theme.heading), (&start::LINES.push.note, theme.quiet)]);
    for host in &start::LINES.push.host {
        lines.write(&[
            ("    ", theme.text),
            (&host.instead_of, theme.label),
            (&format!(" {} ", ctx.look.arrow()), theme.quiet),
            (base, theme.text),
        ]);
        lines.write(&[("      ", theme.quiet), (&host.paths, theme.quiet)]);
    }
    lines.gap(true);
    lines.write(&[("  Try it", theme.heading)]);
    lines.folded(&start::LINES.push.curl.replace("BASE", base), theme.key);
}
