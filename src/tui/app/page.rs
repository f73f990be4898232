//! The pages that fill the screen's body, one for each digit.

use crate::tui::app::action::{Action, KeyContext};
use crate::tui::app::keymap::Keymap;

/// A page. Only the visible one is read and drawn; the others keep their position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// each call live
    Log,
    /// the findings by event
    Findings,
    /// by event: the share of calls with ids, and what vendors accept
    Coverage,
    /// accounts and users, and which belong together
    People,
    /// the objects that vendors push to Segment
    Sync,
    /// a call that is being written
    Compose,
}

impl Page {
    /// All pages, in the order of their digits.
    pub const ALL: [Page; 6] =
        [Page::Log, Page::Findings, Page::Coverage, Page::People, Page::Sync, Page::Compose];

    /// Returns the action that shows the page.
    pub fn action(self) -> Action {
        match self {
            Page::Log => Action::ShowLog,
            Page::Findings => Action::ShowFindings,
            Page::Coverage => Action::ShowCoverage,
            Page::People => Action::ShowPeople,
            Page::Sync => Action::ShowSync,
            Page::Compose => Action::ShowCompose,
        }
    }

    /// Returns its name for use in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Page::Log => "log",
            Page::Findings => "findings",
            Page::Coverage => "coverage",
            Page::People => "people",
            Page::Sync => "sync",
            Page::Compose => "compose",
        }
    }

    /// Returns true if the page counts the calls that pass the filter.
    pub fn counts_calls(self) -> bool {
        matches!(self, Page::Findings | Page::Coverage | Page::People)
    }

    /// Returns the page that an action shows.
    pub fn shown_by(action: Action) -> Option<Page> {
        Page::ALL.into_iter().find(|page| page.action() == action)
    }

    /// Returns the page of a place; none for a window, which may be over any page.
    fn from_context(place: KeyContext) -> Option<Page> {
        match place {
            KeyContext::Log | KeyContext::Detail | KeyContext::Calls | KeyContext::Call => {
                Some(Page::Log)
            }
            KeyContext::Compose | KeyContext::Composed => Some(Page::Compose),
            KeyContext::Sync => Some(Page::Sync),
            // several pages use these keys; findings is the first of them
            KeyContext::Counts | KeyContext::Lists => Some(Page::Findings),
            KeyContext::People => Some(Page::People),
            KeyContext::Everywhere
            | KeyContext::Vendors
            | KeyContext::Muted
            | KeyContext::Columns
            | KeyContext::Deliver
            | KeyContext::Text
            | KeyContext::Filter
            | KeyContext::List
            | KeyContext::Help => None,
        }
    }

    /// Returns the page on which an action has an effect, for when it has none on the current page.
    pub fn home(action: Action) -> Option<Page> {
        let preset = Keymap::default();
        let mut at = KeyContext::ALL.into_iter().filter(|place| preset.has(*place, action));
        at.find_map(Page::from_context)
    }
}
