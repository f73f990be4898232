//! The screen: the log of calls and the detail of one, drawn in the terminal.
//!
//! [`crate::inspector::Inspector`] is where the data comes from, [`screen::Screen`] is the state and the only place
//! that changes it, [`view`] holds one file a view, and [`run`] is the loop with the terminal.
//! Keys and styles are data, in `assets/keys.toml` and `assets/themes/`.

pub mod action;
pub mod copy;
mod filtering;
mod key;
pub mod keymap;
mod layout;
mod line;
pub mod look;
mod looks;
pub mod page;
mod run;
pub mod screen;
mod shared;
mod text;
pub mod theme;
pub mod view;

pub use looks::{Looks, screen_options, style_template};
pub use run::{Exit, do_on, give_back, run};
pub use screen::{Screen, ScreenError, ScreenOptions};
