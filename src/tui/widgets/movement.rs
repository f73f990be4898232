//! Where a movement leads: the same for cursors in lists and for what scrolls.

use crate::tui::app::action::Action;

/// The line that an action leads to from a line, with so many lines in view; none if it is no
/// movement.
pub fn step(action: Action, from: usize, height: usize, last: usize) -> Option<usize> {
    // what was never drawn has no height yet
    let (page, half) = (height.max(1), (height / 2).max(1));
    let to = match action {
        Action::Down => from + 1,
        Action::Up => from.saturating_sub(1),
        Action::HalfDown => from + half,
        Action::HalfUp => from.saturating_sub(half),
        Action::PageDown => from + page,
        Action::PageUp => from.saturating_sub(page),
        Action::First => 0,
        Action::Last => last,
        _ => return None,
    };
    Some(to.min(last))
}
