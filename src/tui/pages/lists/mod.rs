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
pub(crate) mod list_content;
pub(crate) mod list_mouse;
pub(crate) mod list_page;
pub(crate) mod list_words;
pub(crate) mod row_search;
pub(crate) mod search_and_sort;
pub(crate) mod side_pane;
pub(crate) mod sort;
pub(crate) mod tabs;

pub use crate::tui::pages::people::{by_type, calls_of, shows};

use crate::tui::app::view::{Pointer, Response, View, ViewContext};
use crate::tui::pages::lists::list_page::ListPage;

/// The coverage page.
pub fn coverage_view() -> impl View {
    ListPage::<crate::tui::pages::coverage::Events>::default()
}

/// The people page.
pub fn people_view() -> impl View {
    crate::tui::pages::people::PeopleView::default()
}

/// The findings page.
pub fn findings_view() -> impl View {
    ListPage::<crate::tui::pages::findings::Findings>::default()
}
