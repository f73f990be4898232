//! The screen, drawn into memory: pictures at three sizes, colours that mean something, keys.

mod app;
mod aside;
mod colours;
mod columns_of_log;
mod command;
mod compose;
mod coverage;
mod deliver;
mod expected;
mod fake;
mod filter;
mod findings;
mod inside;
mod keys;
mod mouse;
mod one;
mod people;
mod pictures;
mod random;
mod remarks;
mod search;
mod settings;
mod sides;
mod sizes;
mod states;
mod sync;
