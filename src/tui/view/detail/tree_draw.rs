//! Draws the tree's rows that are in view.

use super::notes::Note;
use super::pretty::style;
use super::tree::{Tree, TreeRow};
use crate::call::Kind;
use crate::tui::look::{Look, Pen, ground};
use crate::tui::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws the tree into a pane.
pub fn render(buffer: &mut Buffer, area: Rect, tree: &Tree, focused: bool, look: &Look) {
    for (line, (row, cursor)) in tree.view().enumerate() {
        if cursor && focused {
            ground(buffer, area, line, look.theme.selected);
        }
        if let Some(mut pen) = Pen::on(buffer, area, line, look) {
            draw(&mut pen, row, tree, look);
        }
    }
}

fn draw(pen: &mut Pen<'_>, row: TreeRow, tree: &Tree, look: &Look) {
    let theme = &look.theme;
    match row {
        TreeRow::Added => {
            pen.put("added by the service", theme.derived);
        }
        TreeRow::Ghost { at, depth } => {
            let Some(ghost) = tree.notes().ghosts().get(at) else { return };
            let loud = if ghost.strong { theme.missing_id } else { theme.warning };
            pen.skip(tree.indent(depth) + 2).show(&ghost.name, loud).put(": ", loud);
            pen.put(if ghost.strong { "missing" } else { "none" }, loud);
            pen.put(&format!("  {}", ghost.wanted_by.join(" ")), theme.quiet);
        }
        TreeRow::More { part, node, depth, line } => {
            let value = tree.value(part, node);
            let style = value.map_or(theme.text, |value| style(value, look));
            pen.skip(tree.indent(depth + 1) + 2).put(tree.long_line(part, node, line), style);
        }
        TreeRow::Value { part, node, depth, index, folded, .. } => {
            let Some(value) = tree.value(part, node) else { return };
            pen.skip(tree.indent(depth));
            match folded {
                Some(folded) => pen.put(look.fold(folded), theme.json_shape),
                None => pen.skip(1),
            };
            pen.skip(1);
            match index {
                Some(index) => pen.put(&index.to_string(), theme.json_shape),
                None => pen.show(value.key_raw(), theme.json_name),
            };
            let note = tree.notes().beside(part, node).map(|note| note_text(note, look));
            let kept = note.as_ref().map_or(0, |(words, _)| text::width(words) + 2);
            match value.kind() {
                Kind::Object | Kind::Array => {
                    let count = value.children().count();
                    let shape = if value.is_object() { ["{", "}"] } else { ["[", "]"] };
                    let inside = if count == 0 { String::new() } else { count.to_string() };
                    pen.put(&format!(" {}{inside}{}", shape[0], shape[1]), theme.json_shape);
                }
                _ if tree.is_opened(part, node) => {
                    pen.put(":", theme.json_shape);
                }
                _ => {
                    pen.put(": ", theme.json_shape);
                    let room = pen.room().saturating_sub(kept).max(pen.room().min(8));
                    let shown = tree.shown(value);
                    let safe = look.clean(text::beginning(&shown, room));
                    pen.put(&text::cut(&safe, room, look.ellipsis()), style(value, look));
                }
            }
            if let Some((words, style)) = note {
                pen.skip(2).put(&words, style);
            }
        }
    }
}

fn note_text(note: &Note, look: &Look) -> (String, ratatui::style::Style) {
    match note {
        Note::Near(does) => (format!("{} {does}", look.points_at()), look.theme.near_miss),
        Note::Code(severity, code) => {
            (format!("{} {code}", look.severity_sign(*severity)), look.severity(*severity))
        }
    }
}
