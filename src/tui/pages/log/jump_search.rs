//! A search for a row that may be far away. It continues with each tick until a key ends it.

use crate::inspector::{NextRow, What};
use crate::tui::app::view::ViewContext;
use crate::tui::pages::log::list::List;

/// A search under way.
#[derive(Debug)]
pub struct JumpSearch {
    what: What,
    forward: bool,
    from: u64,
    at: u64,
    wrapped: bool,
}

/// The result of one step of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JumpProgress {
    /// The search found this row. `wrapped` is true if it continued from the other end.
    Row { row: u64, wrapped: bool },
    /// No row matches.
    Nothing,
    /// The search is not finished.
    Further,
}

impl JumpSearch {
    /// Creates a search that goes from a row to the end, then from the other end, and last to that
    /// row.
    pub fn new(from: u64, forward: bool, what: What) -> JumpSearch {
        JumpSearch { what, forward, from, at: from, wrapped: false }
    }

    /// Returns the subject of the search.
    pub fn what(&self) -> &What {
        &self.what
    }

    /// Returns true if the search goes forward.
    pub fn is_forward(&self) -> bool {
        self.forward
    }

    /// Continues the search a little.
    pub fn step(&mut self, list: &List, ctx: &ViewContext<'_>) -> JumpProgress {
        match ctx.inspector.find(self.at, self.forward, &self.what) {
            NextRow::Row(row) if list.holds(row) => {
                JumpProgress::Row { row, wrapped: self.wrapped }
            }
            NextRow::Paused { at } => {
                self.at = at;
                JumpProgress::Further
            }
            _ if !self.wrapped => {
                self.wrapped = true;
                self.at = if self.forward { 0 } else { list.end(ctx) };
                // a search from row 0 finds only the rows after it, so row 0 is tested here
                if self.forward && ctx.inspector.find(1, false, &self.what) == NextRow::Row(0) {
                    return JumpProgress::Row { row: 0, wrapped: true };
                }
                self.step(list, ctx)
            }
            _ => JumpProgress::Nothing,
        }
    }

    /// Returns the searched part of the rows, in percent.
    pub fn progress(&self, rows: u64) -> u64 {
        let ahead = if self.forward { rows.saturating_sub(self.from) } else { self.from };
        let searched = match (self.wrapped, self.forward) {
            (false, true) => self.at.saturating_sub(self.from),
            (false, false) => self.from.saturating_sub(self.at),
            (true, true) => ahead + self.at,
            (true, false) => ahead + rows.saturating_sub(self.at),
        };
        (searched * 100 / rows.max(1)).min(99)
    }
}
