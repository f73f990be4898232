//! The log's cursor, its window into the rows, following and pausing.
//!
//! A row has a number for good; its place among the rows that are shown changes while a filter is
//! being looked at. So the cursor is a row, and places are worked out anew for each frame.

use crate::inspector::RowView;
use crate::tui::app::action::Action;
use crate::tui::app::view::ViewContext;
use crate::tui::pages::log::ColumnLayout;

/// The log's state.
#[derive(Debug)]
pub struct List {
    /// The row that is wanted: where no such row is shown, the cursor is on the next one, and it
    /// is back here when the filter is gone.
    wanted: u64,
    /// The place of the cursor's row among those that are shown.
    at: u64,
    /// The row under the cursor.
    current: Option<u64>,
    /// The place of the first row in view.
    top: u64,
    /// The cursor stays at the newest row.
    follow: bool,
    /// While paused: how many rows there were.
    frozen: Option<u64>,
    /// Rows up to this one have been in view.
    seen: u64,
    unseen: u64,
    /// How many rows are shown.
    count: u64,
    /// How many rows fit, as of the last frame.
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
    /// The row under the cursor; none where no row is shown.
    pub fn cursor(&self) -> Option<u64> {
        self.current
    }

    /// The row under the cursor, as it is seen.
    pub fn current(&self) -> Option<&RowView> {
        self.window.iter().find(|row| Some(row.row) == self.current)
    }

    /// The rows in view, from the top.
    pub fn window(&self) -> &[RowView] {
        &self.window
    }

    /// The columns.
    pub fn layout(&self) -> &ColumnLayout {
        &self.layout
    }

    /// Fits the columns to a width.
    pub fn fit(&mut self, width: u16, ctx: &ViewContext<'_>) {
        self.layout.fit(usize::from(width), ctx);
    }

    /// The row at a line of the log.
    pub fn row_at(&self, line: u64) -> Option<u64> {
        self.window.get(usize::try_from(line).ok()?).map(|row| row.row)
    }

    /// How many rows came that are not shown yet.
    pub fn unseen(&self) -> u64 {
        self.unseen
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

    /// Puts the cursor on a row that is shown.
    pub fn select(&mut self, row: u64, ctx: &ViewContext<'_>) {
        let at = ctx.inspector.place_of(row);
        self.follow &= at >= self.at;
        (self.wanted, self.at, self.current) = (row, at, Some(row));
    }

    /// The first row that is not shown because it came after a pause, or behind the last row.
    pub fn end(&self, ctx: &ViewContext<'_>) -> u64 {
        self.frozen.unwrap_or(ctx.shared.rows)
    }

    /// Whether a row may be gone to (it may have come after a pause).
    pub fn holds(&self, row: u64) -> bool {
        self.frozen.is_none_or(|rows| row < rows)
    }

    /// Goes to a row that was looked for; the log stays there.
    pub fn jump(&mut self, row: u64, ctx: &ViewContext<'_>) {
        self.follow = false;
        self.select(row, ctx);
    }

    /// Moves; false if the action is not a movement.
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
            // cleared away: what comes now is new
            (self.follow, self.wanted, self.seen) = (true, 0, 0);
            self.layout.clear();
        }
        self.frozen = self.frozen.map(|rows| rows.min(all));
        let end = self.frozen.unwrap_or(all);
        let shown = ctx.shared.shown.rows;
        self.count = if end < all { inspector.place_of(end).min(shown) } else { shown };
        let last = self.count.saturating_sub(1);
        let at = if self.follow { last } else { inspector.place_of(self.wanted).min(last) };
        // rows that are found before it do not move the cursor's line
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
