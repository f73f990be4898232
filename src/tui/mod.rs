//! The screen: the log of calls and the detail of one, drawn in the terminal.
//!
//! [`feed::Feed`] is where the data comes from, [`crate::tui::app::screen::Screen`] is the state and the only place
//! that changes it, [`view`] holds one file a view, and [`run`] is the loop with the terminal.
//! Keys and styles are data, in `assets/keys.toml` and `assets/themes/`.

pub mod app;
pub(crate) mod bars;
pub(crate) mod dialogs;
pub mod feed;
pub(crate) mod pages;
pub(crate) mod prompts;
pub mod theme;
pub(crate) mod widgets;

pub use crate::tui::app::event_loop::{Exit, do_on, give_back, run};
pub use crate::tui::app::screen::{Screen, ScreenError, ScreenOptions};
