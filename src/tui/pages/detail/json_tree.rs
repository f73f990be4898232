//! The call as a tree: its rows, the folded containers and the cursor. A row is a few numbers and
//! its text is made when the row is drawn, so a long call costs only the rows in view.

use crate::call::{Children, Doc, Val, pointer};
use crate::tui::app::action::Action;
use crate::tui::pages::detail::annotations::{Annotations, DocumentSide};
use crate::tui::pages::detail::provenance::Provenance;
use crate::tui::theme::painter::Appearance;
use crate::tui::widgets::text;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The members of a call that are folded at first, because they are long and rarely the problem.
const FOLDED_AT_FIRST: [&str; 2] = ["context", "integrations"];

/// One row of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeRow {
    /// a value
    Value {
        /// the document of the value
        part: DocumentSide,
        /// the node of the value in its document
        node: u32,
        /// how deep it is
        depth: u32,
        /// the index of the value, if it is an element of an array
        index: Option<u32>,
        /// true if the value is a folded container; none if it contains nothing
        folded: Option<bool>,
        /// the hash of the path, equal for the same path in every call
        path: u64,
    },
    /// a further line of a text that is shown in full
    More {
        /// the document of the text
        part: DocumentSide,
        /// the node of the text in its document
        node: u32,
        /// how deep it is
        depth: u32,
        /// the number of the line
        line: u32,
    },
    /// a field that should be present, by its index in [`Annotations::missing_fields`]
    Missing {
        /// the index
        at: usize,
        /// how deep it is
        depth: u32,
    },
    /// the heading above the fields that the service added
    Added,
}

/// The contents of a tree.
#[derive(Debug, Default)]
pub struct NewTree {
    /// The call as the sender sent it.
    pub call: Option<Doc<'static>>,
    /// The fields that the service added.
    pub derived: Option<Doc<'static>>,
    /// The annotations of values.
    pub notes: Annotations,
    /// The outputs that use the values.
    pub uses: Provenance,
    /// The write key, which is shown masked.
    pub key: Option<String>,
}

/// The tree of one call. The folds that the user chose stay from call to call.
#[derive(Debug, Default)]
pub struct Tree {
    call: Option<Doc<'static>>,
    derived: Option<Doc<'static>>,
    notes: Annotations,
    pub(crate) uses: Provenance,
    /// The number of unused fields, in words.
    summary: Option<String>,
    pub(crate) rows: Vec<TreeRow>,
    pub(crate) cursor: usize,
    top: usize,
    height: usize,
    pub(crate) width: usize,
    pub(crate) folds: HashMap<u64, bool>,
    pub(crate) opened: HashSet<(DocumentSide, u32)>,
    long: HashMap<(DocumentSide, u32), Vec<String>>,
    /// The write key, which is shown masked.
    key: Option<String>,
    /// True if non-ASCII letters are escaped, so that they take more columns.
    pub(crate) ascii: bool,
}

impl Tree {
    /// Shows another call.
    pub fn set(&mut self, new_tree: NewTree) {
        let NewTree { call, derived, notes, uses, key } = new_tree;
        *self = Tree {
            summary: call.as_ref().and_then(|call| uses.summary(call)),
            key,
            call,
            derived,
            notes,
            uses,
            folds: std::mem::take(&mut self.folds),
            height: self.height,
            ..Tree::default()
        };
    }

    /// Fits the tree into a pane.
    pub fn sync(&mut self, width: usize, height: usize, look: &Appearance) {
        if self.width != width || self.rows.is_empty() {
            self.width = width;
            self.build_rows(look);
        }
        self.height = height.max(1);
        self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
        let lowest = (self.cursor + 1).saturating_sub(self.height);
        self.top = self.top.clamp(lowest, self.cursor);
    }

    /// Returns the rows in view, each with true if the cursor is on it.
    pub fn view(&self) -> impl Iterator<Item = (TreeRow, bool)> + '_ {
        let rows = self.rows.iter().copied().enumerate().skip(self.top).take(self.height);
        rows.map(|(at, row)| (row, at == self.cursor))
    }

    /// Returns the number of rows down to the bottom of the view, and the number of all rows.
    pub fn place(&self) -> (usize, usize) {
        (self.top + self.height, self.rows.len())
    }

    /// Returns the document of a side.
    pub fn doc(&self, part: DocumentSide) -> Option<&Doc<'static>> {
        match part {
            DocumentSide::Call => self.call.as_ref(),
            DocumentSide::Derived => self.derived.as_ref(),
        }
    }

    /// Returns the value of a row.
    pub fn value(&self, part: DocumentSide, node: u32) -> Option<Val<'_>> {
        self.doc(part).map(|doc| doc.at(node))
    }

    /// Returns a value's source text, with the write key masked.
    pub fn shown<'v>(&self, value: Val<'v>) -> Cow<'v, str> {
        let raw = value.raw();
        match &self.key {
            Some(key) if value.as_str().is_some_and(|text| text == key.as_str()) => {
                Cow::Owned(format!("\"{}\"", text::masked(key)))
            }
            _ => Cow::Borrowed(raw),
        }
    }

    /// Returns the uses of the values in outputs.
    pub fn uses(&self) -> &Provenance {
        &self.uses
    }

    /// Returns the number of unused fields, in words.
    pub fn summary(&self) -> Option<&str> {
        self.summary.as_deref()
    }

    /// Returns true if there is no call to show.
    pub fn is_empty(&self) -> bool {
        self.call.is_none()
    }

    /// Returns the annotations.
    pub fn notes(&self) -> &Annotations {
        &self.notes
    }

    /// Returns one line of a text that is shown in full.
    pub fn long_line(&self, part: DocumentSide, node: u32, line: u32) -> &str {
        let lines = self.long.get(&(part, node));
        lines.and_then(|lines| lines.get(line as usize)).map_or("", String::as_str)
    }

    /// Returns the number of columns before a row's text.
    pub fn indent(&self, depth: u32) -> usize {
        // at any depth, half of the width is left for the text
        (2 * depth as usize).min(self.width / 2)
    }

    /// Returns the value under the cursor.
    pub fn current(&self) -> Option<(DocumentSide, Val<'_>)> {
        match *self.rows.get(self.cursor)? {
            TreeRow::Value { part, node, .. } | TreeRow::More { part, node, .. } => {
                Some((part, self.value(part, node)?))
            }
            _ => None,
        }
    }

    /// Returns the short names of the vendors that need the missing id under the cursor.
    pub fn wanted_by(&self) -> Option<&[String]> {
        match *self.rows.get(self.cursor)? {
            TreeRow::Missing { at, .. } => Some(&self.notes.missing_fields().get(at)?.wanted_by),
            _ => None,
        }
    }

    /// Returns the JSON pointer of the value under the cursor.
    pub fn pointer(&self) -> Option<String> {
        let (part, wanted) = self.current()?;
        let mut value = self.doc(part)?.root();
        let mut out = String::new();
        while value.node() != wanted.node() {
            let holds = |child: &Val<'_>| {
                let node = child.node();
                (node..node + child.size() as u32).contains(&wanted.node())
            };
            let (index, child) = value.children().enumerate().find(|(_, child)| holds(child))?;
            let token = if value.is_array() { index.to_string() } else { child.key().into_owned() };
            out = pointer::push(&out, &token);
            value = child;
        }
        Some(out)
    }

    /// Returns the value under the cursor for copying: a string's text, else the JSON.
    pub fn copy(&self) -> Option<String> {
        let (_, value) = self.current()?;
        Some(value.as_str().map_or_else(|| value.raw().to_owned(), |text| text.into_owned()))
    }

    /// Puts the cursor on a line of the pane.
    pub fn click(&mut self, line: usize) {
        if self.top + line < self.rows.len() {
            self.cursor = self.top + line;
        }
    }

    /// Moves the cursor, folds or unfolds.
    pub fn act(&mut self, action: Action, look: &Appearance) {
        let last = self.rows.len().saturating_sub(1);
        let half = (self.height / 2).max(1);
        self.cursor = match action {
            Action::Down => self.cursor + 1,
            Action::Up => self.cursor.saturating_sub(1),
            Action::HalfDown => self.cursor + half,
            Action::HalfUp => self.cursor.saturating_sub(half),
            Action::PageDown => self.cursor + self.height,
            Action::PageUp => self.cursor.saturating_sub(self.height),
            Action::First => 0,
            Action::Last => last,
            Action::Toggle => return self.set_fold(None, look),
            Action::Unfold => return self.set_fold(Some(false), look),
            Action::Fold => return self.set_fold(Some(true), look),
            _ => return,
        }
        .min(last);
    }

    pub(crate) fn build_rows(&mut self, look: &Appearance) {
        self.ascii = look.ascii;
        let mut rows = Vec::new();
        let mut long = HashMap::new();
        if let Some(doc) = &self.call {
            self.add_document_rows(DocumentSide::Call, doc, &mut rows, &mut long, look);
        }
        if let Some(doc) = self.derived.as_ref().filter(|doc| doc.root().size() > 1) {
            rows.push(TreeRow::Added);
            self.add_document_rows(DocumentSide::Derived, doc, &mut rows, &mut long, look);
        }
        (self.rows, self.long) = (rows, long);
    }

    fn add_document_rows(
        &self,
        part: DocumentSide,
        doc: &Doc<'_>,
        rows: &mut Vec<TreeRow>,
        long: &mut HashMap<(DocumentSide, u32), Vec<String>>,
        look: &Appearance,
    ) {
        // missing fields stand before the fields that are present
        let missing_fields = |parent: u32, depth: u32, rows: &mut Vec<TreeRow>| {
            let all = self
                .notes
                .missing_fields()
                .iter()
                .enumerate()
                .filter(|_| part == DocumentSide::Call);
            let here = all.filter(|(_, missing_field)| missing_field.parent == parent);
            rows.extend(here.map(|(at, _)| TreeRow::Missing { at, depth }));
        };
        missing_fields(doc.root().node(), 0, rows);
        let mut open = vec![Level::from_value(doc.root(), at_root(part))];
        while let Some(level) = open.last_mut() {
            let Some(child) = level.children.next() else {
                open.pop();
                continue;
            };
            let index = level.array.then_some(level.next);
            level.next += 1;
            let path = step(level.path, index, child);
            let depth = open.len() as u32 - 1;
            let node = child.node();
            let folded = (child.children().next().is_some()).then(|| {
                let at_first = depth == 0
                    && FOLDED_AT_FIRST.contains(&child.key_raw())
                    && !self.notes.contains_annotation(part, child);
                self.folds.get(&path).copied().unwrap_or(at_first)
            });
            rows.push(TreeRow::Value { part, node, depth, index, folded, path });
            if folded == Some(false) {
                missing_fields(node, depth + 1, rows);
                open.push(Level::from_value(child, path));
            } else if self.opened.contains(&(part, node)) {
                let shown = self.shown(child);
                let safe = look.clean(&shown);
                let room = self.width.saturating_sub(self.indent(depth + 1) + 2);
                let lines: Vec<String> =
                    text::chunks(&safe, room).into_iter().map(str::to_owned).collect();
                let count = lines.len() as u32;
                rows.extend((0..count).map(|line| TreeRow::More { part, node, depth, line }));
                long.insert((part, node), lines);
            }
        }
    }

    /// Returns true if a text is shown in full below its name.
    pub fn is_opened(&self, part: DocumentSide, node: u32) -> bool {
        self.long.contains_key(&(part, node))
    }
}

/// A container whose children become rows.
struct Level<'d> {
    array: bool,
    next: u32,
    path: u64,
    children: Children<'d>,
}

impl<'d> Level<'d> {
    fn from_value(value: Val<'d>, path: u64) -> Level<'d> {
        Level { array: value.is_array(), next: 0, path, children: value.children() }
    }
}

/// Returns the hash of the root path of a document.
pub(crate) fn at_root(part: DocumentSide) -> u64 {
    part as u64
}

/// Returns the hash of a path, computed from its parent's hash. Storing the paths themselves would
/// take memory that grows with the square of the depth.
pub(crate) fn step(parent: u64, index: Option<u32>, child: Val<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    parent.hash(&mut hasher);
    match index {
        Some(index) => index.hash(&mut hasher),
        None => child.key_raw().hash(&mut hasher),
    }
    hasher.finish()
}
