//! segscope stands in for Segment's tracking API (and RudderStack's data plane) on a developer's
//! machine and shows, for every call, what each vendor would receive from it.
//!
//! A module imports only from modules below it (`tests/house` checks this). From the bottom:
//! [`call`], [`wire`], [`config`], [`recording`], [`objects_api`], [`fql`], [`findings`],
//! [`plan`], [`vendors`], `debug_log`, [`outbound`] and [`tls`] side by side, [`engine`], [`report`], `queries`, [`inspector`], then
//! `tui`, `server` and `mcp` side by side, then `plain`, then `cli`.

#![warn(clippy::print_stdout, clippy::print_stderr)]

pub use segscope_core::{call, config, findings, fql, objects_api, plan, recording, vendors, wire};

pub mod cli;
pub(crate) mod debug_log;
pub mod engine;
pub mod inspector;
#[cfg(feature = "mcp")]
pub(crate) mod mcp;
pub mod outbound;
pub mod plain;
pub(crate) mod queries;
pub mod report;
pub mod server;
pub mod tls;
pub mod tui;
