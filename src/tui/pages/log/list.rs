//! The log's cursor, its window into the rows, following and pausing.
//!
//! The number of a row never changes, but its index among the rows that are shown changes while a
//! filter is being applied. So the cursor is stored as a row, and indices are computed for each
//! frame.

use crate::inspector::RowView;
use crate::tui::app::action::Action;
use crate::tui::app::view::ViewContext;
use crate::tui::pages::log::ColumnLayout;

/// The state of the log.
#[derive(Debug)]
pub struct List {
    /// The row that the user selected. If it is hidden by a filter, the cursor is on the next row
    /// that is shown, and returns when the filter is gone.
    wanted: u64,
    /// The index of the cursor's row among the rows that are shown.
    at: u64,
    /// The row under the cursor.
    current: Option<u64>,
    /// The index of the first row in view.
    top: u64,
    /// True if the cursor stays at the newest row.
    follow: bool,
    /// The number of rows at the time of the pause, while paused.
    frozen: Option<u64>,
    /// The rows before this one have been in view.
    seen: u64,
    unseen: u64,
    /// The number of rows that are shown.
    count: u64,
    /// The number of rows that fit, as of the last frame.
    height: u64,
    window: Vec<RowView>,
    layout: ColumnLayout,
}

impl Default for List {
    fn default() -> List {
        List {
            wanted: 0,
            at: 0,
            current: None,
            top: 0,
            follow: true,
            frozen: None,
            seen: 0,
            unseen: 0,
            count: 0,
            height: 1,
            window: Vec::new(),
            layout: ColumnLayout::default(),
        }
    }
}

impl List {
    /// Returns the row under the cursor, or none if no row is shown.
    pub fn cursor(&self) -> Option<u64> {
        self.current
    }

    /// Returns the contents of the row under the cursor.
    pub fn current(&self) -> Option<&RowView> {
        self.window.iter().find(|row| Some(row.row) == self.current)
    }

    /// Returns the rows in view, from the top.
    pub fn window(&self) -> &[RowView] {
        &self.window
    }

    /// Returns the columns.
    pub fn layout(&self) -> &ColumnLayout {
        &self.layout
    }

    /// Fits the columns to a width.
    pub fn fit(&mut self, width: u16, ctx: &ViewContext<'_>) {
        self.layout.fit(usize::from(width), ctx);
    }

    /// Returns the row at a line of the log.
    pub fn row_at(&self, line: u64) -> Option<u64> {
        self.window.get(usize::try_from(line).ok()?).map(|row| row.row)
    }

    /// Returns the number of new rows that have not been in view.
    pub fn unseen(&self) -> u64 {
        self.unseen
    }

    /// Returns true if the log is paused.
    pub fn is_paused(&self) -> bool {
        self.frozen.is_some()
    }

    /// Returns true if the cursor stays at the newest row.
    pub fn follows(&self) -> bool {
        self.follow
    }

    /// Pauses or resumes.
    pub fn pause(&mut self, all: u64) {
        self.frozen = match self.frozen {
            Some(_) => None,
            None => Some(all),
        };
    }

    /// Puts the cursor on a row that is shown.
    pub fn select(&mut self, row: u64, ctx: &ViewContext<'_>) {
        let at = ctx.inspector.place_of(row);
        self.follow &= at >= self.at;
        (self.wanted, self.at, self.current) = (row, at, Some(row));
    }

    /// Returns the row after the last one: the first row that came after a pause, or the end of
    /// all rows.
    pub fn end(&self, ctx: &ViewContext<'_>) -> u64 {
        self.frozen.unwrap_or(ctx.shared.rows)
    }

    /// Returns true if the cursor may go to a row. A row that came after a pause is out of reach.
    pub fn holds(&self, row: u64) -> bool {
        self.frozen.is_none_or(|rows| row < rows)
    }

    /// Puts the cursor on a row that a search found, and stops following.
    pub fn jump(&mut self, row: u64, ctx: &ViewContext<'_>) {
        self.follow = false;
        self.select(row, ctx);
    }

    /// Moves the cursor. Returns false if the action is not a movement.
    pub fn step(&mut self, action: Action, ctx: &ViewContext<'_>) -> bool {
        let (page, half) = (self.height.max(1), (self.height / 2).max(1));
        let to = match action {
            Action::Down => self.at.saturating_add(1),
            Action::Up => self.at.saturating_sub(1),
            Action::HalfDown => self.at.saturating_add(half),
            Action::HalfUp => self.at.saturating_sub(half),
            Action::PageDown => self.at.saturating_add(page),
            Action::PageUp => self.at.saturating_sub(page),
            Action::First => 0,
            Action::Last => {
                self.follow = true;
                u64::MAX
            }
            _ => return false,
        };
        let to = to.min(self.count.saturating_sub(1));
        if let Some(row) = ctx.inspector.shown_rows(to..to + 1).pop() {
            self.follow &= to >= self.at;
            (self.wanted, self.at, self.current) = (row, to, Some(row));
        }
        true
    }

    /// Reads the rows that the next frame shows.
    pub fn sync(&mut self, height: u64, ctx: &ViewContext<'_>) {
        let height = height.max(1);
        self.height = height;
        let (inspector, all) = (ctx.inspector, ctx.shared.rows);
        if all == 0 {
            // cleared: rows that come now are new
            (self.follow, self.wanted, self.seen) = (true, 0, 0);
            self.layout.clear();
        }
        self.frozen = self.frozen.map(|rows| rows.min(all));
        let end = self.frozen.unwrap_or(all);
        let shown = ctx.shared.shown.rows;
        self.count = if end < all { inspector.place_of(end).min(shown) } else { shown };
        let last = self.count.saturating_sub(1);
        let at = if self.follow { last } else { inspector.place_of(self.wanted).min(last) };
        // rows that the filter shows above the cursor do not move the cursor's line
        self.top = (at + self.top).saturating_sub(self.at);
        self.at = at;
        let lowest_top = self.count.saturating_sub(height);
        self.top = self.top.clamp((at + 1).saturating_sub(height), at);
        self.top = if self.follow { lowest_top } else { self.top.min(lowest_top) };
        let rows = inspector.shown_rows(self.top..(self.top + height).min(self.count));
        let nearest = rows.get((at - self.top) as usize).or(rows.last());
        self.current = nearest.copied();
        if let (true, Some(row)) = (self.follow, self.current) {
            self.wanted = row;
        }
        let in_view = rows.last().map_or(0, |row| row + 1);
        self.seen = if self.follow { end } else { self.seen.max(in_view).min(all) };
        let caught_up = self.follow && self.frozen.is_none();
        self.unseen = if caught_up {
            0
        } else {
            shown.saturating_sub(inspector.place_of(self.seen).min(shown))
        };
        self.window = inspector.window_of(&rows, &ctx.shared.fields);
        self.layout.see(&self.window, ctx);
    }
}
