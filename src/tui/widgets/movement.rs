//! The effect of movement keys, shared by list cursors and scrolling panes.

use crate::tui::app::action::Action;

/// Returns the line that an action moves to from a line, with `height` lines in view, or none if
/// the action is not a movement.
pub fn step(action: Action, from: usize, height: usize, last: usize) -> Option<usize> {
    // a pane that was never drawn has no height yet
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
