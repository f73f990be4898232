//! The text of a list page without rows: what the page would show, and how to fill it.

use crate::tui::app::action::{Action, KeyContext};
use crate::tui::pages::lists::ViewContext;
use crate::tui::pages::start;
use crate::tui::widgets::page_text::PageText;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The text of an empty page.
pub struct EmptyPage {
    /// The sentence that there is nothing, and why.
    pub says: String,
    /// True if an empty page is a good sign.
    pub is_good: bool,
    /// The contents of the page if it had rows.
    pub shows: &'static str,
    /// True if only a call with its ids would fill the page.
    pub needs_ids: bool,
}

/// Returns the sentence that there is none of something because there are no calls.
pub fn none(what: &str, ctx: &ViewContext<'_>) -> String {
    match ctx.shared.stats.cleared {
        Some(_) => format!("The log is cleared, so there are no {what}."),
        None => format!("No calls yet, so no {what}."),
    }
}

/// Draws the text.
pub fn render(buffer: &mut Buffer, body: Rect, nothing: &EmptyPage, ctx: &ViewContext<'_>) {
    let theme = &ctx.look.theme;
    let mut lines = PageText::new(buffer, body, ctx.look, 1);
    lines.prose(2, &nothing.says, if nothing.is_good { theme.good } else { theme.text });
    lines.gap(true);
    lines.prose(2, nothing.shows, theme.quiet);
    let key = |action| ctx.keymap.first_key(KeyContext::Everywhere, action);
    if ctx.shared.stats.came() > 0 {
        lines.gap(true);
        if !nothing.is_good {
            lines.write(&[
                ("  ", theme.text),
                (&key(Action::ShowFindings), theme.key),
                (" lists what is found in these calls, with what to change", theme.quiet),
            ]);
        }
        return;
    }
    lines.gap(true);
    let Some(base) = ctx.shared.addresses.first() else {
        return start::no_calls(&mut lines, theme, ctx);
    };
    lines.write(&[("  Try it", theme.heading)]);
    lines.folded(&start::curl(base, nothing.needs_ids), theme.key);
    lines.gap(true);
    lines.write(&[
        ("  ", theme.text),
        (&key(Action::ShowLog), theme.key),
        (" shows what to change in each SDK", theme.quiet),
    ]);
}
