//! The pages: what fills the screen's body, one for each digit.

use super::action::Action;
use super::view::{LogView, View};

/// A page. Only the one in view is read and drawn; the others keep their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// each call live
    Log,
}

impl Page {
    /// All pages, in the order of their digits.
    pub const ALL: [Page; 1] = [Page::Log];

    /// The action that shows it.
    pub fn action(self) -> Action {
        match self {
            Page::Log => Action::ShowLog,
        }
    }

    /// The page that an action shows.
    pub fn shown_by(action: Action) -> Option<Page> {
        Page::ALL.into_iter().find(|page| page.action() == action)
    }

    /// A new view of it.
    pub fn view(self) -> Box<dyn View> {
        match self {
            Page::Log => Box::new(LogView::default()),
        }
    }
}
