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

mod about;
mod behind;
mod board;
mod coverage;
mod empty;
mod expected;
mod findings;
mod ids;
mod panes;
mod people;
mod signs;
mod tabs;

pub use people::{by_type, calls_of, shows};

use super::{Pointer, Reply, View, World};
use board::Board;

/// The coverage page.
pub fn coverage_view() -> impl View {
    Board::<coverage::Events>::default()
}

/// The people page.
pub fn people_view() -> impl View {
    people::PeopleView::default()
}

/// The findings page.
pub fn findings_view() -> impl View {
    Board::<findings::Findings>::default()
}
