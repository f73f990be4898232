//! segscope stands in for Segment's tracking API (and RudderStack's data plane) on a developer's
//! machine and shows, for every call, what each vendor would receive from it.
//!
//! The crate is laid out in rooms; a room imports only from rooms below it (`tests/house.rs`
//! checks that). From the bottom: [`call`], [`wire`], [`config`], [`journal`], [`objects`],
//! [`filter`], [`findings`], [`vendors`], [`outbound`], [`store`], [`pipeline`], [`report`],
//! [`inspector`], then `tui` and `listener` side by side, then `plain` and `cli`.

#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod call;
pub mod cli;
pub mod config;
pub mod filter;
pub mod findings;
pub mod inspector;
pub mod journal;
pub mod listener;
pub mod objects;
pub mod outbound;
pub mod pipeline;
pub mod plain;
pub mod report;
pub mod store;
pub mod tui;
pub mod vendors;
pub mod wire;
