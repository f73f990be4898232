//! segscope stands in for Segment's tracking API (and RudderStack's data plane) on a developer's
//! machine and shows, for every call, what each vendor would receive from it.
//!
//! The crate is laid out in rooms; a room imports only from rooms below it (`tests/house.rs`
//! checks that). From the bottom: [`call`], [`wire`], [`config`], [`journal`], [`objects`],
//! [`filter`], [`findings`], [`vendors`], [`outbound`], [`store`], [`pipeline`], [`report`], then
//! `tui` and `listener` side by side, then `cli`.

#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod call;
pub mod cli;
pub mod config;
pub mod engine;
pub mod findings;
pub mod fql;
pub mod objects_api;
pub mod outbound;
pub mod plain;
pub mod recording;
pub mod report;
pub mod server;
pub mod tui;
pub mod vendors;
pub mod wire;
