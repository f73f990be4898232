//! The last line: the keys that do something now, or what was just done.

use crate::tui::app::action::Action;
use crate::tui::app::keymap::Key;
use crate::tui::app::view::{View, World};
use crate::tui::theme::painter::Pen;
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// A key and what it does; a click on it does the same.
struct Item {
    key: String,
    word: &'static str,
    action: Action,
}

/// What there is room for, each behind so many columns.
fn items(view: &dyn View, begun: &[Key], width: usize, world: &World<'_>) -> Vec<(usize, Item)> {
    let mut out = Vec::new();
    let mut from = 1;
    if !begun.is_empty() {
        from += text::width(&name(begun));
        for (key, action) in world.keymap.after(view.place(), begun) {
            if view.can(action, world) {
                let item = Item { key, word: action.short(), action };
                from += GAP;
                let here = from;
                from += item.width();
                out.push((here, item));
            }
        }
        return out;
    }
    for action in view.footer().iter().filter(|action| view.can(**action, world)) {
        let keys = world.keymap.keys(view.place(), *action);
        let Some(key) = keys.first() else { continue };
        let word = match action {
            // at the bottom of everything it leaves
            Action::BackOrQuit if !view.can(Action::Back, world) => "quit",
            action => action.short(),
        };
        let item = Item { key: key.clone(), word, action: *action };
        if from + item.width() > width {
            break;
        }
        let here = from;
        from += item.width() + GAP;
        out.push((here, item));
    }
    out
}

/// Columns between two.
const GAP: usize = 2;

impl Item {
    fn width(&self) -> usize {
        text::width(&self.key) + 1 + text::width(self.word)
    }
}

fn name(begun: &[Key]) -> String {
    begun.iter().map(Key::to_string).collect()
}

/// The action at a column.
pub fn footer_hit(
    column: usize,
    width: usize,
    view: &dyn View,
    begun: &[Key],
    world: &World<'_>,
) -> Option<Action> {
    let items = items(view, begun, width, world);
    let here = |(from, item): &(usize, Item)| (*from..from + item.width()).contains(&column);
    items.into_iter().find(here).map(|(_, item)| item.action)
}

/// Draws it. After the beginning of a sequence it shows how that may go on.
pub fn footer(
    buffer: &mut Buffer,
    line: Rect,
    view: &dyn View,
    begun: &[Key],
    notice: Option<&str>,
    world: &World<'_>,
) {
    let theme = &world.look.theme;
    let Some(mut pen) = Pen::on(buffer, line, 0, world.look) else { return };
    pen.skip(1);
    if begun.is_empty()
        && let Some(notice) = notice
    {
        pen.show(notice, theme.heading);
        return;
    }
    pen.put(&name(begun), theme.key);
    let items = items(view, begun, usize::from(line.width), world);
    let mut at = 1 + text::width(&name(begun));
    for (from, item) in items {
        pen.skip(from - at).put(&item.key, theme.key).put(" ", theme.quiet);
        pen.put(item.word, theme.quiet);
        at = from + item.width();
    }
}
