//! The screen, drawn into memory: pictures at three sizes, colours that mean something, keys.

mod app;
#[path = "../filter/call.rs"]
mod columns;
mod colours;
mod fake;
mod keys;
mod pictures;
mod random;
