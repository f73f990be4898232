//! The call as a tree: what is folded, where the cursor is, which rows there are. A row is a few
//! numbers; its text is made when it is drawn, so a long call costs what is in view.

use crate::call::{Children, Doc, Val, pointer};
use crate::tui::app::action::Action;
use crate::tui::pages::detail::annotations::{Notes, Part};
use crate::tui::pages::detail::provenance::Uses;
use crate::tui::theme::painter::Look;
use crate::tui::widgets::text;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Members of a call that are folded until someone unfolds them: long, and seldom the trouble.
const FOLDED_AT_FIRST: [&str; 2] = ["context", "integrations"];

/// One row of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeRow {
    /// a value
    Value {
        /// whose
        part: Part,
        /// its place in the document
        node: u32,
        /// how deep it is
        depth: u32,
        /// its index, if it stands in an array
        index: Option<u32>,
        /// for a container with something in it: whether it is folded
        folded: Option<bool>,
        /// the same at the same path of every call
        path: u64,
    },
    /// a further line of a text that is shown in full
    More {
        /// whose
        part: Part,
        /// its place in the document
        node: u32,
        /// how deep it is
        depth: u32,
        /// which line
        line: u32,
    },
    /// something that should be there, by its place in [`Notes::ghosts`]
    Ghost {
        /// its place
        at: usize,
        /// how deep it is
        depth: u32,
    },
    /// above what the service added
    Added,
}

/// What a tree shows.
#[derive(Debug, Default)]
pub struct Planted {
    /// The call as it came.
    pub call: Option<Doc<'static>>,
    /// What the service added.
    pub derived: Option<Doc<'static>>,
    /// What is said beside values.
    pub notes: Notes,
    /// Where values go.
    pub uses: Uses,
    /// The write key, which is shown masked.
    pub key: Option<String>,
}

/// The tree of one call; what the user folded stays so from call to call.
#[derive(Debug, Default)]
pub struct Tree {
    call: Option<Doc<'static>>,
    derived: Option<Doc<'static>>,
    notes: Notes,
    pub(crate) uses: Uses,
    /// How many fields go nowhere, in words.
    summary: Option<String>,
    pub(crate) rows: Vec<TreeRow>,
    pub(crate) cursor: usize,
    top: usize,
    height: usize,
    pub(crate) width: usize,
    pub(crate) folds: HashMap<u64, bool>,
    pub(crate) opened: HashSet<(Part, u32)>,
    long: HashMap<(Part, u32), Vec<String>>,
    /// The write key, which is shown masked.
    key: Option<String>,
    /// How texts are shown: a letter that is escaped takes more columns.
    pub(crate) ascii: bool,
}

impl Tree {
    /// Shows another call.
    pub fn set(&mut self, planted: Planted) {
        let Planted { call, derived, notes, uses, key } = planted;
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

    /// Fits it into a pane.
    pub fn sync(&mut self, width: usize, height: usize, look: &Look) {
        if self.width != width || self.rows.is_empty() {
            self.width = width;
            self.lay(look);
        }
        self.height = height.max(1);
        self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
        let lowest = (self.cursor + 1).saturating_sub(self.height);
        self.top = self.top.clamp(lowest, self.cursor);
    }

    /// The rows in view, each with whether the cursor is on it.
    pub fn view(&self) -> impl Iterator<Item = (TreeRow, bool)> + '_ {
        let rows = self.rows.iter().copied().enumerate().skip(self.top).take(self.height);
        rows.map(|(at, row)| (row, at == self.cursor))
    }

    /// How far down the view is, of how many rows.
    pub fn place(&self) -> (usize, usize) {
        (self.top + self.height, self.rows.len())
    }

    /// The document of a part.
    pub fn doc(&self, part: Part) -> Option<&Doc<'static>> {
        match part {
            Part::Call => self.call.as_ref(),
            Part::Derived => self.derived.as_ref(),
        }
    }

    /// A value of a row.
    pub fn value(&self, part: Part, node: u32) -> Option<Val<'_>> {
        self.doc(part).map(|doc| doc.at(node))
    }

    /// A value's own text as it may be shown.
    pub fn shown<'v>(&self, value: Val<'v>) -> Cow<'v, str> {
        let raw = value.raw();
        match &self.key {
            Some(key) if value.as_str().is_some_and(|text| text == key.as_str()) => {
                Cow::Owned(format!("\"{}\"", text::masked(key)))
            }
            _ => Cow::Borrowed(raw),
        }
    }

    /// Where the values go.
    pub fn uses(&self) -> &Uses {
        &self.uses
    }

    /// How many fields go nowhere, in words.
    pub fn summary(&self) -> Option<&str> {
        self.summary.as_deref()
    }

    /// Whether there is no call to show.
    pub fn is_empty(&self) -> bool {
        self.call.is_none()
    }

    /// The notes.
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// A line of a text that is shown in full.
    pub fn long_line(&self, part: Part, node: u32, line: u32) -> &str {
        let lines = self.long.get(&(part, node));
        lines.and_then(|lines| lines.get(line as usize)).map_or("", String::as_str)
    }

    /// The columns before a row's text.
    pub fn indent(&self, depth: u32) -> usize {
        // however deep it is, half of the width is left
        (2 * depth as usize).min(self.width / 2)
    }

    /// The value under the cursor.
    pub fn current(&self) -> Option<(Part, Val<'_>)> {
        match *self.rows.get(self.cursor)? {
            TreeRow::Value { part, node, .. } | TreeRow::More { part, node, .. } => {
                Some((part, self.value(part, node)?))
            }
            _ => None,
        }
    }

    /// Who wants the id under the cursor that is not there, by their short names.
    pub fn wanted_by(&self) -> Option<&[String]> {
        match *self.rows.get(self.cursor)? {
            TreeRow::Ghost { at, .. } => Some(&self.notes.ghosts().get(at)?.wanted_by),
            _ => None,
        }
    }

    /// The JSON pointer of the value under the cursor.
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

    /// The value under the cursor: a string's text, else the JSON.
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

    /// Moves, folds or unfolds.
    pub fn act(&mut self, action: Action, look: &Look) {
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
            Action::Toggle => return self.turn(None, look),
            Action::Unfold => return self.turn(Some(false), look),
            Action::Fold => return self.turn(Some(true), look),
            _ => return,
        }
        .min(last);
    }

    pub(crate) fn lay(&mut self, look: &Look) {
        self.ascii = look.ascii;
        let mut rows = Vec::new();
        let mut long = HashMap::new();
        if let Some(doc) = &self.call {
            self.lay_part(Part::Call, doc, &mut rows, &mut long, look);
        }
        if let Some(doc) = self.derived.as_ref().filter(|doc| doc.root().size() > 1) {
            rows.push(TreeRow::Added);
            self.lay_part(Part::Derived, doc, &mut rows, &mut long, look);
        }
        (self.rows, self.long) = (rows, long);
    }

    fn lay_part(
        &self,
        part: Part,
        doc: &Doc<'_>,
        rows: &mut Vec<TreeRow>,
        long: &mut HashMap<(Part, u32), Vec<String>>,
        look: &Look,
    ) {
        // what should be there and is not stands before what is
        let ghosts = |parent: u32, depth: u32, rows: &mut Vec<TreeRow>| {
            let all = self.notes.ghosts().iter().enumerate().filter(|_| part == Part::Call);
            let here = all.filter(|(_, ghost)| ghost.parent == parent);
            rows.extend(here.map(|(at, _)| TreeRow::Ghost { at, depth }));
        };
        ghosts(doc.root().node(), 0, rows);
        let mut open = vec![Level::of(doc.root(), at_root(part))];
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
                    && !self.notes.inside(part, child);
                self.folds.get(&path).copied().unwrap_or(at_first)
            });
            rows.push(TreeRow::Value { part, node, depth, index, folded, path });
            if folded == Some(false) {
                ghosts(node, depth + 1, rows);
                open.push(Level::of(child, path));
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

    /// Whether a text is shown in full below its name.
    pub fn is_opened(&self, part: Part, node: u32) -> bool {
        self.long.contains_key(&(part, node))
    }
}

/// A container whose children are being laid out.
struct Level<'d> {
    array: bool,
    next: u32,
    path: u64,
    children: Children<'d>,
}

impl<'d> Level<'d> {
    fn of(value: Val<'d>, path: u64) -> Level<'d> {
        Level { array: value.is_array(), next: 0, path, children: value.children() }
    }
}

/// The number of a document's own path.
pub(crate) fn at_root(part: Part) -> u64 {
    part as u64
}

/// A path's number, from its parent's: paths themselves would grow with the square of the depth.
pub(crate) fn step(parent: u64, index: Option<u32>, child: Val<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    parent.hash(&mut hasher);
    match index {
        Some(index) => index.hash(&mut hasher),
        None => child.key_raw().hash(&mut hasher),
    }
    hasher.finish()
}
