//! The list pages, which count calls. Each is a list of groups, the most important first, and a
//! pane beside or below it about the group under the cursor. A key shows the calls of a group in
//! the log.
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

/// Returns the coverage page.
pub fn coverage_view() -> impl View {
    ListPage::<crate::tui::pages::coverage::Events>::default()
}

/// Returns the people page.
pub fn people_view() -> impl View {
    crate::tui::pages::people::PeopleView::default()
}

/// Returns the findings page.
pub fn findings_view() -> impl View {
    ListPage::<crate::tui::pages::findings::Findings>::default()
}
