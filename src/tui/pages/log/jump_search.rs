//! Looking for a row that may be far away: a little with each tick, until a key ends it.

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

/// What came of looking a little further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JumpProgress {
    /// This row is it; `wrapped` if it stands behind the other end.
    Row { row: u64, wrapped: bool },
    /// There is none.
    Nothing,
    /// It is not known yet.
    Further,
}

impl JumpSearch {
    /// Looks from a row on, then from the other end, and at that row itself last.
    pub fn new(from: u64, forward: bool, what: What) -> JumpSearch {
        JumpSearch { what, forward, from, at: from, wrapped: false }
    }

    /// What is looked for.
    pub fn what(&self) -> &What {
        &self.what
    }

    /// In which direction.
    pub fn is_forward(&self) -> bool {
        self.forward
    }

    /// Looks a little further.
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
                // what comes after the first row does not count that row
                if self.forward && ctx.inspector.find(1, false, &self.what) == NextRow::Row(0) {
                    return JumpProgress::Row { row: 0, wrapped: true };
                }
                self.step(list, ctx)
            }
            _ => JumpProgress::Nothing,
        }
    }

    /// How much of the way was looked at, in per cent.
    pub fn progress(&self, rows: u64) -> u64 {
        let ahead = if self.forward { rows.saturating_sub(self.from) } else { self.from };
        let gone = match (self.wrapped, self.forward) {
            (false, true) => self.at.saturating_sub(self.from),
            (false, false) => self.from.saturating_sub(self.at),
            (true, true) => ahead + self.at,
            (true, false) => ahead + rows.saturating_sub(self.at),
        };
        (gone * 100 / rows.max(1)).min(99)
    }
}
