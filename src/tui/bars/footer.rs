//! The last line: the keys that do something now, or a notice about the last action.

use crate::tui::app::action::Action;
use crate::tui::app::keymap::Key;
use crate::tui::app::view::{View, ViewContext};
use crate::tui::theme::painter::Painter;
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// A key and its action. A click on it executes the action.
struct FooterItem {
    key: String,
    word: &'static str,
    action: Action,
}

/// Returns the items that fit, each with its column.
fn items(
    view: &dyn View,
    begun: &[Key],
    width: usize,
    ctx: &ViewContext<'_>,
) -> Vec<(usize, FooterItem)> {
    let mut out = Vec::new();
    let mut from = 1;
    let width =
        width.saturating_sub(matches(ctx).map_or(0, |(words, _)| text::width(&words) + GAP));
    if !begun.is_empty() {
        from += text::width(&name(begun));
        for (key, action) in ctx.keymap.after(view.place(), begun) {
            if view.can(action, ctx) {
                let item = FooterItem { key, word: action.short(), action };
                from += GAP;
                let here = from;
                from += item.width();
                out.push((here, item));
            }
        }
        return out;
    }
    for action in view.footer().iter().filter(|action| view.can(**action, ctx)) {
        let keys = ctx.keymap.keys(view.place(), *action);
        let Some(key) = keys.first() else { continue };
        let word = match action {
            // with nothing left to go back to, the key quits
            Action::BackOrQuit if view.quits(ctx) => "quit",
            action => action.short(),
        };
        let item = FooterItem { key: key.clone(), word, action: *action };
        if from + item.width() > width {
            break;
        }
        let here = from;
        from += item.width() + GAP;
        out.push((here, item));
    }
    out
}

/// Returns the number of rows that the search matches, for the right end of the line.
fn matches(ctx: &ViewContext<'_>) -> Option<(String, Style)> {
    let matches = ctx.shared.matches?;
    let theme = &ctx.look.theme;
    let style = if matches.found == 0 && matches.complete { theme.warning } else { theme.text };
    Some((format!("{} ", matches.words()), style))
}

/// The columns between two items.
const GAP: usize = 2;

impl FooterItem {
    fn width(&self) -> usize {
        text::width(&self.key) + 1 + text::width(self.word)
    }
}

fn name(begun: &[Key]) -> String {
    begun.iter().map(Key::to_string).collect()
}

/// Returns the action at a column.
pub fn footer_hit(
    column: usize,
    width: usize,
    view: &dyn View,
    begun: &[Key],
    ctx: &ViewContext<'_>,
) -> Option<Action> {
    let items = items(view, begun, width, ctx);
    let here = |(from, item): &(usize, FooterItem)| (*from..from + item.width()).contains(&column);
    items.into_iter().find(here).map(|(_, item)| item.action)
}

/// Draws the line. After the first keys of a sequence, it shows the keys that may follow.
pub fn footer(
    buffer: &mut Buffer,
    line: Rect,
    view: &dyn View,
    begun: &[Key],
    notice: Option<&str>,
    ctx: &ViewContext<'_>,
) {
    let theme = &ctx.look.theme;
    let Some(mut painter) = Painter::on(buffer, line, 0, ctx.look) else { return };
    let mut line = line;
    if let Some((words, style)) = matches(ctx) {
        let wide = text::width(&words);
        painter.right(wide).put(&words, style);
        line.width = line.width.saturating_sub(wide as u16);
    }
    let Some(mut painter) = Painter::on(buffer, line, 0, ctx.look) else { return };
    painter.skip(1);
    if begun.is_empty()
        && let Some(notice) = notice
    {
        painter.show(notice, theme.heading);
        return;
    }
    painter.put(&name(begun), theme.key);
    let items = items(view, begun, usize::from(line.width), ctx);
    let mut at = 1 + text::width(&name(begun));
    for (from, item) in items {
        painter.skip(from - at).put(&item.key, theme.key).put(" ", theme.quiet);
        painter.put(item.word, theme.quiet);
        at = from + item.width();
    }
}
