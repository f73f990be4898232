//! The log's cursor, its window into the rows, following and pausing.

use super::columns::Needs;
use super::rows;
use crate::tui::action::Action;
use crate::tui::feed::RowView;
use crate::tui::view::World;

/// The log's state. Rows only ever grow, so a row's number names it for good.
#[derive(Debug)]
pub struct List {
    cursor: u64,
    top: u64,
    /// The cursor stays at the newest row.
    follow: bool,
    /// While paused: how many rows there were.
    frozen: Option<u64>,
    /// How many rows have been in view.
    seen: u64,
    rows: u64,
    /// How many rows fit, as of the last frame.
    height: u64,
    window: Vec<RowView>,
    needs: Needs,
}

impl Default for List {
    fn default() -> List {
        List {
            cursor: 0,
            top: 0,
            follow: true,
            frozen: None,
            seen: 0,
            rows: 0,
            height: 1,
            window: Vec::new(),
            needs: Needs::default(),
        }
    }
}

impl List {
    /// The row under the cursor; none in an empty log.
    pub fn cursor(&self) -> Option<u64> {
        (self.rows > 0).then_some(self.cursor)
    }

    /// The rows in view, from the top.
    pub fn window(&self) -> &[RowView] {
        &self.window
    }

    /// How wide the flexible columns would have to be for all that was in view so far.
    pub fn needs(&self) -> Needs {
        self.needs
    }

    /// The row at a line of the log.
    pub fn row_at(&self, line: u64) -> Option<u64> {
        Some(self.top + line).filter(|row| *row < self.rows)
    }

    /// How many rows came that are not shown yet.
    pub fn unseen(&self, all: u64) -> u64 {
        if self.follow && self.frozen.is_none() { 0 } else { all.saturating_sub(self.seen) }
    }

    /// Whether it is paused.
    pub fn is_paused(&self) -> bool {
        self.frozen.is_some()
    }

    /// Whether the cursor stays at the newest row.
    pub fn follows(&self) -> bool {
        self.follow
    }

    /// Stops or goes on.
    pub fn pause(&mut self, all: u64) {
        self.frozen = match self.frozen {
            Some(_) => None,
            None => Some(all),
        };
    }

    /// Puts the cursor on a row.
    pub fn select(&mut self, row: u64) {
        if self.rows == 0 {
            return;
        }
        let row = row.min(self.rows - 1);
        self.follow &= row >= self.cursor;
        self.cursor = row;
    }

    /// Whether a row is among those shown (it may have come after a pause).
    pub fn holds(&self, row: u64) -> bool {
        row < self.rows
    }

    /// Goes to a row that was looked for; the log stays there.
    pub fn jump(&mut self, row: u64) {
        self.follow = false;
        self.select(row);
    }

    /// Moves; false if the action is no movement.
    pub fn step(&mut self, action: Action) -> bool {
        let (page, half) = (self.height.max(1), (self.height / 2).max(1));
        let to = match action {
            Action::Down => self.cursor.saturating_add(1),
            Action::Up => self.cursor.saturating_sub(1),
            Action::HalfDown => self.cursor.saturating_add(half),
            Action::HalfUp => self.cursor.saturating_sub(half),
            Action::PageDown => self.cursor.saturating_add(page),
            Action::PageUp => self.cursor.saturating_sub(page),
            Action::First => 0,
            Action::Last => {
                self.follow = true;
                u64::MAX
            }
            _ => return false,
        };
        self.select(to);
        true
    }

    /// Reads the rows that the next frame shows.
    pub fn sync(&mut self, height: u64, world: &World<'_>) {
        let height = height.max(1);
        self.height = height;
        self.rows = self.frozen.unwrap_or(world.shared.rows).min(world.shared.rows);
        let last = self.rows.saturating_sub(1);
        self.cursor = if self.follow { last } else { self.cursor.min(last) };
        let lowest_top = self.rows.saturating_sub(height);
        self.top = self.top.clamp((self.cursor + 1).saturating_sub(height), self.cursor);
        self.top = if self.follow { lowest_top } else { self.top.min(lowest_top) };
        let end = (self.top + height).min(self.rows);
        self.seen = self.seen.max(end).min(world.shared.rows);
        if self.follow {
            self.seen = self.rows;
        }
        self.window = world.feed.window(self.top..end);
        for row in &self.window {
            self.needs.grow(rows::needs(row));
        }
    }
}
