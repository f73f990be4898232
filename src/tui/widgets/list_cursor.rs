//! A cursor in a list of which only a part is in view.

use crate::tui::app::action::Action;
use crate::tui::widgets::movement::step;
use std::ops::Range;

/// The cursor's line, and the lines in view.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct ListCursor {
    at: usize,
    top: usize,
    len: usize,
    height: usize,
}

impl ListCursor {
    /// Returns the line under the cursor, or none in an empty list.
    pub fn at(&self) -> Option<usize> {
        (self.len > 0).then_some(self.at)
    }

    /// Returns the lines in view.
    pub fn window(&self) -> Range<usize> {
        self.top..(self.top + self.height).min(self.len)
    }

    /// Adapts the cursor to the current length and height of the list.
    pub fn sync(&mut self, len: usize, height: usize) {
        (self.len, self.height) = (len, height.max(1));
        self.select(self.at);
    }

    /// Puts the cursor on a line.
    pub fn select(&mut self, line: usize) {
        self.at = line.min(self.len.saturating_sub(1));
        // a list that was never drawn has no height yet
        let height = self.height.max(1);
        let lowest_top = self.len.saturating_sub(height);
        self.top = self.top.clamp((self.at + 1).saturating_sub(height), self.at);
        self.top = self.top.min(lowest_top);
    }

    /// Moves the cursor. Returns false if the action is not a movement.
    pub fn step(&mut self, action: Action) -> bool {
        let last = self.len.saturating_sub(1);
        let Some(to) = step(action, self.at, self.height, last) else { return false };
        self.select(to);
        true
    }

    /// Returns the line of the list at a line of the view.
    pub fn line_at(&self, line: usize) -> Option<usize> {
        Some(self.top + line).filter(|at| self.window().contains(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_stays_in_the_list_and_in_view() {
        let mut cursor = ListCursor::default();
        assert!(cursor.step(Action::Down) && cursor.at().is_none());
        cursor.sync(10, 4);
        for (action, at, window) in [
            (Action::Up, 0, 0..4),
            (Action::PageDown, 4, 1..5),
            (Action::HalfDown, 6, 3..7),
            (Action::Last, 9, 6..10),
            (Action::Down, 9, 6..10),
            (Action::Up, 8, 6..10),
            (Action::PageUp, 4, 4..8),
            (Action::First, 0, 0..4),
        ] {
            assert!(cursor.step(action));
            assert_eq!((cursor.at(), cursor.window()), (Some(at), window), "{action:?}");
        }
        assert!(!cursor.step(Action::Open));
        cursor.select(9);
        cursor.sync(3, 2);
        assert_eq!((cursor.at(), cursor.window(), cursor.line_at(2)), (Some(2), 1..3, None));
        assert_eq!(cursor.line_at(1), Some(2));
    }
}
