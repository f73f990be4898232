//! segscope stands in for Segment's tracking API (and RudderStack's data plane) on a developer's
//! machine and shows, for every call, what each vendor would receive from it.
//!
//! A module imports only from modules below it (`tests/house.rs` checks this). From the bottom:
//! [`call`], [`wire`], [`config`], [`recording`], [`objects_api`], [`fql`], [`findings`],
//! [`plan`], [`vendors`], [`outbound`], [`engine`], [`report`], then `tui` and `server` side by side, then
//! `plain`, then `cli`.

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
pub mod plan;
pub mod recording;
pub mod report;
pub mod server;
pub mod tui;
pub mod vendors;
pub mod wire;
