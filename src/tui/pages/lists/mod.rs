//! The pages that count what came. Each is a list of groups, what matters most first, and beside or
//! below it all about the group under the cursor; a key shows the calls behind it in the log.
//!
//! ```text
//! +----------------------------------------+ +----------------------+-------------------+
//! | tabs                           37 rows | | tabs                           37 rows   |
//! | heads of the columns                   | | heads                | all about the row |
//! | list                                   | | list                 | under the cursor  |
//! |----------------------------------------| |                      |                   |
//! | all about the row under the cursor     | |                      |                   |
//! +----------------------------------------+ +----------------------+-------------------+
//! ```

pub(crate) mod cells;
pub(crate) mod drill_down;
pub(crate) mod empty_page;
pub(crate) mod layout;
pub(crate) mod list_page;
pub(crate) mod side_pane;
pub(crate) mod tabs;

pub use crate::tui::pages::people::{by_type, calls_of, shows};

use crate::tui::app::view::{Pointer, Reply, View, World};
use crate::tui::pages::lists::list_page::Board;

/// The coverage page.
pub fn coverage_view() -> impl View {
    Board::<crate::tui::pages::coverage::Events>::default()
}

/// The people page.
pub fn people_view() -> impl View {
    crate::tui::pages::people::PeopleView::default()
}

/// The findings page.
pub fn findings_view() -> impl View {
    Board::<crate::tui::pages::findings::Findings>::default()
}
