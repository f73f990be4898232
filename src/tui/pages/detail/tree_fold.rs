//! Folding and unfolding the tree, and showing long texts in full.

use crate::tui::pages::detail::annotations::DocumentSide;
use crate::tui::pages::detail::json_tree::{Tree, TreeRow};
use crate::tui::pages::detail::tree_draw::room_beside;
use crate::tui::theme::painter::Appearance;
use crate::tui::widgets::text;

impl Tree {
    /// Folds or unfolds the row under the cursor, or toggles it if `fold` is none.
    pub(crate) fn set_fold(&mut self, fold: Option<bool>, look: &Appearance) {
        let Some(row) = self.rows.get(self.cursor).copied() else { return };
        match row {
            TreeRow::Value { folded: Some(now), path, .. } => {
                let want = fold.unwrap_or(!now);
                if want == now {
                    return if want { self.go_to_parent() } else { self.cursor += 1 };
                }
                self.folds.insert(path, want);
            }
            TreeRow::Value { part, node, folded: None, .. } | TreeRow::More { part, node, .. } => {
                let place = (part, node);
                let open = self.opened.contains(&place);
                if fold == Some(true) && !open {
                    return self.go_to_parent();
                }
                if fold.map_or(open, |fold| fold) {
                    self.opened.remove(&place);
                    while matches!(self.rows[self.cursor], TreeRow::More { .. }) {
                        self.cursor -= 1;
                    }
                } else if self.is_cut(row) {
                    self.opened.insert(place);
                }
            }
            _ if fold == Some(true) => return self.go_to_parent(),
            _ => return,
        }
        self.build_rows(look);
    }

    /// Returns true if folding, unfolding or showing a text in full would do something here.
    pub(crate) fn can_turn(&self) -> bool {
        self.rows.get(self.cursor).is_some_and(|row| match row {
            TreeRow::Value { folded: Some(_), .. } | TreeRow::More { .. } => true,
            TreeRow::Value { part, node, .. } => {
                self.is_cut(*row) || self.opened.contains(&(*part, *node))
            }
            TreeRow::Missing { .. } | TreeRow::Added => false,
        })
    }

    /// Returns the first vendor whose output contains the value under the cursor, and the value's
    /// pointer. The vendor shown beside the call comes first, then the vendors in use, then the
    /// others.
    pub(crate) fn first_use(&self, beside: Option<usize>) -> Option<(usize, String)> {
        let (part, value) = self.current()?;
        let mut all: Vec<_> = self.uses.uses_of_value(part, value.node()).collect();
        all.sort_by_key(|found| (Some(found.vendor) != beside, !found.in_use));
        Some((all.first()?.vendor, self.pointer()?))
    }

    /// Returns true if a value is longer than its line.
    fn is_cut(&self, row: TreeRow) -> bool {
        let TreeRow::Value { part, node, depth, index, .. } = row else { return false };
        let Some(value) = self.value(part, node) else { return false };
        let clean = |text: &str, room: usize| {
            text::width(&text::clean(text::beginning(text, room), self.ascii))
        };
        let name = match index {
            Some(index) => index.to_string().len(),
            None => clean(value.key_raw(), self.width),
        };
        // the fold sign and a blank before the name, a colon and a blank after it
        let both = self.width.saturating_sub(self.indent(depth) + 4 + name);
        let note = self.notes().beside(part, node).next().map_or(0, |note| note.width() + 2);
        let room = room_beside(both, note);
        clean(&self.shown(value), room) > room
    }

    /// Shows the text under the cursor in full if its line cuts it.
    pub(crate) fn open_cut(&mut self, look: &Appearance) {
        let Some(row) = self.rows.get(self.cursor).copied() else { return };
        if let TreeRow::Value { part, node, folded: None, .. } = row
            && self.is_cut(row)
            && self.opened.insert((part, node))
        {
            self.build_rows(look);
        }
    }

    /// Unfolds the containers at these paths.
    pub(crate) fn unfold_all(&mut self, paths: &[u64], look: &Appearance) {
        self.folds.extend(paths.iter().map(|path| (*path, false)));
        self.build_rows(look);
    }

    /// Puts the cursor on the first row that matches.
    pub(crate) fn go_to_row(&mut self, is_it: impl Fn(&TreeRow) -> bool) {
        self.cursor = self.rows.iter().position(is_it).unwrap_or(self.cursor);
    }

    /// Returns the last value at or above the cursor.
    pub(crate) fn place_under_cursor(&self) -> Option<(DocumentSide, u32)> {
        let upto = self.rows.iter().take(self.cursor + 1);
        upto.rev().find_map(|row| match row {
            TreeRow::Value { part, node, .. } | TreeRow::More { part, node, .. } => {
                Some((*part, *node))
            }
            _ => None,
        })
    }

    fn go_to_parent(&mut self) {
        let depth = |row: &TreeRow| match row {
            TreeRow::Value { depth, .. } | TreeRow::More { depth, .. } => *depth,
            TreeRow::Missing { depth, .. } => *depth,
            TreeRow::Added => 0,
        };
        let own = self.rows.get(self.cursor).map_or(0, depth);
        let above = self.rows[..self.cursor.min(self.rows.len())].iter();
        if let Some(parent) = above.clone().rposition(|row| depth(row) < own) {
            self.cursor = parent;
        }
    }
}
