//! The screen: the log of calls and the detail of one, drawn in the terminal.
//!
//! [`app`] has the event loop, the terminal and [`Screen`], the only place that changes the screen's
//! state. [`pages`], [`dialogs`] and [`prompts`] implement [`app::view::View`] from [`widgets`].
//! [`crate::inspector::Inspector`] is where the data comes from.
//! Keys and styles are data, in `assets/keys.toml` and `assets/themes/`.

pub mod app;
pub(crate) mod bars;
pub(crate) mod dialogs;
mod looks;
pub(crate) mod pages;
pub(crate) mod prompts;
pub mod theme;
pub(crate) mod widgets;

pub use crate::tui::app::event_loop::{Exit, do_on, give_back, run};
pub use crate::tui::app::screen::{Screen, ScreenError, ScreenOptions};
pub use looks::{Looks, screen_options, style_template};
