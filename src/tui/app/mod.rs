//! The running screen: the event loop, input, keys, actions and frames.

pub mod action;
pub(crate) mod clipboard;
pub mod copy;
pub(crate) mod event_loop;
pub(crate) mod filters;
pub(crate) mod input;
pub(crate) mod key;
pub mod keymap;
pub(crate) mod layout;
pub mod page;
pub mod screen;
pub(crate) mod sixteen_colors;
pub(crate) mod terminal;
pub(crate) mod terminal_replies;
pub mod view;
pub(crate) mod view_context;
