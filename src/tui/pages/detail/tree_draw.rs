//! Drawing of the tree's rows that are in view.

use crate::call::{JsonKind, Val};
use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::view::ViewContext;
use crate::tui::pages::detail::annotations::{Annotation, DocumentSide};
use crate::tui::pages::detail::json_tree::{Tree, TreeRow};
use crate::tui::pages::detail::pretty_json::style;
use crate::tui::pages::detail::tree_find::kind_and_size;
use crate::tui::theme::painter::{Appearance, Painter, ground};
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The word beside a value that is in no output.
const UNUSED: &str = "unused";

/// The state of the tree's cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CursorState {
    /// the tree has the focus
    Focused,
    /// the other side has the focus, and the value under its cursor came from this row
    Linked,
    /// the cursor is not shown
    Hidden,
}

/// Returns the number of lines below the tree that show the uses of the value under the cursor.
pub fn foot_height(pane: Rect, tree: &Tree) -> u16 {
    match pane.height {
        _ if tree.is_empty() => 0,
        0..8 => 0,
        8..16 => 1,
        16..24 => 2,
        _ => 3,
    }
}

/// Draws the tree into a pane, and below it the uses of the value under the cursor.
pub fn render(
    buffer: &mut Buffer,
    pane: Rect,
    tree: &Tree,
    cursor_state: CursorState,
    ctx: &ViewContext<'_>,
) {
    let look = ctx.look;
    let foot = foot_height(pane, tree);
    let area = Rect { height: pane.height - foot, ..pane };
    for (line, (row, cursor)) in tree.view().enumerate() {
        let style = match cursor_state {
            CursorState::Focused => look.theme.selected,
            _ => look.theme.selected_unfocused,
        };
        let shown = cursor && cursor_state != CursorState::Hidden;
        if shown {
            ground(buffer, area, line, style);
        }
        if let Some(mut painter) = Painter::on(buffer, area, line, look) {
            draw(&mut painter, row, tree, ctx);
        }
        if shown && cursor_state == CursorState::Linked {
            // in the free column before the pane, because the first column of the pane has the
            // fold signs
            let x = area.x.saturating_sub(1);
            look.point(buffer, Rect { x, ..area }, line);
        }
    }
    let foot = Rect { y: area.bottom(), height: foot, ..pane };
    let width = usize::from(foot.width);
    let (head, words) = match cursor_state {
        CursorState::Focused | CursorState::Linked => about(tree, ctx, width),
        CursorState::Hidden => (None, tree.summary().unwrap_or_default().to_owned()),
    };
    // a single line has no room for the pointer
    let (head, words) = match (head, tree.current()) {
        (Some(_), Some((_, value))) if foot.height == 1 && !words.is_empty() => {
            (None, format!("{}  {words}", kind_and_size(value)))
        }
        other => (other.0, words),
    };
    let mut lines = match words.is_empty() {
        true => Vec::new(),
        false => text::wrap(&look.clean(&words), width),
    };
    let room = usize::from(foot.height).saturating_sub(usize::from(head.is_some()));
    if lines.len() > room && room > 0 {
        lines[room - 1] = lines[room - 1..].join(" ");
        lines.truncate(room);
    }
    lines.splice(0..0, head);
    // at the bottom, so that the text stays in place from value to value
    let from = usize::from(foot.height).saturating_sub(lines.len());
    for (line, words) in lines.iter().enumerate() {
        if let Some(mut painter) = Painter::on(buffer, foot, from + line, look) {
            painter.put(words, look.theme.quiet);
        }
    }
}

/// Returns the pointer, kind and size of the value under the cursor, and its uses in words.
fn about(tree: &Tree, ctx: &ViewContext<'_>, width: usize) -> (Option<String>, String) {
    let look = ctx.look;
    let Some((part, value)) = tree.current() else {
        let wanted = tree.wanted_by().map(|who| {
            let keys = ctx.keymap.keys(KeyContext::Detail, Action::Toggle);
            let key = keys.first().map_or("toggle", String::as_str);
            format!("not in the call; needed by {}: {key} shows why", who.join(", "))
        });
        return (None, wanted.unwrap_or_default());
    };
    let kind = kind_and_size(value);
    let pointer = tree.pointer().unwrap_or_default();
    let pointer = look.clean(&pointer);
    // the end of the pointer has the name, so the front is cut
    let most = width.saturating_sub(kind.len() + 2).max(8);
    let head = format!("{}  {kind}", text::cut_front(&pointer, most, look.ellipsis()));
    (Some(head), goes_to(part, value, tree, ctx).unwrap_or_default())
}

/// Returns the uses of a value, in words.
fn goes_to(
    part: DocumentSide,
    value: Val<'_>,
    tree: &Tree,
    ctx: &ViewContext<'_>,
) -> Option<String> {
    let places: Vec<String> = tree
        .uses()
        .uses_of_value(part, value.node())
        .filter_map(|place| {
            let vendor = ctx.shared.vendors.get(place.vendor)?;
            Some(format!("{} {}", vendor.short, place.to))
        })
        .collect();
    if places.is_empty() {
        let unused = is_unused(tree, part, value);
        return unused.then(|| "in the output of no vendor in use".to_owned());
    }
    Some(format!("{} {}", ctx.look.arrow(), places.join(&format!(" {} ", ctx.look.dot()))))
}

fn is_unused(tree: &Tree, part: DocumentSide, value: Val<'_>) -> bool {
    let root = tree.doc(part).map(|doc| doc.root());
    root.is_some_and(|root| tree.uses().is_unused(part, value, root))
}

/// Draws, beside a value, the vendors that get it, or that none does.
fn uses(
    painter: &mut Painter<'_>,
    part: DocumentSide,
    value: Val<'_>,
    tree: &Tree,
    ctx: &ViewContext<'_>,
) {
    let theme = &ctx.look.theme;
    let mut vendors: Vec<(usize, bool)> = tree
        .uses()
        .uses_of_value(part, value.node())
        .map(|place| (place.vendor, place.in_use))
        .collect();
    vendors.dedup();
    if vendors.is_empty() {
        if is_unused(tree, part, value) && painter.room() > UNUSED.len() + 2 {
            painter.right(UNUSED.len()).put(UNUSED, theme.unused);
        }
        return;
    }
    let short = |vendor: usize| ctx.shared.vendors.get(vendor).map_or("", |v| v.short.as_str());
    let names = vendors.iter().map(|(vendor, _)| text::width(short(*vendor)) + 1).sum::<usize>();
    let arrow = ctx.look.arrow();
    let needed = text::width(arrow) + names;
    if painter.room() < needed + 2 {
        return;
    }
    painter.right(needed).put(arrow, theme.quiet);
    for (vendor, in_use) in vendors {
        let style = if in_use { theme.label } else { theme.unused };
        painter.skip(1).show(short(vendor), style);
    }
}

/// Returns the columns for a value that shares `both` columns with the note beside it.
pub fn room_beside(both: usize, note: usize) -> usize {
    both.saturating_sub(note).max(both.min(8))
}

fn draw(painter: &mut Painter<'_>, row: TreeRow, tree: &Tree, ctx: &ViewContext<'_>) {
    let look = ctx.look;
    let theme = &look.theme;
    match row {
        TreeRow::Added => {
            painter.put("added by the service", theme.derived);
        }
        TreeRow::Missing { at, depth } => {
            let Some(missing_field) = tree.notes().missing_fields().get(at) else { return };
            let loud = if missing_field.strong { theme.missing_id } else { theme.warning };
            painter.skip(tree.indent(depth) + 2).show(&missing_field.name, loud).put(": ", loud);
            // "none" means that the call goes through without the field
            painter.put(
                if missing_field.strong || missing_field.lost { "missing" } else { "none" },
                loud,
            );
            painter.put(&format!("  {}", missing_field.wanted_by.join(" ")), theme.quiet);
        }
        TreeRow::More { part, node, depth, line } => {
            let value = tree.value(part, node);
            let style = value.map_or(theme.text, |value| style(value, look));
            painter.skip(tree.indent(depth + 1) + 2).put(tree.long_line(part, node, line), style);
        }
        TreeRow::Value { part, node, depth, index, folded, .. } => {
            let Some(value) = tree.value(part, node) else { return };
            painter.skip(tree.indent(depth));
            match folded {
                Some(folded) => painter.put(look.fold(folded), theme.json_shape),
                None => painter.skip(1),
            };
            painter.skip(1);
            match index {
                Some(index) => painter.put(&index.to_string(), theme.json_shape),
                None => painter.show(value.key_raw(), theme.json_name),
            };
            let mut notes = tree.notes().beside(part, node);
            let note = notes.next();
            let note_width = note.map_or(0, |note| note.width() + 2);
            match value.kind() {
                JsonKind::Object | JsonKind::Array => {
                    let count = value.children().count();
                    let shape = if value.is_object() { ["{", "}"] } else { ["[", "]"] };
                    let inside = if count == 0 { String::new() } else { count.to_string() };
                    painter.put(&format!(" {}{inside}{}", shape[0], shape[1]), theme.json_shape);
                }
                _ if tree.is_opened(part, node) => {
                    painter.put(":", theme.json_shape);
                }
                _ => {
                    painter.put(": ", theme.json_shape);
                    let room = room_beside(painter.room(), note_width);
                    let shown = tree.shown(value);
                    let safe = look.clean(text::beginning(&shown, room));
                    painter.put(&text::cut(&safe, room, look.ellipsis()), style(value, look));
                }
            }
            if let Some((words, style)) = note.map(|note| note_text(note, look)) {
                painter.skip(2).put(&words, style);
            }
            for note in notes {
                if painter.room() < note.width() + 2 {
                    break;
                }
                let (words, style) = note_text(note, look);
                painter.skip(2).put(&words, style);
            }
            uses(painter, part, value, tree, ctx);
        }
    }
}

fn note_text(note: &Annotation, look: &Appearance) -> (String, ratatui::style::Style) {
    match note {
        Annotation::Near(does) => (format!("{} {does}", look.points_at()), look.theme.near_miss),
        Annotation::Code(severity, code) => {
            (format!("{} {code}", look.severity_sign(*severity)), look.severity(*severity))
        }
    }
}
