//! The last line: the keys that do something now, or what was just done.

use super::{View, World};
use crate::tui::action::Action;
use crate::tui::keymap::Key;
use crate::tui::look::Pen;
use crate::tui::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

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
    if !begun.is_empty() {
        let keys: String = begun.iter().map(Key::to_string).collect();
        pen.put(&keys, theme.key);
        for (rest, action) in world.keymap.after(view.place(), begun) {
            if view.can(action, world) {
                pen.skip(2).put(&rest, theme.key).put(" ", theme.quiet);
                pen.put(action.short(), theme.quiet);
            }
        }
        return;
    }
    if let Some(notice) = notice {
        pen.show(notice, theme.heading);
        return;
    }
    for action in view.footer().iter().filter(|action| view.can(**action, world)) {
        let keys = world.keymap.keys(view.place(), *action);
        let Some(key) = keys.first() else { continue };
        let word = match action {
            // at the bottom of everything it leaves
            Action::BackOrQuit if !view.can(Action::Back, world) => "quit",
            action => action.short(),
        };
        if text::width(key) + 1 + text::width(word) > pen.room() {
            break;
        }
        pen.put(key, theme.key).put(" ", theme.quiet).put(word, theme.quiet).skip(2);
    }
}
