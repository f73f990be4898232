//! Draws the tree's rows that are in view.

use crate::call::{Kind, Val};
use crate::tui::app::action::{Action, Place};
use crate::tui::app::view::World;
use crate::tui::pages::detail::annotations::{Note, Part};
use crate::tui::pages::detail::json_tree::{Tree, TreeRow};
use crate::tui::pages::detail::pretty_json::style;
use crate::tui::pages::detail::tree_find::kind_and_size;
use crate::tui::theme::painter::{Look, Pen, ground};
use crate::tui::widgets::text;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Said of a value that is in no output.
const UNUSED: &str = "unused";

/// What the tree's cursor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Light {
    /// the one with the keys
    Cursor,
    /// where the value under the cursor of the other side came from
    Lit,
    /// not shown
    None,
}

/// Lines below the tree for where the value under the cursor goes.
pub fn foot_height(pane: Rect, tree: &Tree) -> u16 {
    match pane.height {
        _ if tree.is_empty() => 0,
        0..8 => 0,
        8..16 => 1,
        16..24 => 2,
        _ => 3,
    }
}

/// Draws the tree into a pane, and below it where the value under the cursor goes.
pub fn render(buffer: &mut Buffer, pane: Rect, tree: &Tree, light: Light, world: &World<'_>) {
    let look = world.look;
    let foot = foot_height(pane, tree);
    let area = Rect { height: pane.height - foot, ..pane };
    for (line, (row, cursor)) in tree.view().enumerate() {
        let style = match light {
            Light::Cursor => look.theme.selected,
            _ => look.theme.selected_unfocused,
        };
        let shown = cursor && light != Light::None;
        if shown {
            ground(buffer, area, line, style);
        }
        if let Some(mut pen) = Pen::on(buffer, area, line, look) {
            draw(&mut pen, row, tree, world);
        }
        if shown && light == Light::Lit {
            // in the free column before the pane: folds have their own sign in its first
            let x = area.x.saturating_sub(1);
            look.point(buffer, Rect { x, ..area }, line);
        }
    }
    let foot = Rect { y: area.bottom(), height: foot, ..pane };
    let width = usize::from(foot.width);
    let (head, words) = match light {
        Light::Cursor | Light::Lit => about(tree, world, width),
        Light::None => (None, tree.summary().unwrap_or_default().to_owned()),
    };
    // a single line has no room for the place
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
    // at the bottom, where the next value's stands too
    let from = usize::from(foot.height).saturating_sub(lines.len());
    for (line, words) in lines.iter().enumerate() {
        if let Some(mut pen) = Pen::on(buffer, foot, from + line, look) {
            pen.put(words, look.theme.quiet);
        }
    }
}

/// The place, kind and size of the value under the cursor, and where it goes, in words.
fn about(tree: &Tree, world: &World<'_>, width: usize) -> (Option<String>, String) {
    let look = world.look;
    let Some((part, value)) = tree.current() else {
        let wanted = tree.wanted_by().map(|who| {
            let keys = world.keymap.keys(Place::Detail, Action::Toggle);
            let key = keys.first().map_or("toggle", String::as_str);
            format!("not in the call; wanted by {}: {key} shows why", who.join(", "))
        });
        return (None, wanted.unwrap_or_default());
    };
    let kind = kind_and_size(value);
    let pointer = tree.pointer().unwrap_or_default();
    let pointer = look.clean(&pointer);
    // what it is called stands at the end
    let most = width.saturating_sub(kind.len() + 2).max(8);
    let head = format!("{}  {kind}", text::cut_front(&pointer, most, look.ellipsis()));
    (Some(head), goes_to(part, value, tree, world).unwrap_or_default())
}

/// Where a value goes, in words.
fn goes_to(part: Part, value: Val<'_>, tree: &Tree, world: &World<'_>) -> Option<String> {
    let places: Vec<String> = tree
        .uses()
        .of_value(part, value.node())
        .filter_map(|place| {
            let vendor = world.shared.vendors.get(place.vendor)?;
            Some(format!("{} {}", vendor.short, place.to))
        })
        .collect();
    if places.is_empty() {
        let unused = is_unused(tree, part, value);
        return unused.then(|| "in no vendor's output".to_owned());
    }
    Some(format!("{} {}", world.look.arrow(), places.join(&format!(" {} ", world.look.dot()))))
}

fn is_unused(tree: &Tree, part: Part, value: Val<'_>) -> bool {
    let root = tree.doc(part).map(|doc| doc.root());
    root.is_some_and(|root| tree.uses().is_unused(part, value, root))
}

/// Beside a value: the vendors that get it, or that none does.
fn uses(pen: &mut Pen<'_>, part: Part, value: Val<'_>, tree: &Tree, world: &World<'_>) {
    let theme = &world.look.theme;
    let mut vendors: Vec<(usize, bool)> = tree
        .uses()
        .of_value(part, value.node())
        .map(|place| (place.vendor, place.in_use))
        .collect();
    vendors.dedup();
    if vendors.is_empty() {
        if is_unused(tree, part, value) && pen.room() > UNUSED.len() + 2 {
            pen.right(UNUSED.len()).put(UNUSED, theme.unused);
        }
        return;
    }
    let short = |vendor: usize| world.shared.vendors.get(vendor).map_or("", |v| v.short.as_str());
    let names = vendors.iter().map(|(vendor, _)| text::width(short(*vendor)) + 1).sum::<usize>();
    let arrow = world.look.arrow();
    let needed = text::width(arrow) + names;
    if pen.room() < needed + 2 {
        return;
    }
    pen.right(needed).put(arrow, theme.quiet);
    for (vendor, in_use) in vendors {
        let style = if in_use { theme.label } else { theme.unused };
        pen.skip(1).show(short(vendor), style);
    }
}

/// The columns that a value has where so many are for it and for the note beside it.
pub fn room_beside(both: usize, note: usize) -> usize {
    both.saturating_sub(note).max(both.min(8))
}

fn draw(pen: &mut Pen<'_>, row: TreeRow, tree: &Tree, world: &World<'_>) {
    let look = world.look;
    let theme = &look.theme;
    match row {
        TreeRow::Added => {
            pen.put("added by the service", theme.derived);
        }
        TreeRow::Ghost { at, depth } => {
            let Some(ghost) = tree.notes().ghosts().get(at) else { return };
            let loud = if ghost.strong { theme.missing_id } else { theme.warning };
            pen.skip(tree.indent(depth) + 2).show(&ghost.name, loud).put(": ", loud);
            // the sign `none` says that the call goes through
            pen.put(if ghost.strong || ghost.lost { "missing" } else { "none" }, loud);
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
            let mut notes = tree.notes().beside(part, node);
            let note = notes.next();
            let kept = note.map_or(0, |note| note.width() + 2);
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
                    let room = room_beside(pen.room(), kept);
                    let shown = tree.shown(value);
                    let safe = look.clean(text::beginning(&shown, room));
                    pen.put(&text::cut(&safe, room, look.ellipsis()), style(value, look));
                }
            }
            if let Some((words, style)) = note.map(|note| note_text(note, look)) {
                pen.skip(2).put(&words, style);
            }
            for note in notes {
                if pen.room() < note.width() + 2 {
                    break;
                }
                let (words, style) = note_text(note, look);
                pen.skip(2).put(&words, style);
            }
            uses(pen, part, value, tree, world);
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
